"""The Shopify integration map, and every way a delivery can be unusable."""

from datetime import UTC, datetime

import pytest

from impl.kernel.events import EventType
from impl.platforms import registry, shopify
from impl.platforms.errors import NothingToRecord, UnusableDelivery
from impl.platforms.notification import Notification

RECEIVED = datetime(2026, 11, 21, 12, tzinfo=UTC)


def notification(topic, /, *, delivery="wh-1", **changes):
    return Notification(
        payload=registry.processor("shopify").sample(topic) | changes, topic=topic, id=delivery, received_at=RECEIVED
    )


def fact(topic, /, **changes):
    (only,) = shopify.to_facts(notification(topic, **changes))
    return only


@pytest.mark.parametrize(
    ("topic", "type_", "transaction", "original", "order", "cents"),
    [
        (
            "orders/create",
            EventType.ORDER_CREATED,
            "order_5678901234567",
            "order_5678901234567",
            "5678901234567",
            10000,
        ),
        (
            "orders/paid",
            EventType.PAYMENT_CAPTURED,
            "order_5678901234567",
            "order_5678901234567",
            "5678901234567",
            10000,
        ),
        (
            "refunds/create",
            EventType.PAYMENT_REFUNDED,
            "refund_912345678901",
            "order_5678901234567",
            "5678901234567",
            3000,
        ),
        (
            "checkouts/update",
            EventType.CHECKOUT_UPDATED,
            "checkout_a1b2c3d4e5f60718293a4b5c6d7e8f90",
            "checkout_a1b2c3d4e5f60718293a4b5c6d7e8f90",
            None,
            10000,
        ),
    ],
)
def test_each_topic_is_read_as_the_map_says(topic, type_, transaction, original, order, cents):
    event = fact(topic)
    assert (event.type, event.order_id, event.money.amount_cents, event.money.currency) == (type_, order, cents, "USD")
    assert event.object_id == f"shopify_{transaction}"
    assert event.transaction_id == f"shopify_{original}"
    assert (event.processor_event_id, event.processor_event_type) == ("wh-1", topic)


def test_times_with_an_offset_become_utc():
    assert fact("orders/paid").occurred_at == datetime(2026, 11, 21, 9, 30, tzinfo=UTC)


def test_hints_are_read_from_the_notes():
    hints = fact("orders/paid").hints
    assert (hints.utm_source, hints.utm_medium, hints.utm_campaign) == ("google", "cpc", "autumn")
    assert str(hints.session_id) == "0190b7a2-5f0e-7c3a-9d43-2b6f1c8e4a55"


def test_hints_that_are_none_are_dropped():
    notes = [
        {"name": "utm_source", "value": 7},
        {"name": ["x"], "value": "y"},
        "text",
        {"name": "skeldir_session_id", "value": "me"},
    ]
    hints = fact("orders/paid", note_attributes=notes).hints
    assert (hints.utm_source, hints.session_id) == (None, None)


def test_each_update_of_a_checkout_is_an_event_of_its_own():
    times = ("2026-11-21T09:30:00Z", "2026-11-21T09:30:00Z", "2026-11-21T09:31:00Z")
    first, again, other = (fact("checkouts/update", updated_at=at) for at in times)
    assert first.idempotency_key == again.idempotency_key != other.idempotency_key


def test_a_payment_that_failed_to_go_back_is_not_counted():
    (sent,) = registry.processor("shopify").sample("refunds/create")["transactions"]
    failed = sent | {"id": 179259970, "status": "failure"}
    assert fact("refunds/create", transactions=[sent, failed]).money.amount_cents == 3000


def test_a_status_that_is_no_text_says_nothing():
    one = {"amount": "1.00", "currency": "USD", "status": {"nested": "success"}}
    assert fact("refunds/create", transactions=[one]).money.amount_cents == 100


def test_a_refund_without_money_has_nothing_to_record():
    with pytest.raises(NothingToRecord):
        fact("refunds/create", transactions=[])


def test_what_the_contract_leaves_optional_is_filled_in_with_the_arrival():
    assert fact("refunds/create", created_at=None).occurred_at == RECEIVED
    assert fact("checkouts/update", updated_at=None, created_at=None).occurred_at == RECEIVED


@pytest.mark.promise("P071")
@pytest.mark.parametrize(
    ("topic", "changes", "code", "pointer"),
    [
        ("orders/paid", {"id": None}, "missing_required_field", "/id"),
        ("orders/paid", {"id": "7"}, "malformed_value", "/id"),
        ("orders/paid", {"id": 0}, "malformed_value", "/id"),
        ("orders/paid", {"id": True}, "malformed_value", "/id"),
        ("orders/paid", {"id": 2**63}, "malformed_value", "/id"),
        ("orders/paid", {"total_price": None}, "missing_required_field", "/total_price"),
        ("orders/paid", {"total_price": 129.99}, "malformed_value", "/total_price"),
        ("orders/paid", {"total_price": "-1.00"}, "malformed_value", "/total_price"),
        ("orders/paid", {"total_price": "99999999999999.00"}, "malformed_value", "/total_price"),
        ("orders/paid", {"currency": None}, "missing_required_field", "/currency"),
        ("orders/paid", {"currency": "ZZZ"}, "unknown_currency", "/currency"),
        ("orders/paid", {"created_at": None}, "missing_required_field", "/created_at"),
        ("orders/paid", {"created_at": "2026-11-21T04:30:00"}, "malformed_value", "/created_at"),
        ("orders/paid", {"created_at": "2026-02-30T04:30:00Z"}, "malformed_value", "/created_at"),
        ("orders/paid", {"created_at": "0001-01-01T00:00:00+14:00"}, "malformed_value", "/created_at"),
        ("orders/paid", {"created_at": 1795170600}, "malformed_value", "/created_at"),
        ("refunds/create", {"order_id": None}, "missing_required_field", "/order_id"),
        ("refunds/create", {"transactions": None}, "missing_required_field", "/transactions"),
        ("refunds/create", {"transactions": [7]}, "malformed_value", "/transactions"),
        ("refunds/create", {"transactions": [{"amount": "1"}]}, "missing_required_field", "/transactions/0/currency"),
        ("refunds/create", {"transactions": [{"currency": "USD"}]}, "missing_required_field", "/transactions/0/amount"),
        ("refunds/create", {"currency": "EUR"}, "currency_mismatch", "/transactions/0/currency"),
        ("checkouts/update", {"token": "x" * 300}, "malformed_value", "/token"),
        ("checkouts/update", {"token": "a\u0000b"}, "malformed_value", "/token"),
    ],
)
def test_what_is_unusable_says_why_and_where(topic, changes, code, pointer):
    with pytest.raises(UnusableDelivery) as caught:
        fact(topic, **changes)
    assert (caught.value.code, caught.value.pointer) == (code, pointer)


@pytest.mark.parametrize("topic", [None, "", "orders/updated", "ORDERS/PAID"])
def test_an_unknown_topic_has_no_meaning(topic):
    with pytest.raises(UnusableDelivery) as caught:
        shopify.to_facts(Notification(payload={}, topic=topic, id=None, received_at=RECEIVED))
    assert caught.value.code == "unknown_provider_event"
