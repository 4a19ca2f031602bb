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
    -- A fact that was taken back and counted again has two events; the repaired one is meant.
    SELECT object_id, shown_cents, currency, told_cents, told_currency, repaired_dead_event_id
    FROM attribution_events
    WHERE tenant_id = :tenant_id AND processor = :processor AND account = :account AND transaction_id = :sale
        AND repaired_dead_event_id IS NOT NULL AND shown_cents IS NOT NULL
    ORDER BY id
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
        repair=Repair(told=told, dead_event_id=row.repaired_dead_event_id),
    )
