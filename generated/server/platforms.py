"""Skeldir platforms. Connect the platforms that move your money and run your ads.

Generated from contracts/openapi/v1/platforms.yaml by `contracts generate`; change that instead.
"""

from dataclasses import dataclass
from typing import Annotated, Any, ClassVar, Final, Literal, Protocol, TypeAlias, final

from . import common
from ._runtime.bodies import Bodies, JsonBody
from ._runtime.operations import Operation
from ._runtime.params import Header, Params, Path, Query
from ._runtime.problems import NotWrittenError
from ._runtime.replies import JsonReply, ProblemReply
from ._runtime.requests import Call
from ._runtime.security import Need
from ._runtime.types import Integer, Text, Uuid
from .models import common as common_models, platforms as models
from .security import ACCESS_BEARER_AUTH, AccessBearerAuthT_contra


@dataclass(frozen=True, slots=True, kw_only=True)
class UpsertPlatformConnectionParams:
    """Parameters of `upsertPlatformConnection`."""

    x_correlation_id: Annotated[Uuid | None, Header("X-Correlation-ID")] = None
    """A UUID that identifies this request in responses and logs. The server generates one when it is missing and
    rejects a value that is not a UUID.
    """
    x_idempotency_key: Annotated[Uuid | None, Header("X-Idempotency-Key")] = None
    """A UUID of your choice that makes the request safe to repeat: the same key with the same request gets the stored
    answer for 30 days, with the header Idempotency-Replayed, and nothing is done twice. A refusal (4xx) of what was
    asked for is an answer too. Not stored is what says nothing about that: who may ask (401, 403), a request that
    breaks this contract, too many requests (429), a failure (5xx); repeat those with the same key, it is still done
    at most once.
    """


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class UpsertPlatformConnection200(JsonReply):
    """The account is connected."""

    status: ClassVar[int] = 200
    header_names: ClassVar = (("idempotency_replayed", "Idempotency-Replayed"),)
    body: models.PlatformConnection
    idempotency_replayed: Literal["true"] | None = None
    """Present with the value true when this is the stored answer to an earlier request with the same key."""


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
    """The platform - stripe, paypal, shopify, woocommerce, google_ads, meta_ads, tiktok_ads or linkedin_ads. Any other
    is 404.
    """
    platform_account_id: Annotated[
        Annotated[str, Text(min_length=1, max_length=255)] | None, Query("platform_account_id")
    ] = None
    """Which account, where you have several at the platform."""


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class GetPlatformConnection200(JsonReply):
    """The connection."""

    status: ClassVar[int] = 200
    body: models.PlatformConnection


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class AccountBadRequest400(ProblemReply):
    """The request breaks the contract, or does not say which of several accounts is meant."""

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
    """A UUID of your choice that makes the request safe to repeat: the same key with the same request gets the stored
    answer for 30 days, with the header Idempotency-Replayed, and nothing is done twice. A refusal (4xx) of what was
    asked for is an answer too. Not stored is what says nothing about that: who may ask (401, 403), a request that
    breaks this contract, too many requests (429), a failure (5xx); repeat those with the same key, it is still done
    at most once.
    """


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class UpsertPlatformCredentials200(JsonReply):
    """The tokens are sealed and stored."""

    status: ClassVar[int] = 200
    header_names: ClassVar = (("idempotency_replayed", "Idempotency-Replayed"),)
    body: models.PlatformCredentials
    idempotency_replayed: Literal["true"] | None = None
    """Present with the value true when this is the stored answer to an earlier request with the same key."""


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
    """A UUID of your choice that makes the request safe to repeat: the same key with the same request gets the stored
    answer for 30 days, with the header Idempotency-Replayed, and nothing is done twice. A refusal (4xx) of what was
    asked for is an answer too. Not stored is what says nothing about that: who may ask (401, 403), a request that
    breaks this contract, too many requests (429), a failure (5xx); repeat those with the same key, it is still done
    at most once.
    """
    platform: Annotated[str, Text(min_length=1, max_length=64), Path("platform")]
    """The platform - stripe, paypal, shopify, woocommerce, google_ads, meta_ads, tiktok_ads or linkedin_ads. Any other
    is 404.
    """


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class InitiateProviderOAuthAuthorization202(JsonReply):
    """Send the person to `authorization_url`."""

    status: ClassVar[int] = 202
    header_names: ClassVar = (
        ("idempotency_replayed", "Idempotency-Replayed"),
        ("location", "Location"),
        ("retry_after", "Retry-After"),
    )
    body: models.OAuthAuthorization
    idempotency_replayed: Literal["true"] | None = None
    """Present with the value true when this is the stored answer to an earlier request with the same key."""
    location: Annotated[str, Text(min_length=1, max_length=512, format="uri-reference")]
    """Where to read the result."""
    retry_after: Annotated[int, Integer(ge=0, le=2**31 - 1)]
    """Whole seconds to wait before trying again."""


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
    """The platform - stripe, paypal, shopify, woocommerce, google_ads, meta_ads, tiktok_ads or linkedin_ads. Any other
    is 404.
    """
    state: Annotated[str, Text(min_length=1, max_length=512), Query("state")]
    """The state that the platform sent back."""
    code: Annotated[Annotated[str, Text(min_length=1, max_length=4096)] | None, Query("code")] = None
    """The code that the platform sent back when access was granted."""
    error: Annotated[Annotated[str, Text(min_length=1, max_length=255)] | None, Query("error")] = None
    """What the platform sent back when it was not."""
    error_description: Annotated[
        Annotated[str, Text(min_length=1, max_length=2000)] | None, Query("error_description")
    ] = None
    """Why, in the platform's words."""


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class CompleteProviderOAuthCallback200(JsonReply):
    """Access is granted and stored."""

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
    """The platform - stripe, paypal, shopify, woocommerce, google_ads, meta_ads, tiktok_ads or linkedin_ads. Any other
    is 404.
    """
    platform_account_id: Annotated[
        Annotated[str, Text(min_length=1, max_length=255)] | None, Query("platform_account_id")
    ] = None
    """Which account, where you have several at the platform."""


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class GetProviderOAuthStatus200(JsonReply):
    """How it stands."""

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
    """A UUID of your choice that makes the request safe to repeat: the same key with the same request gets the stored
    answer for 30 days, with the header Idempotency-Replayed, and nothing is done twice. A refusal (4xx) of what was
    asked for is an answer too. Not stored is what says nothing about that: who may ask (401, 403), a request that
    breaks this contract, too many requests (429), a failure (5xx); repeat those with the same key, it is still done
    at most once.
    """
    platform: Annotated[str, Text(min_length=1, max_length=64), Path("platform")]
    """The platform - stripe, paypal, shopify, woocommerce, google_ads, meta_ads, tiktok_ads or linkedin_ads. Any other
    is 404.
    """


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class DisconnectProviderOAuth200(JsonReply):
    """The connection has ended."""

    status: ClassVar[int] = 200
    header_names: ClassVar = (("idempotency_replayed", "Idempotency-Replayed"),)
    body: models.OAuthDisconnection
    idempotency_replayed: Literal["true"] | None = None
    """Present with the value true when this is the stored answer to an earlier request with the same key."""


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
    """The platform - stripe, paypal, shopify, woocommerce, google_ads, meta_ads, tiktok_ads or linkedin_ads. Any other
    is 404.
    """
    platform_account_id: Annotated[
        Annotated[str, Text(min_length=1, max_length=255)] | None, Query("platform_account_id")
    ] = None
    """Which account, where you have several at the platform."""


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class GetProviderOAuthRefreshState200(JsonReply):
    """How it stands."""

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

        Says that an account at a platform is yours. Sending it again changes its status and notes.
        """
        ...

    async def get_platform_connection(
        self, params: GetPlatformConnectionParams, *, call: Call[AccessBearerAuthT_contra]
    ) -> GetPlatformConnectionReply:
        """Look at a connection (GET /api/attribution/platform-connections/{platform}).

        Shows the account you connected at a platform. Name the account when you connected several there.
        """
        ...

    async def upsert_platform_credentials(
        self,
        params: UpsertPlatformCredentialsParams,
        body: models.PlatformCredentialsRequest,
        *,
        call: Call[AccessBearerAuthT_contra],
    ) -> UpsertPlatformCredentialsReply:
        """Enter access to an account (POST /api/attribution/platform-credentials).

        Takes in the tokens of an account for platforms without OAuth, or from a tool of your own. The account must
        be connected.
        """
        ...

    async def initiate_provider_o_auth_authorization(
        self,
        params: InitiateProviderOAuthAuthorizationParams,
        body: models.OAuthAuthorizationRequest,
        *,
        call: Call[AccessBearerAuthT_contra],
    ) -> InitiateProviderOAuthAuthorizationReply:
        """Start to connect with a platform (POST /api/attribution/platform-oauth/{platform}/authorize).

        Gives the address of the platform's page on which its owner may grant us access. The attempt is good for 15
        minutes.
        """
        ...

    async def complete_provider_o_auth_callback(
        self, params: CompleteProviderOAuthCallbackParams, *, call: Call[AccessBearerAuthT_contra]
    ) -> CompleteProviderOAuthCallbackReply:
        """Finish to connect with a platform (GET /api/attribution/platform-oauth/{platform}/callback).

        Your dashboard calls this with what the platform sent back. It works once, for the person who started, and
        for the account and page that were named then; anything else is refused before anything happens.
        """
        ...

    async def get_provider_o_auth_status(
        self, params: GetProviderOAuthStatusParams, *, call: Call[AccessBearerAuthT_contra]
    ) -> GetProviderOAuthStatusReply:
        """Ask how a connection stands (GET /api/attribution/platform-oauth/{platform}/status).

        Shows whether we have access to your account at a platform, and until when.
        """
        ...

    async def disconnect_provider_o_auth(
        self,
        params: DisconnectProviderOAuthParams,
        body: models.OAuthDisconnectRequest,
        *,
        call: Call[AccessBearerAuthT_contra],
    ) -> DisconnectProviderOAuthReply:
        """End a connection (POST /api/attribution/platform-oauth/{platform}/disconnect).

        Gives access back at the platform and overwrites our copy of the tokens.
        """
        ...

    async def get_provider_o_auth_refresh_state(
        self, params: GetProviderOAuthRefreshStateParams, *, call: Call[AccessBearerAuthT_contra]
    ) -> GetProviderOAuthRefreshStateReply:
        """Ask how a renewal stands (GET /api/attribution/platform-oauth/{platform}/refresh-state).

        Access to platforms ends by itself and is renewed ahead of time. This shows when that was, when it will be,
        and whether it worked.
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
    security=((Need(ACCESS_BEARER_AUTH, frozenset({"manager"})),),),
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
    security=((Need(ACCESS_BEARER_AUTH, frozenset({"viewer"})),),),
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
    security=((Need(ACCESS_BEARER_AUTH, frozenset({"manager"})),),),
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
    origin="contracts/openapi/v1/platforms.yaml:192",
    security=((Need(ACCESS_BEARER_AUTH, frozenset({"manager"})),),),
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
    security=((Need(ACCESS_BEARER_AUTH, frozenset({"manager"})),),),
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
    security=((Need(ACCESS_BEARER_AUTH, frozenset({"viewer"})),),),
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
    security=((Need(ACCESS_BEARER_AUTH, frozenset({"manager"})),),),
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
    security=((Need(ACCESS_BEARER_AUTH, frozenset({"viewer"})),),),
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
