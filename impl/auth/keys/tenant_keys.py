"""Keys of a tenant's machines: random text that is shown once and known by its SHA-256 from then on."""

from __future__ import annotations

import enum
import hashlib
import secrets
from dataclasses import dataclass
from typing import Final, final

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from impl.kernel.callers import MachineCaller
from impl.kernel.clock import Clock
from impl.kernel.expiring import ExpiringCache

PREFIX: Final = "sk_"
"""Lets people and leak scanners recognise a key; the log hides what begins so."""
_CACHE_SECONDS: Final = 60.0
_CACHE_CAPACITY: Final = 2048

_RESOLVE = text("SELECT tenant_id, webhook_rate_per_minute FROM security.resolve_tenant_key(:key_hash, :purpose)")


class Purpose(enum.Enum):
    """Where a key may stand: in the header, or in the URL of processors that cannot send headers of their own."""

    HEADER = "header"
    URL = "url"


@dataclass(frozen=True, slots=True, kw_only=True)
class TenantKey(MachineCaller):
    """A valid key in use."""

    rate_per_minute: int


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
        # Unknown keys are not remembered: a new key works at once, and strangers cannot push out the known ones.
        self._known = ExpiringCache[tuple[bytes, Purpose], TenantKey](
            clock, seconds=_CACHE_SECONDS, capacity=_CACHE_CAPACITY
        )

    async def resolve(self, key: str, purpose: Purpose) -> TenantKey | None:
        """The tenant that `key` stands for when used as `purpose`; None for a key that is not valid."""
        key_hash = hash_of(key)
        known = self._known.get((key_hash, purpose))
        if known is not None:
            return known
        async with self._engine.connect() as connection:
            row = (await connection.execute(_RESOLVE, {"key_hash": key_hash, "purpose": purpose.value})).one_or_none()
        if row is None:
            return None
        tenant_key = TenantKey(tenant_id=row.tenant_id, key_hash=key_hash, rate_per_minute=row.webhook_rate_per_minute)
        self._known.put((key_hash, purpose), tenant_key)
        return tenant_key

    def forget(self, key_hash: bytes) -> None:
        """The key was changed in this process."""
        for purpose in Purpose:
            self._known.drop((key_hash, purpose))
