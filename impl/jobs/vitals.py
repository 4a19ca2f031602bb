"""Heartbeats: workers report that they are alive, and the API reads the state of the queue."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Final, Literal

import structlog
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from impl.db import outage
from impl.jobs import queue, transactions
from impl.jobs.kinds import Kind
from impl.telemetry import correlation

log = structlog.get_logger()

BEAT_SECONDS: Final = 10.0
SEEN_WITHIN_SECONDS: Final = 60.0
"""A worker that has not reported for longer counts as dead. Six beats, so that a short outage of the database is forgiven."""
OLDEST_DUE_SECONDS: Final = 300.0
"""A due job that waits longer means that there are too few workers."""

PROBE: Final = Kind(name="health.probe", is_tenants=False, attempts=1)
"""Does nothing; that a worker executed it is the result."""
PROBE_SECONDS: Final = 15.0
"""Nobody waits longer for a probe, so no worker runs it later."""
_LOOK_SECONDS: Final = 0.1
_IDENTITY: Final = "round trip"

_BEAT: Final = text(
    """
    INSERT INTO worker_heartbeats (worker_id, seen_at) VALUES (:worker_id, now())
    ON CONFLICT (worker_id) DO UPDATE SET seen_at = now()
    """
)
_LEAVE: Final = text("DELETE FROM worker_heartbeats WHERE worker_id = :worker_id OR seen_at < now() - INTERVAL '1 day'")
_STATE: Final = text("SELECT worker_seen_seconds, oldest_due_seconds FROM queue.state()")
_WAITING: Final = text("SELECT id FROM queue.pgqueuer WHERE dedupe_key = :key AND status IN ('queued', 'picked')")
_STATUS: Final = text("SELECT status::text FROM queue.pgqueuer WHERE id = :job_id")


async def run(engine: AsyncEngine, worker_id: str) -> None:
    """Write a heartbeat of `worker_id` every ten seconds, until cancelled."""
    while True:
        try:
            await beat(engine, worker_id)
        except outage.FAILURES as error:
            # Without its database a worker has no jobs either; ending it would only add restarts to the outage.
            if not outage.is_outage(error):
                raise
            log.warning("heartbeat_waits_for_database", error_class=type(error).__name__)
        await asyncio.sleep(BEAT_SECONDS)


async def beat(engine: AsyncEngine, worker_id: str) -> None:
    """Write one heartbeat of `worker_id`."""
    async with transactions.tenantless(engine) as connection:
        await connection.execute(_BEAT, {"worker_id": worker_id})


async def leave(engine: AsyncEngine, worker_id: str) -> None:
    """Remove the heartbeat of `worker_id`. If that fails, the worker counts as dead within a minute anyway."""
    try:
        async with transactions.tenantless(engine) as connection:
            await connection.execute(_LEAVE, {"worker_id": worker_id})
    except outage.FAILURES:
        log.info("heartbeat_not_removed")


async def state(
    engine: AsyncEngine,
    *,
    seen_within_seconds: float = SEEN_WITHIN_SECONDS,
    oldest_due_seconds: float = OLDEST_DUE_SECONDS,
) -> Literal["up", "degraded", "down"]:
    """`down` without a live worker, `degraded` if a due job waits too long. Needs no other role than the API's."""
    async with engine.connect() as connection:
        row = (await connection.execute(_STATE)).one()
    if row.worker_seen_seconds is None or row.worker_seen_seconds > seen_within_seconds:
        return "down"
    return "degraded" if row.oldest_due_seconds > oldest_due_seconds else "up"


async def round_trip(engine: AsyncEngine) -> bool:
    """Queue a job and wait until a worker has executed it; False if it failed. The caller limits the wait."""
    job_id = await _probe(engine)
    while True:
        async with engine.connect() as connection:
            status = await connection.scalar(_STATUS, {"job_id": job_id})
        if status not in {"queued", "picked"}:
            # PgQueuer deletes a job that succeeded and keeps one that failed.
            return status is None
        await asyncio.sleep(_LOOK_SECONDS)


async def _probe(engine: AsyncEngine) -> int:
    """Id of a waiting probe: a new one, or the one that another process has just queued."""
    # In a loop, because the other process's probe may be done between the failed insert and the look-up of its id.
    while True:
        async with engine.begin() as connection:
            job_id = await queue.defer(
                connection,
                PROBE,
                correlation_id=correlation.current(),
                identity=_IDENTITY,
                lifetime=timedelta(seconds=PROBE_SECONDS),
            )
            key = {"key": queue.key(PROBE, None, _IDENTITY)}
            job_id = job_id or await connection.scalar(_WAITING, key)
        if job_id is not None:
            return job_id
