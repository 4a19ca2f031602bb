"""Journey keys as keyed hashes, for tenants that switched journeys on; the key itself is never stored."""

from __future__ import annotations

import hmac
import os
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final, final
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from impl.db.sealing import KeyRing, Place, Sealed
from impl.db.transaction import tenant_transaction
from impl.kernel.clock import Clock
from impl.kernel.expiring import ExpiringCache
from impl.telemetry import metrics

ROTATE_AFTER: Final = timedelta(days=90)
"""Age at which the receipt makes a new secret; the previous one then matches for as long again."""
_CACHE_SECONDS: Final = 60.0
_CACHE_CAPACITY: Final = 2048

_LINK: Final = "skeldir:journey"

_IS_ON = text("SELECT journeys_enabled FROM tenants WHERE id = :tenant_id")
_SECRETS = text(
    # The current secret first; the previous one only while it may still match.
    """
    SELECT version, secret_sealed, key_id, created_at
      FROM tenant_journey_secrets
     WHERE tenant_id = :tenant_id AND destroyed_at IS NULL AND (valid_until IS NULL OR valid_until > :now)
     ORDER BY version DESC
     LIMIT 2
    """
)
_ROTATE = text(
    # Whoever inserts the next version has rotated; whoever comes second finds it there.
    """
    WITH next AS (
        INSERT INTO tenant_journey_secrets (tenant_id, version, secret_sealed, key_id, created_at)
        SELECT :tenant_id, coalesce(max(version), 0) + 1, :secret_sealed, :key_id, :now
          FROM tenant_journey_secrets
         WHERE tenant_id = :tenant_id
        ON CONFLICT (tenant_id, version) DO NOTHING
        RETURNING version
    )
    UPDATE tenant_journey_secrets
       SET valid_until = :valid_until
     WHERE tenant_id = :tenant_id AND valid_until IS NULL AND version < (SELECT version FROM next)
    """
)


@dataclass(frozen=True, slots=True)
class Link:
    """The journey of a conversion: keyed hashes only, 32 bytes each."""

    current: bytes
    previous: bytes | None = None
    """Under the secret before, for touches from before the rotation."""


def with_link(payload: Any, link: Link | None) -> Any:
    """`payload` with the hashes of its journey, to be sealed with it: what is replayed later never holds the key."""
    if link is None or not isinstance(payload, dict):
        return payload
    return payload | {_LINK: [link.current.hex(), link.previous.hex() if link.previous else None]}


def take_link(payload: dict[str, Any]) -> Link | None:
    """The hashes that `with_link` put there; they are taken out."""
    sealed = payload.pop(_LINK, None)
    if sealed is None:
        return None
    current, previous = sealed
    return Link(bytes.fromhex(current), bytes.fromhex(previous) if previous else None)


@dataclass(frozen=True, slots=True)
class JourneyKeys:
    """The secrets of one tenant that hash its journey keys today."""

    version: int
    current: bytes = field(repr=False)
    previous: bytes | None = field(default=None, repr=False)

    def hash(self, journey_key: str) -> bytes:
        """HMAC-SHA256 of `journey_key` under the current secret, 32 bytes."""
        return hmac.digest(self.current, journey_key.encode(), "sha256")

    def link(self, journey_key: str) -> Link:
        """Both hashes, for a conversion that may follow touches from before the rotation."""
        return Link(self.hash(journey_key), self.previous_hash(journey_key))

    def previous_hash(self, journey_key: str) -> bytes | None:
        """HMAC-SHA256 under the previous secret: finds touches that were hashed before the rotation."""
        return None if self.previous is None else hmac.digest(self.previous, journey_key.encode(), "sha256")


@final
class Journeys:
    """Finds a tenant's journey secrets, and makes the next one when the current is 90 days old."""

    def __init__(self, engine: AsyncEngine, ring: KeyRing, clock: Clock) -> None:
        self._engine, self._ring, self._clock = engine, ring, clock
        self._known = ExpiringCache[UUID, tuple[JourneyKeys | None]](
            clock, seconds=_CACHE_SECONDS, capacity=_CACHE_CAPACITY
        )

    async def keys(self, tenant_id: UUID) -> JourneyKeys | None:
        """The tenant's secrets, at most a minute old; None while it has journeys switched off."""
        known = self._known.get(tenant_id)
        if known is None:
            # Remembered only after the commit: a hash under a secret that was rolled back could never be matched.
            known = (await self._find(tenant_id),)
            self._known.put(tenant_id, known)
        return known[0]

    async def link(self, tenant_id: UUID, journey_key: str | None) -> Link | None:
        """The journey that `journey_key` names; None without one, and, which is counted, while journeys are off."""
        if journey_key is None:
            return None
        keys = await self.keys(tenant_id)
        if keys is None:
            metrics.JOURNEY_KEYS_IGNORED.inc()
            return None
        return keys.link(journey_key)

    async def _find(self, tenant_id: UUID) -> JourneyKeys | None:
        async with tenant_transaction(self._engine, tenant_id) as connection:
            if not await connection.scalar(_IS_ON, {"tenant_id": tenant_id}):
                return None
            now = self._clock.now()
            rows = (await connection.execute(_SECRETS, {"tenant_id": tenant_id, "now": now})).all()
            if not rows or rows[0].created_at <= now - ROTATE_AFTER:
                await self._rotate(connection, tenant_id, now)
                rows = (await connection.execute(_SECRETS, {"tenant_id": tenant_id, "now": now})).all()
        opened = [self._ring.open(Sealed(row.secret_sealed, row.key_id), _place(tenant_id)) for row in rows]
        return JourneyKeys(rows[0].version, opened[0], opened[1] if len(opened) > 1 else None)

    async def _rotate(self, connection: AsyncConnection, tenant_id: UUID, now: datetime) -> None:
        sealed = self._ring.seal(os.urandom(32), _place(tenant_id))
        values = {"tenant_id": tenant_id, "secret_sealed": sealed.value, "key_id": sealed.key_id, "now": now}
        await connection.execute(_ROTATE, values | {"valid_until": now + ROTATE_AFTER})


def _place(tenant_id: UUID) -> Place:
    return Place(tenant_id, "tenant_journey_secrets", "secret_sealed")
