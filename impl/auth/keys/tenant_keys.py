"""Keys of a tenant's machines: random text that is shown once and known by its SHA-256 from then on."""

from __future__ import annotations

import asyncio
import enum
import hashlib
import re
import secrets
from dataclasses import dataclass
from typing import Final, TypeAlias, final

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from impl.auth.fair_queue import FairQueue
from impl.kernel.callers import MachineCaller
from impl.kernel.clock import Clock
from impl.kernel.expiring import ExpiringCache

PREFIX: Final = "skt_"
"""Lets people and leak scanners recognise a key; the log hides what begins so."""
FORM: Final = re.compile(r"skt?_[A-Za-z0-9_-]{43}", re.ASCII)
"""The form of a key. Older ones begin with `sk_`, which scanners take for a key of Stripe's."""
_CACHE_SECONDS: Final = 60.0
_CACHE_CAPACITY: Final = 2048
_UNKNOWN_SECONDS: Final = 5.0
"""How long an unknown key is remembered: long enough for a flood, too short for anybody to notice a key that is new."""
_VOUCHED_SECONDS: Final = 86_400.0
_LOOKUPS: Final = 4
"""Keys that are looked up at once: strangers must not take the connections that authentic deliveries need."""
_LOOKUPS_WAITING: Final = 256

_RESOLVE = text(
    "SELECT tenant_id, webhook_rate_per_minute, processor FROM security.resolve_tenant_key(:key_hash, :purpose)"
)


class Purpose(enum.Enum):
    """Where a key may stand: in the header, or in the URL of processors that cannot send headers of their own."""

    HEADER = "header"
    URL = "url"


@dataclass(frozen=True, slots=True, kw_only=True)
class TenantKey(MachineCaller):
    """A valid key in use."""

    rate_per_minute: int


_Use: TypeAlias = tuple[bytes, Purpose]
"""A key, by its hash, and where it stands."""


def new() -> str:
    """A new key of 256 random bits. It cannot be shown again: only `hash_of` it is stored."""
    return PREFIX + secrets.token_urlsafe(32)


def hash_of(key: str) -> bytes:
    """SHA-256 of `key`, which is all that is stored: a key is random, so it needs no slow hash."""
    return hashlib.sha256(key.encode("utf-8", "surrogatepass")).digest()


@final
class TenantKeys:
    """Finds the tenant of a key; a key that is taken back keeps working here for at most 60 seconds."""

    def __init__(self, engine: AsyncEngine, clock: Clock) -> None:
        self._engine = engine
        self._known = ExpiringCache[_Use, TenantKey](clock, seconds=_CACHE_SECONDS, capacity=_CACHE_CAPACITY)
        # Apart from the known ones, so that strangers cannot push those out.
        self._unknown = ExpiringCache[_Use, bool](clock, seconds=_UNKNOWN_SECONDS, capacity=_CACHE_CAPACITY)
        self._vouched = ExpiringCache[_Use, bool](clock, seconds=_VOUCHED_SECONDS, capacity=_CACHE_CAPACITY)
        """Keys that were valid here within a day, though what is known of them may be too old."""
        self._lookups = FairQueue(_LOOKUPS, _LOOKUPS_WAITING)
        self._looking_up: dict[_Use, asyncio.Task[TenantKey | None]] = {}

    def is_vouched(self, key: str, purpose: Purpose) -> bool:
        """Whether `key` was valid in this process lately, so that its sender is no stranger."""
        return self._vouched.get((hash_of(key), purpose)) is not None

    def known(self, key: str, purpose: Purpose) -> TenantKey | None:
        """The tenant that `key` stands for as far as this process knows it now."""
        return self._known.get((hash_of(key), purpose))

    async def resolve(self, key: str, purpose: Purpose, *, subject: str = "") -> TenantKey | None:
        """The tenant that `key` stands for when used as `purpose`; None for a key that is not valid.

        Raises `QueueFullError` when too many unknown keys wait to be looked up; `subject` is the line this one waits in.
        """
        key_hash = hash_of(key)
        known = self._known.get((key_hash, purpose))
        if known is not None:
            return known
        if self._unknown.get((key_hash, purpose)):
            return None
        # One look-up for any number of requests with the same key: a burst is one line in the queue, not two hundred.
        use = (key_hash, purpose)
        look_up = self._looking_up.get(use)
        if look_up is None:
            look_up = self._looking_up[use] = asyncio.create_task(self._look_up(key_hash, purpose, subject))
            look_up.add_done_callback(lambda task: self._end(use, task))
        # Shielded, because the others still wait for it when the first sender hangs up.
        return await asyncio.shield(look_up)

    def _end(self, use: _Use, look_up: asyncio.Task[TenantKey | None]) -> None:
        self._looking_up.pop(use, None)
        if not look_up.cancelled():
            # Looked at here, because every sender may have hung up meanwhile, and nobody else would.
            look_up.exception()

    async def _look_up(self, key_hash: bytes, purpose: Purpose, subject: str) -> TenantKey | None:
        # A key that was valid lately waits in a line of its own, which strangers cannot make longer.
        line = key_hash.hex() if self._vouched.get((key_hash, purpose)) else subject
        async with self._lookups.turn(line):
            return await self._read(key_hash, purpose)

    async def _read(self, key_hash: bytes, purpose: Purpose) -> TenantKey | None:
        async with self._engine.connect() as connection:
            row = (await connection.execute(_RESOLVE, {"key_hash": key_hash, "purpose": purpose.value})).one_or_none()
        if row is None:
            self._unknown.put((key_hash, purpose), True)
            self._vouched.drop((key_hash, purpose))
            return None
        tenant_key = TenantKey(
            tenant_id=row.tenant_id,
            key_hash=key_hash,
            processor=row.processor,
            rate_per_minute=row.webhook_rate_per_minute,
        )
        self._known.put((key_hash, purpose), tenant_key)
        self._vouched.put((key_hash, purpose), True)
        return tenant_key

    def forget(self, key_hash: bytes) -> None:
        """The key was changed in this process."""
        for purpose in Purpose:
            self._known.drop((key_hash, purpose))
            self._unknown.drop((key_hash, purpose))
