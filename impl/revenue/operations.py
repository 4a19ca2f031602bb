"""Fills the contract of the revenue API."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime
from typing import cast
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncEngine

from generated.server import Call, revenue
from generated.server.models import common
from generated.server.models import revenue as models
from generated.server.models.common import Platform
from impl.db.transaction import tenant_transaction
from impl.kernel import money
from impl.kernel.callers import PersonCaller
from impl.kernel.clock import Clock
from impl.kernel.money import Money
from impl.revenue import realtime
from impl.revenue.realtime import Realtime, Source


class RevenueOperations:
    """Today's revenue, from the ledger."""

    def __init__(self, engine: AsyncEngine, clock: Clock) -> None:
        self._engine = engine
        self._clock = clock

    async def get_realtime_revenue_v1(
        self, params: revenue.GetRealtimeRevenueV1Params, *, call: Call[PersonCaller]
    ) -> revenue.GetRealtimeRevenueV1Reply:
        tenant_id = call.principal.tenant_id
        async with tenant_transaction(self._engine, tenant_id) as connection:
            totals = await realtime.today(connection, tenant_id, self._clock.now())
        body = to_api_revenue(tenant_id, totals)
        return revenue.GetRealtimeRevenueV1_200(body=body, etag=etag(body))


def to_api_revenue(tenant_id: UUID, totals: Realtime) -> models.RealtimeRevenue:
    """Today's revenue as the contract words it."""
    return models.RealtimeRevenue(
        tenant_id=tenant_id,
        interval="minute",
        currency=totals.headline.currency,
        revenue_total=float(money.decimal_text(totals.headline)),
        revenue_total_cents=totals.headline.amount_cents,
        verified=False,
        data_as_of=_utc(totals.data_as_of),
        window_start=_utc(totals.window_start),
        sources=[_to_api_source(source) for source in totals.sources],
        other_currencies=[_to_api_total(total) for total in totals.others],
    )


def etag(body: models.RealtimeRevenue) -> str:
    """Strong entity tag: SHA-256 of the canonical payload, so equal answers have equal tags in every process."""
    return f'"{hashlib.sha256(body.model_dump_json().encode()).hexdigest()}"'


def _to_api_source(source: Source) -> common.RealtimeRevenueSource:
    return common.RealtimeRevenueSource(
        platform=cast("Platform", source.platform),  # the database allows no other processor
        platform_account_id=realtime.WEBHOOKS,
        as_of=_utc(source.as_of),
        amount_cents=source.total.amount_cents,
        currency=source.total.currency,
    )


def _to_api_total(total: Money) -> common.CurrencyTotal:
    places = money.exponent(total.currency)
    return common.CurrencyTotal(currency=total.currency, amount_cents=total.amount_cents, exponent=places)


def _utc(instant: datetime) -> datetime:
    return instant.astimezone(UTC)
