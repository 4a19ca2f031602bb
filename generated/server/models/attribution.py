"""Schemas of attribution.

Generated from contracts/openapi/v1/attribution.yaml by `contracts generate`; change that instead.
"""

from __future__ import annotations

from typing import Annotated, Literal, TypeAlias

from pydantic import ConfigDict, Field

from .._runtime.models import UNSET, ContractModel, Maybe, Omittable, wire
from .._runtime.types import Date, Exact, Integer, Number, Real, Text, Timestamp, Uuid
from .common import (
    ChannelCode,
    ChannelName,
    Citation,
    Confidence,
    CurrencyTotal,
    DateRange,
    Model,
    ModelVersion,
    Page,
    Platform,
    RealtimeRevenueSource,
)


class RealtimeRevenueCounter(ContractModel):
    """Revenue of the current UTC day so far and the number of payments and refunds it includes."""

    tenant_id: Uuid
    """ID of the tenant."""
    total_revenue: Annotated[float, Real(ge=-10_000_000_000_000, le=10_000_000_000_000, multiple_of=0.01)]
    """`total_revenue_cents` as a decimal number."""
    total_revenue_cents: Annotated[int, Integer(ge=-1_000_000_000_000_000, le=1_000_000_000_000_000)]
    """Payments minus refunds so far today, in minor units. Can be negative."""
    currency: Annotated[str, Text(pattern="^[A-Z]{3}$")]
    """Reporting currency of the tenant (ISO 4217)."""
    event_count: Annotated[int, Integer(ge=0, le=2**63 - 1)]
    """Number of payments and refunds included in the total."""
    last_updated: Timestamp
    """Time the response was generated (UTC)."""
    data_as_of: Timestamp
    """Time of the last successful fetch from the processors (UTC)."""
    data_freshness_seconds: Annotated[int, Integer(ge=0, le=2**63 - 1)]
    """Age of the figures in seconds."""
    verified: Annotated[Literal[False], Exact()]
    """Always false; only reconciliation verifies revenue."""
    interval: Literal["minute"]
    """Granularity of the figure."""
    window_start: Timestamp
    """Start of the current day (UTC), where the total begins."""
    sources: Annotated[list[RealtimeRevenueSource], Field(max_length=1000)]
    """Contribution of each connected account, one entry per account and currency."""
    other_currencies: Annotated[list[CurrencyTotal], Field(max_length=200)]
    """Today's totals in other currencies. Not included in `total_revenue`."""
    confidence_score: Omittable[Annotated[float, Real(ge=0, le=1)]] = None
    """Completeness of the figures, from 0 to 1."""
    upgrade_notice: Maybe[Annotated[str, Text(max_length=500)]] = UNSET
    """Names the operation that replaces this one."""


class CreditInterval(ContractModel):
    """Range that holds the revenue of the channel in 90 percent of the resamples of the training set."""

    lower_cents: Annotated[int, Integer(ge=-1_000_000_000_000_000, le=1_000_000_000_000_000)]
    """Lower end, in minor units."""
    upper_cents: Annotated[int, Integer(ge=-1_000_000_000_000_000, le=1_000_000_000_000_000)]
    """Upper end, in minor units."""


class ChannelAttribution(ContractModel):
    """Revenue and spend of one channel."""

    channel_name: ChannelName
    channel_codes: Annotated[list[ChannelCode], Field(max_length=50)]
    """Codes of the channels with this name."""
    revenue: Annotated[float, Real(ge=-10_000_000_000_000, le=10_000_000_000_000, multiple_of=0.01)]
    """`revenue_cents` as a decimal number."""
    revenue_cents: Annotated[int, Integer(ge=-1_000_000_000_000_000, le=1_000_000_000_000_000)]
    """Revenue credited to the channel, in minor units."""
    conversion_count: Annotated[int, Integer(ge=0, le=2**63 - 1)]
    """Number of sales credited to the channel. A sale counts once for every channel that received credit."""
    confidence_score: Annotated[float, Real(ge=0, le=1)]
    """Share of the credit that is based on recorded touches, from 0 to 1."""
    attributed_conversions: Omittable[Annotated[float, Real(ge=0, le=1_000_000_000_000)]] = None
    """Sum of the shares of sales credited to the channel, to four decimal places. Adds up to the number of sales."""
    explain_id: Omittable[Uuid] = None
    """ID with which the figure can be explained, as a `channel_performance`."""
    interval: Omittable[CreditInterval] = None
    cpa_cents: Omittable[Annotated[int, Integer(ge=0, le=1_000_000_000_000_000)]] = None
    """Spend per attributed conversion, in minor units. Present only if the spend is known and conversions were
    attributed.
    """
    spend: Omittable[Annotated[float, Real(ge=0, le=10_000_000_000_000, multiple_of=0.01)]] = None
    """`spend_cents` as a decimal number. Present only if the spend is known."""
    spend_cents: Omittable[Annotated[int, Integer(ge=0, le=1_000_000_000_000_000)]] = None
    """Spend of the channel in the period, in minor units. Present only if the spend is known."""
    roas: Omittable[Number] = None
    """Revenue per unit of spend, to four decimal places. Present only if the spend is known and greater than zero."""


class CampaignAttribution(ContractModel):
    """Revenue of one campaign in one channel."""

    channel_name: ChannelName
    channel_code: ChannelCode
    campaign: Annotated[str, Text(min_length=1, max_length=255)]
    """The campaign, `(none)` for touches without one, or `(other)` for those that do not fit the list."""
    revenue_cents: Annotated[int, Integer(ge=-1_000_000_000_000_000, le=1_000_000_000_000_000)]
    """Revenue credited to the campaign, in minor units."""
    conversion_count: Annotated[int, Integer(ge=0, le=2**63 - 1)]
    """Number of sales credited to the campaign."""
    attributed_conversions: Annotated[float, Real(ge=0, le=1_000_000_000_000)]
    """Sum of the shares of sales credited to the campaign, to four decimal places."""


class AttributedConversion(ContractModel):
    """Credit of one channel for one sale or refund."""

    tenant_id: Uuid
    """ID of the tenant."""
    allocation_id: Uuid
    """ID of the credit, the same whether it is stored or computed on demand."""
    event_id: Uuid
    """ID of the event."""
    event_type: Annotated[str, Text(max_length=50, pattern="^[A-Za-z]+$")]
    """Canonical event type."""
    occurred_at: Timestamp
    """Time of the event (UTC)."""
    is_conversion: bool
    """Whether the event counts as a sale. Refunds, disputes and further captures of a sale do not."""
    channel_code: ChannelCode
    currency: Annotated[str, Text(pattern="^[A-Z]{3}$")]
    """Currency code (ISO 4217)."""
    effect_cents: Annotated[int, Integer(ge=-1_000_000_000_000_000, le=1_000_000_000_000_000)]
    """Amount of the whole event, in minor units; negative for a refund."""
    allocated_revenue_cents: Annotated[int, Integer(ge=-1_000_000_000_000_000, le=1_000_000_000_000_000)]
    """Credited amount, in minor units."""
    allocation_ratio: Annotated[float, Real(ge=0, le=1)]
    """Credited share of the event, from 0 to 1."""
    touch_count: Annotated[int, Integer(ge=0, le=2**31 - 1)]
    """Number of touches of the channel in the journey; 0 if the event's own origin is credited."""


class AttributedConversionPage(ContractModel):
    """A page of credits, newest first."""

    items: Annotated[list[AttributedConversion], Field(max_length=100)]
    """The credits."""
    page: Page


class ConversionPath(ContractModel):
    """A sequence of channels and the sales it led to."""

    channels: Annotated[list[ChannelCode], Field(min_length=1, max_length=200)]
    """Channel of each touch, in order of time. A sale without a touch has its own origin as its path."""
    conversions: Annotated[int, Integer(ge=10, le=2**63 - 1)]
    """Number of sales."""
    revenue_cents: Annotated[int, Integer(ge=0, le=1_000_000_000_000_000)]
    """Amount of these sales before refunds, in minor units."""


class OtherPaths(ContractModel):
    """Sales whose path is not listed."""

    conversions: Annotated[int, Integer(ge=10, le=2**63 - 1)]
    """Number of sales."""
    revenue_cents: Annotated[int, Integer(ge=0, le=1_000_000_000_000_000)]
    """Amount of these sales before refunds, in minor units."""


class PathLength(ContractModel):
    """Number of sales by the number of touches before them."""

    from_touches: Annotated[int, Integer(ge=0, le=200)]
    """Smallest number of touches."""
    to_touches: Annotated[int, Integer(ge=0, le=200)]
    """Largest number of touches."""
    conversions: Annotated[int, Integer(ge=1, le=2**63 - 1)]
    """Number of sales."""


class TimeLag(ContractModel):
    """Number of sales by the whole days between the first touch and the sale."""

    from_days: Annotated[int, Integer(ge=0, le=90)]
    """Smallest number of days."""
    to_days: Annotated[int, Integer(ge=0, le=90)]
    """Largest number of days."""
    conversions: Annotated[int, Integer(ge=1, le=2**63 - 1)]
    """Number of sales."""


class ChannelRoles(ContractModel):
    """How often a channel opened, assisted and closed the paths to sales. A sale can count in several of these."""

    channel_name: ChannelName
    channel_code: ChannelCode
    first_conversions: Annotated[int, Integer(ge=0, le=2**63 - 1)]
    """Number of sales whose first touch is of this channel."""
    middle_conversions: Annotated[int, Integer(ge=0, le=2**63 - 1)]
    """Number of sales with a touch of this channel between the first and the last."""
    last_conversions: Annotated[int, Integer(ge=0, le=2**63 - 1)]
    """Number of sales whose last touch is of this channel."""
    assisted_conversions: Annotated[int, Integer(ge=0, le=2**63 - 1)]
    """Number of sales with a touch of this channel before the last."""


class AttributionPaths(ContractModel):
    """Paths to the sales of a period in the tenant's reporting currency."""

    tenant_id: Uuid
    """ID of the tenant."""
    date_range: DateRange
    currency: Annotated[str, Text(pattern="^[A-Z]{3}$")]
    """Reporting currency of the tenant (ISO 4217)."""
    lookback_days: Annotated[int, Integer(ge=1, le=90)]
    """Maximum age in days of a touch that belongs to a path."""
    paths: Annotated[list[ConversionPath], Field(max_length=100)]
    """The most frequent paths, each of at least 10 sales."""
    path_lengths: Annotated[list[PathLength], Field(max_length=20)]
    """Sales by number of touches."""
    time_lags: Annotated[list[TimeLag], Field(max_length=20)]
    """Sales by days since the first touch. Sales without a touch are left out."""
    channels: Annotated[list[ChannelRoles], Field(max_length=100)]
    """Role of each channel."""
    other: Omittable[OtherPaths] = None


class Training(ContractModel):
    """Size of the training set of a model that learns, on the newest day."""

    journeys: Annotated[int, Integer(ge=0, le=2**63 - 1)]
    """Number of paths."""
    conversions: Annotated[int, Integer(ge=0, le=2**63 - 1)]
    """Number of paths that converted."""
    thin_days: Annotated[int, Integer(ge=0, le=2**31 - 1)]
    """Number of days whose training set has fewer than 300 paths or 30 conversions."""


Warnings: TypeAlias = Annotated[list[Annotated[str, Text(min_length=1, max_length=500)]], Field(max_length=20)]
"""What to keep in mind when you read the figures."""


class ChannelAttributionReport(ContractModel):
    """Revenue by channel for a period and a model."""

    tenant_id: Uuid
    """ID of the tenant."""
    channels: Annotated[list[ChannelAttribution], Field(max_length=100)]
    """One entry per channel, highest revenue first."""
    total_revenue: Annotated[float, Real(ge=-10_000_000_000_000, le=10_000_000_000_000, multiple_of=0.01)]
    """`total_revenue_cents` as a decimal number."""
    total_revenue_cents: Annotated[int, Integer(ge=-1_000_000_000_000_000, le=1_000_000_000_000_000)]
    """Sum over all channels, in minor units."""
    currency: Annotated[str, Text(pattern="^[A-Z]{3}$")]
    """Reporting currency of the tenant (ISO 4217)."""
    other_currencies: Annotated[list[CurrencyTotal], Field(max_length=200)]
    """Totals in other currencies. Not included in the figures above."""
    date_range: DateRange
    model: Model
    model_version_: Annotated[ModelVersion, wire("model_version")]
    lookback_days: Annotated[int, Integer(ge=1, le=90)]
    """Maximum age in days of a touch that is credited for a sale."""
    is_complete: bool
    """Whether every day of the period has been computed."""
    campaigns: Omittable[Annotated[list[CampaignAttribution], Field(max_length=1000)]] = None
    """One entry per channel code and campaign, highest revenue first. The campaigns of a channel add up exactly to its
    revenue. Present with `group_by=campaign`.
    """
    computed_through: Omittable[Timestamp] = None
    """Time up to which results are complete (UTC). Absent if nothing has been computed."""
    training: Omittable[Training] = None
    warnings: Omittable[Warnings] = None


class ComparedChannel(ContractModel):
    """Credit of one model for one channel."""

    channel_name: ChannelName
    channel_code: ChannelCode
    revenue_cents: Annotated[int, Integer(ge=-1_000_000_000_000_000, le=1_000_000_000_000_000)]
    """Revenue credited to the channel, in minor units."""
    share: Number
    """Share of the total, from 0 to 1."""
    difference_cents: Omittable[Annotated[int, Integer(ge=-2_000_000_000_000_000, le=2_000_000_000_000_000)]] = None
    """Difference to the credit of the tenant's own model, in minor units. Present if that model is compared."""


class ComparedModel(ContractModel):
    """Results of one model."""

    model: Model
    model_version_: Annotated[ModelVersion, wire("model_version")]
    total_revenue_cents: Annotated[int, Integer(ge=-1_000_000_000_000_000, le=1_000_000_000_000_000)]
    """Sum over all channels. The same for every model."""
    channels: Annotated[list[ComparedChannel], Field(max_length=100)]
    """One entry per channel."""
    training: Omittable[Training] = None
    warnings: Omittable[Warnings] = None


class ModelComparison(ContractModel):
    """Results of several models for the same sales."""

    tenant_id: Uuid
    """ID of the tenant."""
    date_range: DateRange
    currency: Annotated[str, Text(pattern="^[A-Z]{3}$")]
    """Reporting currency of the tenant (ISO 4217)."""
    lookback_days: Annotated[int, Integer(ge=1, le=90)]
    """Maximum age in days of a touch that is credited for a sale."""
    models: Annotated[list[ComparedModel], Field(max_length=8)]
    """One entry per model, in the requested order."""


class AttributionExplanation(ContractModel):
    """Explanation of a figure in words. Every number in the text is a computed figure."""

    tenant_id: Uuid
    """ID of the tenant."""
    explanation: Annotated[str, Text(min_length=150, max_length=500)]
    """The explanation."""
    citations: Annotated[list[Citation], Field(max_length=50)]
    """The figures the text is based on."""
    confidence: Confidence
    generated_at: Timestamp
    """Time the text was generated (UTC)."""
    cost_cents: Omittable[Annotated[int, Integer(ge=0, le=2**63 - 1)]] = None
    """Cost of the text in US cents, rounded up."""


class TracedEvent(ContractModel):
    """The event."""

    event_id: Uuid
    """The event."""
    event_type: Annotated[str, Text(max_length=50, pattern="^[A-Za-z]+$")]
    """Canonical event type."""
    occurred_at: Timestamp
    """Time of the event (UTC)."""
    revenue_cents: Annotated[int, Integer(ge=0, le=1_000_000_000_000_000)]
    """Amount of the event, in minor units."""
    effect_cents: Annotated[int, Integer(ge=-1_000_000_000_000_000, le=1_000_000_000_000_000)]
    """Amount added to the revenue, in minor units; negative for a refund."""
    currency: Annotated[str, Text(pattern="^[A-Z]{3}$")]
    """Currency code (ISO 4217)."""
    session_linked: bool
    """Whether the event is linked to a session."""
    journey_linked: bool
    """Whether the event is linked to a journey."""
    channel_code: Omittable[ChannelCode] = None


class TracedTouch(ContractModel):
    """A touch that received credit."""

    touch_id: Annotated[str, Text(min_length=1, max_length=200)]
    """ID of the touch, set by your site."""
    occurred_at: Timestamp
    """Time of the event (UTC)."""
    channel_code: ChannelCode


class TracedCredit(ContractModel):
    """Credit of one model for one channel."""

    model: Model
    model_version_: Annotated[ModelVersion, wire("model_version")]
    channel_code: ChannelCode
    allocation_id: Uuid
    """ID of the stored credit."""
    allocated_revenue_cents: Annotated[int, Integer(ge=-1_000_000_000_000_000, le=1_000_000_000_000_000)]
    """Credited amount, in minor units."""
    allocation_ratio: Annotated[float, Real(ge=0, le=1)]
    """Credited share of the event, from 0 to 1."""
    touches: Annotated[list[TracedTouch], Field(max_length=200)]
    """Touches of this channel that the credit is based on."""


class TracedEntry(ContractModel):
    """A ledger entry created for the event."""

    entry_id: Uuid
    """ID of the ledger entry."""
    entry_kind: Literal["authorized", "captured", "refunded", "chargeback", "moved", "voided"]
    """Kind of entry."""
    effect_cents: Annotated[int, Integer(ge=-1_000_000_000_000_000, le=1_000_000_000_000_000)]
    """Amount the entry adds to the revenue, in minor units; negative if it reduces it."""
    currency: Annotated[str, Text(pattern="^[A-Z]{3}$")]
    """Currency code (ISO 4217)."""
    posted_at: Timestamp
    """Time the entry was posted (UTC)."""
    is_verified: bool
    """Whether the processor's records confirm the entry."""
    reverses: Omittable[Uuid] = None
    """ID of the entry that this one reverses."""
    verified_at: Omittable[Timestamp] = None
    """Time the entry was verified (UTC)."""


class TracedDelivery(ContractModel):
    """The webhook delivery that the event was created from."""

    delivery_id: Uuid
    """ID of the delivery."""
    provider: Platform
    topic: Annotated[str, Text(min_length=1, max_length=255)]
    """Topic of the delivery."""
    provider_event_id: Annotated[str, Text(min_length=1, max_length=255)]
    """The processor's ID of the event."""
    received_at: Timestamp
    """Time of receipt (UTC)."""
    signature_scheme: Annotated[str, Text(min_length=1, max_length=64)]
    """Signature scheme used by the processor."""


class TracedVerification(ContractModel):
    """Confirmation of the event's ledger entry by the records of the processor. Absent if none confirms it yet."""

    run_id: Uuid
    """ID of the reconciliation run."""
    entry_id: Uuid
    """ID of the confirmed entry. For an entry that moved a payment, the entry it reverses."""
    verified_at: Timestamp
    """Time the entry was verified (UTC)."""
    processor_amount_cents: Annotated[int, Integer(ge=-1_000_000_000_000_000, le=1_000_000_000_000_000)]
    """Amount in the processor's records, in minor units."""


class TracedClaim(ContractModel):
    """Revenue that an ad platform claims for the day of the event."""

    platform: Platform
    channel_code: ChannelCode
    claimed_on: Date
    """The day (UTC)."""
    claimed_cents: Annotated[int, Integer(ge=0, le=1_000_000_000_000_000)]
    """Amount the platform claims for the channel and day, in minor units."""
    currency: Annotated[str, Text(pattern="^[A-Z]{3}$")]
    """Currency code (ISO 4217)."""
    as_of: Timestamp
    """Time the platform reported the claim (UTC)."""


class TracedRepair(ContractModel):
    """A user gave the amount of the event in the currency of its payment. It counts in place of the amount that the
    processor sent.
    """

    dead_event_id: Uuid
    """ID of the dead event that was repaired."""
    processor_amount_cents: Annotated[int, Integer(ge=-(2**63), le=2**63 - 1)]
    """The amount that the processor sent, in minor units."""
    processor_currency: Annotated[str, Text(pattern="^[A-Z]{3}$")]
    """ISO 4217 code of the currency that the processor sent."""
    repaired_by: Omittable[Uuid] = None
    """The user."""
    repaired_at: Omittable[Timestamp] = None
    """Time of the request (UTC)."""


class EventTrace(ContractModel):
    """The delivery, ledger entries, credits and claims related to one event."""

    tenant_id: Uuid
    """ID of the tenant."""
    event: TracedEvent
    credits: Annotated[list[TracedCredit], Field(max_length=1000)]
    """Credits by model and channel."""
    entries: Annotated[list[TracedEntry], Field(max_length=1000)]
    """The ledger entries."""
    claims: Annotated[list[TracedClaim], Field(max_length=1000)]
    """Claims of ad platforms for the same day."""
    delivery: Omittable[TracedDelivery] = None
    verification: Omittable[TracedVerification] = None
    repair: Omittable[TracedRepair] = None


class RecomputeParameters(ContractModel):
    """Model settings that differ from the defaults."""

    model_config = ConfigDict(extra="forbid")

    half_life_days: Omittable[Annotated[float, Real(ge=0.5, le=90)]] = None
    """Half-life in days, for time_decay."""
    weights: Omittable[Annotated[list[Annotated[float, Real(ge=0, le=1)]], Field(min_length=3, max_length=3)]] = None
    """Weights of the first touch, all middle touches together and the last touch, for position_based. They add up to
    1.
    """


class RecomputeRequest(ContractModel):
    """The window, model and settings to recompute."""

    model_config = ConfigDict(extra="forbid")

    window_start: Timestamp
    """Start of the window, inclusive, with UTC offset."""
    window_end: Timestamp
    """End of the window, exclusive, with UTC offset. At most 92 days after the start."""
    model: Omittable[Model] = None
    lookback_days: Annotated[int, Integer(ge=1, le=90)] = 30
    """Maximum age in days of a touch that is credited for a sale."""
    impression_lookback_days: Annotated[int, Integer(ge=0, le=30)] = 1
    """Maximum age in days of an impression that is credited for a sale."""
    parameters: Omittable[RecomputeParameters] = None


class RemovalEffect(ContractModel):
    """What would be lost without a channel."""

    channel_code: ChannelCode
    effect: Annotated[float, Real(ge=0, le=1)]
    """Share of all conversions that the model loses without the channel, to nine decimal places."""


class Transition(ContractModel):
    """How often one state of the paths follows another."""

    from_state: Annotated[str, Text(min_length=1, max_length=64)]
    """A channel code or `(start)`."""
    to_state: Annotated[str, Text(min_length=1, max_length=64)]
    """A channel code, `(conversion)` or `(null)`."""
    paths: Annotated[int, Integer(ge=1, le=2**63 - 1)]
    """Number of times."""
    probability: Annotated[float, Real(ge=0, le=1)]
    """Share of all steps out of `from_state`, to nine decimal places."""


class Recompute(ContractModel):
    """A recompute job."""

    tenant_id: Uuid
    """ID of the tenant."""
    job_id: Uuid
    """ID of the job."""
    status: Literal["pending", "running", "succeeded", "failed"]
    """Status."""
    window_start: Timestamp
    """Start of the window (UTC), inclusive."""
    window_end: Timestamp
    """End of the window (UTC), exclusive."""
    model: Model
    model_version_: Annotated[ModelVersion, wire("model_version")]
    lookback_days: Annotated[int, Integer(ge=1, le=90)]
    """Maximum age in days of a touch that is credited for a sale."""
    run_count: Annotated[int, Integer(ge=1, le=2**31 - 1)]
    """Number of times this recompute was requested."""
    status_url: Annotated[str, Text(max_length=512, format="uri-reference")]
    """URL of the status."""
    conversions: Omittable[Annotated[int, Integer(ge=0, le=2**63 - 1)]] = None
    """Number of sales credited."""
    allocations: Omittable[Annotated[int, Integer(ge=0, le=2**63 - 1)]] = None
    """Number of credits stored."""
    allocated_cents: Omittable[Annotated[list[CurrencyTotal], Field(max_length=200)]] = None
    """Credited amounts by currency."""
    training: Omittable[Training] = None
    warnings: Omittable[Warnings] = None
    removal_effects: Omittable[Annotated[list[RemovalEffect], Field(max_length=100)]] = None
    """Removal effect of each channel on the newest day, for markov."""
    transitions: Omittable[Annotated[list[Transition], Field(max_length=10_000)]] = None
    """Transition matrix of the newest day, for markov."""
    digest: Omittable[Annotated[str, Text(pattern="^[0-9a-f]{64}$")]] = None
    """SHA-256 digest of all credits. Equal digests mean equal credits."""
    started_at: Omittable[Timestamp] = None
    """Start time (UTC)."""
    finished_at: Omittable[Timestamp] = None
    """End time (UTC)."""
    error_code: Omittable[Annotated[str, Text(min_length=1, max_length=64)]] = None
    """Machine-readable error code."""
    error_message: Omittable[Annotated[str, Text(min_length=1, max_length=500)]] = None
    """Human-readable error message."""


class SpendRow(ContractModel):
    """Spend of one channel on one day."""

    model_config = ConfigDict(extra="forbid")

    channel_code: ChannelCode
    on: Date
    """The day (UTC), not in the future."""
    currency: Annotated[str, Text(pattern="^[A-Z]{3}$")]
    """Currency code (ISO 4217)."""
    spend_cents: Annotated[int, Integer(ge=0, le=1_000_000_000_000_000)]
    """Spend of the channel, in minor units."""


class SpendImport(ContractModel):
    """Daily spend by channel."""

    model_config = ConfigDict(extra="forbid")

    rows: Annotated[list[SpendRow], Field(min_length=1, max_length=1000)]
    """One row per channel, day and currency."""


SpendCsv: TypeAlias = Annotated[str, Text(min_length=1, max_length=1_048_576)]
"""Header and rows as comma-separated values (RFC 4180)."""


class SpendImportResult(ContractModel):
    """Result of the import."""

    tenant_id: Uuid
    """ID of the tenant."""
    accepted: Annotated[int, Integer(ge=0, le=2**31 - 1)]
    """Number of rows added."""
    replaced: Annotated[int, Integer(ge=0, le=2**31 - 1)]
    """Number of rows that replaced an existing row."""
    unchanged: Annotated[int, Integer(ge=0, le=2**31 - 1)]
    """Number of unchanged rows."""
