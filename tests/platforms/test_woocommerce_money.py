"""What WooCommerce's deliveries do to the ledger, row by row of the rules of money, in every order of arrival."""

from datetime import UTC, datetime

import pytest

from impl.kernel.events import EntryKind
from impl.platforms import registry
from tests.fixtures.book import Book
from tests.platforms import stories

WOO = registry.processor("woocommerce")
DATES = ("date_created", "date_modified", "date_paid", "date_completed")


def order(
    total, status, *refunds, at=1, paid=True, method="stripe", code="USD", id_=1, topic="order.updated", **changes
):
    """A snapshot of an order, last changed on day `at` of December 2026. Refunds are pairs of id and amount."""
    times = {"date_created": 1, "date_modified": at, "date_paid": 1 if paid else None, "date_completed": None}
    body = WOO.sample("order.updated") | {"id": id_, "status": status, "currency": code, "payment_method": method}
    for name, day in times.items():
        body[f"{name}_gmt"] = f"2026-12-{day:02}T10:00:00" if day else None
        body[name] = f"2026-12-{day:02}T05:00:00" if day else None
    body |= {"total": stories.text(total, code)}
    body["refunds"] = [
        {"id": number, "reason": "", "total": "-" + stories.text(cents, code)} for number, cents in refunds
    ]
    return topic, body | changes


def placed(total, **kwargs):
    return order(total, "pending", paid=False, topic="order.created", **kwargs)


STORIES = {
    "an order that is not paid": ([placed(4000)], {}),
    "paid at processing, and the last status is a plugin's own": (
        [placed(4000), order(4000, "processing", at=2), order(4000, "shipped", at=3)],
        {"USD": 4000},
    ),
    "paid at processing, which says no time": ([order(4000, "processing", paid=False)], {"USD": 4000}),
    "a plugin's own status without a payment": ([placed(4000), order(4000, "quote", at=2, paid=False)], {}),
    "on hold until the transfer comes": (
        [order(4000, "on-hold", paid=False, method="bacs"), order(4000, "processing", at=2, method="bacs")],
        {"USD": 4000},
    ),
    "on hold after the payment": ([order(4000, "processing"), order(4000, "on-hold", at=2)], {"USD": 4000}),
    "completed": (
        [placed(4000), order(4000, "completed", at=2), order(4000, "completed", at=2, topic="order.completed")],
        {"USD": 4000},
    ),
    # refunds
    "refunded, and the delivery that said completed was lost": ([order(4000, "refunded", (5, 4000), at=3)], {}),
    "two partial refunds": (
        [
            order(4000, "completed", at=2),
            order(4000, "completed", (5, 1000), at=3),
            order(4000, "completed", (5, 1000), (6, 500), at=4),
        ],
        {"USD": 2500},
    ),
    "a refund that was deleted": (
        [order(4000, "completed", (5, 1000), at=2), order(4000, "completed", at=3)],
        {"USD": 4000},
    ),
    "a refund that was deleted and entered again": (
        [
            order(4000, "completed", (5, 1000), at=2),
            order(4000, "completed", at=3),
            order(4000, "completed", (6, 2000), at=4),
        ],
        {"USD": 2000},
    ),
    "wholly refunded without any refund in the list": (
        [order(4000, "completed", (5, 1000), at=2), order(4000, "refunded", at=3)],
        {},
    ),
    "wholly refunded, listed only later": (
        [order(4000, "refunded", at=2), order(4000, "refunded", (5, 4000), at=3)],
        {},
    ),
    "two snapshots of the same second: the one with more refunded counts": (
        [order(4000, "completed", at=2), order(4000, "completed", (5, 1000), at=2)],
        {"USD": 3000},
    ),
    "refunded and listed within the same second": (
        [order(4000, "refunded", at=2), order(4000, "refunded", (5, 4000), at=2)],
        {},
    ),
    # totals that rise and fall
    "a total that rose": ([order(4000, "processing"), order(5000, "processing", at=2)], {"USD": 5000}),
    "a total that fell": ([order(4000, "processing"), order(2500, "processing", at=2)], {"USD": 2500}),
    "a total that fell and rose": (
        [order(4000, "processing"), order(2500, "processing", at=2), order(3000, "completed", at=3)],
        {"USD": 3000},
    ),
    # cash on delivery
    "cash on delivery is not paid at processing": ([order(4000, "processing", paid=False, method="cod")], {}),
    "cash on delivery is paid at completed": (
        [order(4000, "processing", paid=False, method="cod"), order(4000, "completed", at=2, method="cod")],
        {"USD": 4000},
    ),
    "cash on delivery that is cancelled": (
        [order(4000, "completed", at=2, method="cod"), order(4000, "cancelled", at=3, method="cod")],
        {},
    ),
    "cash on delivery that failed": (
        [order(4000, "completed", at=2, method="cod"), order(4000, "failed", at=3, method="cod")],
        {},
    ),
    "cash on delivery in a plugin's own status after it was paid": (
        [order(4000, "completed", at=2, method="cod"), order(4000, "archived", at=3, method="cod")],
        {"USD": 4000},
    ),
    "cash on delivery that went back": ([order(4000, "refunded", (5, 4000), at=2, method="cod")], {}),
    # ends
    "cancelled after the payment of an online gateway": (
        [order(4000, "processing"), order(4000, "cancelled", at=2)],
        {"USD": 4000},
    ),
    "failed after the payment of an online gateway": (
        [order(4000, "processing"), order(4000, "failed", at=2)],
        {"USD": 4000},
    ),
    "cancelled without a payment": ([placed(4000), order(4000, "cancelled", at=2, paid=False)], {}),
    "paid, then failed, then paid": (
        [order(4000, "failed", paid=False), order(4000, "processing", at=2), order(4000, "completed", at=3)],
        {"USD": 4000},
    ),
    "the draft of a checkout": ([order(4000, "checkout-draft", paid=False)], {}),
    # currencies
    "a currency without decimal places": (
        [order(10000, "completed", at=2, code="JPY"), order(10000, "completed", (5, 3000), at=3, code="JPY")],
        {"JPY": 7000},
    ),
    "a currency with three decimal places": ([order(1234, "completed", (5, 234), code="KWD")], {"KWD": 1000}),
    "a refund whose amount is 0.00 beside its total": (
        [order(4000, "completed", refunds=[{"id": 5, "amount": "0.00", "total": "-10.00"}])],
        {"USD": 3000},
    ),
    # what the map does not read
    "meta data as a map of PHP, and as empty lists": (
        [
            order(4000, "completed", meta_data={"1": {"id": 1, "key": "a", "value": "b"}}),
            order(4000, "completed", meta_data=[[], []], id_=2),
        ],
        {"USD": 8000},
    ),
    "two orders": ([order(4000, "completed"), order(1000, "completed", id_=2)], {"USD": 5000}),
}


@pytest.mark.promise("F22", "F23")
@pytest.mark.parametrize("name", STORIES)
def test_every_order_of_arrival_ends_in_the_same_net(name):
    deliveries, net = STORIES[name]
    assert stories.outcomes("woocommerce", deliveries) == [net]


def test_equal_ids_of_two_shops_do_not_collide():
    _, body = order(4000, "completed", (5, 1000))
    one, other = (
        stories.read("woocommerce", "order.updated", body, account=shop) for shop in ("a.example", "b.example")
    )
    assert [fact.object_id for fact in one] == ["woocommerce_a.example_order_1", "woocommerce_a.example_refund_5"]
    assert {fact.transaction_id for fact in other} == {"woocommerce_b.example_order_1"}
    assert {fact.order_id for fact in (*one, *other)} == {"1"}
    assert not {fact.idempotency_key for fact in one} & {fact.idempotency_key for fact in other}


def test_names_stay_within_their_column_and_apart_for_accounts_of_any_length():
    _, body = order(4000, "completed", (2**62, 1000), id_=2**62)
    one, other = (stories.read("woocommerce", "order.updated", body, account="a" * 254 + end) for end in "ab")
    assert max(len(fact.object_id) for fact in one) <= 255
    assert max(len(fact.processor_event_id) for fact in one) <= 255
    assert {fact.object_id for fact in one}.isdisjoint(fact.object_id for fact in other)


def test_a_refund_that_is_gone_is_taken_back_under_its_own_name():
    book = Book(WOO.position)
    for delivery in (order(4000, "completed", (5, 1000), (6, 500), at=2), order(4000, "completed", (6, 500), at=3)):
        book.take(stories.read("woocommerce", *delivery))
    gone = book.entries[-1]
    assert (gone.kind, gone.transaction_id, gone.effect_cents) == (
        EntryKind.REFUNDED,
        "woocommerce_default_refund_5",
        1000,
    )
    assert gone.reverses is not None


def test_a_total_that_falls_is_a_capture_with_a_minus():
    book = Book(WOO.position)
    for delivery in (order(4000, "processing"), order(2500, "processing", at=2)):
        book.take(stories.read("woocommerce", *delivery))
    assert [(entry.kind, entry.effect_cents) for entry in book.entries] == [
        (EntryKind.CAPTURED, 4000),
        (EntryKind.CAPTURED, -1500),
    ]


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, datetime(2026, 12, 1, 10, tzinfo=UTC)),
        ({"date_paid_gmt": None}, datetime(2026, 12, 1, 5, tzinfo=UTC)),
        (
            {"date_paid_gmt": None, "date_paid": None, "date_completed_gmt": "2026-12-02T00:00:00"},
            datetime(2026, 12, 2, tzinfo=UTC),
        ),
        (
            {"date_paid_gmt": None, "date_paid": None, "date_created_gmt": "2026-11-30T00:00:00"},
            datetime(2026, 11, 30, tzinfo=UTC),
        ),
    ],
)
def test_a_capture_counts_when_it_was_paid_completed_or_created(changes, expected):
    (fact,) = stories.read("woocommerce", *order(4000, "completed", **changes))
    assert fact.occurred_at == expected


def test_a_refund_counts_at_its_own_time_or_when_it_was_first_listed():
    refunds = [{"id": 5, "total": "-1.00", "date_created_gmt": "2026-12-02T09:00:00"}, {"id": 6, "total": "-1.00"}]
    _, own, listed = stories.read("woocommerce", *order(4000, "completed", at=4, refunds=refunds))
    assert (own.occurred_at, listed.occurred_at) == (
        datetime(2026, 12, 2, 9, tzinfo=UTC),
        datetime(2026, 12, 4, 10, tzinfo=UTC),
    )
