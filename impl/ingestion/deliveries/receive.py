"""One delivery from its bytes to what became of it, the same way for every processor: authenticate, interpret, record.

The order matters: signature before parsing, strip before storing, address before meaning. Whatever is authentic ends as an
event, a duplicate, a dead event or a note that there was nothing to record; nothing authentic is lost.
"""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from datetime import datetime
from time import perf_counter

import structlog
from sqlalchemy.ext.asyncio import AsyncEngine

from impl.db.sealing import KeyRing
from impl.ingestion.deliveries import interpret, record, reject, repaired, shops, transmissions
from impl.ingestion.deliveries.delivery import Delivery, NotRevenue, Receipt, Recorded, Rejected, Rejection
from impl.ingestion.deliveries.interpret import Inbound, Reading
from impl.ingestion.deliveries.record import Facts
from impl.ingestion.deliveries.secrets import SecretStore, WebhookSecret
from impl.ingestion.deliveries.shops import Shop
from impl.ingestion.deliveries.terms import TermsStore
from impl.ingestion.journeys import Journeys
from impl.kernel import ids
from impl.kernel.clock import Clock
from impl.kernel.facts import Report
from impl.ledger.posting import ContradictsRecorded, CurrencyMismatch
from impl.platforms import gateways, hints, notices, registry
from impl.platforms.errors import SignatureMismatch
from impl.platforms.notices import OnNotice
from impl.platforms.processor import Processor
from impl.telemetry import correlation, metrics

log = structlog.get_logger()


@dataclass(frozen=True, slots=True, kw_only=True)
class Receiver:
    """Dependencies of the receipt of deliveries."""

    engine: AsyncEngine
    facts: Facts
    ring: KeyRing
    secrets: SecretStore
    journeys: Journeys
    terms: TermsStore
    clock: Clock
    on_notice: OnNotice = notices.unheard
    """Called with what operators have to know."""


def build(engine: AsyncEngine, ring: KeyRing, clock: Clock, on_notice: OnNotice = notices.unheard) -> Receiver:
    """The receipt of one process: what it remembers, and the facts on their way, belong to one event loop."""
    return Receiver(
        engine=engine,
        facts=record.facts(engine),
        ring=ring,
        secrets=SecretStore(engine, ring, clock),
        journeys=Journeys(engine, ring, clock),
        terms=TermsStore(engine, registry.PROCESSORS, clock),
        clock=clock,
        on_notice=on_notice,
    )


async def receive(receiver: Receiver, processor: Processor, inbound: Inbound) -> Receipt:
    """The receipt of one delivery. Raises `SignatureMismatch` when it is not authentic."""
    secret, received_at = await _authenticate(receiver, processor, inbound)
    await _bind(receiver, processor, inbound, secret, received_at)
    await inbound.on_authentic()
    # Parsed only now: until its signature is verified the body is a stranger's, and the signature covers its bytes as they came.
    started = perf_counter()
    try:
        reading = interpret.read(processor, inbound, secret)
        delivery = _delivery(processor, inbound, secret, received_at, reading)
        receipt = await _record(receiver, delivery, reading)
    finally:
        metrics.INGESTION_SECONDS.observe(perf_counter() - started)
    _note(processor, receipt)
    return receipt


async def _authenticate(receiver: Receiver, processor: Processor, inbound: Inbound) -> tuple[WebhookSecret, datetime]:
    """The secret that signed it, and when it arrived."""
    secrets = await receiver.secrets.valid(inbound.tenant_id, processor.name)
    now = receiver.clock.now()
    plain = [secret.secret for secret in secrets]
    # Verified also without any secret, against a dummy one: a tenant that has set none cannot be told apart by time.
    index = await processor.verify(inbound.body, inbound.headers, plain, now=now.timestamp())
    if not secrets:
        raise SignatureMismatch("the tenant has no secret for this processor")
    return secrets[index], now


def _delivery(
    processor: Processor,
    inbound: Inbound,
    secret: WebhookSecret,
    received_at: datetime,
    reading: Reading | Rejection | None = None,
) -> Delivery:
    read = reading if isinstance(reading, Reading) else None
    return Delivery(
        id=ids.new(),
        tenant_id=inbound.tenant_id,
        processor=processor.name,
        received_at=received_at,
        size_bytes=len(inbound.body),
        signature_scheme=processor.signature_scheme,
        secret_label=secret.label,
        secret_version=secret.version,
        account=secret.account,
        schema_notes=read.schema_notes if read else (),
        about=processor.object_version(read.topic, read.payload) if read else None,
    )


async def _bind(
    receiver: Receiver, processor: Processor, inbound: Inbound, secret: WebhookSecret, received_at: datetime
) -> None:
    """Bind the delivery's signature to its body where it covers only a checksum. Raises `SignatureMismatch`, with an alarm."""
    transmission_id = processor.transmission_id(inbound.headers)
    if transmission_id is None:
        return
    delivery = _delivery(processor, inbound, secret, received_at)
    try:
        await transmissions.bind(receiver.engine, receiver.ring, delivery, transmission_id, inbound.body, secret.secret)
    except SignatureMismatch:
        transmissions.alarm(receiver.on_notice, delivery)
        raise


async def _record(receiver: Receiver, delivery: Delivery, reading: Reading | Rejection) -> Receipt:
    if isinstance(reading, Rejection):
        return await reject.reject(receiver.engine, receiver.ring, delivery, reading)
    meaning = interpret.interpret(reading, delivery.received_at)
    if isinstance(meaning, Rejection) and meaning.foreign_sale is not None:
        known = await repaired.of_delivery(receiver.engine, delivery, meaning.foreign_sale)
        meaning = interpret.interpret(reading, delivery.received_at, known) if known else meaning
    if isinstance(meaning, NotRevenue):
        return await record.ignore(receiver.engine, delivery, meaning)
    if isinstance(meaning, Report):
        delivery = interpret.with_notes(delivery, meaning)
        journey_key = meaning.facts[0].hints.journey_key
        link = await receiver.journeys.link(delivery.tenant_id, journey_key) if journey_key is not None else None
        assert isinstance(reading, Reading)
        if shops.concerns(meaning):
            meaning = await _with_shops(receiver, delivery, meaning)
        terms = await receiver.terms.of(delivery.tenant_id)
        try:
            return await record.record(receiver.facts.put, delivery, meaning, terms, link)
        except (CurrencyMismatch, ContradictsRecorded) as error:
            # Nothing was written, so the same delivery can still be kept as a dead event.
            meaning = reading.reject(error.code, str(error))
    rejection = await _without_journey_key(receiver, delivery, meaning)
    return await reject.reject(receiver.engine, receiver.ring, delivery, rejection)


async def _with_shops(receiver: Receiver, delivery: Delivery, report: Report) -> Report:
    """The same with what the tenant's shops say about the orders that it names."""
    known = [
        Shop(processor=name, account=secret.account, order_prefix=secret.order_prefix)
        for name in gateways.SHOPS
        for secret in await receiver.secrets.valid(delivery.tenant_id, name)
        if secret.counts
    ]
    return shops.connect(report, known)


async def _without_journey_key(receiver: Receiver, delivery: Delivery, rejection: Rejection) -> Rejection:
    """The payload that is kept for repair holds the hashes of a journey, never its key."""
    payload, journey_key = hints.without_journey_key(rejection.payload)
    link = await receiver.journeys.link(delivery.tenant_id, journey_key)
    return dataclasses.replace(rejection, payload=payload, link=link)


def _note(processor: Processor, receipt: Receipt) -> None:
    """Count what became of a delivery; the log line of its request says it. A dead event warns: somebody has to look."""
    fields = {"processor": processor.name, "delivery_correlation_id": str(receipt.correlation_id)}
    if isinstance(receipt, Recorded):
        fields["event_id"] = str(receipt.event_id)
        (metrics.EVENTS_INGESTED if receipt.is_new else metrics.EVENTS_DUPLICATE).inc()
    elif isinstance(receipt, Rejected):
        fields["dead_event_id"] = str(receipt.dead_event_id)
        metrics.EVENTS_DEAD.inc()
        log.warning("delivery_dead", error_code=receipt.error_code, **fields)
    correlation.note(outcome=receipt.outcome.value, **fields)
