"""Figures as the contract words them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from decimal import ROUND_HALF_UP, Decimal
from typing import Any, Final, cast
from uuid import UUID

from generated.server.models import attribution as models
from generated.server.models import common
from impl.attribution import figures
from impl.attribution.explain import Explanation
from impl.attribution.figures import ChannelFigure
from impl.attribution.periods import Period
from impl.attribution.report import Credit, Report
from impl.attribution.trace import Trace
from impl.kernel import money
from impl.kernel.money import Money

_FOUR: Final = Decimal("0.0001")


def to_api_report(
    tenant_id: UUID,
    report: Report,
    period: Period,
    currency: str,
    names: Mapping[str, str],
    spend: Mapping[tuple[str, str], int],
) -> models.ChannelAttributionReport:
    """Channels of one name together, the one with the most revenue first; figures of other currencies as totals."""
    by_name: dict[str, list[str]] = defaultdict(list)
    for code in sorted({one.channel_code for one in report.credits if one.currency == currency}):
        by_name[names[code]].append(code)
    rows = [
        _channel(tenant_id, report, period, name, _of(report, codes, currency), _spend_of(spend, codes, currency))
        for name, codes in by_name.items()
    ]
    rows.sort(key=lambda row: (-row.revenue_cents, row.channel_name))
    total = report.total_cents(currency)
    return models.ChannelAttributionReport(
        tenant_id=tenant_id,
        channels=rows,
        total_revenue=decimal(total, currency),
        total_revenue_cents=total,
        currency=currency,
        other_currencies=[
            to_api_total(other, report.total_cents(other))
            for other in sorted({one.currency for one in report.credits} - {currency})
        ],
        date_range=common.DateRange(start=period.first, end=period.last),
        model=cast("Any", report.version.model),
        model_version_=report.version.text,
        lookback_days=report.version.lookback_days,
        is_complete=report.is_complete,
        computed_through=_utc(report.computed_through),
        training=None if report.training is None else models.Training(**report.training),
        warnings=list(report.warnings),
    )


def _of(report: Report, codes: Sequence[str], currency: str) -> list[Credit]:
    return [one for one in report.credits if one.channel_code in codes and one.currency == currency]


def _spend_of(spend: Mapping[tuple[str, str], int], codes: Sequence[str], currency: str) -> int | None:
    known = [spend[code, currency] for code in codes if (code, currency) in spend]
    return sum(known) if known else None


def _channel(
    tenant_id: UUID, report: Report, period: Period, name: str, credits_: Sequence[Credit], spend: int | None
) -> models.ChannelAttribution:
    cents, currency = sum(one.cents for one in credits_), credits_[0].currency
    shares = sum((one.shares for one in credits_), Decimal(0)).quantize(_FOUR, ROUND_HALF_UP)
    weight = sum(one.conversion_cents for one in credits_)
    confident = sum((one.confident_cents for one in credits_), Decimal(0))
    figure = ChannelFigure(name, period, report.version.model, report.version.lookback_days)
    return models.ChannelAttribution(
        channel_name=cast("Any", name),
        channel_codes=[one.channel_code for one in credits_],
        revenue=decimal(cents, currency),
        revenue_cents=cents,
        conversion_count=sum(one.conversions for one in credits_),
        attributed_conversions=float(shares),
        confidence_score=float((confident / weight).quantize(_FOUR, ROUND_HALF_UP)) if weight else 0.0,
        explain_id=figures.encode(tenant_id, figure),
        spend=None if spend is None else decimal(spend, currency),
        spend_cents=spend,
        roas=float((Decimal(cents) / spend).quantize(_FOUR, ROUND_HALF_UP)) if spend else None,
        cpa_cents=int((spend / shares).quantize(Decimal(1), ROUND_HALF_UP)) if spend is not None and shares else None,
    )


def to_api_comparison(
    tenant_id: UUID, reports: Sequence[Report], period: Period, currency: str, names: Mapping[str, str], own_model: str
) -> models.ModelComparison:
    """Each model with its channels, and with the difference to the tenant's own model where that is one of them."""
    credit = [{one.channel_code: one.cents for one in report.credits if one.currency == currency} for report in reports]
    own = next((c for report, c in zip(reports, credit, strict=True) if report.version.model == own_model), None)
    return models.ModelComparison(
        tenant_id=tenant_id,
        date_range=common.DateRange(start=period.first, end=period.last),
        currency=currency,
        lookback_days=reports[0].version.lookback_days,
        models=[
            models.ComparedModel(
                model=cast("Any", report.version.model),
                model_version_=report.version.text,
                total_revenue_cents=report.total_cents(currency),
                channels=[
                    _compared(code, cents, report.total_cents(currency), names, own)
                    for code, cents in sorted(by_code.items(), key=lambda pair: (-pair[1], pair[0]))
                ],
            )
            for report, by_code in zip(reports, credit, strict=True)
        ],
    )


def _compared(
    code: str, cents: int, total: int, names: Mapping[str, str], own: Mapping[str, int] | None
) -> models.ComparedChannel:
    return models.ComparedChannel(
        channel_name=cast("Any", names[code]),
        channel_code=cast("Any", code),
        revenue_cents=cents,
        share=float((Decimal(cents) / total).quantize(_FOUR, ROUND_HALF_UP)) if total else 0.0,
        difference_cents=None if own is None else cents - own.get(code, 0),
    )


def to_api_recompute(tenant_id: UUID, job: Any, totals: Sequence[Any], warnings: Sequence[str]) -> models.Recompute:
    """A job; its results once it has succeeded."""
    is_done = job.status == "succeeded"
    return models.Recompute(
        tenant_id=tenant_id,
        job_id=job.id,
        status=job.status,
        window_start=_utc(job.window_start),
        window_end=_utc(job.window_end),
        model=job.model_type,
        model_version_=job.model_version,
        lookback_days=job.lookback_days,
        run_count=job.run_count,
        conversions=job.conversions,
        allocations=job.allocations,
        allocated_cents=[to_api_total(row.currency, row.cents) for row in totals] if is_done else None,
        training=models.Training(**job.training) if job.training else None,
        warnings=list(warnings) or None,
        digest=job.digest.hex() if job.digest else None,
        started_at=_utc(job.started_at),
        finished_at=_utc(job.finished_at),
        error_code=job.error_code,
        error_message=job.error_message,
        status_url=status_url(job.id),
    )


def status_url(job_id: UUID) -> str:
    """Where the status of a job is read."""
    return f"/api/attribution/recompute/{job_id}"


def to_api_trace(tenant_id: UUID, trace: Trace) -> models.EventTrace:
    """A trace; without a delivery when the event came by another way."""
    event = trace.event
    return models.EventTrace(
        tenant_id=tenant_id,
        event=models.TracedEvent(
            event_id=event.id,
            event_type=event.event_type,
            occurred_at=_utc(event.occurred_at),
            revenue_cents=event.revenue_cents,
            effect_cents=event.effect_cents,
            currency=event.currency,
            channel_code=event.channel_code,
            session_linked=event.session_linked,
            journey_linked=event.journey_linked,
        ),
        credits=[_to_api_credit(row, touches) for row, touches in trace.credits],
        entries=[
            models.TracedEntry(
                entry_id=row.id,
                entry_kind=row.entry_kind,
                effect_cents=row.effect_cents,
                currency=row.currency,
                posted_at=_utc(row.posted_at),
                reverses=row.reverses,
                is_verified=row.verified_at is not None,
                verified_at=_utc(row.verified_at),
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
            received_at=_utc(event.received_at),
            signature_scheme=event.signature_scheme,
        ),
        claims=[
            models.TracedClaim(
                platform=row.platform,
                channel_code=row.channel_code,
                claimed_on=row.claimed_on,
                claimed_cents=row.claimed_cents,
                currency=row.currency,
                as_of=_utc(row.as_of),
            )
            for row in trace.claims
        ],
    )


def _to_api_credit(row: Any, touches: Sequence[Any]) -> models.TracedCredit:
    return models.TracedCredit(
        model=row.model_type,
        model_version_=row.model_version,
        channel_code=row.channel_code,
        allocation_id=row.id,
        allocated_revenue_cents=row.allocated_revenue_cents,
        allocation_ratio=float(row.allocation_ratio),
        touches=[
            models.TracedTouch(touch_id=one.touch_id, occurred_at=_utc(one.occurred_at), channel_code=one.channel_code)
            for one in touches
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


def to_api_total(currency: str, cents: int) -> common.CurrencyTotal:
    """A total with the exponent of its currency."""
    return common.CurrencyTotal(
        currency=currency, amount_cents=cents, exponent=money.exponent(money.currency(currency))
    )


def decimal(cents: int, currency: str) -> float:
    """Minor units as a decimal number of the currency."""
    return float(money.decimal_text(Money(cents, money.currency(currency))))


def _utc(instant: datetime | None) -> Any:
    return None if instant is None else instant.astimezone(UTC)
