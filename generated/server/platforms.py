"""Skeldir platforms. Connect payment processors and ad platforms.

Generated from contracts/openapi/v1/platforms.yaml by `contracts generate`; change that instead.
"""

from dataclasses import dataclass
from typing import Annotated, Any, ClassVar, Final, Literal, Protocol, TypeAlias, final

from . import common, security
from ._runtime.bodies import Bodies, JsonBody
from ._runtime.operations import Operation
from ._runtime.params import Header, Params, Path, Query
from ._runtime.problems import NotWrittenError
from ._runtime.replies import JsonReply, ProblemReply
from ._runtime.requests import Call
from ._runtime.security import Need
from ._runtime.types import Integer, Text, Uuid
from .models import common as common_models, platforms as models
from .security import AccessBearerAuthT_contra


@dataclass(frozen=True, slots=True, kw_only=True)
class UpsertPlatformConnectionParams:
    """Parameters of `upsertPlatformConnection`."""

    x_correlation_id: Annotated[Uuid | None, Header("X-Correlation-ID")] = None
    """A UUID that identifies this request in responses and logs. The server generates one when it is missing and
    rejects a value that is not a UUID.
    """
    x_idempotency_key: Annotated[Uuid | None, Header("X-Idempotency-Key")] = None
    """A UUID that makes the request safe to repeat: for 30 days, the same key with the same request returns the stored
    response with the header `Idempotency-Replayed`, and the operation is not executed again. 4xx responses of the
    operation itself are stored as well. Authentication failures (401, 403), invalid requests, exceeded rate limits
    (429) and server errors (5xx) are not stored; repeat the request with the same key, and it is executed at most
    once.
    """


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class UpsertPlatformConnection200(JsonReply):
    """The account is connected."""

    status: ClassVar[int] = 200
    header_names: ClassVar = (("idempotency_replayed", "Idempotency-Replayed"),)
    body: models.PlatformConnection
    idempotency_replayed: Literal["true"] | None = None
    """`true` if this is the stored response to an earlier request with the same key; absent otherwise."""


UpsertPlatformConnectionReply: TypeAlias = (
    UpsertPlatformConnection200
    | common.BadRequest400
    | common.Unauthorized401
    | common.Forbidden403
    | common.Conflict409
    | common.PayloadTooLarge413
    | common.UnsupportedMediaType415
    | common.TooManyRequests429
    | common.InternalError500
    | common.ServiceUnavailable503
)


@dataclass(frozen=True, slots=True, kw_only=True)
class GetPlatformConnectionParams:
    """Parameters of `getPlatformConnection`."""

    x_correlation_id: Annotated[Uuid | None, Header("X-Correlation-ID")] = None
    """A UUID that identifies this request in responses and logs. The server generates one when it is missing and
    rejects a value that is not a UUID.
    """
    platform: Annotated[str, Text(min_length=1, max_length=64), Path("platform")]
    """The platform: stripe, paypal, shopify, woocommerce, google_ads, meta_ads, tiktok_ads or linkedin_ads. Any other
    value returns 404.
    """
    platform_account_id: Annotated[
        Annotated[str, Text(min_length=1, max_length=255)] | None, Query("platform_account_id")
    ] = None
    """The account, if several are connected at the platform."""


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class GetPlatformConnection200(JsonReply):
    """ID of the connection."""

    status: ClassVar[int] = 200
    body: models.PlatformConnection


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class AccountBadRequest400(ProblemReply):
    """The request does not conform to the contract, or several accounts are connected and none is named."""

    status: ClassVar[int] = 400
    body: common_models.Problem


GetPlatformConnectionReply: TypeAlias = (
    GetPlatformConnection200
    | AccountBadRequest400
    | common.Unauthorized401
    | common.Forbidden403
    | common.PlatformNotFound404
    | common.TooManyRequests429
    | common.InternalError500
    | common.ServiceUnavailable503
)


@dataclass(frozen=True, slots=True, kw_only=True)
class UpsertPlatformCredentialsParams:
    """Parameters of `upsertPlatformCredentials`."""

    x_correlation_id: Annotated[Uuid | None, Header("X-Correlation-ID")] = None
    """A UUID that identifies this request in responses and logs. The server generates one when it is missing and
    rejects a value that is not a UUID.
    """
    x_idempotency_key: Annotated[Uuid | None, Header("X-Idempotency-Key")] = None
    """A UUID that makes the request safe to repeat: for 30 days, the same key with the same request returns the stored
    response with the header `Idempotency-Replayed`, and the operation is not executed again. 4xx responses of the
    operation itself are stored as well. Authentication failures (401, 403), invalid requests, exceeded rate limits
    (429) and server errors (5xx) are not stored; repeat the request with the same key, and it is executed at most
    once.
    """


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class UpsertPlatformCredentials200(JsonReply):
    """The tokens are encrypted and stored."""

    status: ClassVar[int] = 200
    header_names: ClassVar = (("idempotency_replayed", "Idempotency-Replayed"),)
    body: models.PlatformCredentials
    idempotency_replayed: Literal["true"] | None = None
    """`true` if this is the stored response to an earlier request with the same key; absent otherwise."""


UpsertPlatformCredentialsReply: TypeAlias = (
    UpsertPlatformCredentials200
    | common.BadRequest400
    | common.Unauthorized401
    | common.Forbidden403
    | common.PlatformNotFound404
    | common.Conflict409
    | common.PayloadTooLarge413
    | common.UnsupportedMediaType415
    | common.TooManyRequests429
    | common.InternalError500
    | common.ServiceUnavailable503
)


@dataclass(frozen=True, slots=True, kw_only=True)
class InitiateProviderOAuthAuthorizationParams:
    """Parameters of `initiateProviderOAuthAuthorization`."""

    x_correlation_id: Annotated[Uuid | None, Header("X-Correlation-ID")] = None
    """A UUID that identifies this request in responses and logs. The server generates one when it is missing and
    rejects a value that is not a UUID.
    """
    x_idempotency_key: Annotated[Uuid | None, Header("X-Idempotency-Key")] = None
    """A UUID that makes the request safe to repeat: for 30 days, the same key with the same request returns the stored
    response with the header `Idempotency-Replayed`, and the operation is not executed again. 4xx responses of the
    operation itself are stored as well. Authentication failures (401, 403), invalid requests, exceeded rate limits
    (429) and server errors (5xx) are not stored; repeat the request with the same key, and it is executed at most
    once.
    """
    platform: Annotated[str, Text(min_length=1, max_length=64), Path("platform")]
    """The platform: stripe, paypal, shopify, woocommerce, google_ads, meta_ads, tiktok_ads or linkedin_ads. Any other
    value returns 404.
    """


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class InitiateProviderOAuthAuthorization202(JsonReply):
    """Redirect the user to `authorization_url`."""

    status: ClassVar[int] = 202
    header_names: ClassVar = (
        ("idempotency_replayed", "Idempotency-Replayed"),
        ("location", "Location"),
        ("retry_after", "Retry-After"),
    )
    body: models.OAuthAuthorization
    idempotency_replayed: Literal["true"] | None = None
    """`true` if this is the stored response to an earlier request with the same key; absent otherwise."""
    location: Annotated[str, Text(min_length=1, max_length=512, format="uri-reference")]
    """Where to read the result."""
    retry_after: Annotated[int, Integer(ge=0, le=2**31 - 1)]
    """Seconds to wait before the next request."""


InitiateProviderOAuthAuthorizationReply: TypeAlias = (
    InitiateProviderOAuthAuthorization202
    | common.LifecycleBadRequest400
    | common.LifecycleUnauthorized401
    | common.LifecycleForbidden403
    | common.LifecycleNotFound404
    | common.LifecycleKeyConflict409
    | common.LifecyclePayloadTooLarge413
    | common.LifecycleUnsupportedMediaType415
    | common.LifecycleTooManyRequests429
    | common.InternalError500
    | common.LifecycleUnavailable503
)


@dataclass(frozen=True, slots=True, kw_only=True)
class CompleteProviderOAuthCallbackParams:
    """Parameters of `completeProviderOAuthCallback`."""

    x_correlation_id: Annotated[Uuid | None, Header("X-Correlation-ID")] = None
    """A UUID that identifies this request in responses and logs. The server generates one when it is missing and
    rejects a value that is not a UUID.
    """
    platform: Annotated[str, Text(min_length=1, max_length=64), Path("platform")]
    """The platform: stripe, paypal, shopify, woocommerce, google_ads, meta_ads, tiktok_ads or linkedin_ads. Any other
    value returns 404.
    """
    state: Annotated[str, Text(min_length=1, max_length=512), Query("state")]
    """The `state` returned by the platform."""
    code: Annotated[Annotated[str, Text(min_length=1, max_length=4096)] | None, Query("code")] = None
    """The authorization code returned by the platform if access was granted."""
    error: Annotated[Annotated[str, Text(min_length=1, max_length=255)] | None, Query("error")] = None
    """The error returned by the platform if access was denied."""
    error_description: Annotated[
        Annotated[str, Text(min_length=1, max_length=2000)] | None, Query("error_description")
    ] = None
    """The platform's error description."""


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class CompleteProviderOAuthCallback200(JsonReply):
    """Access was granted and the tokens are stored."""

    status: ClassVar[int] = 200
    body: models.OAuthCompletion


CompleteProviderOAuthCallbackReply: TypeAlias = (
    CompleteProviderOAuthCallback200
    | common.LifecycleBadRequest400
    | common.LifecycleUnauthorized401
    | common.LifecycleForbidden403
    | common.LifecycleNotFound404
    | common.LifecycleConflict409
    | common.LifecycleTooManyRequests429
    | common.InternalError500
    | common.LifecycleUnavailable503
)


@dataclass(frozen=True, slots=True, kw_only=True)
class GetProviderOAuthStatusParams:
    """Parameters of `getProviderOAuthStatus`."""

    x_correlation_id: Annotated[Uuid | None, Header("X-Correlation-ID")] = None
    """A UUID that identifies this request in responses and logs. The server generates one when it is missing and
    rejects a value that is not a UUID.
    """
    platform: Annotated[str, Text(min_length=1, max_length=64), Path("platform")]
    """The platform: stripe, paypal, shopify, woocommerce, google_ads, meta_ads, tiktok_ads or linkedin_ads. Any other
    value returns 404.
    """
    platform_account_id: Annotated[
        Annotated[str, Text(min_length=1, max_length=255)] | None, Query("platform_account_id")
    ] = None
    """The account, if several are connected at the platform."""


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class GetProviderOAuthStatus200(JsonReply):
    """Status."""

    status: ClassVar[int] = 200
    body: models.OAuthStatus


GetProviderOAuthStatusReply: TypeAlias = (
    GetProviderOAuthStatus200
    | common.LifecycleBadRequest400
    | common.LifecycleUnauthorized401
    | common.LifecycleForbidden403
    | common.LifecycleNotFound404
    | common.LifecycleConflict409
    | common.LifecycleTooManyRequests429
    | common.InternalError500
    | common.LifecycleUnavailable503
)


@dataclass(frozen=True, slots=True, kw_only=True)
class DisconnectProviderOAuthParams:
    """Parameters of `disconnectProviderOAuth`."""

    x_correlation_id: Annotated[Uuid | None, Header("X-Correlation-ID")] = None
    """A UUID that identifies this request in responses and logs. The server generates one when it is missing and
    rejects a value that is not a UUID.
    """
    x_idempotency_key: Annotated[Uuid | None, Header("X-Idempotency-Key")] = None
    """A UUID that makes the request safe to repeat: for 30 days, the same key with the same request returns the stored
    response with the header `Idempotency-Replayed`, and the operation is not executed again. 4xx responses of the
    operation itself are stored as well. Authentication failures (401, 403), invalid requests, exceeded rate limits
    (429) and server errors (5xx) are not stored; repeat the request with the same key, and it is executed at most
    once.
    """
    platform: Annotated[str, Text(min_length=1, max_length=64), Path("platform")]
    """The platform: stripe, paypal, shopify, woocommerce, google_ads, meta_ads, tiktok_ads or linkedin_ads. Any other
    value returns 404.
    """


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class DisconnectProviderOAuth200(JsonReply):
    """The platform is disconnected."""

    status: ClassVar[int] = 200
    header_names: ClassVar = (("idempotency_replayed", "Idempotency-Replayed"),)
    body: models.OAuthDisconnection
    idempotency_replayed: Literal["true"] | None = None
    """`true` if this is the stored response to an earlier request with the same key; absent otherwise."""


DisconnectProviderOAuthReply: TypeAlias = (
    DisconnectProviderOAuth200
    | common.LifecycleBadRequest400
    | common.LifecycleUnauthorized401
    | common.LifecycleForbidden403
    | common.LifecycleNotFound404
    | common.LifecycleKeyConflict409
    | common.LifecyclePayloadTooLarge413
    | common.LifecycleUnsupportedMediaType415
    | common.LifecycleTooManyRequests429
    | common.InternalError500
    | common.LifecycleUnavailable503
)


@dataclass(frozen=True, slots=True, kw_only=True)
class GetProviderOAuthRefreshStateParams:
    """Parameters of `getProviderOAuthRefreshState`."""

    x_correlation_id: Annotated[Uuid | None, Header("X-Correlation-ID")] = None
    """A UUID that identifies this request in responses and logs. The server generates one when it is missing and
    rejects a value that is not a UUID.
    """
    platform: Annotated[str, Text(min_length=1, max_length=64), Path("platform")]
    """The platform: stripe, paypal, shopify, woocommerce, google_ads, meta_ads, tiktok_ads or linkedin_ads. Any other
    value returns 404.
    """
    platform_account_id: Annotated[
        Annotated[str, Text(min_length=1, max_length=255)] | None, Query("platform_account_id")
    ] = None
    """The account, if several are connected at the platform."""


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class GetProviderOAuthRefreshState200(JsonReply):
    """Status."""

    status: ClassVar[int] = 200
    body: models.OAuthRefresh


GetProviderOAuthRefreshStateReply: TypeAlias = (
    GetProviderOAuthRefreshState200
    | common.LifecycleBadRequest400
    | common.LifecycleUnauthorized401
    | common.LifecycleForbidden403
    | common.LifecycleNotFound404
    | common.LifecycleConflict409
    | common.LifecycleTooManyRequests429
    | common.InternalError500
    | common.LifecycleUnavailable503
)


class PlatformsApi(Protocol[AccessBearerAuthT_contra]):
    """Operations of platforms, to be implemented."""

    async def upsert_platform_connection(
        self,
        params: UpsertPlatformConnectionParams,
        body: models.PlatformConnectionRequest,
        *,
        call: Call[AccessBearerAuthT_contra],
    ) -> UpsertPlatformConnectionReply:
        """Connect an account (POST /api/attribution/platform-connections).

        Connects an account at a platform to your tenant. A repeated request updates its status and metadata.
        """
        ...

    async def get_platform_connection(
        self, params: GetPlatformConnectionParams, *, call: Call[AccessBearerAuthT_contra]
    ) -> GetPlatformConnectionReply:
        """Get a connection (GET /api/attribution/platform-connections/{platform}).

        Returns the connected account at a platform. If several accounts are connected, `platform_account_id` is
        required.
        """
        ...

    async def upsert_platform_credentials(
        self,
        params: UpsertPlatformCredentialsParams,
        body: models.PlatformCredentialsRequest,
        *,
        call: Call[AccessBearerAuthT_contra],
    ) -> UpsertPlatformCredentialsReply:
        """Store credentials of an account (POST /api/attribution/platform-credentials).

        Stores the tokens of a connected account, for platforms without OAuth or tokens obtained by another tool.
        """
        ...

    async def initiate_provider_o_auth_authorization(
        self,
        params: InitiateProviderOAuthAuthorizationParams,
        body: models.OAuthAuthorizationRequest,
        *,
        call: Call[AccessBearerAuthT_contra],
    ) -> InitiateProviderOAuthAuthorizationReply:
        """Start an OAuth authorization (POST /api/attribution/platform-oauth/{platform}/authorize).

        Returns the URL of the platform page where the account owner grants access. The authorization must be
        completed within 15 minutes.
        """
        ...

    async def complete_provider_o_auth_callback(
        self, params: CompleteProviderOAuthCallbackParams, *, call: Call[AccessBearerAuthT_contra]
    ) -> CompleteProviderOAuthCallbackReply:
        """Complete an OAuth authorization (GET /api/attribution/platform-oauth/{platform}/callback).

        Called by your dashboard with the parameters returned by the platform. Works once, only for the user who
        started the authorization and only with the same account and redirect URI.
        """
        ...

    async def get_provider_o_auth_status(
        self, params: GetProviderOAuthStatusParams, *, call: Call[AccessBearerAuthT_contra]
    ) -> GetProviderOAuthStatusReply:
        """Get the OAuth status of a connection (GET /api/attribution/platform-oauth/{platform}/status).

        Returns whether access to your account at a platform is granted and when it expires.
        """
        ...

    async def disconnect_provider_o_auth(
        self,
        params: DisconnectProviderOAuthParams,
        body: models.OAuthDisconnectRequest,
        *,
        call: Call[AccessBearerAuthT_contra],
    ) -> DisconnectProviderOAuthReply:
        """Disconnect a platform (POST /api/attribution/platform-oauth/{platform}/disconnect).

        Revokes access at the platform and deletes the stored tokens.
        """
        ...

    async def get_provider_o_auth_refresh_state(
        self, params: GetProviderOAuthRefreshStateParams, *, call: Call[AccessBearerAuthT_contra]
    ) -> GetProviderOAuthRefreshStateReply:
        """Get the token refresh state (GET /api/attribution/platform-oauth/{platform}/refresh-state).

        Access tokens are refreshed before they expire. Returns the last and the next refresh and whether the last
        one succeeded.
        """
        ...


class PlatformsStub:
    """Answers 501 to every operation of platforms; derive from it to write them one by one."""

    async def upsert_platform_connection(
        self, params: UpsertPlatformConnectionParams, body: models.PlatformConnectionRequest, *, call: Call[Any]
    ) -> UpsertPlatformConnectionReply:
        raise NotWrittenError

    async def get_platform_connection(
        self, params: GetPlatformConnectionParams, *, call: Call[Any]
    ) -> GetPlatformConnectionReply:
        raise NotWrittenError

    async def upsert_platform_credentials(
        self, params: UpsertPlatformCredentialsParams, body: models.PlatformCredentialsRequest, *, call: Call[Any]
    ) -> UpsertPlatformCredentialsReply:
        raise NotWrittenError

    async def initiate_provider_o_auth_authorization(
        self,
        params: InitiateProviderOAuthAuthorizationParams,
        body: models.OAuthAuthorizationRequest,
        *,
        call: Call[Any],
    ) -> InitiateProviderOAuthAuthorizationReply:
        raise NotWrittenError

    async def complete_provider_o_auth_callback(
        self, params: CompleteProviderOAuthCallbackParams, *, call: Call[Any]
    ) -> CompleteProviderOAuthCallbackReply:
        raise NotWrittenError

    async def get_provider_o_auth_status(
        self, params: GetProviderOAuthStatusParams, *, call: Call[Any]
    ) -> GetProviderOAuthStatusReply:
        raise NotWrittenError

    async def disconnect_provider_o_auth(
        self, params: DisconnectProviderOAuthParams, body: models.OAuthDisconnectRequest, *, call: Call[Any]
    ) -> DisconnectProviderOAuthReply:
        raise NotWrittenError

    async def get_provider_o_auth_refresh_state(
        self, params: GetProviderOAuthRefreshStateParams, *, call: Call[Any]
    ) -> GetProviderOAuthRefreshStateReply:
        raise NotWrittenError


UPSERT_PLATFORM_CONNECTION: Final = Operation(
    id="upsertPlatformConnection",
    method="POST",
    path="/api/attribution/platform-connections",
    handler="upsert_platform_connection",
    replies=frozenset(
        {
            UpsertPlatformConnection200,
            common.BadRequest400,
            common.Conflict409,
            common.Forbidden403,
            common.InternalError500,
            common.PayloadTooLarge413,
            common.ServiceUnavailable503,
            common.TooManyRequests429,
            common.Unauthorized401,
            common.UnsupportedMediaType415,
        }
    ),
    origin="contracts/openapi/v1/platforms.yaml:19",
    security=((Need(security.ACCESS_BEARER_AUTH, frozenset({"manager"})),),),
    params=Params(UpsertPlatformConnectionParams),
    bodies=Bodies({"application/json": JsonBody(models.PlatformConnectionRequest)}, is_required=True),
    rate_limit=("api",),
)

GET_PLATFORM_CONNECTION: Final = Operation(
    id="getPlatformConnection",
    method="GET",
    path="/api/attribution/platform-connections/{platform}",
    handler="get_platform_connection",
    replies=frozenset(
        {
            AccountBadRequest400,
            GetPlatformConnection200,
            common.Forbidden403,
            common.InternalError500,
            common.PlatformNotFound404,
            common.ServiceUnavailable503,
            common.TooManyRequests429,
            common.Unauthorized401,
        }
    ),
    origin="contracts/openapi/v1/platforms.yaml:85",
    security=((Need(security.ACCESS_BEARER_AUTH, frozenset({"viewer"})),),),
    params=Params(GetPlatformConnectionParams),
    rate_limit=("api",),
)

UPSERT_PLATFORM_CREDENTIALS: Final = Operation(
    id="upsertPlatformCredentials",
    method="POST",
    path="/api/attribution/platform-credentials",
    handler="upsert_platform_credentials",
    replies=frozenset(
        {
            UpsertPlatformCredentials200,
            common.BadRequest400,
            common.Conflict409,
            common.Forbidden403,
            common.InternalError500,
            common.PayloadTooLarge413,
            common.PlatformNotFound404,
            common.ServiceUnavailable503,
            common.TooManyRequests429,
            common.Unauthorized401,
            common.UnsupportedMediaType415,
        }
    ),
    origin="contracts/openapi/v1/platforms.yaml:130",
    security=((Need(security.ACCESS_BEARER_AUTH, frozenset({"manager"})),),),
    params=Params(UpsertPlatformCredentialsParams),
    bodies=Bodies({"application/json": JsonBody(models.PlatformCredentialsRequest)}, is_required=True),
    rate_limit=("api",),
)

INITIATE_PROVIDER_O_AUTH_AUTHORIZATION: Final = Operation(
    id="initiateProviderOAuthAuthorization",
    method="POST",
    path="/api/attribution/platform-oauth/{platform}/authorize",
    handler="initiate_provider_o_auth_authorization",
    replies=frozenset(
        {
            InitiateProviderOAuthAuthorization202,
            common.InternalError500,
            common.LifecycleBadRequest400,
            common.LifecycleForbidden403,
            common.LifecycleKeyConflict409,
            common.LifecycleNotFound404,
            common.LifecyclePayloadTooLarge413,
            common.LifecycleTooManyRequests429,
            common.LifecycleUnauthorized401,
            common.LifecycleUnavailable503,
            common.LifecycleUnsupportedMediaType415,
        }
    ),
    origin="contracts/openapi/v1/platforms.yaml:191",
    security=((Need(security.ACCESS_BEARER_AUTH, frozenset({"manager"})),),),
    params=Params(InitiateProviderOAuthAuthorizationParams),
    bodies=Bodies({"application/json": JsonBody(models.OAuthAuthorizationRequest)}, is_required=True),
    rate_limit=("api",),
)

COMPLETE_PROVIDER_O_AUTH_CALLBACK: Final = Operation(
    id="completeProviderOAuthCallback",
    method="GET",
    path="/api/attribution/platform-oauth/{platform}/callback",
    handler="complete_provider_o_auth_callback",
    replies=frozenset(
        {
            CompleteProviderOAuthCallback200,
            common.InternalError500,
            common.LifecycleBadRequest400,
            common.LifecycleConflict409,
            common.LifecycleForbidden403,
            common.LifecycleNotFound404,
            common.LifecycleTooManyRequests429,
            common.LifecycleUnauthorized401,
            common.LifecycleUnavailable503,
        }
    ),
    origin="contracts/openapi/v1/platforms.yaml:262",
    security=((Need(security.ACCESS_BEARER_AUTH, frozenset({"manager"})),),),
    params=Params(CompleteProviderOAuthCallbackParams),
    rate_limit=("api",),
)

GET_PROVIDER_O_AUTH_STATUS: Final = Operation(
    id="getProviderOAuthStatus",
    method="GET",
    path="/api/attribution/platform-oauth/{platform}/status",
    handler="get_provider_o_auth_status",
    replies=frozenset(
        {
            GetProviderOAuthStatus200,
            common.InternalError500,
            common.LifecycleBadRequest400,
            common.LifecycleConflict409,
            common.LifecycleForbidden403,
            common.LifecycleNotFound404,
            common.LifecycleTooManyRequests429,
            common.LifecycleUnauthorized401,
            common.LifecycleUnavailable503,
        }
    ),
    origin="contracts/openapi/v1/platforms.yaml:317",
    security=((Need(security.ACCESS_BEARER_AUTH, frozenset({"viewer"})),),),
    params=Params(GetProviderOAuthStatusParams),
    rate_limit=("api",),
)

DISCONNECT_PROVIDER_O_AUTH: Final = Operation(
    id="disconnectProviderOAuth",
    method="POST",
    path="/api/attribution/platform-oauth/{platform}/disconnect",
    handler="disconnect_provider_o_auth",
    replies=frozenset(
        {
            DisconnectProviderOAuth200,
            common.InternalError500,
            common.LifecycleBadRequest400,
            common.LifecycleForbidden403,
            common.LifecycleKeyConflict409,
            common.LifecycleNotFound404,
            common.LifecyclePayloadTooLarge413,
            common.LifecycleTooManyRequests429,
            common.LifecycleUnauthorized401,
            common.LifecycleUnavailable503,
            common.LifecycleUnsupportedMediaType415,
        }
    ),
    origin="contracts/openapi/v1/platforms.yaml:364",
    security=((Need(security.ACCESS_BEARER_AUTH, frozenset({"manager"})),),),
    params=Params(DisconnectProviderOAuthParams),
    bodies=Bodies({"application/json": JsonBody(models.OAuthDisconnectRequest)}, is_required=True),
    rate_limit=("api",),
)

GET_PROVIDER_O_AUTH_REFRESH_STATE: Final = Operation(
    id="getProviderOAuthRefreshState",
    method="GET",
    path="/api/attribution/platform-oauth/{platform}/refresh-state",
    handler="get_provider_o_auth_refresh_state",
    replies=frozenset(
        {
            GetProviderOAuthRefreshState200,
            common.InternalError500,
            common.LifecycleBadRequest400,
            common.LifecycleConflict409,
            common.LifecycleForbidden403,
            common.LifecycleNotFound404,
            common.LifecycleTooManyRequests429,
            common.LifecycleUnauthorized401,
            common.LifecycleUnavailable503,
        }
    ),
    origin="contracts/openapi/v1/platforms.yaml:423",
    security=((Need(security.ACCESS_BEARER_AUTH, frozenset({"viewer"})),),),
    params=Params(GetProviderOAuthRefreshStateParams),
    rate_limit=("api",),
)

OPERATIONS: Final[tuple[Operation, ...]] = (
    UPSERT_PLATFORM_CONNECTION,
    GET_PLATFORM_CONNECTION,
    UPSERT_PLATFORM_CREDENTIALS,
    INITIATE_PROVIDER_O_AUTH_AUTHORIZATION,
    COMPLETE_PROVIDER_O_AUTH_CALLBACK,
    GET_PROVIDER_O_AUTH_STATUS,
    DISCONNECT_PROVIDER_O_AUTH,
    GET_PROVIDER_O_AUTH_REFRESH_STATE,
)
