"""Dead events of causes that pass, so that trying again is right without force, and refused deliveries."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime
from typing import Final

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from impl.db.sealing import KeyRing
from impl.db.transaction import tenant_transaction
from impl.ingestion.deliveries import reject
from impl.ingestion.deliveries.delivery import Delivery, Rejection

COUNT: Final = 120
"""Enough for every retry, and for a second page."""
PASSING: Final = "network_error"


async def make(app: AsyncEngine, ring: KeyRing, tenant_id: uuid.UUID) -> None:
    """`COUNT` of them, as if the network had failed while their deliveries were read."""
    for number in range(COUNT):
        name = f"evt_dead_{number}"
        delivery = Delivery(
            id=uuid.uuid4(),
            tenant_id=tenant_id,
            processor="stripe",
            received_at=datetime.now(UTC),
            size_bytes=2,
            signature_scheme="stripe_v1",
            secret_version=1,
        )
        rejection = Rejection(
            code=PASSING,
            message="The network failed while this was read.",
            idempotency_key=uuid.uuid5(tenant_id, name),
            topic="charge.succeeded",
            processor_event_id=name,
            payload={"id": name, "type": "charge.succeeded"},
        )
        await reject.reject(app, ring, delivery, rejection)


async def refused_deliveries(app: AsyncEngine, tenant_id: uuid.UUID) -> None:
    """Deliveries that were refused for each reason there is: no run brings about all of them before it asks."""
    statement = text(
        "INSERT INTO webhook_refusals (tenant_id, processor, hour, reason, count, last_at)"
        " VALUES (:tenant_id, 'stripe', date_trunc('hour', now(), 'UTC'), :reason, 1, now())"
    )
    async with tenant_transaction(app, tenant_id) as connection:
        for reason in ("signature", "size", "rate", "unavailable"):
            await connection.execute(statement, {"tenant_id": tenant_id, "reason": reason})
