"""Skeldir reconciliation. Compare revenue with the records of processors and ad platforms.

Generated from contracts/openapi/v1/reconciliation.yaml by `contracts generate`; change that instead.
"""

from dataclasses import dataclass
from typing import Annotated, Any, ClassVar, Final, Literal, Protocol, TypeAlias, final

from . import common, security
from ._runtime.bodies import Bodies, JsonBody
from ._runtime.operations import Operation
from ._runtime.params import Header, Params, Path
from ._runtime.problems import NotWrittenError
from ._runtime.replies import JsonReply
from ._runtime.requests import Call
from ._runtime.security import Need
from ._runtime.types import Integer, Text, Uuid
from .models import reconciliation as models
from .security import AccessBearerAuthT_contra


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
    """The reconciliation status."""

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
    """The platform: stripe, paypal, shopify, woocommerce, google_ads, meta_ads, tiktok_ads or linkedin_ads. Any other
    value returns 404.
    """


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class GetPlatformReconciliationStatus200(JsonReply):
    """The reconciliation status of the platform."""

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
    """A UUID that makes the request safe to repeat: for 30 days, the same key with the same request returns the stored
    response with the header `Idempotency-Replayed`, and the operation is not executed again. 4xx responses of the
    operation itself are stored as well. Authentication failures (401, 403), invalid requests, exceeded rate limits
    (429) and server errors (5xx) are not stored; repeat the request with the same key, and it is executed at most
    once.
    """


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class TriggerSync202(JsonReply):
    """The reconciliation is queued or running."""

    status: ClassVar[int] = 202
    header_names: ClassVar = (
        ("idempotency_replayed", "Idempotency-Replayed"),
        ("location", "Location"),
        ("retry_after", "Retry-After"),
    )
    body: models.Sync
    idempotency_replayed: Literal["true"] | None = None
    """`true` if this is the stored response to an earlier request with the same key; absent otherwise."""
    location: Annotated[str, Text(min_length=1, max_length=512, format="uri-reference")]
    """Where to read the result."""
    retry_after: Annotated[int, Integer(ge=0, le=2**31 - 1)]
    """Seconds to wait before the next request."""


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


@dataclass(frozen=True, slots=True, kw_only=True)
class GetProcessorRolesParams:
    """Parameters of `getProcessorRoles`."""

    x_correlation_id: Annotated[Uuid | None, Header("X-Correlation-ID")] = None
    """A UUID that identifies this request in responses and logs. The server generates one when it is missing and
    rejects a value that is not a UUID.
    """


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class GetProcessorRoles200(JsonReply):
    """The roles that were set."""

    status: ClassVar[int] = 200
    body: models.ProcessorRoles


GetProcessorRolesReply: TypeAlias = (
    GetProcessorRoles200
    | common.BadRequest400
    | common.Unauthorized401
    | common.Forbidden403
    | common.TooManyRequests429
    | common.InternalError500
    | common.ServiceUnavailable503
)


@dataclass(frozen=True, slots=True, kw_only=True)
class PutProcessorRoleParams:
    """Parameters of `putProcessorRole`."""

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
class PutProcessorRole200(JsonReply):
    """The role is set."""

    status: ClassVar[int] = 200
    header_names: ClassVar = (("idempotency_replayed", "Idempotency-Replayed"),)
    body: models.ProcessorRole
    idempotency_replayed: Literal["true"] | None = None
    """`true` if this is the stored response to an earlier request with the same key; absent otherwise."""


PutProcessorRoleReply: TypeAlias = (
    PutProcessorRole200
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
        """Get the reconciliation status (GET /api/reconciliation/status).

        Returns the verified revenue of every platform and the ghost revenue of every currency.
        """
        ...

    async def get_platform_reconciliation_status(
        self, params: GetPlatformReconciliationStatusParams, *, call: Call[AccessBearerAuthT_contra]
    ) -> GetPlatformReconciliationStatusReply:
        """Get the reconciliation status of a platform (GET /api/reconciliation/platform/{platform_id}).

        Returns the verified revenue of one platform and the findings of its last reconciliation.
        """
        ...

    async def trigger_sync(
        self, params: TriggerSyncParams, body: models.SyncRequest, *, call: Call[AccessBearerAuthT_contra]
    ) -> TriggerSyncReply:
        """Start a reconciliation (POST /api/reconciliation/sync).

        Fetches the records of your platforms and compares them with the ledger in the background. If a
        reconciliation of the same platforms is queued or running, it is returned instead.
        """
        ...

    async def get_processor_roles(
        self, params: GetProcessorRolesParams, *, call: Call[AccessBearerAuthT_contra]
    ) -> GetProcessorRolesReply:
        """List the roles of payment accounts (GET /api/reconciliation/roles).

        Lists the roles that were set for accounts of Stripe and PayPal, by account and time. An account without a
        role is `auto`: a payment that belongs to an order of a connected shop is counted once, by the order.
        """
        ...

    async def put_processor_role(
        self, params: PutProcessorRoleParams, body: models.ProcessorRoleRequest, *, call: Call[AccessBearerAuthT_contra]
    ) -> PutProcessorRoleReply:
        """Set the role of a payment account (PUT /api/reconciliation/roles).

        Sets how payments of an account of Stripe or PayPal count from a date on: `auto` counts a sale once, by its
        order where it has one; `counts` counts every payment and links none; `confirms` counts no payment without
        an order. The date of the capture decides, also for its refunds and disputes. Payments that were captured
        since that date are counted anew in the background, beginning after about a minute. Earlier roles are kept.
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

    async def get_processor_roles(self, params: GetProcessorRolesParams, *, call: Call[Any]) -> GetProcessorRolesReply:
        raise NotWrittenError

    async def put_processor_role(
        self, params: PutProcessorRoleParams, body: models.ProcessorRoleRequest, *, call: Call[Any]
    ) -> PutProcessorRoleReply:
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
    origin="contracts/openapi/v1/reconciliation.yaml:19",
    security=((Need(security.ACCESS_BEARER_AUTH, frozenset({"viewer"})),),),
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
    origin="contracts/openapi/v1/reconciliation.yaml:83",
    security=((Need(security.ACCESS_BEARER_AUTH, frozenset({"viewer"})),),),
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
    origin="contracts/openapi/v1/reconciliation.yaml:139",
    security=((Need(security.ACCESS_BEARER_AUTH, frozenset({"manager"})),),),
    params=Params(TriggerSyncParams),
    bodies=Bodies({"application/json": JsonBody(models.SyncRequest)}, is_required=True),
    rate_limit=("api",),
)

GET_PROCESSOR_ROLES: Final = Operation(
    id="getProcessorRoles",
    method="GET",
    path="/api/reconciliation/roles",
    handler="get_processor_roles",
    replies=frozenset(
        {
            GetProcessorRoles200,
            common.BadRequest400,
            common.Forbidden403,
            common.InternalError500,
            common.ServiceUnavailable503,
            common.TooManyRequests429,
            common.Unauthorized401,
        }
    ),
    origin="contracts/openapi/v1/reconciliation.yaml:203",
    security=((Need(security.ACCESS_BEARER_AUTH, frozenset({"viewer"})),),),
    params=Params(GetProcessorRolesParams),
    rate_limit=("api",),
)

PUT_PROCESSOR_ROLE: Final = Operation(
    id="putProcessorRole",
    method="PUT",
    path="/api/reconciliation/roles",
    handler="put_processor_role",
    replies=frozenset(
        {
            PutProcessorRole200,
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
    origin="contracts/openapi/v1/reconciliation.yaml:245",
    security=((Need(security.ACCESS_BEARER_AUTH, frozenset({"manager"})),),),
    params=Params(PutProcessorRoleParams),
    bodies=Bodies({"application/json": JsonBody(models.ProcessorRoleRequest)}, is_required=True),
    rate_limit=("api",),
)

OPERATIONS: Final[tuple[Operation, ...]] = (
    GET_RECONCILIATION_STATUS,
    GET_PLATFORM_RECONCILIATION_STATUS,
    TRIGGER_SYNC,
    GET_PROCESSOR_ROLES,
    PUT_PROCESSOR_ROLE,
)
