"""An order of Shopify: what it shows as paid, or that it is not paid, and the refunds that it lists."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import Any, Final

from impl.kernel import money
from impl.kernel.events import EventType
from impl.kernel.facts import Fact, FactKind, Note
from impl.kernel.money import Currency, Money, MoneyError
from impl.platforms import gateways
from impl.platforms.errors import UnusableDelivery
from impl.platforms.fields import Fields
from impl.platforms.shopify import transactions
from impl.platforms.shopify.objects import Source, fact, hold, instant, no_cash, order_name

_PAID: Final = ("paid", "partially_refunded", "refunded")
_UNPAID: Final = Note(
    "/body/financial_status", "The topic announces a paid order; the order shows that it is not paid, which counts."
)
_PAID_AT_CREATION: Final = timedelta(minutes=1)
"""Shopify records the payment of a checkout some seconds after it has created the order."""


def read(source: Source, order: Fields) -> Iterator[Fact]:
    """The facts of a snapshot of an order. All its amounts are in the currency of the shop."""
    id_, code = str(order.number("id")), order.currency("currency")
    total = order.amount("total_price", code)
    created_at = order.instant("created_at")
    updated_at = instant(created_at, (order, "updated_at"))
    placed_at = instant(created_at, (order, "processed_at"))
    refunds = [(refund, item) for refund in order.objects("refunds") for item in refund.objects("transactions")]
    has_no_cash = transactions.is_no_cash(order.values.get("payment_gateway_names"))
    captured = Money(0, code) if has_no_cash else _captured(order, total, refunds)
    values = {"object_id": order_name(id_), "shown_at": updated_at} | _told(source, order)
    if captured.amount_cents:
        at = _paid_at(created_at, updated_at, placed_at)
        type_ = EventType.PAYMENT_CAPTURED
        yield fact(source, id_, kind=FactKind.CAPTURED_TOTAL, type=type_, money=captured, occurred_at=at, **values)
    else:
        yield hold(source, id_, money=total, occurred_at=placed_at, **values)
    if has_no_cash:
        yield no_cash(source, id_, money=total, occurred_at=placed_at, **values)
    for refund, item in refunds:
        yield from transactions.refund(source, id_, item, parent=refund, otherwise=code)


def _told(source: Source, order: Fields) -> dict[str, Any]:
    """The only payment method of an order, its number, and a note where its state is not what the topic announces."""
    names = order.values.get("payment_gateway_names")
    gateway = gateways.name(names[0]) if isinstance(names, list) and len(names) == 1 else None
    number, status = order.values.get("order_number"), order.word("financial_status")
    is_announced = source.topic == "orders/paid" and status not in (*_PAID, "partially_paid")
    return {
        "gateway": gateway,
        "numbers": (str(number),) if isinstance(number, int) else (),
        "notes": (_UNPAID,) if is_announced else (),
    }


def _paid_at(created_at: datetime, updated_at: datetime, placed_at: datetime) -> datetime:
    """An order that was paid when it was placed counts for that day, also when it was imported later."""
    return placed_at if updated_at - created_at <= _PAID_AT_CREATION else updated_at


def _captured(order: Fields, total: Money, refunds: Sequence[tuple[Fields, Fields]]) -> Money:
    """The amount that the order shows as captured."""
    status = order.word("financial_status")
    if status in _PAID:
        return total
    return _part_paid(order, total.currency, refunds) if status == "partially_paid" else Money(0, total.currency)


def _part_paid(order: Fields, code: Currency, refunds: Sequence[tuple[Fields, Fields]]) -> Money:
    """The part of the current total that is paid, and what was refunded of it since, by whatever gateway."""
    current = order.amount("current_total_price", code)
    cents = max(0, current.amount_cents - _signed(order, "total_outstanding", code))
    amounts = [transactions.succeeded_refund(item, refund, code) for refund, item in refunds]
    return Money(cents + sum(one.amount_cents for one in amounts if one and one.currency == code), code)


def _signed(order: Fields, name: str, code: Currency) -> int:
    """An amount that is negative where the buyer has paid too much."""
    value = order.required(name)
    if not isinstance(value, str):
        raise order.malformed(name, "a decimal text")
    try:
        return money.parse(value, code).amount_cents
    except MoneyError as error:
        raise UnusableDelivery(error.code, str(error), f"{order.pointer}/{name}") from error
