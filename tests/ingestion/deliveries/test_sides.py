"""One sale told by a shop and by its processor, end to end: which names link them, and what waits. work.md §13.1."""

import itertools
import json
from datetime import UTC, datetime, timedelta

import pytest

from impl.ingestion.dead_events import tasks
from impl.ingestion.dead_events.reading import Reader
from impl.ingestion.deliveries import receive, waiting
from impl.kernel.clock import FixedClock
from impl.platforms import registry
from tests.fixtures import receipt, waiting_jobs
from tests.ingestion.deliveries.sides import Sides, capture, charge, order

BY_NAME = {processor.name: processor for processor in registry.PROCESSORS}
SITE = {"site_url": "https://shop.example/store", "order_id": "5001"}


async def connected(street, **endpoint):
    """A tenant with a WooCommerce shop."""
    made = Sides(await street.shop())
    await made.connect("woocommerce", **{"label": "shop", "account": "shop.example", "order_prefix": "WC-"} | endpoint)
    return made


NAMED = {
    "by the number in the invoice": (order(label="shop"), capture(invoice_id="WC-5001")),
    "by a number that is not the id": (order(label="shop", number="A-7"), capture(invoice_id="WC-A-7")),
    "by the number in the field of the shop": (order(label="shop"), capture(custom_id="WC-5001", invoice_id="x")),
    "by address and number": (order(label="shop", number="77"), charge(metadata=SITE | {"order_id": "77"})),
    "by address and id, both told": (
        order(label="shop", number="77"), charge(metadata=SITE | {"order_number": "77", "order_id": "5001"}),
    ),
    "by the capture that the order names": (
        order(label="shop", method="ppcp-gateway", transaction_id="CAP1"), capture(),
    ),
}  # fmt: skip


@pytest.mark.parametrize("is_reversed", [False, True])
@pytest.mark.parametrize("name", NAMED)
async def test_a_sale_that_either_side_names_is_counted_once(name, is_reversed, street):
    sale = await connected(street)
    await sale.tell_all(reversed(NAMED[name]) if is_reversed else NAMED[name])
    assert await sale.net() == {"woocommerce": 10000}
    assert len(await sale.links()) == 1


UNNAMED = {
    "the number of no shop": capture(invoice_id="5001"),
    "the prefix alone": capture(invoice_id="WC-"),
    "hints behind the prefix": capture(custom_id="WC-utm_source=google&skeldir_journey_key=k"),
    "the prefix in other letters": capture(invoice_id="wc-5001"),
    "an address of a shop that is not connected": charge(metadata=SITE | {"site_url": "https://other.example"}),
    "a number without an address": charge(metadata={"order_id": "5001"}),
    "the id of another order": charge(metadata=SITE),
}


@pytest.mark.parametrize("name", UNNAMED)
async def test_what_names_no_order_of_a_connected_shop_links_nothing(name, street):
    """Neither the amount nor the day ever link, nor an id that is another order's number."""
    sale = await connected(street)
    await sale.tell_all([order(label="shop", number="77"), UNNAMED[name]])
    waits = name == "the id of another order"
    assert await sale.net() == {"woocommerce": 10000} | ({} if waits else {UNNAMED[name][0]: 10000})


async def test_a_prefix_of_two_shops_names_neither_and_the_longest_prefix_counts(street):
    sale = await connected(street)
    await sale.connect("woocommerce", label="twin", account="twin.example", order_prefix="WC-")
    await sale.connect("woocommerce", label="long", account="long.example", order_prefix="WC-L-")
    await sale.tell_all([order(label="shop"), capture(invoice_id="WC-5001")])
    assert await sale.net() == {"woocommerce": 10000, "paypal": 10000}
    await sale.tell_all([order(label="long"), capture(id_="CAP2", invoice_id="WC-L-5001")])
    assert await sale.net() == {"woocommerce": 20000, "paypal": 10000}


BACK = {"id": 9, "reason": "", "total": "-30.00"}
BY_HAND = BACK | {"id": 10, "total": "-20.00", "refunded_payment": False}
CASH = {"id": 77, "order_id": 1, "kind": "refund", "status": "success", "amount": "20.00", "currency": "USD"}
LINKED = {"method": "stripe", "transaction_id": "ch_1", "label": "shop"}
REFUNDS = {
    "told by both": ([order(**LINKED, minute=5, refunds=[BACK]), charge(topic="charge.refunded", second=9, refunded=3000)], 7000),
    "one of them entered in the shop alone": (
        [order(**LINKED, minute=5, refunds=[BACK, BY_HAND]), charge(topic="charge.refunded", second=9, refunded=3000)], 5000,
    ),
    "the processor knows more, the shop one by hand": (
        [order(**LINKED, minute=5, refunds=[BY_HAND]), charge(topic="charge.refunded", second=9, refunded=6000)], 2000,
    ),
    "a payment method that became cash": (
        [order(**LINKED | {"method": "cod"}, minute=5, status="completed", refunds=[BACK]), charge(topic="charge.refunded", second=9, refunded=3000)],
        4000,
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", REFUNDS)
async def test_refunds_are_compared_per_processor_and_those_by_hand_add_up_apart(name, street):
    told, net = REFUNDS[name]
    deliveries = [order(**LINKED), charge(), *told]
    for arrival in itertools.islice(itertools.permutations(deliveries), 0, None, 5):
        sale = await connected(street)
        await sale.tell_all(arrival)
        assert sum((await sale.net()).values()) == net, [one[1] for one in arrival]


async def test_a_cancelled_order_that_was_paid_is_noted_and_stays(street):
    sale = await connected(street)
    await sale.tell(*order(label="shop", method="stripe"))
    answer = await sale.tell(*order(label="shop", method="stripe", minute=9, status="cancelled"))
    assert [note["pointer"] for note in answer["schema_notes"]] == ["/body/status"]
    assert "counts until it is refunded" in answer["schema_notes"][0]["message"]
    assert await sale.net() == {"woocommerce": 10000}


async def test_a_dispute_that_paypal_pays_itself_is_noted(street):
    sale, money = await connected(street), {"value": "100.00", "currency_code": "USD"}
    dispute = {"dispute_id": "PP-1", "dispute_amount": money, "create_time": "2026-11-21T10:00:00Z"}
    dispute |= {"disputed_transactions": [{"seller_transaction_id": "CAP1"}]}
    topic = "CUSTOMER.DISPUTE.RESOLVED"
    event = {"id": "WH-9", "event_type": topic, "create_time": "2026-11-21T10:00:00Z", "resource_type": "dispute"}
    outcome = {"dispute_outcome": {"outcome_code": "RESOLVED_WITH_PAYOUT"}}
    answer = await sale.tell("paypal", topic, event | {"resource": dispute | outcome})
    assert [note["pointer"] for note in answer["schema_notes"]] == ["/body/resource/dispute_outcome/outcome_code"]


@pytest.fixture
def sweep(owner, worker_engine, ring):
    """What a worker does every minute, and the tenant's jobs that come of it."""
    jobs = {**tasks.registry(Reader(ring, BY_NAME)), **waiting.registry(BY_NAME)}

    async def run(tenant_id):
        await tasks.sweep(waiting_jobs.work_of(worker_engine, None, tasks.SWEEP))
        return await waiting_jobs.run(owner, worker_engine, tenant_id, jobs)

    return run


@pytest.fixture
def earlier(street):
    """A receipt in which it is an hour and a half ago."""
    return receive.build(street.engine, street.ring, FixedClock(datetime.now(UTC) - timedelta(minutes=90)))


async def deliver(receiver, sale, told):
    """One delivery of Stripe at that receipt."""
    body = json.dumps(told[2]).encode()
    inbound = receipt.from_stripe(sale.shop.tenant_id, body, sale.shop.secrets["stripe"], receiver.clock.now())
    return await receive.receive(receiver, BY_NAME["stripe"], inbound)


async def test_a_payment_waits_for_its_order_for_an_hour_and_counts_once(street, earlier, sweep):
    sale = await connected(street)
    await deliver(earlier, sale, charge(metadata=SITE))
    query = "SELECT counts_at - received_at FROM attribution_events WHERE tenant_id = $1"
    assert await street.owner.fetchval(query, sale.shop.tenant_id) == timedelta(minutes=60)
    assert await sale.net() == {}
    assert await sweep(sale.shop.tenant_id) == ["ledger.count_waiting"]
    assert await sale.net() == {"stripe": 10000}
    assert await sweep(sale.shop.tenant_id) == []
    await sale.tell(*order(label="shop"))
    assert await sale.net() == {"woocommerce": 10000}, "late, it moves to its order"


async def test_a_payment_whose_order_has_come_waits_no_longer(street, earlier, sweep):
    sale = await connected(street)
    await deliver(earlier, sale, charge(metadata=SITE))
    await sale.tell(*order(label="shop"))
    assert await sweep(sale.shop.tenant_id) == []
    assert await sale.net() == {"woocommerce": 10000}


async def test_a_payment_that_has_just_arrived_is_not_counted_yet(street, sweep):
    sale = await connected(street)
    await sale.tell(*charge(metadata=SITE))
    assert (await sweep(sale.shop.tenant_id), await sale.net()) == ([], {})


async def test_the_database_counts_nothing_that_does_not_wait(street, worker_engine):
    """Also when a worker asks for it: an event that waits for no order, or for another tenant's."""
    sale = await connected(street)
    await sale.tell(*charge(metadata=SITE))
    event_id = await street.owner.fetchval(
        "SELECT id FROM attribution_events WHERE tenant_id = $1", sale.shop.tenant_id
    )
    for tenant_id in (sale.shop.tenant_id, street.neighbour.tenant_id):
        with pytest.raises(Exception, match=r"waits for no order|No row was found"):
            await waiting.count(BY_NAME, waiting_jobs.work_of(worker_engine, tenant_id, event_id=str(event_id)))
    assert await sale.net() == {}
