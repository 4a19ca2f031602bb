"""The reader of Stripe events: the integration map of the specification, as one table and one function.

Amounts arrive in Stripe's minor units, which differ from ISO 4217 for four currencies (docs.stripe.com/currencies).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final, Literal

from impl.kernel import money
from impl.kernel.events import CanonicalEvent, EventType
from impl.kernel.money import Currency, Money, MoneyError
from impl.platforms import hints
from impl.platforms.errors import NothingToRecord, UnusableDelivery
from impl.platforms.processor import Topic

NAME: Final = "stripe"


@dataclass(frozen=True, slots=True, kw_only=True)
class StripeTopic(Topic):
    """How one Stripe event type is read."""

    event: EventType
    amount: Literal["amount", "amount_refunded"] = "amount"
    unique_by: Literal["object", "event"] = "object"
    """Whether the event can happen once per object, or (refunds, failed attempts) many times."""
    about: Literal["itself", "charge", "payment_intent"] = "itself"
    """Which field names the transaction."""


TOPICS: Final = {
    "charge.succeeded": StripeTopic(event=EventType.PAYMENT_CAPTURED),
    "payment_intent.succeeded": StripeTopic(event=EventType.PAYMENT_CAPTURED, about="payment_intent"),
    "charge.refunded": StripeTopic(event=EventType.PAYMENT_REFUNDED, amount="amount_refunded", unique_by="event"),
    "charge.dispute.created": StripeTopic(event=EventType.PAYMENT_DISPUTED, about="charge"),
    "charge.dispute.closed": StripeTopic(event=EventType.DISPUTE_WON, about="charge"),
    "payment_intent.payment_failed": StripeTopic(
        event=EventType.PAYMENT_FAILED, unique_by="event", about="payment_intent"
    ),
}

# Stripe's decimal places where they differ from ISO 4217's.
_STRIPE_EXPONENTS = {"ISK": 2, "UGX": 2, "MGA": 0}
_LATEST_INSTANT = 253402300799  # 9999-12-31T23:59:59Z
_MAX_ID_LENGTH = 255


def to_event(delivery: Mapping[str, Any]) -> CanonicalEvent:
    """The canonical event of a decoded Stripe event.

    Raises `UnusableDelivery` with code `unknown_provider_event`, `missing_required_field`, `malformed_value` or
    `unknown_currency`, and a JSON pointer to the field; and `NothingToRecord` for a dispute that was lost.
    """
    type_ = _text(delivery, "type", "/type")
    how = TOPICS.get(type_)
    if how is None:
        raise UnusableDelivery(
            "unknown_provider_event", f"Stripe's event type {type_[:60]!r} has no meaning here", "/type"
        )
    item = _object(delivery)
    if type_ == "charge.dispute.closed" and item.get("status") != "won":
        raise NothingToRecord("a dispute that was not won changes nothing")
    event_id, object_id = _text(delivery, "id", "/id"), _text(item, "id", "/data/object/id")
    transaction_id, original = _transactions(how, item, object_id)
    return CanonicalEvent(
        processor=NAME,
        type=how.event,
        processor_event_type=type_,
        processor_event_id=event_id,
        external_event_id=object_id if how.unique_by == "object" else event_id,
        occurred_at=_instant(delivery),
        transaction_id=transaction_id,
        original_transaction_id=original,
        payment_reference=_payment_reference(how, item, object_id),
        money=_money(item, how.amount),
        is_cumulative=how.amount == "amount_refunded",
        hints=hints.read(item.get("metadata")),
    )


def _transactions(how: StripeTopic, item: Mapping[str, Any], object_id: str) -> tuple[str, str]:
    """Transaction and the transaction it is about. A payment intent stands for its latest charge; a dispute for its charge."""
    if how.about == "payment_intent":
        transaction_id = _optional_text(item, "latest_charge") or object_id
        return transaction_id, transaction_id
    if how.about == "charge":
        return object_id, _text(item, "charge", "/data/object/charge")
    return object_id, object_id


def _payment_reference(how: StripeTopic, item: Mapping[str, Any], object_id: str) -> str | None:
    return object_id if how.about == "payment_intent" else _optional_text(item, "payment_intent")


def _object(delivery: Mapping[str, Any]) -> Mapping[str, Any]:
    data = delivery.get("data")
    item = data.get("object") if isinstance(data, dict) else None
    if not isinstance(item, dict):
        raise UnusableDelivery("missing_required_field", "the event has no object", "/data/object")
    return item


def _text(values: Mapping[str, Any], name: str, pointer: str) -> str:
    value = values.get(name)
    if value is None:
        raise UnusableDelivery("missing_required_field", f"{name} is missing", pointer)
    if not isinstance(value, str) or not _is_id(value):
        raise UnusableDelivery(
            "malformed_value", f"{name} is not an id of 1 to {_MAX_ID_LENGTH} printable characters", pointer
        )
    return value


def _optional_text(values: Mapping[str, Any], name: str) -> str | None:
    """Text of a reference that Stripe sends as an id, as an expanded object, or not at all."""
    value = values.get(name)
    if isinstance(value, dict):
        value = value.get("id")
    return None if value is None else _text({name: value}, name, f"/data/object/{name}")


def _is_id(value: str) -> bool:
    return 0 < len(value) <= _MAX_ID_LENGTH and value.isprintable() and value.isascii()


def _instant(delivery: Mapping[str, Any]) -> datetime:
    created = _integer(delivery, "created", "/created")
    if not 0 <= created <= _LATEST_INSTANT:
        raise UnusableDelivery("malformed_value", "created is not a Unix time in seconds", "/created")
    return datetime.fromtimestamp(created, UTC)


def _integer(values: Mapping[str, Any], name: str, pointer: str) -> int:
    value = values.get(name)
    if value is None:
        raise UnusableDelivery("missing_required_field", f"{name} is missing", pointer)
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    if not isinstance(value, int) or isinstance(value, bool):
        raise UnusableDelivery("malformed_value", f"{name} is not an integer", pointer)
    return value


def _money(item: Mapping[str, Any], field: str) -> Money:
    pointer = f"/data/object/{field}"
    amount = _integer(item, field, pointer)
    if amount < 0:
        raise UnusableDelivery("malformed_value", f"{field} is negative", pointer)
    code = _currency(item)
    try:
        return Money(_iso_minor_units(amount, code), code)
    except MoneyError as error:
        raise UnusableDelivery(error.code, str(error), pointer) from error


def _currency(item: Mapping[str, Any]) -> Currency:
    text = _text(item, "currency", "/data/object/currency")
    try:
        return money.currency(text)
    except MoneyError as error:
        raise UnusableDelivery(error.code, str(error), "/data/object/currency") from error


def _iso_minor_units(amount: int, code: Currency) -> int:
    """Stripe's minor units as ISO 4217's; what would need rounding is refused."""
    places = money.exponent(code)
    shift = places - _STRIPE_EXPONENTS.get(code, places)
    if shift >= 0:
        return int(amount * 10**shift)
    if amount % 10**-shift:
        raise MoneyError(f"{code} has {places} decimal places; the amount has more")
    return int(amount // 10**-shift)
