"""Amounts and instants as the contract words them."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any, Final

from generated.server.models import common
from impl.kernel import money
from impl.kernel.money import Money

FOUR: Final = Decimal("0.0001")


def to_api_total(currency: str, cents: int) -> common.CurrencyTotal:
    """A total with the exponent of its currency."""
    return common.CurrencyTotal(
        currency=currency, amount_cents=cents, exponent=money.exponent(money.currency(currency))
    )


def decimal(cents: int, currency: str) -> float:
    """Minor units as a decimal number of the currency."""
    return float(money.decimal_text(Money(cents, money.currency(currency))))


def utc(instant: datetime | None) -> Any:
    """`instant` in UTC."""
    return None if instant is None else instant.astimezone(UTC)
