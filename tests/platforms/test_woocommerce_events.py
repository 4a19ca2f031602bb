"""The WooCommerce integration map: whole orders every time, several refunds in one delivery, times by two clocks."""

from datetime import UTC, datetime

import pytest

from impl.kernel.events import EventType
from impl.platforms import registry, woocommerce
from impl.platforms.errors import NothingToRecord, UnusableDelivery
from impl.platforms.notification import Notification

RECEIVED = datetime(2026, 11, 24, 12, tzinfo=UTC)


def report(topic, /, *, delivery="d-1", **changes):
    payload = registry.processor("woocommerce").sample(topic) | changes
    return woocommerce.to_facts(Notification(payload=payload, topic=topic, id=delivery, received_at=RECEIVED))


def told(topic, /, **changes):
    """Type, amount and transaction of each fact."""
    return [
        (fact.type, fact.money.amount_cents, fact.object_id.removeprefix("woocommerce_"))
        for fact in report(topic, **changes)
    ]


CAPTURED = (EventType.PAYMENT_CAPTURED, 10000, "order_727")
REFUNDED = [(EventType.PAYMENT_REFUNDED, 3000, "refund_728"), (EventType.PAYMENT_REFUNDED, 7000, "refund_729")]


@pytest.mark.parametrize(
    ("topic", "expected"),
    [
        ("order.created", [(EventType.ORDER_CREATED, 10000, "order_727")]),
        ("order.completed", [CAPTURED]),
        ("order.updated", [CAPTURED]),
        ("order.refunded", REFUNDED),
    ],
)
def test_each_topic_is_read_as_the_map_says(topic, expected):
    assert told(topic) == expected
    assert {fact.transaction_id for fact in report(topic)} == {"woocommerce_order_727"}
    assert {fact.order_id for fact in report(topic)} == {"727"}
    assert {fact.money.currency for fact in report(topic)} == {"USD"}


def test_a_changed_order_means_what_its_status_says():
    refunded = registry.processor("woocommerce").sample("order.refunded")
    assert told("order.updated", **refunded) == REFUNDED
    assert told("order.updated", **(refunded | {"status": "completed"})) == [CAPTURED, *REFUNDED]


def test_an_order_that_was_paid_but_never_completed_came_and_went():
    """Nothing but its refund will tell us that the money came, so the refund's delivery captures it, dated when it was paid."""
    changes = registry.processor("woocommerce").sample("order.refunded") | {
        "date_completed": None,
        "date_completed_gmt": None,
    }
    captured, *refunds = report("order.updated", **changes)
    assert (captured.type, captured.money.amount_cents) == (EventType.PAYMENT_CAPTURED, 10000)
    assert captured.occurred_at == datetime(2026, 11, 21, 9, 31, tzinfo=UTC)
    assert sum(fact.money.amount_cents for fact in refunds) == 10000


@pytest.mark.parametrize("status", ["pending", "processing", "on-hold", "cancelled", "failed", None, "trash"])
def test_a_change_that_moves_no_money_has_nothing_to_record(status):
    with pytest.raises(NothingToRecord):
        report("order.updated", status=status)


def test_refunds_are_read_without_their_sign_from_either_field():
    assert told("order.refunded", refunds=[{"id": 1, "total": "-30.00"}, {"id": 2, "amount": "-1.50"}])[0][1] == 3000
    assert told("order.refunded", refunds=[{"id": 1, "total": "-30.00"}, {"id": 2, "amount": "-1.50"}])[1][1] == 150


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, datetime(2026, 11, 22, 13, 0, tzinfo=UTC)),
        ({"date_completed_gmt": None}, datetime(2026, 11, 22, 8, 0, tzinfo=UTC)),
        ({"date_completed": None, "date_completed_gmt": None}, datetime(2026, 11, 21, 9, 31, tzinfo=UTC)),
        ({"date_completed_gmt": "2026-11-22T13:00:00+02:00"}, datetime(2026, 11, 22, 11, 0, tzinfo=UTC)),
    ],
)
def test_the_time_in_utc_wins_and_the_shops_clock_is_read_as_utc(changes, expected):
    (fact,) = report("order.completed", **changes)
    assert fact.occurred_at == expected


def test_a_refund_is_one_fact_in_whichever_delivery_it_comes():
    one = report("order.refunded", delivery="a")
    other = report("order.updated", **registry.processor("woocommerce").sample("order.refunded"), delivery="b")
    assert [fact.idempotency_key for fact in one] == [fact.idempotency_key for fact in other]


def test_hints_are_read_from_the_notes_and_other_notes_may_hold_anything():
    (fact,) = report("order.completed")
    assert (fact.hints.utm_source, fact.hints.utm_medium) == ("google", "cpc")


@pytest.mark.promise("P071")
@pytest.mark.parametrize(
    ("topic", "changes", "code", "pointer"),
    [
        ("order.completed", {"id": None}, "missing_required_field", "/id"),
        ("order.completed", {"total": "12,50"}, "malformed_value", "/total"),
        ("order.completed", {"total": 12.5}, "malformed_value", "/total"),
        ("order.completed", {"currency": None}, "missing_required_field", "/currency"),
        ("order.completed", {"currency": "XXX"}, "unknown_currency", "/currency"),
        ("order.created", {"date_created_gmt": None, "date_created": None}, "missing_required_field", "/date_created"),
        ("order.created", {"date_created_gmt": "yesterday"}, "malformed_value", "/date_created_gmt"),
        ("order.refunded", {"refunds": []}, "missing_required_field", "/refunds"),
        ("order.refunded", {"refunds": "all"}, "malformed_value", "/refunds"),
        ("order.refunded", {"refunds": [{"amount": "1.00"}]}, "missing_required_field", "/refunds/0/id"),
        ("order.refunded", {"refunds": [{"id": 5}]}, "missing_required_field", "/refunds/0/amount"),
    ],
)
def test_what_is_unusable_says_why_and_where(topic, changes, code, pointer):
    with pytest.raises(UnusableDelivery) as caught:
        report(topic, **changes)
    assert (caught.value.code, caught.value.pointer) == (code, pointer)


@pytest.mark.parametrize("topic", [None, "order.deleted", "coupon.created", "action.wc_add_to_cart"])
def test_an_unknown_topic_has_no_meaning(topic):
    with pytest.raises(UnusableDelivery) as caught:
        woocommerce.to_facts(Notification(payload={}, topic=topic, id=None, received_at=RECEIVED))
    assert caught.value.code == "unknown_provider_event"
