"""Dead events to try again and to give up: of causes that pass, so that trying again is right without force."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime
from typing import Final

from sqlalchemy.ext.asyncio import AsyncEngine

from impl.db.sealing import KeyRing
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
