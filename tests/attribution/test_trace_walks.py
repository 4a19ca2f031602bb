"""From any figure down to the touch, entry, delivery, verification and claim behind it, and from each of these back up."""

from __future__ import annotations

import random
import uuid
from datetime import datetime, timedelta

import pytest

from tests.attribution.merchant import HOUR, get, recompute
from tests.attribution.shop import DAY, TODAY, Shop
from tests.fixtures.service import log_in

pytestmark = pytest.mark.xdist_group("attribution-http")
CODES = ["email", "organic", "direct", "referral", "facebook_paid"]
MODELS = ["last_touch", "linear", "time_decay", "position_based", "markov", "shapley"]
WALKS = 12


@pytest.fixture
async def story(owner, worker_engine, make_merchant, http):
    """A merchant with random sales, refunds and touches; some with a delivery, confirmed, or on a day that a platform claims."""
    made = make_merchant()
    shop = Shop(owner, worker_engine, made.tenant_id)
    chance = random.Random(23)
    run = uuid.uuid4()
    await owner.execute(
        "INSERT INTO reconciliation_runs (tenant_id, id, state, platforms, period_start, period_end)"
        " VALUES ($1, $2, 'completed', '{stripe}', now() - interval '1 day', now())", shop.tenant_id, run,
    )  # fmt: skip
    facts = {"deliveries": {}, "verified": set(), "claimed": set(), "touches": {}, "entries": {}}
    for number in range(40):
        at = TODAY - chance.randrange(1, 15) * DAY + timedelta(seconds=chance.randrange(40_000, 80_000))
        session = uuid.uuid4()
        for place in range(chance.randrange(5)):
            name, channel = f"{number}-{place}", chance.choice(CODES)
            before = at - timedelta(minutes=chance.randrange(1, 9000))
            await shop.touches((name, before, channel, session, None, "visit"))
            facts["touches"][name] = (channel, before)
        sales = [
            await shop.event(f"s{number}", at, chance.randrange(1, 5000), session=session, channel=chance.choice(CODES))
        ]
        if chance.random() < 0.3:
            sales.append(
                await shop.event(f"r{number}", at + HOUR, -chance.randrange(1, 50), kind="refunded", of=f"s{number}")
            )
        for sale in sales:
            facts["entries"][str(sale.entry_id)] = sale
            if chance.random() < 0.5:
                await owner.execute(
                    "INSERT INTO ledger_verifications (tenant_id, entry_id, run_id, processor_amount_cents) VALUES ($1, $2, $3, $4)",
                    shop.tenant_id, sale.entry_id, run, abs(sale.cents),
                )  # fmt: skip
                facts["verified"].add(str(sale.id))
        if chance.random() < 0.3 and at.date() not in facts["claimed"]:
            facts["claimed"].add(at.date())
            await owner.execute(
                "INSERT INTO platform_claims (tenant_id, platform, platform_account_id, channel_code, claimed_on, currency,"
                " claimed_cents, conversions, spend_cents, run_id) VALUES ($1, 'meta_ads', 'x', 'facebook_paid', $2, 'USD', 777, 1, 0, $3)",
                shop.tenant_id, at.date(), run,
            )  # fmt: skip
    return shop, await log_in(http, made), facts


def period(first, last):
    return {"start_date": first.isoformat(), "end_date": last.isoformat()}


async def down(http, headers, facts, model, chance):
    """A figure of a random period → its rows → the trace of one → everything the trace names."""
    first = (TODAY - chance.randrange(8, 16) * DAY).date()
    dates = period(first, first + timedelta(days=chance.randrange(3, 14)))
    body = await get(http, headers, "channels", model=model, **dates)
    if not body["channels"]:
        return None
    figure = chance.choice(body["channels"])
    (code,) = [one for one in figure["channel_codes"] if one]
    rows = (
        await get(http, headers, "conversions", model=model, channel_code=code, currency="USD", limit=100, **dates)
    )["items"]
    assert sum(row["allocated_revenue_cents"] for row in rows) == figure["revenue_cents"]
    assert sum(row["is_conversion"] for row in rows) == figure["conversion_count"]
    row = chance.choice(rows)
    trace = await get(http, headers, f"events/{row['event_id']}/trace", model=model)
    own = [one for one in trace["credits"] if one["model"] == model]
    (credit,) = [one for one in own if one["allocation_id"] == row["allocation_id"]]
    assert (credit["channel_code"], credit["allocated_revenue_cents"]) == (code, row["allocated_revenue_cents"])
    assert sum(one["allocated_revenue_cents"] for one in own) == trace["event"]["effect_cents"] == row["effect_cents"]
    (entry,) = trace["entries"]
    sale = facts["entries"][entry["entry_id"]]
    assert (str(sale.id), sale.cents) == (row["event_id"], entry["effect_cents"])
    assert entry["is_verified"] == ("verification" in trace) == (row["event_id"] in facts["verified"])
    assert [one["claimed_cents"] for one in trace["claims"]] == [777] * (sale.at.date() in facts["claimed"])
    for touch in credit["touches"]:
        channel, at = facts["touches"][touch["touch_id"]]
        assert channel == code == touch["channel_code"]
        assert at <= sale.at
    if sale.cents > 0:
        assert bool(credit["touches"]) == bool(row["touch_count"])
    return trace


async def up(http, headers, facts, model, trace):
    """From each touch and entry of a trace to the row that lists it, and to the figure of its day that holds it."""
    event, dates = trace["event"], period(*[_day(trace["event"]["occurred_at"])] * 2)
    rows = (await get(http, headers, "conversions", model=model, limit=100, **dates))["items"]
    listed = {row["allocation_id"]: row for row in rows if row["event_id"] == event["event_id"]}
    credits_ = {one["allocation_id"]: one for one in trace["credits"] if one["model"] == model}
    assert listed.keys() == credits_.keys()
    body = await get(http, headers, "channels", model=model, **dates)
    figures = {code: one for one in body["channels"] for code in one["channel_codes"]}
    for credit in credits_.values():
        same = [row["allocated_revenue_cents"] for row in rows if row["channel_code"] == credit["channel_code"]]
        assert figures[credit["channel_code"]]["revenue_cents"] == sum(same)
        assert credit["allocated_revenue_cents"] in same


def _day(text):
    return datetime.fromisoformat(text).date()


@pytest.mark.parametrize("model", MODELS)
async def test_random_figures_both_ways(story, http, model):
    """Computed on demand and then stored: the same walks end at the same rows."""
    shop, headers, facts = story
    walks = []
    for _ in range(2):
        chance = random.Random(model)
        traces = [await down(http, headers, facts, model, chance) for _ in range(WALKS // 2)]
        for trace in filter(None, traces):
            await up(http, headers, facts, model, trace)
        walks.append([trace and sorted((one["allocation_id"], one["allocated_revenue_cents"]) for one in trace["credits"] if one["model"] == model) for trace in traces])  # fmt: skip
        window = {"window_start": (TODAY - 20 * DAY).isoformat(), "window_end": (TODAY + DAY).isoformat()}
        await recompute(http, shop, headers, model=model, **window)
    assert walks[0] == walks[1]
    assert any(walks[0])


async def test_every_touch_that_earned_leads_to_its_sale(story, http):
    """Under linear each touch within the look-back earns, unless it repeats its channel: no credit without a touch, none lost."""
    _, headers, facts = story
    dates = period((TODAY - 20 * DAY).date(), TODAY.date())
    rows, cursor = [], {}
    while True:
        body = await get(http, headers, "conversions", model="linear", limit=100, **dates, **cursor)
        rows += [row for row in body["items"] if row["is_conversion"]]
        if not body["page"]["has_more"]:
            break
        cursor = {"cursor": body["page"]["next_cursor"]}
    events = sorted({row["event_id"] for row in rows})
    seen = {}
    for event_id in events:
        trace = await get(http, headers, f"events/{event_id}/trace", model="linear")
        for credit in trace["credits"]:
            for touch in credit["touches"]:
                assert touch["touch_id"] not in seen, "a touch earned in two sessions"
                seen[touch["touch_id"]] = (event_id, credit["allocation_ratio"] / len(credit["touches"]))
    earned = {}
    for event_id, part in seen.values():
        earned[event_id] = earned.get(event_id, 0) + part
    assert earned == pytest.approx(dict.fromkeys(earned, 1.0))
    assert len(seen) > 50
    assert set(seen) <= set(facts["touches"])
