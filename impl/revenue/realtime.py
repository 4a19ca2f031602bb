"""Today's revenue so far, per platform and currency."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from impl.kernel.money import Currency, Money

WEBHOOKS = "webhooks"
"""Account that an entry counts under until the tenant connects the processor's account."""

# One scan of today's entries by (tenant, occurred_at); the planner needs the tenant, row security does not trust it.
_TODAY = text(
    """
    SELECT processor, currency, sum(effect_cents)::bigint AS amount_cents, max(posted_at) AS as_of
      FROM revenue_ledger
     WHERE tenant_id = :tenant_id AND occurred_at >= :window_start AND occurred_at < :window_end
     GROUP BY processor, currency
     ORDER BY processor, currency
    """
)
_REPORTING_CURRENCY = text("SELECT reporting_currency FROM tenants WHERE id = :tenant_id")


@dataclass(frozen=True, slots=True)
class Source:
    """The contribution of one platform in one currency."""

    platform: str
    total: Money
    as_of: datetime
    """When its newest entry was posted."""


@dataclass(frozen=True, slots=True)
class Realtime:
    """Today so far. `headline` is in the tenant's reporting currency; other currencies are not part of it."""

    headline: Money
    others: Sequence[Money]
    sources: Sequence[Source]
    window_start: datetime
    data_as_of: datetime
    """When the newest entry of today was posted; the start of the day when there is none. Never the time of the request."""


async def today(connection: AsyncConnection, tenant_id: uuid.UUID, now: datetime) -> Realtime:
    """Revenue of the UTC day of `now`, from a connection bound to the tenant."""
    start = now.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    window = {"tenant_id": tenant_id, "window_start": start, "window_end": start + timedelta(days=1)}
    reporting = Currency(await connection.scalar(_REPORTING_CURRENCY, {"tenant_id": tenant_id}))
    rows = (await connection.execute(_TODAY, window)).all()
    sources = [Source(row.processor, Money(row.amount_cents, Currency(row.currency)), row.as_of) for row in rows]
    return summarise(sources, reporting, start)


def summarise(sources: Sequence[Source], reporting: Currency, window_start: datetime) -> Realtime:
    """Totals per currency; Σ of `sources` in the reporting currency is the headline."""
    totals: dict[Currency, int] = {reporting: 0}
    for source in sources:
        currency = source.total.currency
        totals[currency] = totals.get(currency, 0) + source.total.amount_cents
    headline = Money(totals.pop(reporting), reporting)
    others = [Money(cents, currency) for currency, cents in sorted(totals.items())]
    newest = max((source.as_of for source in sources), default=window_start)
    return Realtime(headline, others, sources, window_start, newest)
