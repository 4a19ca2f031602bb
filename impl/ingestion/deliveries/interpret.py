"""The meaning of an authentic delivery. Its body is parsed once, stripped before anything looks at it, and never guessed at."""

from __future__ import annotations

import hashlib
import hmac
import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from pydantic_core import from_json

from impl.ingestion import names, privacy
from impl.ingestion.deliveries.delivery import NotRevenue, Rejection
from impl.ingestion.deliveries.secrets import WebhookSecret
from impl.kernel.events import Report, idempotency_key
from impl.platforms import topics
from impl.platforms.errors import NothingToRecord, UnusableDelivery
from impl.platforms.notification import Notification
from impl.platforms.processor import Processor

Issue = dict[str, str]


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

    def reject(self, code: str, message: str, *, pointer: str = "", issues: tuple[Issue, ...] = ()) -> Rejection:
        """Why this cannot become an event, with what is kept for its repair."""
        name, key = self.processor.name, self._key()
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

    def ignore(self) -> NotRevenue:
        """The note of a delivery that says nothing about revenue."""
        event_id = self.event_id or str(_body_key(self.inbound, self.secret))
        return NotRevenue(topic=self.topic or "unknown", processor_event_id=event_id)

    def _key(self) -> uuid.UUID:
        if self.topic is None or self.event_id is None:
            return _body_key(self.inbound, self.secret)
        return idempotency_key(self.processor.name, self.topic, self.event_id)


def read(processor: Processor, inbound: Inbound, secret: WebhookSecret) -> Reading | Rejection:
    """The body of the delivery; a rejection without a payload when it is no JSON or cannot be stripped."""
    try:
        payload = privacy.strip(from_json(inbound.body, allow_inf_nan=False))
    except privacy.CannotStrip as error:
        return _unreadable("pii_violation", str(error), inbound, secret)
    except ValueError as error:
        message = f"the body of {len(inbound.body)} bytes is not JSON: {_position(error)}"
        return _unreadable("schema_validation", message, inbound, secret)
    return Reading(
        processor=processor,
        inbound=inbound,
        secret=secret,
        payload=payload,
        topic=processor.topic(payload, inbound.headers) or inbound.topic,
        event_id=processor.event_id(payload, inbound.headers),
    )


def interpret(reading: Reading, received_at: datetime) -> Report | Rejection | NotRevenue:
    """The meaning of the delivery. The address is compared before the schema, which depends on the topic."""
    inbound, topic = reading.inbound, reading.topic
    if inbound.topic is not None and topic != inbound.topic:
        return reading.reject("topic_mismatch", f"this address is for {inbound.topic}")
    is_read = topics.kind_of(reading.processor.name, topic) is not None
    issues = _not_an_object(reading.payload) or (tuple(map(names.issue, inbound.check(topic))) if is_read else ())
    if issues:
        message = f"{issues[0]['pointer']}: {issues[0]['message']}"
        return reading.reject("schema_validation", message, issues=issues)
    notification = Notification(payload=reading.payload, topic=topic, id=reading.event_id, received_at=received_at)
    if not is_read:
        return _not_read(reading, notification)
    try:
        return reading.processor.read(notification)
    except NothingToRecord:
        return reading.ignore()
    except UnusableDelivery as error:
        return reading.reject(error.code, str(error), pointer=error.pointer)


def _not_read(reading: Reading, notification: Notification) -> Rejection | NotRevenue:
    """A topic that is known to be without revenue is noise, not an alarm; any other has to be looked at."""
    if topics.is_not_revenue(reading.processor.name, notification.topic):
        return reading.ignore()
    error = topics.unlisted(reading.processor, notification)
    return reading.reject(error.code, str(error), pointer=names.kept(error.pointer))


def _not_an_object(payload: Any) -> tuple[Issue, ...]:
    if isinstance(payload, dict):
        return ()
    return ({"pointer": "/body", "field": "body", "message": "This is not an object", "code": "dict_type"},)


def _position(error: ValueError) -> str:
    """Only where the parser stopped: its words can repeat the body."""
    _, separator, position = str(error).rpartition(" at line ")
    return f"it ends being JSON at line {position}" if separator else "it cannot be parsed"


def _unreadable(code: str, message: str, inbound: Inbound, secret: WebhookSecret) -> Rejection:
    return Rejection(code=code, message=message, idempotency_key=_body_key(inbound, secret), pointer="/body")


def _body_key(inbound: Inbound, secret: WebhookSecret) -> uuid.UUID:
    """Key of a body that names no event: keyed by the tenant's secret, so that it tells nothing about the body."""
    return uuid.uuid5(uuid.NAMESPACE_URL, hmac.new(secret.secret, inbound.body, hashlib.sha256).hexdigest())
