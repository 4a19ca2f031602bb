"""Transactions of Shopify: parts of a payment, refunds, holds and their end; known by their own ids wherever they are told."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from impl.kernel.events import EventType
from impl.kernel.facts import Fact, FactKind, Link
from impl.kernel.money import Currency, Money
from impl.platforms import gateways
from impl.platforms.errors import NothingToRecord
from impl.platforms.fields import Fields
from impl.platforms.shopify.objects import (
    NAME,
    Amount,
    Source,
    amount,
    fact,
    hold,
    instant,
    mismatch,
    no_cash,
    order_name,
    shop_currency,
)

_ENDED: Final = ("failure", "error")
_NO_CASH: Final = ("gift_card", "store_credit", "shopify_store_credit")
"""Gateways that move no cash: the money came when the card was sold, or stays with the shop."""


def read(source: Source, item: Fields) -> Iterator[Fact]:
    """The facts of a transaction that is told alone. Raises `NothingToRecord` for one that moves no money."""
    order_id = str(item.number("order_id"))
    kind = item.word("kind")
    if kind == "refund":
        yield from refund(source, order_id, item)
    elif _status(item) == "success" and kind in _READERS:
        yield from _READERS[kind](source, order_id, item)
    else:
        raise NothingToRecord("a transaction that did not succeed, or of another kind, moves no money")


def refund(
    source: Source, order_id: str, item: Fields, *, parent: Fields | None = None, otherwise: Currency | None = None
) -> Iterator[Fact]:
    """The refund that a transaction is, if it moved cash; one that is pending waits until another delivery tells more.

    `parent` is the refund that lists it, whose times stand in for its own; `otherwise` the currency where both name none.
    """
    if not _is_refund(item) or _is_no_cash(item.values.get("gateway")):
        return
    code = parent.currency("currency") if parent and parent.has("currency") else None
    back = amount(item, code or otherwise)
    name = f"shopify_refund_{item.number('id')}"
    counted = _repaired(source, name, back) or _in_shop_currency(source, order_id, item, back, code, otherwise)
    times = [(one, name) for one in (item, parent) if one for name in ("processed_at", "created_at")]
    at = instant(source.received_at, *times)
    values: dict[str, Any] = {"object_id": name, "shown_at": at, **counted}
    values["gateway"] = gateways.name(item.values.get("gateway"))
    status = _status(item)
    if status == "success":
        yield fact(source, order_id, kind=FactKind.REFUNDED, type=EventType.PAYMENT_REFUNDED, **values)
    elif status in _ENDED:
        yield fact(source, order_id, kind=FactKind.REFUND_ENDED, type=EventType.REFUND_REVERSED, **values)


def succeeded_refund(item: Fields, parent: Fields, otherwise: Currency) -> Money | None:
    """The amount of a transaction if it is a refund that succeeded, whether it moved cash or not."""
    code = parent.currency("currency") if parent.has("currency") else otherwise
    return amount(item, code).money if _is_refund(item) and _status(item) == "success" else None


def is_no_cash(names: object) -> bool:
    """Whether an order with these gateways was paid, or paid in part, without cash."""
    return isinstance(names, list) and any(_is_no_cash(name) for name in names)


def _is_no_cash(name: object) -> bool:
    return isinstance(name, str) and name.strip().lower() in _NO_CASH


def _is_refund(item: Fields) -> bool:
    return not item.has("kind") or item.word("kind") == "refund"


def _status(item: Fields) -> str:
    """A transaction without a status succeeded."""
    if not item.has("status"):
        return "success"
    item.name("status")
    return item.word("status")


def _repaired(source: Source, name: str, back: Amount) -> dict[str, Any]:
    """The amount that counts for a refund since it was repaired; nothing for any other."""
    known = (one for one in source.repairs if one.object_id == name and one.repair.told == back.money)
    return next(({"money": one.money, "repair": one.repair} for one in known), {})


def _in_shop_currency(
    source: Source, order_id: str, item: Fields, back: Amount, code: Currency | None, order_code: Currency | None
) -> dict[str, Any]:
    """The amount of a refund in the currency of the shop, given by a manager where the body does not tell it."""
    shop = code or (None if back.is_shop_money else shop_currency(item) or order_code)
    if shop is None or shop == back.money.currency:
        return {"money": back.money}
    if source.given is None or source.given.money.currency != shop:
        raise mismatch(item, order_id, f"the refund is in {shop}, one of its transactions in {back.money.currency}")
    return {"money": source.given.money, "repair": source.given.instead_of(back.money)}


def _capture(source: Source, order_id: str, item: Fields) -> Iterator[Fact]:
    paid = amount(item)
    if _is_no_cash(item.values.get("gateway")):
        yield no_cash(source, order_id, **_values(source, item, paid.money))
        return
    shop = shop_currency(item)
    if not paid.is_shop_money and shop is not None:
        raise NothingToRecord(f"the payment is told in {paid.money.currency}; the order tells it in {shop}")
    kind = FactKind.CAPTURED if paid.is_shop_money else FactKind.PAID
    yield fact(source, order_id, kind=kind, type=EventType.PAYMENT_CAPTURED, **_values(source, item, paid.money))


def _authorization(source: Source, order_id: str, item: Fields) -> Iterator[Fact]:
    hold_amount = amount(item)
    if hold_amount.is_shop_money:
        yield hold(source, order_id, **_values(source, item, hold_amount.money))
    else:
        # A hold in the currency of the buyer must not say what the currency of the sale is.
        nothing = _values(source, item, Money(0, hold_amount.money.currency))
        yield fact(source, order_id, kind=FactKind.PAID, type=EventType.ORDER_CREATED, **nothing)


def _void(source: Source, order_id: str, item: Fields) -> Iterator[Fact]:
    values = _values(source, item, amount(item).money)
    yield fact(source, order_id, kind=FactKind.HOLD_ENDED, type=EventType.AUTHORIZATION_ENDED, **values)


def _values(source: Source, item: Fields, money: Money) -> dict[str, Any]:
    at = instant(source.received_at, (item, "processed_at"), (item, "created_at"))
    return {
        "object_id": f"shopify_transaction_{item.number('id')}",
        "money": money,
        "shown_at": at,
        "gateway": gateways.name(item.values.get("gateway")),
        "links": _links(source, item),
    }


def _links(source: Source, item: Fields) -> tuple[Link, ...]:
    """The payment that the transaction names: by the processor's own id, or by the one that Shopify gave to the processor."""
    order_id, gateway = str(item.number("order_id")), item.values.get("gateway")
    names = (item.values.get("authorization"), item.values.get("payment_id"))
    return gateways.named_by_order(NAME, source.account, order_id, order_name(order_id), gateway=gateway, names=names)


_READERS: Final = {"sale": _capture, "capture": _capture, "authorization": _authorization, "void": _void}
