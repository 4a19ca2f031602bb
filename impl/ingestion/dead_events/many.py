"""Many dead events retried with one request: counted when it comes, then worked through by one job after the other."""

from __future__ import annotations

import time
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID, uuid4

import structlog
from sqlalchemy.ext.asyncio import AsyncConnection

from impl.ingestion import rejections
from impl.ingestion.dead_events import repair, replay
from impl.ingestion.dead_events.reading import Reader
from impl.ingestion.dead_events.repair import SQL, Actor, Filter
from impl.jobs import queue, transactions
from impl.jobs.kinds import Kind, Requester, Work
from impl.kernel import sql
from impl.kernel.errors import SkeldirError

log = structlog.get_logger()

RETRY_MANY: Final = Kind(name="events.retry_many", queue="housekeeping")
MAX_SELECTED: Final = 10_000
_PAGE: Final = 50
"""Dead events whose result is kept together: so many are retried again when a worker dies."""
_SLICE_SECONDS: Final = 20.0
"""A job makes room for others after this time, and goes on behind them."""


class UnknownRetry(SkeldirError):
    """The tenant has no such retry."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Retry:
    """A request to retry all dead events that a filter selects."""

    id: UUID
    status: str
    """`queued`, `in_progress`, `finished`, or `stalled` when nothing has happened for a while."""
    only_status: str
    only_source: str | None
    only_error_code: str | None
    is_forced: bool
    selected: int
    has_more: bool
    needs_force: int
    """Matching ones with a lasting cause, left out because it is not forced."""
    without_content: int
    retried: int
    resolved: int
    created_at: datetime
    started_at: datetime | None
    finished_at: datetime | None
    until_at: datetime
    """Time of the request; later dead events are not retried."""
    after_at: datetime | None
    after_id: UUID | None


async def request(
    connection: AsyncConnection, actor: Actor, criteria: Filter, requester: Requester, *, is_forced: bool
) -> Retry:
    """Retry what `criteria` select in the background, at most `MAX_SELECTED` and the oldest first.

    With the criteria of one that is under way already it is that one.
    """
    values: dict[str, Any] = {
        "tenant_id": actor.tenant_id,
        "user_id": actor.user_id,
        "now": actor.now,
        "status": criteria.status or "pending",
        "source": sql.storable(criteria.source),
        "error_code": sql.storable(criteria.error_code),
        "is_forced": is_forced,
        "passing": sorted(rejections.PASSING),
    }
    known = await connection.scalar(SQL["find_many"], values)
    if known is not None:
        return await get(connection, actor.tenant_id, known, now=actor.now)
    counts = (await connection.execute(SQL["count_many"], values)).one()
    selected = min(counts.retriable, MAX_SELECTED)
    values |= {"selected": selected, "has_more": counts.retriable > selected, "needs_force": counts.needs_force}
    values |= {"id": uuid4(), "without_content": counts.without_content}
    await connection.execute(SQL["insert_many"], values)
    retry = await get(connection, actor.tenant_id, values["id"], now=actor.now)
    await repair.note(connection, actor, "retried_many", retry_id=retry.id, is_forced=is_forced)
    if selected:
        await _defer(connection, retry, actor.tenant_id, requester, actor.correlation_id)
    return retry


async def get(connection: AsyncConnection, tenant_id: UUID, retry_id: UUID, *, now: datetime | None = None) -> Retry:
    """The retry, which is `stalled` when nothing has happened for a while before `now`. Raises `UnknownRetry`."""
    result = await connection.execute(SQL["get_many"], {"tenant_id": tenant_id, "id": retry_id, "now": now})
    row = result.mappings().one_or_none()
    if row is None:
        raise UnknownRetry
    return Retry(**row)


async def _defer(
    connection: AsyncConnection, retry: Retry, tenant_id: UUID, requester: Requester | None, correlation_id: UUID
) -> None:
    await queue.defer(
        connection,
        RETRY_MANY,
        tenant_id=tenant_id,
        requester=requester,
        correlation_id=correlation_id,
        arguments={"retry_id": retry.id},
        # With its place: the job that goes on is deferred while the one before it still runs.
        identity=f"{retry.id}:{retry.after_id or '-'}",
    )


async def work_off(reader: Reader, work: Work) -> None:
    """Retry page by page until all are done, or until others have to have their turn."""
    retry_id, ends_at = UUID(str(work.arguments["retry_id"])), time.monotonic() + _SLICE_SECONDS
    is_done = False
    while not is_done:
        is_done = await _work_off_page(reader, work, retry_id, ends_at)


async def _work_off_page(reader: Reader, work: Work, retry_id: UUID, ends_at: float) -> bool:
    """Whether this job has nothing more to do."""
    async with transactions.of_tenant(work) as connection:
        retry = await get(connection, work.tenant_id, retry_id)
        rows = await _page(connection, work, retry) if retry.status != "finished" else []
    if retry.status == "finished":
        return True
    results = [await replay.replay_one(reader, work, row.id, is_forced=True) for row in rows]
    is_last = len(rows) < _PAGE or retry.retried + len(rows) >= retry.selected
    last = rows[-1] if rows else None
    values = {
        "tenant_id": work.tenant_id,
        "id": retry_id,
        "retried": len(rows),
        "resolved": sum(results),
        "after_at": last.ingested_at if last else retry.after_at,
        "after_id": last.id if last else retry.after_id,
        "is_last": is_last,
    }
    is_over = time.monotonic() > ends_at
    async with transactions.of_tenant(work) as connection:
        await connection.execute(SQL["advance_many"], values)
        if is_over and not is_last:
            retry = await get(connection, work.tenant_id, retry_id)
            await _defer(connection, retry, work.tenant_id, work.requester, work.correlation_id)
    log.info("dead_events_retried", retry_id=str(retry_id), retried=len(rows), resolved=sum(results))
    return is_last or is_over


async def _page(connection: AsyncConnection, work: Work, retry: Retry) -> list[Any]:
    values = {
        "tenant_id": work.tenant_id,
        "only_status": retry.only_status,
        "only_source": retry.only_source,
        "only_error_code": retry.only_error_code,
        "is_forced": retry.is_forced,
        "passing": sorted(rejections.PASSING),
        "until_at": retry.until_at,
        "after_at": retry.after_at,
        "after_id": retry.after_id,
        "limit": min(_PAGE, retry.selected - retry.retried),
    }
    return list((await connection.execute(SQL["page_many"], values)).all())
