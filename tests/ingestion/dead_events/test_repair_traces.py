"""The trace of a repaired event says who gave which amount for what the processor sent, for as long as the entry stands."""

import json
from datetime import datetime, timedelta
from random import Random
from uuid import UUID

import pytest

from impl.attribution import presentation
from impl.attribution import trace as traces
from impl.db.transaction import tenant_transaction
from tests.ingestion.dead_events.steps import retry, state
from tests.ingestion.dead_events.test_currency import disputed, names, paid, refunded


@pytest.fixture
def trace(app_engine):
    """The trace of an event as the API shows it, without the values that are absent."""

    async def get(site, event_id):
        async with tenant_transaction(app_engine, site.tenant_id) as connection:
            rows = await traces.of_event(connection, site.tenant_id, event_id)
        return json.loads(presentation.to_api_trace(site.tenant_id, rows).model_dump_json(exclude_none=True))

    return get


async def dead_rows(owner, site):
    return await owner.fetch("SELECT * FROM dead_events WHERE tenant_id = $1", site.tenant_id)


@pytest.mark.parametrize("seed", range(6))
async def test_whatever_is_repaired_its_trace_shows_the_repair_and_its_entries(
    staffed, owner, deliver, work_off, trace, seed
):
    """Refunds and disputes in euros, before their payment (counted and taken back) and after it, with any amount in dollars."""
    random = Random(seed)
    payment, id_ = names()
    told = [random.randrange(1, 2_000) for _ in range(random.randrange(1, 5))]
    bodies = [random.choice((refunded, disputed))(payment, f"{id_}{n}", cents=cents) for n, cents in enumerate(told)]
    place = random.randrange(len(bodies) + 1)
    bodies.insert(place, paid(payment))
    receipts = [await deliver(staffed, body) for body in bodies]
    rows, given = await dead_rows(owner, staffed), {}
    for row in random.sample(rows, k=len(rows)):
        given[row["id"]] = random.randrange(1, 1_500)
        answer = await retry(staffed, row["id"], amount_cents=given[row["id"]], currency="USD")
        assert answer.status_code == 202
    await work_off(staffed.tenant_id)
    assert sorted(row["amount_cents"] for row in rows) == sorted(told)
    for dead in [await state(owner, row["id"]) for row in rows]:
        body = await trace(staffed, dead["resolved_event_id"])
        at = datetime.fromisoformat(body["repair"].pop("repaired_at"))
        assert timedelta() <= at - dead["repaired_at"] < timedelta(minutes=1)
        assert body["repair"] == {
            "dead_event_id": str(dead["id"]),
            "processor_amount_cents": dead["amount_cents"],
            "processor_currency": "EUR",
            "repaired_by": str(dead["repaired_by"]),
        }
        assert [(one["effect_cents"], one["currency"]) for one in body["entries"]] == [(-given[dead["id"]], "USD")]
        assert body["event"]["effect_cents"] == -given[dead["id"]]
    assert "repair" not in await trace(staffed, receipts[place].event_id)


async def test_the_trace_outlives_the_dead_event(staffed, owner, deliver, work_off, trace):
    """Dead events go thirty days after they were resolved; the audit and the event stay."""
    payment, id_ = names()
    await deliver(staffed, paid(payment))
    dead = (await deliver(staffed, refunded(payment, id_))).dead_event_id
    await retry(staffed, dead, amount_cents=1_310, currency="USD")
    await work_off(staffed.tenant_id)
    before = await state(owner, dead)
    await owner.execute("DELETE FROM dead_events WHERE id = $1", dead)
    shown = (await trace(staffed, before["resolved_event_id"]))["repair"]
    assert (UUID(shown["dead_event_id"]), UUID(shown["repaired_by"])) == (dead, before["repaired_by"])
