"""Identifiers: new ones, and strict parsing of those that callers send."""

from __future__ import annotations

import hashlib
import os
import time
import uuid
from collections import deque
from typing import Final

_RANDOM_BYTES: Final = 10
_AT_ONCE: Final = 64
_random: Final[deque[bytes]] = deque()
# A child of this process must not make the ids that its parent makes.
os.register_at_fork(after_in_child=_random.clear)

_URL_NAMES: Final = hashlib.sha1(uuid.NAMESPACE_URL.bytes, usedforsecurity=False)
NIL = uuid.UUID(int=0)
"""The all-zero UUID: the system user, and the tenant that never exists."""


def new() -> uuid.UUID:
    """A version 7 UUID (RFC 9562 §5.7): 48 bits of Unix milliseconds, then 74 random bits.

    Rows written one after the other get ids that lie side by side in the index.
    """
    milliseconds = time.time_ns() // 1_000_000
    value = (milliseconds << 80) | int.from_bytes(_some_random())
    value = (value & ~(0xF << 76)) | (0x7 << 76)
    return uuid.UUID(int=(value & ~(0x3 << 62)) | (0x2 << 62))


def named(name: str) -> uuid.UUID:
    """The UUID of a name: `uuid.uuid5(uuid.NAMESPACE_URL, name)` (RFC 9562 §5.5), in half the time."""
    sha1 = _URL_NAMES.copy()
    sha1.update(name.encode())
    value = int.from_bytes(sha1.digest()[:16])
    value = (value & ~(0xF << 76)) | (0x5 << 76)
    return uuid.UUID(int=(value & ~(0x3 << 62)) | (0x2 << 62))


def _some_random() -> bytes:
    """From the system, for many ids at once: asking costs more than everything else about an id."""
    try:
        return _random.pop()
    except IndexError:
        many = os.urandom(_RANDOM_BYTES * _AT_ONCE)
        _random.extend(many[place : place + _RANDOM_BYTES] for place in range(_RANDOM_BYTES, len(many), _RANDOM_BYTES))
        return many[:_RANDOM_BYTES]


def parse(text: str | None) -> uuid.UUID | None:
    """`text` as a UUID when it is written in the one canonical form of 36 characters, any case; None otherwise.

    `uuid.UUID` alone also takes braces, `urn:uuid:` and misplaced dashes, so one id would have many spellings.
    """
    if text is None or len(text) != 36:
        return None
    try:
        value = uuid.UUID(text)
    except ValueError:
        return None
    return value if str(value) == text.lower() else None
