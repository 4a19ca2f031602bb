"""The reader of Stripe events: which object an event carries, and what that object shows, whatever the event is called."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from generated.governance import mappings
from impl.kernel.events import EventType
from impl.kernel.facts import DEFAULT_ACCOUNT, Fact
from impl.platforms.errors import NothingToRecord, UnusableDelivery
from impl.platforms.fields import Fields
from impl.platforms.processor import Topic
from impl.platforms.stripe import charges, disputes, intents, refunds
from impl.platforms.stripe.objects import Source, instant

NAME: Final = "stripe"


@dataclass(frozen=True, slots=True, kw_only=True)
class StripeTopic(Topic):
    """One Stripe event type."""

    carries: str
    """Kind of object in `data.object`, as its field `object` names it."""


_EVENTS: Final = {
    "charge.succeeded": EventType.PAYMENT_CAPTURED,
    "charge.captured": EventType.PAYMENT_CAPTURED,
    "charge.refunded": EventType.PAYMENT_REFUNDED,
    "charge.failed": EventType.PAYMENT_FAILED,
    "charge.expired": EventType.AUTHORIZATION_ENDED,
    "payment_intent.succeeded": EventType.PAYMENT_CAPTURED,
    "payment_intent.amount_capturable_updated": EventType.ORDER_CREATED,
    "payment_intent.payment_failed": EventType.PAYMENT_FAILED,
    "payment_intent.canceled": EventType.AUTHORIZATION_ENDED,
    "refund.created": EventType.PAYMENT_REFUNDED,
    "refund.failed": EventType.REFUND_REVERSED,
    "charge.dispute.created": EventType.PAYMENT_DISPUTED,
    "charge.dispute.funds_withdrawn": EventType.PAYMENT_DISPUTED,
    "charge.dispute.funds_reinstated": EventType.DISPUTE_WON,
}
"""The fact that an event usually shows; of the others only the object tells."""
TOPICS: Final = {
    topic: StripeTopic(carries=kind, event=_EVENTS.get(topic))
    for kind, topics in mappings.READ["stripe"].items()
    for topic in topics
}
_READERS: Final[Mapping[str, Callable[[Source, Fields], Iterator[Fact]]]] = {
    "charge": charges.read,
    "payment_intent": intents.read,
    "refund": refunds.read,
    "dispute": disputes.read,
}


def to_facts(payload: Mapping[str, Any], account: str = DEFAULT_ACCOUNT) -> tuple[Fact, ...]:
    """The facts of a decoded Stripe event.

    Raises `UnusableDelivery` with code `unknown_provider_event`, `topic_mismatch`, `missing_required_field`, `malformed_value` or
    `unknown_currency`, and a JSON pointer to the field; and `NothingToRecord` for an object of another account.
    """
    event = Fields(payload)
    type_ = event.name("type")
    topic = TOPICS.get(type_)
    if topic is None:
        raise UnusableDelivery("unknown_provider_event", "Stripe's event type has no meaning here", "/type")
    owner = event.name("account") if event.has("account") else None
    if owner is not None and owner != account:
        raise NothingToRecord(f"the object belongs to the connected account {owner}, which is not connected")
    source = Source(type=type_, id=event.name("id"), at=instant(event, "created"), account=account)
    return tuple(_READERS[topic.carries](source, _object(event, topic)))


def _object(event: Fields, topic: StripeTopic) -> Fields:
    data = event.values.get("data")
    values = data.get("object") if isinstance(data, dict) else None
    if not isinstance(values, dict):
        raise UnusableDelivery("missing_required_field", "the event has no object", "/data/object")
    if values.get("object", topic.carries) != topic.carries:
        message = f"this event carries a {topic.carries}; its object is of another kind"
        raise UnusableDelivery("topic_mismatch", message, "/data/object/object")
    return Fields(values, "/data/object")
