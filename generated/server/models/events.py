"""Schemas of events.

Generated from contracts/openapi/v1/events.yaml by `contracts generate`; change that instead.
"""

from __future__ import annotations

from typing import Annotated, Literal, TypeAlias

from pydantic import ConfigDict, Field

from .._runtime.models import ContractModel, Omittable
from .._runtime.types import Integer, Text, Timestamp, Uuid
from .common import ChannelCode, Page


class Touch(ContractModel):
    """A visit, click or impression."""

    model_config = ConfigDict(extra="forbid")

    touch_id: Annotated[str, Text(min_length=1, max_length=200)]
    """The touch, as your site calls it. The same id counts once."""
    session_id: Uuid
    """The visit it belongs to - a random UUID that lives 30 minutes at most."""
    occurred_at: Timestamp
    """When it happened. At most 5 minutes ahead, 90 days back, and 30 minutes after the first touch of its session."""
    kind: Literal["visit", "click", "impression"] = "visit"
    """What it was."""
    channel: Omittable[ChannelCode] = None
    utm_source: Omittable[Annotated[str, Text(max_length=255)]] = None
    """Where it came from, as in the address of the page."""
    utm_medium: Omittable[Annotated[str, Text(max_length=255)]] = None
    """By what kind of link."""
    utm_campaign: Omittable[Annotated[str, Text(max_length=255)]] = None
    """In which campaign."""
    click_id_kind: Omittable[Annotated[str, Text(min_length=2, max_length=32, pattern="^[a-z][a-z0-9_]*$")]] = None
    """Which click id an ad platform put into the address of the page, by the name of its parameter, such as `gclid`,
    `fbclid` or `ttclid`. It tells the channel where `utm_source` and `utm_medium` do not. Never send its value,
    which could name a person to the platform.
    """
    referrer_host: Omittable[Annotated[str, Text(max_length=253)]] = None
    """The host of the page before."""
    campaign_id: Omittable[Annotated[str, Text(max_length=255)]] = None
    """The campaign, as the ad platform calls it."""
    journey_key: Omittable[Annotated[str, Text(min_length=1, max_length=256)]] = None
    """A first-party pseudonym your customers agreed to. Only a keyed hash of it is stored, and only when journeys are
    switched on.
    """


class TouchBatch(ContractModel):
    """Up to a thousand touches."""

    model_config = ConfigDict(extra="forbid")

    touches: Annotated[list[Touch], Field(min_length=1, max_length=1000)]
    """The touches, in any order."""


class TouchResult(ContractModel):
    """What became of one touch."""

    index: Annotated[int, Integer(ge=0, le=999)]
    """Its place in the batch, from 0."""
    touch_id: Annotated[str, Text(max_length=200)]
    """The touch, as your site calls it; empty when it has no id."""
    result: Literal["accepted", "duplicate", "dead"]
    """accepted - stored; duplicate - was there already; dead - could not be understood and is kept for repair."""
    dead_event_id: Omittable[Uuid] = None
    """The dead event it became."""
    error_code: Omittable[Annotated[str, Text(min_length=1, max_length=64)]] = None
    """Why it is dead."""


class TouchBatchResult(ContractModel):
    """What became of the touches, in the order they were sent."""

    tenant_id: Uuid
    """Your tenant."""
    accepted: Annotated[int, Integer(ge=0, le=1000)]
    """How many were stored."""
    duplicate: Annotated[int, Integer(ge=0, le=1000)]
    """How many were there already."""
    dead: Annotated[int, Integer(ge=0, le=1000)]
    """How many could not be understood."""
    results: Annotated[list[TouchResult], Field(max_length=1000)]
    """One line per touch."""


RemediationStatus: TypeAlias = Literal["pending", "in_progress", "resolved", "abandoned"]
"""How the repair stands."""


class DeadEvent(ContractModel):
    """A delivery or touch that could not become an event. Its content is sealed and never shown."""

    tenant_id: Uuid
    """Your tenant."""
    id: Uuid
    """The dead event."""
    source: Annotated[str, Text(min_length=1, max_length=64)]
    """Who sent it."""
    event_type: Annotated[str, Text(min_length=1, max_length=255)]
    """What it was meant to be."""
    error_type: Annotated[str, Text(max_length=64, pattern="^[a-z][a-z0-9_]*$")]
    """What kind of fault it was."""
    error_code: Annotated[str, Text(max_length=64, pattern="^[a-z][a-z0-9_]*$")]
    """Which fault it was."""
    error_message: Annotated[str, Text(min_length=1, max_length=500)]
    """What is wrong, for people."""
    retry_count: Annotated[int, Integer(ge=0, le=2**31 - 1)]
    """How often it was tried again."""
    remediation_status: RemediationStatus
    ingested_at: Timestamp
    """When it came in (UTC)."""
    is_redacted: bool
    """Whether its content is gone, so that it cannot be tried again."""
    external_event_id: Omittable[Annotated[str, Text(min_length=1, max_length=255)]] = None
    """The sender's id of it."""
    last_retry_at: Omittable[Timestamp] = None
    """When it was last tried (UTC)."""
    next_retry_at: Omittable[Timestamp] = None
    """When it will be tried next (UTC)."""
    remediation_notes: Omittable[Annotated[str, Text(min_length=1, max_length=500)]] = None
    """What a person noted about it."""
    resolved_at: Omittable[Timestamp] = None
    """When it was repaired or given up (UTC)."""
    resolved_event_id: Omittable[Uuid] = None
    """The event it became."""
    correlation_id: Omittable[Uuid] = None
    """The request it came with."""


class DeadEventPage(ContractModel):
    """A page of dead events, newest first."""

    items: Annotated[list[DeadEvent], Field(max_length=100)]
    """The dead events."""
    page: Page


class RetryRequest(ContractModel):
    """How to try again."""

    model_config = ConfigDict(extra="forbid")

    force: bool = False
    """True also tries what is not expected to pass by itself, after its cause was mended."""


class AbandonRequest(ContractModel):
    """Why it is given up."""

    model_config = ConfigDict(extra="forbid")

    notes: Annotated[str, Text(min_length=3, max_length=500)]
    """Why it is given up."""
