"""The reader of Shopify deliveries: which kind of object a topic announces, and what that object shows."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from impl.kernel.events import EventType
from impl.kernel.facts import Fact, FactKind
from impl.platforms import hints
from impl.platforms.errors import NothingToRecord, UnusableDelivery
from impl.platforms.fields import Fields
from impl.platforms.notification import Notification, ObjectVersion
from impl.platforms.processor import Topic
from impl.platforms.shopify import disputes, orders, transactions
from impl.platforms.shopify.objects import Source, fact, instant


@dataclass(frozen=True, slots=True, kw_only=True)
class ShopifyTopic(Topic):
    """One Shopify topic."""

    carries: str
    """Kind of object in the body."""


_ORDER: Final = ShopifyTopic(carries="order", event=None, schema_of="orders/paid")
_DISPUTE: Final = ShopifyTopic(carries="dispute", event=None)
TOPICS: Final = {
    "orders/create": ShopifyTopic(carries="order", event=EventType.ORDER_CREATED),
    "orders/paid": ShopifyTopic(carries="order", event=EventType.PAYMENT_CAPTURED),
    "orders/updated": _ORDER,
    "orders/cancelled": _ORDER,
    "orders/fulfilled": _ORDER,
    "orders/partially_fulfilled": _ORDER,
    "order_transactions/create": ShopifyTopic(carries="transaction", event=None),
    "refunds/create": ShopifyTopic(carries="refund", event=EventType.PAYMENT_REFUNDED),
    "disputes/create": _DISPUTE,
    "disputes/update": _DISPUTE,
    "checkouts/update": ShopifyTopic(carries="checkout", event=EventType.CHECKOUT_UPDATED),
}


def to_facts(notification: Notification) -> tuple[Fact, ...]:
    """The facts of a decoded Shopify delivery.

    Raises `UnusableDelivery` with code `unknown_provider_event`, `topic_mismatch`, `missing_required_field`, `malformed_value`,
    `unknown_currency` or `currency_mismatch` and a JSON pointer, and `NothingToRecord` for an object that moves no money.
    """
    topic = TOPICS.get(notification.topic or "")
    if topic is None:
        message = "Shopify's topic has no meaning here"
        raise UnusableDelivery("unknown_provider_event", message, "/header/X-Shopify-Topic")
    payload = Fields(notification.payload)
    kind = _kind(payload)
    if kind not in (None, topic.carries):
        message = f"{notification.topic} carries {_named(topic.carries)}; this body is {_named(kind)}"
        raise UnusableDelivery("topic_mismatch", message)
    source = Source(
        topic=notification.topic or "",
        account=notification.account,
        received_at=notification.received_at,
        hints=hints.read(notification.payload.get("note_attributes")),
        given=notification.given,
        repairs=notification.repairs,
    )
    facts = tuple(_READERS[topic.carries](source, payload))
    if not facts:
        raise NothingToRecord("the object moves no money")
    return facts


def money_kind(payload: object) -> str | None:
    """The kind of object about money that a body shows by itself; a checkout has moved none."""
    kind = _kind(Fields(payload)) if isinstance(payload, dict) else None
    return None if kind == "checkout" else kind


def is_of_test_order(payload: object) -> bool:
    """Whether the object, or a transaction of it, is one of a test order."""
    if not isinstance(payload, dict):
        return False
    listed = payload.get("transactions")
    items = [payload, *(item for item in listed if isinstance(item, dict))] if isinstance(listed, list) else [payload]
    return any(item.get("test") is True for item in items)


def object_version(topic: str, payload: Fields) -> ObjectVersion | None:
    """The object of a body and when it looked so; None where it tells no time. Raises `UnusableDelivery`."""
    kind = TOPICS[topic].carries
    clock = next((name for name in _CLOCKS[kind] if payload.has(name)), None)
    if clock is None:
        return None
    id_ = payload.name("token") if kind == "checkout" else payload.number("id")
    return ObjectVersion(name=f"{kind}:{id_}", at=payload.instant(clock))


def _kind(payload: Fields) -> str | None:
    """The kind of object by the fields that no other kind has; None when there are too few of them."""
    for kind, names in _MARKS.items():
        if all(payload.has(name) for name in names):
            return kind
    return None


_MARKS: Final = {
    "refund": ("order_id", "transactions"),
    "transaction": ("order_id", "kind"),
    "dispute": ("order_id", "type"),
    "order": ("order_number",),
    "checkout": ("token", "abandoned_checkout_url"),
}


_CLOCKS: Final = {
    "order": ("updated_at",),
    "refund": ("processed_at", "created_at"),
    "transaction": ("processed_at", "created_at"),
    "dispute": disputes.CLOCK,
    "checkout": ("updated_at",),
}


def _named(kind: str | None) -> str:
    return f"an {kind}" if kind == "order" else f"a {kind}"


def _refund(source: Source, refund: Fields) -> Iterator[Fact]:
    refund.number("id")
    order_id = str(refund.number("order_id"))
    refund.required("transactions")
    for item in refund.objects("transactions"):
        yield from transactions.refund(source, order_id, item, parent=refund)


def _checkout(source: Source, checkout: Fields) -> Iterator[Fact]:
    name = f"shopify_checkout_{checkout.name('token')}"[:255]
    money = checkout.amount("total_price", checkout.currency("currency"))
    at = instant(source.received_at, (checkout, "updated_at"), (checkout, "created_at"))
    values = {"object_id": name, "transaction_id": name, "money": money, "shown_at": at}
    yield fact(source, None, kind=FactKind.CHECKOUT, type=EventType.CHECKOUT_UPDATED, **values)


_READERS: Final[Mapping[str, Callable[[Source, Fields], Iterator[Fact]]]] = {
    "order": orders.read,
    "transaction": transactions.read,
    "refund": _refund,
    "dispute": disputes.read,
    "checkout": _checkout,
}
