"""One delivery from verified bytes to a receipt, for every processor alike.

Order matters: signature before parsing, strip before storing, address before meaning. Whatever is authentic ends as an event, a
duplicate or a dead event; nothing authentic is lost.
"""

from __future__ import annotations

import dataclasses
import hashlib
import hmac
import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import structlog
from pydantic_core import from_json
from sqlalchemy.ext.asyncio import AsyncEngine

from impl.db.sealing import KeyRing
from impl.ingestion import journeys, names, privacy
from impl.ingestion.deliveries import record
from impl.ingestion.deliveries.delivery import Death, Delivery, Outcome, Receipt
from impl.ingestion.deliveries.errors import TopicMismatch
from impl.ingestion.deliveries.record import Facts
from impl.ingestion.deliveries.secrets import SecretStore, WebhookSecret
from impl.ingestion.journeys import Journeys
from impl.kernel.clock import Clock
from impl.kernel.events import Report, idempotency_key
from impl.ledger.posting import CurrencyMismatch
from impl.platforms import hints
from impl.platforms.errors import NothingToRecord, SignatureMismatch, UnusableDelivery
from impl.platforms.notice import Notice
from impl.telemetry import correlation, metrics

log = structlog.get_logger()

Issue = dict[str, str]


class Processor(Protocol):
    """What differs between processors."""

    @property
    def name(self) -> str:
        """The provider's word: `stripe`."""
        ...

    @property
    def signature_scheme(self) -> str:
        """How its deliveries are signed: `stripe_v1`."""
        ...

    @property
    def headers(self) -> frozenset[str]:
        """Lower-case names of the headers it reads."""
        ...

    async def verify(self, body: bytes, headers: Mapping[str, bytes], secrets: Sequence[bytes], *, now: float) -> int:
        """Index of the secret that signed `body`. Raises `SignatureMismatch`."""
        ...

    def topic(self, payload: Any, headers: Mapping[str, bytes]) -> str | None:
        """The processor's own name of what happened, if it says one."""
        ...

    def event_id(self, payload: Any, headers: Mapping[str, bytes]) -> str | None:
        """The processor's id of the notification, if it says one."""
        ...

    def to_report(self, notice: Notice) -> Report:
        """What the delivery says. Raises `UnusableDelivery`, or `NothingToRecord` when that is not about revenue."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Receiver:
    """What the receipt stands on."""

    engine: AsyncEngine
    facts: Facts
    ring: KeyRing
    secrets: SecretStore
    journeys: Journeys
    clock: Clock


def build(engine: AsyncEngine, ring: KeyRing, clock: Clock) -> Receiver:
    """The receipt of one process: what it remembers, and the facts on their way, belong to one event loop."""
    return Receiver(
        engine=engine,
        facts=record.facts(engine),
        ring=ring,
        secrets=SecretStore(engine, ring, clock),
        journeys=Journeys(engine, ring, clock),
        clock=clock,
    )


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


async def receive(receiver: Receiver, processor: Processor, inbound: Inbound) -> Receipt:
    """The receipt of one delivery.

    Raises `SignatureMismatch` when it is not authentic, and `TopicMismatch` (after keeping it as a dead event) when it was
    sent to an address that is for something else.
    """
    delivery, secret = await _authenticate(receiver, processor, inbound)
    with metrics.INGESTION_SECONDS.time():
        receipt = await _record(receiver, processor, inbound, delivery, secret)
    _tell(processor, receipt)
    if receipt.error_code == "topic_mismatch":
        raise TopicMismatch
    return receipt


async def _record(
    receiver: Receiver, processor: Processor, inbound: Inbound, delivery: Delivery, secret: WebhookSecret
) -> Receipt:
    """An event, a duplicate, a dead event, or nothing to record, whatever the delivery turns out to be."""
    try:
        report = _understand(processor, inbound, delivery, secret)
        link = await receiver.journeys.link(delivery.tenant_id, report.facts[0].hints.journey_key)
        return await record.report(receiver.engine, receiver.facts, delivery, report, link)
    except _Ignoring as ignoring:
        return await record.ignored(receiver.engine, delivery, ignoring.topic, ignoring.event_id)
    except _Dying as dying:
        death = dying.death
    except CurrencyMismatch as error:
        payload = privacy.strip(from_json(inbound.body))
        death = _death(processor, inbound, secret, payload, error.code, str(error))
    death = await _without_journey_key(receiver, delivery, death)
    return await record.dead(receiver.engine, receiver.ring, delivery, death)


async def _without_journey_key(receiver: Receiver, delivery: Delivery, death: Death) -> Death:
    """What is kept for repair holds the hashes of a journey, never its key."""
    payload, journey_key = hints.without_journey_key(death.payload)
    if journey_key is None:
        return dataclasses.replace(death, payload=payload)
    link = await receiver.journeys.link(delivery.tenant_id, journey_key)
    return dataclasses.replace(death, payload=journeys.with_link(payload, link))


async def _authenticate(receiver: Receiver, processor: Processor, inbound: Inbound) -> tuple[Delivery, WebhookSecret]:
    secrets = await receiver.secrets.valid(inbound.tenant_id, processor.name)
    now = receiver.clock.now()
    plain = [secret.secret for secret in secrets]
    index = await processor.verify(inbound.body, inbound.headers, plain, now=now.timestamp())
    if not secrets:
        raise SignatureMismatch("the tenant has no secret for this processor")
    delivery = Delivery(
        id=uuid.uuid4(),
        tenant_id=inbound.tenant_id,
        provider=processor.name,
        received_at=now,
        size_bytes=len(inbound.body),
        signature_scheme=processor.signature_scheme,
        secret_version=secrets[index].version,
    )
    return delivery, secrets[index]


class _Dying(Exception):
    """The delivery cannot become an event."""

    def __init__(self, death: Death) -> None:
        super().__init__(death.code)
        self.death = death


class _Ignoring(Exception):
    """The delivery is understood and there is nothing to record."""

    def __init__(self, topic: str, event_id: str) -> None:
        super().__init__(topic)
        self.topic, self.event_id = topic, event_id


def _understand(processor: Processor, inbound: Inbound, delivery: Delivery, secret: WebhookSecret) -> Report:
    """What the delivery means. Raises `_Dying` with what is to be kept, and `_Ignoring`."""
    payload = _parse(inbound, secret)
    topic = processor.topic(payload, inbound.headers)
    if inbound.topic is not None and topic is not None and topic != inbound.topic:
        message = f"this address is for {inbound.topic}"
        raise _Dying(_death(processor, inbound, secret, payload, "topic_mismatch", message))
    topic = inbound.topic or topic
    issues = tuple(map(names.issue, inbound.check(topic))) or _not_an_object(payload)
    if issues:
        message = f"{issues[0]['pointer']}: {issues[0]['message']}"
        raise _Dying(_death(processor, inbound, secret, payload, "schema_validation", message, issues=issues))
    event_id = processor.event_id(payload, inbound.headers)
    try:
        return processor.to_report(Notice(payload=payload, topic=topic, id=event_id, received_at=delivery.received_at))
    except NothingToRecord as error:
        raise _Ignoring(topic or "unknown", event_id or str(_body_key(inbound, secret))) from error
    except UnusableDelivery as error:
        pointer = error.pointer
        raise _Dying(_death(processor, inbound, secret, payload, error.code, str(error), pointer=pointer)) from error


def _not_an_object(payload: Any) -> tuple[Issue, ...]:
    if isinstance(payload, dict):
        return ()
    return ({"pointer": "/body", "field": "body", "message": "This is not an object", "code": "dict_type"},)


def _parse(inbound: Inbound, secret: WebhookSecret) -> Any:
    """The payload without anything personal. Raises `_Dying` without a payload when that cannot be had."""
    try:
        return privacy.strip(from_json(inbound.body, allow_inf_nan=False))
    except privacy.CannotStrip as error:
        raise _Dying(_unreadable("pii_violation", str(error), inbound, secret)) from error
    except ValueError as error:
        message = f"the body of {len(inbound.body)} bytes is not JSON: {_position(error)}"
        raise _Dying(_unreadable("schema_validation", message, inbound, secret)) from error


def _position(error: ValueError) -> str:
    """Only where the parser stopped: its words can repeat the body."""
    _, separator, position = str(error).rpartition(" at line ")
    return f"it ends being JSON at line {position}" if separator else "it cannot be parsed"


def _unreadable(code: str, message: str, inbound: Inbound, secret: WebhookSecret) -> Death:
    return Death(code=code, message=message, idempotency_key=_body_key(inbound, secret), pointer="/body")


def _body_key(inbound: Inbound, secret: WebhookSecret) -> uuid.UUID:
    """Key of a body that names no event: keyed by the tenant's secret, so that it tells nothing about the body."""
    return uuid.uuid5(uuid.NAMESPACE_URL, hmac.new(secret.secret, inbound.body, hashlib.sha256).hexdigest())


def _death(  # noqa: PLR0913 - the parts of one record
    processor: Processor,
    inbound: Inbound,
    secret: WebhookSecret,
    payload: Any,
    code: str,
    message: str,
    *,
    pointer: str = "",
    issues: tuple[Issue, ...] = (),
) -> Death:
    topic = processor.topic(payload, inbound.headers) or inbound.topic
    event_id = processor.event_id(payload, inbound.headers)
    known = topic is not None and event_id is not None
    key = idempotency_key(processor.name, str(topic), str(event_id)) if known else _body_key(inbound, secret)
    kept = {"vendor": processor.name, "event_type": topic, "external_event_id": event_id, "idempotency_key": str(key)}
    return Death(
        code=code,
        message=message,
        idempotency_key=key,
        pointer=pointer or (issues[0]["pointer"] if issues else ""),
        issues=issues,
        topic=topic or "unknown",
        provider_event_id=event_id,
        payload=payload,
        kept={name: value for name, value in kept.items() if value is not None},
    )


def _tell(processor: Processor, receipt: Receipt) -> None:
    """Count what became of a delivery; the log line of its request says it. A dead event warns: somebody has to look."""
    fields = {"provider": processor.name, "delivery_correlation_id": str(receipt.correlation_id)}
    for name, found in (("event_id", receipt.event_id), ("dead_event_id", receipt.dead_event_id)):
        if found is not None:
            fields[name] = str(found)
    if receipt.outcome is Outcome.DEAD:
        metrics.EVENTS_DEAD.inc()
        log.warning("delivery_dead", error_code=receipt.error_code, **fields)
    elif receipt.outcome is Outcome.ACCEPTED:
        metrics.EVENTS_INGESTED.inc()
    elif receipt.outcome is Outcome.DUPLICATE:
        metrics.EVENTS_DUPLICATE.inc()
    correlation.note(outcome=receipt.outcome.value, **fields)
