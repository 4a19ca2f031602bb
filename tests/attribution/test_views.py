"""The views of credits under refunds, three currencies, reruns, captures that moved, and days that are too old."""

from __future__ import annotations

import asyncio
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
