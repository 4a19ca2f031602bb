"""The reader of PayPal events: both versions of its API, and which payment a refund, reversal or dispute is about."""

from datetime import UTC, datetime

import pytest

from impl.kernel.facts import FactKind
from impl.platforms import paypal, registry
from impl.platforms.errors import NothingToRecord, UnusableDelivery
from impl.platforms.notification import Notification

RECEIVED = datetime(2026, 12, 2, tzinfo=UTC)


def facts(event, /, *, envelope=None, **resource):
    payload = registry.processor("paypal").sample(event) | (envelope or {})
    if isinstance(payload.get("resource"), dict):
        payload["resource"] = payload["resource"] | resource
    notification = Notification(payload=payload, topic=event, id=payload.get("id"), received_at=RECEIVED)
    return paypal.to_facts(notification)


def fact(event, /, **changes):
    (only,) = facts(event, **changes)
    return only


@pytest.mark.parametrize(
    ("event", "kind", "object_id", "payment", "reference", "cents"),
    [
        ("PAYMENT.SALE.COMPLETED", FactKind.CAPTURED, "SALE-1", "SALE-1", "PAY-1", 10000),
        ("PAYMENT.SALE.REFUNDED", FactKind.REFUNDED, "REFUND-1", "SALE-1", "PAY-1", 3000),
        ("PAYMENT.SALE.REVERSED", FactKind.DISPUTED, "REVERSAL-1", "REVERSAL-1", None, 10000),
        ("PAYMENT.CAPTURE.COMPLETED", FactKind.CAPTURED, "CAPTURE-1", "CAPTURE-1", None, 10000),
        ("PAYMENT.CAPTURE.REFUNDED", FactKind.REFUNDED, "REFUND-2", "CAPTURE-1", None, 3000),
        ("PAYMENT.CAPTURE.REVERSED", FactKind.DISPUTED, "REVERSAL-2", "CAPTURE-1", None, 7000),
        ("PAYMENT.REFUND.FAILED", FactKind.REFUND_ENDED, "REFUND-3", "CAPTURE-1", None, 2000),
        ("PAYMENT.AUTHORIZATION.CREATED", FactKind.HOLD, "AUTH-1", "AUTH-1", None, 747),
        ("CUSTOMER.DISPUTE.CREATED", FactKind.DISPUTED, "PP-D-1", "CAPTURE-1", None, 0),
        ("CUSTOMER.DISPUTE.UPDATED", FactKind.DISPUTED, "PP-D-1", "CAPTURE-1", None, 0),
        ("CUSTOMER.DISPUTE.RESOLVED", FactKind.DISPUTE_ENDED, "PP-D-1", "CAPTURE-1", None, 7000),
    ],
)
def test_each_sample_shows_its_fact(event, kind, object_id, payment, reference, cents):
    read = fact(event)
    names = (read.object_id, read.transaction_id, read.payment_reference)
    assert [name and name.replace("-EXAMPLE", "") for name in names] == [object_id, payment, reference]
    assert (read.kind, read.money.amount_cents, read.money.currency) == (kind, cents, "USD")


def test_the_end_of_a_hold_shows_the_hold_too():
    read = facts("PAYMENT.AUTHORIZATION.VOIDED")
    assert [(one.kind, one.object_id, one.cents) for one in read] == [
        (FactKind.HOLD, "AUTH-EXAMPLE-1", 747),
        (FactKind.HOLD_ENDED, "AUTH-EXAMPLE-1", 747),
    ]


@pytest.mark.parametrize(
    ("event", "resource", "message"),
    [
        ("PAYMENT.REFUND.PENDING", {}, "the refund is pending"),
        ("PAYMENT.CAPTURE.REFUNDED", {"status": "PENDING"}, "the refund is pending"),
        ("PAYMENT.SALE.COMPLETED", {"state": "denied"}, "the payment is not completed"),
        ("PAYMENT.CAPTURE.COMPLETED", {"status": "PENDING"}, "the payment is not completed"),
        ("PAYMENT.AUTHORIZATION.CREATED", {"state": "denied"}, "the authorization was denied"),
    ],
)
def test_what_moved_no_money_says_so(event, resource, message):
    with pytest.raises(NothingToRecord, match=message):
        facts(event, **resource)


def test_the_shops_own_words_are_kept_as_either_version_calls_them():
    for event, order in (("PAYMENT.SALE.COMPLETED", "INV-1001"), ("PAYMENT.CAPTURE.COMPLETED", "INV-1002")):
        read = fact(event)
        assert (read.order_id, read.hints.utm_source, read.hints.utm_medium) == (order, "google", "cpc")


@pytest.mark.parametrize("custom", ["order 7", "", "&&==", "%zz=1", "a=1&" * 200, 7, None, {"a": 1}])
def test_a_note_that_holds_no_hints_says_nothing(custom):
    assert fact("PAYMENT.CAPTURE.COMPLETED", custom_id=custom).hints.utm_source is None


def up(path):
    return [{"rel": "up", "href": f"https://api.paypal.com{path}"}]


@pytest.mark.parametrize(
    ("resource", "payment"),
    [
        ({}, "SALE-EXAMPLE-1"),
        ({"sale_id": None, "links": up("/v2/payments/captures/C-9/")}, "C-9"),
        ({"sale_id": None, "links": up("/v1/payments/capture/C-9")}, "C-9"),
        ({"sale_id": None, "links": up("/v1/payments/sale/S-9/refund")}, "S-9"),
        ({"sale_id": None, "capture_id": "C-9", "links": []}, "C-9"),
        ({"sale_id": None, "links": up("/x/Y")}, "PAY-EXAMPLE-1"),
        ({"sale_id": None, "links": [{"rel": "up", "href": "https://[bad"}]}, "PAY-EXAMPLE-1"),
        ({"sale_id": None, "links": [{"rel": "up", "href": 7}, "link", None]}, "PAY-EXAMPLE-1"),
        ({"sale_id": None, "links": 7}, "PAY-EXAMPLE-1"),
    ],
)
def test_a_refund_is_about_the_payment_that_it_names(resource, payment):
    assert fact("PAYMENT.SALE.REFUNDED", **resource).transaction_id == payment


@pytest.mark.parametrize(
    "resource",
    [{"links": up("/v1/payments/sale/S-9")}, {"links": [], "state": "reversed", "parent_payment": "PAY-9"}],
)
def test_a_reversal_whose_resource_is_the_sale_is_about_that_sale(resource):
    read = fact("PAYMENT.SALE.REVERSED", id="S-9", **resource)
    assert (read.object_id, read.transaction_id, read.kind) == ("S-9", "S-9", FactKind.DISPUTED)


@pytest.mark.parametrize(
    ("event", "path"),
    [
        ("PAYMENT.SALE.COMPLETED", "/v1/payments/refund/R-9"),
        ("PAYMENT.CAPTURE.COMPLETED", "/v2/payments/refunds/R-9"),
        ("PAYMENT.SALE.REFUNDED", "/v1/payments/sale/R-9"),
        ("PAYMENT.CAPTURE.REFUNDED", "/v2/payments/captures/R-9"),
    ],
)
def test_a_resource_of_another_kind_than_its_event_announces_is_dead(event, path):
    with pytest.raises(UnusableDelivery) as caught:
        fact(event, id="R-9", links=up(path))
    assert (caught.value.code, caught.value.pointer) == ("topic_mismatch", "/resource/links")


@pytest.mark.parametrize(
    ("resource", "code", "pointer"),
    [
        ({"disputed_transactions": []}, "missing_required_field", "/resource/disputed_transactions"),
        (
            {"disputed_transactions": [{}]},
            "missing_required_field",
            "/resource/disputed_transactions/0/seller_transaction_id",
        ),
        (
            {"disputed_transactions": [{"seller_transaction_id": "A"}, {"seller_transaction_id": "B"}]},
            "unsupported_money_event",
            "/resource/disputed_transactions",
        ),
        ({"dispute_outcome": "won"}, "malformed_value", "/resource/dispute_outcome"),
        ({"dispute_amount": None}, "missing_required_field", "/resource/dispute_amount"),
        ({"dispute_id": None}, "missing_required_field", "/resource/dispute_id"),
    ],
)
def test_a_dispute_that_cannot_be_read_says_why_and_where(resource, code, pointer):
    with pytest.raises(UnusableDelivery) as caught:
        fact("CUSTOMER.DISPUTE.RESOLVED", **resource)
    assert (caught.value.code, caught.value.pointer) == (code, pointer)


def test_the_time_is_the_resources_else_the_events_else_the_arrivals():
    assert fact("PAYMENT.SALE.COMPLETED").occurred_at == datetime(2026, 11, 21, 9, 30, tzinfo=UTC)
    assert fact("PAYMENT.SALE.COMPLETED", create_time=None).occurred_at == datetime(2026, 11, 21, 9, 30, 10, tzinfo=UTC)
    assert fact("PAYMENT.SALE.COMPLETED", create_time=None, envelope={"create_time": None}).occurred_at == RECEIVED


def test_a_state_is_as_old_as_the_resource_and_a_payment_as_the_day_it_was_made():
    failed = fact("PAYMENT.REFUND.FAILED")
    assert failed.shown_at == failed.occurred_at == datetime(2026, 11, 27, 10, tzinfo=UTC)
    won = fact("CUSTOMER.DISPUTE.RESOLVED")
    assert won.shown_at == won.occurred_at == datetime(2026, 11, 29, 13, 55, 58, tzinfo=UTC)
    sale = fact("PAYMENT.SALE.COMPLETED", update_time="2026-12-01T00:00:00Z")
    assert (sale.shown_at, sale.occurred_at) == (
        datetime(2026, 12, 1, tzinfo=UTC),
        datetime(2026, 11, 21, 9, 30, tzinfo=UTC),
    )


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
        ({"update_time": "noon"}, "malformed_value", "/resource/update_time"),
    ],
)
def test_what_is_unusable_says_why_and_where(changes, code, pointer):
    with pytest.raises(UnusableDelivery) as caught:
        fact("PAYMENT.SALE.COMPLETED", **changes)
    assert (caught.value.code, caught.value.pointer) == (code, pointer)


def test_a_refund_of_nothing_known_is_unusable():
    with pytest.raises(UnusableDelivery) as caught:
        fact("PAYMENT.SALE.REFUNDED", sale_id=None, parent_payment=None, links=[])
    assert (caught.value.code, caught.value.pointer) == ("missing_required_field", "/resource/links")
