"""Skeldir attribution. Attribute revenue to marketing channels.

Generated from contracts/openapi/v1/attribution.yaml by `contracts generate`; change that instead.
"""

from dataclasses import dataclass
from typing import Annotated, Any, ClassVar, Final, Literal, Protocol, TypeAlias, final

from pydantic import Field

from . import common, security
from ._runtime.bodies import Bodies, BytesBody, JsonBody
from ._runtime.operations import Operation
from ._runtime.params import Header, Params, Path, Query
from ._runtime.problems import NotWrittenError
from ._runtime.replies import JsonReply, ProblemReply
from ._runtime.requests import Call
from ._runtime.security import Need
from ._runtime.types import Date, Integer, Text, Uuid
from .models import attribution as models, common as common_models
from .security import AccessBearerAuthT_contra


@dataclass(frozen=True, slots=True, kw_only=True)
class GetRealtimeRevenueParams:
    """Parameters of `getRealtimeRevenue`."""

    x_correlation_id: Annotated[Uuid | None, Header("X-Correlation-ID")] = None
    """A UUID that identifies this request in responses and logs. The server generates one when it is missing and
    rejects a value that is not a UUID.
    """
    if_none_match: Annotated[Annotated[str, Text(min_length=1, max_length=1024)] | None, Header("If-None-Match")] = None
    """ETag of an earlier response. If it still matches, the response is 304 without a body."""


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class GetRealtimeRevenue200(JsonReply):
    """Today's revenue so far."""

    status: ClassVar[int] = 200
    header_names: ClassVar = (
        ("etag", "ETag"),
        ("cache_control", "Cache-Control"),
    )
    body: models.RealtimeRevenueCounter
    etag: Annotated[str, Text(min_length=3, max_length=130, pattern='^(W/)?"[\\x21\\x23-\\x7e]+"$')]
    """Entity tag of the response. Send it in `If-None-Match` to receive 304 if nothing has changed."""
    cache_control: Literal["max-age=30"] = "max-age=30"
    """The response may be cached for 30 seconds."""


GetRealtimeRevenueReply: TypeAlias = (
    GetRealtimeRevenue200
    | common.NotModified304
    | common.BadRequest400
    | common.Unauthorized401
    | common.Forbidden403
    | common.TooManyRequests429
    | common.InternalError500
    | common.RealtimeRevenueUnavailable503
)


@dataclass(frozen=True, slots=True, kw_only=True)
class GetChannelAttributionParams:
    """Parameters of `getChannelAttribution`."""

    x_correlation_id: Annotated[Uuid | None, Header("X-Correlation-ID")] = None
    """A UUID that identifies this request in responses and logs. The server generates one when it is missing and
    rejects a value that is not a UUID.
    """
    start_date: Annotated[Date | None, Query("start_date")] = None
    """First day of the period (UTC, inclusive). Defaults to 30 days ending with the last day."""
    end_date: Annotated[Date | None, Query("end_date")] = None
    """Last day of the period (UTC, inclusive), at most 366 days after the first. Defaults to today."""
    model: Annotated[common_models.Model | None, Query("model")] = None
    """Attribution model. Defaults to the model of the tenant."""
    lookback_days: Annotated[int, Integer(ge=1, le=90), Query("lookback_days", "integer")] = 30
    """Maximum age in days of a touch that is credited for a sale."""
    model_version: Annotated[
        Annotated[str, Text(pattern="^[0-9]{1,6}\\.[0-9]{1,6}\\.[0-9]{1,6}(\\+[a-z0-9.-]{1,100})?$")] | None,
        Query("model_version"),
    ] = None
    """Version of the model, with parameters other than the defaults, as `model_version` in responses. Encode its plus
    sign as `%2B`. It contains the look-back, so `lookback_days` is not needed.
    """
    group_by: Annotated[Literal["channel", "campaign"], Query("group_by")] = "channel"
    """`campaign` adds the campaigns of each channel. A campaign receives the part of the channel's credit that its
    touches have.
    """
    intervals: Annotated[bool, Query("intervals", "boolean")] = False
    """Adds a 90 percent interval to the revenue of each channel, from 200 resamples of whole days of the training set.
    Only for models that learn.
    """


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class GetChannelAttribution200(JsonReply):
    """Revenue by channel."""

    status: ClassVar[int] = 200
    body: models.ChannelAttributionReport


GetChannelAttributionReply: TypeAlias = (
    GetChannelAttribution200
    | common.BadRequest400
    | common.Unauthorized401
    | common.Forbidden403
    | common.AttributionNotComputed409
    | common.TooManyRequests429
    | common.InternalError500
    | common.ServiceUnavailable503
)


@dataclass(frozen=True, slots=True, kw_only=True)
class CompareAttributionParams:
    """Parameters of `compareAttribution`."""

    x_correlation_id: Annotated[Uuid | None, Header("X-Correlation-ID")] = None
    """A UUID that identifies this request in responses and logs. The server generates one when it is missing and
    rejects a value that is not a UUID.
    """
    start_date: Annotated[Date | None, Query("start_date")] = None
    """First day of the period (UTC, inclusive). Defaults to 30 days ending with the last day."""
    end_date: Annotated[Date | None, Query("end_date")] = None
    """Last day of the period (UTC, inclusive), at most 366 days after the first. Defaults to today."""
    models_: Annotated[
        list[common_models.Model], Field(min_length=2, max_length=8), Query("models", ["string"], is_exploded=False)
    ]
    """Two to eight models to compare, separated by commas."""
    lookback_days: Annotated[int, Integer(ge=1, le=90), Query("lookback_days", "integer")] = 30
    """Maximum age in days of a touch that is credited for a sale."""


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class CompareAttribution200(JsonReply):
    """Credit by model and channel."""

    status: ClassVar[int] = 200
    body: models.ModelComparison


CompareAttributionReply: TypeAlias = (
    CompareAttribution200
    | common.BadRequest400
    | common.Unauthorized401
    | common.Forbidden403
    | common.AttributionNotComputed409
    | common.TooManyRequests429
    | common.InternalError500
    | common.ServiceUnavailable503
)


@dataclass(frozen=True, slots=True, kw_only=True)
class ListAttributedConversionsParams:
    """Parameters of `listAttributedConversions`."""

    x_correlation_id: Annotated[Uuid | None, Header("X-Correlation-ID")] = None
    """A UUID that identifies this request in responses and logs. The server generates one when it is missing and
    rejects a value that is not a UUID.
    """
    start_date: Annotated[Date | None, Query("start_date")] = None
    """First day of the period (UTC, inclusive). Defaults to 30 days ending with the last day."""
    end_date: Annotated[Date | None, Query("end_date")] = None
    """Last day of the period (UTC, inclusive), at most 366 days after the first. Defaults to today."""
    model: Annotated[common_models.Model | None, Query("model")] = None
    """Attribution model. Defaults to the model of the tenant."""
    lookback_days: Annotated[int, Integer(ge=1, le=90), Query("lookback_days", "integer")] = 30
    """Maximum age in days of a touch that is credited for a sale."""
    model_version: Annotated[
        Annotated[str, Text(pattern="^[0-9]{1,6}\\.[0-9]{1,6}\\.[0-9]{1,6}(\\+[a-z0-9.-]{1,100})?$")] | None,
        Query("model_version"),
    ] = None
    """Version of the model, with parameters other than the defaults, as `model_version` in responses. Encode its plus
    sign as `%2B`. It contains the look-back, so `lookback_days` is not needed.
    """
    channel_code: Annotated[common_models.ChannelCode | None, Query("channel_code")] = None
    """Only credits of this channel."""
    currency: Annotated[Annotated[str, Text(pattern="^[A-Z]{3}$")] | None, Query("currency")] = None
    """Only credits in this currency (ISO 4217)."""
    cursor: Annotated[
        Annotated[str, Text(min_length=1, max_length=512, pattern="^[A-Za-z0-9_-]+$")] | None, Query("cursor")
    ] = None
    """Position of the next page: the value of `page.next_cursor` of the previous page."""
    limit: Annotated[int, Integer(ge=1, le=100), Query("limit", "integer")] = 50
    """Maximum number of items per page."""


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class ListAttributedConversions200(JsonReply):
    """A page of credits."""

    status: ClassVar[int] = 200
    body: models.AttributedConversionPage


ListAttributedConversionsReply: TypeAlias = (
    ListAttributedConversions200
    | common.BadRequest400
    | common.Unauthorized401
    | common.Forbidden403
    | common.AttributionNotComputed409
    | common.TooManyRequests429
    | common.InternalError500
    | common.ServiceUnavailable503
)


@dataclass(frozen=True, slots=True, kw_only=True)
class GetAttributionPathsParams:
    """Parameters of `getAttributionPaths`."""

    x_correlation_id: Annotated[Uuid | None, Header("X-Correlation-ID")] = None
    """A UUID that identifies this request in responses and logs. The server generates one when it is missing and
    rejects a value that is not a UUID.
    """
    start_date: Annotated[Date | None, Query("start_date")] = None
    """First day of the period (UTC, inclusive). Defaults to 30 days ending with the last day."""
    end_date: Annotated[Date | None, Query("end_date")] = None
    """Last day of the period (UTC, inclusive), at most 366 days after the first. Defaults to today."""
    lookback_days: Annotated[int, Integer(ge=1, le=90), Query("lookback_days", "integer")] = 30
    """Maximum age in days of a touch that is credited for a sale."""


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class GetAttributionPaths200(JsonReply):
    """The paths."""

    status: ClassVar[int] = 200
    body: models.AttributionPaths


GetAttributionPathsReply: TypeAlias = (
    GetAttributionPaths200
    | common.BadRequest400
    | common.Unauthorized401
    | common.Forbidden403
    | common.TooManyRequests429
    | common.InternalError500
    | common.ServiceUnavailable503
)


@dataclass(frozen=True, slots=True, kw_only=True)
class ExplainAttributionEntityParams:
    """Parameters of `explainAttributionEntity`."""

    x_correlation_id: Annotated[Uuid | None, Header("X-Correlation-ID")] = None
    """A UUID that identifies this request in responses and logs. The server generates one when it is missing and
    rejects a value that is not a UUID.
    """
    entity_type: Annotated[
        Literal["attribution_score", "channel_performance", "reconciliation_discrepancy"], Path("entity_type")
    ]
    """Type of figure to explain."""
    entity_id: Annotated[Uuid, Path("entity_id")]
    """ID of the figure to explain."""


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class ExplainAttributionEntity200(JsonReply):
    """The explanation."""

    status: ClassVar[int] = 200
    body: models.AttributionExplanation


ExplainAttributionEntityReply: TypeAlias = (
    ExplainAttributionEntity200
    | common.BadRequest400
    | common.Unauthorized401
    | common.Forbidden403
    | common.NotFound404
    | common.TooManyRequests429
    | common.InternalError500
    | common.ServiceUnavailable503
)


@dataclass(frozen=True, slots=True, kw_only=True)
class GetEventTraceParams:
    """Parameters of `getEventTrace`."""

    x_correlation_id: Annotated[Uuid | None, Header("X-Correlation-ID")] = None
    """A UUID that identifies this request in responses and logs. The server generates one when it is missing and
    rejects a value that is not a UUID.
    """
    event_id: Annotated[Uuid, Path("event_id")]
    """ID of the event."""
    model: Annotated[common_models.Model | None, Query("model")] = None
    """Model whose credits are computed if they are not stored. Stored credits of all models are always returned."""
    model_version: Annotated[
        Annotated[str, Text(pattern="^[0-9]{1,6}\\.[0-9]{1,6}\\.[0-9]{1,6}(\\+[a-z0-9.-]{1,100})?$")] | None,
        Query("model_version"),
    ] = None
    """Version of the model, with parameters other than the defaults, as `model_version` in responses. Encode its plus
    sign as `%2B`. It contains the look-back, so `lookback_days` is not needed.
    """


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class GetEventTrace200(JsonReply):
    """The trace."""

    status: ClassVar[int] = 200
    body: models.EventTrace


GetEventTraceReply: TypeAlias = (
    GetEventTrace200
    | common.BadRequest400
    | common.Unauthorized401
    | common.Forbidden403
    | common.NotFound404
    | common.TooManyRequests429
    | common.InternalError500
    | common.ServiceUnavailable503
)


@dataclass(frozen=True, slots=True, kw_only=True)
class CreateRecomputeParams:
    """Parameters of `createRecompute`."""

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
class CreateRecompute202(JsonReply):
    """The recompute is queued or running; poll `Location` for its status."""

    status: ClassVar[int] = 202
    header_names: ClassVar = (
        ("location", "Location"),
        ("idempotency_replayed", "Idempotency-Replayed"),
        ("retry_after", "Retry-After"),
    )
    body: models.Recompute
    location: Annotated[str, Text(min_length=1, max_length=512, format="uri-reference")]
    """Where to read the result."""
    idempotency_replayed: Literal["true"] | None = None
    """`true` if this is the stored response to an earlier request with the same key; absent otherwise."""
    retry_after: Annotated[int, Integer(ge=0, le=2**31 - 1)]
    """Seconds to wait before the next request."""


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class WindowConflict409(ProblemReply):
    """The window starts more than 90 days ago, or the idempotency key is in use."""

    status: ClassVar[int] = 409
    body: common_models.Problem


CreateRecomputeReply: TypeAlias = (
    CreateRecompute202
    | common.BadRequest400
    | common.Unauthorized401
    | common.Forbidden403
    | WindowConflict409
    | common.PayloadTooLarge413
    | common.UnsupportedMediaType415
    | common.TooManyRequests429
    | common.InternalError500
    | common.ServiceUnavailable503
)


@dataclass(frozen=True, slots=True, kw_only=True)
class GetRecomputeParams:
    """Parameters of `getRecompute`."""

    x_correlation_id: Annotated[Uuid | None, Header("X-Correlation-ID")] = None
    """A UUID that identifies this request in responses and logs. The server generates one when it is missing and
    rejects a value that is not a UUID.
    """
    job_id: Annotated[Uuid, Path("job_id")]
    """ID of the job."""


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class GetRecompute200(JsonReply):
    """The recompute."""

    status: ClassVar[int] = 200
    body: models.Recompute


GetRecomputeReply: TypeAlias = (
    GetRecompute200
    | common.BadRequest400
    | common.Unauthorized401
    | common.Forbidden403
    | common.NotFound404
    | common.TooManyRequests429
    | common.InternalError500
    | common.ServiceUnavailable503
)


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportSpendParams:
    """Parameters of `importSpend`."""

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
class ImportSpend200(JsonReply):
    """All rows were imported."""

    status: ClassVar[int] = 200
    header_names: ClassVar = (("idempotency_replayed", "Idempotency-Replayed"),)
    body: models.SpendImportResult
    idempotency_replayed: Literal["true"] | None = None
    """`true` if this is the stored response to an earlier request with the same key; absent otherwise."""


ImportSpendReply: TypeAlias = (
    ImportSpend200
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


class AttributionApi(Protocol[AccessBearerAuthT_contra]):
    """Operations of attribution, to be implemented."""

    async def get_realtime_revenue(
        self, params: GetRealtimeRevenueParams, *, call: Call[AccessBearerAuthT_contra]
    ) -> GetRealtimeRevenueReply:
        """Get today's revenue (deprecated) (GET /api/attribution/revenue/realtime).

        Returns today's revenue (UTC). Replaced by `/api/v1/revenue/realtime`, which returns the same figures. A
        removal date has not been set.
        """
        ...

    async def get_channel_attribution(
        self, params: GetChannelAttributionParams, *, call: Call[AccessBearerAuthT_contra]
    ) -> GetChannelAttributionReply:
        """Get revenue by channel (GET /api/attribution/channels).

        Returns the revenue of a period, credited to channels by one model. The channels add up exactly to the
        total. Up to 31 days and 10,000 sales are computed on demand; start a recompute first for larger periods.
        Credits of campaigns and intervals are always computed on demand.
        """
        ...

    async def compare_attribution(
        self, params: CompareAttributionParams, *, call: Call[AccessBearerAuthT_contra]
    ) -> CompareAttributionReply:
        """Compare models (GET /api/attribution/compare).

        Returns the credit that several models give to each channel. All models distribute the same total, so
        differences come from the models and not from the data.
        """
        ...

    async def list_attributed_conversions(
        self, params: ListAttributedConversionsParams, *, call: Call[AccessBearerAuthT_contra]
    ) -> ListAttributedConversionsReply:
        """List the credits behind a figure (GET /api/attribution/conversions).

        Lists every credit of a period under one model, newest first: one item per sale or refund and channel. The
        credits of a channel add up exactly to its revenue in `getChannelAttribution` and `compareAttribution`.
        Credits that are not stored are computed on demand, up to 31 days and 10,000 sales.
        """
        ...

    async def get_attribution_paths(
        self, params: GetAttributionPathsParams, *, call: Call[AccessBearerAuthT_contra]
    ) -> GetAttributionPathsReply:
        """Get the paths to sales (GET /api/attribution/paths).

        Returns which sequences of channels led to the sales of a period, how many touches they had, how long they
        took, and which channels opened, assisted and closed them. A path that fewer than 10 sales took is counted
        under `other`, which is shown only if it holds at least 10. No model is involved. Up to 10,000 sales;
        touches must not be older than 180 days, because their links are removed then.
        """
        ...

    async def explain_attribution_entity(
        self, params: ExplainAttributionEntityParams, *, call: Call[AccessBearerAuthT_contra]
    ) -> ExplainAttributionEntityReply:
        """Explain a figure (GET /api/attribution/explain/{entity_type}/{entity_id}).

        Explains an attribution score, a channel's performance or a discrepancy in a few sentences and names the
        figures used.
        """
        ...

    async def get_event_trace(
        self, params: GetEventTraceParams, *, call: Call[AccessBearerAuthT_contra]
    ) -> GetEventTraceReply:
        """Trace an event (GET /api/attribution/events/{event_id}/trace).

        Traces one payment or refund from its delivery through the ledger to the credits of every model, together
        with the claims of ad platforms for the same day and, for a repaired event, who gave its amount. Credits of
        models that are not stored are computed if `model` names one.
        """
        ...

    async def create_recompute(
        self, params: CreateRecomputeParams, body: models.RecomputeRequest, *, call: Call[AccessBearerAuthT_contra]
    ) -> CreateRecomputeReply:
        """Start a recompute (POST /api/attribution/recompute).

        Recomputes the credits of a window in the background. Requests with the same window, model and settings
        return the same job.
        """
        ...

    async def get_recompute(
        self, params: GetRecomputeParams, *, call: Call[AccessBearerAuthT_contra]
    ) -> GetRecomputeReply:
        """Get a recompute (GET /api/attribution/recompute/{job_id}).

        Returns the status of a recompute and, once it is complete, its results.
        """
        ...

    async def import_spend(
        self, params: ImportSpendParams, body: models.SpendImport | bytes, *, call: Call[AccessBearerAuthT_contra]
    ) -> ImportSpendReply:
        """Import ad spend (PUT /api/attribution/spend).

        Imports the daily spend of channels. A row replaces an existing row for the same channel, day and currency
        and takes precedence over spend reported by a platform. Either all rows are imported or none.
        """
        ...


class AttributionStub:
    """Answers 501 to every operation of attribution; derive from it to write them one by one."""

    async def get_realtime_revenue(
        self, params: GetRealtimeRevenueParams, *, call: Call[Any]
    ) -> GetRealtimeRevenueReply:
        raise NotWrittenError

    async def get_channel_attribution(
        self, params: GetChannelAttributionParams, *, call: Call[Any]
    ) -> GetChannelAttributionReply:
        raise NotWrittenError

    async def compare_attribution(
        self, params: CompareAttributionParams, *, call: Call[Any]
    ) -> CompareAttributionReply:
        raise NotWrittenError

    async def list_attributed_conversions(
        self, params: ListAttributedConversionsParams, *, call: Call[Any]
    ) -> ListAttributedConversionsReply:
        raise NotWrittenError

    async def get_attribution_paths(
        self, params: GetAttributionPathsParams, *, call: Call[Any]
    ) -> GetAttributionPathsReply:
        raise NotWrittenError

    async def explain_attribution_entity(
        self, params: ExplainAttributionEntityParams, *, call: Call[Any]
    ) -> ExplainAttributionEntityReply:
        raise NotWrittenError

    async def get_event_trace(self, params: GetEventTraceParams, *, call: Call[Any]) -> GetEventTraceReply:
        raise NotWrittenError

    async def create_recompute(
        self, params: CreateRecomputeParams, body: models.RecomputeRequest, *, call: Call[Any]
    ) -> CreateRecomputeReply:
        raise NotWrittenError

    async def get_recompute(self, params: GetRecomputeParams, *, call: Call[Any]) -> GetRecomputeReply:
        raise NotWrittenError

    async def import_spend(
        self, params: ImportSpendParams, body: models.SpendImport | bytes, *, call: Call[Any]
    ) -> ImportSpendReply:
        raise NotWrittenError


GET_REALTIME_REVENUE: Final = Operation(
    id="getRealtimeRevenue",
    method="GET",
    path="/api/attribution/revenue/realtime",
    handler="get_realtime_revenue",
    replies=frozenset(
        {
            GetRealtimeRevenue200,
            common.BadRequest400,
            common.Forbidden403,
            common.InternalError500,
            common.NotModified304,
            common.RealtimeRevenueUnavailable503,
            common.TooManyRequests429,
            common.Unauthorized401,
        }
    ),
    origin="contracts/openapi/v1/attribution.yaml:19",
    security=((Need(security.ACCESS_BEARER_AUTH, frozenset({"viewer"})),),),
    params=Params(GetRealtimeRevenueParams),
    rate_limit=("api",),
    is_conditional=True,
    is_deprecated=True,
    notices=(("Deprecation", "@1795219200"), ("Link", '</api/v1/revenue/realtime>; rel="successor-version"')),
)

GET_CHANNEL_ATTRIBUTION: Final = Operation(
    id="getChannelAttribution",
    method="GET",
    path="/api/attribution/channels",
    handler="get_channel_attribution",
    replies=frozenset(
        {
            GetChannelAttribution200,
            common.AttributionNotComputed409,
            common.BadRequest400,
            common.Forbidden403,
            common.InternalError500,
            common.ServiceUnavailable503,
            common.TooManyRequests429,
            common.Unauthorized401,
        }
    ),
    origin="contracts/openapi/v1/attribution.yaml:81",
    security=((Need(security.ACCESS_BEARER_AUTH, frozenset({"viewer"})),),),
    params=Params(GetChannelAttributionParams),
    rate_limit=("api",),
)

COMPARE_ATTRIBUTION: Final = Operation(
    id="compareAttribution",
    method="GET",
    path="/api/attribution/compare",
    handler="compare_attribution",
    replies=frozenset(
        {
            CompareAttribution200,
            common.AttributionNotComputed409,
            common.BadRequest400,
            common.Forbidden403,
            common.InternalError500,
            common.ServiceUnavailable503,
            common.TooManyRequests429,
            common.Unauthorized401,
        }
    ),
    origin="contracts/openapi/v1/attribution.yaml:215",
    security=((Need(security.ACCESS_BEARER_AUTH, frozenset({"viewer"})),),),
    params=Params(CompareAttributionParams),
    rate_limit=("api",),
)

LIST_ATTRIBUTED_CONVERSIONS: Final = Operation(
    id="listAttributedConversions",
    method="GET",
    path="/api/attribution/conversions",
    handler="list_attributed_conversions",
    replies=frozenset(
        {
            ListAttributedConversions200,
            common.AttributionNotComputed409,
            common.BadRequest400,
            common.Forbidden403,
            common.InternalError500,
            common.ServiceUnavailable503,
            common.TooManyRequests429,
            common.Unauthorized401,
        }
    ),
    origin="contracts/openapi/v1/attribution.yaml:285",
    security=((Need(security.ACCESS_BEARER_AUTH, frozenset({"viewer"})),),),
    params=Params(ListAttributedConversionsParams),
    rate_limit=("api",),
)

GET_ATTRIBUTION_PATHS: Final = Operation(
    id="getAttributionPaths",
    method="GET",
    path="/api/attribution/paths",
    handler="get_attribution_paths",
    replies=frozenset(
        {
            GetAttributionPaths200,
            common.BadRequest400,
            common.Forbidden403,
            common.InternalError500,
            common.ServiceUnavailable503,
            common.TooManyRequests429,
            common.Unauthorized401,
        }
    ),
    origin="contracts/openapi/v1/attribution.yaml:383",
    security=((Need(security.ACCESS_BEARER_AUTH, frozenset({"viewer"})),),),
    params=Params(GetAttributionPathsParams),
    rate_limit=("api",),
)

EXPLAIN_ATTRIBUTION_ENTITY: Final = Operation(
    id="explainAttributionEntity",
    method="GET",
    path="/api/attribution/explain/{entity_type}/{entity_id}",
    handler="explain_attribution_entity",
    replies=frozenset(
        {
            ExplainAttributionEntity200,
            common.BadRequest400,
            common.Forbidden403,
            common.InternalError500,
            common.NotFound404,
            common.ServiceUnavailable503,
            common.TooManyRequests429,
            common.Unauthorized401,
        }
    ),
    origin="contracts/openapi/v1/attribution.yaml:456",
    security=((Need(security.ACCESS_BEARER_AUTH, frozenset({"viewer"})),),),
    params=Params(ExplainAttributionEntityParams),
    rate_limit=("api",),
)

GET_EVENT_TRACE: Final = Operation(
    id="getEventTrace",
    method="GET",
    path="/api/attribution/events/{event_id}/trace",
    handler="get_event_trace",
    replies=frozenset(
        {
            GetEventTrace200,
            common.BadRequest400,
            common.Forbidden403,
            common.InternalError500,
            common.NotFound404,
            common.ServiceUnavailable503,
            common.TooManyRequests429,
            common.Unauthorized401,
        }
    ),
    origin="contracts/openapi/v1/attribution.yaml:513",
    security=((Need(security.ACCESS_BEARER_AUTH, frozenset({"viewer"})),),),
    params=Params(GetEventTraceParams),
    rate_limit=("api",),
)

CREATE_RECOMPUTE: Final = Operation(
    id="createRecompute",
    method="POST",
    path="/api/attribution/recompute",
    handler="create_recompute",
    replies=frozenset(
        {
            CreateRecompute202,
            WindowConflict409,
            common.BadRequest400,
            common.Forbidden403,
            common.InternalError500,
            common.PayloadTooLarge413,
            common.ServiceUnavailable503,
            common.TooManyRequests429,
            common.Unauthorized401,
            common.UnsupportedMediaType415,
        }
    ),
    origin="contracts/openapi/v1/attribution.yaml:600",
    security=((Need(security.ACCESS_BEARER_AUTH, frozenset({"manager"})),),),
    params=Params(CreateRecomputeParams),
    bodies=Bodies({"application/json": JsonBody(models.RecomputeRequest)}, is_required=True),
    rate_limit=("api",),
)

GET_RECOMPUTE: Final = Operation(
    id="getRecompute",
    method="GET",
    path="/api/attribution/recompute/{job_id}",
    handler="get_recompute",
    replies=frozenset(
        {
            GetRecompute200,
            common.BadRequest400,
            common.Forbidden403,
            common.InternalError500,
            common.NotFound404,
            common.ServiceUnavailable503,
            common.TooManyRequests429,
            common.Unauthorized401,
        }
    ),
    origin="contracts/openapi/v1/attribution.yaml:694",
    security=((Need(security.ACCESS_BEARER_AUTH, frozenset({"viewer"})),),),
    params=Params(GetRecomputeParams),
    rate_limit=("api",),
)

IMPORT_SPEND: Final = Operation(
    id="importSpend",
    method="PUT",
    path="/api/attribution/spend",
    handler="import_spend",
    replies=frozenset(
        {
            ImportSpend200,
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
    origin="contracts/openapi/v1/attribution.yaml:769",
    security=((Need(security.ACCESS_BEARER_AUTH, frozenset({"manager"})),),),
    params=Params(ImportSpendParams),
    bodies=Bodies({"application/json": JsonBody(models.SpendImport), "text/csv": BytesBody()}, is_required=True),
    rate_limit=("api",),
)

OPERATIONS: Final[tuple[Operation, ...]] = (
    GET_REALTIME_REVENUE,
    GET_CHANNEL_ATTRIBUTION,
    COMPARE_ATTRIBUTION,
    LIST_ATTRIBUTED_CONVERSIONS,
    GET_ATTRIBUTION_PATHS,
    EXPLAIN_ATTRIBUTION_ENTITY,
    GET_EVENT_TRACE,
    CREATE_RECOMPUTE,
    GET_RECOMPUTE,
    IMPORT_SPEND,
)
