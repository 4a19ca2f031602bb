"""A delivery that can be read resolves the dead events of earlier deliveries of the same object, in its own transaction."""

import asyncio
import json

import pytest

from impl.platforms import registry
from tests.ingestion.dead_events.steps import DEAD, OLDER_STRIPE, bury_touch, charge, state, stripe

EARLIER, LATER = 1795166400, 1795170000


async def test_the_same_delivery_again(staffed, owner, deliver):
    body = charge()
    dead = await deliver(staffed, body, OLDER_STRIPE)
    again = await deliver(staffed, body)
    assert again.outcome == "accepted"
    row = await state(owner, dead.dead_event_id)
    assert (row["remediation_status"], row["resolved_event_id"]) == ("resolved", again.event_id)
    delivery = await owner.fetchrow("SELECT * FROM webhook_deliveries WHERE id = $1", row["resolved_delivery_id"])
    assert (delivery["outcome"], delivery["event_id"]) == ("accepted", again.event_id)
    assert row["resolved_at"] == delivery["received_at"]
    shown = (await staffed.ask("GET", f"{DEAD}/{dead.dead_event_id}")).json()
    assert (shown["resolved_delivery_id"], "retry" in shown) == (str(delivery["id"]), False)


def of_stripe(at, *, is_good):
    return (
        "stripe",
        None,
        stripe("charge.updated", {"id": "ch_1"} if is_good else {"id": "ch_1", "amount_captured": "x"}, created=at),
    )


def of_shopify(at, *, is_good):
    clock = {"updated_at": f"2026-11-2{at}T10:00:00Z"}
    order = registry.processor("shopify").sample("orders/paid") | clock | ({} if is_good else {"total_price": "x"})
    return "shopify", "orders/updated", json.dumps(order).encode()


def of_woocommerce(at, *, is_good):
    clock = {"date_modified_gmt": f"2026-11-2{at}T10:00:00"}
    order = registry.processor("woocommerce").sample("order.updated") | clock | ({} if is_good else {"total": "x"})
    return "woocommerce", "order.updated", json.dumps(order).encode()


TELLERS = [
    pytest.param(of_stripe, EARLIER, LATER, id="stripe"),
    pytest.param(of_shopify, 3, 4, id="shopify"),
    pytest.param(of_woocommerce, 3, 4, id="woocommerce"),
]


@pytest.fixture
def tell(deliver, equip):
    async def tell(site, delivery):
        name, topic, body = delivery
        return await deliver(site, body, registry.processor(name), topic=topic)

    return tell


@pytest.fixture
async def merchant(staffed, equip):
    for name in ("shopify", "woocommerce"):
        await equip(staffed, name)
    return staffed


@pytest.mark.parametrize(("teller", "earlier", "later"), TELLERS)
async def test_a_later_version_of_the_object(merchant, owner, tell, teller, earlier, later):
    dead = await tell(merchant, teller(earlier, is_good=False))
    assert dead.error_code == "malformed_value"
    good = await tell(merchant, teller(later, is_good=True))
    row = await state(owner, dead.dead_event_id)
    assert (row["remediation_status"], row["resolved_event_id"]) == ("resolved", good.event_id)


@pytest.mark.parametrize(("teller", "earlier", "later"), TELLERS)
async def test_an_earlier_version_that_arrives_late_does_not(merchant, owner, tell, teller, earlier, later):
    """What the dead one said since is still missing."""
    dead = await tell(merchant, teller(later, is_good=False))
    assert (await tell(merchant, teller(earlier, is_good=True))).outcome == "accepted"
    assert (await state(owner, dead.dead_event_id))["remediation_status"] == "pending"


async def test_the_version_of_the_same_instant_does(merchant, owner, tell):
    """As when a shop sends an order again after its plugin was mended."""
    dead = await tell(merchant, of_woocommerce(3, is_good=False))
    await tell(merchant, of_woocommerce(3, is_good=True))
    assert (await state(owner, dead.dead_event_id))["remediation_status"] == "resolved"


async def test_another_object_or_tenant_or_account_does_not(merchant, make_site, owner, tell, deliver):
    dead = await tell(merchant, of_stripe(EARLIER, is_good=False))
    other = await make_site()
    assert (await tell(other, of_stripe(LATER, is_good=True))).outcome == "accepted"
    assert (await deliver(merchant, charge(created=LATER))).outcome == "accepted"
    await owner.execute("UPDATE tenant_webhook_secrets SET account = 'acct_2' WHERE tenant_id = $1", merchant.tenant_id)
    assert (await tell(merchant, of_stripe(LATER, is_good=True))).outcome == "accepted"
    assert (await state(owner, dead.dead_event_id))["remediation_status"] == "pending"


async def test_a_delivery_that_is_dead_itself_does_not(merchant, owner, tell):
    dead = await tell(merchant, of_stripe(EARLIER, is_good=False))
    assert (await tell(merchant, of_stripe(LATER, is_good=False))).outcome == "dead"
    assert (await state(owner, dead.dead_event_id))["remediation_status"] == "pending"


async def test_an_abandoned_one_is_resolved_as_well_and_keeps_its_note(merchant, owner, tell):
    dead = await tell(merchant, of_stripe(EARLIER, is_good=False))
    note = {"notes": "will be sent again"}
    await merchant.ask("POST", f"{DEAD}/{dead.dead_event_id}/abandon", role="manager", body=note)
    await tell(merchant, of_stripe(LATER, is_good=True))
    row = await state(owner, dead.dead_event_id)
    assert (row["remediation_status"], row["remediation_notes"]) == ("resolved", "will be sent again")


async def test_one_that_a_worker_holds_is_left_to_the_worker(merchant, owner, tell):
    """Otherwise the receipt would wait for the worker, who waits for the lock of the payment."""
    dead = await tell(merchant, of_stripe(EARLIER, is_good=False))
    async with owner.transaction():
        await owner.execute("SELECT FROM dead_events WHERE id = $1 FOR UPDATE", dead.dead_event_id)
        async with asyncio.timeout(5):
            assert (await tell(merchant, of_stripe(LATER, is_good=True))).outcome == "accepted"
    assert (await state(owner, dead.dead_event_id))["remediation_status"] == "pending"


async def test_nothing_is_resolved_when_nothing_is_recorded(merchant, owner, tell, monkeypatch):
    """Both are one transaction: a receipt that fails leaves the dead event as it was."""
    dead = await tell(merchant, of_stripe(EARLIER, is_good=False))
    await owner.execute(
        "CREATE FUNCTION pg_temp.refuse() RETURNS trigger LANGUAGE plpgsql AS"
        " $$ BEGIN RAISE EXCEPTION 'refused' USING ERRCODE = '57014'; END $$"
    )
    try:
        await owner.execute(
            "CREATE CONSTRAINT TRIGGER refuse AFTER UPDATE ON dead_events DEFERRABLE INITIALLY DEFERRED"
            " FOR EACH ROW EXECUTE FUNCTION pg_temp.refuse()"
        )
        with pytest.raises(Exception, match="refused"):
            await tell(merchant, of_stripe(LATER, is_good=True))
    finally:
        await owner.execute("DROP TRIGGER refuse ON dead_events")
    rows = await owner.fetchval("SELECT count(*) FROM attribution_events WHERE tenant_id = $1", merchant.tenant_id)
    assert (rows, (await state(owner, dead.dead_event_id))["remediation_status"]) == (0, "pending")


async def test_a_touch_that_is_sent_again_well(staffed, owner):
    dead_id, other = [await bury_touch(staffed, touch_id=name, kind="glance") for name in ("t-1", "t-2")]
    again = await staffed.send(staffed.touch(touch_id="t-1"), staffed.touch(touch_id="t-3"))
    assert [line["result"] for line in again.json()["results"]] == ["accepted"] * 2
    touch = await owner.fetchval("SELECT id FROM touches WHERE tenant_id = $1 AND touch_id = 't-1'", staffed.tenant_id)
    row = await state(owner, dead_id)
    assert (row["remediation_status"], row["resolved_event_id"]) == ("resolved", touch)
    assert (await state(owner, other))["remediation_status"] == "pending"


async def test_a_touch_that_is_dead_and_well_in_one_batch_stays_open(staffed, owner):
    dead_id = await bury_touch(staffed, touch_id="t-1", kind="glance")
    batch = await staffed.send(staffed.touch(touch_id="t-1"), staffed.touch(touch_id="t-1", kind="glance"))
    assert sorted(line["result"] for line in batch.json()["results"]) == ["accepted", "dead"]
    assert (await state(owner, dead_id))["remediation_status"] == "pending"
