"""Journeys that lose a part of themselves, each with the credit that is right for what is left."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime, timedelta

import pytest

from impl.attribution.versions import ModelVersion
from impl.ingestion.journeys import ROTATE_AFTER, Journeys
from impl.kernel.clock import FixedClock
from tests.attribution.merchant import HOUR
from tests.attribution.shop import DAY, TODAY, Shop
from tests.fixtures.service import correlation, stripe_delivery

pytestmark = pytest.mark.xdist_group("attribution-http")
LINEAR = ModelVersion(model="linear")
FIRST = ModelVersion(model="first_touch")
AT = TODAY - 3 * DAY + 12 * HOUR
START, END = TODAY - 40 * DAY, TODAY + DAY


@pytest.fixture
def switch(owner, shop):
    """Switches journeys of the shop on or off, as its operator does."""

    async def to(state):
        await owner.execute("UPDATE tenants SET journeys_enabled = $2 WHERE id = $1", shop.tenant_id, state)

    return to


@pytest.fixture
def link(app_engine, ring, shop):
    """Hashes of a visitor's key at an instant, by a process that has just started and remembers nothing."""

    async def of(at):
        return await Journeys(app_engine, ring, FixedClock(at)).link(shop.tenant_id, "visitor-7")

    return of


async def touch(shop, name, at, channel, link, session=None):
    await shop.touches((name, at, channel, session or uuid.uuid4(), link.current if link else None, "visit"))


async def sale(shop, name, at, link, session=None, cents=100):
    hashes = {"journey": link.current, "previous": link.previous} if link else {}
    return await shop.event(name, at, cents, session=session, channel="direct", **hashes)


async def credit(shop, version=LINEAR):
    await shop.compute(START, END, version)
    return await shop.credits(version)


async def test_consent_that_ends_mid_way_leaves_the_last_session(shop, switch, link):
    """What was stored while journeys were on stays credited; what comes later is joined by its session alone."""
    await switch(True)
    await touch(shop, "1", AT - 2 * DAY, "email", await link(AT))
    before = await sale(shop, "before", AT - DAY, await link(AT))
    await switch(False)
    session = uuid.uuid4()
    assert await link(AT) is None
    await touch(shop, "2", AT - HOUR, "organic", await link(AT), session)
    after = await sale(shop, "after", AT, await link(AT), session)
    stored = await credit(shop)
    assert stored[before.id] == {"email": 100}
    assert stored[after.id] == {"organic": 100}


async def test_consent_that_begins_mid_way_does_not_reach_back(shop, switch, link):
    session = uuid.uuid4()
    await touch(shop, "1", AT - 2 * HOUR, "email", await link(AT), session)
    await switch(True)
    await touch(shop, "2", AT - HOUR, "organic", await link(AT), session)
    sold = await sale(shop, "s", AT, await link(AT), session)
    assert (await credit(shop))[sold.id] == {"organic": 100}


async def test_a_rotated_key_still_joins_the_journey_and_the_one_before_it_does_not(shop, switch, link):
    await switch(True)
    oldest = await link(AT - 2 * ROTATE_AFTER - DAY)
    await touch(shop, "0", AT - 3 * DAY, "referral", oldest)
    await touch(shop, "1", AT - 2 * DAY, "email", await link(AT - ROTATE_AFTER))
    link_now = await link(AT + timedelta(seconds=1))
    await touch(shop, "2", AT - DAY, "organic", link_now)
    assert oldest.current not in (link_now.current, link_now.previous)
    sold = await sale(shop, "s", AT, link_now)
    assert (await credit(shop))[sold.id] == {"email": 50, "organic": 50}


async def test_two_hundred_newest_touches_count_and_the_first_touch_is_the_oldest_of_all(shop, switch, link):
    await switch(True)
    hashed = await link(AT)
    names = ["email"] * 30 + ["organic", "referral"] * 100
    for number, channel in enumerate(names):
        await touch(shop, f"{number:03}", AT - (len(names) - number) * HOUR, channel, hashed)
    sold = await sale(shop, "s", AT, hashed, cents=1000)
    assert (await credit(shop))[sold.id] == {"organic": 500, "referral": 500}
    assert (await credit(shop, FIRST))[sold.id] == {"email": 1000}


async def test_touches_after_the_conversion_are_not_its_own(shop, switch, link):
    """One of the same instant is; the next sale of the journey is credited by all of them."""
    await switch(True)
    hashed = await link(AT)
    await touch(shop, "1", AT, "email", hashed)
    await touch(shop, "2", AT + timedelta(microseconds=1), "organic", hashed)
    first, second = await sale(shop, "a", AT, hashed), await sale(shop, "b", AT + HOUR, hashed)
    stored = await credit(shop)
    assert stored[first.id] == {"email": 100}
    assert stored[second.id] == {"email": 50, "organic": 50}


@pytest.fixture
async def site(make_merchant, owner, worker_engine, http):
    """Sends touches and sells, over HTTP, as a merchant's site does."""
    merchant = make_merchant()
    shop = Shop(owner, worker_engine, merchant.tenant_id)
    headers = {"X-Skeldir-Tenant-Key": merchant.tenant_key, **correlation()}

    async def send(*touches):
        body = {"touches": [
            {"touch_id": name, "session_id": str(session), "occurred_at": at.isoformat(), "channel": channel}
            for name, session, at, channel in touches
        ]}  # fmt: skip
        answer = await http.post("/api/events", json=body, headers=headers)
        return [one["result"] for one in answer.json()["results"]]

    async def sell(session, at):
        item = {"id": f"ch_{uuid.uuid4().hex}", "amount": 100, "created": int(at.timestamp())}
        delivery = stripe_delivery(merchant, metadata={"skeldir_session_id": str(session)}, **item)
        receipt = (await http.post("/api/webhooks/stripe", **delivery)).json()
        return uuid.UUID(receipt["event_id"])

    async def credited(event_id):
        now = datetime.now(UTC)
        await shop.compute(now - 2 * DAY, now + HOUR, LINEAR)
        return (await shop.credits(LINEAR))[event_id]

    return send, sell, credited


async def test_a_session_that_has_ended_takes_no_more_touches(site):
    """The sale is credited by what the session held; a touch that comes too late for it starts no credit of its own."""
    send, sell, credited = site
    now, session = datetime.now(UTC), uuid.uuid4()
    assert await send(("1", session, now - HOUR, "email")) == ["accepted"]
    assert await send(("2", session, now - timedelta(minutes=20), "organic")) == ["dead"]
    assert await send(("3", uuid.uuid4(), now - timedelta(minutes=10), "referral")) == ["accepted"]
    assert await credited(await sell(session, now)) == {"email": 100}


async def test_a_tag_whose_clock_is_wrong_earns_by_its_own_time_or_nothing(site):
    """Five minutes ahead are believed, so such a touch lies after the sale; more is refused; a clock that is late loses nothing."""
    send, sell, credited = site
    now, session = datetime.now(UTC), uuid.uuid4()
    assert await send(("1", session, now - timedelta(minutes=9), "email")) == ["accepted"]
    assert await send(("2", session, now + timedelta(minutes=4), "organic")) == ["accepted"]
    assert await send(("3", session, now + timedelta(minutes=6), "referral")) == ["dead"]
    assert await credited(await sell(session, now)) == {"email": 100}
