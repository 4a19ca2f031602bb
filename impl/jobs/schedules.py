"""Jobs that run on a schedule. Every worker checks the schedules; each due time is dispatched exactly once."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Final

import structlog
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from impl.db import outage
from impl.jobs import queue, transactions
from impl.jobs.kinds import Kind
from impl.telemetry import metrics

log = structlog.get_logger()

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_DAY: Final = timedelta(days=1)
LOOK_SECONDS: Final = 1.0

_NOW: Final = text("SELECT now()")
_CLAIM: Final = text(
    # The unique key elects the worker: the one that inserts the row dispatches the job.
    """
    INSERT INTO schedule_ticks (schedule_name, due_at) VALUES (:name, :due_at)
    ON CONFLICT (schedule_name, due_at) DO NOTHING
    """
)
_NAME_JOB: Final = text("UPDATE schedule_ticks SET job_id = :job_id WHERE schedule_name = :name AND due_at = :due_at")


@dataclass(frozen=True, slots=True, kw_only=True)
class Schedule:
    """When a kind of job is due: every `every`, counted from `offset` after midnight UTC."""

    name: str
    kind: Kind
    every: timedelta
    lifetime: timedelta
    """A due time missed by more than this is skipped, and a job that waits longer is dropped."""
    offset: timedelta = field(default=timedelta(0))

    def last_due(self, now: datetime) -> datetime:
        """The latest due time that is not after `now`."""
        return _EPOCH + self.offset + (now - _EPOCH - self.offset) // self.every * self.every


def daily(name: str, kind: Kind, *, hour: int) -> Schedule:
    """Once a day at `hour` UTC; skipped if it is an hour late."""
    return Schedule(name=name, kind=kind, every=_DAY, offset=timedelta(hours=hour), lifetime=timedelta(hours=1))


def shortened(schedules: Sequence[Schedule], every: timedelta) -> list[Schedule]:
    """The same schedules with the period `every`, for tests with real processes."""
    return [replace(one, every=every, offset=timedelta(0)) for one in schedules]


async def run(engine: AsyncEngine, schedules: Sequence[Schedule]) -> None:
    """Dispatch jobs as they become due, until cancelled. Pauses while the database is unavailable."""
    log.info("beat_schedule_loaded", scheduled_tasks=len(schedules), schedules=[one.name for one in schedules])
    handled: dict[str, datetime] = {}
    while True:
        try:
            await check(engine, schedules, handled)
        except outage.FAILURES as error:
            if not outage.is_outage(error):
                raise
            log.warning("scheduler_waits_for_database", error_class=type(error).__name__)
        await asyncio.sleep(LOOK_SECONDS)


async def check(engine: AsyncEngine, schedules: Sequence[Schedule], handled: dict[str, datetime]) -> int:
    """Dispatch the due times that are not in `handled` yet; returns how many this process dispatched."""
    # The clock of the database: workers on machines whose clocks differ must agree on the due time, which is the key.
    async with transactions.tenantless(engine) as connection:
        now: datetime = (await connection.execute(_NOW)).scalar_one()
    due = [(one, one.last_due(now)) for one in schedules]
    fresh = [(one, due_at) for one, due_at in due if handled.get(one.name) != due_at]
    dispatched = 0
    for schedule, due_at in fresh:
        dispatched += await _dispatch(engine, schedule, due_at, now)
        handled[schedule.name] = due_at
    return dispatched


async def _dispatch(engine: AsyncEngine, schedule: Schedule, due_at: datetime, now: datetime) -> bool:
    """Claim the due time and queue its job, both or neither. False if it is too late or another worker has claimed it."""
    if now - due_at > schedule.lifetime:
        metrics.SCHEDULE_SKIPPED.inc()
        return False
    instant = {"name": schedule.name, "due_at": due_at}
    async with transactions.tenantless(engine) as connection:
        if (await connection.execute(_CLAIM, instant)).rowcount == 0:
            return False
        job_id = await queue.defer(connection, schedule.kind, identity="schedule", lifetime=schedule.lifetime)
        await connection.execute(_NAME_JOB, instant | {"job_id": None if job_id is None else str(job_id)})
    log.info("Sending due task", schedule=schedule.name, task_name=schedule.kind.name, due_at=due_at.isoformat())
    return True
