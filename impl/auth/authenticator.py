"""One method per security scheme of the contract: who calls, or nobody."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Callable
from typing import TypeAlias, final

from sqlalchemy.ext.asyncio import AsyncEngine

from generated.server import Grant, RawRequest
from impl.auth import sessions
from impl.auth.keys.tenant_keys import Purpose, TenantKey, TenantKeys
from impl.auth.sessions import RefreshHolder
from impl.auth.tokens import refresh_tokens
from impl.auth.tokens.access_tokens import AccessToken
from impl.auth.tokens.verification import Verifier
from impl.telemetry import correlation

OnUnknownKey: TypeAlias = Callable[[str, RawRequest], None]
"""Called with a machine key that no tenant has, and its request; must return at once."""


def ignore_unknown_key(_: str, __: RawRequest) -> None:
    """The default: does nothing."""


@final
class Authenticator:
    """Grants for people with tokens and machines with keys. A database that is away is a 503 and never a grant."""

    def __init__(
        self,
        *,
        verifier: Verifier,
        tenant_keys: TenantKeys,
        engine: AsyncEngine,
        on_unknown_key: OnUnknownKey = ignore_unknown_key,
    ) -> None:
        self._verifier, self._tenant_keys, self._engine = verifier, tenant_keys, engine
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
        holder = await sessions.find_holder(self._engine, refresh_tokens.parse(credential))
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
        key = await self._tenant_keys.resolve(credential, purpose)
        if key is None:
            # A known key goes on to the signature over the body: an unknown one takes as long.
            hmac.digest(bytes(32), request.body, hashlib.sha256)
            self._on_unknown_key(credential, request)
            return None
        correlation.bind_tenant(key.tenant_id)
        return Grant(key)
