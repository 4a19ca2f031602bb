"""Skeldir export. Export your figures.

Generated from contracts/openapi/v1/export.yaml by `contracts generate`; change that instead.
"""

from collections.abc import AsyncIterable
from dataclasses import dataclass
from typing import Annotated, Any, ClassVar, Final, Literal, Protocol, TypeAlias, final

from pydantic import Field

from . import common, security
from ._runtime.operations import Operation
from ._runtime.params import Accept, Header, Params, Query
from ._runtime.problems import NotWrittenError
from ._runtime.replies import BytesReply, JsonReply
from ._runtime.requests import Call
from ._runtime.security import Need
from ._runtime.types import Date, Integer, Text, Uuid
from .models import common as common_models, export as models
from .security import AccessBearerAuthT_contra


@dataclass(frozen=True, slots=True, kw_only=True)
class ExportRevenueParams:
    """Parameters of `exportRevenue`."""

    x_correlation_id: Annotated[Uuid | None, Header("X-Correlation-ID")] = None
    """A UUID that identifies this request in responses and logs. The server generates one when it is missing and
    rejects a value that is not a UUID.
    """
    format: Annotated[Literal["csv", "json", "xlsx"], Query("format")] = "csv"
    """Format of the export."""
    start_date: Annotated[Date | None, Query("start_date")] = None
    """First day of the period (UTC, inclusive). Defaults to 30 days ending with the last day."""
    end_date: Annotated[Date | None, Query("end_date")] = None
    """Last day of the period (UTC, inclusive), at most 366 days after the first. Defaults to today."""
    channels: Annotated[
        Annotated[list[common_models.ChannelCode], Field(min_length=1, max_length=50)] | None,
        Query("channels", ["string"], is_exploded=False),
    ] = None
    """Channels to include, separated by commas. Defaults to all channels."""
    model: Annotated[common_models.Model | None, Query("model")] = None
    """Attribution model. Defaults to the model of the tenant."""
    lookback_days: Annotated[int, Integer(ge=1, le=90), Query("lookback_days", "integer")] = 30
    """Maximum age in days of a touch that is credited for a sale."""
    accept: Annotated[
        Literal["text/csv", "application/json", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"],
        Accept(("text/csv", "application/json", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet")),
    ] = "text/csv"
    """The media type that the caller likes best, of those that the reply can have."""


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class ExportRevenue200Csv(BytesReply):
    """The export file."""

    status: ClassVar[int] = 200
    media_type: ClassVar[str | None] = "text/csv"
    header_names: ClassVar = (("content_disposition", "Content-Disposition"),)
    body: bytes | AsyncIterable[bytes]
    content_disposition: Annotated[str, Text(min_length=1, max_length=256)]
    """Suggested file name."""


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class ExportRevenue200Json(JsonReply):
    """The export file."""

    status: ClassVar[int] = 200
    header_names: ClassVar = (("content_disposition", "Content-Disposition"),)
    body: models.ExportData
    content_disposition: Annotated[str, Text(min_length=1, max_length=256)]
    """Suggested file name."""


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class ExportRevenue200Xlsx(BytesReply):
    """The export file."""

    status: ClassVar[int] = 200
    media_type: ClassVar[str | None] = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    header_names: ClassVar = (("content_disposition", "Content-Disposition"),)
    body: bytes | AsyncIterable[bytes]
    content_disposition: Annotated[str, Text(min_length=1, max_length=256)]
    """Suggested file name."""


ExportRevenueReply: TypeAlias = (
    ExportRevenue200Csv
    | ExportRevenue200Json
    | ExportRevenue200Xlsx
    | common.BadRequest400
    | common.Unauthorized401
    | common.Forbidden403
    | common.AttributionNotComputed409
    | common.TooManyRequests429
    | common.InternalError500
    | common.ServiceUnavailable503
)


@dataclass(frozen=True, slots=True, kw_only=True)
class ExportCSVParams:
    """Parameters of `exportCSV`."""

    x_correlation_id: Annotated[Uuid | None, Header("X-Correlation-ID")] = None
    """A UUID that identifies this request in responses and logs. The server generates one when it is missing and
    rejects a value that is not a UUID.
    """
    start_date: Annotated[Date | None, Query("start_date")] = None
    """First day of the period (UTC, inclusive). Defaults to 30 days ending with the last day."""
    end_date: Annotated[Date | None, Query("end_date")] = None
    """Last day of the period (UTC, inclusive), at most 366 days after the first. Defaults to today."""
    channels: Annotated[
        Annotated[list[common_models.ChannelCode], Field(min_length=1, max_length=50)] | None,
        Query("channels", ["string"], is_exploded=False),
    ] = None
    """Channels to include, separated by commas. Defaults to all channels."""
    model: Annotated[common_models.Model | None, Query("model")] = None
    """Attribution model. Defaults to the model of the tenant."""
    lookback_days: Annotated[int, Integer(ge=1, le=90), Query("lookback_days", "integer")] = 30
    """Maximum age in days of a touch that is credited for a sale."""


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class ExportCSV200(BytesReply):
    """The export file."""

    status: ClassVar[int] = 200
    media_type: ClassVar[str | None] = "text/csv"
    header_names: ClassVar = (("content_disposition", "Content-Disposition"),)
    body: bytes | AsyncIterable[bytes]
    content_disposition: Annotated[str, Text(min_length=1, max_length=256)]
    """Suggested file name."""


ExportCSVReply: TypeAlias = (
    ExportCSV200
    | common.BadRequest400
    | common.Unauthorized401
    | common.Forbidden403
    | common.AttributionNotComputed409
    | common.TooManyRequests429
    | common.InternalError500
    | common.ServiceUnavailable503
)


@dataclass(frozen=True, slots=True, kw_only=True)
class ExportJSONParams:
    """Parameters of `exportJSON`."""

    x_correlation_id: Annotated[Uuid | None, Header("X-Correlation-ID")] = None
    """A UUID that identifies this request in responses and logs. The server generates one when it is missing and
    rejects a value that is not a UUID.
    """
    start_date: Annotated[Date | None, Query("start_date")] = None
    """First day of the period (UTC, inclusive). Defaults to 30 days ending with the last day."""
    end_date: Annotated[Date | None, Query("end_date")] = None
    """Last day of the period (UTC, inclusive), at most 366 days after the first. Defaults to today."""
    channels: Annotated[
        Annotated[list[common_models.ChannelCode], Field(min_length=1, max_length=50)] | None,
        Query("channels", ["string"], is_exploded=False),
    ] = None
    """Channels to include, separated by commas. Defaults to all channels."""
    model: Annotated[common_models.Model | None, Query("model")] = None
    """Attribution model. Defaults to the model of the tenant."""
    lookback_days: Annotated[int, Integer(ge=1, le=90), Query("lookback_days", "integer")] = 30
    """Maximum age in days of a touch that is credited for a sale."""


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class ExportJSON200(JsonReply):
    """The export file."""

    status: ClassVar[int] = 200
    header_names: ClassVar = (("content_disposition", "Content-Disposition"),)
    body: models.ExportData
    content_disposition: Annotated[str, Text(min_length=1, max_length=256)]
    """Suggested file name."""


ExportJSONReply: TypeAlias = (
    ExportJSON200
    | common.BadRequest400
    | common.Unauthorized401
    | common.Forbidden403
    | common.AttributionNotComputed409
    | common.TooManyRequests429
    | common.InternalError500
    | common.ServiceUnavailable503
)


@dataclass(frozen=True, slots=True, kw_only=True)
class ExportExcelParams:
    """Parameters of `exportExcel`."""

    x_correlation_id: Annotated[Uuid | None, Header("X-Correlation-ID")] = None
    """A UUID that identifies this request in responses and logs. The server generates one when it is missing and
    rejects a value that is not a UUID.
    """
    start_date: Annotated[Date | None, Query("start_date")] = None
    """First day of the period (UTC, inclusive). Defaults to 30 days ending with the last day."""
    end_date: Annotated[Date | None, Query("end_date")] = None
    """Last day of the period (UTC, inclusive), at most 366 days after the first. Defaults to today."""
    channels: Annotated[
        Annotated[list[common_models.ChannelCode], Field(min_length=1, max_length=50)] | None,
        Query("channels", ["string"], is_exploded=False),
    ] = None
    """Channels to include, separated by commas. Defaults to all channels."""
    model: Annotated[common_models.Model | None, Query("model")] = None
    """Attribution model. Defaults to the model of the tenant."""
    lookback_days: Annotated[int, Integer(ge=1, le=90), Query("lookback_days", "integer")] = 30
    """Maximum age in days of a touch that is credited for a sale."""


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class ExportExcel200(BytesReply):
    """The export file."""

    status: ClassVar[int] = 200
    media_type: ClassVar[str | None] = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    header_names: ClassVar = (("content_disposition", "Content-Disposition"),)
    body: bytes | AsyncIterable[bytes]
    content_disposition: Annotated[str, Text(min_length=1, max_length=256)]
    """Suggested file name."""


ExportExcelReply: TypeAlias = (
    ExportExcel200
    | common.BadRequest400
    | common.Unauthorized401
    | common.Forbidden403
    | common.AttributionNotComputed409
    | common.TooManyRequests429
    | common.InternalError500
    | common.ServiceUnavailable503
)


class ExportApi(Protocol[AccessBearerAuthT_contra]):
    """Operations of export, to be implemented."""

    async def export_revenue(
        self, params: ExportRevenueParams, *, call: Call[AccessBearerAuthT_contra]
    ) -> ExportRevenueReply:
        """Export revenue (GET /api/export/revenue).

        Exports credited and verified revenue per day and channel in the requested format.
        """
        ...

    async def export_csv(self, params: ExportCSVParams, *, call: Call[AccessBearerAuthT_contra]) -> ExportCSVReply:
        """Export revenue as CSV (GET /api/export/csv).

        Exports credited and verified revenue per day and channel as comma-separated values.
        """
        ...

    async def export_json(self, params: ExportJSONParams, *, call: Call[AccessBearerAuthT_contra]) -> ExportJSONReply:
        """Export revenue as JSON (GET /api/export/json).

        Exports credited and verified revenue per day and channel as JSON.
        """
        ...

    async def export_excel(
        self, params: ExportExcelParams, *, call: Call[AccessBearerAuthT_contra]
    ) -> ExportExcelReply:
        """Export revenue as an Excel workbook (GET /api/export/excel).

        Exports credited and verified revenue per day and channel as an Excel workbook.
        """
        ...


class ExportStub:
    """Answers 501 to every operation of export; derive from it to write them one by one."""

    async def export_revenue(self, params: ExportRevenueParams, *, call: Call[Any]) -> ExportRevenueReply:
        raise NotWrittenError

    async def export_csv(self, params: ExportCSVParams, *, call: Call[Any]) -> ExportCSVReply:
        raise NotWrittenError

    async def export_json(self, params: ExportJSONParams, *, call: Call[Any]) -> ExportJSONReply:
        raise NotWrittenError

    async def export_excel(self, params: ExportExcelParams, *, call: Call[Any]) -> ExportExcelReply:
        raise NotWrittenError


EXPORT_REVENUE: Final = Operation(
    id="exportRevenue",
    method="GET",
    path="/api/export/revenue",
    handler="export_revenue",
    replies=frozenset(
        {
            ExportRevenue200Csv,
            ExportRevenue200Json,
            ExportRevenue200Xlsx,
            common.AttributionNotComputed409,
            common.BadRequest400,
            common.Forbidden403,
            common.InternalError500,
            common.ServiceUnavailable503,
            common.TooManyRequests429,
            common.Unauthorized401,
        }
    ),
    origin="contracts/openapi/v1/export.yaml:19",
    security=((Need(security.ACCESS_BEARER_AUTH, frozenset({"viewer"})),),),
    params=Params(ExportRevenueParams),
    rate_limit=("api",),
)

EXPORT_CSV: Final = Operation(
    id="exportCSV",
    method="GET",
    path="/api/export/csv",
    handler="export_csv",
    replies=frozenset(
        {
            ExportCSV200,
            common.AttributionNotComputed409,
            common.BadRequest400,
            common.Forbidden403,
            common.InternalError500,
            common.ServiceUnavailable503,
            common.TooManyRequests429,
            common.Unauthorized401,
        }
    ),
    origin="contracts/openapi/v1/export.yaml:96",
    security=((Need(security.ACCESS_BEARER_AUTH, frozenset({"viewer"})),),),
    params=Params(ExportCSVParams),
    rate_limit=("api",),
)

EXPORT_JSON: Final = Operation(
    id="exportJSON",
    method="GET",
    path="/api/export/json",
    handler="export_json",
    replies=frozenset(
        {
            ExportJSON200,
            common.AttributionNotComputed409,
            common.BadRequest400,
            common.Forbidden403,
            common.InternalError500,
            common.ServiceUnavailable503,
            common.TooManyRequests429,
            common.Unauthorized401,
        }
    ),
    origin="contracts/openapi/v1/export.yaml:137",
    security=((Need(security.ACCESS_BEARER_AUTH, frozenset({"viewer"})),),),
    params=Params(ExportJSONParams),
    rate_limit=("api",),
)

EXPORT_EXCEL: Final = Operation(
    id="exportExcel",
    method="GET",
    path="/api/export/excel",
    handler="export_excel",
    replies=frozenset(
        {
            ExportExcel200,
            common.AttributionNotComputed409,
            common.BadRequest400,
            common.Forbidden403,
            common.InternalError500,
            common.ServiceUnavailable503,
            common.TooManyRequests429,
            common.Unauthorized401,
        }
    ),
    origin="contracts/openapi/v1/export.yaml:199",
    security=((Need(security.ACCESS_BEARER_AUTH, frozenset({"viewer"})),),),
    params=Params(ExportExcelParams),
    rate_limit=("api",),
)

OPERATIONS: Final[tuple[Operation, ...]] = (
    EXPORT_REVENUE,
    EXPORT_CSV,
    EXPORT_JSON,
    EXPORT_EXCEL,
)
