"""One tenant's dead events take up a bounded part of a disk that all share, and all of them are counted (red team A7)."""

import json
import uuid

import structlog

from impl.jobs import upkeep
from impl.jobs.kinds import Work
from impl.platforms.stripe import samples
from impl.telemetry import metrics

USED = (
    "INSERT INTO dead_event_usage (tenant_id, day, events, payloads, payload_bytes)"
    " VALUES ($1, (now() AT TIME ZONE 'UTC')::date, $2, $3, $4)"
)
PAYLOADS, BYTES, ROWS = 5_000, 32 * 1024 * 1024, 10_000


def broken(number: int) -> bytes:
    """A delivery that nobody can read, another one for each number."""
    payload = samples.load("charge.succeeded", item={"amount": "1.00"})
    return json.dumps(payload | {"id": f"evt_{number}"}).encode()


async def rows(owner, tenant_id):
    return await owner.fetch(
        "SELECT * FROM dead_events WHERE tenant_id = $1 ORDER BY ingested_at, created_at", tenant_id
    )


async def usage(owner, tenant_id):
    return dict(await owner.fetchrow("SELECT * FROM dead_event_usage WHERE tenant_id = $1", tenant_id))


async def test_beyond_the_budget_of_payloads_the_row_stays_and_the_payload_does_not(shop, make_shop, owner):
    await owner.execute(USED, shop.tenant_id, 10, PAYLOADS - 1, 0)
    for number in range(3):
        assert (await shop.deliver(broken(number))).outcome.value == "dead"
    kept = await rows(owner, shop.tenant_id)
    assert [row["payload_sealed"] is not None for row in kept] == [True, False, False]
    assert [json.loads(row["error_detail"]).get("is_over_budget", False) for row in kept] == [False, True, True]
    assert {row["error_code"] for row in kept} == {"malformed_value"}
    used = await usage(owner, shop.tenant_id)
    assert (used["events"], used["payloads"], used["payloads_dropped"]) == (13, PAYLOADS, 2)
    neighbour = await make_shop()
    await neighbour.deliver(broken(1))
    assert [row["payload_sealed"] is not None for row in await rows(owner, neighbour.tenant_id)] == [True]


async def test_the_budget_of_bytes_is_never_exceeded(shop, owner):
    await owner.execute(USED, shop.tenant_id, 10, 10, BYTES - 100)
    await shop.deliver(broken(1))
    assert [row["payload_sealed"] for row in await rows(owner, shop.tenant_id)] == [None]
    assert (await usage(owner, shop.tenant_id))["payload_bytes"] == BYTES - 100


async def test_a_repetition_uses_up_nothing(shop, owner):
    for _ in range(3):
        await shop.deliver(broken(1))
    used = await usage(owner, shop.tenant_id)
    assert (used["events"], used["payloads"]) == (1, 1)
    assert 0 < used["payload_bytes"] < len(broken(1))


async def test_beyond_the_budget_of_rows_one_row_counts_the_rest_of_the_hour(shop, owner):
    await owner.execute(USED, shop.tenant_id, ROWS - 1, 0, 0)
    receipts = [await shop.deliver(broken(number)) for number in range(4)]
    first, many = sorted(await rows(owner, shop.tenant_id), key=lambda row: row["occurrences"])
    assert (first["occurrences"], many["occurrences"], many["payload_sealed"]) == (1, 3, None)
    assert [one.dead_event_id for one in receipts] == [first["id"], *[many["id"]] * 3]
    assert (many["error_code"], many["source"], many["object_number"]) == ("malformed_value", "stripe", None)
    assert "evt_" not in str(dict(many))
    deliveries = "SELECT count(*) FROM webhook_deliveries WHERE tenant_id = $1 AND outcome = 'dead'"
    assert await owner.fetchval(deliveries, shop.tenant_id) == 4
    assert (await usage(owner, shop.tenant_id))["events_aggregated"] == 3


async def test_touches_have_the_same_budget_and_each_learns_where_it_is_counted(staffed, owner):
    site = staffed
    await owner.execute(USED, site.tenant_id, ROWS - 1, 0, 0)
    sent = await site.send(*(site.touch(touch_id=f"t-{number}", kind="glance") for number in range(5)))
    results = sent.json()["results"]
    kept = sorted(await rows(owner, site.tenant_id), key=lambda row: row["occurrences"])
    assert [row["occurrences"] for row in kept] == [1, 4]
    assert {one["result"] for one in results} == {"dead"}
    assert sorted(one["dead_event_id"] for one in results) == sorted([str(kept[0]["id"]), *[str(kept[1]["id"])] * 4])
    listed = (await site.ask("GET", "/api/events/dead")).json()["items"]
    assert {(one["occurrences"], one["is_over_budget"], one["is_redacted"]) for one in listed} == {
        (1, False, False),
        (4, True, True),
    }


async def test_a_tenant_over_its_budget_is_an_alarm(shop, owner, worker_engine):
    await owner.execute(USED, shop.tenant_id, ROWS, PAYLOADS, 0)
    await shop.deliver(broken(1))
    work = Work(
        job_id=1, kind=upkeep.DENYLIST, engine=worker_engine, arguments={}, correlation_id=uuid.uuid4(), attempt=1
    )
    with structlog.testing.capture_logs() as lines:
        await upkeep.registry()[upkeep.DENYLIST.name][1](work)
    alarms = [line for line in lines if line["event"] == "dead_event_budget_exceeded"]
    assert str(shop.tenant_id) in {line["tenant_id"] for line in alarms}
    assert metrics.DEAD_EVENTS_AGGREGATED._value.get() >= 1
    assert metrics.DEAD_PAYLOADS_DROPPED._value.get() >= 1
