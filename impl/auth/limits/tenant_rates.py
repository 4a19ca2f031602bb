"""How many requests per minute a tenant's people have, as their tenant's row says."""

from __future__ import annotations

from typing import Final, final
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from impl.auth.tokens.access_tokens import AccessToken
from impl.db import outage
from impl.db.transaction import tenant_transaction
from impl.kernel.clock import Clock
from impl.kernel.expiring import ExpiringCache

DEFAULT_API_PER_MINUTE: Final = 100
FRESH_SECONDS: Final = 60.0
"""How old a tenant's rate may be before the database is asked for it again."""
KEPT_SECONDS: Final = 86_400.0
"""For how long it holds while the database is away."""
_API_RATE: Final = text("SELECT api_rate_per_minute FROM tenants")


@final
class TenantRates:
    """How many requests per minute a tenant's people have, at most a minute old."""

    def __init__(self, engine: AsyncEngine, clock: Clock) -> None:
        self._engine, self._clock = engine, clock
        self._found = ExpiringCache[UUID, tuple[int, float]](clock, seconds=KEPT_SECONDS, capacity=10_000)
        """By tenant: the rate, and when it was found."""

    async def api_rate(self, token: AccessToken) -> int:
        """The limit of the token's tenant; while the database is away the last known one, or else the usual one."""
        now = self._clock.monotonic()
        last, found_at = self._found.get(token.tenant_id) or (DEFAULT_API_PER_MINUTE, float("-inf"))
        if now - found_at < FRESH_SECONDS:
            return last
        try:
            async with tenant_transaction(self._engine, token.tenant_id) as connection:
                rate = await connection.scalar(_API_RATE)
        except outage.FAILURES:
            return last
        found = int(rate) if rate is not None else DEFAULT_API_PER_MINUTE
        self._found.put(token.tenant_id, (found, now))
        return found
