"""What a WooCommerce delivery means: each one is a whole order, with every refund made so far.

An order that was paid but never completed is captured when its first refund arrives, dated when it was paid: its money came
and went, and nothing but the refund will ever tell us that it came.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from impl.kernel.events import CanonicalEvent, EventType, Report, idempotency_key
from impl.kernel.money import Currency, Money
from impl.platforms import hints
from impl.platforms.errors import NothingToRecord, UnusableDelivery
from impl.platforms.fields import Fields
from impl.platforms.notice import Notice

PROVIDER = "woocommerce"


@dataclass(frozen=True, slots=True)
class Meaning:
    """How one WooCommerce topic is read."""

    name_in_key: str
    is_per_delivery: bool
    """Whether the key names the delivery, because the order may be told about many times, or the order."""
    says: EventType | None = None
    """What happened; None when the status of the order says it."""


MEANINGS: dict[str, Meaning] = {
    "order.created": Meaning("order_created", is_per_delivery=False, says=EventType.ORDER_CREATED),
    "order.completed": Meaning("order_completed", is_per_delivery=False, says=EventType.PAYMENT_CAPTURED),
    "order.updated": Meaning("order_updated", is_per_delivery=True),
    "order.refunded": Meaning("order_refunded", is_per_delivery=True, says=EventType.PAYMENT_REFUNDED),
}

BY_STATUS: dict[str, EventType] = {
    "completed": EventType.PAYMENT_CAPTURED,
    "refunded": EventType.PAYMENT_REFUNDED,
}


@dataclass(frozen=True, slots=True)
class Order:
    """What every fact about one order shares."""

    notice: Notice
    fields: Fields
    meaning: Meaning
    id: str
    code: Currency

    @property
    def transaction_id(self) -> str:
        """The name of its payment."""
        return f"woocommerce_order_{self.id}"

    @property
    def delivery_name(self) -> str:
        """What makes this delivery one of its kind."""
        if not self.meaning.is_per_delivery:
            return self.id
        return self.notice.id or f"{self.id}_{self.fields.values.get('status')}_{self.notice.received_at.isoformat()}"


def to_report(notice: Notice) -> Report:
    """The facts of a decoded WooCommerce delivery: an order, its capture, its refunds.

    Raises `UnusableDelivery` with code `unknown_provider_event`, `missing_required_field`, `malformed_value` or
    `unknown_currency` and a JSON pointer, and `NothingToRecord` for a change that moves no money.
    """
    meaning = MEANINGS.get(notice.topic or "")
    if meaning is None:
        message = f"WooCommerce's topic {(notice.topic or '')[:60]!r} has no meaning here"
        raise UnusableDelivery("unknown_provider_event", message, "/header/X-WC-Webhook-Topic")
    fields = Fields(notice.payload)
    order = Order(notice, fields, meaning, str(fields.number("id")), fields.currency("currency"))
    says = meaning.says or BY_STATUS.get(str(fields.values.get("status")))
    facts = _facts(order, says)
    if not facts:
        raise NothingToRecord("the change moves no money")
    return Report(
        facts=tuple(facts), idempotency_key=idempotency_key(PROVIDER, meaning.name_in_key, order.delivery_name)
    )


def _facts(order: Order, says: EventType | None) -> list[CanonicalEvent]:
    refunds = order.fields.objects("refunds")
    match says:
        case EventType.ORDER_CREATED:
            return [_order(order, says, _instant(order.fields, "date_created"))]
        case EventType.PAYMENT_CAPTURED:
            captured = _order(order, says, _instant(order.fields, "date_completed", "date_paid"))
            return [captured, *(_refund(order, refund) for refund in refunds)]
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
        name_in_key=order.meaning.name_in_key,
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


def _fact(order: Order, **what: Any) -> CanonicalEvent:
    return CanonicalEvent(
        provider=PROVIDER,
        provider_event_type=order.notice.topic or "",
        provider_event_id=order.notice.id or order.delivery_name,
        original_transaction_id=order.transaction_id,
        order_id=order.id,
        hints=hints.read(order.fields.values.get("meta_data"), name="key"),
        **what,
    )


def _named(fields: Fields, name: str) -> str | None:
    """The field that says when, the one in UTC before the one by the shop's clock; None without either."""
    return next((field for field in (f"{name}_gmt", name) if fields.has(field)), None)


def _instant(fields: Fields, *names: str) -> datetime:
    found = next((field for name in names if (field := _named(fields, name))), names[0])
    return fields.instant(found, is_utc_without_zone=True)
