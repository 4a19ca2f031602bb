"""The meaning of an authentic delivery. Its body is parsed once, stripped before anything looks at it, and never guessed at."""

from __future__ import annotations

import hashlib
import hmac
import uuid
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, Final

from pydantic_core import from_json

from impl.ingestion import names, privacy
from impl.ingestion.deliveries.delivery import Delivery, NotRevenue, Rejection
from impl.ingestion.deliveries.secrets import WebhookSecret
from impl.ingestion.rejections import MAX_ISSUES, Issue
from impl.kernel import ids
from impl.kernel.facts import KnownRepair, Report, delivery_key
from impl.platforms import topics
from impl.platforms.errors import ForeignAmount, NothingToRecord, UnusableDelivery
from impl.platforms.notification import Notification, plain_id, word
from impl.platforms.processor import Processor

_NOT_AN_OBJECT: Final = {
    "pointer": "/body",
    "field": "body",
    "message": "This is not an object",
    "code": "dict_type",
}


async def _nothing() -> None:
    """Takes every authentic delivery."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Inbound:
    """A delivery as it came in, with the tenant its key belongs to."""

    tenant_id: uuid.UUID
    body: bytes
    headers: Mapping[str, bytes]
    """The processor's headers by lower-case name."""
    topic: str | None = None
    """What the address is for; None for a dispatcher, which takes any."""
    check: Callable[[str | None], Sequence[Issue]]
    """Finds where the body breaks the schema that the contract declares for a topic."""
    on_authentic: Callable[[], Awaitable[None]] = _nothing
    """Called once the signature is verified; may refuse the delivery by raising."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """The parsed body of a delivery, with its topic and id, before meaning is given to it."""

    processor: Processor
    inbound: Inbound
    secret: WebhookSecret
    payload: Any = field(repr=False)
    """The body without anything personal."""
    topic: str | None
    """The processor's own name of what happened; where it says none, what the address is for."""
    event_id: str | None
    schema_notes: tuple[Issue, ...] = ()
    """Where the body differs from the schema that describes it; at most `MAX_ISSUES`."""

    def reject(self, code: str, message: str, *, pointer: str = "", issues: tuple[Issue, ...] = ()) -> Rejection:
        """Why this cannot become an event, with what is kept for its repair."""
        name, key = self.processor.name, self.key
        facts = {
            "processor": name,
            "event_type": self.topic,
            "external_event_id": self.event_id,
            "idempotency_key": str(key),
        }
        return Rejection(
            code=code,
            message=message,
            idempotency_key=key,
            pointer=pointer or (issues[0]["pointer"] if issues else ""),
            issues=issues,
            topic=self.topic or "unknown",
            processor_event_id=self.event_id,
            payload=self.payload,
            readable={name: value for name, value in facts.items() if value is not None},
        )

    def ignore(self, reason: str | None = None) -> NotRevenue:
        """The note of a delivery that says nothing about revenue."""
        return NotRevenue(
            topic=self.topic or "unknown",
            processor_event_id=self.event_id or str(self.key),
            idempotency_key=self.key,
            reason=reason,
        )

    @property
    def key(self) -> uuid.UUID:
        """Names the delivery: by the id of the notification inside the signed body, else by the body."""
        if self.event_id is None or not self.processor.has_signed_event_id:
            return _body_key(self.inbound, self.secret)
        return delivery_key(self.processor.name, self.event_id)


def read(processor: Processor, inbound: Inbound, secret: WebhookSecret) -> Reading | Rejection:
    """The body of the delivery; a rejection without a payload when it is no JSON or cannot be stripped."""
    try:
        payload = privacy.strip(from_json(inbound.body, allow_inf_nan=False))
    except privacy.CannotStrip as error:
        return _unreadable("pii_violation", str(error), inbound, secret)
    except ValueError as error:
        message = f"the body of {len(inbound.body)} bytes is not JSON: {_position(error)}"
        return _unreadable("schema_validation", message, inbound, secret)
    topic = word(processor.topic(payload, inbound.headers)) or inbound.topic
    return Reading(
        processor=processor,
        inbound=inbound,
        secret=secret,
        payload=payload,
        topic=topic,
        event_id=plain_id(processor.event_id(payload, inbound.headers)),
        schema_notes=tuple(names.issue(issue) for issue in inbound.check(topic)[:MAX_ISSUES]),
    )


def interpret(
    reading: Reading, received_at: datetime, repairs: tuple[KnownRepair, ...] = ()
) -> Report | Rejection | NotRevenue:
    """The meaning of the delivery: the reader decides, since processors send more than any schema of theirs describes.

    `repairs` are those of the sale that an earlier reading named (`Rejection.foreign_sale`).
    """
    inbound, topic = reading.inbound, reading.topic
    if inbound.topic is not None and topic != inbound.topic:
        return reading.reject("topic_mismatch", f"this address is for {inbound.topic}")
    if not isinstance(reading.payload, dict):
        issues = reading.schema_notes or (_NOT_AN_OBJECT,)
        message = f"{issues[0]['pointer']}: {issues[0]['message']}"
        return reading.reject("schema_validation", message, issues=issues)
    if (reason := _without_real_money(reading)) is not None:
        return reading.ignore(reason)
    notification = Notification(
        payload=reading.payload,
        topic=topic,
        id=reading.event_id,
        account=reading.secret.account,
        received_at=received_at,
        repairs=repairs,
    )
    if topics.kind_of(reading.processor.name, topic) is None:
        return _not_read(reading, notification)
    try:
        return Report(facts=reading.processor.read(notification), idempotency_key=reading.key)
    except NothingToRecord as error:
        return reading.ignore(f"There was nothing to record: {error}.")
    except ForeignAmount as error:
        return replace(_refused(reading, error), foreign_sale=error.sale)
    except UnusableDelivery as error:
        return _refused(reading, error)


def with_notes(delivery: Delivery, report: Report) -> Delivery:
    """The delivery with what its reader notes, before what the schema does."""
    notes = dict.fromkeys(note for fact in report.facts for note in fact.notes)
    if not notes:
        return delivery
    issues = (Issue(pointer=note.pointer, message=note.message, code="state") for note in notes)
    return replace(delivery, schema_notes=(*issues, *delivery.schema_notes)[:MAX_ISSUES])


def _without_real_money(reading: Reading) -> str | None:
    """Why the object does not count: it is of another mode than its secret, or of a test mode. None when it counts."""
    secret, is_test = reading.secret, reading.processor.is_test(reading.payload)
    if is_test is not None and is_test != secret.is_test:
        kinds = ("test", "live") if is_test else ("live", "test")
        return "This is a {} object, but the secret is for {} objects; it was ignored.".format(*kinds)
    if secret.is_test and not secret.counts_tests:
        return "Test objects count only for a sandbox tenant; this one was ignored."
    return None


def _not_read(reading: Reading, notification: Notification) -> Rejection | NotRevenue:
    """A topic that is known to be without revenue is noise, not an alarm; any other has to be looked at."""
    if topics.is_not_revenue(reading.processor.name, notification.topic):
        kind = reading.processor.kind_of(reading.payload)
        if kind is None:
            return reading.ignore()
        # The name is not signed and the body is, so the name cannot make money disappear.
        return reading.reject(
            "topic_mismatch", f"the topic says nothing about revenue; this body is of the kind {kind}"
        )
    return _refused(reading, topics.unlisted(reading.processor, notification))


def _refused(reading: Reading, error: UnusableDelivery) -> Rejection:
    """The rejection by the reader, with the notes of the schema after it. Readers point into the body or at a header."""
    pointer = error.pointer if error.pointer.startswith("/header/") else f"/body{error.pointer}"
    issue = names.issue({"pointer": pointer, "message": str(error), "code": error.code})
    notes = (note for note in reading.schema_notes if note["pointer"] != issue["pointer"])
    return reading.reject(error.code, str(error), pointer=issue["pointer"], issues=(issue, *notes))


def _position(error: ValueError) -> str:
    """Only where the parser stopped: its words can repeat the body."""
    _, separator, position = str(error).rpartition(" at line ")
    return f"it ends being JSON at line {position}" if separator else "it cannot be parsed"


def _unreadable(code: str, message: str, inbound: Inbound, secret: WebhookSecret) -> Rejection:
    return Rejection(code=code, message=message, idempotency_key=_body_key(inbound, secret), pointer="/body")


def _body_key(inbound: Inbound, secret: WebhookSecret) -> uuid.UUID:
    """Key of a body that names no event: keyed by the tenant's secret, so that it tells nothing about the body."""
    return ids.named(hmac.new(secret.secret, inbound.body, hashlib.sha256).hexdigest())
