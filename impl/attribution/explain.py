"""Explanations of figures: the facts first, then a text about them in which every number is one of the facts.

The text is a template's. Whatever writes it later gets the same facts, and its numbers are held against them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC
from typing import Any, Final
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from generated.server import NotFoundError
from impl.attribution import figures, report, statements, versions
from impl.attribution.errors import NotComputedError
from impl.kernel import money
from impl.kernel.money import Money

HIGH: Final = "high"
MEDIUM: Final = "medium"
LOW: Final = "low"
_MAX: Final = 500


@dataclass(frozen=True, slots=True)
class Citation:
    """A figure as it stands in the text, and where it is from."""

    metric: str
    value: str
    source: str


@dataclass(frozen=True, slots=True)
class Explanation:
    """A text of 150 to 500 characters about one figure."""

    text: str
    citations: Sequence[Citation]
    confidence: str


async def explain(connection: AsyncConnection, tenant_id: UUID, kind: str, figure_id: UUID) -> Explanation:
    """The explanation of a figure. Raises `NotFoundError`."""
    explained = {
        "attribution_score": _score,
        "channel_performance": _performance,
        "reconciliation_discrepancy": _discrepancy,
    }
    return await explained[kind](connection, tenant_id, figure_id)


async def _score(connection: AsyncConnection, tenant_id: UUID, figure_id: UUID) -> Explanation:
    values = {"tenant_id": tenant_id, "id": figure_id}
    row = (await connection.execute(statements.named("credit"), values)).one_or_none()
    if row is None:
        raise NotFoundError
    source = "attribution_allocations"
    credited, whole = amount(row.allocated_revenue_cents, row.currency), amount(row.effect_cents, row.currency)
    share = percent(row.allocation_ratio * 10_000)
    day = row.occurred_at.astimezone(UTC).date().isoformat()
    touches = "no touch of it was recorded, so the origin of the event itself counts"
    if row.touch_count:
        touches = f"the touches of the channel that count for it: {row.touch_count}"
    text = (
        f"The model {row.model_type} credits {credited} of {whole} to the channel {row.channel_code}, which is {share} of the"
        f" event of {day}. Behind it, {touches}. The credits of all channels add up to the amount of the event exactly."
    )
    citations = [
        Citation("allocated_revenue", credited, source),
        Citation("effect", whole, "attribution_events"),
        Citation("share", share, source),
        Citation("occurred_on", day, "attribution_events"),
        Citation("touch_count", str(row.touch_count or 0), source),
    ]
    return Explanation(text[:_MAX], citations, HIGH if row.confidence_score == 1 else MEDIUM)


async def _performance(connection: AsyncConnection, tenant_id: UUID, figure_id: UUID) -> Explanation:
    figure = figures.decode(tenant_id, figure_id)
    if figure is None:
        raise NotFoundError
    version = versions.requested(figure.model, lookback_days=figure.lookback_days)
    try:
        result = await report.by_channel(connection, tenant_id, version, figure.period)
    except NotComputedError as error:
        # The figure was shown once, and what it was computed from is no longer stored.
        raise NotFoundError from error
    names = {row.code: row.api_name for row in (await connection.execute(statements.named("channels"))).all()}
    tenant = (await connection.execute(statements.named("tenant"), {"tenant_id": tenant_id})).one()
    currency = tenant.reporting_currency
    own = [one for one in result.credits if names[one.channel_code] == figure.channel_name and one.currency == currency]
    cents, total = sum(one.cents for one in own), result.total_cents(currency)
    credited, whole = amount(cents, currency), amount(total, currency)
    share = percent(_bps(cents, total))
    sales = str(sum(one.conversions for one in own))
    period = f"{figure.period.first.isoformat()} to {figure.period.last.isoformat()}"
    text = (
        f"From {period} the model {figure.model} credits {credited} to {figure.channel_name}, which is {share} of {whole} in all."
        f" Sales of which it earned a part: {sales}. Refunds and disputes of the period are subtracted."
    )
    source = "attribution_allocations"
    citations = [
        Citation("allocated_revenue", credited, source),
        Citation("total_revenue", whole, source),
        Citation("share", share, source),
        Citation("conversion_count", sales, source),
        Citation("period", period, "request"),
    ]
    return Explanation(text[:_MAX], citations, MEDIUM if result.is_complete else LOW)


async def _discrepancy(connection: AsyncConnection, tenant_id: UUID, figure_id: UUID) -> Explanation:
    values = {"tenant_id": tenant_id, "id": figure_id}
    row = (await connection.execute(statements.named("discrepancy"), values)).one_or_none()
    if row is None:
        raise NotFoundError
    claimed, verified = amount(row.claimed_total_cents, row.currency), amount(row.verified_total_cents, row.currency)
    ghost, share = amount(row.ghost_revenue_cents, row.currency), percent(row.discrepancy_bps)
    where = f"the channel {row.channel_code}" if row.channel_code else "all channels"
    text = (
        f"For {where} the ad platforms claim {claimed}, and processors confirm {verified}. What is claimed beyond"
        f" that is {ghost}, which is {share} of the confirmed amount. Each platform counts for itself, so several may"
        " claim the same sale."
    )
    source = "reconciliation_results"
    citations = [
        Citation("claimed_total", claimed, source),
        Citation("verified_total", verified, source),
        Citation("ghost_revenue", ghost, source),
        Citation("discrepancy", share, source),
    ]
    return Explanation(text[:_MAX], citations, HIGH)


def amount(cents: int, currency: str) -> str:
    """Such as `482.50 USD`."""
    return money.text(Money(cents, money.currency(currency)))


def percent(bps: Any) -> str:
    """Ten-thousandths as a percentage with two places, such as `49.11 percent`."""
    value = round(bps)
    sign, value = ("-", -value) if value < 0 else ("", value)
    return f"{sign}{value // 100}.{value % 100:02} percent"


def _bps(part: int, whole: int) -> int:
    """`part` of `whole` in ten-thousandths, rounded half up; 0 of nothing."""
    return (part * 20_000 + whole) // (2 * whole) if whole else 0
