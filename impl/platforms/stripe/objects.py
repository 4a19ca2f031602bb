"""Parts that all objects of Stripe have: times in Unix seconds, amounts in Stripe's minor units, references to each other.

Amounts arrive in Stripe's minor units, which differ from ISO 4217 for four currencies (docs.stripe.com/currencies).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

from impl.kernel import money
from impl.kernel.events import EventType
from impl.kernel.facts import Fact, FactKind, Link
from impl.kernel.money import Currency, Money, MoneyError
from impl.platforms import gateways, hints
from impl.platforms.errors import UnusableDelivery
from impl.platforms.fields import Fields

# Stripe's decimal places where they differ from ISO 4217's.
_STRIPE_EXPONENTS: Final = {"ISK": 2, "UGX": 2, "MGA": 0}
_LATEST_INSTANT: Final = 253402300799  # 9999-12-31T23:59:59Z


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """The event that carries an object."""

    type: str
    id: str
    at: datetime
    """When Stripe made the event: what the object looked like then is what it shows."""
    account: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Payment:
    """The names of the payment that an object is about."""

    transaction_id: str
    """Its charge; without one the payment intent."""
    reference: str | None
    """Its payment intent."""


def payment(item: Fields, *, charge: str | None) -> Payment:
    """The payment of an object that names its charge, its payment intent, or both."""
    intent = reference(item, "payment_intent")
    name = charge or intent
    if name is None:
        raise item.missing("charge")
    return Payment(transaction_id=name, reference=intent)


def fact(source: Source, item: Fields, names: Payment, kind: FactKind, type_: EventType, **shown: Any) -> Fact:
    """A fact that the object `item` shows. `shown` names its money and, where they are not the event's, its times and object."""
    metadata = item.values.get("metadata")
    values: dict[str, Any] = {"object_id": item.values["id"], "occurred_at": source.at} | shown
    return Fact(
        processor="stripe",
        account=source.account,
        kind=kind,
        type=type_,
        processor_event_type=source.type,
        processor_event_id=source.id,
        shown_at=source.at,
        transaction_id=names.transaction_id,
        payment_reference=names.reference,
        hints=hints.read(metadata),
        links=_links(names, metadata),
        **values,
    )


def _links(names: Payment, metadata: object) -> tuple[Link, ...]:
    """The order that the shop's plugin has written into the metadata of the payment."""
    if not isinstance(metadata, dict):
        return ()
    # WooCommerce's own plugin writes the number under `order_id`; one that writes both means the id by it.
    number = metadata.get("order_number") or metadata.get("order_id")
    return gateways.named_by_payment("stripe", names.transaction_id, site_url=metadata.get("site_url"), number=number)


def reference(item: Fields, name: str) -> str | None:
    """The id of another object, which Stripe sends as an id, as the object itself, or not at all."""
    value = item.values.get(name)
    if isinstance(value, dict):
        return Fields(value, f"{item.pointer}/{name}").name("id")
    return item.name(name) if value is not None else None


def expanded(item: Fields, name: str) -> Fields | None:
    """Another object that is sent in full."""
    value = item.values.get(name)
    return Fields(value, f"{item.pointer}/{name}") if isinstance(value, dict) and "amount" in value else None


def instant(item: Fields, name: str) -> datetime:
    """A time in Unix seconds."""
    seconds = _integer(item, name)
    if not 0 <= seconds <= _LATEST_INSTANT:
        raise item.malformed(name, "a Unix time in seconds")
    return datetime.fromtimestamp(seconds, UTC)


def created(item: Fields, otherwise: datetime) -> datetime:
    """When the object was made; `otherwise` where it does not say."""
    return instant(item, "created") if item.has("created") else otherwise


def amount(item: Fields, name: str, code: Currency) -> Money:
    """An amount in Stripe's minor units as one in ISO 4217's."""
    value = _integer(item, name)
    if value < 0:
        raise item.malformed(name, "zero or more")
    try:
        return Money(_iso_minor_units(value, code), code)
    except MoneyError as error:
        raise UnusableDelivery(error.code, str(error), f"{item.pointer}/{name}") from error


def _integer(item: Fields, name: str) -> int:
    value = item.required(name)
    if type(value) is int:
        return value
    if isinstance(value, float) and value.is_integer():
        return int(value)
    raise item.malformed(name, "an integer")


def _iso_minor_units(value: int, code: Currency) -> int:
    """An amount that would need rounding is refused."""
    if code not in _STRIPE_EXPONENTS:
        return value
    places = money.exponent(code)
    shift = places - _STRIPE_EXPONENTS[code]
    if shift >= 0:
        return int(value * 10**shift)
    if value % 10**-shift:
        raise MoneyError(f"{code} has {places} decimal places; the amount has more")
    return int(value // 10**-shift)


def is_test(payload: Mapping[str, Any]) -> bool:
    """Whether the event is of Stripe's test mode."""
    return payload.get("livemode") is False
