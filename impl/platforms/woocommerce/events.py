"""The reader of WooCommerce deliveries: each one is a whole order, with every refund made so far.

An order that was paid but never completed is captured when its first refund arrives, dated when it was paid: its money came
and went, and nothing but the refund will ever tell us that it came.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from impl.kernel.events import EventType
from impl.kernel.facts import Fact, FactKind
from impl.kernel.money import Currency, Money
from impl.platforms import hints
from impl.platforms.errors import NothingToRecord, UnusableDelivery
from impl.platforms.fields import Fields
from impl.platforms.notification import Notification
from impl.platforms.processor import Topic

NAME: Final = "woocommerce"


@dataclass(frozen=True, slots=True, kw_only=True)
class WooCommerceTopic(Topic):
    """How one WooCommerce topic is read; the status of the order tells what happened where the topic names no event."""


TOPICS: Final = {
    "order.created": WooCommerceTopic(event=EventType.ORDER_CREATED),
    "order.completed": WooCommerceTopic(event=EventType.PAYMENT_CAPTURED),
    "order.updated": WooCommerceTopic(event=None),
    "order.refunded": WooCommerceTopic(event=EventType.PAYMENT_REFUNDED),
}

BY_STATUS: dict[str, EventType] = {
    "completed": EventType.PAYMENT_CAPTURED,
    "refunded": EventType.PAYMENT_REFUNDED,
}


@dataclass(frozen=True, slots=True)
class Order:
    """The order that every fact of a delivery is about."""

    notification: Notification
    fields: Fields
    topic: WooCommerceTopic
    id: str
    code: Currency

    @property
    def transaction_id(self) -> str:
        """The name of its payment."""
        return f"woocommerce_order_{self.id}"


def to_facts(notification: Notification) -> tuple[Fact, ...]:
    """The facts of a decoded WooCommerce delivery: an order, its capture, its refunds.

    Raises `UnusableDelivery` with code `unknown_provider_event`, `missing_required_field`, `malformed_value` or
    `unknown_currency` and a JSON pointer, and `NothingToRecord` for a change that moves no money.
    """
    topic = TOPICS.get(notification.topic or "")
    if topic is None:
        message = f"WooCommerce's topic {(notification.topic or '')[:60]!r} has no meaning here"
        raise UnusableDelivery("unknown_provider_event", message, "/header/X-WC-Webhook-Topic")
    fields = Fields(notification.payload)
    order = Order(notification, fields, topic, str(fields.number("id")), fields.currency("currency"))
    event = topic.event or BY_STATUS.get(str(fields.values.get("status")))
    facts = _facts(order, event)
    if not facts:
        raise NothingToRecord("the change moves no money")
    return tuple(facts)


def _facts(order: Order, event: EventType | None) -> list[Fact]:
    refunds = order.fields.objects("refunds")
    match event:
        case EventType.ORDER_CREATED:
            return [_order(order, event, _instant(order.fields, "date_created"))]
        case EventType.PAYMENT_CAPTURED:
            capture = _order(order, event, _instant(order.fields, "date_completed", "date_paid"))
            return [capture, *(_refund(order, refund) for refund in refunds)]
        case EventType.PAYMENT_REFUNDED:
            if not refunds:
                raise order.fields.missing("refunds")
            return [*_capture_before_refund(order), *(_refund(order, refund) for refund in refunds)]
        case _:
            return [*_capture_before_refund(order), *(_refund(order, refund) for refund in refunds)] if refunds else []


def _capture_before_refund(order: Order) -> Sequence[Fact]:
    """The capture of an order that was paid and not completed; a completed one is captured by its own delivery."""
    if _named(order.fields, "date_completed") or not _named(order.fields, "date_paid"):
        return ()
    return (_order(order, EventType.PAYMENT_CAPTURED, _instant(order.fields, "date_paid")),)


def _order(order: Order, type_: EventType, at: datetime) -> Fact:
    return _fact(
        order,
        kind=FactKind.HOLD if type_ is EventType.ORDER_CREATED else FactKind.CAPTURED_TOTAL,
        type=type_,
        object_id=order.transaction_id,
        shown_at=at,
        occurred_at=at,
        money=order.fields.amount("total", order.code),
    )


def _refund(order: Order, refund: Fields) -> Fact:
    """One refund, named by its own id: whichever deliveries repeat it, it is one fact."""
    id_ = str(refund.number("id"))
    return _fact(
        order,
        kind=FactKind.REFUNDED,
        type=EventType.PAYMENT_REFUNDED,
        object_id=f"woocommerce_refund_{id_}",
        shown_at=_instant(order.fields, "date_modified"),
        occurred_at=_instant(order.fields, "date_modified"),
        money=_absolute(refund, order.code),
    )


def _absolute(refund: Fields, code: Currency) -> Money:
    return refund.amount(refund.first("amount", "total"), code, is_signed=True)


def _fact(order: Order, **fields: Any) -> Fact:
    return Fact(
        processor=NAME,
        account=order.notification.account,
        processor_event_type=order.notification.topic or "",
        processor_event_id=order.notification.id or order.transaction_id,
        transaction_id=order.transaction_id,
        order_id=order.id,
        hints=hints.read(order.fields.values.get("meta_data"), name="key"),
        **fields,
    )


def _named(fields: Fields, name: str) -> str | None:
    """The field that says when, the one in UTC before the one by the shop's clock; None without either."""
    return next((field for field in (f"{name}_gmt", name) if fields.has(field)), None)


def _instant(fields: Fields, *names: str) -> datetime:
    field = next((field for name in names if (field := _named(fields, name))), names[0])
    return fields.instant(field, is_utc_without_zone=True)
