"""The way of one event's money: delivery, ledger entries, credits with their touches, and what platforms claim for the day."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC
from typing import Any, Final
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from generated.server import NotFoundError
from impl.attribution import statements, training, versions
from impl.attribution.pages import Scope
from impl.attribution.versions import ModelVersion

_SAME_TOUCHES: Final = "linear"
"""Models that learn credit every touch of a channel alike, and so does this rule."""


@dataclass(frozen=True, slots=True)
class Trace:
    """Rows about one event."""

    event: Any
    entries: Sequence[Any]
    credits: Sequence[tuple[Any, Sequence[Any]]]
    """Each with the touches of its channel that it is based on."""
    claims: Sequence[Any]


async def of_event(connection: AsyncConnection, tenant_id: UUID, event_id: UUID) -> Trace:
    """Everything about the event. Raises `NotFoundError`."""
    values = {"tenant_id": tenant_id, "event_id": event_id}
    event = (await connection.execute(statements.named("traced_event"), values)).one_or_none()
    if event is None:
        raise NotFoundError
    entries = (await connection.execute(statements.named("traced_entries"), values)).all()
    rows = (await connection.execute(statements.named("traced_credits"), values)).all()
    touches = {
        (model, version): await _touches(connection, tenant_id, event_id, versions.parse(model, version))
        for model, version in sorted({(row.model_type, row.model_version) for row in rows})
    }
    day = {"tenant_id": tenant_id, "day": event.occurred_at.astimezone(UTC).date(), "currency": event.currency}
    claims = (await connection.execute(statements.named("traced_claims"), day)).all()
    credited = [
        (row, [one for one in touches[row.model_type, row.model_version] if one.channel_code == row.channel_code])
        for row in rows
    ]
    return Trace(event, entries, credited, claims)


async def _touches(
    connection: AsyncConnection, tenant_id: UUID, event_id: UUID, version: ModelVersion
) -> Sequence[Any]:
    scope = Scope(tenant_id=tenant_id, version=version, open_from=training.BEGINNING, now=training.BEGINNING)
    model = _SAME_TOUCHES if version.learns else version.model
    statement = statements.report(statements.BY_EVENT, model, "traced_touches", learns=False)
    return (await connection.execute(statement, scope.values | {"events": [event_id]})).all()
