"""Skeldir budget. Budget recommendations and LLM budgets.

Generated from contracts/openapi/v1/llm-budget.yaml by `contracts generate`; change that instead.
"""

from dataclasses import dataclass
from typing import Annotated, Any, ClassVar, Final, Literal, Protocol, TypeAlias, final

from . import common, security
from ._runtime.bodies import Bodies, JsonBody
from ._runtime.operations import Operation
from ._runtime.params import Header, Params, Path, Query
from ._runtime.problems import NotWrittenError
from ._runtime.replies import JsonReply
from ._runtime.requests import Call
from ._runtime.security import Need
from ._runtime.types import Integer, Text, Timestamp, Uuid
from .models import llm_budget as models
from .security import AccessBearerAuthT_contra


@dataclass(frozen=True, slots=True, kw_only=True)
class CreateBudgetOptimizationParams:
    """Parameters of `createBudgetOptimization`."""

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
class CreateBudgetOptimization202(JsonReply):
    """The computation is running; poll `Location` for the recommendation."""

    status: ClassVar[int] = 202
    header_names: ClassVar = (
        ("location", "Location"),
        ("idempotency_replayed", "Idempotency-Replayed"),
        ("retry_after", "Retry-After"),
    )
    body: models.OptimizationTicket
    location: Annotated[str, Text(min_length=1, max_length=512, format="uri-reference")]
    """Where to read the result."""
    idempotency_replayed: Literal["true"] | None = None
    """`true` if this is the stored response to an earlier request with the same key; absent otherwise."""
    retry_after: Annotated[int, Integer(ge=0, le=2**31 - 1)]
    """Seconds to wait before the next request."""


CreateBudgetOptimizationReply: TypeAlias = (
    CreateBudgetOptimization202
    | common.BadRequest400
    | common.Unauthorized401
    | common.Forbidden403
    | common.Conflict409
    | common.PayloadTooLarge413
    | common.UnsupportedMediaType415
    | common.LlmTooManyRequests429
    | common.InternalError500
    | common.ServiceUnavailable503
)


@dataclass(frozen=True, slots=True, kw_only=True)
class GetBudgetRecommendationParams:
    """Parameters of `getBudgetRecommendation`."""

    x_correlation_id: Annotated[Uuid | None, Header("X-Correlation-ID")] = None
    """A UUID that identifies this request in responses and logs. The server generates one when it is missing and
    rejects a value that is not a UUID.
    """
    job_id: Annotated[Uuid, Path("job_id")]
    """ID of the job."""


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class GetBudgetRecommendation200(JsonReply):
    """The recommendation."""

    status: ClassVar[int] = 200
    body: models.BudgetRecommendation


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class GetBudgetRecommendation202(JsonReply):
    """The computation is still running; try again after `Retry-After`."""

    status: ClassVar[int] = 202
    header_names: ClassVar = (
        ("location", "Location"),
        ("retry_after", "Retry-After"),
    )
    body: models.RecommendationProgress
    location: Annotated[str, Text(min_length=1, max_length=512, format="uri-reference")]
    """Where to read the result."""
    retry_after: Annotated[int, Integer(ge=0, le=2**31 - 1)]
    """Seconds to wait before the next request."""


GetBudgetRecommendationReply: TypeAlias = (
    GetBudgetRecommendation200
    | GetBudgetRecommendation202
    | common.BadRequest400
    | common.Unauthorized401
    | common.Forbidden403
    | common.NotFound404
    | common.TooManyRequests429
    | common.InternalError500
    | common.ServiceUnavailable503
)


@dataclass(frozen=True, slots=True, kw_only=True)
class GetLlmBudgetParams:
    """Parameters of `getLlmBudget`."""

    x_correlation_id: Annotated[Uuid | None, Header("X-Correlation-ID")] = None
    """A UUID that identifies this request in responses and logs. The server generates one when it is missing and
    rejects a value that is not a UUID.
    """


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class GetLlmBudget200(JsonReply):
    """The budgets."""

    status: ClassVar[int] = 200
    body: models.LlmBudget


GetLlmBudgetReply: TypeAlias = (
    GetLlmBudget200
    | common.BadRequest400
    | common.Unauthorized401
    | common.Forbidden403
    | common.TooManyRequests429
    | common.InternalError500
    | common.ServiceUnavailable503
)


@dataclass(frozen=True, slots=True, kw_only=True)
class ListLlmAuditParams:
    """Parameters of `listLlmAudit`."""

    x_correlation_id: Annotated[Uuid | None, Header("X-Correlation-ID")] = None
    """A UUID that identifies this request in responses and logs. The server generates one when it is missing and
    rejects a value that is not a UUID.
    """
    decision: Annotated[models.LlmDecision | None, Query("decision")] = None
    """Filter by decision."""
    since: Annotated[Timestamp | None, Query("since")] = None
    """Decisions at or after this time, with UTC offset."""
    cursor: Annotated[
        Annotated[str, Text(min_length=1, max_length=512, pattern="^[A-Za-z0-9_-]+$")] | None, Query("cursor")
    ] = None
    """Position of the next page: the value of `page.next_cursor` of the previous page."""
    limit: Annotated[int, Integer(ge=1, le=100), Query("limit", "integer")] = 50
    """Maximum number of items per page."""


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class ListLlmAudit200(JsonReply):
    """A page of decisions."""

    status: ClassVar[int] = 200
    body: models.LlmAuditPage


ListLlmAuditReply: TypeAlias = (
    ListLlmAudit200
    | common.BadRequest400
    | common.Unauthorized401
    | common.Forbidden403
    | common.TooManyRequests429
    | common.InternalError500
    | common.ServiceUnavailable503
)


class LlmBudgetApi(Protocol[AccessBearerAuthT_contra]):
    """Operations of llm_budget, to be implemented."""

    async def create_budget_optimization(
        self,
        params: CreateBudgetOptimizationParams,
        body: models.OptimizationRequest,
        *,
        call: Call[AccessBearerAuthT_contra],
    ) -> CreateBudgetOptimizationReply:
        """Create a budget recommendation (POST /api/budget/optimize).

        Computes the best distribution of an ad budget between channels, in the background.
        """
        ...

    async def get_budget_recommendation(
        self, params: GetBudgetRecommendationParams, *, call: Call[AccessBearerAuthT_contra]
    ) -> GetBudgetRecommendationReply:
        """Get a budget recommendation (GET /api/budget/recommendations/{job_id}).

        Returns the recommended distribution of the budget once it has been computed.
        """
        ...

    async def get_llm_budget(
        self, params: GetLlmBudgetParams, *, call: Call[AccessBearerAuthT_contra]
    ) -> GetLlmBudgetReply:
        """Get LLM budgets (GET /api/llm/budget).

        Returns your LLM budgets, their usage and any shutoff.
        """
        ...

    async def list_llm_audit(
        self, params: ListLlmAuditParams, *, call: Call[AccessBearerAuthT_contra]
    ) -> ListLlmAuditReply:
        """List LLM decisions (GET /api/llm/audit).

        Lists your LLM requests and the decision for each, newest first.
        """
        ...


class LlmBudgetStub:
    """Answers 501 to every operation of llm_budget; derive from it to write them one by one."""

    async def create_budget_optimization(
        self, params: CreateBudgetOptimizationParams, body: models.OptimizationRequest, *, call: Call[Any]
    ) -> CreateBudgetOptimizationReply:
        raise NotWrittenError

    async def get_budget_recommendation(
        self, params: GetBudgetRecommendationParams, *, call: Call[Any]
    ) -> GetBudgetRecommendationReply:
        raise NotWrittenError

    async def get_llm_budget(self, params: GetLlmBudgetParams, *, call: Call[Any]) -> GetLlmBudgetReply:
        raise NotWrittenError

    async def list_llm_audit(self, params: ListLlmAuditParams, *, call: Call[Any]) -> ListLlmAuditReply:
        raise NotWrittenError


CREATE_BUDGET_OPTIMIZATION: Final = Operation(
    id="createBudgetOptimization",
    method="POST",
    path="/api/budget/optimize",
    handler="create_budget_optimization",
    replies=frozenset(
        {
            CreateBudgetOptimization202,
            common.BadRequest400,
            common.Conflict409,
            common.Forbidden403,
            common.InternalError500,
            common.LlmTooManyRequests429,
            common.PayloadTooLarge413,
            common.ServiceUnavailable503,
            common.Unauthorized401,
            common.UnsupportedMediaType415,
        }
    ),
    origin="contracts/openapi/v1/llm-budget.yaml:19",
    security=((Need(security.ACCESS_BEARER_AUTH, frozenset({"viewer"})),),),
    params=Params(CreateBudgetOptimizationParams),
    bodies=Bodies({"application/json": JsonBody(models.OptimizationRequest)}, is_required=True),
    rate_limit=("api",),
)

GET_BUDGET_RECOMMENDATION: Final = Operation(
    id="getBudgetRecommendation",
    method="GET",
    path="/api/budget/recommendations/{job_id}",
    handler="get_budget_recommendation",
    replies=frozenset(
        {
            GetBudgetRecommendation200,
            GetBudgetRecommendation202,
            common.BadRequest400,
            common.Forbidden403,
            common.InternalError500,
            common.NotFound404,
            common.ServiceUnavailable503,
            common.TooManyRequests429,
            common.Unauthorized401,
        }
    ),
    origin="contracts/openapi/v1/llm-budget.yaml:87",
    security=((Need(security.ACCESS_BEARER_AUTH, frozenset({"viewer"})),),),
    params=Params(GetBudgetRecommendationParams),
    rate_limit=("api",),
)

GET_LLM_BUDGET: Final = Operation(
    id="getLlmBudget",
    method="GET",
    path="/api/llm/budget",
    handler="get_llm_budget",
    replies=frozenset(
        {
            GetLlmBudget200,
            common.BadRequest400,
            common.Forbidden403,
            common.InternalError500,
            common.ServiceUnavailable503,
            common.TooManyRequests429,
            common.Unauthorized401,
        }
    ),
    origin="contracts/openapi/v1/llm-budget.yaml:166",
    security=((Need(security.ACCESS_BEARER_AUTH, frozenset({"viewer"})),),),
    params=Params(GetLlmBudgetParams),
    rate_limit=("api",),
)

LIST_LLM_AUDIT: Final = Operation(
    id="listLlmAudit",
    method="GET",
    path="/api/llm/audit",
    handler="list_llm_audit",
    replies=frozenset(
        {
            ListLlmAudit200,
            common.BadRequest400,
            common.Forbidden403,
            common.InternalError500,
            common.ServiceUnavailable503,
            common.TooManyRequests429,
            common.Unauthorized401,
        }
    ),
    origin="contracts/openapi/v1/llm-budget.yaml:228",
    security=((Need(security.ACCESS_BEARER_AUTH, frozenset({"viewer"})),),),
    params=Params(ListLlmAuditParams),
    rate_limit=("api",),
)

OPERATIONS: Final[tuple[Operation, ...]] = (
    CREATE_BUDGET_OPTIMIZATION,
    GET_BUDGET_RECOMMENDATION,
    GET_LLM_BUDGET,
    LIST_LLM_AUDIT,
)
