"""Skeldir reconciliation. Which revenue the processors' own books confirm.

Generated from contracts/openapi/v1/reconciliation.yaml by `contracts generate`; change that instead.
"""

from dataclasses import dataclass
from typing import Annotated, Any, ClassVar, Final, Literal, Protocol, TypeAlias, final

from . import common
from ._runtime.bodies import Bodies, JsonBody
from ._runtime.operations import Operation
from ._runtime.params import Header, Params, Path
from ._runtime.problems import NotWrittenError
from ._runtime.replies import JsonReply
from ._runtime.requests import Call
from ._runtime.security import Need
from ._runtime.types import Integer, Text, Uuid
from .models import reconciliation as models
from .security import ACCESS_BEARER_AUTH, AccessBearerAuthT_contra


@dataclass(frozen=True, slots=True, kw_only=True)
class GetReconciliationStatusParams:
    """Parameters of `getReconciliationStatus`."""

    x_correlation_id: Annotated[Uuid | None, Header("X-Correlation-ID")] = None
    """A UUID that identifies this request in responses and logs. The server generates one when it is missing and
    rejects a value that is not a UUID.
    """


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class GetReconciliationStatus200(JsonReply):
    """How far revenue is confirmed."""

    status: ClassVar[int] = 200
    body: models.ReconciliationStatus


GetReconciliationStatusReply: TypeAlias = (
    GetReconciliationStatus200
    | common.BadRequest400
    | common.Unauthorized401
    | common.Forbidden403
    | common.TooManyRequests429
    | common.InternalError500
    | common.ServiceUnavailable503
)


@dataclass(frozen=True, slots=True, kw_only=True)
class GetPlatformReconciliationStatusParams:
    """Parameters of `getPlatformReconciliationStatus`."""

    x_correlation_id: Annotated[Uuid | None, Header("X-Correlation-ID")] = None
    """A UUID that identifies this request in responses and logs. The server generates one when it is missing and
    rejects a value that is not a UUID.
    """
    platform_id: Annotated[str, Text(min_length=1, max_length=64), Path("platform_id")]
    """The platform - stripe, paypal, shopify, woocommerce, google_ads, meta_ads, tiktok_ads or linkedin_ads. Any other
    is 404.
    """


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class GetPlatformReconciliationStatus200(JsonReply):
    """How far the platform is confirmed."""

    status: ClassVar[int] = 200
    body: models.PlatformStatus


GetPlatformReconciliationStatusReply: TypeAlias = (
    GetPlatformReconciliationStatus200
    | common.BadRequest400
    | common.Unauthorized401
    | common.Forbidden403
    | common.PlatformNotFound404
    | common.TooManyRequests429
    | common.InternalError500
    | common.ServiceUnavailable503
)


@dataclass(frozen=True, slots=True, kw_only=True)
class TriggerSyncParams:
    """Parameters of `triggerSync`."""

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
class TriggerSync202(JsonReply):
    """The comparison is waiting or running."""

    status: ClassVar[int] = 202
    header_names: ClassVar = (
        ("idempotency_replayed", "Idempotency-Replayed"),
        ("location", "Location"),
        ("retry_after", "Retry-After"),
    )
    body: models.Sync
    idempotency_replayed: Literal["true"] | None = None
    """Present with the value true when this is the stored answer to an earlier request with the same key."""
    location: Annotated[str, Text(min_length=1, max_length=512, format="uri-reference")]
    """Where to read the result."""
    retry_after: Annotated[int, Integer(ge=0, le=2**31 - 1)]
    """Whole seconds to wait before trying again."""


TriggerSyncReply: TypeAlias = (
    TriggerSync202
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


class ReconciliationApi(Protocol[AccessBearerAuthT_contra]):
    """Operations of reconciliation, to be implemented."""

    async def get_reconciliation_status(
        self, params: GetReconciliationStatusParams, *, call: Call[AccessBearerAuthT_contra]
    ) -> GetReconciliationStatusReply:
        """Show how far revenue is confirmed (GET /api/reconciliation/status).

        Shows for every platform what its books confirm, and for every currency how much of what ad platforms claim
        is not real.
        """
        ...

    async def get_platform_reconciliation_status(
        self, params: GetPlatformReconciliationStatusParams, *, call: Call[AccessBearerAuthT_contra]
    ) -> GetPlatformReconciliationStatusReply:
        """Show how far one platform is confirmed (GET /api/reconciliation/platform/{platform_id}).

        Shows what the books of one platform confirm, and what the last comparison found.
        """
        ...

    async def trigger_sync(
        self, params: TriggerSyncParams, body: models.SyncRequest, *, call: Call[AccessBearerAuthT_contra]
    ) -> TriggerSyncReply:
        """Compare with the platforms now (POST /api/reconciliation/sync).

        Starts to fetch the books of your platforms and to compare them with the ledger, in the background. While a
        comparison of the same platforms waits or runs, that one is returned and no second one starts.
        """
        ...


class ReconciliationStub:
    """Answers 501 to every operation of reconciliation; derive from it to write them one by one."""

    async def get_reconciliation_status(
        self, params: GetReconciliationStatusParams, *, call: Call[Any]
    ) -> GetReconciliationStatusReply:
        raise NotWrittenError

    async def get_platform_reconciliation_status(
        self, params: GetPlatformReconciliationStatusParams, *, call: Call[Any]
    ) -> GetPlatformReconciliationStatusReply:
        raise NotWrittenError

    async def trigger_sync(
        self, params: TriggerSyncParams, body: models.SyncRequest, *, call: Call[Any]
    ) -> TriggerSyncReply:
        raise NotWrittenError


GET_RECONCILIATION_STATUS: Final = Operation(
    id="getReconciliationStatus",
    method="GET",
    path="/api/reconciliation/status",
    handler="get_reconciliation_status",
    replies=frozenset(
        {
            GetReconciliationStatus200,
            common.BadRequest400,
            common.Forbidden403,
            common.InternalError500,
            common.ServiceUnavailable503,
            common.TooManyRequests429,
            common.Unauthorized401,
        }
    ),
    origin="contracts/openapi/v1/reconciliation.yaml:18",
    security=((Need(ACCESS_BEARER_AUTH, frozenset({"viewer"})),),),
    params=Params(GetReconciliationStatusParams),
    rate_limit=("api",),
)

GET_PLATFORM_RECONCILIATION_STATUS: Final = Operation(
    id="getPlatformReconciliationStatus",
    method="GET",
    path="/api/reconciliation/platform/{platform_id}",
    handler="get_platform_reconciliation_status",
    replies=frozenset(
        {
            GetPlatformReconciliationStatus200,
            common.BadRequest400,
            common.Forbidden403,
            common.InternalError500,
            common.PlatformNotFound404,
            common.ServiceUnavailable503,
            common.TooManyRequests429,
            common.Unauthorized401,
        }
    ),
    origin="contracts/openapi/v1/reconciliation.yaml:84",
    security=((Need(ACCESS_BEARER_AUTH, frozenset({"viewer"})),),),
    params=Params(GetPlatformReconciliationStatusParams),
    rate_limit=("api",),
)

TRIGGER_SYNC: Final = Operation(
    id="triggerSync",
    method="POST",
    path="/api/reconciliation/sync",
    handler="trigger_sync",
    replies=frozenset(
        {
            TriggerSync202,
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
    origin="contracts/openapi/v1/reconciliation.yaml:140",
    security=((Need(ACCESS_BEARER_AUTH, frozenset({"manager"})),),),
    params=Params(TriggerSyncParams),
    bodies=Bodies({"application/json": JsonBody(models.SyncRequest)}, is_required=True),
    rate_limit=("api",),
)

OPERATIONS: Final[tuple[Operation, ...]] = (
    GET_RECONCILIATION_STATUS,
    GET_PLATFORM_RECONCILIATION_STATUS,
    TRIGGER_SYNC,
)
