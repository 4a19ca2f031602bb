"""Signs of life: workers say that they are there, and the API reads how the queue does."""

from __future__ import annotations

import asyncio
from typing import Final, Literal

import structlog
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from impl.db import outage
from impl.jobs import transactions

log = structlog.get_logger()

BEAT_SECONDS: Final = 10.0
SEEN_WITHIN_SECONDS: Final = 60.0
"""A worker that was not seen for longer is gone."""
OLDEST_DUE_SECONDS: Final = 300.0
"""A due job that waits for longer means that the workers do not keep up."""

_BEAT: Final = text(
    """
    INSERT INTO worker_heartbeats (worker_id, seen_at) VALUES (:worker_id, now())
    ON CONFLICT (worker_id) DO UPDATE SET seen_at = now()
    """
)
_LEAVE: Final = text("DELETE FROM worker_heartbeats WHERE worker_id = :worker_id OR seen_at < now() - INTERVAL '1 day'")
_STATE: Final = text("SELECT worker_seen_seconds, oldest_due_seconds FROM queue.state()")


async def beat(engine: AsyncEngine, worker_id: str) -> None:
    """Say every ten seconds that `worker_id` is alive, until cancelled; then say goodbye."""
    try:
        while True:
            try:
                await say(engine, worker_id)
            except outage.FAILURES as error:
                if not outage.is_outage(error):
                    raise
                log.warning("heartbeat_waits_for_database", error_class=type(error).__name__)
            await asyncio.sleep(BEAT_SECONDS)
    finally:
        await leave(engine, worker_id)


async def say(engine: AsyncEngine, worker_id: str) -> None:
    """`worker_id` is alive now."""
    async with transactions.tenantless(engine) as connection:
        await connection.execute(_BEAT, {"worker_id": worker_id})


async def leave(engine: AsyncEngine, worker_id: str) -> None:
    """`worker_id` stops. If that cannot be said any more, its silence says it within a minute."""
    try:
        async with transactions.tenantless(engine) as connection:
            await connection.execute(_LEAVE, {"worker_id": worker_id})
    except outage.FAILURES:
        log.info("heartbeat_not_removed")


async def state(engine: AsyncEngine) -> Literal["up", "degraded", "down"]:
    """`down` without a living worker, `degraded` when a due job waits too long; as any role that serves the API."""
    async with engine.connect() as connection:
        row = (await connection.execute(_STATE)).one()
    if row.worker_seen_seconds is None or row.worker_seen_seconds > SEEN_WITHIN_SECONDS:
        return "down"
    return "degraded" if row.oldest_due_seconds > OLDEST_DUE_SECONDS else "up"
