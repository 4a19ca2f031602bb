"""Data of problems.yaml.

Generated from contracts/governance/problems.yaml by `contracts generate`; change that instead.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final


BASE: Final[str] = "https://api.skeldir.com/problems/"
"""What stands before the slug in the type of a problem."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """One kind of problem that a client may meet."""

    code: str
    status: int
    slug: str
    title: str
    when: str
    also_status: tuple[int, ...] = ()


AUTH_UNAUTHORIZED: Final = Problem(
    code="AUTH_UNAUTHORIZED",
    status=401,
    slug="authentication-failed",
    title="Authentication failed.",
    when="Who you are could not be established, for whatever cause. The answer is the same for every cause.",
)
AUTH_FORBIDDEN: Final = Problem(
    code="AUTH_FORBIDDEN",
    status=403,
    slug="forbidden",
    title="Access denied.",
    when="The scope is missing, or the password is right but the user has no role in the tenant.",
)
REQUEST_VALIDATION_FAILED: Final = Problem(
    code="REQUEST_VALIDATION_FAILED",
    status=400,
    slug="request-validation-failed",
    title="Request validation failed",
    when="A parameter, header or body breaks the contract. `errors` lists the places.",
)
VALIDATION_ERROR: Final = Problem(
    code="VALIDATION_ERROR",
    status=400,
    slug="validation-error",
    title="Validation error",
    when="The request is well formed but breaks a rule, such as a period that is too long or an unknown currency.",
)
PLATFORM_CAPABILITY_UNSUPPORTED: Final = Problem(
    code="PLATFORM_CAPABILITY_UNSUPPORTED",
    status=400,
    slug="platform-capability-unsupported",
    title="Platform capability unsupported",
    when="The platform cannot do what is asked.",
)
NOT_FOUND: Final = Problem(
    code="NOT_FOUND",
    status=404,
    slug="not-found",
    title="Not found",
    when="The path does not exist, or the object is unknown to the tenant.",
)
PLATFORM_NOT_FOUND: Final = Problem(
    code="PLATFORM_NOT_FOUND",
    status=404,
    slug="platform-not-found",
    title="Platform not found",
    when="The platform is unknown, or the tenant has no connection to it.",
)
IDEMPOTENCY_KEY_REUSED: Final = Problem(
    code="IDEMPOTENCY_KEY_REUSED",
    status=409,
    slug="idempotency-conflict",
    title="Idempotency conflict",
    when="The idempotency key was used for another request.",
)
IDEMPOTENCY_IN_PROGRESS: Final = Problem(
    code="IDEMPOTENCY_IN_PROGRESS",
    status=409,
    slug="idempotency-conflict",
    title="Idempotency conflict",
    when="The first request with this idempotency key still runs.",
)
SECRET_ALREADY_SHOWN: Final = Problem(
    code="SECRET_ALREADY_SHOWN",
    status=409,
    slug="secret-already-shown",
    title="Secret already shown",
    when="A request whose answer shows a secret once was repeated with the same idempotency key.",
)
STATE_CONFLICT: Final = Problem(
    code="STATE_CONFLICT",
    status=409,
    slug="state-conflict",
    title="State conflict",
    when="The object is not in a state that allows this.",
)
ATTRIBUTION_NOT_COMPUTED: Final = Problem(
    code="ATTRIBUTION_NOT_COMPUTED",
    status=409,
    slug="attribution-not-computed",
    title="Attribution not computed",
    when="The model version is not stored, and there is too much to compute it on demand.",
)
WINDOW_CLOSED: Final = Problem(
    code="WINDOW_CLOSED",
    status=409,
    slug="window-closed",
    title="Window closed",
    when="The window is older than 90 days.",
)
METHOD_NOT_ALLOWED: Final = Problem(
    code="METHOD_NOT_ALLOWED",
    status=405,
    slug="method-not-allowed",
    title="Method not allowed",
    when="The path exists, but not with this method. `Allow` lists the methods.",
)
PAYLOAD_TOO_LARGE: Final = Problem(
    code="PAYLOAD_TOO_LARGE",
    status=413,
    slug="payload-too-large",
    title="Payload too large",
    when="The body is larger than the operation takes.",
)
UNSUPPORTED_MEDIA_TYPE: Final = Problem(
    code="UNSUPPORTED_MEDIA_TYPE",
    status=415,
    slug="unsupported-media-type",
    title="Unsupported media type",
    when="The body is not of a type the operation reads.",
)
WEBHOOK_TOPIC_MISMATCH: Final = Problem(
    code="WEBHOOK_TOPIC_MISMATCH",
    status=400,
    slug="webhook-topic-mismatch",
    title="Webhook topic mismatch",
    when="An authentic delivery was sent to the wrong per-event path. On the Shopify paths the status is 422.",
    also_status=(422,),
)
RATE_LIMITED: Final = Problem(
    code="RATE_LIMITED",
    status=429,
    slug="rate-limited",
    title="Rate limited",
    when="The limit of the minute is used up.",
)
LLM_BUDGET_EXCEEDED: Final = Problem(
    code="LLM_BUDGET_EXCEEDED",
    status=429,
    slug="llm-budget-exceeded",
    title="Llm budget exceeded",
    when="A budget for generated texts is used up. `Retry-After` points to the end of the exhausted scope.",
)
REALTIME_REVENUE_UNAVAILABLE: Final = Problem(
    code="REALTIME_REVENUE_UNAVAILABLE",
    status=503,
    slug="realtime-revenue-unavailable",
    title="Realtime revenue unavailable",
    when="A platform failed a moment ago, or the figure took too long.",
)
SERVICE_UNAVAILABLE: Final = Problem(
    code="SERVICE_UNAVAILABLE",
    status=503,
    slug="service-unavailable",
    title="Service unavailable",
    when="The database or the key store cannot be reached.",
)
INTERNAL_ERROR: Final = Problem(
    code="INTERNAL_ERROR",
    status=500,
    slug="internal-server-error",
    title="Internal server error",
    when="Anything unforeseen.",
)
PROVIDER_NOT_CONNECTED: Final = Problem(
    code="provider_not_connected",
    status=404,
    slug="provider-lifecycle",
    title="Provider lifecycle",
    when="The tenant has no connection to the platform, or it was never authorized.",
)
PROVIDER_EXPIRED: Final = Problem(
    code="provider_expired",
    status=409,
    slug="provider-lifecycle",
    title="Provider lifecycle",
    when="The authorization at the platform has expired; connect again.",
)
PROVIDER_REVOKED: Final = Problem(
    code="provider_revoked",
    status=409,
    slug="provider-lifecycle",
    title="Provider lifecycle",
    when="The authorization at the platform was revoked; connect again.",
)
PROVIDER_SCOPE_INSUFFICIENT: Final = Problem(
    code="provider_scope_insufficient",
    status=403,
    slug="provider-lifecycle",
    title="Provider lifecycle",
    when="The platform granted less than is needed.",
)
PROVIDER_RATE_LIMITED: Final = Problem(
    code="provider_rate_limited",
    status=429,
    slug="provider-lifecycle",
    title="Provider lifecycle",
    when="The platform asks us to slow down.",
)
PROVIDER_TRANSPORT_FAILURE: Final = Problem(
    code="provider_transport_failure",
    status=503,
    slug="provider-lifecycle",
    title="Provider lifecycle",
    when="The platform could not be reached.",
)

PROBLEMS: Final[tuple[Problem, ...]] = (
    AUTH_UNAUTHORIZED,
    AUTH_FORBIDDEN,
    REQUEST_VALIDATION_FAILED,
    VALIDATION_ERROR,
    PLATFORM_CAPABILITY_UNSUPPORTED,
    NOT_FOUND,
    PLATFORM_NOT_FOUND,
    IDEMPOTENCY_KEY_REUSED,
    IDEMPOTENCY_IN_PROGRESS,
    SECRET_ALREADY_SHOWN,
    STATE_CONFLICT,
    ATTRIBUTION_NOT_COMPUTED,
    WINDOW_CLOSED,
    METHOD_NOT_ALLOWED,
    PAYLOAD_TOO_LARGE,
    UNSUPPORTED_MEDIA_TYPE,
    WEBHOOK_TOPIC_MISMATCH,
    RATE_LIMITED,
    LLM_BUDGET_EXCEEDED,
    REALTIME_REVENUE_UNAVAILABLE,
    SERVICE_UNAVAILABLE,
    INTERNAL_ERROR,
    PROVIDER_NOT_CONNECTED,
    PROVIDER_EXPIRED,
    PROVIDER_REVOKED,
    PROVIDER_SCOPE_INSUFFICIENT,
    PROVIDER_RATE_LIMITED,
    PROVIDER_TRANSPORT_FAILURE,
)
"""All of them, in the order of the file."""
