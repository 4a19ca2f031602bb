"""Which limit of the contract counts whom, and how often they may come."""

from __future__ import annotations

import json
from typing import Any, Final, final

from generated.server import Call, RateLimit, RawRequest
from impl.auth import passwords
from impl.auth.keys.tenant_keys import TenantKey
from impl.auth.limits.failed_attempts import FailedAttempts
from impl.auth.limits.leased_buckets import Allowance, LeasedBuckets
from impl.auth.limits.tenant_rates import TenantRates
from impl.auth.sessions import RefreshHolder
from impl.auth.tokens.access_tokens import AccessToken

LOGINS_PER_MINUTE: Final = 10
ERRORS_PER_MINUTE: Final = 20


@final
class Limiter:
    """The server's limiter."""

    def __init__(
        self,
        *,
        limits: LeasedBuckets,
        rates: TenantRates,
        failed: FailedAttempts,
        pepper: str,
        logins_per_minute: int = LOGINS_PER_MINUTE,
    ) -> None:
        self._limits, self._rates, self._failed, self._pepper = limits, rates, failed, pepper
        self._logins_per_minute = logins_per_minute

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

    async def _take_login(self, principal: object, request: RawRequest) -> Allowance:
        """Count before the password is hashed: per identifier in all processes, per address in this one."""
        if isinstance(principal, RefreshHolder):
            return await self._limits.take("refresh", str(principal.family_id), self._logins_per_minute)
        by_address = self._failed.ask(request.client_host)
        if by_address.is_refused:
            return by_address
        email = _email_of(request.body)
        if email is None:
            return self._failed.note(request.client_host)
        login_hash = passwords.login_identifier_hash(self._pepper, email)
        return await self._limits.take("login", login_hash, self._logins_per_minute)

    def ask_unauthenticated(self, request: RawRequest) -> RateLimit:
        """The rest of an address, without counting."""
        return to_reply(self._failed.ask(request.client_host))

    async def take_unauthenticated(self, request: RawRequest) -> RateLimit:
        """Count one failed authentication of an address."""
        return to_reply(self._failed.note(request.client_host))


def to_reply(allowance: Allowance) -> RateLimit:
    """The allowance as the headers of the reply have it."""
    return RateLimit(
        limit=allowance.limit,
        remaining=allowance.remaining,
        reset_at=allowance.reset_at,
        is_refused=allowance.is_refused,
        retry_after_seconds=allowance.retry_after_seconds,
    )


def _email_of(body: bytes) -> str | None:
    """The address somebody wants to log in with; None when the body is no such request, which is refused later."""
    try:
        content = json.loads(body)
    except (ValueError, RecursionError):
        return None
    email = content.get("email") if isinstance(content, dict) else None
    return email if isinstance(email, str) else None
