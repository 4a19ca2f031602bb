"""Authentic deliveries of a tenant with their outcome, newest first: what a merchant looks at after connecting a processor."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from impl.kernel import sql
from impl.kernel.cursor import Position

_PAGE: Final = text(
    # The events are joined to the rows of the page, never the other way round: the page has an index in its own order.
    """
    SELECT d.*, e.revenue_cents AS amount_cents, e.currency
      FROM (
            SELECT id, processor, topic, processor_event_id, outcome, account, secret_label, received_at, event_id, dead_event_id
              FROM webhook_deliveries
             WHERE tenant_id = :tenant_id
               AND (CAST(:processor AS text) IS NULL OR processor = :processor)
               AND (CAST(:before_at AS timestamptz) IS NULL
                    OR received_at <= :before_at AND (received_at, id) < (:before_at, CAST(:before_id AS uuid)))
             ORDER BY received_at DESC, id DESC
             LIMIT :limit
           ) d
      LEFT JOIN attribution_events e ON e.tenant_id = :tenant_id AND e.id = d.event_id
     ORDER BY d.received_at DESC, d.id DESC
    """
)


@dataclass(frozen=True, slots=True)
class ListedDelivery:
    """One delivery as it is listed."""

    id: UUID
    processor: str
    topic: str
    processor_event_id: str
    outcome: str
    account: str
    secret_label: str | None
    """None for deliveries of before secrets had labels."""
    received_at: datetime
    event_id: UUID | None
    dead_event_id: UUID | None
    amount_cents: int | None
    """Of the event, which its currency goes with."""
    currency: str | None


async def page(
    connection: AsyncConnection, tenant_id: UUID, processor: str | None, *, after: Position | None, limit: int
) -> tuple[Sequence[ListedDelivery], bool]:
    """At most `limit` deliveries, newest first, starting after `after`, and whether there are more."""
    values = {
        "tenant_id": tenant_id,
        "processor": sql.storable(processor),
        "before_at": after.at if after else None,
        "before_id": after.id if after else None,
        "limit": limit + 1,
    }
    rows = (await connection.execute(_PAGE, values)).mappings().all()
    return [ListedDelivery(**row) for row in rows[:limit]], len(rows) > limit
