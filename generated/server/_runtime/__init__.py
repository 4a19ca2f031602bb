"""The small constant library that generated servers stand on. Its source is `tools/codegen/runtime`; copied word for word.

What an implementation needs is named here; generated modules import from the parts.
"""

from .bodies import Bodies, Invalid
from .deprecation import CallCounts, CallerCounter
from .errors import ErrorMap, ErrorShape, ProblemDetails
from .events import ServerEvent
from .exchange import Handler, Wrapper
from .limits import Limiter, RateLimit
from .messages import message_of
from .models import UNSET, ContractModel, Unset
from .observers import Exchange, LoggingObserver, Observer
from .operations import Operation
from .problems import (
    ForbiddenError,
    InternalError,
    InvalidRequestError,
    Issue,
    MethodNotAllowedError,
    NotAcceptableError,
    NotFoundError,
    NotWrittenError,
    PayloadTooLargeError,
    ProblemError,
    ProblemKind,
    RateLimitedError,
    ServiceUnavailableError,
    UnauthorizedError,
    UnsupportedMediaTypeError,
)
from .replies import Reply, ReplyError
from .requests import Call, Grant, Headers, RawRequest

__all__ = [
    "UNSET",
    "Bodies",
    "Call",
    "CallCounts",
    "CallerCounter",
    "ContractModel",
    "ErrorMap",
    "ErrorShape",
    "Exchange",
    "ForbiddenError",
    "Grant",
    "Handler",
    "Headers",
    "InternalError",
    "Invalid",
    "InvalidRequestError",
    "Issue",
    "Limiter",
    "LoggingObserver",
    "MethodNotAllowedError",
    "NotAcceptableError",
    "NotFoundError",
    "NotWrittenError",
    "Observer",
    "Operation",
    "PayloadTooLargeError",
    "ProblemDetails",
    "ProblemError",
    "ProblemKind",
    "RateLimit",
    "RateLimitedError",
    "RawRequest",
    "Reply",
    "ReplyError",
    "ServerEvent",
    "ServiceUnavailableError",
    "UnauthorizedError",
    "Unset",
    "UnsupportedMediaTypeError",
    "Wrapper",
    "message_of",
]
