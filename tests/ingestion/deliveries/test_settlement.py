"""Over real HTTP and on real PostgreSQL: whatever the order of arrival, the ledger settles to the same net."""

import dataclasses
import itertools
import json

import pytest

from impl.platforms import registry
from impl.platforms.stripe import samples as stripe_samples
from tests.ingestion.deliveries.processors import DOORS, Door


def door(processor: str, event: str) -> Door:
    """The address for an event, or where there is none the dispatcher's."""
    doors = [one for one in DOORS if one.name == processor]
    return next(
        (one for one in doors if one.event == event and not one.is_dispatcher),
        dataclasses.replace(doors[0], event=event),
    )


def delivery(processor: str, event: str, **changes):
    return door(processor, event), json.dumps(registry.processor(processor).sample(event) | changes).encode()


def paypal(event: str, **resource):
    """A PayPal event about a changed resource; None takes a field away."""
    changed = registry.processor("paypal").sample(event)["resource"] | resource
    kept = {name: value for name, value in changed.items() if value is not None}
    return delivery("paypal", event, resource=kept, id=f"WH-{changed['id']}")


def in_euro(event: str):
    """A Stripe event in a currency that its charge was not in."""
    changed = stripe_samples.load(event, event={"id": "evt_in_euro"}, item={"currency": "eur"})
    return door("stripe", event), json.dumps(changed).encode()


async def deliver(shop, one, name: str):
    where, body = one
    return await shop.post(where, body, headers=where.headers(body, shop.secret(where), delivery=name))


STORIES = {
    "shopify": (
        [
            delivery("shopify", "orders/create"),
            delivery("shopify", "orders/paid"),
            delivery("shopify", "refunds/create"),
            delivery(
                "shopify",
                "refunds/create",
                id=912345678902,
                transactions=[{"id": 2, "amount": "20.00", "currency": "USD"}],
            ),
        ],
        [(5000, "captured")],
    ),
    "woocommerce": (
        [
            delivery("woocommerce", "order.created"),
            delivery("woocommerce", "order.completed"),
            delivery("woocommerce", "order.updated"),
            delivery("woocommerce", "order.refunded"),
        ],
        [(0, "refunded")],
    ),
    "paypal sale": (
        [
            delivery("paypal", "PAYMENT.SALE.COMPLETED"),
            delivery("paypal", "PAYMENT.SALE.REFUNDED"),
            paypal("PAYMENT.SALE.REFUNDED", id="REFUND-2", amount={"total": "-70.00", "currency": "USD"}),
        ],
        [(0, "refunded")],
    ),
    "paypal capture": (
        [
            delivery("paypal", "PAYMENT.CAPTURE.COMPLETED"),
            delivery("paypal", "PAYMENT.CAPTURE.REFUNDED"),
            paypal("PAYMENT.CAPTURE.REVERSED", amount={"value": "70.00", "currency_code": "USD"}),
        ],
        [(0, "chargeback")],
    ),
    "stripe": (
        [
            delivery("stripe", "charge.succeeded"),
            delivery("stripe", "charge.refunded"),
            delivery("stripe", "charge.dispute.created"),
            delivery("stripe", "charge.dispute.closed"),
        ],
        [(9999, "captured")],
    ),
}


@pytest.mark.parametrize("processor", STORIES)
async def test_every_order_of_arrival_settles_to_the_same_net(processor, street):
    story, expected = STORIES[processor]
    for order in itertools.permutations(range(len(story))):
        shop = await street.shop()
        for index in order:
            answer = await deliver(shop, story[index], f"delivery-{index}")
            assert answer.json()["outcome"] in ("accepted", "duplicate"), (order, answer.text)
        assert await shop.current() == expected, order


async def test_two_refunds_in_one_delivery_are_two_entries_and_a_third_adds_one(street):
    """WooCommerce repeats the whole order each time; its capture and each of its refunds are recorded once."""
    shop = await street.shop()
    both = registry.processor("woocommerce").sample("order.refunded")["refunds"]
    third = {"id": 730, "amount": "5.00"}
    steps = [
        (both[:1], "d1", "accepted", 7000),
        (both, "d2", "accepted", 0),
        (both, "d3", "duplicate", 0),
        ([*both, third], "d4", "accepted", -500),
    ]
    for refunds, name, outcome, net in steps:
        answer = await deliver(shop, delivery("woocommerce", "order.refunded", refunds=refunds), name)
        assert answer.json()["outcome"] == outcome
        assert [total for total, _ in await shop.current()] == [net]
    counts = await shop.counts()
    assert (counts["revenue_ledger"], counts["attribution_events"], counts["webhook_deliveries"]) == (4, 4, 4)


async def test_a_refund_before_its_capture_reverses_nothing_yet_and_the_net_is_right_later(street):
    shop = await street.shop()
    await deliver(shop, delivery("shopify", "refunds/create"), "d1")
    entry = await street.owner.fetchrow("SELECT * FROM revenue_ledger WHERE tenant_id = $1", shop.tenant_id)
    assert (entry["reverses"], entry["original_transaction_id"]) == (None, "shopify_order_5678901234567")
    await deliver(shop, delivery("shopify", "orders/paid"), "d2")
    assert await shop.current() == [(7000, "captured")]


@pytest.mark.parametrize(
    ("capture", "refund"),
    [
        (
            delivery("shopify", "orders/paid"),
            delivery("shopify", "refunds/create", transactions=[{"id": 2, "amount": "1.00", "currency": "EUR"}]),
        ),
        (delivery("woocommerce", "order.completed"), delivery("woocommerce", "order.refunded", currency="EUR")),
        (
            delivery("paypal", "PAYMENT.SALE.COMPLETED"),
            paypal("PAYMENT.SALE.REFUNDED", amount={"total": "1.00", "currency": "EUR"}),
        ),
        (delivery("stripe", "charge.succeeded"), in_euro("charge.refunded")),
        (delivery("stripe", "charge.succeeded"), in_euro("charge.dispute.created")),
    ],
    ids=["shopify", "woocommerce", "paypal", "stripe", "a dispute at stripe"],
)
async def test_a_refund_in_another_currency_is_dead_and_changes_nothing(street, capture, refund):
    shop = await street.shop()
    await deliver(shop, capture, "d1")
    answer = await deliver(shop, refund, "d2")
    assert answer.json()["outcome"] == "dead"
    assert await shop.dead_codes() == ["currency_mismatch"]
    reason = "SELECT error_message FROM dead_events WHERE tenant_id = $1"
    assert "is in EUR, its transaction in USD" in await street.owner.fetchval(reason, shop.tenant_id)
    ((net, state),) = await shop.current()
    assert (net > 0, state) == (True, "captured")


@pytest.mark.parametrize("order", [(0, 1), (1, 0)])
async def test_a_refund_that_knows_only_the_payment_finds_its_sale_in_either_order(street, order):
    shop = await street.shop()
    story = [
        delivery("paypal", "PAYMENT.SALE.COMPLETED"),
        paypal("PAYMENT.SALE.REFUNDED", sale_id=None, links=[]),
    ]
    for index in order:
        await deliver(shop, story[index], "")
    assert await shop.current() == [(7000, "captured")]


async def test_two_captures_of_one_paypal_order_are_two_transactions(street):
    shop = await street.shop()
    for number in (1, 2):
        one = paypal("PAYMENT.CAPTURE.COMPLETED", id=f"CAPTURE-{number}", parent_payment="PAY-1")
        assert (await deliver(shop, one, "")).json()["outcome"] == "accepted"
    assert await shop.current() == [(10000, "captured"), (10000, "captured")]


@pytest.mark.parametrize(
    ("resource", "current"),
    [
        ({"sale_id": "SALE-EXAMPLE-1"}, [(0, "chargeback")]),
        # As PayPal sends it, it names no sale: the net is right, and the books of PayPal tell which sale it was.
        ({}, [(-10000, "chargeback"), (10000, "captured")]),
    ],
)
async def test_a_reversal_takes_the_sale_back(resource, current, street):
    """The vector of the specification: PAYMENT.SALE.REVERSED is a chargeback of minus its amount."""
    shop = await street.shop()
    await deliver(shop, delivery("paypal", "PAYMENT.SALE.COMPLETED"), "")
    await deliver(shop, paypal("PAYMENT.SALE.REVERSED", **resource), "")
    assert sorted(await shop.current()) == current
    query = "SELECT effect_cents FROM revenue_ledger WHERE tenant_id = $1 AND entry_kind = 'chargeback'"
    assert await street.owner.fetchval(query, shop.tenant_id) == -10000


async def test_a_dispute_that_was_won_gives_back_what_its_reversal_took(street):
    shop = await street.shop()
    for event in ("CUSTOMER.DISPUTE.RESOLVED", "PAYMENT.CAPTURE.REVERSED", "PAYMENT.CAPTURE.COMPLETED"):
        answer = await deliver(shop, delivery("paypal", event), "")
        assert answer.json()["outcome"] == "accepted"
    assert await shop.current() == [(10000, "captured")]


async def test_a_checkout_is_an_event_and_no_entry(street):
    shop = await street.shop()
    await deliver(shop, delivery("shopify", "checkouts/update"), "d1")
    counts = await shop.counts()
    assert (counts["attribution_events"], counts["revenue_ledger"]) == (1, 0)


async def test_a_draft_is_a_delivery_and_nothing_else(street):
    shop = await street.shop()
    answer = await deliver(shop, delivery("woocommerce", "order.updated", status="checkout-draft"), "d1")
    assert (answer.status_code, answer.json()["outcome"]) == (200, "ignored")
    assert await shop.counts() == {
        "webhook_deliveries": 1,
        "attribution_events": 0,
        "revenue_ledger": 0,
        "dead_events": 0,
    }


@pytest.mark.promise("P061", "P063", "F24", "F26")
@pytest.mark.parametrize("one", DOORS, ids=lambda one: one.path)
async def test_nothing_personal_is_stored_in_the_clear(street, one):
    shop = await street.shop()
    await shop.post(one, one.body())
    await shop.post(one, one.broken())
    for table in ("attribution_events", "dead_events", "revenue_ledger", "webhook_deliveries"):
        rows = await street.owner.fetch(
            f"SELECT to_jsonb(t)::text AS row FROM {table} t WHERE tenant_id = $1", shop.tenant_id
        )
        for row in rows:
            for personal in ("shopper", "Sam", "Street", "5555550100", "203.0.113.7"):
                assert personal not in row["row"]


WOO = next(one for one in DOORS if one.path == "/api/webhooks/woocommerce")
FORM = {"content-type": b"application/x-www-form-urlencoded"}


async def test_the_ping_of_a_new_webhook_is_ignored_and_writes_nothing(street):
    shop = await street.shop()
    answer = await shop.post(WOO, b"webhook_id=142", headers=FORM)
    assert (answer.status_code, answer.json()["outcome"]) == (200, "ignored")
    assert answer.json()["correlation_id"] == answer.headers["x-correlation-id"]
    assert sum((await shop.counts()).values()) == 0


@pytest.mark.parametrize(
    ("headers", "key", "status"),
    [
        (FORM, "sk_nobody", 401),
        (FORM | {"x-wc-webhook-topic": b"order.updated"}, "", 401),
        (FORM | {"x-wc-webhook-signature": b"bm90IG91cnM="}, "", 401),
        ({"content-type": b"application/json"}, "", 401),
    ],
    ids=["unknown key", "about something", "signed by somebody", "not a form"],
)
async def test_only_a_ping_goes_unsigned(street, headers, key, status):
    shop = await street.shop()
    assert (await shop.post(WOO, b"webhook_id=142", headers=headers, key=key)).status_code == status
    assert sum((await shop.counts()).values()) == 0
