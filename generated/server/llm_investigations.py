"""Skeldir investigations. Investigate questions about revenue.

Generated from contracts/openapi/v1/llm-investigations.yaml by `contracts generate`; change that instead.
"""

from dataclasses import dataclass
from typing import Annotated, Any, ClassVar, Final, Literal, Protocol, TypeAlias, final

from . import common, security
from ._runtime.bodies import Bodies, JsonBody
from ._runtime.operations import Operation
from ._runtime.params import Header, Params, Path
from ._runtime.problems import NotWrittenError
from ._runtime.replies import JsonReply, ProblemReply
from ._runtime.requests import Call
from ._runtime.security import Need
from ._runtime.types import Integer, Text, Uuid
from .models import common as common_models, llm_investigations as models
from .security import AccessBearerAuthT_contra


@dataclass(frozen=True, slots=True, kw_only=True)
class CreateInvestigationParams:
    """Parameters of `createInvestigation`."""

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
class CreateInvestigation202(JsonReply):
    """The investigation is queued; poll `Location` for its status."""

    status: ClassVar[int] = 202
    header_names: ClassVar = (
        ("location", "Location"),
        ("idempotency_replayed", "Idempotency-Replayed"),
        ("retry_after", "Retry-After"),
    )
    body: models.InvestigationTicket
    location: Annotated[str, Text(min_length=1, max_length=512, format="uri-reference")]
    """Where to read the result."""
    idempotency_replayed: Literal["true"] | None = None
    """`true` if this is the stored response to an earlier request with the same key; absent otherwise."""
    retry_after: Annotated[int, Integer(ge=0, le=2**31 - 1)]
    """Seconds to wait before the next request."""


CreateInvestigationReply: TypeAlias = (
    CreateInvestigation202
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
class GetInvestigationStatusParams:
    """Parameters of `getInvestigationStatus`."""

    x_correlation_id: Annotated[Uuid | None, Header("X-Correlation-ID")] = None
    """A UUID that identifies this request in responses and logs. The server generates one when it is missing and
    rejects a value that is not a UUID.
    """
    investigation_id: Annotated[Uuid, Path("investigation_id")]
    """The investigation."""


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class GetInvestigationStatus200(JsonReply):
    """Status."""

    status: ClassVar[int] = 200
    body: models.InvestigationStatus


GetInvestigationStatusReply: TypeAlias = (
    GetInvestigationStatus200
    | common.BadRequest400
    | common.Unauthorized401
    | common.Forbidden403
    | common.NotFound404
    | common.TooManyRequests429
    | common.InternalError500
    | common.ServiceUnavailable503
)


@dataclass(frozen=True, slots=True, kw_only=True)
class ApproveInvestigationParams:
    """Parameters of `approveInvestigation`."""

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
    investigation_id: Annotated[Uuid, Path("investigation_id")]
    """The investigation."""


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class ApproveInvestigation200(JsonReply):
    """The decision was stored."""

    status: ClassVar[int] = 200
    header_names: ClassVar = (("idempotency_replayed", "Idempotency-Replayed"),)
    body: models.InvestigationStatus
    idempotency_replayed: Literal["true"] | None = None
    """`true` if this is the stored response to an earlier request with the same key; absent otherwise."""


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class NotReadyForReview409(ProblemReply):
    """The investigation is not ready for review, or the idempotency key is in use."""

    status: ClassVar[int] = 409
    body: common_models.Problem


ApproveInvestigationReply: TypeAlias = (
    ApproveInvestigation200
    | common.BadRequest400
    | common.Unauthorized401
    | common.Forbidden403
    | common.NotFound404
    | NotReadyForReview409
    | common.PayloadTooLarge413
    | common.UnsupportedMediaType415
    | common.TooManyRequests429
    | common.InternalError500
    | common.ServiceUnavailable503
)


class LlmInvestigationsApi(Protocol[AccessBearerAuthT_contra]):
    """Operations of llm_investigations, to be implemented."""

    async def create_investigation(
        self,
        params: CreateInvestigationParams,
        body: models.InvestigationRequest,
        *,
        call: Call[AccessBearerAuthT_contra],
    ) -> CreateInvestigationReply:
        """Create an investigation (POST /api/investigations).

        Investigates a question about revenue in the background. The findings take 45 to 60 seconds and then wait
        for approval.
        """
        ...

    async def get_investigation_status(
        self, params: GetInvestigationStatusParams, *, call: Call[AccessBearerAuthT_contra]
    ) -> GetInvestigationStatusReply:
        """Get an investigation (GET /api/investigations/{investigation_id}/status).

        Returns the progress of an investigation and, once it is ready for review, its findings.
        """
        ...

    async def approve_investigation(
        self,
        params: ApproveInvestigationParams,
        body: models.ReviewRequest | None,
        *,
        call: Call[AccessBearerAuthT_contra],
    ) -> ApproveInvestigationReply:
        """Approve or reject an investigation (POST /api/investigations/{investigation_id}/approve).

        Approves or rejects the findings. A decision is possible once the investigation is complete and at least 45
        seconds old.
        """
        ...


class LlmInvestigationsStub:
    """Answers 501 to every operation of llm_investigations; derive from it to write them one by one."""

    async def create_investigation(
        self, params: CreateInvestigationParams, body: models.InvestigationRequest, *, call: Call[Any]
    ) -> CreateInvestigationReply:
        raise NotWrittenError

    async def get_investigation_status(
        self, params: GetInvestigationStatusParams, *, call: Call[Any]
    ) -> GetInvestigationStatusReply:
        raise NotWrittenError

    async def approve_investigation(
        self, params: ApproveInvestigationParams, body: models.ReviewRequest | None, *, call: Call[Any]
    ) -> ApproveInvestigationReply:
        raise NotWrittenError


CREATE_INVESTIGATION: Final = Operation(
    id="createInvestigation",
    method="POST",
    path="/api/investigations",
    handler="create_investigation",
    replies=frozenset(
        {
            CreateInvestigation202,
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
    origin="contracts/openapi/v1/llm-investigations.yaml:18",
    security=((Need(security.ACCESS_BEARER_AUTH, frozenset({"viewer"})),),),
    params=Params(CreateInvestigationParams),
    bodies=Bodies({"application/json": JsonBody(models.InvestigationRequest)}, is_required=True),
    rate_limit=("api",),
)

GET_INVESTIGATION_STATUS: Final = Operation(
    id="getInvestigationStatus",
    method="GET",
    path="/api/investigations/{investigation_id}/status",
    handler="get_investigation_status",
    replies=frozenset(
        {
            GetInvestigationStatus200,
            common.BadRequest400,
            common.Forbidden403,
            common.InternalError500,
            common.NotFound404,
            common.ServiceUnavailable503,
            common.TooManyRequests429,
            common.Unauthorized401,
        }
    ),
    origin="contracts/openapi/v1/llm-investigations.yaml:95",
    security=((Need(security.ACCESS_BEARER_AUTH, frozenset({"viewer"})),),),
    params=Params(GetInvestigationStatusParams),
    rate_limit=("api",),
)

APPROVE_INVESTIGATION: Final = Operation(
    id="approveInvestigation",
    method="POST",
    path="/api/investigations/{investigation_id}/approve",
    handler="approve_investigation",
    replies=frozenset(
        {
            ApproveInvestigation200,
            NotReadyForReview409,
            common.BadRequest400,
            common.Forbidden403,
            common.InternalError500,
            common.NotFound404,
            common.PayloadTooLarge413,
            common.ServiceUnavailable503,
            common.TooManyRequests429,
            common.Unauthorized401,
            common.UnsupportedMediaType415,
        }
    ),
    origin="contracts/openapi/v1/llm-investigations.yaml:185",
    security=((Need(security.ACCESS_BEARER_AUTH, frozenset({"manager"})),),),
    params=Params(ApproveInvestigationParams),
    bodies=Bodies({"application/json": JsonBody(models.ReviewRequest)}, is_required=False),
    rate_limit=("api",),
)

OPERATIONS: Final[tuple[Operation, ...]] = (
    CREATE_INVESTIGATION,
    GET_INVESTIGATION_STATUS,
    APPROVE_INVESTIGATION,
)
