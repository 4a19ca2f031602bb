"""Twenty situations from public reports, each as few deliveries as show it, delivered in every order: the net is what an accountant expects.

The reports: solidus_stripe 228, woocommerce-gateway-stripe 1378, 3671 and 4405, woocommerce-payments 7043 and 7373, dj-stripe 1039,
hyperswitch 2353 and 11653, pay 999, btcpayserver 3193, shopify_python_api 121, BCApps 6138, go-shopify 65, opensourcepos 2672,
woocommerce 14184, 17003, 26532, 28860, 32693 and 64157, Payum 609, plutov/paypal 238, and PayPal's own webhook simulator.
"""

from __future__ import annotations

import asyncio
import itertools
import json
from collections import Counter

import pytest

from tests.stories import player
from tests.stories.script import READY
from tests.stories.story import Shown, Told, naive, unix, utc

PER_CASE = 24
"""Orders of arrival: all of up to four deliveries."""


def stripe(topic, at, number, **item):
    """An event about an object whose id ends in the number of the order of arrival."""
    ids = {
        name: f"{item[name]}_{number}" for name in ("id", "charge", "payment_intent", "latest_charge") if name in item
    }
    event = {
        "id": f"evt_{topic}_{at}_{number}",
        "type": topic,
        "created": unix(at),
        "livemode": item.pop("livemode", True),
    }
    return "stripe", topic, event | {"object": "event", "data": {"object": {"created": unix(1)} | item | ids}}


def charge(topic, at, number, captured, refunded=0, *, amount=10000, currency="usd", **values):
    base = {
        "id": "ch",
        "object": "charge",
        "payment_intent": "pi",
        "status": "succeeded",
        "paid": True,
        "refunded": False,
    }
    money = {"amount": amount, "amount_captured": captured, "amount_refunded": refunded, "currency": currency}
    return stripe(topic, at, number, **base, **money, captured=captured > 0, **values)


def dispute(topic, at, number, status, *, amount=10000, currency="usd"):
    base = {"id": "du", "object": "dispute", "charge": "ch", "payment_intent": "pi"}
    return stripe(topic, at, number, **base, amount=amount, currency=currency, status=status)


def hold(number):
    intent = {"id": "pi", "object": "payment_intent", "amount": 10000, "amount_received": 0, "currency": "usd"}
    return [
        charge("charge.succeeded", 10, number, 0),
        charge("charge.expired", 20, number, 0, 10000),
        stripe("payment_intent.canceled", 30, number, **intent, status="canceled", latest_charge="ch"),
    ]


def failed_refund(number):
    refund = {
        "id": "re",
        "object": "refund",
        "charge": "ch",
        "payment_intent": "pi",
        "amount": 10000,
        "currency": "usd",
    }
    return [
        charge("charge.succeeded", 10, number, 10000),
        charge("charge.refunded", 20, number, 10000, 10000),
        stripe("refund.failed", 30, number, **refund, status="failed"),
        charge("charge.refunded", 40, number, 10000, 4000),
    ]


def reinstated(number):
    return [
        charge("charge.succeeded", 10, number, 10000),
        dispute("charge.dispute.created", 20, number, "needs_response"),
        dispute("charge.dispute.closed", 30, number, "lost"),
        dispute("charge.dispute.funds_reinstated", 40, number, "lost"),
    ]


def inquiry(number):
    return [
        charge("charge.succeeded", 10, number, 10000),
        dispute("charge.dispute.created", 20, number, "warning_needs_response"),
        dispute("charge.dispute.closed", 30, number, "warning_closed"),
    ]


def foreign_dispute(number):
    told = dispute("charge.dispute.created", 20, number, "needs_response", amount=10900)
    return [charge("charge.succeeded", 10, number, 10000, currency="eur"), told]


def order(topic, at, number, total, status="paid", **values):
    """A Shopify order whose number ends in that of the order of arrival."""
    item = {"id": 7_400_000_000_000 + number, "order_number": number + 1, "created_at": utc(1), "updated_at": utc(at)}
    item |= {"total_price": total, "currency": "USD", "financial_status": status, "confirmed": True, "test": False}
    return "shopify", topic, item | {"note_attributes": [], "line_items": []} | values


def foreign_refund(number):
    money = {"shop_money": {"amount": "30.00", "currency_code": "USD"}}
    money |= {"presentment_money": {"amount": "41.10", "currency_code": "CAD"}}
    item = {
        "id": 9_400_000_000_000 + number,
        "kind": "refund",
        "status": "success",
        "amount": "41.10",
        "currency": "CAD",
    }
    refund = {"id": 8_400_000_000_000 + number, "order_id": 7_400_000_000_000 + number, "created_at": utc(20)}
    told = ("shopify", "refunds/create", refund | {"transactions": [item | {"amount_set": money}]})
    return [order("orders/paid", 10, number, "100.00", presentment_currency="CAD"), told]


def deposit(number):
    item = {
        "id": 9_400_000_000_000 + number,
        "order_id": 7_400_000_000_000 + number,
        "kind": "sale",
        "status": "success",
    }
    money = {"amount": "30.00", "currency": "USD", "test": False}
    unpaid = order("orders/create", 10, number, "100.00", "pending")
    return [unpaid, ("shopify", "order_transactions/create", item | money)]


def gift_card(number):
    """One is sold, then it pays another order."""
    sold = order(
        "orders/paid",
        10,
        number,
        "50.00",
        line_items=[{"id": 1, "title": "Gift card", "quantity": 1, "price": "50.00"}],
    )
    used = order("orders/paid", 20, number, "50.00", payment_gateway_names=["gift_card"])
    used[2]["id"] += 500_000
    return [sold, used]


def edited_up(number):
    paid = order("orders/paid", 10, number, "100.00")
    return [paid, order("orders/paid", 20, number, "120.00", current_total_price="120.00")]


def shop_order(at, number, status, *, refunds=(), meta=(), is_paid=True, **values):
    """A WooCommerce order of 40.00."""
    paid, item = (
        naive(5) if is_paid else None,
        {"id": 740_000 + number, "order_key": f"wc_order_{number}", "status": status},
    )
    item |= {"number": str(740_000 + number), "currency": "USD", "total": "40.00", "line_items": [], "meta_data": meta}
    item |= {
        "date_created": naive(1),
        "date_created_gmt": naive(1),
        "date_modified": naive(at),
        "date_modified_gmt": naive(at),
    }
    item |= {"date_paid": paid, "date_paid_gmt": paid, "refunds": [*refunds]}
    return "woocommerce", "order.updated", item | values


def never_completed(number):
    states = [(10, "pending", False), (20, "processing", True), (30, "shipped", True)]
    return [shop_order(at, number, status, is_paid=is_paid) for at, status, is_paid in states]


def deleted_refund(number):
    refund = {"id": 741_000 + number, "reason": "", "total": "-10.00"}
    return [shop_order(10, number, "completed", refunds=[refund]), shop_order(20, number, "completed")]


def odd_meta(number):
    """A PHP map, and lists in a list; of two orders."""
    other = shop_order(20, number, "completed", meta=[[], []])
    other[2]["id"] += 500
    return [shop_order(10, number, "completed", meta={"1": {"id": 1, "key": "a", "value": "b"}}), other]


def paypal(topic, at, number, kind, **resource):
    ids = {name: f"{resource[name]}{number}" for name in ("id", "dispute_id", "capture_id") if name in resource}
    item = {"create_time": utc(1), "update_time": utc(at)} | resource | ids
    event = {"id": f"WH-{topic}-{at}-{number}", "event_type": topic, "create_time": utc(at), "resource_type": kind}
    return "paypal", topic, event | {"resource": item}


def link(rel, path):
    return [{"href": f"https://api.paypal.com/{path}", "rel": rel, "method": "GET"}]


def simulated_reversal(number):
    """As PayPal's own simulator sends it: nothing names the sale."""
    sale, back = {"total": "100.00", "currency": "USD"}, {"total": "-0.49", "currency": "USD"}
    sold = {
        "state": "completed",
        "parent_payment": f"PAY-{number}",
        "links": link("self", f"v1/payments/sale/SALE{number}"),
    }
    taken = {"state": "completed", "links": link("self", f"v1/payments/refund/REV{number}")}
    return [
        paypal("PAYMENT.SALE.COMPLETED", 10, number, "sale", id="SALE", amount=sale, **sold),
        paypal("PAYMENT.SALE.REVERSED", 20, number, "sale", id="REV", amount=back, **taken),
    ]


def won(number):
    money, name = {"value": "100.00", "currency_code": "USD"}, f"CAP{number}"
    up = link("up", f"v2/payments/captures/{name}")
    resolved = {"dispute_outcome": {"outcome_code": "RESOLVED_SELLER_FAVOUR"}, "dispute_amount": money}
    resolved |= {"disputed_transactions": [{"seller_transaction_id": name}]}
    bought = {"status": "COMPLETED", "amount": money, "links": link("up", f"v2/checkout/orders/ORD{number}")}
    return [
        paypal("PAYMENT.CAPTURE.COMPLETED", 10, number, "capture", id="CAP", **bought),
        paypal("PAYMENT.CAPTURE.REVERSED", 20, number, "refund", id="REV", status="COMPLETED", amount=money, links=up),
        paypal("CUSTOMER.DISPUTE.RESOLVED", 30, number, "dispute", dispute_id="PP-D-", **resolved),
    ]


def first_version(number):
    bought, back = {"total": "100.00", "currency": "USD"}, {"total": "-30.00", "currency": "USD"}
    names = {"parent_payment": f"PAY-{number}", "state": "completed"}
    links = link("capture", f"v1/payments/capture/CAP{number}")
    return [
        paypal("PAYMENT.CAPTURE.COMPLETED", 10, number, "capture", id="CAP", amount=bought, links=[], **names),
        paypal(
            "PAYMENT.CAPTURE.REFUNDED",
            20,
            number,
            "refund",
            id="REF",
            capture_id="CAP",
            amount=back,
            links=links,
            **names,
        ),
    ]


REFUND = {"id": 741_931, "reason": "", "total": "-40.00"}
CASES = {
    "a hold that was never captured": (hold, {}),
    "an inquiry that was closed": (inquiry, {"USD": 10000}),
    "a refund that failed": (failed_refund, {"USD": 6000}),
    "funds reinstated after a loss": (reinstated, {"USD": 10000}),
    "an event of the test mode": (lambda number: [charge("charge.succeeded", 10, number, 7777, livemode=False)], {}),
    "a dispute in the settlement currency": (foreign_dispute, {"EUR": 10000}),
    "paid, delivered after a partial refund": (
        lambda number: [order("orders/paid", 10, number, "100.00", "partially_refunded")], {"USD": 10000},
    ),
    "a test order": (lambda number: [order("orders/paid", 10, number, "359.97", "voided", test=True, confirmed=False)], {}),
    "a refund in the buyer's currency": (foreign_refund, {"USD": 7000}),
    "paid again after an edit": (edited_up, {"USD": 12000}),
    "a cart attribute that is a number": (
        lambda number: [order("orders/paid", 10, number, "10.00", note_attributes=[{"name": "Channel", "value": 23}])],
        {"USD": 1000},
    ),
    "a deposit": (deposit, {"USD": 3000}),
    "a gift card, sold and used": (gift_card, {"USD": 5000}),
    "paid and never completed": (never_completed, {"USD": 4000}),
    "the completed delivery lost": (lambda number: [shop_order(10, number, "refunded", refunds=[REFUND])], {}),
    "odd meta data": (odd_meta, {"USD": 8000}),
    "a refund deleted": (deleted_refund, {"USD": 4000}),
    "a reversal that names no sale": (simulated_reversal, {"USD": 9951}),
    "a reversal that was won": (won, {"USD": 10000}),
    "a refund of version 1": (first_version, {"USD": 7000}),
}  # fmt: skip


def orders_of(case):
    """The deliveries of the case in every order of arrival, each order about objects of its own."""
    count = len(case(0))
    for number, order in enumerate(itertools.islice(itertools.permutations(range(count)), PER_CASE)):
        yield [case(number)[place] for place in order]


async def arrive(shop, deliveries):
    """Send one after the other; what must not be answered. What the contract does not describe may be noted."""
    problems = []
    for processor, topic, body in deliveries:
        shown = Shown(processor=processor, topic=topic, at=0, is_refused=topic == "charge.dispute.created")
        problems.append(await player.send(shop, Told(0, shown, json.dumps(body).encode(), "delivery")))
    return [problem for problem in problems if "is dead" in problem or "is answered" in problem]


READY_CASES = [name for name, (case, _) in CASES.items() if case(0)[0][0] in READY]


@pytest.mark.parametrize("name", READY_CASES)
async def test_the_net_of_a_reported_situation_in_every_order(name, street):
    case, expected = CASES[name]
    shop, arrivals = await street.shop(), list(orders_of(case))
    assert [
        problem for problems in await asyncio.gather(*(arrive(shop, one) for one in arrivals)) for problem in problems
    ] == []
    net = Counter[str]()
    for (_, currency), sums in (await player.read(street.owner, shop.tenant_id)).items():
        net[currency] += sums.net
    assert {currency: cents for currency, cents in net.items() if cents} == {
        currency: cents * len(arrivals) for currency, cents in expected.items()
    }


def test_there_are_twenty_of_them():
    assert len(CASES) == 20
