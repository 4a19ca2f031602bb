"""Schemas of attribution.

Generated from contracts/openapi/v1/attribution.yaml by `contracts generate`; change that instead.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import ConfigDict, Field

from .._runtime.models import UNSET, ContractModel, Maybe, Omittable, wire
from .._runtime.types import Date, Integer, Number, Real, Text, Timestamp, Uuid
from .common import (
    ChannelCode,
    ChannelName,
    Citation,
    Confidence,
    CurrencyTotal,
    DateRange,
    Model,
    ModelVersion,
    Platform,
    RealtimeRevenueSource,
)


class RealtimeRevenueCounter(ContractModel):
    """The revenue of the current UTC day so far, with the number of payments behind it."""

    tenant_id: Uuid
    """Your tenant."""
    total_revenue: Annotated[float, Real(ge=-10_000_000_000_000, le=10_000_000_000_000, multiple_of=0.01)]
    """The same total as `total_revenue_cents`, as a decimal number."""
    total_revenue_cents: Annotated[int, Integer(ge=-1_000_000_000_000_000, le=1_000_000_000_000_000)]
    """Payments less refunds so far today, in the smallest unit of the currency. It can be below zero."""
    currency: Annotated[str, Text(pattern="^[A-Z]{3}$")]
    """The reporting currency of your tenant (ISO 4217)."""
    event_count: Annotated[int, Integer(ge=0, le=2**63 - 1)]
    """How many payments and refunds the total is made of."""
    last_updated: Timestamp
    """When this answer was made (UTC)."""
    data_as_of: Timestamp
    """When the processors were last asked with success (UTC)."""
    data_freshness_seconds: Annotated[int, Integer(ge=0, le=2**63 - 1)]
    """How old the figures are."""
    verified: Literal[False]
    """Always false; only reconciliation makes revenue verified."""
    interval: Literal["minute"]
    """How fine the figure moves."""
    window_start: Timestamp
    """Start of the current day (UTC), from which the total counts."""
    sources: Annotated[list[RealtimeRevenueSource], Field(max_length=1000)]
    """What each connected account contributed, one line per account and currency."""
    other_currencies: Annotated[list[CurrencyTotal], Field(max_length=200)]
    """Today's totals in the other currencies you sell in. They are not part of `total_revenue`."""
    confidence_score: Omittable[Annotated[float, Real(ge=0, le=1)]] = None
    """How complete the figures are, from 0 to 1."""
    upgrade_notice: Maybe[Annotated[str, Text(max_length=500)]] = UNSET
    """A word on what replaces this operation."""


class ChannelAttribution(ContractModel):
    """What one channel earned, and what it cost."""

    channel_name: ChannelName
    channel_codes: Annotated[list[ChannelCode], Field(max_length=50)]
    """The channels behind the name."""
    revenue: Annotated[float, Real(ge=-10_000_000_000_000, le=10_000_000_000_000, multiple_of=0.01)]
    """The same figure as `revenue_cents`, as a decimal number."""
    revenue_cents: Annotated[int, Integer(ge=-1_000_000_000_000_000, le=1_000_000_000_000_000)]
    """The revenue credited to the channel, in the smallest unit of the currency."""
    conversion_count: Annotated[int, Integer(ge=0, le=2**63 - 1)]
    """How many sales the channel received credit for. A sale counts once for each channel that has part in it."""
    confidence_score: Annotated[float, Real(ge=0, le=1)]
    """Which share of the credit rests on real touches, from 0 to 1."""
    spend: Omittable[Annotated[float, Real(ge=0, le=10_000_000_000_000, multiple_of=0.01)]] = None
    """The same figure as `spend_cents`, as a decimal number. Only when spend is known."""
    spend_cents: Omittable[Annotated[int, Integer(ge=0, le=1_000_000_000_000_000)]] = None
    """What the channel cost in the period. Only when spend is known."""
    roas: Omittable[Number] = None
    """Revenue per unit of spend, to four decimals. Only when spend is known and above zero."""


class ChannelAttributionReport(ContractModel):
    """What each channel earned in a period, by one model."""

    tenant_id: Uuid
    """Your tenant."""
    channels: Annotated[list[ChannelAttribution], Field(max_length=100)]
    """One line per channel, the highest revenue first."""
    total_revenue: Annotated[float, Real(ge=-10_000_000_000_000, le=10_000_000_000_000, multiple_of=0.01)]
    """The same total as `total_revenue_cents`, as a decimal number."""
    total_revenue_cents: Annotated[int, Integer(ge=-1_000_000_000_000_000, le=1_000_000_000_000_000)]
    """The sum over all channels, in the smallest unit of the currency."""
    currency: Annotated[str, Text(pattern="^[A-Z]{3}$")]
    """The reporting currency of your tenant (ISO 4217)."""
    other_currencies: Annotated[list[CurrencyTotal], Field(max_length=200)]
    """Totals in the other currencies you sell in. They are not part of the figures above."""
    date_range: DateRange
    model: Model
    model_version_: Annotated[ModelVersion, wire("model_version")]
    lookback_days: Annotated[int, Integer(ge=1, le=90)]
    """How many days before a sale a touch could lie to be credited for it."""
    is_complete: bool
    """Whether every day of the period is computed."""
    computed_through: Omittable[Timestamp] = None
    """Up to when everything is computed (UTC). Absent when nothing is."""


class ComparedChannel(ContractModel):
    """What one model credits to one channel."""

    channel_name: ChannelName
    channel_code: ChannelCode
    revenue_cents: Annotated[int, Integer(ge=-1_000_000_000_000_000, le=1_000_000_000_000_000)]
    """The revenue credited to the channel, in the smallest unit of the currency."""
    share: Number
    """The channel's part of the total, from 0 to 1."""


class ComparedModel(ContractModel):
    """What one model says."""

    model: Model
    model_version_: Annotated[ModelVersion, wire("model_version")]
    total_revenue_cents: Annotated[int, Integer(ge=-1_000_000_000_000_000, le=1_000_000_000_000_000)]
    """The sum over all channels. It is the same for every model."""
    channels: Annotated[list[ComparedChannel], Field(max_length=100)]
    """One line per channel."""


class ModelComparison(ContractModel):
    """What several models say about the same sales."""

    tenant_id: Uuid
    """Your tenant."""
    date_range: DateRange
    currency: Annotated[str, Text(pattern="^[A-Z]{3}$")]
    """The reporting currency of your tenant (ISO 4217)."""
    lookback_days: Annotated[int, Integer(ge=1, le=90)]
    """How many days before a sale a touch could lie to be credited for it."""
    models: Annotated[list[ComparedModel], Field(max_length=8)]
    """One entry per model, in the order asked for."""


class AttributionExplanation(ContractModel):
    """Why a figure is what it is, in words. Every number in the text is a computed one."""

    tenant_id: Uuid
    """Your tenant."""
    explanation: Annotated[str, Text(min_length=150, max_length=500)]
    """The explanation."""
    citations: Annotated[list[Citation], Field(max_length=50)]
    """The figures the text rests on."""
    confidence: Confidence
    generated_at: Timestamp
    """When the text was written (UTC)."""
    cost_cents: Omittable[Annotated[int, Integer(ge=0, le=2**63 - 1)]] = None
    """What the text cost us, in US cents, rounded up."""


class TracedEvent(ContractModel):
    """The event itself."""

    event_id: Uuid
    """The event."""
    event_type: Annotated[str, Text(max_length=50, pattern="^[A-Za-z]+$")]
    """What happened, in our words."""
    occurred_at: Timestamp
    """When it happened (UTC)."""
    revenue_cents: Annotated[int, Integer(ge=0, le=1_000_000_000_000_000)]
    """The amount of the event, in the smallest unit of the currency."""
    effect_cents: Annotated[int, Integer(ge=-1_000_000_000_000_000, le=1_000_000_000_000_000)]
    """What the event adds to the revenue; below zero for a refund."""
    currency: Annotated[str, Text(pattern="^[A-Z]{3}$")]
    """ISO 4217 code of the currency."""
    session_linked: bool
    """Whether the event carries the session it came from."""
    journey_linked: bool
    """Whether the event carries a journey key."""
    channel_code: Omittable[ChannelCode] = None


class TracedTouch(ContractModel):
    """A touch that received credit."""

    touch_id: Annotated[str, Text(min_length=1, max_length=200)]
    """The touch, as your site calls it."""
    occurred_at: Timestamp
    """When it happened (UTC)."""
    channel_code: ChannelCode


class TracedCredit(ContractModel):
    """The credit one channel received for the event, by one model."""

    model: Model
    model_version_: Annotated[ModelVersion, wire("model_version")]
    channel_code: ChannelCode
    allocation_id: Uuid
    """The stored credit."""
    allocated_revenue_cents: Annotated[int, Integer(ge=-1_000_000_000_000_000, le=1_000_000_000_000_000)]
    """The credit, in the smallest unit of the currency."""
    allocation_ratio: Annotated[float, Real(ge=0, le=1)]
    """The credit as a part of the event, from 0 to 1."""
    touches: Annotated[list[TracedTouch], Field(max_length=200)]
    """The touches of this channel that the credit rests on."""


class TracedEntry(ContractModel):
    """A line of the revenue ledger that the event caused."""

    entry_id: Uuid
    """The ledger entry."""
    entry_kind: Literal["authorized", "captured", "refunded", "chargeback"]
    """What kind of entry it is."""
    effect_cents: Annotated[int, Integer(ge=-1_000_000_000_000_000, le=1_000_000_000_000_000)]
    """What the entry adds to the revenue; below zero when it takes off."""
    currency: Annotated[str, Text(pattern="^[A-Z]{3}$")]
    """ISO 4217 code of the currency."""
    posted_at: Timestamp
    """When the entry was made (UTC)."""
    is_verified: bool
    """Whether the processor's own books confirm the entry."""
    reverses: Omittable[Uuid] = None
    """The entry that this one takes back."""
    verified_at: Omittable[Timestamp] = None
    """When they were found to (UTC)."""


class TracedDelivery(ContractModel):
    """The webhook delivery the event was made from."""

    delivery_id: Uuid
    """The delivery."""
    provider: Platform
    topic: Annotated[str, Text(min_length=1, max_length=255)]
    """What the processor called it."""
    provider_event_id: Annotated[str, Text(min_length=1, max_length=255)]
    """The processor's id of it."""
    received_at: Timestamp
    """When it came in (UTC)."""
    signature_scheme: Annotated[str, Text(min_length=1, max_length=64)]
    """How the processor proved that it sent it."""


class TracedClaim(ContractModel):
    """What an ad platform says it earned on the day of the event."""

    platform: Platform
    channel_code: ChannelCode
    claimed_on: Date
    """The day (UTC)."""
    claimed_cents: Annotated[int, Integer(ge=0, le=1_000_000_000_000_000)]
    """What the platform claims for the channel and the day."""
    currency: Annotated[str, Text(pattern="^[A-Z]{3}$")]
    """ISO 4217 code of the currency."""
    as_of: Timestamp
    """When the platform said so (UTC)."""


class EventTrace(ContractModel):
    """Everything that leads to and from one event: the delivery, the ledger, the credits and the claims."""

    tenant_id: Uuid
    """Your tenant."""
    event: TracedEvent
    credits: Annotated[list[TracedCredit], Field(max_length=1000)]
    """The credits, per model and channel."""
    entries: Annotated[list[TracedEntry], Field(max_length=1000)]
    """The ledger entries."""
    claims: Annotated[list[TracedClaim], Field(max_length=1000)]
    """What ad platforms claim for the same day."""
    delivery: Omittable[TracedDelivery] = None


class RecomputeParameters(ContractModel):
    """Settings of a model that differ from its defaults."""

    model_config = ConfigDict(extra="forbid")

    half_life_days: Omittable[Annotated[float, Real(ge=0.5, le=90)]] = None
    """For time_decay: after how many days a touch counts half."""
    weights: Omittable[Annotated[list[Annotated[float, Real(ge=0, le=1)]], Field(min_length=3, max_length=3)]] = None
    """For position_based: the weights of the first touch, all in the middle together, and the last. Their sum is 1."""


class RecomputeRequest(ContractModel):
    """What to compute anew."""

    model_config = ConfigDict(extra="forbid")

    window_start: Timestamp
    """Start of the window, with an offset; included."""
    window_end: Timestamp
    """End of the window, with an offset; not included. At most 92 days after the start."""
    model: Omittable[Model] = None
    lookback_days: Annotated[int, Integer(ge=1, le=90)] = 30
    """How many days before a sale a touch may lie to be credited for it."""
    parameters: Omittable[RecomputeParameters] = None


class Recompute(ContractModel):
    """A computation of credits, waiting, running or done."""

    tenant_id: Uuid
    """Your tenant."""
    job_id: Uuid
    """The computation."""
    status: Literal["pending", "running", "succeeded", "failed"]
    """How it stands."""
    window_start: Timestamp
    """Start of the window (UTC), included."""
    window_end: Timestamp
    """End of the window (UTC), not included."""
    model: Model
    model_version_: Annotated[ModelVersion, wire("model_version")]
    lookback_days: Annotated[int, Integer(ge=1, le=90)]
    """How many days before a sale a touch may lie to be credited for it."""
    run_count: Annotated[int, Integer(ge=1, le=2**31 - 1)]
    """How many times this computation was asked for."""
    status_url: Annotated[str, Text(max_length=512, format="uri-reference")]
    """Where to ask how it stands."""
    conversions: Omittable[Annotated[int, Integer(ge=0, le=2**63 - 1)]] = None
    """How many sales were credited."""
    allocations: Omittable[Annotated[int, Integer(ge=0, le=2**63 - 1)]] = None
    """How many credits are stored."""
    allocated_cents: Omittable[Annotated[list[CurrencyTotal], Field(max_length=200)]] = None
    """What was credited, per currency."""
    digest: Omittable[Annotated[str, Text(pattern="^[0-9a-f]{64}$")]] = None
    """SHA-256 over all credits. The same digest means the same credits."""
    started_at: Omittable[Timestamp] = None
    """When it was started (UTC)."""
    finished_at: Omittable[Timestamp] = None
    """When it ended (UTC)."""
    error_code: Omittable[Annotated[str, Text(min_length=1, max_length=64)]] = None
    """Why it failed, for programs."""
    error_message: Omittable[Annotated[str, Text(min_length=1, max_length=500)]] = None
    """Why it failed, for people."""


class SpendRow(ContractModel):
    """What one channel cost on one day."""

    model_config = ConfigDict(extra="forbid")

    channel_code: ChannelCode
    on: Date
    """The day (UTC), not in the future."""
    currency: Annotated[str, Text(pattern="^[A-Z]{3}$")]
    """ISO 4217 code of the currency."""
    spend_cents: Annotated[int, Integer(ge=0, le=1_000_000_000_000_000)]
    """What the channel cost, in the smallest unit of the currency."""


class SpendImport(ContractModel):
    """What your channels cost."""

    model_config = ConfigDict(extra="forbid")

    rows: Annotated[list[SpendRow], Field(min_length=1, max_length=1000)]
    """One row per channel, day and currency."""


class SpendImportResult(ContractModel):
    """What became of the rows."""

    tenant_id: Uuid
    """Your tenant."""
    accepted: Annotated[int, Integer(ge=0, le=2**31 - 1)]
    """Rows that were new."""
    replaced: Annotated[int, Integer(ge=0, le=2**31 - 1)]
    """Rows that replaced another figure."""
    unchanged: Annotated[int, Integer(ge=0, le=2**31 - 1)]
    """Rows that were there already."""
