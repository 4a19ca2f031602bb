"""The way of one event's money: delivery, ledger entries, credits with their touches, and what platforms claim for the day."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC
from typing import Any, Final
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from generated.server import NotFoundError
from impl.attribution import on_demand, recompute, statements, training, versions
from impl.attribution.pages import Scope
from impl.attribution.versions import ModelVersion

_SAME_TOUCHES: Final = "linear"
"""Models that learn credit every touch of a channel alike, and so does this rule."""


@dataclass(frozen=True, slots=True)
class TracedCredit:
    """A credit with the touches of its channel that it is based on."""

    version: ModelVersion
    row: Any
    touches: Sequence[Any]


@dataclass(frozen=True, slots=True)
class Trace:
    """Rows about one event."""

    event: Any
    entries: Sequence[Any]
    credits: Sequence[TracedCredit]
    claims: Sequence[Any]

    @property
    def verification(self) -> Any:
        """The entry that the books of the processor confirm, if they do."""
        return next((entry for entry in self.entries if entry.verified_at is not None), None)


async def of_event(
    connection: AsyncConnection, tenant_id: UUID, event_id: UUID, wanted: ModelVersion | None = None
) -> Trace:
    """Everything about the event; credits of `wanted` are computed if none are stored. Raises `NotFoundError`."""
    values = {"tenant_id": tenant_id, "event_id": event_id}
    event = (await connection.execute(statements.named("traced_event"), values)).one_or_none()
    if event is None:
        raise NotFoundError
    entries = (await connection.execute(statements.named("traced_entries"), values)).all()
    credited = [
        one
        for version, rows in (await _credits(connection, tenant_id, event_id, wanted)).items()
        for one in await _with_touches(connection, tenant_id, event_id, version, rows)
    ]
    day = {"tenant_id": tenant_id, "day": event.occurred_at.astimezone(UTC).date(), "currency": event.currency}
    claims = (await connection.execute(statements.named("traced_claims"), day)).all()
    return Trace(event, entries, credited, claims)


async def _credits(
    connection: AsyncConnection, tenant_id: UUID, event_id: UUID, wanted: ModelVersion | None
) -> dict[ModelVersion, Sequence[Any]]:
    values = {"tenant_id": tenant_id, "event_id": event_id}
    rows = (await connection.execute(statements.named("traced_credits"), values)).all()
    result: dict[ModelVersion, list[Any]] = {}
    for row in rows:
        result.setdefault(versions.parse(row.model_type, row.model_version), []).append(row)
    if wanted is None or wanted in result:
        return dict(result)
    scope = await recompute.scope(connection, tenant_id, wanted, keeps=False)
    return {**result, wanted: await on_demand.of_events(connection, scope, [event_id], "computed_credits")}


async def _with_touches(
    connection: AsyncConnection, tenant_id: UUID, event_id: UUID, version: ModelVersion, rows: Sequence[Any]
) -> list[TracedCredit]:
    touches = await _touches(connection, tenant_id, event_id, version)
    return [
        TracedCredit(version, row, [one for one in touches if one.channel_code == row.channel_code]) for row in rows
    ]


async def _touches(
    connection: AsyncConnection, tenant_id: UUID, event_id: UUID, version: ModelVersion
) -> Sequence[Any]:
    scope = Scope(tenant_id=tenant_id, version=version, open_from=training.BEGINNING, now=training.BEGINNING)
    model = _SAME_TOUCHES if version.learns else version.model
    statement = statements.report(statements.BY_EVENT, model, "traced_touches", learns=False)
    return (await connection.execute(statement, scope.values | {"events": [event_id]})).all()
