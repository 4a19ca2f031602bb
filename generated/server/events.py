"""Skeldir events. Ingest touches and repair dead events.

Generated from contracts/openapi/v1/events.yaml by `contracts generate`; change that instead.
"""

from dataclasses import dataclass
from typing import Annotated, Any, ClassVar, Final, Literal, Protocol, TypeAlias, final

from . import common, security
from ._runtime.bodies import Bodies, Invalid, JsonBody
from ._runtime.operations import Operation
from ._runtime.params import Header, Params, Path, Query
from ._runtime.problems import NotWrittenError
from ._runtime.replies import JsonReply
from ._runtime.requests import Call
from ._runtime.security import Need
from ._runtime.types import Integer, Text, Uuid
from .models import events as models
from .security import AccessBearerAuthT_contra, TenantKeyAuthT_contra


@dataclass(frozen=True, slots=True, kw_only=True)
class IngestTouchesParams:
    """Parameters of `ingestTouches`."""

    x_correlation_id: Annotated[Uuid | None, Header("X-Correlation-ID")] = None
    """A UUID that identifies this request in responses and logs. The server generates one when it is missing and
    rejects a value that is not a UUID.
    """


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class IngestTouches200(JsonReply):
    """The batch was accepted; `results` lists the outcome of each touch."""

    status: ClassVar[int] = 200
    body: models.TouchBatchResult


IngestTouchesReply: TypeAlias = (
    IngestTouches200
    | common.BadRequest400
    | common.Unauthorized401
    | common.PayloadTooLarge413
    | common.UnsupportedMediaType415
    | common.TooManyRequests429
    | common.InternalError500
    | common.ServiceUnavailable503
)

_ingest_touches_body: JsonBody[models.TouchBatch] = JsonBody(models.TouchBatch)


def decode_ingest_touches(raw: bytes) -> models.TouchBatch | Invalid:
    """The body of `ingestTouches`, or what is wrong with it."""
    return _ingest_touches_body.decode(raw)


@dataclass(frozen=True, slots=True, kw_only=True)
class ListDeliveriesParams:
    """Parameters of `listDeliveries`."""

    x_correlation_id: Annotated[Uuid | None, Header("X-Correlation-ID")] = None
    """A UUID that identifies this request in responses and logs. The server generates one when it is missing and
    rejects a value that is not a UUID.
    """
    source: Annotated[Annotated[str, Text(min_length=1, max_length=64)] | None, Query("source")] = None
    """Filter by source."""
    cursor: Annotated[
        Annotated[str, Text(min_length=1, max_length=512, pattern="^[A-Za-z0-9_-]+$")] | None, Query("cursor")
    ] = None
    """Position of the next page: the value of `page.next_cursor` of the previous page."""
    limit: Annotated[int, Integer(ge=1, le=100), Query("limit", "integer")] = 50
    """Maximum number of items per page."""


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class ListDeliveries200(JsonReply):
    """A page of deliveries."""

    status: ClassVar[int] = 200
    body: models.DeliveryPage


ListDeliveriesReply: TypeAlias = (
    ListDeliveries200
    | common.BadRequest400
    | common.Unauthorized401
    | common.Forbidden403
    | common.TooManyRequests429
    | common.InternalError500
    | common.ServiceUnavailable503
)


@dataclass(frozen=True, slots=True, kw_only=True)
class ListDeadEventsParams:
    """Parameters of `listDeadEvents`."""

    x_correlation_id: Annotated[Uuid | None, Header("X-Correlation-ID")] = None
    """A UUID that identifies this request in responses and logs. The server generates one when it is missing and
    rejects a value that is not a UUID.
    """
    status_: Annotated[models.RemediationStatus | None, Query("status")] = None
    """Filter by status."""
    source: Annotated[Annotated[str, Text(min_length=1, max_length=64)] | None, Query("source")] = None
    """Filter by source."""
    error_code: Annotated[Annotated[str, Text(min_length=1, max_length=64)] | None, Query("error_code")] = None
    """Filter by error code."""
    cursor: Annotated[
        Annotated[str, Text(min_length=1, max_length=512, pattern="^[A-Za-z0-9_-]+$")] | None, Query("cursor")
    ] = None
    """Position of the next page: the value of `page.next_cursor` of the previous page."""
    limit: Annotated[int, Integer(ge=1, le=100), Query("limit", "integer")] = 50
    """Maximum number of items per page."""


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class ListDeadEvents200(JsonReply):
    """A page of dead events."""

    status: ClassVar[int] = 200
    body: models.DeadEventPage


ListDeadEventsReply: TypeAlias = (
    ListDeadEvents200
    | common.BadRequest400
    | common.Unauthorized401
    | common.Forbidden403
    | common.TooManyRequests429
    | common.InternalError500
    | common.ServiceUnavailable503
)


@dataclass(frozen=True, slots=True, kw_only=True)
class GetDeadEventParams:
    """Parameters of `getDeadEvent`."""

    x_correlation_id: Annotated[Uuid | None, Header("X-Correlation-ID")] = None
    """A UUID that identifies this request in responses and logs. The server generates one when it is missing and
    rejects a value that is not a UUID.
    """
    id: Annotated[Uuid, Path("id")]
    """The dead event."""


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class GetDeadEvent200(JsonReply):
    """The dead event."""

    status: ClassVar[int] = 200
    body: models.DeadEvent


GetDeadEventReply: TypeAlias = (
    GetDeadEvent200
    | common.BadRequest400
    | common.Unauthorized401
    | common.Forbidden403
    | common.NotFound404
    | common.TooManyRequests429
    | common.InternalError500
    | common.ServiceUnavailable503
)


@dataclass(frozen=True, slots=True, kw_only=True)
class RetryDeadEventParams:
    """Parameters of `retryDeadEvent`."""

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
    id: Annotated[Uuid, Path("id")]
    """The dead event."""


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class RetryDeadEvent202(JsonReply):
    """The retry is queued; poll `Location` for its result. `retry` says what it will do."""

    status: ClassVar[int] = 202
    header_names: ClassVar = (
        ("location", "Location"),
        ("idempotency_replayed", "Idempotency-Replayed"),
        ("retry_after", "Retry-After"),
    )
    body: models.DeadEvent
    location: Annotated[str, Text(min_length=1, max_length=512, format="uri-reference")]
    """Where to read the result."""
    idempotency_replayed: Literal["true"] | None = None
    """`true` if this is the stored response to an earlier request with the same key; absent otherwise."""
    retry_after: Annotated[int, Integer(ge=0, le=2**31 - 1)]
    """Seconds to wait before the next request."""


RetryDeadEventReply: TypeAlias = (
    RetryDeadEvent202
    | common.BadRequest400
    | common.Unauthorized401
    | common.Forbidden403
    | common.NotFound404
    | common.StateConflict409
    | common.PayloadTooLarge413
    | common.UnsupportedMediaType415
    | common.TooManyRequests429
    | common.InternalError500
    | common.ServiceUnavailable503
)


@dataclass(frozen=True, slots=True, kw_only=True)
class RetryDeadEventsParams:
    """Parameters of `retryDeadEvents`."""

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
class RetryDeadEvents202(JsonReply):
    """The retry is queued; poll `Location` for its progress."""

    status: ClassVar[int] = 202
    header_names: ClassVar = (
        ("location", "Location"),
        ("idempotency_replayed", "Idempotency-Replayed"),
        ("retry_after", "Retry-After"),
    )
    body: models.DeadEventRetry
    location: Annotated[str, Text(min_length=1, max_length=512, format="uri-reference")]
    """Where to read the result."""
    idempotency_replayed: Literal["true"] | None = None
    """`true` if this is the stored response to an earlier request with the same key; absent otherwise."""
    retry_after: Annotated[int, Integer(ge=0, le=2**31 - 1)]
    """Seconds to wait before the next request."""


RetryDeadEventsReply: TypeAlias = (
    RetryDeadEvents202
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
class GetDeadEventRetryParams:
    """Parameters of `getDeadEventRetry`."""

    x_correlation_id: Annotated[Uuid | None, Header("X-Correlation-ID")] = None
    """A UUID that identifies this request in responses and logs. The server generates one when it is missing and
    rejects a value that is not a UUID.
    """
    retry_id: Annotated[Uuid, Path("retry_id")]
    """The retry."""


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class GetDeadEventRetry200(JsonReply):
    """The retry."""

    status: ClassVar[int] = 200
    body: models.DeadEventRetry


GetDeadEventRetryReply: TypeAlias = (
    GetDeadEventRetry200
    | common.BadRequest400
    | common.Unauthorized401
    | common.Forbidden403
    | common.NotFound404
    | common.TooManyRequests429
    | common.InternalError500
    | common.ServiceUnavailable503
)


@dataclass(frozen=True, slots=True, kw_only=True)
class AbandonDeadEventParams:
    """Parameters of `abandonDeadEvent`."""

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
    id: Annotated[Uuid, Path("id")]
    """The dead event."""


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class AbandonDeadEvent200(JsonReply):
    """The dead event was abandoned."""

    status: ClassVar[int] = 200
    header_names: ClassVar = (("idempotency_replayed", "Idempotency-Replayed"),)
    body: models.DeadEvent
    idempotency_replayed: Literal["true"] | None = None
    """`true` if this is the stored response to an earlier request with the same key; absent otherwise."""


AbandonDeadEventReply: TypeAlias = (
    AbandonDeadEvent200
    | common.BadRequest400
    | common.Unauthorized401
    | common.Forbidden403
    | common.NotFound404
    | common.StateConflict409
    | common.PayloadTooLarge413
    | common.UnsupportedMediaType415
    | common.TooManyRequests429
    | common.InternalError500
    | common.ServiceUnavailable503
)


class EventsApi(Protocol[AccessBearerAuthT_contra, TenantKeyAuthT_contra]):
    """Operations of events, to be implemented."""

    async def ingest_touches(
        self, params: IngestTouchesParams, *, call: Call[TenantKeyAuthT_contra]
    ) -> IngestTouchesReply:
        """Ingest touches (POST /api/events).

        Accepts up to 1000 visits, clicks and impressions per request. Each touch is stored, recognized as a
        duplicate or stored as a dead event; an invalid touch does not affect the others.
        """
        ...

    async def list_deliveries(
        self, params: ListDeliveriesParams, *, call: Call[AccessBearerAuthT_contra]
    ) -> ListDeliveriesReply:
        """List webhook deliveries (GET /api/events/deliveries).

        Lists the correctly signed webhook deliveries of your payment processors with their outcome, newest first.
        Nothing of their content is shown. Use it to see whether a new connection works.
        """
        ...

    async def list_dead_events(
        self, params: ListDeadEventsParams, *, call: Call[AccessBearerAuthT_contra]
    ) -> ListDeadEventsReply:
        """List dead events (GET /api/events/dead).

        Lists dead events, newest first.
        """
        ...

    async def get_dead_event(
        self, params: GetDeadEventParams, *, call: Call[AccessBearerAuthT_contra]
    ) -> GetDeadEventReply:
        """Get a dead event (GET /api/events/dead/{id}).

        Returns the reason why a delivery or touch could not become an event and the status of its repair.
        """
        ...

    async def retry_dead_event(
        self, params: RetryDeadEventParams, body: models.RetryRequest | None, *, call: Call[AccessBearerAuthT_contra]
    ) -> RetryDeadEventReply:
        """Retry a dead event (POST /api/events/dead/{id}/retry).

        Processes the delivery or touch again with the current rules, in the background. A refund or dispute in
        another currency than its payment (`currency_mismatch`) is repaired with its amount in the currency of the
        payment.
        """
        ...

    async def retry_dead_events(
        self, params: RetryDeadEventsParams, body: models.RetryManyRequest, *, call: Call[AccessBearerAuthT_contra]
    ) -> RetryDeadEventsReply:
        """Retry many dead events (POST /api/events/dead/retry).

        Retries up to 10,000 dead events that match a filter, the oldest first, in the background. Those that arrive
        after the request are not retried. A request with the filter of a retry that is not finished returns that
        retry.
        """
        ...

    async def get_dead_event_retry(
        self, params: GetDeadEventRetryParams, *, call: Call[AccessBearerAuthT_contra]
    ) -> GetDeadEventRetryReply:
        """Get a retry of many dead events (GET /api/events/retries/{retry_id}).

        Returns the progress of a retry of many dead events.
        """
        ...

    async def abandon_dead_event(
        self, params: AbandonDeadEventParams, body: models.AbandonRequest, *, call: Call[AccessBearerAuthT_contra]
    ) -> AbandonDeadEventReply:
        """Abandon a dead event (POST /api/events/dead/{id}/abandon).

        Marks a dead event as not worth repairing. It can still be retried later.
        """
        ...


class EventsStub:
    """Answers 501 to every operation of events; derive from it to write them one by one."""

    async def ingest_touches(self, params: IngestTouchesParams, *, call: Call[Any]) -> IngestTouchesReply:
        raise NotWrittenError

    async def list_deliveries(self, params: ListDeliveriesParams, *, call: Call[Any]) -> ListDeliveriesReply:
        raise NotWrittenError

    async def list_dead_events(self, params: ListDeadEventsParams, *, call: Call[Any]) -> ListDeadEventsReply:
        raise NotWrittenError

    async def get_dead_event(self, params: GetDeadEventParams, *, call: Call[Any]) -> GetDeadEventReply:
        raise NotWrittenError

    async def retry_dead_event(
        self, params: RetryDeadEventParams, body: models.RetryRequest | None, *, call: Call[Any]
    ) -> RetryDeadEventReply:
        raise NotWrittenError

    async def retry_dead_events(
        self, params: RetryDeadEventsParams, body: models.RetryManyRequest, *, call: Call[Any]
    ) -> RetryDeadEventsReply:
        raise NotWrittenError

    async def get_dead_event_retry(self, params: GetDeadEventRetryParams, *, call: Call[Any]) -> GetDeadEventRetryReply:
        raise NotWrittenError

    async def abandon_dead_event(
        self, params: AbandonDeadEventParams, body: models.AbandonRequest, *, call: Call[Any]
    ) -> AbandonDeadEventReply:
        raise NotWrittenError


INGEST_TOUCHES: Final = Operation(
    id="ingestTouches",
    method="POST",
    path="/api/events",
    handler="ingest_touches",
    replies=frozenset(
        {
            IngestTouches200,
            common.BadRequest400,
            common.InternalError500,
            common.PayloadTooLarge413,
            common.ServiceUnavailable503,
            common.TooManyRequests429,
            common.Unauthorized401,
            common.UnsupportedMediaType415,
        }
    ),
    origin="contracts/openapi/v1/events.yaml:19",
    security=((Need(security.TENANT_KEY_AUTH),),),
    params=Params(IngestTouchesParams),
    bodies=Bodies({"application/json": _ingest_touches_body}, is_required=True),
    is_raw=True,
    rate_limit=("webhook",),
)

LIST_DELIVERIES: Final = Operation(
    id="listDeliveries",
    method="GET",
    path="/api/events/deliveries",
    handler="list_deliveries",
    replies=frozenset(
        {
            ListDeliveries200,
            common.BadRequest400,
            common.Forbidden403,
            common.InternalError500,
            common.ServiceUnavailable503,
            common.TooManyRequests429,
            common.Unauthorized401,
        }
    ),
    origin="contracts/openapi/v1/events.yaml:100",
    security=((Need(security.ACCESS_BEARER_AUTH, frozenset({"viewer"})),),),
    params=Params(ListDeliveriesParams),
    rate_limit=("api",),
)

LIST_DEAD_EVENTS: Final = Operation(
    id="listDeadEvents",
    method="GET",
    path="/api/events/dead",
    handler="list_dead_events",
    replies=frozenset(
        {
            ListDeadEvents200,
            common.BadRequest400,
            common.Forbidden403,
            common.InternalError500,
            common.ServiceUnavailable503,
            common.TooManyRequests429,
            common.Unauthorized401,
        }
    ),
    origin="contracts/openapi/v1/events.yaml:171",
    security=((Need(security.ACCESS_BEARER_AUTH, frozenset({"viewer"})),),),
    params=Params(ListDeadEventsParams),
    rate_limit=("api",),
)

GET_DEAD_EVENT: Final = Operation(
    id="getDeadEvent",
    method="GET",
    path="/api/events/dead/{id}",
    handler="get_dead_event",
    replies=frozenset(
        {
            GetDeadEvent200,
            common.BadRequest400,
            common.Forbidden403,
            common.InternalError500,
            common.NotFound404,
            common.ServiceUnavailable503,
            common.TooManyRequests429,
            common.Unauthorized401,
        }
    ),
    origin="contracts/openapi/v1/events.yaml:251",
    security=((Need(security.ACCESS_BEARER_AUTH, frozenset({"viewer"})),),),
    params=Params(GetDeadEventParams),
    rate_limit=("api",),
)

RETRY_DEAD_EVENT: Final = Operation(
    id="retryDeadEvent",
    method="POST",
    path="/api/events/dead/{id}/retry",
    handler="retry_dead_event",
    replies=frozenset(
        {
            RetryDeadEvent202,
            common.BadRequest400,
            common.Forbidden403,
            common.InternalError500,
            common.NotFound404,
            common.PayloadTooLarge413,
            common.ServiceUnavailable503,
            common.StateConflict409,
            common.TooManyRequests429,
            common.Unauthorized401,
            common.UnsupportedMediaType415,
        }
    ),
    origin="contracts/openapi/v1/events.yaml:326",
    security=((Need(security.ACCESS_BEARER_AUTH, frozenset({"manager"})),),),
    params=Params(RetryDeadEventParams),
    bodies=Bodies({"application/json": JsonBody(models.RetryRequest)}, is_required=False),
    rate_limit=("api",),
)

RETRY_DEAD_EVENTS: Final = Operation(
    id="retryDeadEvents",
    method="POST",
    path="/api/events/dead/retry",
    handler="retry_dead_events",
    replies=frozenset(
        {
            RetryDeadEvents202,
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
    origin="contracts/openapi/v1/events.yaml:413",
    security=((Need(security.ACCESS_BEARER_AUTH, frozenset({"manager"})),),),
    params=Params(RetryDeadEventsParams),
    bodies=Bodies({"application/json": JsonBody(models.RetryManyRequest)}, is_required=True),
    rate_limit=("api",),
)

GET_DEAD_EVENT_RETRY: Final = Operation(
    id="getDeadEventRetry",
    method="GET",
    path="/api/events/retries/{retry_id}",
    handler="get_dead_event_retry",
    replies=frozenset(
        {
            GetDeadEventRetry200,
            common.BadRequest400,
            common.Forbidden403,
            common.InternalError500,
            common.NotFound404,
            common.ServiceUnavailable503,
            common.TooManyRequests429,
            common.Unauthorized401,
        }
    ),
    origin="contracts/openapi/v1/events.yaml:497",
    security=((Need(security.ACCESS_BEARER_AUTH, frozenset({"viewer"})),),),
    params=Params(GetDeadEventRetryParams),
    rate_limit=("api",),
)

ABANDON_DEAD_EVENT: Final = Operation(
    id="abandonDeadEvent",
    method="POST",
    path="/api/events/dead/{id}/abandon",
    handler="abandon_dead_event",
    replies=frozenset(
        {
            AbandonDeadEvent200,
            common.BadRequest400,
            common.Forbidden403,
            common.InternalError500,
            common.NotFound404,
            common.PayloadTooLarge413,
            common.ServiceUnavailable503,
            common.StateConflict409,
            common.TooManyRequests429,
            common.Unauthorized401,
            common.UnsupportedMediaType415,
        }
    ),
    origin="contracts/openapi/v1/events.yaml:552",
    security=((Need(security.ACCESS_BEARER_AUTH, frozenset({"manager"})),),),
    params=Params(AbandonDeadEventParams),
    bodies=Bodies({"application/json": JsonBody(models.AbandonRequest)}, is_required=True),
    rate_limit=("api",),
)

OPERATIONS: Final[tuple[Operation, ...]] = (
    INGEST_TOUCHES,
    LIST_DELIVERIES,
    LIST_DEAD_EVENTS,
    GET_DEAD_EVENT,
    RETRY_DEAD_EVENT,
    RETRY_DEAD_EVENTS,
    GET_DEAD_EVENT_RETRY,
    ABANDON_DEAD_EVENT,
)
