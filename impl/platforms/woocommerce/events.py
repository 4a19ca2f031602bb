"""The reader of WooCommerce deliveries: each one is a whole order, with every refund made so far.

An order that was paid but never completed is captured when its first refund arrives, dated when it was paid: its money came
and went, and nothing but the refund will ever tell us that it came.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from impl.kernel.events import CanonicalEvent, EventType, Report, idempotency_key
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

    name_in_key: str
    is_per_delivery: bool
    """Whether the key names the delivery, because the order may be told about many times, or the order."""


TOPICS: Final = {
    "order.created": WooCommerceTopic(
        event=EventType.ORDER_CREATED, name_in_key="order_created", is_per_delivery=False
    ),
    "order.completed": WooCommerceTopic(
        event=EventType.PAYMENT_CAPTURED, name_in_key="order_completed", is_per_delivery=False
    ),
    "order.updated": WooCommerceTopic(event=None, name_in_key="order_updated", is_per_delivery=True),
    "order.refunded": WooCommerceTopic(
        event=EventType.PAYMENT_REFUNDED, name_in_key="order_refunded", is_per_delivery=True
    ),
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

    @property
    def delivery_name(self) -> str:
        """The id that makes this delivery one of its kind."""
        if not self.topic.is_per_delivery:
            return self.id
        return (
            self.notification.id
            or f"{self.id}_{self.fields.values.get('status')}_{self.notification.received_at.isoformat()}"
        )


def to_report(notification: Notification) -> Report:
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
    return Report(facts=tuple(facts), idempotency_key=idempotency_key(NAME, topic.name_in_key, order.delivery_name))


def _facts(order: Order, event: EventType | None) -> list[CanonicalEvent]:
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


def _capture_before_refund(order: Order) -> Sequence[CanonicalEvent]:
    """The capture of an order that was paid and not completed; a completed one is captured by its own delivery."""
    if _named(order.fields, "date_completed") or not _named(order.fields, "date_paid"):
        return ()
    return (_order(order, EventType.PAYMENT_CAPTURED, _instant(order.fields, "date_paid")),)


def _order(order: Order, type_: EventType, at: datetime) -> CanonicalEvent:
    return _fact(
        order,
        type=type_,
        external_event_id=order.delivery_name,
        name_in_key=order.topic.name_in_key,
        occurred_at=at,
        transaction_id=order.transaction_id,
        money=order.fields.amount("total", order.code),
    )


def _refund(order: Order, refund: Fields) -> CanonicalEvent:
    """One refund, named by its own id: whichever deliveries repeat it, it is one fact."""
    id_ = str(refund.number("id"))
    return _fact(
        order,
        type=EventType.PAYMENT_REFUNDED,
        external_event_id=id_,
        name_in_key="order_refunded",
        occurred_at=_instant(order.fields, "date_modified"),
        transaction_id=f"woocommerce_refund_{id_}",
        money=_absolute(refund, order.code),
    )


def _absolute(refund: Fields, code: Currency) -> Money:
    return refund.amount(refund.first("amount", "total"), code, is_signed=True)


def _fact(order: Order, **fields: Any) -> CanonicalEvent:
    return CanonicalEvent(
        processor=NAME,
        processor_event_type=order.notification.topic or "",
        processor_event_id=order.notification.id or order.delivery_name,
        original_transaction_id=order.transaction_id,
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
