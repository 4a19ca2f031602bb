"""Schemas of common.

Generated from contracts/openapi/v1/_common/ by `contracts generate`; change that instead.
"""

from __future__ import annotations

from typing import Annotated, Literal, TypeAlias

from pydantic import Field

from .._runtime.models import ContractModel, Omittable
from .._runtime.types import Date, Exact, Integer, Text, Timestamp, Uuid


ProblemCode: TypeAlias = Literal[
    "AUTH_UNAUTHORIZED",
    "AUTH_FORBIDDEN",
    "REQUEST_VALIDATION_FAILED",
    "VALIDATION_ERROR",
    "PLATFORM_CAPABILITY_UNSUPPORTED",
    "NOT_FOUND",
    "PLATFORM_NOT_FOUND",
    "IDEMPOTENCY_KEY_REUSED",
    "IDEMPOTENCY_IN_PROGRESS",
    "SECRET_ALREADY_SHOWN",
    "STATE_CONFLICT",
    "ATTRIBUTION_NOT_COMPUTED",
    "WINDOW_CLOSED",
    "METHOD_NOT_ALLOWED",
    "PAYLOAD_TOO_LARGE",
    "UNSUPPORTED_MEDIA_TYPE",
    "WEBHOOK_TOPIC_MISMATCH",
    "RATE_LIMITED",
    "LLM_BUDGET_EXCEEDED",
    "REALTIME_REVENUE_UNAVAILABLE",
    "SERVICE_UNAVAILABLE",
    "INTERNAL_ERROR",
]
"""Stable code of a problem. `contracts/governance/problems.yaml` lists when each one is sent."""


class ProblemItem(ContractModel):
    """A validation error."""

    pointer: Annotated[str, Text(max_length=512, pattern="^/(body|query|path|header)(/.*)?$")]
    """JSON pointer to the error, prefixed with the part of the request."""
    field: Annotated[str, Text(max_length=256)]
    """Name of the field or parameter."""
    message: Annotated[str, Text(min_length=1, max_length=500)]
    """Error message."""
    code: Annotated[str, Text(max_length=64, pattern="^[a-z][a-z0-9_]*$")]
    """Machine-readable error code."""


class Problem(ContractModel):
    """Problem details (RFC 9457) with a stable `code` for programs and a `detail` for people."""

    type: Annotated[str, Text(max_length=256, format="uri")]
    """URI of the problem type."""
    title: Annotated[str, Text(min_length=1, max_length=120)]
    """Summary of the problem type. The same for every occurrence."""
    status: Annotated[int, Integer(ge=400, le=599)]
    """HTTP status of the response."""
    detail: Annotated[str, Text(min_length=1, max_length=1000)]
    """Explanation of this occurrence."""
    instance: Annotated[str, Text(max_length=54, pattern="^urn:skeldir:error:[0-9a-f-]{36}$", format="uri")]
    """URI of this occurrence."""
    correlation_id: Uuid
    """Correlation ID of the request. Quote it when you ask for help."""
    timestamp: Timestamp
    """Time of the occurrence (UTC)."""
    code: ProblemCode
    errors: Omittable[Annotated[list[ProblemItem], Field(max_length=100)]] = None
    """Validation errors, if the request does not conform to the contract."""


class SuccessResponse(ContractModel):
    """The operation succeeded."""

    success: Annotated[Literal[True], Exact()]
    """Always true; failures are returned as problems."""
    correlation_id: Uuid
    """Correlation ID of the request."""
    message: Omittable[Annotated[str, Text(max_length=500)]] = None
    """Human-readable description of the result."""


class CurrencyTotal(ContractModel):
    """A total in one currency. Currencies are never converted."""

    currency: Annotated[str, Text(pattern="^[A-Z]{3}$")]
    """Currency code (ISO 4217)."""
    amount_cents: Annotated[int, Integer(ge=-1_000_000_000_000_000, le=1_000_000_000_000_000)]
    """Total in minor units."""
    exponent: Annotated[int, Integer(ge=0, le=3)]
    """Number of decimal places of the currency (2 for EUR, 0 for JPY, 3 for KWD)."""


Platform: TypeAlias = Literal[
    "stripe", "paypal", "shopify", "woocommerce", "google_ads", "meta_ads", "tiktok_ads", "linkedin_ads"
]
"""A payment processor or an ad platform."""

ChannelCode: TypeAlias = Annotated[str, Text(min_length=1, max_length=64, pattern="^[a-z][a-z0-9_]*$")]
"""Code of a marketing channel: facebook_paid, facebook_brand, tiktok_paid, linkedin_paid, google_search_paid,
google_display_paid, direct, organic, referral, email or unknown. More may be added.
"""

Model: TypeAlias = Literal[
    "first_touch", "last_touch", "last_non_direct", "linear", "time_decay", "position_based", "markov", "shapley"
]
"""Attribution model: the rule that credits a sale to the touches before it."""


class RealtimeRevenueSource(ContractModel):
    """Contribution of one connected account in one currency."""

    platform: Platform
    platform_account_id: Annotated[str, Text(min_length=1, max_length=255)]
    """The platform's ID of the account."""
    as_of: Timestamp
    """Time of the last successful fetch from this account (UTC)."""
    amount_cents: Annotated[int, Integer(ge=-1_000_000_000_000_000, le=1_000_000_000_000_000)]
    """Payments minus refunds of this account so far today, in minor units."""
    currency: Annotated[str, Text(pattern="^[A-Z]{3}$")]
    """Currency code (ISO 4217)."""


class DateRange(ContractModel):
    """A period of whole days (UTC), both days inclusive."""

    start: Date
    """First day of the period."""
    end: Date
    """Last day of the period."""


class Page(ContractModel):
    """Position in a list."""

    limit: Annotated[int, Integer(ge=1, le=100)]
    """Maximum number of items per page."""
    has_more: bool
    """Whether there is a next page."""
    next_cursor: Omittable[Annotated[str, Text(min_length=1, max_length=512, pattern="^[A-Za-z0-9_-]+$")]] = None
    """Value of `cursor` for the next page. Absent on the last page."""


ChannelName: TypeAlias = Literal[
    "Meta", "Google", "TikTok", "LinkedIn", "Organic", "Direct", "Email", "Referral", "Unknown"
]
"""Display name of a channel. Several channel codes can share a name."""

ModelVersion: TypeAlias = Annotated[str, Text(max_length=128, pattern="^[0-9]+\\.[0-9]+\\.[0-9]+(\\+[a-z0-9.-]+)?$")]
"""Version of a model with the parameters that differ from the defaults. The same version always produces the same
credits.
"""


class Citation(ContractModel):
    """A figure that a text is based on and its source."""

    metric: Annotated[str, Text(min_length=1, max_length=120)]
    """Name of the figure."""
    value: Annotated[str, Text(min_length=1, max_length=120)]
    """The figure as it stands in the text."""
    source: Annotated[str, Text(min_length=1, max_length=255)]
    """Source of the figure."""


Confidence: TypeAlias = Literal["high", "medium", "low"]
"""Confidence. high: data is verified and complete; medium: one of the two; low: neither."""

ProviderLifecycleCode: TypeAlias = Literal[
    "provider_not_connected",
    "provider_expired",
    "provider_revoked",
    "provider_scope_insufficient",
    "provider_rate_limited",
    "provider_transport_failure",
]
"""Stable code of a platform connection problem. `contracts/governance/problems.yaml` lists when each one is sent."""


class ProviderLifecycleProblem(ContractModel):
    """A problem of a platform connection: a Problem whose code may also be a lifecycle code."""

    type: Annotated[str, Text(max_length=256, format="uri")]
    """URI of the problem type."""
    title: Annotated[str, Text(min_length=1, max_length=120)]
    """Summary of the problem type. The same for every occurrence."""
    status: Annotated[int, Integer(ge=400, le=599)]
    """HTTP status of the response."""
    detail: Annotated[str, Text(min_length=1, max_length=1000)]
    """Explanation of this occurrence."""
    instance: Annotated[str, Text(max_length=54, pattern="^urn:skeldir:error:[0-9a-f-]{36}$", format="uri")]
    """URI of this occurrence."""
    correlation_id: Uuid
    """Correlation ID of the request. Quote it when you ask for help."""
    timestamp: Timestamp
    """Time of the occurrence (UTC)."""
    code: ProviderLifecycleCode | ProblemCode
    """Stable code of the problem."""
    errors: Omittable[Annotated[list[ProblemItem], Field(max_length=100)]] = None
    """Validation errors, if the request does not conform to the contract."""
