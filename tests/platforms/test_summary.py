"""A delivery that nobody can read still has the number of its order or payment, and its amount where that is exact."""

from datetime import UTC, datetime

import pytest

from impl.kernel.money import Currency, Money
from impl.platforms import registry, summary
from impl.platforms.notification import ObjectVersion


@pytest.mark.parametrize(
    ("processor", "payload", "number", "amount"),
    [
        ("stripe", {"id": "evt_1", "data": {"object": {"id": "ch_1", "amount": 10_000, "currency": "usd"}}}, "ch_1", (10_000, "USD")),
        ("shopify", {"id": 7, "order_number": 1042, "total_price": "129.99", "currency": "EUR"}, "1042", (12_999, "EUR")),
        ("woocommerce", {"id": 727, "number": "727-A", "total": "1.234", "currency": "KWD"}, "727-A", (1_234, "KWD")),
        ("paypal", {"id": "WH-1", "resource": {"id": "8AB", "amount": {"total": "5.00", "currency": "USD"}}}, "8AB", (500, "USD")),
        ("shopify", {"order_number": "Jane Doe, 1 High Street", "id": 7, "total_price": "1.999", "currency": "USD"}, "7", None),
        ("stripe", {"data": {"object": {"amount": 1.5, "currency": "usd"}}}, None, None),
        ("stripe", {"data": {"object": {"amount": 100, "currency": "zzz"}}}, None, None),
        ("paypal", {"resource": {"amount": {"value": "1E+400", "currency_code": "USD"}}}, None, None),
        ("woocommerce", {"id": True, "total": 10**30, "currency": "USD"}, None, None),
    ],
)  # fmt: skip
def test_number_and_amount_are_read_as_far_as_they_are_plain(processor, payload, number, amount):
    expected = Money(amount[0], Currency(amount[1])) if amount else None
    assert summary.of(processor, payload) == summary.Summary(number, expected)


@pytest.mark.parametrize("payload", [None, [], "text", 7, {}, {"data": []}, {"resource": {"id": []}}, {"id": "x" * 65}])
def test_any_body_has_a_summary(payload):
    for name in registry.NAMES:
        assert summary.of(name, payload) == summary.Summary()


AT = datetime(2026, 11, 21, 9, 30, tzinfo=UTC)
STRIPE = {"created": 1795253400, "data": {"object": {"id": "ch_1"}}}
PAYPAL = {"create_time": "2026-11-21T09:30:00Z", "resource": {"id": "8AB", "update_time": "2026-11-21T09:30:00Z"}}


@pytest.mark.parametrize(
    ("processor", "topic", "payload", "name"),
    [
        ("stripe", "charge.updated", STRIPE, "ch_1"),
        ("shopify", "orders/updated", {"id": 7, "updated_at": "2026-11-21T04:30:00-05:00"}, "order:7"),
        ("shopify", "refunds/create", {"id": 7, "created_at": "2026-11-21T09:30:00Z"}, "refund:7"),
        ("shopify", "disputes/update", {"id": 7, "initiated_at": "2026-11-21T09:30:00Z"}, "dispute:7"),
        ("shopify", "checkouts/update", {"token": "t7", "updated_at": "2026-11-21T09:30:00Z"}, "checkout:t7"),
        ("woocommerce", "order.updated", {"id": 727, "date_modified_gmt": "2026-11-21T09:30:00"}, "order:727"),
        ("paypal", "PAYMENT.SALE.COMPLETED", PAYPAL, "PAYMENT.SALE.COMPLETED:8AB"),
        ("paypal", "PAYMENT.SALE.REVERSED", PAYPAL, "PAYMENT.SALE.REVERSED:8AB"),
        (
            "paypal",
            "CUSTOMER.DISPUTE.RESOLVED",
            {"create_time": "2026-11-21T09:30:00Z", "resource": {"dispute_id": "PP-D-1"}},
            "CUSTOMER.DISPUTE.RESOLVED:PP-D-1",
        ),
    ],
)
def test_a_body_names_its_object_and_when_it_looked_so(processor, topic, payload, name):
    version = registry.processor(processor).object_version(topic, payload)
    assert version == ObjectVersion(name=name, at=AT)


@pytest.mark.parametrize("processor", registry.NAMES)
def test_every_sample_names_its_object(processor):
    one = registry.processor(processor)
    without = [
        topic for topic in one.samples() if topic in one.topics and one.object_version(topic, one.sample(topic)) is None
    ]
    assert without == []


@pytest.mark.parametrize(
    "payload",
    [
        None,
        [],
        "text",
        {},
        {"id": []},
        {"id": 7, "updated_at": "soon"},
        {"created": "x", "data": {"object": {"id": 1}}},
    ],
)
def test_a_body_that_does_not_say_has_no_version(payload):
    for processor in registry.PROCESSORS:
        for topic in (None, "of no processor", *processor.topics):
            assert processor.object_version(topic, payload) is None
