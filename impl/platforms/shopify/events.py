"""What a Shopify delivery means: the integration map of the specification, as one table and one reader per kind of payload."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from impl.kernel.events import CanonicalEvent, EventType, Report
from impl.kernel.money import Currency, Money, MoneyError
from impl.platforms import hints
from impl.platforms.errors import NothingToRecord, UnusableDelivery
from impl.platforms.fields import Fields
from impl.platforms.notice import Notice

PROVIDER = "shopify"

_FAILED = ("failure", "error")  # compared, never hashed: a status may be any JSON


@dataclass(frozen=True, slots=True)
class Meaning:
    """How one Shopify topic is read."""

    type: EventType
    name_in_key: str
    read: Callable[[Fields, Notice], dict[str, Any]]
    """Fills in what differs between orders, refunds and checkouts."""


def to_report(notice: Notice) -> Report:
    """The one fact of a decoded Shopify delivery.

    Raises `UnusableDelivery` with code `unknown_provider_event`, `missing_required_field`, `malformed_value`,
    `unknown_currency` or `currency_mismatch` and a JSON pointer, and `NothingToRecord` for a refund without money.
    """
    meaning = MEANINGS.get(notice.topic or "")
    if meaning is None:
        message = f"Shopify's topic {(notice.topic or '')[:60]!r} has no meaning here"
        raise UnusableDelivery("unknown_provider_event", message, "/header/X-Shopify-Topic")
    payload = Fields(notice.payload)
    read = meaning.read(payload, notice)
    fact = CanonicalEvent(
        provider=PROVIDER,
        type=meaning.type,
        provider_event_type=notice.topic or "",
        provider_event_id=notice.id or read["external_event_id"],
        name_in_key=meaning.name_in_key,
        hints=hints.read(notice.payload.get("note_attributes")),
        **read,
    )
    return Report.of_one(fact)


def _order(payload: Fields, _: Notice) -> dict[str, Any]:
    id_ = str(payload.number("id"))
    transaction = f"shopify_order_{id_}"
    return {
        "external_event_id": id_,
        "occurred_at": payload.instant("created_at"),
        "transaction_id": transaction,
        "original_transaction_id": transaction,
        "order_id": id_,
        "money": payload.amount("total_price", payload.currency("currency")),
    }


def _refund(payload: Fields, notice: Notice) -> dict[str, Any]:
    id_, order_id = str(payload.number("id")), str(payload.number("order_id"))
    return {
        "external_event_id": id_,
        "occurred_at": _created(payload, notice),
        "transaction_id": f"shopify_refund_{id_}",
        "original_transaction_id": f"shopify_order_{order_id}",
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
    named = [fields for fields in (payload, *items) if fields.has("currency")]
    if not named:
        raise items[0].missing("currency")
    codes = [fields.currency("currency") for fields in named]
    for fields, code in zip(named, codes, strict=True):
        if code != codes[0]:
            message = f"the refund is in {codes[0]}, one of its transactions in {code}"
            raise UnusableDelivery("currency_mismatch", message, f"{fields.pointer}/currency")
    return codes[0]


def _checkout(payload: Fields, notice: Notice) -> dict[str, Any]:
    token = payload.name("token")
    transaction = f"shopify_checkout_{token}"[:255]
    return {
        "external_event_id": notice.id or f"{token}_{notice.received_at.isoformat()}",
        "occurred_at": _created(payload, notice, "updated_at"),
        "transaction_id": transaction,
        "original_transaction_id": transaction,
        "money": payload.amount("total_price", payload.currency("currency")),
    }


def _created(payload: Fields, notice: Notice, *preferred: str) -> datetime:
    """When it happened; the contract leaves that optional here, and then it is when we heard of it."""
    name = payload.first(*preferred, "created_at")
    return payload.instant(name) if payload.has(name) else notice.received_at


MEANINGS: dict[str, Meaning] = {
    "orders/create": Meaning(EventType.ORDER_CREATED, "order_create", _order),
    "orders/paid": Meaning(EventType.PAYMENT_CAPTURED, "orders_paid", _order),
    "refunds/create": Meaning(EventType.PAYMENT_REFUNDED, "refunds_create", _refund),
    "checkouts/update": Meaning(EventType.CHECKOUT_UPDATED, "checkouts_update", _checkout),
}
