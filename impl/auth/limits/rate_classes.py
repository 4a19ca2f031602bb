"""Which limit of the contract counts whom, and how often they may come."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final, final

from generated.server import Call, RateLimit, RawRequest, handlers
from impl.auth.keys.tenant_keys import TenantKey
from impl.auth.limits import delivery_limits
from impl.auth.limits.addresses import ClientAddresses
from impl.auth.limits.delivery_limits import DeliveryLimits
from impl.auth.limits.failed_attempts import FailedAttempts, Kind
from impl.auth.limits.leased_buckets import LeasedBuckets
from impl.auth.limits.login_limits import LoginLimits
from impl.auth.limits.tenant_rates import TenantRates
from impl.auth.sessions import RefreshHolder
from impl.auth.tokens.access_tokens import AccessToken

ERRORS_PER_MINUTE: Final = 20
REFRESHES_PER_MINUTE: Final = 10
_SIGNED: Final = frozenset(operation.id for operation in handlers.RECEIVE_DELIVERY)


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class Limiter:
    """The server's limiter."""

    limits: LeasedBuckets
    rates: TenantRates
    failed: FailedAttempts
    addresses: ClientAddresses
    logins: LoginLimits
    deliveries: DeliveryLimits
    refreshes_per_minute: int = REFRESHES_PER_MINUTE

    async def take(self, rate_class: str, call: Call[Any]) -> RateLimit:
        """Count one request in the class that the contract names."""
        match rate_class, call.principal:
            case "api", AccessToken() as token:
                limit = await self.rates.api_rate(token)
                return await self.limits.take("api", str(token.tenant_id), limit)
            case "errors", AccessToken() as token:
                return await self.limits.take("errors", str(token.user_id), ERRORS_PER_MINUTE)
            case delivery_limits.CLASS, TenantKey() as key if call.operation.id in _SIGNED:
                # The handler counts it once its signature is verified.
                return self.deliveries.ask(call.request, key)
            case delivery_limits.CLASS, TenantKey() as key:
                return await self.limits.take(delivery_limits.CLASS, key.key_hash, key.rate_per_minute)
            case "login", RefreshHolder() as holder:
                return await self.limits.take("refresh", str(holder.family_id), self.refreshes_per_minute)
            case "login", AccessToken() as token:
                # A stolen token must not be good for guessing the password behind it.
                return await self.limits.take("password", str(token.user_id), self.refreshes_per_minute)
            case "login", _:
                return await self.logins.take(call.request)
            case _:
                raise AssertionError(f"{call.operation.id} has the rate class {rate_class!r}, which counts nobody here")

    def ask_unauthenticated(self, request: RawRequest) -> RateLimit:
        """The rest of an address, without counting."""
        return self.failed.ask(_kind_of(request), self.addresses.subscriber(request))

    async def take_unauthenticated(self, request: RawRequest) -> RateLimit:
        """Count one failed authentication of an address."""
        return self.failed.note(_kind_of(request), self.addresses.subscriber(request))


def _kind_of(request: RawRequest) -> Kind:
    """Failures of a refresh are counted apart: a page that polls with an expired token must still be able to renew it."""
    return Kind.REFRESH if "login" in request.rate_classes else Kind.REQUEST
