"""How many requests per minute a tenant's people have, as their tenant's row says."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Final, TypeAlias, final
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
"""For how long it holds while the database is unavailable."""
_API_RATE: Final = text("SELECT api_rate_per_minute FROM tenants")


ReadRate: TypeAlias = Callable[[UUID], Awaitable[int | None]]
"""Reads the requests per minute of a tenant; None when it has no row."""


def database(engine: AsyncEngine) -> ReadRate:
    """Reads from the tenant's row."""

    async def read(tenant_id: UUID) -> int | None:
        async with tenant_transaction(engine, tenant_id) as connection:
            rate: int | None = await connection.scalar(_API_RATE)
        return rate

    return read


@final
class TenantRates:
    """How many requests per minute a tenant's people have, at most a minute old."""

    def __init__(self, read: ReadRate, clock: Clock) -> None:
        self._read, self._clock = read, clock
        self._rates = ExpiringCache[UUID, tuple[int, float]](clock, seconds=KEPT_SECONDS, capacity=10_000)
        """By tenant: the rate, and when it was read."""

    async def api_rate(self, token: AccessToken) -> int:
        """The limit of the token's tenant; while the database is unavailable the last known one, or else the usual one."""
        now = self._clock.monotonic()
        last, read_at = self._rates.get(token.tenant_id) or (DEFAULT_API_PER_MINUTE, float("-inf"))
        if now - read_at < FRESH_SECONDS:
            return last
        try:
            rate = await self._read(token.tenant_id)
        except outage.FAILURES:
            return last
        rate = DEFAULT_API_PER_MINUTE if rate is None else rate
        self._rates.put(token.tenant_id, (rate, now))
        return rate
