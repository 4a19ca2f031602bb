"""The credits behind a figure, page by page: stored ones, or those that a small period comes to on demand."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from impl.attribution import on_demand, report, statements
from impl.attribution.periods import Period
from impl.attribution.versions import ModelVersion
from impl.kernel.cursor import Position


@dataclass(frozen=True, slots=True)
class Criteria:
    """Which credits of a period are listed, None being all, and how many at most."""

    channel_code: str | None
    currency: str | None
    limit: int


async def page(
    connection: AsyncConnection,
    tenant_id: UUID,
    version: ModelVersion,
    period: Period,
    criteria: Criteria,
    after: Position | None,
) -> tuple[Sequence[Any], bool]:
    """At most a page of credits, newest first, after `after`, and whether there are more. Raises `NotComputedError`."""
    origin = await report.source(connection, tenant_id, version, period)
    values = {
        "channel_code": criteria.channel_code,
        "currency": criteria.currency,
        "before_at": after.at if after else None,
        "before_id": after.id if after else None,
        "limit": criteria.limit + 1,
    }
    if origin.is_computed:
        rows = await on_demand.rows(connection, origin.scope, period, "credits_page", values=values)
    else:
        identity = {"tenant_id": tenant_id, "model": version.model, "version": version.text}
        statement = statements.named("stored_credits_page")
        rows = (await connection.execute(statement, identity | period.values | values)).all()
    return rows[: criteria.limit], len(rows) > criteria.limit
