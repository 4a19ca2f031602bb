"""Deliveries that are recorded together, on real PostgreSQL: apart by tenant, once each, and none fails its neighbours."""

import asyncio
import dataclasses
import json
from dataclasses import dataclass, field

import asyncpg
import pytest
import sqlalchemy.event
from sqlalchemy.exc import DBAPIError

from impl.db import bootstrap, direct, outage
from impl.db import engine as engines
from impl.ingestion.deliveries import record
from impl.ingestion.deliveries.delivery import Outcome
from impl.platforms.stripe import samples
from impl.telemetry import metrics
from tests.ingestion.deliveries.test_receive import counts


def sale(number, **event):
    item = {"id": f"ch_{number}", "payment_intent": f"pi_{number}"}
    return json.dumps(samples.load("charge.succeeded", event={"id": f"evt_{number}"} | event, item=item)).encode()


def refund(number, total):
    item = {"id": f"ch_{number}", "payment_intent": f"pi_{number}", "amount_refunded": total}
    return json.dumps(samples.load("charge.refunded", event={"id": f"evt_{number}_{total}"}, item=item)).encode()


KILL = """
    SELECT pg_terminate_backend(pid) FROM pg_stat_activity
    WHERE application_name = 'lonely' AND datname = current_database() AND wait_event_type = 'Lock'
"""
IS_AWAITED = """
    SELECT EXISTS (SELECT FROM pg_locks l JOIN pg_database d ON d.oid = l.database
                    WHERE d.datname = current_database() AND l.locktype = 'advisory' AND NOT l.granted)
"""


@dataclass
class Trips:
    """Round trips that recorded facts."""

    together: list = field(default_factory=list)
    """How many facts went with each."""
    alone: int = 0
    dead: int = 0


@pytest.fixture
def trips(monkeypatch):
    made = Trips()

    async def fetch(engine, statement, *values):
        if "record_facts($1)" in statement:
            made.together.append(len(json.loads(values[0])))
        made.alone += "record_facts($1, waits => true)" in statement
        made.dead += "record_rejection(" in statement
        return await real(engine, statement, *values)

    real = direct.fetch
    monkeypatch.setattr(direct, "fetch", fetch)
    return made


@pytest.fixture
async def shops(make_shop):
    """Two tenants whose deliveries one process receives."""
    mine, other = await make_shop(), await make_shop()
    return mine, dataclasses.replace(other, receiver=mine.receiver)


async def deliver(*pairs):
    """All at the same moment; the secrets and terms of both shops are known before."""
    for shop in {id(shop): shop for shop, _ in pairs}.values():
        await shop.receiver.secrets.valid(shop.tenant_id, "stripe")
        await shop.receiver.terms.of(shop.tenant_id)
    return await asyncio.gather(*(shop.deliver(body) for shop, body in pairs), return_exceptions=True)


async def test_two_tenants_in_one_batch_keep_apart(shops, owner, trips):
    """The same keys for both: an event, an entry and a delivery each, and nothing of the other's."""
    mine, other = shops
    receipts = await deliver(*((shop, sale(number)) for number in range(5) for shop in shops))
    assert (trips.together, trips.alone) == ([10], 0)
    assert {receipt.outcome for receipt in receipts} == {Outcome.ACCEPTED}
    for shop, found in ((mine, receipts[::2]), (other, receipts[1::2])):
        assert {receipt.tenant_id for receipt in found} == {shop.tenant_id}
        events = await owner.fetch("SELECT id FROM attribution_events WHERE tenant_id = $1", shop.tenant_id)
        assert {event["id"] for event in events} == {receipt.event_id for receipt in found}
        assert await counts(owner, shop) == {
            "webhook_deliveries": 5,
            "attribution_events": 5,
            "revenue_ledger": 5,
            "dead_events": 0,
        }


async def test_what_cannot_become_an_event_dies_in_one_round_trip_and_tenants_keep_apart(shops, owner, trips):
    """The same broken deliveries to both, some of them at once and some again: a dead event each, kept for its tenant."""
    broken = [json.dumps({"id": f"evt_{number}", "type": "charge.succeeded"}).encode() for number in range(3)]
    engine, began = shops[0].receiver.engine.sync_engine, []
    note = began.append
    await deliver(*((shop, sale(1)) for shop in shops))
    sqlalchemy.event.listen(engine, "begin", note)
    receipts = await deliver(*((shop, body) for body in broken for shop in shops))
    assert (len(began), trips.dead) == (0, 6)
    sqlalchemy.event.remove(engine, "begin", note)
    assert {receipt.outcome for receipt in receipts} == {Outcome.DEAD}
    assert len({receipt.dead_event_id for receipt in receipts}) == 6
    again = await deliver(*((shop, body) for body in broken for shop in shops))
    assert [receipt.dead_event_id for receipt in again] == [receipt.dead_event_id for receipt in receipts]
    for shop in shops:
        assert await counts(owner, shop) == {
            "webhook_deliveries": 7,
            "attribution_events": 1,
            "revenue_ledger": 1,
            "dead_events": 3,
        }


async def test_an_unknown_origin_is_counted_once_for_each_delivery(shops):
    payload = json.loads(sale(1))
    payload["data"]["object"]["metadata"] = {"utm_source": "nobody", "utm_medium": "knows"}
    before = metrics.CHANNELS_UNMAPPED._value.get()
    await deliver((shops[0], json.dumps(payload).encode()))
    assert metrics.CHANNELS_UNMAPPED._value.get() == before + 1


async def test_repetitions_in_one_batch_are_one_event(shops, owner, trips):
    shop = shops[0]
    receipts = await deliver(*[(shop, sale(1))] * 12, (shop, sale(2)))
    assert (trips.together, trips.alone) == ([13], 0)
    outcomes = [receipt.outcome for receipt in receipts]
    assert (outcomes.count(Outcome.ACCEPTED), outcomes.count(Outcome.DUPLICATE)) == (2, 11)
    assert len({receipt.event_id for receipt in receipts}) == 2
    found = await counts(owner, shop)
    assert (found["webhook_deliveries"], found["attribution_events"], found["revenue_ledger"]) == (13, 2, 2)


async def test_one_bad_member_fails_nobody_else(shops, owner, trips, monkeypatch):
    """The database refuses the whole batch; then each is recorded alone, and only the bad one is refused again."""
    shop = shops[0]
    monkeypatch.setattr(record.channels, "resolve", lambda hints: "no such channel" if hints.utm_campaign else "direct")
    bad = json.loads(sale("bad"))
    good = [json.loads(sale(number)) for number in range(4)]
    for payload in good:
        payload["data"]["object"]["metadata"] = {}
    bodies = [json.dumps(payload).encode() for payload in (*good[:2], bad, *good[2:])]
    receipts = await deliver(*((shop, body) for body in bodies))
    assert (trips.together, trips.alone) == ([5], 5)
    assert isinstance(receipts.pop(2), DBAPIError)
    assert {receipt.outcome for receipt in receipts} == {Outcome.ACCEPTED}
    found = await counts(owner, shop)
    assert (found["webhook_deliveries"], found["attribution_events"], found["revenue_ledger"]) == (4, 4, 4)


async def test_a_batch_is_all_or_nothing(shops, owner, database):
    """Without the second chance nothing of a batch with one bad member is there."""
    mine, other = shops
    app = await bootstrap.connect(database.url("app_user"))
    rows = [await row_of(mine, sale(1)), await row_of(other, sale(1))]
    rows[1]["facts"][0]["channel_code"] = "no such channel"
    with pytest.raises(asyncpg.ForeignKeyViolationError):
        await app.fetch("SELECT * FROM record_facts($1)", json.dumps(rows, default=str))
    await app.close()
    for shop in shops:
        assert sum((await counts(owner, shop)).values()) == 0


async def test_a_batch_leaves_no_tenant_bound(shops, database):
    app = await bootstrap.connect(database.url("app_user"))
    await app.fetch("SELECT * FROM record_facts($1)", json.dumps([await row_of(shops[0], sale(1))], default=str))
    assert await app.fetchval("SELECT count(*) FROM attribution_events") == 0
    await app.close()


async def test_a_payment_that_another_process_is_at_keeps_no_batch_waiting(shops, owner, database):
    shop = shops[0]
    row = await row_of(shop, sale(1))
    async with elsewhere(database, row["lock_keys"][0]) as release:
        held = asyncio.create_task(shop.deliver(sale(1)))
        assert (await shop.deliver(sale(2))).outcome is Outcome.ACCEPTED
        while not await owner.fetchval(IS_AWAITED):
            await asyncio.sleep(0.01)
        assert not held.done()
        await release()
        assert (await held).outcome is Outcome.ACCEPTED


async def test_a_sale_and_its_refunds_at_once_settle(shops, owner):
    """Each waits for its turn: the batch holds one fact of a payment, and later ones know what was recorded."""
    shop = shops[0]
    bodies = [body for number in range(4) for body in (refund(number, 5000), sale(number), refund(number, 3000))]
    receipts = await deliver(*((shop, body) for body in bodies * 3))
    assert {receipt.outcome for receipt in receipts} == {Outcome.ACCEPTED, Outcome.DUPLICATE}
    rows = await owner.fetch("SELECT net_amount_cents FROM revenue_ledger_current WHERE tenant_id = $1", shop.tenant_id)
    assert [row["net_amount_cents"] for row in rows] == [12999 - 5000] * 4


async def test_who_hangs_up_leaves_its_batch_alone(shops, owner, trips):
    shop = shops[0]
    await shop.receiver.secrets.valid(shop.tenant_id, "stripe")
    tasks = [asyncio.create_task(shop.deliver(sale(number))) for number in range(10)]
    while not trips.together:
        await asyncio.sleep(0)
    for task in tasks[::2]:
        task.cancel()
    answers = await asyncio.gather(*tasks, return_exceptions=True)
    assert {answer.outcome for answer in answers[1::2]} == {Outcome.ACCEPTED}
    assert (await counts(owner, shop))["attribution_events"] in range(5, 11)
    again = await deliver(*((shop, sale(number)) for number in range(10)))
    assert len({receipt.event_id for receipt in again}) == 10
    assert (await counts(owner, shop))["attribution_events"] == 10


async def test_a_database_that_goes_away_in_the_middle_of_a_batch_is_an_outage_for_each_of_it(shops, owner, database):
    """The events are written and their channel is being checked when the connection ends: nothing is kept of them."""
    lonely = engines.create(database.url("app_user"), application_name="lonely", pool_size=6)
    receiver = dataclasses.replace(shops[0].receiver, engine=lonely, facts=record.facts(lonely))
    shop = dataclasses.replace(shops[0], receiver=receiver)
    admin = await bootstrap.connect(database.url())
    async with owner.transaction():
        await owner.execute("SELECT FROM channel_taxonomy WHERE code = 'google_search_paid' FOR UPDATE")
        lost = asyncio.create_task(deliver(*((shop, sale(number)) for number in range(20))))
        while not await admin.fetch(KILL):
            await asyncio.sleep(0.01)
        answers = await lost
    assert all(outage.is_outage(answer) for answer in answers), answers
    assert sum((await counts(owner, shop)).values()) == 0
    again = await deliver(*((shop, sale(number)) for number in range(20)))
    assert {receipt.outcome for receipt in again} == {Outcome.ACCEPTED}
    assert (await counts(owner, shop))["revenue_ledger"] == 20
    await admin.close()
    await lonely.dispose()


async def row_of(shop, body):
    """The row that would record `body`."""
    kept = []

    class Keeping:
        async def put(self, fact):
            kept.append(fact)
            return {"event_id": shop.tenant_id, "is_new": True}

    receiver = dataclasses.replace(shop.receiver, facts=Keeping())
    await dataclasses.replace(shop, receiver=receiver).deliver(body)
    return json.loads(kept[0].text)


class elsewhere:  # noqa: N801 - used like a function
    """Another process that is at a payment, until it is released."""

    def __init__(self, database, lock):
        self.database, self.lock = database, lock

    async def __aenter__(self):
        self.connection = await bootstrap.connect(self.database.url("app_user"))
        await self.connection.execute(f"BEGIN; SELECT pg_advisory_xact_lock({self.lock})")
        return self.release

    async def release(self):
        await self.connection.execute("COMMIT")

    async def __aexit__(self, *_):
        await self.connection.close()


async def test_what_is_stuck_in_the_database_holds_up_its_own_tenant_only(make_shop, database):
    """A row of one tenant is locked; deliveries of another that came in the same moment are recorded meanwhile."""
    stuck, other = await make_shop(), await make_shop()
    other = dataclasses.replace(other, receiver=stuck.receiver)
    holder = await bootstrap.connect(database.url())
    try:
        await holder.execute("BEGIN")
        await holder.execute("SELECT FROM tenants WHERE id = $1 FOR UPDATE", stuck.tenant_id)
        waiting = [asyncio.create_task(stuck.deliver(sale(f"stuck{number}"))) for number in range(8)]
        await asyncio.sleep(0.1)
        receipts = await asyncio.wait_for(asyncio.gather(*(other.deliver(sale(f"free{n}")) for n in range(3))), 5)
        assert {one.outcome for one in receipts} == {Outcome.ACCEPTED}
        assert not any(one.done() for one in waiting)
        await holder.execute("COMMIT")
        assert {one.outcome for one in await asyncio.gather(*waiting)} == {Outcome.ACCEPTED}
    finally:
        await holder.close()
