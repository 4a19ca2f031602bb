"""Skeldir revenue. Today's revenue as reported by the payment processors.

Generated from contracts/openapi/v1/revenue.yaml by `contracts generate`; change that instead.
"""

from dataclasses import dataclass
from typing import Annotated, Any, ClassVar, Final, Literal, Protocol, TypeAlias, final

from . import common, security
from ._runtime.operations import Operation
from ._runtime.params import Header, Params
from ._runtime.problems import NotWrittenError
from ._runtime.replies import JsonReply
from ._runtime.requests import Call
from ._runtime.security import Need
from ._runtime.types import Text, Uuid
from .models import revenue as models
from .security import AccessBearerAuthT_contra


@dataclass(frozen=True, slots=True, kw_only=True)
class GetRealtimeRevenueV1Params:
    """Parameters of `getRealtimeRevenueV1`."""

    x_correlation_id: Annotated[Uuid | None, Header("X-Correlation-ID")] = None
    """A UUID that identifies this request in responses and logs. The server generates one when it is missing and
    rejects a value that is not a UUID.
    """
    if_none_match: Annotated[Annotated[str, Text(min_length=1, max_length=1024)] | None, Header("If-None-Match")] = None
    """ETag of an earlier response. If it still matches, the response is 304 without a body."""


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class GetRealtimeRevenueV1_200(JsonReply):
    """Today's revenue so far."""

    status: ClassVar[int] = 200
    header_names: ClassVar = (
        ("etag", "ETag"),
        ("cache_control", "Cache-Control"),
    )
    body: models.RealtimeRevenue
    etag: Annotated[str, Text(min_length=3, max_length=130, pattern='^(W/)?"[\\x21\\x23-\\x7e]+"$')]
    """Entity tag of the response. Send it in `If-None-Match` to receive 304 if nothing has changed."""
    cache_control: Literal["max-age=30"] = "max-age=30"
    """The response may be cached for 30 seconds."""


GetRealtimeRevenueV1Reply: TypeAlias = (
    GetRealtimeRevenueV1_200
    | common.NotModified304
    | common.BadRequest400
    | common.Unauthorized401
    | common.Forbidden403
    | common.TooManyRequests429
    | common.InternalError500
    | common.RealtimeRevenueUnavailable503
)


class RevenueApi(Protocol[AccessBearerAuthT_contra]):
    """Operations of revenue, to be implemented."""

    async def get_realtime_revenue_v1(
        self, params: GetRealtimeRevenueV1Params, *, call: Call[AccessBearerAuthT_contra]
    ) -> GetRealtimeRevenueV1Reply:
        """Get today's revenue (GET /api/v1/revenue/realtime).

        Returns today's revenue (UTC) net of refunds in the reporting currency of the tenant and lists other
        currencies separately. Send the ETag of the last response in `If-None-Match` to receive 304 if nothing has
        changed.
        """
        ...


class RevenueStub:
    """Answers 501 to every operation of revenue; derive from it to write them one by one."""

    async def get_realtime_revenue_v1(
        self, params: GetRealtimeRevenueV1Params, *, call: Call[Any]
    ) -> GetRealtimeRevenueV1Reply:
        raise NotWrittenError


GET_REALTIME_REVENUE_V1: Final = Operation(
    id="getRealtimeRevenueV1",
    method="GET",
    path="/api/v1/revenue/realtime",
    handler="get_realtime_revenue_v1",
    replies=frozenset(
        {
            GetRealtimeRevenueV1_200,
            common.BadRequest400,
            common.Forbidden403,
            common.InternalError500,
            common.NotModified304,
            common.RealtimeRevenueUnavailable503,
            common.TooManyRequests429,
            common.Unauthorized401,
        }
    ),
    origin="contracts/openapi/v1/revenue.yaml:19",
    security=((Need(security.ACCESS_BEARER_AUTH, frozenset({"viewer"})),),),
    params=Params(GetRealtimeRevenueV1Params),
    rate_limit=("api",),
    is_conditional=True,
)

OPERATIONS: Final[tuple[Operation, ...]] = (GET_REALTIME_REVENUE_V1,)
