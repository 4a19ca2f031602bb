"""Queue statistics as metrics of the API process, read from the database periodically because no single process knows them."""

from __future__ import annotations

import asyncio
import time
from typing import Final

import structlog
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from impl.db import outage
from impl.jobs.kinds import QUEUES
from impl.telemetry import metrics

log = structlog.get_logger()

REFRESH_SECONDS: Final = 15.0
STATES: Final = {"queued": "waiting", "picked": "running", "failed": "failed"}
"""States of the library, and the labels of the metric."""
_STATS: Final = text("SELECT queue, state, jobs, max_age_seconds FROM queue.stats()")


async def keep(engine: AsyncEngine, *, refresh_seconds: float = REFRESH_SECONDS) -> None:
    """Refresh every `refresh_seconds`, until cancelled. While the database is unavailable the last figures stay."""
    while True:
        try:
            await refresh(engine)
        except outage.LOOP_FAILURES as error:
            metrics.QUEUE_STATS_ERRORS.inc()
            log.warning("queue_stats_unavailable", error_class=type(error).__name__)
        await asyncio.sleep(refresh_seconds)


async def refresh(engine: AsyncEngine) -> None:
    """Read the figures once."""
    async with engine.connect() as connection:
        rows = (await connection.execute(_STATS)).all()
    by_state = {(row.queue, STATES.get(row.state)): row for row in rows}
    # Every queue and state is set, because a gauge that is not set keeps the figure of a queue that has emptied since.
    for queue in QUEUES:
        for state in STATES.values():
            row = by_state.get((queue, state))
            metrics.QUEUE_JOBS.labels(queue=queue, state=state).set(row.jobs if row else 0)
        waiting = by_state.get((queue, "waiting"))
        metrics.QUEUE_MAX_AGE_SECONDS.labels(queue=queue).set(waiting.max_age_seconds if waiting else 0)
    metrics.QUEUE_STATS_REFRESHED.set(time.time())
