"""Which limit of the contract counts whom, and how often they may come."""

from __future__ import annotations

import json
from typing import Any, Final, final
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from generated.server import Call, RateLimit, RawRequest
from impl.auth import passwords
from impl.auth.access_tokens import AccessToken
from impl.auth.failed_attempts import FailedAttempts
from impl.auth.rate_limits import RateLimits, Taken
from impl.auth.sessions import HeldToken
from impl.auth.tenant_keys import TenantKey
from impl.db import outage
from impl.db.transaction import tenant_transaction
from impl.kernel.clock import Clock
from impl.kernel.expiring import ExpiringCache

LOGINS_PER_MINUTE: Final = 10
ERRORS_PER_MINUTE: Final = 20
DEFAULT_API_PER_MINUTE: Final = 100
FRESH_SECONDS: Final = 60.0
"""How old a tenant's rate may be before the database is asked for it again."""
KEPT_SECONDS: Final = 86_400.0
"""For how long it holds while the database is away."""
_API_RATE = text("SELECT api_rate_per_minute FROM tenants")


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


@final
class Limiter:
    """The server's limiter."""

    def __init__(self, *, limits: RateLimits, rates: TenantRates, failed: FailedAttempts, pepper: str) -> None:
        self._limits, self._rates, self._failed, self._pepper = limits, rates, failed, pepper

    async def take(self, rate_class: str, call: Call[Any]) -> RateLimit:
        """Count one request in the class that the contract names."""
        match rate_class, call.principal:
            case "api", AccessToken() as token:
                limit = await self._rates.api_rate(token)
                return to_reply(await self._limits.take("api", str(token.tenant_id), limit))
            case "errors", AccessToken() as token:
                return to_reply(await self._limits.take("errors", str(token.user_id), ERRORS_PER_MINUTE))
            case "webhook", TenantKey() as key:
                return to_reply(await self._limits.take("webhook", key.key_hash, key.rate_per_minute))
            case "login", principal:
                return to_reply(await self._take_login(principal, call.request))
            case _:
                raise AssertionError(f"{call.operation.id} has the rate class {rate_class!r}, which counts nobody here")

    async def _take_login(self, principal: object, request: RawRequest) -> Taken:
        """Count before the password is hashed: per identifier in all processes, per address in this one."""
        if isinstance(principal, HeldToken):
            return await self._limits.take("refresh", str(principal.family_id), LOGINS_PER_MINUTE)
        stranger = self._failed.ask(request.client_host)
        if stranger.is_refused:
            return stranger
        email = _email_of(request.body)
        if email is None:
            return self._failed.note(request.client_host)
        return await self._limits.take("login", passwords.login_identifier_hash(self._pepper, email), LOGINS_PER_MINUTE)

    def ask_unauthenticated(self, request: RawRequest) -> RateLimit:
        """What an address has left, without counting."""
        return to_reply(self._failed.ask(request.client_host))

    async def take_unauthenticated(self, request: RawRequest) -> RateLimit:
        """Count one failed authentication of an address."""
        return to_reply(self._failed.note(request.client_host))


def to_reply(taken: Taken) -> RateLimit:
    """What the reply's headers say."""
    return RateLimit(
        limit=taken.limit,
        remaining=taken.remaining,
        reset_at=taken.reset_at,
        is_refused=taken.is_refused,
        retry_after_seconds=taken.retry_after_seconds,
    )


def _email_of(body: bytes) -> str | None:
    """The address somebody wants to log in with; None when the body is no such request, which is refused later."""
    try:
        content = json.loads(body)
    except (ValueError, RecursionError):
        return None
    email = content.get("email") if isinstance(content, dict) else None
    return email if isinstance(email, str) else None
