"""Replies that several APIs share.

Generated from the contracts by `contracts generate`; change that instead.
"""

from dataclasses import dataclass
from typing import Annotated, ClassVar, Literal, final

from ._runtime.replies import EmptyReply, ProblemReply
from ._runtime.types import Integer, Text
from .models import common as models


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class NotModified304(EmptyReply):
    """Nothing changed since the answer whose ETag you sent."""

    status: ClassVar[int] = 304
    header_names: ClassVar = (
        ("etag", "ETag"),
        ("cache_control", "Cache-Control"),
    )
    etag: Annotated[str, Text(min_length=3, max_length=130, pattern='^(W/)?"[\\x21\\x23-\\x7e]+"$')]
    """Fingerprint of this answer. Send it as If-None-Match to be told when nothing changed."""
    cache_control: Literal["max-age=30"] = "max-age=30"
    """The answer may be reused for 30 seconds."""


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class BadRequest400(ProblemReply):
    """The request breaks the contract or a rule. Mend what `errors` and `detail` name, then send it again."""

    status: ClassVar[int] = 400
    body: models.Problem


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class WebhookBadRequest400(ProblemReply):
    """The delivery was sent to the wrong address, or its length is not what it says."""

    status: ClassVar[int] = 400
    body: models.Problem


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class Unauthorized401(ProblemReply):
    """Who you are could not be established. The answer is the same for every cause."""

    status: ClassVar[int] = 401
    body: models.Problem


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class Forbidden403(ProblemReply):
    """Your role may not do this. Ask an admin of your tenant."""

    status: ClassVar[int] = 403
    body: models.Problem


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class NotFound404(ProblemReply):
    """There is no such object in your tenant."""

    status: ClassVar[int] = 404
    body: models.Problem


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class Conflict409(ProblemReply):
    """The idempotency key is in use by another request, or by this one while it still runs."""

    status: ClassVar[int] = 409
    body: models.Problem


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class PayloadTooLarge413(ProblemReply):
    """The body is larger than this operation takes."""

    status: ClassVar[int] = 413
    body: models.Problem


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class UnsupportedMediaType415(ProblemReply):
    """The body is not of a type this operation reads."""

    status: ClassVar[int] = 415
    body: models.Problem


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class TooManyRequests429(ProblemReply):
    """The limit per minute is used up. Wait as long as `Retry-After` says."""

    status: ClassVar[int] = 429
    header_names: ClassVar = (("retry_after", "Retry-After"),)
    body: models.Problem
    retry_after: Annotated[int, Integer(ge=0, le=2**31 - 1)]
    """Whole seconds to wait before trying again."""


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class InternalError500(ProblemReply):
    """Something unforeseen happened on our side. Quote the correlation id when you ask for help."""

    status: ClassVar[int] = 500
    body: models.Problem


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class UncountedInternalError500(ProblemReply):
    """Something unforeseen happened on our side, where nobody is counted. Quote the correlation id when you ask for
    help.
    """

    status: ClassVar[int] = 500
    body: models.Problem


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceUnavailable503(ProblemReply):
    """A part we need cannot be reached right now. Wait as long as `Retry-After` says."""

    status: ClassVar[int] = 503
    header_names: ClassVar = (("retry_after", "Retry-After"),)
    body: models.Problem
    retry_after: Annotated[int, Integer(ge=0, le=2**31 - 1)]
    """Whole seconds to wait before trying again."""


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class RealtimeRevenueUnavailable503(ProblemReply):
    """No platform figure can be had right now. Nothing older or partial is shown instead; wait as long as
    `Retry-After` says.
    """

    status: ClassVar[int] = 503
    header_names: ClassVar = (
        ("retry_after", "Retry-After"),
        ("cache_control", "Cache-Control"),
    )
    body: models.Problem
    retry_after: Annotated[int, Integer(ge=0, le=2**31 - 1)]
    """Whole seconds to wait before trying again."""
    cache_control: Literal["no-store"] = "no-store"
    """The answer must not be kept anywhere."""


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class Unhealthy503(ProblemReply):
    """The service should get no traffic. `detail` names the probe that failed."""

    status: ClassVar[int] = 503
    header_names: ClassVar = (("retry_after", "Retry-After"),)
    body: models.Problem
    retry_after: Annotated[int, Integer(ge=0, le=2**31 - 1)]
    """Whole seconds to wait before trying again."""


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class DeliveryBadRequest400(ProblemReply):
    """The length of the delivery is not what it says."""

    status: ClassVar[int] = 400
    body: models.Problem


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class WebhookTopicMismatch422(ProblemReply):
    """An authentic delivery was sent to the address for another kind. It was kept as a dead event."""

    status: ClassVar[int] = 422
    body: models.Problem


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class PlatformNotFound404(ProblemReply):
    """We do not know this platform, or your tenant has no connection to it."""

    status: ClassVar[int] = 404
    body: models.Problem


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class AttributionNotComputed409(ProblemReply):
    """The credits you ask for are not stored, and there is too much to compute them while you wait. Ask for a
    recompute.
    """

    status: ClassVar[int] = 409
    body: models.Problem


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class StateConflict409(ProblemReply):
    """The object is not in a state that allows this, or the idempotency key is in use."""

    status: ClassVar[int] = 409
    body: models.Problem


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class SecretConflict409(ProblemReply):
    """The secret was shown once and is not shown again, or the idempotency key is in use."""

    status: ClassVar[int] = 409
    body: models.Problem


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class LlmTooManyRequests429(ProblemReply):
    """A budget for generated texts is used up, or the limit per minute is. Wait as long as `Retry-After` says."""

    status: ClassVar[int] = 429
    header_names: ClassVar = (("retry_after", "Retry-After"),)
    body: models.Problem
    retry_after: Annotated[int, Integer(ge=0, le=2**31 - 1)]
    """Whole seconds to wait before trying again."""


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class LifecycleBadRequest400(ProblemReply):
    """The request breaks the contract or a rule, or the platform cannot do this."""

    status: ClassVar[int] = 400
    body: models.ProviderLifecycleProblem


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class LifecycleUnauthorized401(ProblemReply):
    """Who you are could not be established. The answer is the same for every cause."""

    status: ClassVar[int] = 401
    body: models.ProviderLifecycleProblem


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class LifecycleForbidden403(ProblemReply):
    """Your role may not do this, or the platform granted less than is needed."""

    status: ClassVar[int] = 403
    body: models.ProviderLifecycleProblem


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class LifecycleNotFound404(ProblemReply):
    """We do not know this platform, or your tenant has no connection to it."""

    status: ClassVar[int] = 404
    body: models.ProviderLifecycleProblem


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class LifecycleConflict409(ProblemReply):
    """The authorization at the platform is gone; connect again."""

    status: ClassVar[int] = 409
    body: models.ProviderLifecycleProblem


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class LifecycleKeyConflict409(ProblemReply):
    """The authorization at the platform is gone, or the idempotency key is in use."""

    status: ClassVar[int] = 409
    body: models.ProviderLifecycleProblem


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class LifecyclePayloadTooLarge413(ProblemReply):
    """The body is larger than this operation takes."""

    status: ClassVar[int] = 413
    body: models.ProviderLifecycleProblem


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class LifecycleUnsupportedMediaType415(ProblemReply):
    """The body is not of a type this operation reads."""

    status: ClassVar[int] = 415
    body: models.ProviderLifecycleProblem


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class LifecycleTooManyRequests429(ProblemReply):
    """The limit per minute is used up, ours or the platform's. Wait as long as `Retry-After` says."""

    status: ClassVar[int] = 429
    header_names: ClassVar = (("retry_after", "Retry-After"),)
    body: models.ProviderLifecycleProblem
    retry_after: Annotated[int, Integer(ge=0, le=2**31 - 1)]
    """Whole seconds to wait before trying again."""


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class LifecycleUnavailable503(ProblemReply):
    """The platform, or a part of ours, cannot be reached right now. Wait as long as `Retry-After` says."""

    status: ClassVar[int] = 503
    header_names: ClassVar = (("retry_after", "Retry-After"),)
    body: models.ProviderLifecycleProblem
    retry_after: Annotated[int, Integer(ge=0, le=2**31 - 1)]
    """Whole seconds to wait before trying again."""
