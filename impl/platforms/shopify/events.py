"""The reader of Shopify deliveries: the integration map of the specification, as one table and one reader per kind of payload."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from impl.kernel.events import EventType
from impl.kernel.facts import Fact, FactKind
from impl.kernel.money import Currency, Money, MoneyError
from impl.platforms import hints
from impl.platforms.errors import NothingToRecord, UnusableDelivery
from impl.platforms.fields import Fields
from impl.platforms.notification import Notification
from impl.platforms.processor import Topic

NAME: Final = "shopify"

_FAILED = ("failure", "error")  # compared, never hashed: a status may be any JSON


@dataclass(frozen=True, slots=True, kw_only=True)
class ShopifyTopic(Topic):
    """How one Shopify topic is read."""

    event: EventType
    kind: FactKind
    read: Callable[[Fields, Notification], dict[str, Any]]
    """Fills in what differs between orders, refunds and checkouts."""


def to_facts(notification: Notification) -> tuple[Fact, ...]:
    """The one fact of a decoded Shopify delivery.

    Raises `UnusableDelivery` with code `unknown_provider_event`, `missing_required_field`, `malformed_value`,
    `unknown_currency` or `currency_mismatch` and a JSON pointer, and `NothingToRecord` for a refund without money.
    """
    how = TOPICS.get(notification.topic or "")
    if how is None:
        message = f"Shopify's topic {(notification.topic or '')[:60]!r} has no meaning here"
        raise UnusableDelivery("unknown_provider_event", message, "/header/X-Shopify-Topic")
    payload = Fields(notification.payload)
    fields = how.read(payload, notification)
    fact = Fact(
        processor=NAME,
        account=notification.account,
        kind=how.kind,
        type=how.event,
        processor_event_type=notification.topic or "",
        processor_event_id=notification.id or fields["object_id"],
        shown_at=fields["occurred_at"],
        hints=hints.read(notification.payload.get("note_attributes")),
        **fields,
    )
    return (fact,)


def _order(payload: Fields, _: Notification) -> dict[str, Any]:
    id_ = str(payload.number("id"))
    transaction = f"shopify_order_{id_}"
    return {
        "object_id": transaction,
        "occurred_at": payload.instant("created_at"),
        "transaction_id": transaction,
        "order_id": id_,
        "money": payload.amount("total_price", payload.currency("currency")),
    }


def _refund(payload: Fields, notification: Notification) -> dict[str, Any]:
    id_, order_id = str(payload.number("id")), str(payload.number("order_id"))
    return {
        "object_id": f"shopify_refund_{id_}",
        "occurred_at": _created(payload, notification),
        "transaction_id": f"shopify_order_{order_id}",
        "order_id": order_id,
        "money": _given_back(payload),
    }


def _given_back(payload: Fields) -> Money:
    """Sum of the payments that went back; one that failed did not."""
    payload.required("transactions")
    items = [item for item in payload.objects("transactions") if item.values.get("status") not in _FAILED]
    if not items:
        raise NothingToRecord("the refund returns goods but no money")
    code = _one_currency(payload, items)
    cents = sum(item.amount("amount", code).amount_cents for item in items)
    try:
        return Money(cents, code)
    except MoneyError as error:
        raise UnusableDelivery(error.code, str(error), "/transactions") from error


def _one_currency(payload: Fields, items: Sequence[Fields]) -> Currency:
    """The currency all of `items` share; the refund's own, where it names one, must be the same."""
    with_currency = [fields for fields in (payload, *items) if fields.has("currency")]
    if not with_currency:
        raise items[0].missing("currency")
    codes = [fields.currency("currency") for fields in with_currency]
    for fields, code in zip(with_currency, codes, strict=True):
        if code != codes[0]:
            message = f"the refund is in {codes[0]}, one of its transactions in {code}"
            raise UnusableDelivery("currency_mismatch", message, f"{fields.pointer}/currency")
    return codes[0]


def _checkout(payload: Fields, notification: Notification) -> dict[str, Any]:
    token = payload.name("token")
    transaction = f"shopify_checkout_{token}"[:255]
    return {
        "object_id": transaction,
        "occurred_at": _created(payload, notification, "updated_at"),
        "transaction_id": transaction,
        "money": payload.amount("total_price", payload.currency("currency")),
    }


def _created(payload: Fields, notification: Notification, *preferred: str) -> datetime:
    """When it happened; the contract leaves that optional here, and then it is when we heard of it."""
    name = payload.first(*preferred, "created_at")
    return payload.instant(name) if payload.has(name) else notification.received_at


TOPICS: Final = {
    "orders/create": ShopifyTopic(event=EventType.ORDER_CREATED, kind=FactKind.HOLD, read=_order),
    "orders/paid": ShopifyTopic(event=EventType.PAYMENT_CAPTURED, kind=FactKind.CAPTURED_TOTAL, read=_order),
    "refunds/create": ShopifyTopic(event=EventType.PAYMENT_REFUNDED, kind=FactKind.REFUNDED, read=_refund),
    "checkouts/update": ShopifyTopic(event=EventType.CHECKOUT_UPDATED, kind=FactKind.CHECKOUT, read=_checkout),
}
