"""The number of an order or payment and its amount, by which a merchant recognises a delivery that nobody can read."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final

from generated.governance import mappings
from impl.kernel import money
from impl.kernel.money import Money, MoneyError
from impl.platforms import topics

READER_VERSION: Final = 1
"""Raised by hand with a release whose readers understand more: dead events that an older one read are then tried once again."""

_OBJECTS: Final = (("data", "object"), ("resource",), ())
"""Where processors put the object that a delivery is about; the last is the body itself."""
_NUMBERS: Final = ("number", "order_number", "invoice_id", "order_id", "id")
"""Names of the number that people know an object by, the most readable first."""
_PLAIN: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9#_./:-]{0,63}", re.ASCII)
"""Numbers as shops write them. Anything else could be the text of a person."""


@dataclass(frozen=True, slots=True)
class Summary:
    """Number and amount of an object, as far as they can be read."""

    object_number: str | None = None
    amount: Money | None = None


def of(processor: str, payload: Any) -> Summary:
    """The summary of a stripped body, whatever it holds. Never raises."""
    return Summary(next(_numbers(payload), None), _amount(processor, payload))


def number(value: object) -> str | None:
    """`value` if it is a number such as shops write them."""
    if isinstance(value, int) and not isinstance(value, bool):
        value = str(value)
    return value if isinstance(value, str) and _PLAIN.fullmatch(value) else None


def _numbers(payload: Any) -> Iterator[str]:
    for path in _OBJECTS:
        value: Any = payload
        for name in path:
            value = value.get(name) if isinstance(value, dict) else None
        item: dict[str, Any] = value if isinstance(value, dict) else {}
        for name in _NUMBERS:
            value = number(item.get(name))
            if value is not None:
                yield value


def _amount(processor: str, payload: Any) -> Money | None:
    shown = next(topics.amounts(payload), None)
    if shown is None:
        return None
    try:
        currency = money.currency(shown.currency)
        if mappings.UNITS[processor] == "minor":
            return Money(int(shown.number), currency) if shown.number == int(shown.number) else None
        # As fixed digits: a parser of amounts does not take exponents such as 1E+2.
        return money.parse(f"{Decimal(shown.number):f}", currency)
    except (MoneyError, ArithmeticError, ValueError):
        return None
