"""Dead events that can be tried again, retries of them in every state, and refused deliveries."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime
from typing import Any, Final

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from impl.db.sealing import KeyRing
from impl.db.transaction import tenant_transaction
from impl.ingestion.deliveries import reject
from impl.ingestion.deliveries.delivery import Delivery, Rejection

COUNT: Final = 120
"""Enough for every retry, and for a second page."""
PASSING: Final = "network_error"
"""Of those that are abandoned."""
REPAIRABLE: Final = "currency_mismatch"
"""Of those that are retried: with force, or with an amount."""


async def make(app: AsyncEngine, ring: KeyRing, tenant_id: uuid.UUID) -> None:
    """`COUNT` of each cause, as if it had come about while their deliveries were read."""
    for code in (PASSING, REPAIRABLE):
        await _make(app, ring, tenant_id, code)


async def _make(app: AsyncEngine, ring: KeyRing, tenant_id: uuid.UUID, code: str) -> None:
    for number in range(COUNT):
        name = f"evt_{code}_{number}"
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
            code=code,
            message="The network failed while this was read, or it is in another currency than its payment.",
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


STATES: Final = ("queued", "in_progress", "finished", "stalled")
"""Of retries; no worker runs beside the service under test, so none of them goes on."""


def retry_id(tenant_id: uuid.UUID, state: str) -> uuid.UUID:
    """The retry that is in this state."""
    return uuid.uuid5(tenant_id, f"retry {state}")


def seeds(tenant_id: uuid.UUID) -> list[dict[str, Any]]:
    """A look at each of those retries."""
    paths = (f"/api/events/retries/{retry_id(tenant_id, state)}" for state in STATES)
    return [{"operation": "getDeadEventRetry", "path": path} for path in paths]


async def retries(app: AsyncEngine, tenant_id: uuid.UUID) -> None:
    """A retry of many in each state, of dead events that there are none of any more."""
    statement = text(
        "INSERT INTO dead_event_retries (tenant_id, id, user_id, status, only_status, only_source, only_error_code, is_forced,"
        " selected, has_more, needs_force, without_content, retried, resolved, until_at, started_at, finished_at, updated_at)"
        " VALUES (:tenant_id, :id, :id, :status, 'abandoned', 'stripe', :error_code, true, 3, true, 1, 1, 2, 1, now(), now(),"
        " CASE WHEN :status = 'finished' THEN now() END, now() - make_interval(hours => :hours))"
    )
    async with tenant_transaction(app, tenant_id) as connection:
        for state in STATES:
            is_stalled = state == "stalled"
            values = {"status": "in_progress" if is_stalled else state, "hours": int(is_stalled)}
            values |= {"tenant_id": tenant_id, "id": retry_id(tenant_id, state), "error_code": f"only_{state}"}
            await connection.execute(statement, values)
