"""Payments that name an order of a shop and wait for it: after an hour they count without it."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from datetime import datetime, timedelta
from functools import partial
from typing import Final

import structlog
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from impl.ingestion.deliveries import own_facts, record, terms
from impl.ingestion.deliveries.record import Answer, Prepared
from impl.jobs import queue, transactions
from impl.jobs.executor import Registry
from impl.jobs.kinds import Kind, Work
from impl.platforms.processor import Processor

log = structlog.get_logger()

COUNT: Final = Kind(name="ledger.count_waiting", queue="housekeeping")
_DUE: Final = text("SELECT tenant_id, event_id FROM maintenance.list_due_payments(:batch, :within)")
_BATCH: Final = 1000
_USUALLY: Final = timedelta(hours=2)
_AT_MOST: Final = timedelta(days=7)
"""How long a payment that could not be counted is tried again."""
_COUNT: Final = text("SELECT * FROM ingest.count_waiting(:id, CAST(:delivery AS jsonb))")


async def defer_due(connection: AsyncConnection, now: datetime, *, correlation_id: uuid.UUID) -> None:
    """Defer a job for every payment that has waited long enough; one that is deferred already is enough.

    Older ones are looked for at the beginning of each hour only: there are many, and almost all have their order.
    """
    within = _AT_MOST if now.minute == 0 else _USUALLY
    for row in (await connection.execute(_DUE, {"batch": _BATCH, "within": within})).all():
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
        row = await own_facts.event(connection, work.tenant_id, event_id)
        known = await terms.of_tenant(connection, work.tenant_id, processors)

    async def send(prepared: Prepared) -> Answer:
        values = {"id": event_id, "delivery": prepared.text.decode()}
        async with transactions.of_tenant(work) as connection:
            return dict((await connection.execute(_COUNT, values)).mappings().one())

    recorded = await record.record(send, own_facts.delivery(row), own_facts.counted(row), known)
    log.info("payment_counted", event_id=str(event_id), counted_event_id=str(recorded.event_id))


def registry(processors: Mapping[str, Processor]) -> Registry:
    """The jobs of this module."""
    return {COUNT.name: (COUNT, partial(count, processors))}
