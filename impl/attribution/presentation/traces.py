"""Traces and explanations as the contract words them."""

from __future__ import annotations

from datetime import datetime
from typing import Any, cast
from uuid import UUID

from generated.server.models import attribution as models
from generated.server.models import common
from impl.attribution.explain import Explanation
from impl.attribution.presentation.values import utc
from impl.attribution.trace import Trace, TracedCredit


def to_api_trace(tenant_id: UUID, trace: Trace) -> models.EventTrace:
    """A trace; without a delivery when the event came by another way."""
    event = trace.event
    return models.EventTrace(
        tenant_id=tenant_id,
        event=models.TracedEvent(
            event_id=event.id,
            event_type=event.event_type,
            occurred_at=utc(event.occurred_at),
            revenue_cents=event.revenue_cents,
            effect_cents=event.effect_cents,
            currency=event.currency,
            channel_code=event.channel_code,
            session_linked=event.session_linked,
            journey_linked=event.journey_linked,
        ),
        credits=[_to_api_credit(one) for one in trace.credits],
        entries=[
            models.TracedEntry(
                entry_id=row.id,
                entry_kind=row.entry_kind,
                effect_cents=row.effect_cents,
                currency=row.currency,
                posted_at=utc(row.posted_at),
                reverses=row.reverses,
                is_verified=row.verified_at is not None,
                verified_at=utc(row.verified_at),
            )
            for row in trace.entries
        ],
        delivery=None
        if event.delivery_id is None
        else models.TracedDelivery(
            delivery_id=event.delivery_id,
            provider=event.processor,
            topic=event.topic,
            provider_event_id=event.processor_event_id,
            received_at=utc(event.received_at),
            signature_scheme=event.signature_scheme,
        ),
        verification=_to_api_verification(trace.verification),
        repair=_to_api_repair(event),
        claims=[
            models.TracedClaim(
                platform=row.platform,
                channel_code=row.channel_code,
                claimed_on=row.claimed_on,
                claimed_cents=row.claimed_cents,
                currency=row.currency,
                as_of=utc(row.as_of),
            )
            for row in trace.claims
        ],
    )


def _to_api_repair(event: Any) -> models.TracedRepair | None:
    if event.repaired_dead_event_id is None:
        return None
    return models.TracedRepair(
        dead_event_id=event.repaired_dead_event_id,
        processor_amount_cents=event.told_cents,
        processor_currency=event.told_currency,
        repaired_by=event.repaired_by,
        repaired_at=utc(event.repaired_at),
    )


def _to_api_verification(entry: Any) -> models.TracedVerification | None:
    if entry is None:
        return None
    return models.TracedVerification(
        run_id=entry.run_id,
        entry_id=entry.verified_entry_id,
        verified_at=utc(entry.verified_at),
        processor_amount_cents=entry.processor_amount_cents,
    )


def _to_api_credit(credit: TracedCredit) -> models.TracedCredit:
    row = credit.row
    return models.TracedCredit(
        model=cast("Any", credit.version.model),
        model_version_=credit.version.text,
        channel_code=row.channel_code,
        allocation_id=row.id,
        allocated_revenue_cents=row.allocated_revenue_cents,
        allocation_ratio=float(row.allocation_ratio),
        touches=[
            models.TracedTouch(touch_id=one.touch_id, occurred_at=utc(one.occurred_at), channel_code=one.channel_code)
            for one in credit.touches
        ],
    )


def to_api_explanation(tenant_id: UUID, explanation: Explanation, now: datetime) -> models.AttributionExplanation:
    """An explanation; a template costs nothing."""
    return models.AttributionExplanation(
        tenant_id=tenant_id,
        explanation=explanation.text,
        citations=[
            common.Citation(metric=one.metric, value=one.value, source=one.source) for one in explanation.citations
        ],
        confidence=cast("Any", explanation.confidence),
        generated_at=now,
        cost_cents=0,
    )
