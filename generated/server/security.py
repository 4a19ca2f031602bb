"""Who may call: the schemes of the contracts, and what has to check them.

Generated from contracts/openapi/v1 by `contracts generate`; change that instead.
"""

from typing import Final, Protocol, TypeVar

from ._runtime.requests import Grant, RawRequest
from ._runtime.security import Scheme

AccessBearerAuthT = TypeVar("AccessBearerAuthT")
AccessBearerAuthT_co = TypeVar("AccessBearerAuthT_co", covariant=True)
AccessBearerAuthT_contra = TypeVar("AccessBearerAuthT_contra", contravariant=True)
RefreshBearerAuthT = TypeVar("RefreshBearerAuthT")
RefreshBearerAuthT_co = TypeVar("RefreshBearerAuthT_co", covariant=True)
RefreshBearerAuthT_contra = TypeVar("RefreshBearerAuthT_contra", contravariant=True)
TenantKeyAuthT = TypeVar("TenantKeyAuthT")
TenantKeyAuthT_co = TypeVar("TenantKeyAuthT_co", covariant=True)
TenantKeyAuthT_contra = TypeVar("TenantKeyAuthT_contra", contravariant=True)
TenantUrlKeyAuthT = TypeVar("TenantUrlKeyAuthT")
TenantUrlKeyAuthT_co = TypeVar("TenantUrlKeyAuthT_co", covariant=True)
TenantUrlKeyAuthT_contra = TypeVar("TenantUrlKeyAuthT_contra", contravariant=True)

ACCESS_BEARER_AUTH: Final = Scheme(name="accessBearerAuth", method="access_bearer_auth", kind="bearer")

REFRESH_BEARER_AUTH: Final = Scheme(name="refreshBearerAuth", method="refresh_bearer_auth", kind="bearer")

TENANT_KEY_AUTH: Final = Scheme(
    name="tenantKeyAuth", method="tenant_key_auth", kind="apiKey", location="header", parameter="X-Skeldir-Tenant-Key"
)

TENANT_URL_KEY_AUTH: Final = Scheme(
    name="tenantUrlKeyAuth", method="tenant_url_key_auth", kind="apiKey", location="query", parameter="tenant_key"
)


class Authenticator(Protocol[AccessBearerAuthT_co, RefreshBearerAuthT_co, TenantKeyAuthT_co, TenantUrlKeyAuthT_co]):
    """Checks credentials: one method for each scheme. None means that the credential is not accepted.

    A method gets the credential as sent and the whole request, body included. It may raise a `ProblemError`.
    """

    async def access_bearer_auth(self, credential: str, request: RawRequest) -> Grant[AccessBearerAuthT_co] | None:
        """The access token of a user (RS256 JWT, valid for 15 minutes). Each role includes the one below it: admin
        includes manager, manager includes viewer.
        """
        ...

    async def refresh_bearer_auth(self, credential: str, request: RawRequest) -> Grant[RefreshBearerAuthT_co] | None:
        """The opaque refresh token returned by login or by the last refresh. It can be used once."""
        ...

    async def tenant_key_auth(self, credential: str, request: RawRequest) -> Grant[TenantKeyAuthT_co] | None:
        """The tenant's key for webhooks and site tags. Admins rotate it."""
        ...

    async def tenant_url_key_auth(self, credential: str, request: RawRequest) -> Grant[TenantUrlKeyAuthT_co] | None:
        """The tenant's URL key, for payment processors that cannot send custom headers. It is accepted only by the
        four webhook dispatchers and is never written to access logs.
        """
        ...
