"""An order of Shopify: what it shows as paid, or that it is not paid, and the refunds that it lists."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Final

from impl.kernel import money
from impl.kernel.events import EventType
from impl.kernel.facts import Fact, FactKind
from impl.kernel.money import Currency, Money, MoneyError
from impl.platforms.errors import UnusableDelivery
from impl.platforms.fields import Fields
from impl.platforms.shopify import transactions
from impl.platforms.shopify.objects import Source, fact, hold, instant, order_name

_PAID: Final = ("paid", "partially_refunded", "refunded")  # compared, never hashed: a status may be any JSON
_PAID_AT_CREATION: Final = timedelta(minutes=1)
"""Shopify records the payment of a checkout some seconds after it has created the order."""


def read(source: Source, order: Fields) -> Iterator[Fact]:
    """The facts of a snapshot of an order. All its amounts are in the currency of the shop."""
    id_, code = str(order.number("id")), order.currency("currency")
    total = order.amount("total_price", code)
    created_at = order.instant("created_at")
    updated_at = instant(created_at, (order, "updated_at"))
    placed_at = instant(created_at, (order, "processed_at"))
    refunds = [fact for refund in order.objects("refunds") for fact in _refunds(source, id_, refund, code)]
    captured = _captured(order, total, refunds)
    values = {"object_id": order_name(id_), "shown_at": updated_at}
    if captured.amount_cents:
        at = _paid_at(created_at, updated_at, placed_at)
        type_ = EventType.PAYMENT_CAPTURED
        yield fact(source, id_, kind=FactKind.CAPTURED_TOTAL, type=type_, money=captured, occurred_at=at, **values)
    else:
        yield hold(source, id_, money=total, occurred_at=placed_at, **values)
    yield from refunds


def _paid_at(created_at: datetime, updated_at: datetime, placed_at: datetime) -> datetime:
    """An order that was paid when it was placed counts for that day, also when it was imported later."""
    return placed_at if updated_at - created_at <= _PAID_AT_CREATION else updated_at


def _refunds(source: Source, order_id: str, refund: Fields, code: Currency) -> Iterator[Fact]:
    for item in refund.objects("transactions"):
        yield from transactions.refund(source, order_id, item, parent=refund, otherwise=code)


def _captured(order: Fields, total: Money, refunds: list[Fact]) -> Money:
    """The cash that the order shows as captured; of an order with a gift card only its transactions tell the other part."""
    status = order.values.get("financial_status")
    if transactions.is_partly_no_cash(order.values.get("payment_gateway_names")):
        return Money(0, total.currency)
    if status in _PAID:
        return total
    return _part_paid(order, total.currency, refunds) if status == "partially_paid" else Money(0, total.currency)


def _part_paid(order: Fields, code: Currency, refunds: list[Fact]) -> Money:
    """The part of the current total that is paid, and what was refunded of it since."""
    current = order.amount("current_total_price", code)
    cents = max(0, current.amount_cents - _signed(order, "total_outstanding", code))
    back = {item.object_id: item.cents for item in refunds if item.kind is FactKind.REFUNDED}
    ended = {item.object_id for item in refunds if item.kind is FactKind.REFUND_ENDED}
    return Money(cents + sum(cents for name, cents in back.items() if name not in ended), code)


def _signed(order: Fields, name: str, code: Currency) -> int:
    """An amount that is negative where the buyer has paid too much."""
    value = order.required(name)
    if not isinstance(value, str):
        raise order.malformed(name, "a decimal text")
    try:
        return money.parse(value, code).amount_cents
    except MoneyError as error:
        raise UnusableDelivery(error.code, str(error), f"{order.pointer}/{name}") from error
