"""Which topics of a processor are read and which say nothing about revenue: the closed lists of mappings.yaml.

What is on no list is never guessed at. Where it carries money somebody has to look, so it becomes a dead event of its own kind.
"""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any, Final, NamedTuple

from generated.governance import mappings
from impl.kernel import money
from impl.kernel.facts import Fact
from impl.kernel.money import Money, MoneyError
from impl.platforms.errors import NothingToRecord, UnusableDelivery
from impl.platforms.notification import Notification
from impl.platforms.processor import Processor

_KINDS: Final[Mapping[tuple[str, str], str]] = {
    (processor, topic): kind
    for processor, kinds in mappings.READ.items()
    for kind, topics in kinds.items()
    for topic in topics
}
_NOT_REVENUE: Final = frozenset(
    (processor, topic) for processor, topics in mappings.NOT_REVENUE.items() for topic in topics
)
_DECIMAL: Final = re.compile(r"-?\d{1,18}(\.\d{1,18})?", re.ASCII)
_CURRENCY: Final = re.compile(r"[A-Za-z]{3}", re.ASCII)
_AMOUNTS: Final = ("amount", "total", "value", "total_price", "amount_total", "gross_amount")
"""The usual names of amounts, which are looked at before any other number."""
_NO_AMOUNTS: Final = re.compile(r"(.*_)?(id|at|time|date|count|quantity|number|version|created|updated)", re.ASCII)
"""Names of ids, times and counts: numbers that stand beside a currency and are no money."""
_GREATEST: Final = 10**18
_SHOWN_LENGTH: Final = 60


def kind_of(processor: str, topic: str | None) -> str | None:
    """The kind of object that a delivery of `topic` is about; None for a topic that is not read."""
    return _KINDS.get((processor, topic)) if topic is not None else None


def is_not_revenue(processor: str, topic: str | None) -> bool:
    """Whether `topic` is known and says nothing about revenue."""
    if topic is None:
        return False
    return (processor, topic) in _NOT_REVENUE or topic.startswith(mappings.NOT_REVENUE_PREFIXES[processor])


def read(processor: Processor, notification: Notification) -> tuple[Fact, ...]:
    """The facts of a notification whose topic is read.

    Raises `NothingToRecord` for a topic without revenue, and `UnusableDelivery` for one that is on no list or cannot be read.
    """
    if kind_of(processor.name, notification.topic) is not None:
        return processor.read(notification)
    if is_not_revenue(processor.name, notification.topic):
        raise NothingToRecord(f"{notification.topic} says nothing about revenue")
    raise unlisted(processor, notification)


def unlisted(processor: Processor, notification: Notification) -> UnusableDelivery:
    """Why a notification whose topic is on no list is dead: it carries money that nobody reads, or nobody knows it."""
    name = f"{processor.title}'s topic {(notification.topic or 'unknown')[:_SHOWN_LENGTH]!r}"
    amount = next(amounts(notification.payload), None)
    if amount is None:
        return UnusableDelivery("unknown_provider_event", f"{name} is not known")
    message = f"{name} is not read and carries {amount.text(mappings.UNITS[processor.name])}"
    return UnusableDelivery("unsupported_money_event", message, amount.pointer)


class Amount(NamedTuple):
    """A number beside a currency."""

    number: Decimal | int
    currency: str
    pointer: str

    def text(self, unit: str) -> str:
        """The amount as people write it; as the processor does where it is no exact amount of a known currency."""
        code = self.currency.upper()
        if unit != "minor" or not isinstance(self.number, int):
            return f"{self.number} {code}"
        try:
            return money.text(Money(self.number, money.currency(code)))
        except MoneyError:
            return f"{self.number} {code}"


def amounts(payload: Any) -> Iterator[Amount]:
    """The numbers beside a currency, outer objects before inner ones."""
    # A list in place of recursion: the depth of a body is its sender's choice.
    waiting: deque[tuple[str, Any]] = deque([("", payload)])
    while waiting:
        pointer, value = waiting.popleft()
        if isinstance(value, dict):
            yield from _beside_currency(pointer, value)
        parts = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
        waiting += [(_join(pointer, name), part) for name, part in parts if isinstance(part, dict | list)]


def _beside_currency(pointer: str, values: Mapping[str, Any]) -> Iterator[Amount]:
    currency = next((code for name, code in values.items() if _is_currency(name, code)), None)
    if currency is None:
        return
    for name in (*(name for name in _AMOUNTS if name in values), *values):
        number = None if _NO_AMOUNTS.fullmatch(name) else _number(values[name])
        if number is not None:
            yield Amount(number, currency, _join(pointer, name))


def _join(pointer: str, name: str | int) -> str:
    return f"{pointer}/{str(name).replace('~', '~0').replace('/', '~1')}"


def _is_currency(name: str, value: object) -> bool:
    is_named = name.endswith(("currency", "currency_code"))
    return is_named and isinstance(value, str) and _CURRENCY.fullmatch(value) is not None


def _number(value: object) -> Decimal | int | None:
    if isinstance(value, bool):
        return None
    if isinstance(value, int):
        return value if abs(value) <= _GREATEST else None
    if isinstance(value, float):
        return Decimal(repr(value))
    return Decimal(value) if isinstance(value, str) and _DECIMAL.fullmatch(value) else None
