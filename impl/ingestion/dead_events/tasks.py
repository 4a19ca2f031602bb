"""Background jobs about dead events: try one again, and find those whose time has come."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import partial
from typing import Final
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from impl.ingestion.dead_events import many, replay
from impl.ingestion.dead_events.reading import Reader
from impl.ingestion.deliveries import waiting
from impl.jobs import queue, transactions
from impl.jobs.executor import Registry
from impl.jobs.kinds import Kind, Requester, Work
from impl.platforms import summary

RETRY: Final = Kind(name="events.retry", queue="housekeeping")
SWEEP: Final = Kind(name="events.retry_sweep", queue="housekeeping", is_tenants=False)

_DUE: Final = text("SELECT tenant_id, dead_event_id FROM maintenance.list_due_dead_events(:batch, :reader)")
_BATCH: Final = 1000


async def defer_retry(
    connection: AsyncConnection,
    dead_event_id: UUID,
    *,
    tenant_id: UUID,
    is_forced: bool = False,
    requester: Requester | None = None,
    correlation_id: UUID | None = None,
) -> None:
    """Defer the replay of one dead event; one that waits already is enough."""
    await queue.defer(
        connection,
        RETRY,
        tenant_id=tenant_id,
        requester=requester,
        correlation_id=correlation_id,
        arguments={"dead_event_id": dead_event_id, "is_forced": is_forced},
        identity=str(dead_event_id),
    )


async def sweep(work: Work) -> None:
    """Defer what is due: replays of causes that may have passed or that a newer release reads, counts of payments that waited."""
    async with transactions.tenantless(work.engine) as connection:
        for row in (await connection.execute(_DUE, {"batch": _BATCH, "reader": summary.READER_VERSION})).all():
            await defer_retry(
                connection, row.dead_event_id, tenant_id=row.tenant_id, correlation_id=work.correlation_id
            )
        await waiting.defer_due(connection, datetime.now(UTC), correlation_id=work.correlation_id)


def registry(reader: Reader) -> Registry:
    """The jobs of this domain."""
    return {
        RETRY.name: (RETRY, partial(replay.replay, reader)),
        many.RETRY_MANY.name: (many.RETRY_MANY, partial(many.work_off, reader)),
        SWEEP.name: (SWEEP, sweep),
    }
