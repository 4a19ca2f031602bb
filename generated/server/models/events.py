"""Schemas of events.

Generated from contracts/openapi/v1/events.yaml by `contracts generate`; change that instead.
"""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal, TypeAlias

from pydantic import ConfigDict, Field

from .._runtime.conforms import Conforms
from .._runtime.models import ContractModel, Omittable
from .._runtime.types import Integer, Text, Timestamp, Uuid
from .common import ChannelCode, Page


class Touch(ContractModel):
    """A visit, click or impression."""

    model_config = ConfigDict(extra="forbid")

    touch_id: Annotated[str, Text(min_length=1, max_length=200)]
    """ID of the touch, set by your site. A repeated ID counts once."""
    session_id: Uuid
    """ID of the session: a random UUID that is valid for at most 30 minutes."""
    occurred_at: Timestamp
    """Time of the touch. At most 5 minutes in the future, 90 days in the past and 30 minutes after the first touch of
    its session.
    """
    kind: Literal["visit", "click", "impression"] = "visit"
    """Type of the touch."""
    channel: Omittable[ChannelCode] = None
    utm_source: Omittable[Annotated[str, Text(max_length=255)]] = None
    """Traffic source, as in the page URL (`utm_source`)."""
    utm_medium: Omittable[Annotated[str, Text(max_length=255)]] = None
    """Marketing medium, as in the page URL (`utm_medium`)."""
    utm_campaign: Omittable[Annotated[str, Text(max_length=255)]] = None
    """Campaign name, as in the page URL (`utm_campaign`)."""
    click_id_kind: Omittable[Annotated[str, Text(min_length=2, max_length=32, pattern="^[a-z][a-z0-9_]*$")]] = None
    """Name of the click ID parameter that an ad platform added to the page URL, such as `gclid`, `fbclid` or `ttclid`.
    Identifies the channel if `utm_source` and `utm_medium` do not. Never send its value, which may identify a
    person to the platform.
    """
    referrer_host: Omittable[Annotated[str, Text(max_length=253)]] = None
    """Host of the referring page."""
    campaign_id: Omittable[Annotated[str, Text(max_length=255)]] = None
    """The ad platform's ID of the campaign."""
    journey_key: Omittable[Annotated[str, Text(min_length=1, max_length=256)]] = None
    """First-party pseudonym used with the customer's consent. Only a keyed hash is stored, and only if journeys are
    enabled.
    """


class TouchBatch(ContractModel):
    """A batch of up to 1000 touches."""

    model_config = ConfigDict(extra="forbid")

    touches: Annotated[list[Touch], Field(min_length=1, max_length=1000)]
    """The touches, in any order."""


class TouchResult(ContractModel):
    """Outcome of one touch."""

    index: Annotated[int, Integer(ge=0, le=999)]
    """Position in the batch, starting at 0."""
    touch_id: Annotated[str, Text(max_length=200)]
    """ID of the touch, set by your site; empty if it has none."""
    result: Literal["accepted", "duplicate", "dead"]
    """accepted: stored; duplicate: already stored; dead: invalid and stored as a dead event."""
    dead_event_id: Omittable[Uuid] = None
    """ID of the dead event."""
    error_code: Omittable[Annotated[str, Text(min_length=1, max_length=64)]] = None
    """Error code."""


class TouchBatchResult(ContractModel):
    """Outcomes of the touches, in the order they were sent."""

    tenant_id: Uuid
    """ID of the tenant."""
    accepted: Annotated[int, Integer(ge=0, le=1000)]
    """Number of touches stored."""
    duplicate: Annotated[int, Integer(ge=0, le=1000)]
    """Number of duplicates."""
    dead: Annotated[int, Integer(ge=0, le=1000)]
    """Number of dead touches."""
    results: Annotated[list[TouchResult], Field(max_length=1000)]
    """One entry per touch."""


RemediationStatus: TypeAlias = Literal["pending", "in_progress", "resolved", "abandoned"]
"""Status of the repair."""


class DeadEventIssue(ContractModel):
    """One mistake in the content of a dead event."""

    pointer: Annotated[str, Text(max_length=512)]
    """JSON pointer to the mistake; names that no contract declares are shown as `…`."""
    message: Annotated[str, Text(max_length=500)]
    """What is wrong there."""
    code: Annotated[str, Text(min_length=1, max_length=64)]
    """Kind of the mistake."""


class DeadEventRepair(ContractModel):
    """The amount that a user gave in the currency of the payment. It counts in place of what the processor sent."""

    amount_cents: Annotated[int, Integer(ge=-(2**63), le=2**63 - 1)]
    """The amount in minor units."""
    currency: Annotated[str, Text(pattern="^[A-Z]{3}$")]
    """ISO 4217 code of the currency of the payment."""
    repaired_by: Uuid
    """The user."""
    repaired_at: Timestamp
    """Time of the request (UTC)."""


class RetryOutlook(ContractModel):
    """What a retry needs and what it will do. In the reply to a retry, what that retry will do."""

    needs: Literal["nothing", "force", "amount", "resend"]
    """What a retry needs. `nothing`: it can be requested as it is; `force`: `force`, after the cause was fixed;
    `amount`: `amount_cents` and `currency`; `resend`: no retry is possible, the sender must send it again.
    """
    effect: Annotated[str, Text(min_length=1, max_length=500)]
    """What a retry will do, by the rules of this release."""


class DeadEvent(ContractModel):
    """A delivery or touch that could not become an event. Its content is encrypted and never returned."""

    tenant_id: Uuid
    """ID of the tenant."""
    id: Uuid
    """The dead event."""
    source: Annotated[str, Text(min_length=1, max_length=64)]
    """Source of the input."""
    event_type: Annotated[str, Text(min_length=1, max_length=255)]
    """Event type of the input."""
    error_type: Annotated[str, Text(max_length=64, pattern="^[a-z][a-z0-9_]*$")]
    """Error type."""
    error_code: Annotated[str, Text(max_length=64, pattern="^[a-z][a-z0-9_]*$")]
    """Error code."""
    error_message: Annotated[str, Text(min_length=1, max_length=500)]
    """Human-readable error message."""
    retry_count: Annotated[int, Integer(ge=0, le=2**31 - 1)]
    """Number of retries."""
    remediation_status: RemediationStatus
    ingested_at: Timestamp
    """Time of receipt (UTC)."""
    is_redacted: bool
    """Whether the content was removed, so that it cannot be retried."""
    external_event_id: Omittable[Annotated[str, Text(min_length=1, max_length=255)]] = None
    """ID set by the sender."""
    last_retry_at: Omittable[Timestamp] = None
    """Time of the last attempt (UTC)."""
    next_retry_at: Omittable[Timestamp] = None
    """Time of the next attempt (UTC)."""
    remediation_notes: Omittable[Annotated[str, Text(min_length=1, max_length=500)]] = None
    """Notes of a user."""
    resolved_at: Omittable[Timestamp] = None
    """Time it was repaired or abandoned (UTC)."""
    resolved_event_id: Omittable[Uuid] = None
    """ID of the event it became, or of the event of the later delivery that resolved it."""
    resolved_delivery_id: Omittable[Uuid] = None
    """ID of the later delivery of the same object that resolved it. Absent if a retry resolved it."""
    correlation_id: Omittable[Uuid] = None
    """Correlation ID of the request."""
    object_number: Omittable[Annotated[str, Text(min_length=1, max_length=64)]] = None
    """Number of the order or payment at the processor, if it can be read."""
    amount_cents: Omittable[Annotated[int, Integer(ge=-(2**63), le=2**63 - 1)]] = None
    """Amount in minor units as the processor sent it, if it can be read. Not counted as revenue."""
    currency: Omittable[Annotated[str, Text(pattern="^[A-Z]{3}$")]] = None
    """ISO 4217 code of the currency of `amount_cents`."""
    reader_version: Omittable[Annotated[int, Integer(ge=0, le=2**31 - 1)]] = None
    """Version of the rules that read it last. A release with newer rules retries it once by itself. Absent for
    touches.
    """
    issues: Omittable[Annotated[list[DeadEventIssue], Field(max_length=20)]] = None
    """Known mistakes in the content, the decisive one first."""
    occurrences: Omittable[Annotated[int, Integer(ge=1, le=2**31 - 1)]] = None
    """How many inputs it stands for. More than 1 only after 10,000 dead events of a day: further ones are counted in
    one dead event for each source, error code and hour.
    """
    is_over_budget: Omittable[bool] = None
    """Whether the content was not stored because the daily budget of dead events was used up."""
    not_kept: Omittable[Annotated[list[Annotated[str, Text(min_length=1, max_length=1000)]], Field(max_length=100)]] = (
        None
    )
    """What is not stored of the content: JSON pointers, with `*` for places in lists and `…` for names that are not in
    a contract. Only IDs, types, states, times, currencies, amounts and your own hints are stored.
    """
    advice: Omittable[Annotated[str, Text(min_length=1, max_length=500)]] = None
    """What to do."""
    retry: Omittable[RetryOutlook] = None
    repair: Omittable[DeadEventRepair] = None


class Delivery(ContractModel):
    """A correctly signed webhook delivery."""

    tenant_id: Uuid
    """ID of the tenant."""
    id: Uuid
    """ID of the delivery."""
    source: Annotated[str, Text(min_length=1, max_length=64)]
    """The payment processor."""
    event_type: Annotated[str, Text(min_length=1, max_length=255)]
    """Event name as the processor spells it."""
    external_event_id: Annotated[str, Text(min_length=1, max_length=255)]
    """The processor's ID of the notification, or a name made of its content where it has none."""
    outcome: Literal["accepted", "duplicate", "dead", "ignored"]
    """accepted: it was recorded; duplicate: it had been recorded before; dead: it could not be processed and is kept
    for repair; ignored: there was nothing to record, for example because it is a test object.
    """
    account: Annotated[str, Text(min_length=1, max_length=255)]
    """The shop or account whose payments these are."""
    received_at: Timestamp
    """Time of receipt (UTC)."""
    secret_label: Omittable[Annotated[str, Text(min_length=1, max_length=64)]] = None
    """Label of the webhook secret that verified the signature."""
    event_id: Omittable[Uuid] = None
    """The recorded event. Present if the outcome is accepted or duplicate."""
    dead_event_id: Omittable[Uuid] = None
    """The dead event. Present if the outcome is dead."""
    amount_cents: Omittable[Annotated[int, Integer(ge=0, le=2**63 - 1)]] = None
    """Amount of the recorded event in minor units."""
    currency: Omittable[Annotated[str, Text(pattern="^[A-Z]{3}$")]] = None
    """Currency code (ISO 4217) of the amount."""


class DeliveryPage(ContractModel):
    """A page of deliveries, newest first."""

    items: Annotated[list[Delivery], Field(max_length=100)]
    """The deliveries."""
    page: Page


class DeadEventPage(ContractModel):
    """A page of dead events, newest first."""

    items: Annotated[list[DeadEvent], Field(max_length=100)]
    """The dead events."""
    page: Page


class RetryRequest(ContractModel):
    """Retry options."""

    model_config = ConfigDict(extra="forbid")

    contract_check: ClassVar[Conforms | None] = Conforms(
        {"dependentRequired": {"amount_cents": ["currency"], "currency": ["amount_cents"]}}
    )

    force: bool = False
    """Whether to retry an error that is not expected to resolve itself, after its cause was fixed."""
    amount_cents: Omittable[Annotated[int, Integer(ge=1, le=1_000_000_000_000_000)]] = None
    """For `currency_mismatch` only: the amount of the refund or dispute in the currency of its payment, in minor
    units. It counts in place of the amount that the processor sent.
    """
    currency: Omittable[Annotated[str, Text(pattern="^[A-Z]{3}$")]] = None
    """With `amount_cents`: ISO 4217 code of the currency of the payment."""


class RetryFilter(ContractModel):
    """Criteria for dead events: at least one of `status`, `source` and `error_code`. All that are given must match."""

    model_config = ConfigDict(extra="forbid")

    contract_check: ClassVar[Conforms | None] = Conforms({"minProperties": 1})

    status: Omittable[Literal["pending", "abandoned"]] = None
    """Status of the repair; `pending` if absent."""
    source: Omittable[Annotated[str, Text(min_length=1, max_length=64)]] = None
    """Source of the input."""
    error_code: Omittable[Annotated[str, Text(min_length=1, max_length=64)]] = None
    """Error code."""


class RetryManyRequest(ContractModel):
    """Which dead events to retry, and how."""

    model_config = ConfigDict(extra="forbid")

    filter: RetryFilter
    force: bool = False
    """Whether to retry errors that are not expected to resolve themselves, after their cause was fixed."""


class AppliedRetryFilter(ContractModel):
    """The criteria that the retry applies."""

    status: Literal["pending", "abandoned"]
    """Status of the repair before the retry."""
    source: Omittable[Annotated[str, Text(min_length=1, max_length=64)]] = None
    """Source of the input."""
    error_code: Omittable[Annotated[str, Text(min_length=1, max_length=64)]] = None
    """Error code."""


class DeadEventRetry(ContractModel):
    """A retry of many dead events."""

    tenant_id: Uuid
    """ID of the tenant."""
    retry_id: Uuid
    """The retry."""
    status: Literal["queued", "in_progress", "finished", "stalled"]
    """Progress. `stalled`: nothing has happened for 15 minutes, for example because the session that requested it was
    revoked; request it again.
    """
    filter: AppliedRetryFilter
    force: bool
    """Whether errors that are not expected to resolve themselves are retried."""
    selected: Annotated[int, Integer(ge=0, le=10_000)]
    """Number of dead events to retry."""
    has_more: bool
    """Whether more dead events match than one request retries. Request again after this retry is finished."""
    needs_force: Annotated[int, Integer(ge=0, le=2**31 - 1)]
    """Number of matching dead events that are left out because `force` is false."""
    without_content: Annotated[int, Integer(ge=0, le=2**31 - 1)]
    """Number of matching dead events that are left out because their content is no longer stored."""
    retried: Annotated[int, Integer(ge=0, le=10_000)]
    """Number of dead events that were retried so far."""
    resolved: Annotated[int, Integer(ge=0, le=10_000)]
    """Number of those that were resolved."""
    effect: Annotated[str, Text(min_length=1, max_length=500)]
    """What the retry does."""
    created_at: Timestamp
    """Time of the request (UTC)."""
    status_url: Annotated[str, Text(min_length=1, max_length=200, format="uri-reference")]
    """Where to read the progress."""
    started_at: Omittable[Timestamp] = None
    """Time of the first attempt (UTC)."""
    finished_at: Omittable[Timestamp] = None
    """Time the last dead event was retried (UTC)."""


class AbandonRequest(ContractModel):
    """Reason for abandoning the dead event."""

    model_config = ConfigDict(extra="forbid")

    notes: Annotated[str, Text(min_length=3, max_length=500)]
    """Reason for abandoning the dead event."""
