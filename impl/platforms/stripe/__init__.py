"""Stripe: deliveries signed with `Stripe-Signature`, amounts in Stripe's minor units, charges with running totals."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from impl.kernel.facts import Fact, Position, Shown
from impl.platforms.fields import Fields
from impl.platforms.notification import Notification, ObjectVersion, short_text
from impl.platforms.processor import Example, Guide, Headers, Processor, Signature
from impl.platforms.stripe import examples, objects
from impl.platforms.stripe import position as positions
from impl.platforms.stripe import signature as signatures
from impl.platforms.stripe.events import NAME, TOPICS, to_facts
from impl.platforms.stripe.signature import sign

__all__ = ["Stripe", "sign", "to_facts"]

_SIGNATURE = "Stripe-Signature"


class Stripe(Processor):
    """The processor Stripe."""

    name = NAME
    title = "Stripe"
    signature_scheme = "stripe_v1"
    signature = Signature(
        header=_SIGNATURE,
        template="t={time},v1={hex}",
        message="{time}.{body}",
        tolerance_seconds=signatures.TOLERANCE_SECONDS,
    )
    guide = Guide(
        place="Stripe Dashboard → Workbench → Webhooks → Create an event destination",
        steps=(
            "Events from: Your account.",
            "Destination type: Webhook endpoint.",
            "For a first try use a sandbox, and `--mode test`.",
        ),
        credential="the signing secret that the page of the new destination shows (whsec_…)",
        credential_begins="whsec_",
    )
    headers = frozenset({_SIGNATURE.lower()})
    topics = TOPICS
    # Its one address has a schema of its own, which is wider than that of any address for one topic.
    holds_to_schema_of_topic = False

    async def verify(self, body: bytes, headers: Headers, secrets: Sequence[bytes], *, now: float) -> int:
        """Index of the secret that signed `body`. Raises `SignatureMismatch`."""
        return signatures.verify(body, headers.get(_SIGNATURE.lower()), secrets, now=now)

    def topic(self, payload: Any, headers: Headers) -> str | None:
        """The event type, when the payload names one that can be kept."""
        return _short_text(payload, "type")

    def event_id(self, payload: Any, headers: Headers) -> str | None:
        """The event id, when the payload names one that can be kept."""
        return _short_text(payload, "id")

    def read(self, notification: Notification) -> tuple[Fact, ...]:
        """The facts that the object of an event shows. Raises `UnusableDelivery`, or `NothingToRecord`."""
        return to_facts(notification.payload, notification.account)

    def _object_version(self, topic: str, payload: Fields) -> ObjectVersion | None:
        """Every event carries its whole object, as it was when the event was made."""
        name = payload.object("data").object("object").name("id")
        return ObjectVersion(name=name, at=objects.instant(payload, "created"))

    def position(self, facts: Sequence[Shown]) -> Position:
        """Captured, refunded and disputed amounts of one payment."""
        return positions.position(facts)

    def is_test(self, payload: Any) -> bool:
        """Whether the event is of Stripe's test mode."""
        return isinstance(payload, dict) and objects.is_test(payload)

    def sign(self, body: bytes, secret: str, *, topic: str, delivery_id: str, at: datetime) -> dict[str, str]:
        """The one header that Stripe sends; topic and id stand in the body."""
        return {_SIGNATURE: sign(body, secret.encode(), timestamp=int(at.timestamp()))}

    def examples(self, now: datetime) -> Sequence[Example]:
        """Two sales, a refund that is delivered twice, and an amount that is wrong on purpose."""
        return examples.of_day(now)


def _short_text(payload: Any, name: str) -> str | None:
    return short_text(payload.get(name)) if isinstance(payload, dict) else None
