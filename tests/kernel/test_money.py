"""`impl.kernel.money`: exact decimals per currency exponent, no rounding, no floats."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from impl.kernel import money
from impl.kernel.money import Money, MoneyError, UnknownCurrencyError

USD, JPY, KWD = money.currency("usd"), money.currency("JPY"), money.currency("KWD")


@pytest.mark.parametrize(
    ("text", "code", "cents"),
    [
        ("129.99", USD, 12999),
        ("100.00", USD, 10000),
        ("0.99", USD, 99),
        ("1234.56", USD, 123456),
        ("1.1", USD, 110),
        ("1", USD, 100),
        ("1.10000", USD, 110),  # trailing zeros are no digits
        ("-5.00", USD, -500),
        ("100", JPY, 100),
        ("100.0", JPY, 100),
        ("1.234", KWD, 1234),
        ("0", USD, 0),
    ],
)
def test_decimals_become_minor_units(text, code, cents):
    assert money.parse(text, code) == Money(cents, code)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("129.999", USD),  # would have to be rounded
        ("1.5", JPY),
        ("abc.def", USD),
        ("", USD),
        ("1e3", USD),
        (" 1", USD),
        ("1,00", USD),
        ("١٢", USD),  # digits, but not ASCII ones
        ("1.", USD),
        (".5", USD),
        ("NaN", USD),
        ("10000000000000000", USD),  # beyond 10^15 minor units
        ("9" * 5000, USD),
    ],
)
def test_what_is_not_exact_is_refused(text, code):
    with pytest.raises(MoneyError):
        money.parse(text, code)


@pytest.mark.parametrize("code", ["XXX", "usd ", "", "US", "ÜSD", "BTC"])
def test_only_iso_currencies_are_known(code):
    with pytest.raises(UnknownCurrencyError):
        money.currency(code)


@given(st.integers(-(10**15), 10**15), st.sampled_from(["USD", "JPY", "KWD", "CLF"]))
def test_text_and_minor_units_are_the_same_amount(cents, code):
    amount = Money(cents, money.currency(code))
    assert money.parse(money.decimal_text(amount), amount.currency) == amount


@given(st.integers(0, 10**15))
def test_micros_round_half_up(micros):
    assert abs(money.from_micros(micros) * 10000 - micros) <= 5000
    assert money.from_micros(5000) == 1
    assert money.from_micros(4999) == 0
