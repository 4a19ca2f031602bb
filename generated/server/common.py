"""Replies that several APIs share.

Generated from the contracts by `contracts generate`; change that instead.
"""

from dataclasses import dataclass
from typing import Annotated, ClassVar, Literal, final

from ._runtime.replies import EmptyReply, JsonReply, ProblemReply
from ._runtime.types import Integer, Text
from .models import common as models, webhooks_base as webhooks_base_models


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class NotModified304(EmptyReply):
    """The resource has not changed since the response with the ETag you sent."""

    status: ClassVar[int] = 304
    header_names: ClassVar = (
        ("etag", "ETag"),
        ("cache_control", "Cache-Control"),
    )
    etag: Annotated[str, Text(min_length=3, max_length=130, pattern='^(W/)?"[\\x21\\x23-\\x7e]+"$')]
    """Entity tag of the response. Send it in `If-None-Match` to receive 304 if nothing has changed."""
    cache_control: Literal["max-age=30"] = "max-age=30"
    """The response may be cached for 30 seconds."""


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class BadRequest400(ProblemReply):
    """The request does not conform to the contract or violates a rule. Correct what `errors` and `detail` describe and
    send it again.
    """

    status: ClassVar[int] = 400
    body: models.Problem


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class UncountedBadRequest400(ProblemReply):
    """The correlation id is not a UUID."""

    status: ClassVar[int] = 400
    body: models.Problem


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class WebhookBadRequest400(ProblemReply):
    """The delivery was sent to the wrong path or has an invalid header."""

    status: ClassVar[int] = 400
    body: models.Problem


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class Unauthorized401(ProblemReply):
    """Authentication failed. The response is the same for every cause."""

    status: ClassVar[int] = 401
    body: models.Problem


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class Forbidden403(ProblemReply):
    """Your role does not permit this operation. Ask an admin of your tenant."""

    status: ClassVar[int] = 403
    body: models.Problem


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class NotFound404(ProblemReply):
    """The resource does not exist in your tenant."""

    status: ClassVar[int] = 404
    body: models.Problem


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class Conflict409(ProblemReply):
    """The idempotency key was used for another request, or the first request with it is still in progress."""

    status: ClassVar[int] = 409
    body: models.Problem


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class PayloadTooLarge413(ProblemReply):
    """The request body exceeds the size limit of this operation."""

    status: ClassVar[int] = 413
    body: models.Problem


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class UnsupportedMediaType415(ProblemReply):
    """The operation does not accept the media type of the request body."""

    status: ClassVar[int] = 415
    body: models.Problem


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class TooManyRequests429(ProblemReply):
    """The rate limit is exceeded. Wait for the time given in `Retry-After`."""

    status: ClassVar[int] = 429
    header_names: ClassVar = (("retry_after", "Retry-After"),)
    body: models.Problem
    retry_after: Annotated[int, Integer(ge=0, le=2**31 - 1)]
    """Seconds to wait before the next request."""


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class InternalError500(ProblemReply):
    """An unexpected error occurred. Quote the correlation ID when you ask for help."""

    status: ClassVar[int] = 500
    body: models.Problem


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class UncountedInternalError500(ProblemReply):
    """An unexpected error occurred in an operation without a rate limit. Quote the correlation ID when you ask for
    help.
    """

    status: ClassVar[int] = 500
    body: models.Problem


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceUnavailable503(ProblemReply):
    """A required service is unavailable. Wait for the time given in `Retry-After`."""

    status: ClassVar[int] = 503
    header_names: ClassVar = (("retry_after", "Retry-After"),)
    body: models.Problem
    retry_after: Annotated[int, Integer(ge=0, le=2**31 - 1)]
    """Seconds to wait before the next request."""


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class RealtimeRevenueUnavailable503(ProblemReply):
    """The realtime figure is unavailable. Stale or partial figures are never returned; wait for the time given in
    `Retry-After`.
    """

    status: ClassVar[int] = 503
    header_names: ClassVar = (
        ("retry_after", "Retry-After"),
        ("cache_control", "Cache-Control"),
    )
    body: models.Problem
    retry_after: Annotated[int, Integer(ge=0, le=2**31 - 1)]
    """Seconds to wait before the next request."""
    cache_control: Literal["no-store"] = "no-store"
    """The response must not be stored."""


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class Unhealthy503(ProblemReply):
    """The service should not receive traffic. `detail` names the failed probe."""

    status: ClassVar[int] = 503
    header_names: ClassVar = (("retry_after", "Retry-After"),)
    body: models.Problem
    retry_after: Annotated[int, Integer(ge=0, le=2**31 - 1)]
    """Seconds to wait before the next request."""


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class DeliveryBadRequest400(ProblemReply):
    """The delivery has an invalid header."""

    status: ClassVar[int] = 400
    body: models.Problem


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class WebhookTopicMismatch422(ProblemReply):
    """An authentic delivery was sent to the path of another event type. It was stored as a dead event."""

    status: ClassVar[int] = 422
    body: models.Problem


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class PlatformNotFound404(ProblemReply):
    """The platform is unknown, or your tenant has no connection to it."""

    status: ClassVar[int] = 404
    body: models.Problem


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class AttributionNotComputed409(ProblemReply):
    """The requested credits are not stored and too large to compute on demand. Start a recompute."""

    status: ClassVar[int] = 409
    body: models.Problem


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class StateConflict409(ProblemReply):
    """The state of the object does not allow this operation, or the idempotency key is in use."""

    status: ClassVar[int] = 409
    body: models.Problem


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class SecretConflict409(ProblemReply):
    """The secret has already been shown, or the idempotency key is in use."""

    status: ClassVar[int] = 409
    body: models.Problem


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class LlmTooManyRequests429(ProblemReply):
    """An LLM budget is exhausted or the rate limit is exceeded. Wait for the time given in `Retry-After`."""

    status: ClassVar[int] = 429
    header_names: ClassVar = (("retry_after", "Retry-After"),)
    body: models.Problem
    retry_after: Annotated[int, Integer(ge=0, le=2**31 - 1)]
    """Seconds to wait before the next request."""


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class LifecycleBadRequest400(ProblemReply):
    """The request does not conform to the contract or violates a rule, or the platform does not support it."""

    status: ClassVar[int] = 400
    body: models.ProviderLifecycleProblem


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class LifecycleUnauthorized401(ProblemReply):
    """Authentication failed. The response is the same for every cause."""

    status: ClassVar[int] = 401
    body: models.ProviderLifecycleProblem


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class LifecycleForbidden403(ProblemReply):
    """Your role does not permit this operation, or the platform granted insufficient permissions."""

    status: ClassVar[int] = 403
    body: models.ProviderLifecycleProblem


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class LifecycleNotFound404(ProblemReply):
    """The platform is unknown, or your tenant has no connection to it."""

    status: ClassVar[int] = 404
    body: models.ProviderLifecycleProblem


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class LifecycleConflict409(ProblemReply):
    """The authorization at the platform has expired or was revoked; reconnect."""

    status: ClassVar[int] = 409
    body: models.ProviderLifecycleProblem


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class LifecycleKeyConflict409(ProblemReply):
    """The authorization at the platform has expired or was revoked, or the idempotency key is in use."""

    status: ClassVar[int] = 409
    body: models.ProviderLifecycleProblem


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class LifecyclePayloadTooLarge413(ProblemReply):
    """The request body exceeds the size limit of this operation."""

    status: ClassVar[int] = 413
    body: models.ProviderLifecycleProblem


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class LifecycleUnsupportedMediaType415(ProblemReply):
    """The operation does not accept the media type of the request body."""

    status: ClassVar[int] = 415
    body: models.ProviderLifecycleProblem


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class LifecycleTooManyRequests429(ProblemReply):
    """Our rate limit or the platform's is exceeded. Wait for the time given in `Retry-After`."""

    status: ClassVar[int] = 429
    header_names: ClassVar = (("retry_after", "Retry-After"),)
    body: models.ProviderLifecycleProblem
    retry_after: Annotated[int, Integer(ge=0, le=2**31 - 1)]
    """Seconds to wait before the next request."""


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class LifecycleUnavailable503(ProblemReply):
    """The platform or a required service is unavailable. Wait for the time given in `Retry-After`."""

    status: ClassVar[int] = 503
    header_names: ClassVar = (("retry_after", "Retry-After"),)
    body: models.ProviderLifecycleProblem
    retry_after: Annotated[int, Integer(ge=0, le=2**31 - 1)]
    """Seconds to wait before the next request."""


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class ReceiveDelivery200(JsonReply):
    """The delivery was accepted; `outcome` describes the result."""

    status: ClassVar[int] = 200
    body: webhooks_base_models.WebhookReceipt
