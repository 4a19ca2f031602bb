"""Skeldir errors. Report dashboard errors.

Generated from contracts/openapi/v1/errors.yaml by `contracts generate`; change that instead.
"""

from dataclasses import dataclass
from typing import Annotated, Any, ClassVar, Final, Literal, Protocol, TypeAlias, final

from . import common, security
from ._runtime.bodies import Bodies, JsonBody
from ._runtime.operations import Operation
from ._runtime.params import Header, Params
from ._runtime.problems import NotWrittenError
from ._runtime.replies import JsonReply
from ._runtime.requests import Call
from ._runtime.security import Need
from ._runtime.types import Uuid
from .models import errors as models
from .security import AccessBearerAuthT_contra


@dataclass(frozen=True, slots=True, kw_only=True)
class LogErrorParams:
    """Parameters of `logError`."""

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
class LogError201(JsonReply):
    """The error is stored."""

    status: ClassVar[int] = 201
    header_names: ClassVar = (("idempotency_replayed", "Idempotency-Replayed"),)
    body: models.ErrorReceipt
    idempotency_replayed: Literal["true"] | None = None
    """`true` if this is the stored response to an earlier request with the same key; absent otherwise."""


LogErrorReply: TypeAlias = (
    LogError201
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


class ErrorsApi(Protocol[AccessBearerAuthT_contra]):
    """Operations of errors, to be implemented."""

    async def log_error(
        self, params: LogErrorParams, body: models.ErrorReport, *, call: Call[AccessBearerAuthT_contra]
    ) -> LogErrorReply:
        """Report a dashboard error (POST /api/errors/log).

        Stores an error for 30 days. At most 8192 bytes per error and 20 errors per minute and user.
        """
        ...


class ErrorsStub:
    """Answers 501 to every operation of errors; derive from it to write them one by one."""

    async def log_error(self, params: LogErrorParams, body: models.ErrorReport, *, call: Call[Any]) -> LogErrorReply:
        raise NotWrittenError


LOG_ERROR: Final = Operation(
    id="logError",
    method="POST",
    path="/api/errors/log",
    handler="log_error",
    replies=frozenset(
        {
            LogError201,
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
    origin="contracts/openapi/v1/errors.yaml:17",
    security=((Need(security.ACCESS_BEARER_AUTH, frozenset({"viewer"})),),),
    params=Params(LogErrorParams),
    bodies=Bodies({"application/json": JsonBody(models.ErrorReport)}, is_required=True),
    max_body_bytes=8_192,
    rate_limit=("api", "errors"),
)

OPERATIONS: Final[tuple[Operation, ...]] = (LOG_ERROR,)
