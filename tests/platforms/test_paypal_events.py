"""The PayPal integration map: both ways to write an amount, and what a refund or reversal is about."""

from datetime import UTC, datetime

import pytest

from impl.kernel.events import EventType
from impl.platforms import paypal, registry
from impl.platforms.errors import UnusableDelivery
from impl.platforms.notification import Notification

RECEIVED = datetime(2026, 12, 2, tzinfo=UTC)


def fact(event, /, *, envelope=None, **resource):
    payload = registry.processor("paypal").sample(event) | (envelope or {})
    if isinstance(payload.get("resource"), dict):
        payload["resource"] = payload["resource"] | resource
    notification = Notification(payload=payload, topic=event, id=payload.get("id"), received_at=RECEIVED)
    (only,) = paypal.to_facts(notification)
    return only


@pytest.mark.parametrize(
    ("event", "type_", "transaction", "original", "reference", "cents"),
    [
        ("PAYMENT.SALE.COMPLETED", EventType.PAYMENT_CAPTURED, "SALE-1", "SALE-1", "PAY-1", 10000),
        ("PAYMENT.SALE.REFUNDED", EventType.PAYMENT_REFUNDED, "REFUND-1", "SALE-1", "PAY-1", 3000),
        ("PAYMENT.SALE.REVERSED", EventType.PAYMENT_DISPUTED, "REVERSAL-1", "SALE-1", "PAY-1", 10000),
        ("PAYMENT.CAPTURE.COMPLETED", EventType.PAYMENT_CAPTURED, "CAPTURE-1", "CAPTURE-1", None, 10000),
        ("PAYMENT.CAPTURE.REFUNDED", EventType.PAYMENT_REFUNDED, "REFUND-2", "CAPTURE-1", None, 3000),
        ("PAYMENT.CAPTURE.REVERSED", EventType.PAYMENT_DISPUTED, "REVERSAL-2", "CAPTURE-1", None, 10000),
    ],
)
def test_each_event_is_read_as_the_map_says(event, type_, transaction, original, reference, cents):
    read = fact(event)
    names = (read.object_id, read.transaction_id, read.payment_reference)
    assert [name and name.replace("-EXAMPLE", "") for name in names] == [transaction, original, reference]
    assert (read.type, read.money.amount_cents, read.money.currency) == (type_, cents, "USD")


def test_the_shops_own_words_are_kept():
    read = fact("PAYMENT.SALE.COMPLETED")
    assert read.order_id == "INV-1001"
    assert (read.hints.utm_source, read.hints.utm_medium) == ("google", "cpc")


@pytest.mark.parametrize("custom", ["order 7", "", "&&==", "%zz=1", "a=1&" * 200, 7, None, {"a": 1}])
def test_a_note_that_holds_no_hints_says_nothing(custom):
    assert fact("PAYMENT.SALE.COMPLETED", custom_id=custom).hints.utm_source is None


@pytest.mark.parametrize(
    ("resource", "original"),
    [
        ({}, "SALE-EXAMPLE-1"),
        (
            {"sale_id": None, "links": [{"rel": "up", "href": "https://api.paypal.com/v2/payments/captures/C-9/"}]},
            "C-9",
        ),
        ({"sale_id": None, "links": [{"rel": "self", "href": "https://api.paypal.com/x/Y"}]}, "PAY-EXAMPLE-1"),
        ({"sale_id": None, "links": [{"rel": "up", "href": "https://[bad"}]}, "PAY-EXAMPLE-1"),
        ({"sale_id": None, "links": [{"rel": "up", "href": 7}]}, "PAY-EXAMPLE-1"),
    ],
)
def test_a_refund_is_about_its_sale_its_link_or_its_payment(resource, original):
    assert fact("PAYMENT.SALE.REFUNDED", **resource).transaction_id == original


def test_the_time_is_the_resources_else_the_events_else_the_arrivals():
    assert fact("PAYMENT.SALE.COMPLETED").occurred_at == datetime(2026, 11, 21, 9, 30, tzinfo=UTC)
    assert fact("PAYMENT.SALE.COMPLETED", create_time=None).occurred_at == datetime(2026, 11, 21, 9, 30, 10, tzinfo=UTC)
    assert fact("PAYMENT.SALE.COMPLETED", create_time=None, envelope={"create_time": None}).occurred_at == RECEIVED


@pytest.mark.promise("P071")
@pytest.mark.parametrize(
    ("changes", "code", "pointer"),
    [
        ({"envelope": {"event_type": "CHECKOUT.ORDER.APPROVED"}}, "unknown_provider_event", "/event_type"),
        ({"envelope": {"event_type": None}}, "missing_required_field", "/event_type"),
        ({"envelope": {"id": 7}}, "malformed_value", "/id"),
        ({"envelope": {"resource": []}}, "malformed_value", "/resource"),
        ({"id": None}, "missing_required_field", "/resource/id"),
        ({"amount": None}, "missing_required_field", "/resource/amount"),
        ({"amount": {"total": "1.00"}}, "missing_required_field", "/resource/amount/currency"),
        ({"amount": {"currency": "USD"}}, "missing_required_field", "/resource/amount/total"),
        ({"amount": {"total": "1.00", "currency": "ZZZ"}}, "unknown_currency", "/resource/amount/currency"),
        ({"amount": {"value": "1.001", "currency_code": "USD"}}, "malformed_value", "/resource/amount/value"),
        ({"amount": {"total": "-1.00", "currency": "USD"}}, "malformed_value", "/resource/amount/total"),
        ({"create_time": "noon"}, "malformed_value", "/resource/create_time"),
    ],
)
def test_what_is_unusable_says_why_and_where(changes, code, pointer):
    with pytest.raises(UnusableDelivery) as caught:
        fact("PAYMENT.SALE.COMPLETED", **changes)
    assert (caught.value.code, caught.value.pointer) == (code, pointer)


def test_a_refund_of_nothing_known_is_unusable():
    with pytest.raises(UnusableDelivery) as caught:
        fact("PAYMENT.SALE.REFUNDED", sale_id=None, parent_payment=None, links=[])
    assert (caught.value.code, caught.value.pointer) == ("missing_required_field", "/resource/parent_payment")
