"""Skeldir explanations. Explanations of figures.

Generated from contracts/openapi/v1/llm-explanations.yaml by `contracts generate`; change that instead.
"""

from dataclasses import dataclass
from typing import Annotated, Any, ClassVar, Final, Literal, Protocol, TypeAlias, final

from . import common, security
from ._runtime.operations import Operation
from ._runtime.params import Header, Params, Path, Query
from ._runtime.problems import NotWrittenError
from ._runtime.replies import JsonReply
from ._runtime.requests import Call
from ._runtime.security import Need
from ._runtime.types import Integer, Uuid
from .models import llm_explanations as models
from .security import AccessBearerAuthT_contra


@dataclass(frozen=True, slots=True, kw_only=True)
class GetEntityExplanationParams:
    """Parameters of `getEntityExplanation`."""

    x_correlation_id: Annotated[Uuid | None, Header("X-Correlation-ID")] = None
    """A UUID that identifies this request in responses and logs. The server generates one when it is missing and
    rejects a value that is not a UUID.
    """
    entity_type: Annotated[
        Literal["attribution_score", "channel_performance", "reconciliation_discrepancy", "budget_recommendation"],
        Path("entity_type"),
    ]
    """Type of figure to explain."""
    entity_id: Annotated[Uuid, Path("entity_id")]
    """ID of the figure to explain."""
    timeout_ms: Annotated[Annotated[int, Integer(ge=100, le=20_000)] | None, Query("timeout_ms", "integer")] = None
    """Maximum response time in milliseconds. Defaults to 500."""


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class GetEntityExplanation200(JsonReply):
    """The explanation."""

    status: ClassVar[int] = 200
    body: models.EntityExplanation


GetEntityExplanationReply: TypeAlias = (
    GetEntityExplanation200
    | common.BadRequest400
    | common.Unauthorized401
    | common.Forbidden403
    | common.NotFound404
    | common.TooManyRequests429
    | common.InternalError500
    | common.ServiceUnavailable503
)


class LlmExplanationsApi(Protocol[AccessBearerAuthT_contra]):
    """Operations of llm_explanations, to be implemented."""

    async def get_entity_explanation(
        self, params: GetEntityExplanationParams, *, call: Call[AccessBearerAuthT_contra]
    ) -> GetEntityExplanationReply:
        """Explain a figure (GET /api/v1/explain/{entity_type}/{entity_id}).

        Explains a score, a channel's performance, a discrepancy or a recommendation in a few sentences. If the LLM
        budget is exhausted, a template text is returned.
        """
        ...


class LlmExplanationsStub:
    """Answers 501 to every operation of llm_explanations; derive from it to write them one by one."""

    async def get_entity_explanation(
        self, params: GetEntityExplanationParams, *, call: Call[Any]
    ) -> GetEntityExplanationReply:
        raise NotWrittenError


GET_ENTITY_EXPLANATION: Final = Operation(
    id="getEntityExplanation",
    method="GET",
    path="/api/v1/explain/{entity_type}/{entity_id}",
    handler="get_entity_explanation",
    replies=frozenset(
        {
            GetEntityExplanation200,
            common.BadRequest400,
            common.Forbidden403,
            common.InternalError500,
            common.NotFound404,
            common.ServiceUnavailable503,
            common.TooManyRequests429,
            common.Unauthorized401,
        }
    ),
    origin="contracts/openapi/v1/llm-explanations.yaml:19",
    security=((Need(security.ACCESS_BEARER_AUTH, frozenset({"viewer"})),),),
    params=Params(GetEntityExplanationParams),
    rate_limit=("api",),
)

OPERATIONS: Final[tuple[Operation, ...]] = (GET_ENTITY_EXPLANATION,)
