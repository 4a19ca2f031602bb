"""Recomputes over real rows: sales with refunds and two sides, what arrives late, what is closed, and equal digests."""

from __future__ import annotations

import random
import uuid
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from impl.attribution import periods, recompute, report, tasks
from impl.attribution.errors import InvalidParameterError, WindowClosedError
from impl.attribution.versions import ModelVersion
from impl.db.transaction import tenant_transaction
from tests.attribution.shop import DAY, TODAY

LINEAR = ModelVersion(model="linear")
LAST = ModelVersion(model="last_touch")
MARKOV = ModelVersion(model="markov")
SHAPLEY = ModelVersion(model="shapley")
HOUR = timedelta(hours=1)
START, END = TODAY - 40 * DAY, TODAY + DAY


def visit(name, at, channel, session, journey=None, kind="visit"):
    return (name, at, channel, session, journey, kind)


async def two_touches(shop, name="s", *, at=TODAY - 5 * DAY, cents=1001, **options):
    """A sale of `cents` after email and organic in one session."""
    session = uuid.uuid4()
    await shop.touches(
        visit(f"{name}-1", at - 2 * HOUR, "email", session), visit(f"{name}-2", at - HOUR, "organic", session)
    )
    return await shop.event(name, at, cents, session=session, **options)


async def test_a_refund_takes_back_by_the_shares_of_its_sale_on_its_own_day(shop):
    sale = await two_touches(shop)
    refund = await shop.event("r", TODAY - 2 * DAY, -501, kind="refunded", of="s")
    back = await shop.event("b", TODAY - DAY, 501, kind="refunded", of="s", reverses=refund)
    await shop.compute(START, END, LINEAR)
    credit = await shop.credits(LINEAR)
    assert credit[sale.id] == {"email": 501, "organic": 500}
    assert credit[refund.id] == {"email": -251, "organic": -250}
    assert credit[back.id] == {"email": 251, "organic": 250}


async def test_further_captures_take_the_shares_of_the_first(shop):
    sale = await two_touches(shop, cents=100)
    second = await shop.event("s2", sale.at + DAY, 50, of="s", ordinal=2)
    lowered = await shop.event("s3", sale.at + 2 * DAY, -30, of="s", ordinal=3)
    await shop.compute(START, END, LINEAR)
    credit = await shop.credits(LINEAR)
    assert credit[second.id] == {"email": 25, "organic": 25}
    assert credit[lowered.id] == {"email": -15, "organic": -15}
    assert (await shop.job(shop.identity(START, END, LINEAR)))["conversions"] == 1


async def test_a_refund_without_its_sale_is_unknown_until_the_sale_arrives(shop):
    """Whatever window the sale is computed in: the refund's set follows in the same page."""
    refund = await shop.event("r", TODAY - DAY, -100, kind="refunded", of="s")
    await shop.compute(TODAY - DAY, TODAY, LINEAR)
    assert (await shop.credits(LINEAR))[refund.id] == {"unknown": -100}
    await two_touches(shop, cents=100)
    await shop.compute(TODAY - 5 * DAY, TODAY - 4 * DAY, LINEAR)
    assert (await shop.credits(LINEAR))[refund.id] == {"email": -50, "organic": -50}


async def test_a_capture_that_moved_to_its_order_loses_its_credit(shop):
    """The order is the conversion, by the hints of its payment; a refund told by the payment's processor takes the order's shares."""
    at = TODAY - 5 * DAY
    payment = await two_touches(shop, "pay", at=at, cents=100)
    await shop.compute(START, END, LINEAR)
    assert payment.id in await shop.credits(LINEAR)
    order = await shop.event("order", at + HOUR, 100, processor="shopify")
    moved = await shop.event("pay-moved", at, -100, kind="moved", of="pay", reverses=payment)
    await shop.link("order", "pay")
    refund = await shop.event("r", at + DAY, -10, kind="refunded", of="pay")
    await shop.compute(START, END, LINEAR)
    credit = await shop.credits(LINEAR)
    assert set(credit) == {order.id, refund.id}
    assert moved.id not in credit
    assert credit[order.id] == {"email": 50, "organic": 50}
    assert credit[refund.id] == {"email": -5, "organic": -5}


async def test_a_capture_that_moved_away_and_counts_again_is_a_conversion(shop, app_engine):
    """Its second entry has the ordinal 2, and is the first that counts."""
    at = TODAY - 5 * DAY
    payment = await two_touches(shop, "pay", at=at, cents=100)
    await shop.event("moved", at, -100, kind="moved", of="pay", reverses=payment)
    again = await shop.event("again", at, 100, of="pay", ordinal=2, session=payment.session)
    await shop.event("more", at + DAY, 50, of="pay", ordinal=3)
    await shop.compute(START, END, LINEAR)
    assert (await shop.credits(LINEAR))[again.id] == {"email": 50, "organic": 50}
    assert (await shop.job(shop.identity(START, END, LINEAR)))["conversions"] == 1
    async with tenant_transaction(app_engine, shop.tenant_id) as connection:
        result = await report.by_channel(connection, shop.tenant_id, LINEAR, periods.read(None, None, TODAY))
    assert [(one.channel_code, one.conversions, one.shares) for one in result.credits] == [
        ("email", 1, Decimal("0.5")), ("organic", 1, Decimal("0.5"))
    ]  # fmt: skip


async def test_a_conversion_without_a_touch_is_credited_by_its_own_hint(shop, ops_engine):
    hinted = await shop.event("h", TODAY - 3 * DAY, 100, channel="email")
    bare = await shop.event("d", TODAY - 3 * DAY, 100, channel="direct")
    await shop.compute(START, END, LAST)
    rows = await shop.owner.fetch(
        "SELECT event_id, confidence_score, touch_count FROM attribution_allocations WHERE tenant_id = $1",
        shop.tenant_id,
    )
    assert {row["event_id"]: (float(row["confidence_score"]), row["touch_count"]) for row in rows} == {
        hinted.id: (0.5, 0),
        bare.id: (0.0, 0),
    }


async def test_a_correction_is_the_newest_word_about_an_events_own_channel(shop, ops_engine):
    from sqlalchemy import text

    sale = await shop.event("h", TODAY - 3 * DAY, 100, channel="unknown")
    for channel in ("email", "organic"):
        async with ops_engine.begin() as connection:
            statement = text("SELECT ops.correct_channel(:tenant, :event, :channel, 'the campaign was mapped late')")
            values = {"tenant": shop.tenant_id, "event": sale.id, "channel": channel}
            assert await connection.scalar(statement, values) in {"unknown", "email"}
    await tasks.mark_changes(shop.engine)
    marks = await shop.owner.fetch(
        "SELECT model_type, day, is_due FROM attribution_day_marks WHERE tenant_id = $1", shop.tenant_id
    )
    assert [tuple(mark) for mark in marks] == [("last_touch", sale.at.date(), True)]
    await shop.compute(START, END, LAST)
    assert (await shop.credits(LAST))[sale.id] == {"organic": 100}


async def test_a_closed_day_stays_and_a_late_conversion_of_it_is_credited_once_by_its_own_hint(shop):
    """Its set is then as fixed as the others; a refund of today takes the stored shares."""
    day = TODAY - 100 * DAY
    late = await two_touches(shop, "late", at=day + 12 * HOUR, cents=100, channel="referral")
    await shop.compute(day, day + DAY, LINEAR)
    assert (await shop.credits(LINEAR))[late.id] == {"referral": 100}
    await shop.owner.execute(
        "UPDATE attribution_allocations SET channel_code = 'email' WHERE tenant_id = $1", shop.tenant_id
    )
    refund = await shop.event("r", TODAY - DAY, -40, kind="refunded", of="late")
    nobody = await shop.event("n", TODAY - DAY, -40, kind="refunded", of="never computed")
    await shop.compute(day, day + DAY, LINEAR)
    await shop.compute(START, END, LINEAR)
    credit = await shop.credits(LINEAR)
    assert credit[late.id] == {"email": 100}
    assert credit[refund.id] == {"email": -40}
    assert credit[nobody.id] == {"unknown": -40}


@pytest.mark.promise("P085")
def test_windows_are_normalised_to_utc_and_checked():
    now = datetime(2026, 11, 30, 12, tzinfo=UTC)
    tokyo = datetime.fromisoformat("2026-11-02T09:00:00+09:00")
    assert recompute.window(tokyo, tokyo + DAY, now).start == datetime(2026, 11, 2, tzinfo=UTC)
    with pytest.raises(InvalidParameterError, match="UTC offset"):
        recompute.window(tokyo.replace(tzinfo=None), tokyo, now)
    with pytest.raises(InvalidParameterError, match="end after it starts"):
        recompute.window(tokyo, tokyo, now)
    with pytest.raises(InvalidParameterError, match="92 days"):
        recompute.window(tokyo, tokyo + 93 * DAY, now)
    with pytest.raises(WindowClosedError):
        recompute.window(now - 90 * DAY - timedelta(seconds=1), now, now)
    assert recompute.window(now - 90 * DAY, now, now).start == now - 90 * DAY


@pytest.mark.promise("P067")
async def test_the_same_identity_is_the_same_job_and_runs_again(shop):
    await two_touches(shop)
    first = await shop.compute(START, END, LINEAR)
    before = await shop.job(shop.identity(START, END, LINEAR))
    assert await shop.compute(START, END, LINEAR) == first
    after = await shop.job(shop.identity(START, END, LINEAR))
    assert (after["id"], after["run_count"]) == (before["id"], before["run_count"] + 1)
    count = "SELECT count(*) FROM attribution_recompute_jobs WHERE tenant_id = $1"
    assert await shop.owner.fetchval(count, shop.tenant_id) == 1


async def story(shop, *, seed, size):
    """Sales of some customers with touches, refunds and further captures. The rows in any order, the same every time."""
    chance = random.Random(5)
    todo = []
    for number in range(size):
        journey = random.Random(number % (size // 3)).randbytes(32)
        at = TODAY - chance.randrange(1, 30) * DAY + timedelta(seconds=chance.randrange(86_000))
        for place in range(chance.randrange(5)):
            back = timedelta(seconds=chance.randrange(6 * 86_400))
            session = uuid.UUID(int=chance.getrandbits(128))
            row = visit(
                f"{number}-{place}",
                at - back,
                chance.choice(["email", "organic", "direct", "referral"]),
                session,
                journey,
            )
            todo.append(lambda row=row: shop.touches(row))
        if chance.random() < 0.6:
            cents = chance.randrange(1, 10_000)
            todo.append(lambda n=f"s{number}", at=at, c=cents, j=journey: shop.event(n, at, c, journey=j))
            if chance.random() < 0.3:
                later = at + timedelta(hours=chance.randrange(200))
                todo.append(
                    lambda n=number, at=later, c=cents: shop.event(
                        f"r{n}", at, -max(1, c // 3), kind="refunded", of=f"s{n}"
                    )
                )
    random.Random(seed).shuffle(todo)
    for one in todo:
        await one()


@pytest.mark.promise("P084", "P092", "Q20")
@pytest.mark.parametrize("version", [LINEAR, MARKOV, SHAPLEY], ids=lambda version: version.model)
async def test_windows_orders_and_databases_do_not_show(make_shop, version):
    """One window, days, odd windows backwards, and another database fed in another order: equal digests, and Σ = effect."""
    one, other = await make_shop(seed=1), await make_shop(seed=2)
    await story(one, seed=1, size=60)
    await story(other, seed=2, size=60)
    whole = await one.compute(START, END, version)
    count = "SELECT count(*), min(created_at), max(created_at) FROM attribution_allocations WHERE tenant_id = $1"
    before = await one.owner.fetchrow(count, one.tenant_id)
    days = [TODAY - DAY * back for back in range(40, -2, -1)]
    for day in days[:-1]:
        await one.compute(day, day + DAY, version)
    assert await one.owner.fetchrow(count, one.tenant_id) == before, "a set that does not differ was written again"
    for start in (TODAY - 13 * DAY, TODAY - 27 * DAY, TODAY - 41 * DAY):
        await other.compute(start + 3 * HOUR, start + 14 * DAY + 3 * HOUR, version)
    assert await one.digest(START, END, version) == whole == await other.digest(START, END, version)
    sums = await one.owner.fetch(
        "SELECT e.effect_cents, sum(a.allocated_revenue_cents) FROM attribution_events e JOIN attribution_allocations a"
        " ON a.tenant_id = e.tenant_id AND a.event_id = e.id WHERE e.tenant_id = $1 AND a.model_type = $2 GROUP BY e.id, e.effect_cents",
        one.tenant_id, version.model,
    )  # fmt: skip
    assert len(sums) > 30
    assert all(effect == credited for effect, credited in sums)


async def test_a_job_yields_after_its_turn_and_its_continuation_ends_it(shop, monkeypatch):
    monkeypatch.setattr(tasks, "TURN_SECONDS", 0.0)
    monkeypatch.setattr(recompute.pages, "SIZE", 2)
    for number in range(5):
        await shop.event(f"s{number}", TODAY - DAY + number * HOUR, 100)
    identity = shop.identity(START, END, LAST)
    async with tasks.transactions.of_tenant(shop.work()) as connection:
        await recompute.request(connection, identity, uuid.uuid4())
    after, turns = None, 0
    while True:
        await tasks._recompute(shop.work(), identity, after)
        row = await shop.job(identity)
        turns += 1
        if row["status"] == "succeeded":
            break
        after = recompute.Place(row["continue_after_at"], row["continue_after_id"])
    assert (turns, row["conversions"], row["continue_after_at"]) == (3, 5, None)
