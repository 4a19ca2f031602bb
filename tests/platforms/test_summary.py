"""A delivery that nobody can read still has the number of its order or payment, and its amount where that is exact."""

import pytest

from impl.kernel.money import Currency, Money
from impl.platforms import registry, summary


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
