"""What a PayPal event means: the integration map of the specification, for both of PayPal's ways to write an amount."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from impl.kernel.events import CanonicalEvent, EventType, Hints, Report
from impl.kernel.money import Money
from impl.platforms import hints
from impl.platforms.errors import UnusableDelivery
from impl.platforms.fields import Fields
from impl.platforms.notice import Notice, short_text

PROVIDER = "paypal"

_MAX_PAIRS = 50


@dataclass(frozen=True, slots=True)
class Meaning:
    """How one PayPal event type is read."""

    type: EventType
    name_in_key: str
    is_of_sale: bool
    """Whether the payment it belongs to has this one transaction. An order may be captured in several parts, a sale may not."""


MEANINGS: dict[str, Meaning] = {
    "PAYMENT.SALE.COMPLETED": Meaning(EventType.PAYMENT_CAPTURED, "sale_completed", is_of_sale=True),
    "PAYMENT.CAPTURE.COMPLETED": Meaning(EventType.PAYMENT_CAPTURED, "payment_capture_completed", is_of_sale=False),
    "PAYMENT.SALE.REFUNDED": Meaning(EventType.PAYMENT_REFUNDED, "payment_sale_refunded", is_of_sale=True),
    "PAYMENT.CAPTURE.REFUNDED": Meaning(EventType.PAYMENT_REFUNDED, "payment_capture_refunded", is_of_sale=False),
    "PAYMENT.SALE.REVERSED": Meaning(EventType.PAYMENT_DISPUTED, "payment_sale_reversed", is_of_sale=True),
    "PAYMENT.CAPTURE.REVERSED": Meaning(EventType.PAYMENT_DISPUTED, "payment_capture_reversed", is_of_sale=False),
}


def to_report(notice: Notice) -> Report:
    """The one fact of a decoded PayPal event.

    Raises `UnusableDelivery` with code `unknown_provider_event`, `missing_required_field`, `malformed_value` or
    `unknown_currency`, and a JSON pointer to the field.
    """
    event = Fields(notice.payload)
    type_ = event.name("event_type")
    meaning = MEANINGS.get(type_)
    if meaning is None:
        message = f"PayPal's event type {type_[:60]!r} has no meaning here"
        raise UnusableDelivery("unknown_provider_event", message, "/event_type")
    resource = event.object("resource")
    transaction_id = resource.name("id")
    fact = CanonicalEvent(
        provider=PROVIDER,
        type=meaning.type,
        provider_event_type=type_,
        provider_event_id=event.name("id"),
        external_event_id=transaction_id,
        name_in_key=meaning.name_in_key,
        occurred_at=_instant(event, resource, notice),
        transaction_id=transaction_id,
        original_transaction_id=_original(meaning, resource, transaction_id),
        payment_reference=_optional(resource, "parent_payment") if meaning.is_of_sale else None,
        order_id=_optional(resource, "invoice_id"),
        money=_money(resource, is_given_back=meaning.type is not EventType.PAYMENT_CAPTURED),
        hints=_hints(resource.values),
    )
    return Report.of_one(fact)


def _original(meaning: Meaning, resource: Fields, transaction_id: str) -> str:
    """The transaction that money came in by: itself, or the one that a refund or reversal names."""
    if meaning.type is EventType.PAYMENT_CAPTURED:
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


def _instant(event: Fields, resource: Fields, notice: Notice) -> datetime:
    """When it happened; the contract leaves that optional, and then it is when PayPal said so, or when we heard of it."""
    where = next((fields for fields in (resource, event) if fields.has("create_time")), None)
    return where.instant("create_time") if where else notice.received_at


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
