"""The views of credits under refunds, three currencies, reruns, captures that moved, and days that are too old."""

from __future__ import annotations

import asyncio
import random
import uuid
from datetime import timedelta
from decimal import Decimal

import pytest
from sqlalchemy import text

from impl.attribution import periods, report
from impl.attribution.versions import ModelVersion
from impl.db import views
from impl.db.transaction import tenant_transaction
from tests.attribution.shop import DAY, TODAY

LINEAR = ModelVersion(model="linear")
LAST = ModelVersion(model="last_touch")
HOUR = timedelta(hours=1)
START, END = TODAY - 89 * DAY, TODAY


async def refreshed(engine, tenant_id, view):
    """Rows of one tenant after a refresh; another test may hold the view meanwhile."""
    while await views.refresh_matview_for_tenant(engine, tenant_id, f"mv_{view}") is not views.Outcome.SUCCESS:
        await asyncio.sleep(0.05)
    async with tenant_transaction(engine, tenant_id) as connection:
        return (await connection.execute(text(f"SELECT * FROM v_{view}"))).mappings().all()


@pytest.fixture
async def story(shop):
    """Sales of three currencies on two days, one by its hint, a refund, a sale that moved and counts again, one long ago."""
    session, at = uuid.uuid4(), TODAY - 5 * DAY + 12 * HOUR
    await shop.touches(
        ("1", at - 2 * HOUR, "email", session, None, "visit"), ("2", at - HOUR, "organic", session, None, "visit")
    )
    await shop.event("usd", at, 1001, session=session)
    await shop.event("hint", at, 99, channel="email")
    await shop.event("eur", at + DAY, 500, session=session, currency="EUR")
    await shop.event("jpy", at + DAY, 7, session=session, currency="JPY")
    await shop.event("r", at + DAY, -301, kind="refunded", of="usd")
    moved = await shop.event("m", at, 40, channel="referral")
    await shop.event("m-moved", at, -40, kind="moved", of="m", reverses=moved)
    await shop.event("m-again", at, 40, of="m", ordinal=2, channel="referral")
    await shop.event("old", TODAY - 95 * DAY, 5000, channel="direct")
    for version in (LINEAR, LAST):
        await shop.compute(TODAY - 96 * DAY, END, version)
    return at


async def test_performance_by_day_is_what_reports_say(shop, story, worker_engine, app_engine):
    at = story
    rows = await refreshed(worker_engine, shop.tenant_id, "channel_performance")
    linear = {
        (row["channel_code"], row["day"], row["currency"]): (
            row["conversions"], row["attributed_conversions"], row["revenue_cents"], row["confidence_score"]
        )
        for row in rows if row["model_type"] == "linear"
    }  # fmt: skip
    first, second = at.date(), (at + DAY).date()
    half = Decimal("0.5")
    assert linear == {
        ("email", first, "USD"): (2, Decimal("1.5"), 600, (501 + half * 99) / 600),
        ("organic", first, "USD"): (1, half, 500, 1),
        ("referral", first, "USD"): (1, 1, 40, half),
        ("email", second, "USD"): (0, 0, -151, 0),
        ("organic", second, "USD"): (0, 0, -150, 0),
        ("email", second, "EUR"): (1, half, 250, 1),
        ("organic", second, "EUR"): (1, half, 250, 1),
        ("email", second, "JPY"): (1, half, 4, 1),
        ("organic", second, "JPY"): (1, half, 3, 1),
    }
    for version in (LINEAR, LAST):
        async with tenant_transaction(app_engine, shop.tenant_id) as connection:
            period = periods.read(START.date(), (END - DAY).date(), TODAY)
            result = await report.by_channel(connection, shop.tenant_id, version, period)
        for one in result.credits:
            own = [
                row for row in rows
                if (row["model_type"], row["channel_code"], row["currency"]) == (version.model, one.channel_code, one.currency)
            ]  # fmt: skip
            assert sum(row["revenue_cents"] for row in own) == one.cents
            assert sum(row["conversions"] for row in own) == one.conversions
            assert sum(row["attributed_conversions"] for row in own) == one.shares


@pytest.mark.promise("Q20")
async def test_every_event_is_balanced_also_after_reruns(shop, story, worker_engine):
    before = await refreshed(worker_engine, shop.tenant_id, "allocation_summary")
    assert len(before) == 2 * 7
    assert all(row["is_balanced"] and row["drift_cents"] == 0 for row in before)
    assert {row["effect_cents"] for row in before} == {1001, 99, 500, 7, -301, 40, 5000}
    for version in (LINEAR, LAST, LINEAR):
        await shop.compute(START, END, version)
    assert sorted(map(str, await refreshed(worker_engine, shop.tenant_id, "allocation_summary"))) == sorted(
        map(str, before)
    )


@pytest.mark.parametrize("seed", [1, 2])
async def test_totals_of_days_are_always_what_the_credits_add_up_to(shop, seed):
    """After sales, refunds, touches that come late, moves, credits that change or go: nothing is counted twice or left behind."""
    chance = random.Random(seed)
    count = (
        "SELECT model_type, (window_start AT TIME ZONE 'UTC')::date AS day, channel_code, currency, count(*) AS credits,"
        " sum(allocated_revenue_cents) AS cents, count(*) FILTER (WHERE is_conversion) AS conversions,"
        " coalesce(sum(allocation_ratio) FILTER (WHERE is_conversion), 0) AS shares,"
        " coalesce(sum(confidence_score * abs(allocated_revenue_cents)) FILTER (WHERE is_conversion), 0) AS confident,"
        " coalesce(sum(abs(allocated_revenue_cents)) FILTER (WHERE is_conversion), 0) AS whole"
        " FROM attribution_allocations WHERE tenant_id = $1 GROUP BY 1, 2, 3, 4 ORDER BY 1, 2, 3, 4"
    )
    kept = (
        "SELECT model_type, day, channel_code, currency, credits, revenue_cents AS cents, conversions,"
        " attributed_conversions AS shares, confident_cents AS confident, conversion_cents AS whole"
        " FROM attribution_day_totals WHERE tenant_id = $1 ORDER BY 1, 2, 3, 4"
    )
    sessions = [uuid.uuid4() for _ in range(4)]
    sales = []
    for step in range(12):
        at = TODAY - chance.randrange(1, 6) * DAY + timedelta(seconds=chance.randrange(80_000))
        kind = chance.random()
        if kind < 0.4 or not sales:
            currency = chance.choice(["USD", "EUR"])
            sale = await shop.event(
                f"s{step}", at, chance.randrange(1, 999), session=chance.choice(sessions), currency=currency
            )
            sales.append((sale, currency))
        elif kind < 0.6:
            sale, currency = sales.pop(chance.randrange(len(sales)))
            await shop.event(
                f"m{step}", sale.at, -sale.cents, kind="moved", of=sale.name, reverses=sale, currency=currency
            )
        else:
            channel = chance.choice(["email", "organic", "direct"])
            await shop.touches((f"t{step}", at - 5 * DAY, channel, chance.choice(sessions), None, "visit"))
        await shop.compute(TODAY - 7 * DAY, TODAY + DAY, chance.choice([LINEAR, LAST]))
        assert await shop.owner.fetch(kept, shop.tenant_id) == await shop.owner.fetch(count, shop.tenant_id)
    await shop.owner.execute("DELETE FROM attribution_allocations WHERE tenant_id = $1", shop.tenant_id)
    assert await shop.owner.fetch(kept, shop.tenant_id) == []
