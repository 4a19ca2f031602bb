"""The reader of Shopify's deliveries: hints, kinds of objects, and every way a delivery can be unusable."""

from datetime import UTC, datetime

import pytest

from impl.kernel.events import EventType
from impl.platforms import registry, shopify
from impl.platforms.errors import NothingToRecord, UnusableDelivery
from impl.platforms.notification import Notification

RECEIVED = datetime(2026, 11, 21, 12, tzinfo=UTC)
SAMPLE = registry.processor("shopify").sample


def notification(topic, /, **changes):
    return Notification(payload=SAMPLE(topic) | changes, topic=topic, id="wh-1", received_at=RECEIVED)


def facts(topic, /, **changes):
    return shopify.to_facts(notification(topic, **changes))


def fact(topic, /, **changes):
    (only,) = facts(topic, **changes)
    return only


@pytest.mark.parametrize(
    ("topic", "shown"),
    [
        ("orders/create", [(EventType.ORDER_CREATED, 10000)]),
        ("orders/paid", [(EventType.PAYMENT_CAPTURED, 10000)]),
        ("orders/updated", [(EventType.PAYMENT_CAPTURED, 10000), (EventType.PAYMENT_REFUNDED, 3000)]),
        ("orders/cancelled", [(EventType.PAYMENT_CAPTURED, 10000)]),
        ("orders/fulfilled", [(EventType.PAYMENT_CAPTURED, 10000)]),
        ("orders/partially_fulfilled", [(EventType.PAYMENT_CAPTURED, 10000)]),
        ("order_transactions/create", [(EventType.PAYMENT_CAPTURED, 10000)]),
        ("refunds/create", [(EventType.PAYMENT_REFUNDED, 3000)]),
        ("disputes/create", [(EventType.PAYMENT_DISPUTED, 10000)]),
        ("disputes/update", [(EventType.DISPUTE_WON, 10000)]),
        ("checkouts/update", [(EventType.CHECKOUT_UPDATED, 10000)]),
    ],
)
def test_each_sample_shows_what_its_story_says(topic, shown):
    assert [(one.type, one.cents) for one in facts(topic)] == shown
    assert {(one.money.currency, one.processor_event_type) for one in facts(topic)} == {("USD", topic)}


@pytest.mark.parametrize("topic", registry.processor("shopify").samples())
def test_every_sample_is_of_live_mode(topic):
    assert not registry.processor("shopify").is_test(SAMPLE(topic))


def test_times_with_an_offset_become_utc():
    assert fact("orders/paid").occurred_at == datetime(2026, 11, 21, 9, 30, tzinfo=UTC)


def test_hints_are_read_from_the_notes():
    hints = fact("orders/paid").hints
    assert (hints.utm_source, hints.utm_medium, hints.utm_campaign) == ("google", "cpc", "autumn")
    assert str(hints.session_id) == "0190b7a2-5f0e-7c3a-9d43-2b6f1c8e4a55"


ODD_NOTES = [
    {"name": "utm_source", "value": 7},
    {"name": ["x"], "value": "y"},
    {"name": "Sales Channel ID", "value": 23},
    "text",
    {"name": "skeldir_session_id", "value": "me"},
]


@pytest.mark.parametrize("notes", [ODD_NOTES, {"a": 1}, "none", 7, None])
def test_hints_that_are_none_are_dropped(notes):
    hints = fact("orders/paid", note_attributes=notes).hints
    assert (hints.utm_source, hints.session_id) == (None, None)


@pytest.mark.parametrize(
    "changes",
    [
        {"order_number": "seven"},
        {"line_items": "none"},
        {"customer": 7},
        {"confirmed": "yes"},
        {"payment_gateway_names": {"a": "b"}},
        {"payment_gateway_names": [["gift_card"], 7]},
        {"test": "no"},
        {"total_price_set": []},
        {"cancelled_at": "yesterday"},
    ],
)
def test_what_the_map_does_not_read_cannot_kill_an_order(changes):
    assert fact("orders/paid", **changes).cents == 10000


def test_the_id_in_a_header_makes_no_fact_unique():
    one, other = (
        shopify.to_facts(Notification(payload=SAMPLE("orders/paid"), topic="orders/paid", id=id_, received_at=RECEIVED))
        for id_ in ("a", "b")
    )
    assert one == other


def test_what_the_contract_leaves_optional_is_filled_in_with_the_arrival():
    sent = SAMPLE("refunds/create")["transactions"][0] | {"processed_at": None, "created_at": None}
    refund = fact("refunds/create", processed_at=None, created_at=None, transactions=[sent])
    assert refund.occurred_at == RECEIVED
    assert fact("checkouts/update", updated_at=None, created_at=None).occurred_at == RECEIVED


@pytest.mark.parametrize(
    ("topic", "changes"),
    [
        ("refunds/create", {"transactions": []}),
        ("refunds/create", {"transactions": [{"id": 1, "amount": "1.00", "currency": "USD", "status": "pending"}]}),
        ("order_transactions/create", {"status": "failure"}),
        ("order_transactions/create", {"kind": "change"}),
        ("order_transactions/create", {"kind": {"odd": "kind"}}),
    ],
)
def test_what_moves_no_money_has_nothing_to_record(topic, changes):
    with pytest.raises(NothingToRecord):
        facts(topic, **changes)


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
        ("orders/paid", {"updated_at": "soon"}, "malformed_value", "/updated_at"),
        ("orders/paid", {"refunds": "all"}, "malformed_value", "/refunds"),
        ("orders/paid", {"refunds": [{"transactions": [7]}]}, "malformed_value", "/refunds/0/transactions"),
        (
            "orders/updated",
            {"financial_status": "partially_paid", "total_outstanding": None},
            "missing_required_field",
            "/total_outstanding",
        ),
        (
            "orders/updated",
            {"financial_status": "partially_paid", "total_outstanding": "much"},
            "malformed_value",
            "/total_outstanding",
        ),
        ("refunds/create", {"order_id": None}, "missing_required_field", "/order_id"),
        ("refunds/create", {"transactions": None}, "missing_required_field", "/transactions"),
        ("refunds/create", {"transactions": [7]}, "malformed_value", "/transactions"),
        ("refunds/create", {"transactions": [{"amount": "1"}]}, "missing_required_field", "/transactions/0/currency"),
        ("refunds/create", {"transactions": [{"currency": "USD"}]}, "missing_required_field", "/transactions/0/amount"),
        (
            "refunds/create",
            {"transactions": [{"amount": "1", "currency": "USD"}]},
            "missing_required_field",
            "/transactions/0/id",
        ),
        (
            "refunds/create",
            {"transactions": [{"id": 1, "amount": "1", "currency": "USD", "status": {"nested": "success"}}]},
            "malformed_value",
            "/transactions/0/status",
        ),
        ("refunds/create", {"currency": "EUR"}, "currency_mismatch", "/transactions/0/currency"),
        ("order_transactions/create", {"amount": "1,00"}, "malformed_value", "/amount"),
        ("disputes/create", {"amount": None}, "missing_required_field", "/amount"),
        ("disputes/create", {"order_id": None}, "missing_required_field", "/order_id"),
        ("checkouts/update", {"token": "x" * 300}, "malformed_value", "/token"),
        ("checkouts/update", {"token": "a\u0000b"}, "malformed_value", "/token"),
    ],
)
def test_what_is_unusable_says_why_and_where(topic, changes, code, pointer):
    with pytest.raises(UnusableDelivery) as caught:
        facts(topic, **changes)
    assert (caught.value.code, caught.value.pointer) == (code, pointer)


@pytest.mark.parametrize(
    ("topic", "body", "message"),
    [
        ("orders/paid", "refunds/create", "orders/paid carries an order; this body is a refund"),
        ("orders/paid", "order_transactions/create", "orders/paid carries an order; this body is a transaction"),
        ("refunds/create", "orders/paid", "refunds/create carries a refund; this body is an order"),
        ("refunds/create", "disputes/create", "refunds/create carries a refund; this body is a dispute"),
        ("disputes/create", "refunds/create", "disputes/create carries a dispute; this body is a refund"),
        ("checkouts/update", "orders/paid", "checkouts/update carries a checkout; this body is an order"),
        ("orders/create", "checkouts/update", "orders/create carries an order; this body is a checkout"),
    ],
)
def test_a_body_of_another_kind_than_its_topic_says_is_dead(topic, body, message):
    with pytest.raises(UnusableDelivery, match=message) as caught:
        shopify.to_facts(Notification(payload=SAMPLE(body), topic=topic, id=None, received_at=RECEIVED))
    assert caught.value.code == "topic_mismatch"


@pytest.mark.parametrize("topic", [None, "", "orders/brewed", "ORDERS/PAID"])
def test_an_unknown_topic_has_no_meaning(topic):
    with pytest.raises(UnusableDelivery) as caught:
        shopify.to_facts(Notification(payload={}, topic=topic, id=None, received_at=RECEIVED))
    assert caught.value.code == "unknown_provider_event"
