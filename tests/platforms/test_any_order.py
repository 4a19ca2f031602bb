"""For every processor: whatever happened to a payment, told in any order and any number of times, it settles to one net."""

import copy
import itertools
import random
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from impl.kernel import money
from impl.kernel.money import Money
from impl.platforms import registry
from impl.platforms.notification import Notification
from tests.fixtures.book import Book

NOW = datetime(2026, 11, 21, tzinfo=UTC)


def notification(processor, topic, name, **changes):
    """A delivery of a changed sample; `name` is the processor's id of the delivery."""
    return processor, Notification(
        payload=registry.processor(processor).sample(topic) | changes, topic=topic, id=name, received_at=NOW
    )


def text(cents, code):
    return money.decimal_text(Money(cents, money.currency(code)))


def stripe_life(paid, refunds, code, has_reversal):
    """Refunds are told as a running total; a dispute that is won takes nothing."""

    def event(topic, name, at, **item):
        payload = registry.processor("stripe").sample(topic)
        base = {"id": "ch_1", "payment_intent": "pi_1", "currency": code.lower(), "amount": paid}
        payload["data"]["object"] |= base | item
        return notification("stripe", topic, None, id=name, created=at, data=payload["data"])

    captured = {"amount_captured": paid, "amount_refunded": 0}
    yield event("charge.succeeded", "evt_charge", 1, **captured)
    yield event("payment_intent.succeeded", "evt_intent", 1, id="pi_1", latest_charge="ch_1", amount_received=paid)
    for number, total in enumerate(itertools.accumulate(refunds), 2):
        yield event("charge.refunded", f"evt_refund_{number}", number, **captured | {"amount_refunded": total})
    if has_reversal:
        yield event("charge.dispute.created", "evt_dispute", 9, id="dp_1", charge="ch_1", status="needs_response")


def shopify_life(paid, refunds, code, has_reversal):
    """Each refund is told alone and listed by the order; the payment is told by the order and by its transaction."""
    order = {"id": 1, "total_price": text(paid, code), "currency": code}
    sale = {"id": 2, "order_id": 1, "amount": text(paid, code), "currency": code, "total_unsettled_set": None}
    yield notification("shopify", "orders/create", "d-1", **order)
    yield notification("shopify", "orders/paid", "d-2", **order)
    yield notification("shopify", "order_transactions/create", "d-3", **sale)
    transactions = [
        {"id": number, "amount": text(cents, code), "currency": code, "kind": "refund"}
        for number, cents in enumerate(refunds, 10)
    ]
    for transaction in transactions:
        changes = {"id": transaction["id"], "order_id": 1, "transactions": [transaction]}
        yield notification("shopify", "refunds/create", f"d-{transaction['id']}", **changes)
    listed = [{"id": 9, "order_id": 1, "transactions": transactions}]
    yield notification("shopify", "orders/updated", "d-4", **order | {"refunds": listed})
    if has_reversal:
        dispute = {"id": 5, "order_id": 1, "amount": text(paid, code), "currency": code}
        yield notification("shopify", "disputes/create", "d-5", **dispute)


def woocommerce_life(paid, refunds, code, has_reversal):
    """Every delivery repeats all refunds so far."""
    order = {"id": 1, "total": text(paid, code), "currency": code, "refunds": []}
    yield notification("woocommerce", "order.created", "d-1", **order)
    yield notification("woocommerce", "order.completed", "d-2", **order)
    yield notification("woocommerce", "order.updated", "d-3", **order | {"status": "shipped"})
    listed = [{"id": number, "total": f"-{text(cents, code)}"} for number, cents in enumerate(refunds, 10)]
    for count in range(1, len(listed) + 1):
        changes = {"refunds": listed[:count], "date_modified_gmt": f"2026-11-23T13:00:{count:02}"}
        yield notification("woocommerce", "order.updated", f"d-{9 + count}", **order | changes)


def paypal_life(family):
    """Sales write `total` and `currency`, captures `value` and `currency_code`."""

    def life(paid, refunds, code, has_reversal):
        def event(what, name, cents, **resource):
            topic = f"PAYMENT.{family}.{what}"
            kept = copy.deepcopy(registry.processor("paypal").sample(topic)["resource"])
            words = ("total", "currency") if family == "SALE" else ("value", "currency_code")
            kept |= {"id": name, "amount": dict(zip(words, (text(cents, code), code), strict=True))} | resource
            return notification("paypal", topic, None, id=f"WH-{name}", resource=kept)

        up = [{"rel": "up", "href": "https://api.paypal.com/v2/payments/captures/PAID"}]
        about = {"sale_id": "PAID"} if family == "SALE" else {"links": up}
        yield event("COMPLETED", "PAID", paid)
        for number, cents in enumerate(refunds):
            yield event("REFUNDED", f"REFUND-{number}", cents, **about)
        if has_reversal:
            yield event("REVERSED", "REVERSAL", paid, **about)

    return life


LIVES = {
    "stripe": stripe_life,
    "shopify": shopify_life,
    "woocommerce": woocommerce_life,
    "paypal sale": paypal_life("SALE"),
    "paypal capture": paypal_life("CAPTURE"),
}
CANNOT_BE_REVERSED = {"woocommerce"}
LIMITED_BY_REFUNDS = {"stripe", "shopify"}


@pytest.mark.promise("F22", "F23")
@pytest.mark.parametrize("name", LIVES)
@given(
    paid=st.integers(1, 10**12),
    refunds=st.lists(st.integers(1, 10**12), max_size=4),
    code=st.sampled_from(["USD", "JPY", "KWD"]),
    has_reversal=st.booleans(),
    seed=st.integers(0, 2**32),
)
def test_any_order_and_any_repetition_settles_to_the_same_net(name, paid, refunds, code, has_reversal, seed):
    """Partial, full and over-refunds and reversals, in currencies of 2, 0 and 3 decimal places."""
    told = list(LIVES[name](paid, refunds, code, has_reversal))
    has_reversal = has_reversal and name not in CANNOT_BE_REVERSED
    order = random.Random(seed)
    told += order.choices(told, k=3)
    order.shuffle(told)
    processor = registry.processor(told[0][0])
    book = Book(processor.position)
    for _, delivery in told:
        book.take(processor.read(delivery))
    left = paid - sum(refunds)
    # At Stripe and Shopify a dispute takes no more than what refunds have left.
    taken = max(0, left) if name in LIMITED_BY_REFUNDS else paid
    assert book.net == left - (taken if has_reversal else 0)
    assert {entry.currency for entry in book.entries} == {code}
    assert len({entry.original_transaction_id for entry in book.entries}) == 1
