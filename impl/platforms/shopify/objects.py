"""The common parts of all objects of Shopify: the delivery that carries them, their names, their amounts and times.

Amounts count in the currency of the shop. An order says all its totals in it; a transaction says its `amount` in the currency of
the buyer, and the shop's beside it only in `amount_set.shop_money`.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from impl.kernel import money
from impl.kernel.events import EventType, Hints
from impl.kernel.facts import Fact, FactKind, GivenAmount, KnownRepair
from impl.kernel.money import Currency, Money, MoneyError
from impl.platforms.errors import ForeignAmount
from impl.platforms.fields import Fields

NAME: Final = "shopify"


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """The delivery that carries an object."""

    topic: str
    account: str
    received_at: datetime
    hints: Hints = field(default_factory=Hints)
    given: GivenAmount | None = None
    """The amount in the shop's currency that a manager has given for the one that is not."""
    repairs: tuple[KnownRepair, ...] = ()


def order_name(order_id: str) -> str:
    """The name of the payment of an order."""
    return f"shopify_order_{order_id}"


def fact(source: Source, order_id: str | None, **shown: Any) -> Fact:
    """A fact about the order `order_id`, or about the payment that `shown` names."""
    at, kind, money = shown["shown_at"], shown["kind"].value, shown["money"]
    transaction_id = {"transaction_id": order_name(order_id)} if order_id is not None else {}
    values: dict[str, Any] = {"occurred_at": at} | transaction_id | shown
    return Fact(
        processor=NAME,
        account=source.account,
        processor_event_type=source.topic,
        # The id in the header of a delivery is not signed, so what the object shows names the event.
        processor_event_id=f"{shown['object_id'][:180]}@{at:%Y-%m-%dT%H:%M:%S.%fZ}:{kind}:{money.amount_cents}{money.currency}",
        order_id=order_id,
        hints=source.hints,
        **values,
    )


def hold(source: Source, order_id: str, **shown: Any) -> Fact:
    """An order or authorization that is not paid."""
    return fact(source, order_id, kind=FactKind.HOLD, type=EventType.ORDER_CREATED, **shown)


def no_cash(source: Source, order_id: str, **shown: Any) -> Fact:
    """A payment, or a part of one, with a gift card or store credit."""
    return fact(source, order_id, kind=FactKind.NO_CASH, type=EventType.ORDER_CREATED, **shown)


@dataclass(frozen=True, slots=True)
class Amount:
    """An amount of a transaction."""

    money: Money
    is_shop_money: bool
    """Whether its currency is known to be the shop's; else it may be the buyer's."""


def amount(item: Fields, otherwise: Currency | None = None) -> Amount:
    """The amount of a transaction in the currency of the shop where it says that, else as the buyer paid it.

    `otherwise` is the currency where the transaction names none. Raises `UnusableDelivery`.
    """
    shop = _part(item, "amount_set", "shop_money")
    if shop is not None:
        return Amount(shop.amount("amount", shop.currency(shop.first("currency_code", "currency"))), is_shop_money=True)
    if not item.has("currency") and otherwise is not None:
        return Amount(item.amount("amount", otherwise), is_shop_money=True)
    code = item.currency("currency")
    return Amount(item.amount("amount", code), is_shop_money=code == shop_currency(item))


def shop_currency(item: Fields) -> Currency | None:
    """The currency of the shop, where a transaction without `amount_set` says it: in what is not settled yet, `XXX` for none."""
    shop = _part(item, "total_unsettled_set", "shop_money")
    code = shop.values.get(shop.first("currency_code", "currency")) if shop is not None else None
    try:
        return money.currency(code) if isinstance(code, str) else None
    except MoneyError:
        return None


def _part(item: Fields, *names: str) -> Fields | None:
    """The object under a path of names; None where something else stands there."""
    for name in names:
        value = item.values.get(name)
        if not isinstance(value, dict):
            return None
        item = Fields(value, f"{item.pointer}/{name}")
    return item


def instant(otherwise: datetime, *candidates: tuple[Fields, str]) -> datetime:
    """The first time that is there; each candidate is an object and a name."""
    return next((item.instant(name) for item, name in candidates if item.has(name)), otherwise)


def mismatch(item: Fields, order_id: str, message: str) -> ForeignAmount:
    """The error for an amount that is not in the currency of the shop; without a rate nothing is converted."""
    return ForeignAmount(message, f"{item.pointer}/currency", order_name(order_id))
