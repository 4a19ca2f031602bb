"""Dead events: list, read, retry and abandon them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from impl.ingestion import rejections
from impl.kernel import sql
from impl.kernel.cursor import Position
from impl.kernel.errors import SkeldirError
from impl.kernel.money import Money

SQL = {name: text(statement) for name, statement in sql.load(Path(__file__).with_name("queries.sql")).items()}
"""The statements about dead events by name."""


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
    not_kept: list[str] | None
    """JSON pointers of what is not stored of the content."""
    occurrences: int
    """How many inputs it stands for."""
    is_over_budget: bool
    """Whether its content was not stored because the tenant's budget of the day was used up."""
    resolved_delivery_id: UUID | None
    """The later delivery of the same object that resolved it; None for a retry."""
    repair_cents: int | None
    """The amount that a manager gave in the currency of the sale; the four `repair…` are None together."""
    repair_currency: str | None
    repaired_by: UUID | None
    repaired_at: datetime | None
    is_refused: bool
    """It was recorded before its capture and taken back, so it has no content, and an amount is all that it needs."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Actor:
    """The person who does something about dead events, for the audit."""

    tenant_id: UUID
    user_id: UUID
    correlation_id: UUID
    now: datetime


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
    rows = (await connection.execute(SQL["list"], values)).mappings().all()
    return [DeadEvent(**row) for row in rows[:limit]], len(rows) > limit


async def get(connection: AsyncConnection, tenant_id: UUID, dead_event_id: UUID) -> DeadEvent:
    """The dead event. Raises `UnknownDeadEvent`."""
    result = await connection.execute(SQL["get"], {"tenant_id": tenant_id, "id": dead_event_id})
    row = result.mappings().one_or_none()
    if row is None:
        raise UnknownDeadEvent
    return DeadEvent(**row)


async def hand_over(
    connection: AsyncConnection, actor: Actor, dead_event_id: UUID, *, is_forced: bool, amount: Money | None = None
) -> DeadEvent:
    """Mark the dead event as being retried and return it. The caller enqueues the job in the same transaction.

    `amount` counts in place of the one in another currency than its sale. Raises `UnknownDeadEvent`, or `NotRepairable` when a
    retry cannot succeed.
    """
    before = await get(connection, actor.tenant_id, dead_event_id)
    values = {"tenant_id": actor.tenant_id, "id": dead_event_id, "user_id": actor.user_id, "now": actor.now}
    values |= {"cents": amount.amount_cents if amount else None, "currency": amount.currency if amount else None}
    values |= {"is_forced": is_forced, "passing": sorted(rejections.PASSING)}
    changed = await connection.execute(SQL["hand_over"], values)
    if changed.rowcount == 0:
        return _already(before, amount)
    await note(connection, actor, "repaired" if amount else "retried", before, is_forced=is_forced, amount=amount)
    return await get(connection, actor.tenant_id, dead_event_id)


def _already(dead_event: DeadEvent, amount: Money | None) -> DeadEvent:
    """A dead event in progress: the request asks for what happens anyway, so it is no conflict, unless with another amount."""
    is_same = amount is None or (amount.amount_cents, amount.currency) == (
        dead_event.repair_cents,
        dead_event.repair_currency,
    )
    if dead_event.remediation_status == "in_progress" and is_same:
        return dead_event
    raise NotRepairable(_why_not(dead_event, amount))


def _why_not(dead_event: DeadEvent, amount: Money | None) -> str:
    if dead_event.remediation_status == "resolved":
        return "The dead event is already resolved; it cannot be retried."
    if dead_event.is_redacted:
        return "The content of the dead event is no longer stored; ask the sender to send it again."
    if dead_event.remediation_status == "in_progress":
        return "The dead event is being retried; wait for the result before you give an amount."
    if amount is not None:
        return f"Only `currency_mismatch` is repaired with an amount; this dead event has `{dead_event.error_code}`."
    if dead_event.error_code == "currency_mismatch":
        return "`currency_mismatch` is not a temporary error; retry with `amount_cents` and `currency` of its payment."
    return f"`{dead_event.error_code}` is not a temporary error; fix its cause, then retry with `force`."


async def abandon(connection: AsyncConnection, actor: Actor, dead_event_id: UUID, *, notes: str) -> DeadEvent:
    """Abandon the dead event. Raises `UnknownDeadEvent`, or `NotRepairable` when it became an event."""
    values = {"tenant_id": actor.tenant_id, "id": dead_event_id, "now": actor.now, "notes": sql.storable(notes)}
    changed = await connection.execute(SQL["abandon"], values)
    dead_event = await get(connection, actor.tenant_id, dead_event_id)
    if changed.rowcount == 0:
        raise NotRepairable("The dead event is already resolved; it can no longer be abandoned.")
    await note(connection, actor, "abandoned", dead_event)
    return dead_event


async def note(  # noqa: PLR0913 - who, what, about what, and how
    connection: AsyncConnection,
    actor: Actor,
    action: str,
    dead_event: DeadEvent | None = None,
    *,
    retry_id: UUID | None = None,
    is_forced: bool | None = None,
    amount: Money | None = None,
) -> None:
    """Record an action in the audit, about one dead event or a retry of many."""
    values: dict[str, Any] = {"tenant_id": actor.tenant_id, "user_id": actor.user_id, "action": action}
    values |= {"dead_event_id": dead_event.id if dead_event else None, "retry_id": retry_id, "is_forced": is_forced}
    values |= {"amount_cents": amount.amount_cents if amount else None, "currency": amount.currency if amount else None}
    told = dead_event if amount else None
    values |= {"told_cents": told.amount_cents if told else None, "told_currency": told.currency if told else None}
    await connection.execute(SQL["note"], values | {"correlation_id": actor.correlation_id})
