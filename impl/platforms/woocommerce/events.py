"""The reader of WooCommerce deliveries: each one is a whole order as it was when it was sent, whatever its topic is called.

WooCommerce builds a body when it sends it and never repeats a delivery, so every snapshot shows all that is needed: whether the
order is paid, its total, and every refund there is. A refund that a newer snapshot does not list is gone.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from impl.kernel.events import EventType, Hints
from impl.kernel.facts import Fact, FactKind, Link, Note
from impl.kernel.money import Currency, Money
from impl.platforms import gateways, hints
from impl.platforms.errors import NothingToRecord, UnusableDelivery
from impl.platforms.fields import Fields
from impl.platforms.notification import Notification, short_text
from impl.platforms.processor import Topic

NAME: Final = "woocommerce"
TOPICS: Final = {
    "order.created": Topic(event=EventType.ORDER_CREATED),
    "order.completed": Topic(event=EventType.PAYMENT_CAPTURED),
    "order.updated": Topic(event=None),
    "order.restored": Topic(event=None, schema_of="order.updated"),
    "order.refunded": Topic(event=EventType.PAYMENT_REFUNDED),
}

_PAID: Final = ("processing", "completed", "refunded")
_ENDED: Final = ("cancelled", "failed")
_CASH_ON_DELIVERY: Final = "cod"
_NOT_COMPLETED: Final = Note(
    "/body/status", "The topic announces a completed order; the order shows another status, which counts."
)
_FOREIGN_MARKS: Final = ("billing_period", "refunded_by", "regular_price", "discount_type")
"""Fields of subscriptions, refunds, products and coupons that no order has."""
_ERROR: Final = re.compile(r"(woocommerce|rest)_[a-z_]{1,60}", re.ASCII)
_MARKS: Final = ("order_key", "total", "currency", "status")


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """The order of a delivery, as it was when the delivery was made."""

    notification: Notification
    fields: Fields
    id: str
    code: Currency
    shown_at: datetime
    """Its last change, by the clock of the shop in UTC."""
    hints: Hints = field(default_factory=Hints)

    @property
    def prefix(self) -> str:
        """The beginning of all names of this shop, since ids of orders and refunds are only unique within their shop."""
        return gateways.woocommerce_prefix(self.notification.account)

    @property
    def name(self) -> str:
        """The name of its payment."""
        return f"{self.prefix}_order_{self.id}"

    def fact(self, **shown: Any) -> Fact:
        """A fact that this snapshot shows."""
        kind, money = shown["kind"].value, shown["money"]
        values: dict[str, Any] = {"gateway": self.gateway} | shown
        return Fact(
            processor=NAME,
            account=self.notification.account,
            processor_event_type=self.notification.topic or "",
            # The id in the header of a delivery is not signed, so what the order shows names the event.
            processor_event_id=f"{shown['object_id']}@{self.shown_at:%Y-%m-%dT%H:%M:%S.%fZ}:{kind}:{money.amount_cents}{money.currency}",
            transaction_id=self.name,
            order_id=self.id,
            shown_at=self.shown_at,
            hints=self.hints,
            links=self.links,
            order_reference=self.reference,
            **values,
        )

    @property
    def gateway(self) -> str | None:
        """The payment method of the buyer."""
        return gateways.name(self.fields.values.get("payment_method"))

    @property
    def reference(self) -> str | None:
        """The name that payments give it, when its number is not its id: plugins number the orders of a shop one by one."""
        number = short_text(self.fields.values.get("number"))
        if number in (None, self.id):
            return None
        return gateways.order_reference(NAME, self.notification.account, number)

    @property
    def links(self) -> tuple[Link, ...]:
        """The payment that it names. Refunds overwrite that name at some gateways, so every name that was seen is kept."""
        gateway, name = (self.fields.values.get(field) for field in ("payment_method", "transaction_id"))
        return gateways.named_by_order(
            NAME, self.notification.account, self.id, self.name, gateway=gateway, names=(name,)
        )


def to_facts(notification: Notification) -> tuple[Fact, ...]:
    """The facts of a decoded WooCommerce delivery: an order and its refunds.

    Raises `UnusableDelivery` with code `unknown_provider_event`, `topic_mismatch`, `missing_required_field`, `malformed_value` or
    `unknown_currency` and a JSON pointer, and `NothingToRecord` for the draft of a checkout.
    """
    if (notification.topic or "") not in TOPICS:
        message = "WooCommerce's topic has no meaning here"
        raise UnusableDelivery("unknown_provider_event", message, "/header/X-WC-Webhook-Topic")
    fields = Fields(notification.payload)
    _check_kind(fields)
    if _status(fields) == "checkout-draft":
        raise NothingToRecord("the order is the draft of a checkout")
    order = Order(
        notification=notification,
        fields=fields,
        id=str(fields.number("id")),
        code=fields.currency("currency"),
        shown_at=_instant(fields, "date_modified", otherwise=notification.received_at),
        hints=hints.read(fields.values.get("meta_data"), name="key"),
    )
    return tuple(_facts(order))


def money_kind(payload: object) -> str | None:
    """An order, by the fields that every version of WooCommerce gives it and no subscription, refund or coupon has."""
    names = payload.keys() if isinstance(payload, dict) else ()
    is_order = all(name in names for name in _MARKS) and not any(name in names for name in _FOREIGN_MARKS)
    return "order" if is_order else None


def _check_kind(fields: Fields) -> None:
    code = fields.values.get("code")
    if not fields.has("id") and isinstance(code, str) and fields.has("message"):
        # What WooCommerce sends when the user of the webhook may not read orders, or the order is gone.
        # Only its own vocabulary is repeated: what else stands there could be anybody's text.
        name = code if _ERROR.fullmatch(code) else "an error"
        raise UnusableDelivery("missing_required_field", f"WooCommerce sent {name} in place of the order", "/id")
    mark = next((name for name in _FOREIGN_MARKS if name in fields.values), None)
    if mark is not None:
        raise UnusableDelivery("topic_mismatch", f"the topic is about an order; an order has no {mark}", f"/{mark}")


def _facts(order: Order) -> Iterator[Fact]:
    total, created_at = order.fields.amount("total", order.code), _created_at(order.fields)
    if not is_paid(order.fields):
        yield order.fact(
            kind=FactKind.HOLD,
            type=EventType.ORDER_CREATED,
            object_id=order.name,
            money=total,
            occurred_at=created_at,
            notes=(_NOT_COMPLETED,) if order.notification.topic == "order.completed" else (),
        )
        return
    paid_at = _instant(order.fields, "date_paid", "date_completed", otherwise=created_at)
    yield order.fact(
        kind=FactKind.CAPTURED_TOTAL,
        type=EventType.PAYMENT_CAPTURED,
        object_id=order.name,
        money=total,
        occurred_at=paid_at,
        notes=_notes(order),
    )
    yield from _refunds(order, total)


def _notes(order: Order) -> tuple[Note, ...]:
    status = _status(order.fields)
    if status in _ENDED:
        return (
            Note("/body/status", f"The order is {status}, but it was paid: the payment counts until it is refunded."),
        )
    is_announced = order.notification.topic == "order.completed" and status != "completed"
    return (_NOT_COMPLETED,) if is_announced else ()


def _status(order: Fields) -> str:
    """The status as the API writes it; the database of a shop has it with `wc-`, and some plugins send that."""
    return order.word("status").removeprefix("wc-")


def is_paid(order: Fields) -> bool:
    """Whether the order shows that its money has come."""
    status, is_dated = _status(order), _field(order, "date_paid") is not None
    is_added_by_plugin = status not in (*_PAID, *_ENDED, "pending")
    if order.word("payment_method") == _CASH_ON_DELIVERY:
        # The courier brings the cash when the order is completed; one that is cancelled was never paid.
        return status in ("completed", "refunded") or (is_dated and is_added_by_plugin)
    # What an online gateway has taken stays until it is refunded, also when the order ends.
    return status in _PAID or (is_dated and (status in _ENDED or is_added_by_plugin))


def _refunds(order: Order, total: Money) -> Iterator[Fact]:
    """Every refund there is at the time of this snapshot, also those that earlier ones listed."""
    refunds = order.fields.objects("refunds")
    for refund in refunds:
        at = _instant(refund, "date_created", otherwise=order.shown_at)
        name, money = f"{order.prefix}_refund_{refund.number('id')}", _given_back(refund, order.code)
        # Entered in the shop alone: the money went back some other way, or has yet to.
        by_hand = {"gateway": gateways.NO_PROCESSOR} if refund.values.get("refunded_payment") is False else {}
        yield _refund(order, name, money, at, **by_hand)
    if not refunds and _status(order.fields) == "refunded":
        yield _refund(order, f"{order.name}_refunded", total, order.shown_at)


def _refund(order: Order, name: str, money: Money, at: datetime, **shown: Any) -> Fact:
    return order.fact(
        kind=FactKind.REFUNDED_TOTAL,
        type=EventType.PAYMENT_REFUNDED,
        object_id=name,
        money=money,
        occurred_at=at,
        **shown,
    )


def _given_back(refund: Fields, code: Currency) -> Money:
    """The `total` of a refund without its minus; `amount` is 0.00 in some versions of WooCommerce."""
    return refund.amount("total" if refund.has("total") else "amount", code, is_signed=True)


def _created_at(fields: Fields) -> datetime:
    name = _field(fields, "date_created")
    if name is None:
        raise fields.missing("date_created")
    return fields.instant(name, is_utc_without_zone=True)


def _instant(fields: Fields, *names: str, otherwise: datetime) -> datetime:
    """The first time that is there."""
    name = next((field for name in names if (field := _field(fields, name))), None)
    return fields.instant(name, is_utc_without_zone=True) if name else otherwise


def _field(fields: Fields, name: str) -> str | None:
    """The field that says when, the one in UTC before the one by the shop's clock; None without either."""
    return next((one for one in (f"{name}_gmt", name) if fields.has(one)), None)
