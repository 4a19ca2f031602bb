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
    is_declared: bool | None = None


AUTH_UNAUTHORIZED: Final = Problem(
    code="AUTH_UNAUTHORIZED",
    status=401,
    slug="authentication-failed",
    title="Authentication failed.",
    when="Authentication failed. The response is the same for every cause.",
)
AUTH_FORBIDDEN: Final = Problem(
    code="AUTH_FORBIDDEN",
    status=403,
    slug="forbidden",
    title="Access denied.",
    when="The required scope is missing, or the password is correct but the user has no role in the tenant.",
)
REQUEST_VALIDATION_FAILED: Final = Problem(
    code="REQUEST_VALIDATION_FAILED",
    status=400,
    slug="request-validation-failed",
    title="Request validation failed",
    when="A parameter, header or body does not conform to the contract. `errors` lists each location.",
)
VALIDATION_ERROR: Final = Problem(
    code="VALIDATION_ERROR",
    status=400,
    slug="validation-error",
    title="Validation error",
    when="The request is well-formed but violates a rule, such as the maximum length of a period.",
)
PLATFORM_CAPABILITY_UNSUPPORTED: Final = Problem(
    code="PLATFORM_CAPABILITY_UNSUPPORTED",
    status=400,
    slug="platform-capability-unsupported",
    title="Platform capability unsupported",
    when="The platform does not support the requested operation.",
)
NOT_FOUND: Final = Problem(
    code="NOT_FOUND",
    status=404,
    slug="not-found",
    title="Not found",
    when="The path does not exist, or the resource does not exist in the tenant.",
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
    when="The first request with this idempotency key is still in progress.",
)
SECRET_ALREADY_SHOWN: Final = Problem(
    code="SECRET_ALREADY_SHOWN",
    status=409,
    slug="secret-already-shown",
    title="Secret already shown",
    when="A request that returns a secret was repeated with the same idempotency key.",
)
STATE_CONFLICT: Final = Problem(
    code="STATE_CONFLICT",
    status=409,
    slug="state-conflict",
    title="State conflict",
    when="The current state of the object does not allow the operation.",
)
ATTRIBUTION_NOT_COMPUTED: Final = Problem(
    code="ATTRIBUTION_NOT_COMPUTED",
    status=409,
    slug="attribution-not-computed",
    title="Attribution not computed",
    when="The results of the model version are not stored and too large to compute on demand.",
)
WINDOW_CLOSED: Final = Problem(
    code="WINDOW_CLOSED",
    status=409,
    slug="window-closed",
    title="Window closed",
    when="The window starts more than 90 days ago.",
)
METHOD_NOT_ALLOWED: Final = Problem(
    code="METHOD_NOT_ALLOWED",
    status=405,
    slug="method-not-allowed",
    title="Method not allowed",
    when="The path does not support the request method. `Allow` lists the supported methods.",
)
PAYLOAD_TOO_LARGE: Final = Problem(
    code="PAYLOAD_TOO_LARGE",
    status=413,
    slug="payload-too-large",
    title="Payload too large",
    when="The request body exceeds the size limit of the operation.",
)
UNSUPPORTED_MEDIA_TYPE: Final = Problem(
    code="UNSUPPORTED_MEDIA_TYPE",
    status=415,
    slug="unsupported-media-type",
    title="Unsupported media type",
    when="The operation does not accept the media type of the request body.",
)
WEBHOOK_TOPIC_MISMATCH: Final = Problem(
    code="WEBHOOK_TOPIC_MISMATCH",
    status=400,
    slug="webhook-topic-mismatch",
    title="Webhook topic mismatch",
    when="An authentic delivery was sent to the path of another event type. On the Shopify paths the status is 422.",
    also_status=(422,),
)
RATE_LIMITED: Final = Problem(
    code="RATE_LIMITED", status=429, slug="rate-limited", title="Rate limited", when="The rate limit is exceeded."
)
LLM_BUDGET_EXCEEDED: Final = Problem(
    code="LLM_BUDGET_EXCEEDED",
    status=429,
    slug="llm-budget-exceeded",
    title="LLM budget exceeded",
    when="An LLM budget is exhausted. `Retry-After` gives the time until it resets.",
)
REALTIME_REVENUE_UNAVAILABLE: Final = Problem(
    code="REALTIME_REVENUE_UNAVAILABLE",
    status=503,
    slug="realtime-revenue-unavailable",
    title="Realtime revenue unavailable",
    when="A platform failed recently, or the figure took too long to fetch.",
)
SERVICE_UNAVAILABLE: Final = Problem(
    code="SERVICE_UNAVAILABLE",
    status=503,
    slug="service-unavailable",
    title="Service unavailable",
    when="The database or the key store is unavailable.",
)
INTERNAL_ERROR: Final = Problem(
    code="INTERNAL_ERROR",
    status=500,
    slug="internal-server-error",
    title="Internal server error",
    when="An unexpected error occurred.",
)
NOT_IMPLEMENTED: Final = Problem(
    code="NOT_IMPLEMENTED",
    status=501,
    slug="not-implemented",
    title="Not implemented",
    when="The operation is part of the contract but not implemented yet.",
    is_declared=False,
)
NOT_ACCEPTABLE: Final = Problem(
    code="NOT_ACCEPTABLE",
    status=406,
    slug="not-acceptable",
    title="Not acceptable",
    when="No media type in `Accept` is available.",
    is_declared=False,
)
REQUEST_TIMEOUT: Final = Problem(
    code="REQUEST_TIMEOUT",
    status=408,
    slug="request-timeout",
    title="Request timeout",
    when="The head of the request did not arrive within 10 seconds, or its body within 30.",
    is_declared=False,
)
URI_TOO_LONG: Final = Problem(
    code="URI_TOO_LONG",
    status=414,
    slug="uri-too-long",
    title="URI too long",
    when="The request target has more than 8192 bytes.",
    is_declared=False,
)
REQUEST_HEADERS_TOO_LARGE: Final = Problem(
    code="REQUEST_HEADERS_TOO_LARGE",
    status=431,
    slug="request-headers-too-large",
    title="Request headers too large",
    when="The headers have more than 65536 bytes or are more than 100.",
    is_declared=False,
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
    when="The authorization at the platform has expired; reconnect.",
)
PROVIDER_REVOKED: Final = Problem(
    code="provider_revoked",
    status=409,
    slug="provider-lifecycle",
    title="Provider lifecycle",
    when="The authorization at the platform was revoked; reconnect.",
)
PROVIDER_SCOPE_INSUFFICIENT: Final = Problem(
    code="provider_scope_insufficient",
    status=403,
    slug="provider-lifecycle",
    title="Provider lifecycle",
    when="The platform granted insufficient permissions.",
)
PROVIDER_RATE_LIMITED: Final = Problem(
    code="provider_rate_limited",
    status=429,
    slug="provider-lifecycle",
    title="Provider lifecycle",
    when="The platform limits our requests.",
)
PROVIDER_TRANSPORT_FAILURE: Final = Problem(
    code="provider_transport_failure",
    status=503,
    slug="provider-lifecycle",
    title="Provider lifecycle",
    when="The platform is unavailable.",
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
    NOT_IMPLEMENTED,
    NOT_ACCEPTABLE,
    REQUEST_TIMEOUT,
    URI_TOO_LONG,
    REQUEST_HEADERS_TOO_LARGE,
    PROVIDER_NOT_CONNECTED,
    PROVIDER_EXPIRED,
    PROVIDER_REVOKED,
    PROVIDER_SCOPE_INSUFFICIENT,
    PROVIDER_RATE_LIMITED,
    PROVIDER_TRANSPORT_FAILURE,
)
"""All of them, in the order of the file."""
