"""Credits of a small period, computed when somebody reads them; nothing is stored."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from impl.attribution import pages, statements
from impl.attribution.pages import Lessons, Scope
from impl.attribution.periods import Period

MAX_DAYS: Final = 31
MAX_EFFECTS: Final = 10_000


async def is_small(connection: AsyncConnection, scope: Scope, period: Period) -> bool:
    """Whether a reader may wait for the period: few days, all of them open, and few sales."""
    if period.days > MAX_DAYS or period.start < scope.open_from:
        return False
    return await effects(connection, scope, period) <= MAX_EFFECTS


async def effects(connection: AsyncConnection, scope: Scope, period: Period) -> int:
    """Number of events of the period that move money, counted no further than is small."""
    values = {"tenant_id": scope.tenant_id, "limit": MAX_EFFECTS + 1, **period.values}
    return int(await connection.scalar(statements.named("effects_in_span"), values) or 0)


async def rows(
    connection: AsyncConnection,
    scope: Scope,
    period: Period,
    select: str,
    lessons: Lessons | None = None,
    values: dict[str, Any] | None = None,
) -> Sequence[Any]:
    """Rows of the part `select` about the credits of the period. `values` are its own parameters."""
    selection = period.values | (values or {})
    return await _rows(connection, scope, "effects_of_span", select, selection, lessons or Lessons())


async def of_events(connection: AsyncConnection, scope: Scope, events: Sequence[UUID], select: str) -> Sequence[Any]:
    """Rows of the part `select` about the credits of some events."""
    return await _rows(connection, scope, statements.BY_EVENT, select, {"events": list(events)}, Lessons())


async def _rows(
    connection: AsyncConnection, scope: Scope, effects_: str, select: str, selection: dict[str, Any], lessons: Lessons
) -> Sequence[Any]:
    version, values = scope.version, scope.values | selection
    if version.learns:
        values |= {"learned": await pages.learn(connection, scope, effects_, selection, lessons)}
    statement = statements.report(effects_, version.model, select, learns=version.learns)
    return (await connection.execute(statement, values)).all()
