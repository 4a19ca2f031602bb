"""Payments that name an order of a shop and wait for it: after an hour they count without it."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from functools import partial
from typing import Any, Final

import structlog
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from impl.ingestion.deliveries import record, terms
from impl.ingestion.deliveries.delivery import Delivery
from impl.ingestion.deliveries.record import Answer, Prepared
from impl.jobs import queue, transactions
from impl.jobs.executor import Registry
from impl.jobs.kinds import Kind, Work
from impl.kernel.events import EventType, Hints
from impl.kernel.facts import Fact, FactKind, Report
from impl.kernel.money import Currency, Money
from impl.platforms.processor import Processor

log = structlog.get_logger()

COUNT: Final = Kind(name="ledger.count_waiting", queue="housekeeping")
_DUE: Final = text("SELECT tenant_id, event_id FROM maintenance.list_due_payments(:batch)")
_BATCH: Final = 1000
_EVENT: Final = text("SELECT * FROM attribution_events WHERE tenant_id = :tenant_id AND id = :id")
_COUNT: Final = text("SELECT * FROM ingest.count_waiting(:id, CAST(:delivery AS jsonb))")


async def defer_due(connection: AsyncConnection, *, correlation_id: uuid.UUID) -> None:
    """Defer a job for every payment that has waited long enough; one that is deferred already is enough."""
    for row in (await connection.execute(_DUE, {"batch": _BATCH})).all():
        await queue.defer(
            connection,
            COUNT,
            tenant_id=row.tenant_id,
            correlation_id=correlation_id,
            arguments={"event_id": row.event_id},
            identity=str(row.event_id),
        )


async def count(processors: Mapping[str, Processor], work: Work) -> None:
    """Count the payment of the job, unless its order has arrived meanwhile; either way it waits no longer."""
    event_id = uuid.UUID(str(work.arguments["event_id"]))
    async with transactions.of_tenant(work) as connection:
        row = (await connection.execute(_EVENT, {"tenant_id": work.tenant_id, "id": event_id})).one()
        known = await terms.of_tenant(connection, work.tenant_id, processors)

    async def send(prepared: Prepared) -> Answer:
        values = {"id": event_id, "delivery": prepared.text.decode()}
        async with transactions.of_tenant(work) as connection:
            return dict((await connection.execute(_COUNT, values)).mappings().one())

    fact = _counted(row)
    report = Report(facts=(fact,), idempotency_key=fact.idempotency_key)
    recorded = await record.record(send, _delivery(row), report, known)
    log.info("payment_counted", event_id=str(event_id), counted_event_id=str(recorded.event_id))


def _counted(row: Any) -> Fact:
    """The fact that the payment has waited long enough; it names the payment as the waiting event does."""
    return Fact(
        processor=row.processor,
        account=row.account,
        kind=FactKind.COUNTED,
        type=EventType.PAYMENT_CAPTURED,
        object_id=row.transaction_id,
        money=Money(0, Currency(row.currency)),
        shown_at=row.counts_at,
        occurred_at=row.occurred_at,
        transaction_id=row.transaction_id,
        payment_reference=row.payment_reference,
        processor_event_type=row.processor_event_type,
        processor_event_id=f"{row.id}:counted",
        order_id=row.order_id,
        hints=Hints(
            session_id=row.session_id,
            utm_source=row.utm_source,
            utm_medium=row.utm_medium,
            utm_campaign=row.campaign_id,
        ),
    )


def _delivery(row: Any) -> Delivery:
    return Delivery(
        id=row.delivery_id or uuid.uuid4(),
        tenant_id=row.tenant_id,
        processor=row.processor,
        received_at=row.received_at,
        size_bytes=0,
        signature_scheme="waiting",
        secret_version=0,
    )


def registry(processors: Mapping[str, Processor]) -> Registry:
    """The jobs of this domain."""
    return {COUNT.name: (COUNT, partial(count, processors))}
