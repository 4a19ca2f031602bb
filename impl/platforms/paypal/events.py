"""The reader of PayPal events: the integration map of the specification, for both of PayPal's ways to write an amount."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from urllib.parse import parse_qsl, urlsplit

from impl.kernel.events import EventType, Hints
from impl.kernel.facts import Fact, FactKind
from impl.kernel.money import Money
from impl.platforms import hints
from impl.platforms.errors import UnusableDelivery
from impl.platforms.fields import Fields
from impl.platforms.notification import Notification, short_text
from impl.platforms.processor import Topic

NAME: Final = "paypal"

_MAX_PAIRS = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class PayPalTopic(Topic):
    """How one PayPal event type is read."""

    event: EventType
    kind: FactKind
    is_of_sale: bool
    """Whether the payment it belongs to has this one transaction. An order may be captured in several parts, a sale may not."""


TOPICS: Final = {
    "PAYMENT.SALE.COMPLETED": PayPalTopic(event=EventType.PAYMENT_CAPTURED, kind=FactKind.CAPTURED, is_of_sale=True),
    "PAYMENT.CAPTURE.COMPLETED": PayPalTopic(
        event=EventType.PAYMENT_CAPTURED, kind=FactKind.CAPTURED, is_of_sale=False
    ),
    "PAYMENT.SALE.REFUNDED": PayPalTopic(event=EventType.PAYMENT_REFUNDED, kind=FactKind.REFUNDED, is_of_sale=True),
    "PAYMENT.CAPTURE.REFUNDED": PayPalTopic(
        event=EventType.PAYMENT_REFUNDED,
        kind=FactKind.REFUNDED,
        is_of_sale=False,
        schema_of="PAYMENT.SALE.REFUNDED",
    ),
    "PAYMENT.SALE.REVERSED": PayPalTopic(event=EventType.PAYMENT_DISPUTED, kind=FactKind.DISPUTED, is_of_sale=True),
    "PAYMENT.CAPTURE.REVERSED": PayPalTopic(event=EventType.PAYMENT_DISPUTED, kind=FactKind.DISPUTED, is_of_sale=False),
}


def to_facts(notification: Notification) -> tuple[Fact, ...]:
    """The one fact of a decoded PayPal event.

    Raises `UnusableDelivery` with code `unknown_provider_event`, `missing_required_field`, `malformed_value` or
    `unknown_currency`, and a JSON pointer to the field.
    """
    event = Fields(notification.payload)
    type_ = event.name("event_type")
    topic = TOPICS.get(type_)
    if topic is None:
        message = f"PayPal's event type {type_[:60]!r} has no meaning here"
        raise UnusableDelivery("unknown_provider_event", message, "/event_type")
    resource = event.object("resource")
    transaction_id = resource.name("id")
    occurred_at = _instant(event, resource, notification)
    fact = Fact(
        processor=NAME,
        account=notification.account,
        kind=topic.kind,
        type=topic.event,
        processor_event_type=type_,
        processor_event_id=event.name("id"),
        object_id=transaction_id,
        shown_at=occurred_at,
        occurred_at=occurred_at,
        transaction_id=_original(topic, resource, transaction_id),
        payment_reference=_optional(resource, "parent_payment") if topic.is_of_sale else None,
        order_id=_optional(resource, "invoice_id"),
        money=_money(resource, is_given_back=topic.event is not EventType.PAYMENT_CAPTURED),
        hints=_hints(resource.values),
    )
    return (fact,)


def _original(topic: PayPalTopic, resource: Fields, transaction_id: str) -> str:
    """The transaction that money came in by: itself, or the one that a refund or reversal names."""
    if topic.event is EventType.PAYMENT_CAPTURED:
        return transaction_id
    if resource.has("sale_id"):
        return resource.name("sale_id")
    linked = _linked(resource)
    return linked or resource.name(resource.first("parent_payment", "sale_id"))


def _linked(resource: Fields) -> str | None:
    """Id at the end of the link to the transaction above this one."""
    for link in resource.objects("links"):
        href = link.values.get("href")
        if link.values.get("rel") == "up" and isinstance(href, str):
            return short_text(_path(href).rstrip("/").rpartition("/")[2])
    return None


def _path(href: str) -> str:
    try:
        return urlsplit(href).path
    except ValueError:
        return ""


def _money(resource: Fields, *, is_given_back: bool) -> Money:
    """The amount in either spelling. PayPal writes what it takes back with a minus or without one."""
    amount = resource.object("amount")
    code = amount.currency(amount.first("currency", "currency_code"))
    return amount.amount(amount.first("total", "value"), code, is_signed=is_given_back)


def _instant(event: Fields, resource: Fields, notification: Notification) -> datetime:
    """When it happened; the contract leaves that optional, and then it is when PayPal said so, or when we heard of it."""
    where = next((fields for fields in (resource, event) if fields.has("create_time")), None)
    return where.instant("create_time") if where else notification.received_at


def _optional(resource: Fields, name: str) -> str | None:
    return short_text(resource.values.get(name))


def _hints(resource: Mapping[str, Any]) -> Hints:
    """Hints of the tenant, URL-encoded in the one field that PayPal lets a shop fill; that field may hold anything."""
    custom = resource.get("custom_id")
    if not isinstance(custom, str):
        return Hints()
    try:
        return hints.read(dict(reversed(parse_qsl(custom, max_num_fields=_MAX_PAIRS))))
    except ValueError:
        return Hints()
