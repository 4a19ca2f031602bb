"""Deliveries that are refused although their tenant key is valid are counted; the tenant sees them, and nothing of their content."""

import asyncio
import datetime as dt

import pytest

from impl.auth.limits import refusals
from impl.auth.limits.refusals import Reason, Refusals
from impl.db import engine as engines
from impl.db.transaction import tenant_transaction
from impl.kernel.clock import FixedClock
from tests.fixtures.service import correlation, log_in, signed, stripe_delivery

DISPATCHER = "/api/webhooks/stripe"
REFUSALS = "/api/auth/webhook-refusals"
NOW = dt.datetime(2026, 11, 21, 12, 34, 56, tzinfo=dt.UTC)


async def rows(engine, tenant_id):
    async with tenant_transaction(engine, tenant_id) as connection:
        return await refusals.recent(connection, tenant_id, since=NOW - dt.timedelta(days=9))


async def seen(http, access, count):
    """The counts once `count` deliveries are in them: they are written in the background."""
    for _ in range(200):
        listed = (await http.get(REFUSALS, headers=access)).json()["refusals"]
        if sum(one["count"] for one in listed) >= count:
            break
        await asyncio.sleep(0.05)
    return {one["reason"]: one for one in listed}


async def test_a_merchant_sees_wrong_signatures_and_too_large_bodies_and_no_accepted_delivery(
    http, make_merchant, owner
):
    merchant = make_merchant()
    forged = stripe_delivery(merchant)
    forged["headers"] |= {"Stripe-Signature": "t=1,v1=00"}
    assert [(await http.post(DISPATCHER, **forged)).status_code for _ in range(3)] == [401] * 3
    large = await http.post(DISPATCHER, **signed(merchant, b"x" * 6_000_000))
    assert large.status_code == 413
    assert (await http.post(DISPATCHER, **stripe_delivery(merchant))).json()["outcome"] == "accepted"
    listed = await seen(http, await log_in(http, merchant), 4)
    assert {reason: one["count"] for reason, one in listed.items()} == {"signature": 3, "size": 1}
    assert {one["provider"] for one in listed.values()} == {"stripe"}
    assert "webhook secret" in listed["signature"]["likely_cause"]
    columns = await owner.fetchrow("SELECT * FROM webhook_refusals WHERE tenant_id = $1 LIMIT 1", merchant.tenant_id)
    assert set(columns.keys()) == {"tenant_id", "id", "processor", "hour", "reason", "count", "last_at"}


async def test_an_unknown_key_leaves_no_refusal_and_another_tenant_sees_none(http, make_merchant, owner):
    merchant, other = make_merchant(), make_merchant()
    unknown = stripe_delivery(merchant)
    unknown["headers"] |= {"X-Skeldir-Tenant-Key": "sk_" + "A" * 43}
    assert (await http.post(DISPATCHER, **unknown)).status_code == 401
    forged = stripe_delivery(merchant)
    forged["headers"] |= {"Stripe-Signature": "t=1,v1=00"}
    await http.post(DISPATCHER, **forged)
    assert (await seen(http, await log_in(http, merchant), 1))["signature"]["count"] == 1
    assert (await http.get(REFUSALS, headers=await log_in(http, other))).json() == {
        "tenant_id": str(other.tenant_id),
        "refusals": [],
    }


@pytest.mark.parametrize("hours", ["0", "169", "x"])
async def test_the_time_to_look_back_is_bounded(http, merchant, hours):
    response = await http.get(REFUSALS, params={"hours": hours}, headers=await log_in(http, merchant))
    assert response.status_code == 400
    assert (await http.get(REFUSALS, headers=correlation())).status_code == 401


async def test_a_flood_is_one_row_an_hour_for_each_processor_and_reason(app_engine, make_tenant):
    tenant_id, clock = await make_tenant(), FixedClock(NOW)
    counting = Refusals(app_engine, clock, write_after_seconds=0.01)
    for _ in range(1000):
        counting.note(tenant_id, "stripe", Reason.SIGNATURE)
        counting.note(tenant_id, "paypal", Reason.RATE)
    assert await counting.close(10) == 0
    again = Refusals(app_engine, clock, write_after_seconds=0.01)
    again.note(tenant_id, "stripe", Reason.SIGNATURE)
    await again.close(10)
    (paypal, stripe) = await rows(app_engine, tenant_id)
    assert (paypal.processor, paypal.reason, paypal.count) == ("paypal", Reason.RATE, 1000)
    assert (stripe.processor, stripe.count, stripe.hour, stripe.last_at) == (
        "stripe",
        1001,
        NOW.replace(minute=0, second=0),
        NOW,
    )


async def test_memory_is_bounded_however_many_tenants_are_refused(app_engine, monkeypatch, make_tenant):
    monkeypatch.setattr(refusals, "CAPACITY", 2)
    counting = Refusals(app_engine, FixedClock(NOW), write_after_seconds=60)
    tenants = [await make_tenant() for _ in range(3)]
    for tenant_id in tenants:
        counting.note(tenant_id, "stripe", Reason.SIGNATURE)
    await counting.close(10)
    assert [len(await rows(app_engine, one)) for one in tenants] == [1, 1, 0]


async def test_what_could_not_be_written_in_an_outage_is_written_after_it(app_engine, make_tenant):
    tenant_id = await make_tenant()
    counting = Refusals(
        engines.create("postgresql://nobody@127.0.0.1:1/none", pool_size=1), FixedClock(NOW), write_after_seconds=0.01
    )
    counting.note(tenant_id, "woocommerce", Reason.UNAVAILABLE)
    await asyncio.sleep(0.3)
    counting._engine = app_engine
    for _ in range(200):
        if listed := await rows(app_engine, tenant_id):
            break
        await asyncio.sleep(0.05)
    await counting.close(10)
    assert [(one.processor, one.reason, one.count) for one in listed] == [("woocommerce", Reason.UNAVAILABLE, 1)]
    assert "WooCommerce does not" in listed[0].likely_cause
