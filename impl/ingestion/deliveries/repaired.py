"""Amounts that managers have given for facts of a sale, where a body tells the fact again and cannot be read without them."""

from __future__ import annotations

import uuid
from typing import Any, Final

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from impl.db.transaction import tenant_transaction
from impl.ingestion.deliveries import concurrency
from impl.ingestion.deliveries.delivery import Delivery
from impl.kernel.facts import KnownRepair, Repair
from impl.kernel.money import Currency, Money

_OF_SALE: Final = text("""
    -- A fact that was recorded before its capture and taken back has two events, of which the repaired one counts.
    SELECT e.object_id, e.shown_cents, e.currency, e.told_cents, e.told_currency, e.repaired_dead_event_id,
        r.idempotency_key AS refused_key
    FROM attribution_events e
    LEFT JOIN attribution_events r ON r.tenant_id = e.tenant_id AND r.processor = e.processor AND r.account = e.account
        AND r.transaction_id = e.transaction_id AND r.object_id = e.object_id AND r.shown_kind = e.shown_kind
        AND r.repaired_dead_event_id IS NULL AND (r.shown_cents, r.currency) = (e.told_cents, e.told_currency)
    WHERE e.tenant_id = :tenant_id AND e.processor = :processor AND e.account = :account AND e.transaction_id = :sale
        AND e.repaired_dead_event_id IS NOT NULL AND e.shown_cents IS NOT NULL
    ORDER BY e.id
""")


async def of_delivery(engine: AsyncEngine, delivery: Delivery, sale: str) -> tuple[KnownRepair, ...]:
    """The repairs of the sale that the delivery is about."""
    async with concurrency.connection_budget(engine), tenant_transaction(engine, delivery.tenant_id) as connection:
        return await of_sale(connection, delivery.tenant_id, delivery.processor, delivery.account, sale)


async def of_sale(
    connection: AsyncConnection, tenant_id: uuid.UUID, processor: str, account: str, sale: str
) -> tuple[KnownRepair, ...]:
    """The repairs of a sale."""
    values = {"tenant_id": tenant_id, "processor": processor, "account": account, "sale": sale}
    return tuple(_repair(row) for row in await connection.execute(_OF_SALE, values))


def _repair(row: Any) -> KnownRepair:
    told = Money(row.told_cents, Currency(row.told_currency))
    return KnownRepair(
        object_id=row.object_id,
        money=Money(row.shown_cents, Currency(row.currency)),
        repair=Repair(
            told=told,
            dead_event_id=row.repaired_dead_event_id,
            refused_key=uuid.UUID(row.refused_key) if row.refused_key else None,
        ),
    )
