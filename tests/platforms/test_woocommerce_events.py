"""The reader of WooCommerce's deliveries: whole orders every time, hints, and every way a delivery can be unusable."""

from datetime import UTC, datetime

import pytest

from impl.kernel.events import EventType
from impl.platforms import registry, woocommerce
from impl.platforms.errors import NothingToRecord, UnusableDelivery
from impl.platforms.notification import Notification

RECEIVED = datetime(2026, 11, 24, 12, tzinfo=UTC)
SAMPLE = registry.processor("woocommerce").sample


def facts(topic, /, *, delivery="d-1", **changes):
    payload = SAMPLE(topic) | changes
    return woocommerce.to_facts(Notification(payload=payload, topic=topic, id=delivery, received_at=RECEIVED))


CAPTURED = (EventType.PAYMENT_CAPTURED, 10000, "order_727")
REFUNDED = [(EventType.PAYMENT_REFUNDED, 3000, "refund_728"), (EventType.PAYMENT_REFUNDED, 7000, "refund_729")]


@pytest.mark.parametrize(
    ("topic", "expected"),
    [
        ("order.created", [(EventType.ORDER_CREATED, 10000, "order_727")]),
        ("order.completed", [CAPTURED]),
        ("order.updated", [CAPTURED]),
        ("order.restored", [CAPTURED]),
        ("order.refunded", [CAPTURED, *REFUNDED]),
    ],
)
def test_each_sample_shows_what_its_story_says(topic, expected):
    shown = facts(topic)
    prefix = "woocommerce_default_"
    assert [(fact.type, fact.cents, fact.object_id.removeprefix(prefix)) for fact in shown] == expected
    assert {(fact.transaction_id, fact.order_id) for fact in shown} == {(f"{prefix}order_727", "727")}
    assert {(fact.money.currency, fact.processor_event_type) for fact in shown} == {("USD", topic)}


def test_the_body_counts_whatever_the_topic_says():
    """WooCommerce builds a body when it sends it, so `order.created` may show an order that is refunded by then."""
    changes = SAMPLE("order.refunded")
    kinds = [
        [(fact.kind, fact.object_id) for fact in facts(topic, **changes)]
        for topic in registry.processor("woocommerce").topics
    ]
    assert kinds[1:] == kinds[:-1]


def test_the_id_in_a_header_makes_no_fact_unique():
    assert facts("order.updated", delivery="a") == facts("order.updated", delivery="b")


def test_hints_are_read_from_the_notes_and_other_notes_may_hold_anything():
    (fact,) = facts("order.completed")
    assert (fact.hints.utm_source, fact.hints.utm_medium) == ("google", "cpc")


@pytest.mark.parametrize(
    "changes",
    [
        {"meta_data": {"1": {"id": 1, "key": "a", "value": "b"}}},
        {"meta_data": [[], []]},
        {"meta_data": "none"},
        {"order_key": None},
        {"line_items": {"1": 2}},
        {"number": 7},
        {"payment_method": None},
        {"customer_id": "me"},
    ],
)
def test_what_the_map_does_not_read_cannot_kill_an_order(changes):
    assert [fact.cents for fact in facts("order.completed", **changes)] == [10000]


def test_the_draft_of_a_checkout_has_nothing_to_record():
    with pytest.raises(NothingToRecord):
        facts("order.updated", status="checkout-draft")


@pytest.mark.parametrize("changes", [{"date_modified_gmt": None, "date_modified": None}])
def test_an_order_without_the_time_of_its_last_change_is_as_new_as_its_arrival(changes):
    assert [fact.shown_at for fact in facts("order.updated", **changes)] == [RECEIVED]


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
        ("order.updated", {"date_modified_gmt": "soon"}, "malformed_value", "/date_modified_gmt"),
        ("order.refunded", {"refunds": "all"}, "malformed_value", "/refunds"),
        ("order.refunded", {"refunds": [{"amount": "1.00"}]}, "missing_required_field", "/refunds/0/id"),
        ("order.refunded", {"refunds": [{"id": 5}]}, "missing_required_field", "/refunds/0/amount"),
        ("order.updated", {"billing_period": "month"}, "topic_mismatch", "/billing_period"),
        ("order.updated", {"regular_price": "9.00"}, "topic_mismatch", "/regular_price"),
    ],
)
def test_what_is_unusable_says_why_and_where(topic, changes, code, pointer):
    with pytest.raises(UnusableDelivery) as caught:
        facts(topic, **changes)
    assert (caught.value.code, caught.value.pointer) == (code, pointer)


def test_an_error_of_the_shop_in_place_of_an_order_is_named():
    """What a shop sends whose webhook belongs to a user who may not read orders: github.com/woocommerce/woocommerce/pull/68698."""
    body = {"code": "woocommerce_rest_cannot_view", "message": "Sorry, you cannot view this.", "data": {"status": 401}}
    with pytest.raises(UnusableDelivery, match="woocommerce_rest_cannot_view") as caught:
        woocommerce.to_facts(Notification(payload=body, topic="order.updated", id=None, received_at=RECEIVED))
    assert (caught.value.code, caught.value.pointer) == ("missing_required_field", "/id")


@pytest.mark.parametrize("topic", [None, "order.deleted", "coupon.created", "action.wc_add_to_cart"])
def test_an_unknown_topic_has_no_meaning(topic):
    with pytest.raises(UnusableDelivery) as caught:
        woocommerce.to_facts(Notification(payload={}, topic=topic, id=None, received_at=RECEIVED))
    assert caught.value.code == "unknown_provider_event"
