"""One method per security scheme of the contract: who calls, or nobody."""

from __future__ import annotations

from collections.abc import Callable
from typing import ClassVar, TypeAlias, final

from sqlalchemy.ext.asyncio import AsyncEngine

from generated.server import Grant, RateLimitedError, RawRequest
from impl.auth import sessions
from impl.auth.keys.tenant_keys import Purpose, TenantKey, TenantKeys
from impl.auth.limits.addresses import ClientAddresses
from impl.auth.limits.failed_attempts import FailedAttempts, Kind
from impl.auth.sessions import RefreshHolder
from impl.auth.tokens import refresh_tokens
from impl.auth.tokens.access_tokens import AccessToken
from impl.auth.tokens.verification import Verifier
from impl.telemetry import correlation, metrics

OnUnknownKey: TypeAlias = Callable[[str, RawRequest], None]
"""Called with a machine key that no tenant has, and its request; must return at once."""


def ignore_unknown_key(_: str, __: RawRequest) -> None:
    """The default: does nothing."""


@final
class Authenticator:
    """Grants for people with tokens and machines with keys. A database that is away is a 503 and never a grant.

    An address that has failed too often is refused before anything is looked up for it, unless its key is known here.
    """

    reads_body: ClassVar[bool] = False
    """No credential covers the body, so who calls is known before a byte of it is read."""

    def __init__(
        self,
        *,
        verifier: Verifier,
        tenant_keys: TenantKeys,
        engine: AsyncEngine,
        failed: FailedAttempts,
        addresses: ClientAddresses,
        on_unknown_key: OnUnknownKey = ignore_unknown_key,
    ) -> None:
        self._verifier, self._tenant_keys, self._engine = verifier, tenant_keys, engine
        self._failed, self._addresses = failed, addresses
        self._on_unknown_key = on_unknown_key

    async def access_bearer_auth(self, credential: str, request: RawRequest) -> Grant[AccessToken] | None:
        """A person's access token, with the scopes of its role."""
        token = await self._verifier.verify(credential)
        if token is None:
            return None
        correlation.bind_tenant(token.tenant_id)
        return Grant(token, token.scopes)

    async def refresh_bearer_auth(self, credential: str, request: RawRequest) -> Grant[RefreshHolder] | None:
        """A refresh token whose secret is right; whether it may still be used is decided when it is."""
        self._admit(Kind.REFRESH, request)
        token = refresh_tokens.parse(credential)
        # Text of another form is no token of anybody, which is no secret: it costs no transaction.
        holder = None if token is refresh_tokens.NOBODYS else await sessions.find_holder(self._engine, token)
        if holder is None:
            return None
        correlation.bind_tenant(holder.token.tenant_id)
        return Grant(holder)

    async def tenant_key_auth(self, credential: str, request: RawRequest) -> Grant[TenantKey] | None:
        """A tenant's machine, by the key in the header."""
        return await self._machine(credential, Purpose.HEADER, request)

    async def tenant_url_key_auth(self, credential: str, request: RawRequest) -> Grant[TenantKey] | None:
        """A payment processor, by the key in the address."""
        return await self._machine(credential, Purpose.URL, request)

    async def _machine(self, credential: str, purpose: Purpose, request: RawRequest) -> Grant[TenantKey] | None:
        key = self._tenant_keys.known(credential, purpose) or await self._look_up(credential, purpose, request)
        if key is None:
            self._on_unknown_key(credential, request)
            return None
        correlation.bind_tenant(key.tenant_id)
        return Grant(key)

    async def _look_up(self, credential: str, purpose: Purpose, request: RawRequest) -> TenantKey | None:
        # Processors send for all their customers from few addresses: one bad neighbour must not close them for all.
        if not self._tenant_keys.is_vouched(credential, purpose):
            self._admit(Kind.REQUEST, request)
        subscriber = self._addresses.subscriber(request)
        return await self._tenant_keys.resolve(credential, purpose, subject=subscriber)

    def _admit(self, kind: Kind, request: RawRequest) -> None:
        limit = self._failed.ask(kind, self._addresses.subscriber(request))
        if limit.is_refused:
            metrics.RATE_LIMITED.inc()
            raise RateLimitedError(retry_after_seconds=limit.retry_after_seconds)
