"""Passwords: argon2id, with the same work for somebody who does not exist."""

from __future__ import annotations

import asyncio
import hashlib
import os
import secrets
import unicodedata
from typing import Final, Protocol, final

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from impl.auth.fair_queue import FairQueue

PARALLEL: Final = min(4, os.cpu_count() or 1)
"""More at once than there are cores make each of them slower, and with it the one that a person waits for."""
WAITING: Final = 32
"""Logins that may wait for a slot; at a third of a second each, the last of them waits a few seconds."""


class Hasher(Protocol):
    """The slow hash, as `argon2.PasswordHasher` offers it."""

    def hash(self, password: str | bytes) -> str: ...
    def verify(self, hash: str | bytes, password: str | bytes) -> bool: ...  # noqa: A002 (the name is argon2's)
    def check_needs_rehash(self, hash: str | bytes) -> bool: ...  # noqa: A002 (the name is argon2's)


def login_identifier_hash(pepper: str, email: str) -> str:
    """How a login is stored and found: SHA-256 in hex of the pepper, a colon and the e-mail address in lower case."""
    return hashlib.sha256(f"{pepper}:{email.lower()}".encode("utf-8", "surrogatepass")).hexdigest()


@final
class Passwords:
    """Hashes and checks passwords beside the event loop, at most `parallel` at a time, `waiting` behind them.

    The parameters are the second recommendation of RFC 9106 §4 (64 MiB, 3 passes, 4 lanes): `parallel` bounds the memory
    that a burst of logins takes. All methods that hash raise `QueueFullError`; `subject` is the line in which they wait.
    """

    def __init__(self, hasher: Hasher | None = None, *, parallel: int = PARALLEL, waiting: int = WAITING) -> None:
        self._hasher = hasher or PasswordHasher()
        self._queue = FairQueue(parallel, waiting)
        self._nobody = self._hasher.hash(secrets.token_urlsafe(32))

    async def hash(self, password: str, *, subject: str = "") -> str:
        """`password` as an argon2id string to store."""
        async with self._queue.turn(subject):
            return await asyncio.to_thread(self._hasher.hash, _composed(password))

    async def is_correct(self, password: str, stored: str | None, *, subject: str = "") -> bool:
        """Whether `password` is the one behind `stored`.

        Without a stored hash (unknown login, or one that signs in elsewhere) the same work is done and the answer is no.
        """
        async with self._queue.turn(subject):
            matches = await asyncio.to_thread(self._verify, stored or self._nobody, _composed(password))
        return matches and stored is not None

    def needs_rehash(self, stored: str) -> bool:
        """Whether `stored` was made with weaker parameters than today's."""
        return self._hasher.check_needs_rehash(stored)

    def _verify(self, stored: str, password: bytes) -> bool:
        try:
            return self._hasher.verify(stored, password)
        except (VerificationError, InvalidHashError):
            return False


def _composed(password: str) -> bytes:
    """The same bytes for what looks the same: one keyboard sends é as one character, another as two."""
    return unicodedata.normalize("NFC", password).encode("utf-8", "surrogatepass")
