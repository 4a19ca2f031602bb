"""What Shopify's deliveries do to the ledger, row by row of the rules of money, in every order of arrival."""

from datetime import UTC, datetime

import pytest

from impl.kernel.events import EntryKind
from impl.kernel.facts import FactKind
from impl.platforms import registry
from tests.fixtures.book import Book
from tests.platforms import stories

SHOPIFY = registry.processor("shopify")


def order(paid, status="paid", *, at=1, code="USD", id_=1, topic="orders/updated", **changes):
    """A snapshot of an order of `paid`, last changed on day `at` of December 2026."""
    body = SHOPIFY.sample("orders/paid") | {
        "id": id_,
        "total_price": stories.text(paid, code),
        "current_total_price": stories.text(paid, code),
        "currency": code,
        "financial_status": status,
        "created_at": "2026-12-01T10:00:00Z",
        "processed_at": "2026-12-01T10:00:00Z",
        "updated_at": f"2026-12-{at:02}T10:00:05Z",
    }
    return topic, body | changes


def item(id_, cents, kind="sale", *, status="success", code="USD", at=1, shop=None, **changes):
    """A transaction; `shop` is its amount in US dollars where the buyer paid in another currency."""
    body = {"id": id_, "order_id": 1, "kind": kind, "status": status, "gateway": "shopify_payments", "test": False}
    body |= {"amount": stories.text(cents, code), "currency": code, "processed_at": f"2026-12-{at:02}T11:00:00Z"}
    if shop is not None:
        body["amount_set"] = {
            "shop_money": {"amount": stories.text(shop, "USD"), "currency_code": "USD"},
            "presentment_money": {"amount": body["amount"], "currency_code": code},
        }
    return body | changes


def told(*args, **kwargs):
    """A transaction that is told alone."""
    return "order_transactions/create", item(*args, **kwargs)


def back(id_, cents, **kwargs):
    """A refund transaction."""
    return item(id_, cents, "refund", **{"at": 2} | kwargs)


def refund(*items, id_=7):
    """A refund with its transactions, as `refunds/create` tells it."""
    return "refunds/create", {
        "id": id_,
        "order_id": 1,
        "created_at": "2026-12-02T11:00:00Z",
        "transactions": list(items),
    }


def listed(*items):
    """The refunds of an order."""
    return {"refunds": [refund(*items)[1]]}


def dispute(cents, status, type_="chargeback", *, code="USD", **changes):
    body = {"id": 50, "order_id": 1, "type": type_, "amount": stories.text(cents, code), "currency": code}
    topic = "disputes/create" if status == "needs_response" else "disputes/update"
    return topic, body | {"status": status, "initiated_at": "2026-12-03T00:00:00Z"} | changes


GIFT = {"payment_gateway_names": ["gift_card"]}
MIXED = {"payment_gateway_names": ["gift_card", "shopify_payments"]}
PENDING = order(10000, "pending", topic="orders/create")
PAID = order(10000, topic="orders/paid")

STORIES = {
    # captured: the greatest snapshot, or the sum of the transactions
    "an order that is not paid": ([PENDING], {}),
    "an order that is paid": ([PENDING, PAID], {"USD": 10000}),
    "orders/paid delivered after a partial refund": (
        [order(10000, "partially_refunded", topic="orders/paid")],
        {"USD": 10000},
    ),
    "paid and wholly refunded": ([order(10000, "refunded", at=2, **listed(back(9, 10000)))], {}),
    "a voided order that is more than outstanding": (
        [order(35997, "voided", total_outstanding="369.97", topic="orders/create")],
        {},
    ),
    "part paid, by the order alone": (
        [PENDING, order(10000, "partially_paid", at=2, total_outstanding="70.00")],
        {"USD": 3000},
    ),
    "part paid, of which a part went back": (
        [order(10000, "partially_paid", at=2, total_outstanding="80.00", **listed(back(9, 1000)))],
        {"USD": 2000},
    ),
    "part paid, with more outstanding than there is to pay": (
        [order(10000, "partially_paid", total_outstanding="120.00")],
        {},
    ),
    "the same, of which a part went back": (
        [order(10000, "partially_paid", at=2, total_outstanding="120.00", **listed(back(9, 1000)))],
        {},
    ),
    "part paid, by the transaction alone": ([PENDING, told(3, 3000)], {"USD": 3000}),
    "two transactions and the order are not added": ([told(3, 3000), told(4, 7000), PAID], {"USD": 10000}),
    "a transaction without any order": ([told(3, 3000)], {"USD": 3000}),
    "captures in parts": (
        [told(2, 10000, "authorization"), told(3, 4000, "capture"), told(4, 2500, "capture")],
        {"USD": 6500},
    ),
    "a payment that failed or waits": (
        [PENDING, told(3, 10000, status="failure"), told(4, 10000, status="pending")],
        {},
    ),
    "a status that nobody knows": ([order(10000, "expired")], {}),
    # edits
    "edited up, and the balance paid": ([PAID, order(12000, at=2)], {"USD": 12000}),
    "edited up, and the balance paid by a transaction": ([told(3, 10000), PAID, told(4, 2000, at=2)], {"USD": 12000}),
    "edited down, and the difference given back": (
        [PAID, order(8000, "partially_refunded", at=2, **listed(back(9, 2000)))],
        {"USD": 8000},
    ),
    # currencies
    "a shop that sells in the currency of the buyer": (
        [PAID, told(3, 13700, code="CAD", shop=10000), refund(back(9, 4110, code="CAD", shop=3000))],
        {"USD": 7000},
    ),
    "a payment in the currency of the buyer without the shop's leaves it to the order": (
        [PAID, told(3, 13700, code="CAD")],
        {"USD": 10000},
    ),
    "the same in parts": (
        [told(3, 5281, code="CAD"), told(4, 1422, code="CAD"), order(3961, "paid"), order(5028, at=2)],
        {"USD": 5028},
    ),
    "the same, where the shop's currency is known from what is not settled": (
        [told(3, 13700, code="CAD", total_unsettled_set={"shop_money": {"amount": "0.0", "currency": "USD"}})],
        {},
    ),
    "an authorization in the currency of the buyer": ([PENDING, told(3, 13700, "authorization", code="CAD")], {}),
    "a refund in the currency of the buyer without the shop's is dead": (
        [PAID, refund(back(9, 4110, code="CAD"))],
        {"USD": 10000},
    ),
    "a currency without decimal places": (
        [order(10000, code="JPY"), refund(back(9, 3000, code="JPY"))],
        {"JPY": 7000},
    ),
    "a currency with three decimal places": (
        [order(1234, code="KWD"), refund(back(9, 234, code="KWD"))],
        {"KWD": 1000},
    ),
    # gift cards
    "paid with a gift card alone": ([order(5000, **GIFT), told(3, 5000, gateway="gift_card")], {}),
    "paid with a gift card and a card": (
        [order(10000, **MIXED), told(3, 4000, gateway="gift_card"), told(4, 6000)],
        {"USD": 6000},
    ),
    "a card first, and the rest with a gift card": (
        [told(4, 6000), order(10000, "partially_paid", at=1, total_outstanding="40.00"), order(10000, at=2, **MIXED)],
        {"USD": 6000},
    ),
    "a gift card that only its transaction tells": (
        [order(10000), told(3, 4000, gateway="gift_card"), told(4, 6000)],
        {"USD": 6000},
    ),
    "part paid, of which a part went back to a gift card": (
        [order(10000, "partially_paid", at=2, total_outstanding="80.00", **listed(back(9, 1000, gateway="gift_card")))],
        {"USD": 3000},
    ),
    "refunded to a gift card and to store credit": (
        [
            PAID,
            refund(back(9, 1000, gateway="gift_card"), back(10, 2000, gateway="shopify_store_credit"), back(11, 500)),
        ],
        {"USD": 9500},
    ),
    # refunds
    "one refund told three times": (
        [
            PAID,
            refund(back(9, 3000)),
            order(10000, "partially_refunded", at=2, **listed(back(9, 3000))),
            ("order_transactions/create", back(9, 3000)),
        ],
        {"USD": 7000},
    ),
    "two refunds of the same amount": ([PAID, refund(back(9, 1000)), refund(back(10, 1000), id_=8)], {"USD": 8000}),
    "a refund that waits and then succeeds": (
        [PAID, refund(back(9, 3000, status="pending")), ("order_transactions/create", back(9, 3000))],
        {"USD": 7000},
    ),
    "a refund that failed takes back": (
        [PAID, refund(back(9, 3000)), order(10000, at=3, **listed(back(9, 3000, status="failure", at=3)))],
        {"USD": 10000},
    ),
    "a refund without money": ([PAID, refund()], {"USD": 10000}),
    "a void is never a refund": ([PENDING, refund(item(9, 10000, "void")), told(8, 10000, "void")], {}),
    # chargebacks
    "a chargeback": ([PAID, dispute(10000, "needs_response")], {}),
    "a chargeback that is won": ([PAID, dispute(10000, "needs_response"), dispute(10000, "won")], {"USD": 10000}),
    "a chargeback that is lost": (
        [PAID, dispute(10000, "needs_response"), dispute(10000, "lost", finalized_on="2026-12-20T00:00:00Z")],
        {},
    ),
    "a chargeback that is accepted": ([PAID, dispute(4000, "accepted")], {"USD": 6000}),
    "an inquiry": (
        [PAID, dispute(10000, "needs_response", "inquiry"), dispute(10000, "won", "inquiry")],
        {"USD": 10000},
    ),
    "an inquiry that becomes a chargeback": (
        [PAID, dispute(10000, "under_review", "inquiry"), dispute(10000, "needs_response")],
        {},
    ),
    "an inquiry that was won and became a chargeback all the same": (
        [PAID, dispute(10000, "won", "inquiry"), dispute(10000, "needs_response")],
        {},
    ),
    "a chargeback that is prevented": ([PAID, dispute(10000, "prevented")], {"USD": 10000}),
    "a chargeback that ends in a refund takes once": (
        [PAID, dispute(10000, "needs_response"), dispute(10000, "charge_refunded"), refund(back(9, 10000))],
        {},
    ),
    "a chargeback takes no more than refunds have left": (
        [PAID, refund(back(9, 3000)), dispute(10000, "needs_response")],
        {},
    ),
    "the newest amount of a chargeback": (
        [
            PAID,
            dispute(10000, "needs_response"),
            dispute(4000, "under_review", evidence_sent_on="2026-12-05T00:00:00Z"),
        ],
        {"USD": 6000},
    ),
    # what is no revenue
    "a test order": ([order(10000, test=True), refund(back(9, 3000, test=True)), told(3, 10000, test=True)], {}),
    "a checkout": ([("checkouts/update", SHOPIFY.sample("checkouts/update"))], {}),
}


@pytest.mark.promise("F22", "F23")
@pytest.mark.parametrize("name", STORIES)
def test_every_order_of_arrival_ends_in_the_same_net(name):
    deliveries, net = STORIES[name]
    assert stories.outcomes("shopify", deliveries) == [net]


def test_a_refund_without_the_currency_of_the_shop_is_a_mismatch_and_the_capture_stays():
    assert stories.play("shopify", [PAID, refund(back(9, 4110, code="CAD"))]) == ({"USD": 10000}, ["currency_mismatch"])


def test_a_refund_known_by_its_id_cannot_change():
    assert stories.play("shopify", [PAID, refund(back(9, 3000)), refund(back(9, 4000), id_=8)]) == (
        {"USD": 7000},
        ["contradicts_recorded"],
    )


def test_a_hold_that_ends_is_voided_and_a_captured_one_is_not():
    held, captured = Book(SHOPIFY.position), Book(SHOPIFY.position)
    for book, deliveries in (
        (held, [PENDING, told(2, 10000, "authorization", shop=10000), told(3, 10000, "void")]),
        (captured, [told(2, 10000, "authorization", shop=10000), told(4, 6000, "capture"), told(3, 4000, "void")]),
    ):
        for topic, body in deliveries:
            book.take(stories.read("shopify", topic, body))
    assert [entry.kind for entry in held.entries] == [EntryKind.AUTHORIZED, EntryKind.VOIDED]
    assert [entry.kind for entry in captured.entries] == [EntryKind.AUTHORIZED, EntryKind.CAPTURED]


@pytest.mark.parametrize(
    ("times", "expected"),
    [
        ({}, datetime(2026, 12, 1, 10, 0, tzinfo=UTC)),
        ({"updated_at": "2026-12-04T10:00:00Z"}, datetime(2026, 12, 4, 10, 0, tzinfo=UTC)),
        ({"processed_at": "2025-03-01T09:00:00+02:00"}, datetime(2025, 3, 1, 7, 0, tzinfo=UTC)),
        ({"processed_at": None}, datetime(2026, 12, 1, 10, 0, tzinfo=UTC)),
        ({"updated_at": None}, datetime(2026, 12, 1, 10, 0, tzinfo=UTC)),
    ],
)
def test_an_order_counts_when_it_was_placed_or_when_it_was_paid_later(times, expected):
    (fact,) = stories.read("shopify", *order(10000, **times))
    assert (fact.kind, fact.occurred_at) == (FactKind.CAPTURED_TOTAL, expected)


def test_transactions_refunds_and_disputes_count_at_their_own_times():
    (sale,) = stories.read("shopify", *told(3, 100, at=5))
    (gone,) = stories.read("shopify", *refund(back(9, 100, processed_at=None)))
    (disputed,) = stories.read("shopify", *dispute(100, "under_review", evidence_sent_on="2026-12-05T00:00:00Z"))
    assert [(fact.occurred_at.day, fact.occurred_at.hour) for fact in (sale, gone, disputed)] == [
        (5, 11),
        (2, 11),
        (3, 0),
    ]


def test_objects_are_named_as_the_map_says():
    names = [
        [(fact.object_id, fact.transaction_id, fact.order_id) for fact in stories.read("shopify", *delivery)]
        for delivery in (PAID, refund(back(9, 100)), dispute(100, "lost"))
    ]
    assert names == [
        [("shopify_order_1", "shopify_order_1", "1")],
        [("shopify_refund_9", "shopify_order_1", "1")],
        [("50", "shopify_order_1", "1")],
    ]
