"""Dead events: list, read, retry and abandon them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from impl.ingestion import rejections
from impl.kernel import sql
from impl.kernel.cursor import Position
from impl.kernel.errors import SkeldirError

_SQL = {name: text(statement) for name, statement in sql.load(Path(__file__).with_name("queries.sql")).items()}


class UnknownDeadEvent(SkeldirError):
    """The tenant has no such dead event."""


class NotRepairable(SkeldirError):
    """The dead event is not in a state that allows this; the message says why and what to do instead."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DeadEvent:
    """A delivery or touch that could not become an event, without its content."""

    id: UUID
    source: str
    event_type: str
    external_event_id: str | None
    error_type: str
    error_code: str
    error_message: str
    retry_count: int
    last_retry_at: datetime | None
    next_retry_at: datetime | None
    remediation_status: str
    remediation_notes: str | None
    resolved_at: datetime | None
    resolved_event_id: UUID | None
    ingested_at: datetime
    correlation_id: UUID | None
    is_redacted: bool
    """Its content was deleted or never stored, so it cannot be retried."""
    object_number: str | None
    """Number of the order or payment it is about, as far as it can be read."""
    amount_cents: int | None
    currency: str | None
    reader_version: int | None
    """Version of the readers that read it last; None for touches and for dead events of earlier releases."""
    issues: list[dict[str, str]] | None
    """Every mistake that is known: `pointer`, `message`, `code`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Filter:
    """Criteria for dead events; None matches all."""

    status: str | None = None
    source: str | None = None
    error_code: str | None = None


async def page(
    connection: AsyncConnection, tenant_id: UUID, criteria: Filter, *, after: Position | None, limit: int
) -> tuple[Sequence[DeadEvent], bool]:
    """At most `limit` dead events, newest first, starting after `after`, and whether there are more."""
    values = {
        "tenant_id": tenant_id,
        "status": criteria.status,
        "source": sql.storable(criteria.source),
        "error_code": sql.storable(criteria.error_code),
        "before_at": after.at if after else None,
        "before_id": after.id if after else None,
        "limit": limit + 1,
    }
    rows = (await connection.execute(_SQL["list"], values)).mappings().all()
    return [DeadEvent(**row) for row in rows[:limit]], len(rows) > limit


async def get(connection: AsyncConnection, tenant_id: UUID, dead_event_id: UUID) -> DeadEvent:
    """The dead event. Raises `UnknownDeadEvent`."""
    result = await connection.execute(_SQL["get"], {"tenant_id": tenant_id, "id": dead_event_id})
    row = result.mappings().one_or_none()
    if row is None:
        raise UnknownDeadEvent
    return DeadEvent(**row)


async def hand_over(
    connection: AsyncConnection, tenant_id: UUID, dead_event_id: UUID, *, is_forced: bool, now: datetime
) -> DeadEvent:
    """Mark the dead event as being retried and return it. The caller enqueues the job in the same transaction.

    Raises `UnknownDeadEvent`, or `NotRepairable` when a retry cannot succeed.
    """
    values = {"tenant_id": tenant_id, "id": dead_event_id, "now": now}
    changed = await connection.execute(
        _SQL["hand_over"], values | {"is_forced": is_forced, "passing": sorted(rejections.PASSING)}
    )
    dead_event = await get(connection, tenant_id, dead_event_id)
    # In progress already: the request asks for what happens anyway, so it is no conflict.
    if changed.rowcount == 0 and dead_event.remediation_status != "in_progress":
        raise NotRepairable(_why_not(dead_event))
    return dead_event


def _why_not(dead_event: DeadEvent) -> str:
    if dead_event.remediation_status == "resolved":
        return "The dead event is already resolved; it cannot be retried."
    if dead_event.is_redacted:
        return "The content of the dead event is no longer stored; ask the sender to send it again."
    return f"`{dead_event.error_code}` is not a temporary error; fix its cause, then retry with `force`."


async def abandon(
    connection: AsyncConnection, tenant_id: UUID, dead_event_id: UUID, *, notes: str, now: datetime
) -> DeadEvent:
    """Abandon the dead event. Raises `UnknownDeadEvent`, or `NotRepairable` when it became an event."""
    values = {"tenant_id": tenant_id, "id": dead_event_id, "now": now, "notes": sql.storable(notes)}
    changed = await connection.execute(_SQL["abandon"], values)
    dead_event = await get(connection, tenant_id, dead_event_id)
    if changed.rowcount == 0:
        raise NotRepairable("The dead event is already resolved; it can no longer be abandoned.")
    return dead_event
