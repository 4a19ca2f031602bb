"""Payments that count anew because the role of their account was set."""

from __future__ import annotations

import time
import uuid
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from functools import partial
from typing import Any, Final

import structlog
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from impl.ingestion.deliveries import own_facts, record, terms
from impl.ingestion.deliveries.record import Answer, Prepared
from impl.ingestion.deliveries.terms import CACHE_SECONDS
from impl.jobs import queue, transactions
from impl.jobs.executor import Registry
from impl.jobs.kinds import Kind, Work
from impl.kernel.facts import CAPTURING
from impl.ledger import Terms
from impl.platforms.processor import Processor

log = structlog.get_logger()

RECOUNT: Final = Kind(name="ledger.recount_account", queue="housekeeping")
_PAGE: Final = 200
_SECONDS: Final = 120.0
"""Then the rest is a job of its own, so that nothing else waits behind it."""
_ROLE: Final = text("SELECT * FROM processor_roles WHERE tenant_id = :tenant_id AND id = :id")
_PAYMENTS: Final = text(
    # In the order of the index on time, one page after the other. A payment may have several such events; the second changes
    # nothing.
    """
    SELECT * FROM attribution_events
    WHERE tenant_id = :tenant_id AND processor = :platform AND account = :account AND shown_kind = ANY (:kinds)
        AND occurred_at >= :valid_from AND (occurred_at, id) > (:after_at, :after_id)
    ORDER BY occurred_at, id LIMIT :page
    """
)
_RECOUNT: Final = text("SELECT * FROM ingest.recount_payment(:id, CAST(:delivery AS jsonb))")


async def defer(
    connection: AsyncConnection, *, tenant_id: uuid.UUID, role_id: uuid.UUID, correlation_id: uuid.UUID
) -> None:
    """Defer the recount of the account of a role, within the transaction that sets it.

    It begins when no process remembers the former role any longer, so that none counts by that afterwards.
    """
    await queue.defer(
        connection,
        RECOUNT,
        tenant_id=tenant_id,
        correlation_id=correlation_id,
        arguments={"role_id": role_id},
        delay=timedelta(seconds=CACHE_SECONDS + 5),
    )


async def recount(processors: Mapping[str, Processor], work: Work) -> None:
    """Bring every payment that the role of the job is about to what it says; what was right already adds nothing."""
    role_id = uuid.UUID(str(work.arguments["role_id"]))
    until, position, changed = time.monotonic() + _SECONDS, _position(work), 0
    async with transactions.of_tenant(work) as connection:
        role = (await connection.execute(_ROLE, {"tenant_id": work.tenant_id, "id": role_id})).one()
        known = await terms.of_tenant(connection, work.tenant_id, processors)
    while rows := await _page(work, role, position):
        for row in rows:
            changed += await _recount(work, role_id, row, known)
        position = {"after_at": rows[-1].occurred_at, "after_id": rows[-1].id}
        if time.monotonic() > until:
            await _continue(work, role_id, position)
            break
    log.info("account_recounted", role_id=str(role_id), changed=changed)


def _position(work: Work) -> dict[str, Any]:
    after = work.arguments.get("after_at")
    at = datetime.fromisoformat(str(after)) if after else datetime.fromisoformat("0001-01-02T00:00:00+00:00")
    return {"after_at": at, "after_id": uuid.UUID(str(work.arguments.get("after_id", uuid.UUID(int=0))))}


async def _page(work: Work, role: Any, position: dict[str, Any]) -> Sequence[Any]:
    values = {
        "tenant_id": work.tenant_id,
        "platform": role.platform,
        "account": role.platform_account_id,
        "valid_from": role.valid_from,
        "kinds": sorted(kind.value for kind in CAPTURING),
        "page": _PAGE,
    }
    async with transactions.of_tenant(work) as connection:
        return (await connection.execute(_PAYMENTS, values | position)).all()


async def _recount(work: Work, role_id: uuid.UUID, row: Any, known: Terms) -> bool:
    """Whether anything had to be changed."""

    async def send(prepared: Prepared) -> Answer:
        values = {"id": row.id, "delivery": prepared.text.decode()}
        async with transactions.of_tenant(work) as connection:
            return dict((await connection.execute(_RECOUNT, values)).mappings().one())

    report = own_facts.recounted(row, role_id)
    return await record.record_if_it_changes(send, own_facts.delivery(row), report, known) is not None


async def _continue(work: Work, role_id: uuid.UUID, position: dict[str, Any]) -> None:
    async with transactions.of_tenant(work) as connection:
        await queue.defer(
            connection,
            RECOUNT,
            tenant_id=work.tenant_id,
            correlation_id=work.correlation_id,
            arguments={"role_id": role_id, **position},
        )


def registry(processors: Mapping[str, Processor]) -> Registry:
    """The jobs of this module."""
    return {RECOUNT.name: (RECOUNT, partial(recount, processors))}
