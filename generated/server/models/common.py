"""Schemas of common.

Generated from contracts/openapi/v1/_common/ by `contracts generate`; change that instead.
"""

from __future__ import annotations

from typing import Annotated, Literal, TypeAlias

from pydantic import Field

from .._runtime.models import ContractModel, Omittable
from .._runtime.types import Date, Integer, Text, Timestamp, Uuid


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
"""The stable name of a problem. `contracts/governance/problems.yaml` says when each one is sent."""


class ProblemItem(ContractModel):
    """One mistake in a request."""

    pointer: Annotated[str, Text(max_length=512, pattern="^/(body|query|path|header)(/.*)?$")]
    """Where the mistake is, as a JSON pointer that starts with the part of the request."""
    field: Annotated[str, Text(max_length=256)]
    """The name of the field or parameter."""
    message: Annotated[str, Text(min_length=1, max_length=500)]
    """What is wrong with it."""
    code: Annotated[str, Text(max_length=64, pattern="^[a-z][a-z0-9_]*$")]
    """The kind of mistake, for programs."""


class Problem(ContractModel):
    """What went wrong, in a form that people can read (`detail`) and programs can branch on (`code`). RFC 9457."""

    type: Annotated[str, Text(max_length=256, format="uri")]
    """Names the kind of problem."""
    title: Annotated[str, Text(min_length=1, max_length=120)]
    """The kind of problem in a few words. It does not change from one occurrence to the next."""
    status: Annotated[int, Integer(ge=400, le=599)]
    """The HTTP status of this response."""
    detail: Annotated[str, Text(min_length=1, max_length=1000)]
    """What happened this time, and what to do about it."""
    instance: Annotated[str, Text(max_length=54, pattern="^urn:skeldir:error:[0-9a-f-]{36}$", format="uri")]
    """Names this one occurrence."""
    correlation_id: Uuid
    """The request that failed. Quote it when you ask for help."""
    timestamp: Timestamp
    """When it happened (UTC)."""
    code: ProblemCode
    errors: Omittable[Annotated[list[ProblemItem], Field(max_length=100)]] = None
    """The single mistakes, when the request broke the contract in one or several places."""


class SuccessResponse(ContractModel):
    """The request was carried out and there is nothing else to say."""

    success: Literal[True]
    """Always true; a failure is a problem."""
    correlation_id: Uuid
    """The request that was carried out."""
    message: Omittable[Annotated[str, Text(max_length=500)]] = None
    """What was done, for people."""


class CurrencyTotal(ContractModel):
    """A total in one currency. Currencies are never converted into one another."""

    currency: Annotated[str, Text(pattern="^[A-Z]{3}$")]
    """ISO 4217 code of the currency."""
    amount_cents: Annotated[int, Integer(ge=-1_000_000_000_000_000, le=1_000_000_000_000_000)]
    """The total in the smallest unit of the currency."""
    exponent: Annotated[int, Integer(ge=0, le=3)]
    """How many decimals the currency has (2 for EUR, 0 for JPY, 3 for KWD)."""


Platform: TypeAlias = Literal[
    "stripe", "paypal", "shopify", "woocommerce", "google_ads", "meta_ads", "tiktok_ads", "linkedin_ads"
]
"""A payment processor (which moves money) or an ad platform (which claims to have earned it)."""

ChannelCode: TypeAlias = Annotated[str, Text(min_length=1, max_length=64, pattern="^[a-z][a-z0-9_]*$")]
"""Code of a marketing channel. Today these are facebook_paid, facebook_brand, tiktok_paid, linkedin_paid,
google_search_paid, google_display_paid, direct, organic, referral, email and unknown.
"""

Model: TypeAlias = Literal[
    "first_touch", "last_touch", "last_non_direct", "linear", "time_decay", "position_based", "markov", "shapley"
]
"""The rule by which a sale is credited to the touches before it."""


class RealtimeRevenueSource(ContractModel):
    """What one connected account contributed in one currency."""

    platform: Platform
    platform_account_id: Annotated[str, Text(min_length=1, max_length=255)]
    """The account at the platform, as the platform calls it."""
    as_of: Timestamp
    """When this account was last asked with success (UTC)."""
    amount_cents: Annotated[int, Integer(ge=-1_000_000_000_000_000, le=1_000_000_000_000_000)]
    """Payments less refunds of this account so far today, in the smallest unit of the currency."""
    currency: Annotated[str, Text(pattern="^[A-Z]{3}$")]
    """ISO 4217 code of the currency."""


class DateRange(ContractModel):
    """A period of whole days (UTC), both ends included."""

    start: Date
    """First day of the period."""
    end: Date
    """Last day of the period."""


class Page(ContractModel):
    """Where you are in a list."""

    limit: Annotated[int, Integer(ge=1, le=100)]
    """How many items a page holds."""
    has_more: bool
    """Whether there is a next page."""
    next_cursor: Omittable[Annotated[str, Text(min_length=1, max_length=512, pattern="^[A-Za-z0-9_-]+$")]] = None
    """Send this as `cursor` to get the next page. Absent on the last page."""


ChannelName: TypeAlias = Literal[
    "Meta", "Google", "TikTok", "LinkedIn", "Organic", "Direct", "Email", "Referral", "Unknown"
]
"""What a channel is called on dashboards. Several channel codes can share a name."""

ModelVersion: TypeAlias = Annotated[str, Text(max_length=128, pattern="^[0-9]+\\.[0-9]+\\.[0-9]+(\\+[a-z0-9.-]+)?$")]
"""Version of a model, with the parameters that differ from its defaults. The same version always gives the same
credits.
"""


class Citation(ContractModel):
    """A figure that a text rests on, and where it comes from."""

    metric: Annotated[str, Text(min_length=1, max_length=120)]
    """What the figure is."""
    value: Annotated[str, Text(min_length=1, max_length=120)]
    """The figure as it stands in the text."""
    source: Annotated[str, Text(min_length=1, max_length=255)]
    """Where the figure comes from."""


Confidence: TypeAlias = Literal["high", "medium", "low"]
"""How sure we are - high when the data is verified and complete, medium when it is one of both, low when it is
neither.
"""

ProviderLifecycleCode: TypeAlias = Literal[
    "provider_not_connected",
    "provider_expired",
    "provider_revoked",
    "provider_scope_insufficient",
    "provider_rate_limited",
    "provider_transport_failure",
]
"""What the platform's side of a connection refused. `contracts/governance/problems.yaml` says when each one is sent."""


class ProviderLifecycleProblem(ContractModel):
    """What went wrong with a connection to a platform. It is a Problem whose code may also be the platform's."""

    type: Annotated[str, Text(max_length=256, format="uri")]
    """Names the kind of problem."""
    title: Annotated[str, Text(min_length=1, max_length=120)]
    """The kind of problem in a few words. It does not change from one occurrence to the next."""
    status: Annotated[int, Integer(ge=400, le=599)]
    """The HTTP status of this response."""
    detail: Annotated[str, Text(min_length=1, max_length=1000)]
    """What happened this time, and what to do about it."""
    instance: Annotated[str, Text(max_length=54, pattern="^urn:skeldir:error:[0-9a-f-]{36}$", format="uri")]
    """Names this one occurrence."""
    correlation_id: Uuid
    """The request that failed. Quote it when you ask for help."""
    timestamp: Timestamp
    """When it happened (UTC)."""
    code: ProviderLifecycleCode | ProblemCode
    """The stable name of the problem."""
    errors: Omittable[Annotated[list[ProblemItem], Field(max_length=100)]] = None
    """The single mistakes, when the request broke the contract in one or several places."""
