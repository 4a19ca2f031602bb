"""The worker process: runs jobs, dispatches schedules, and reports that it is alive.

It exits when its event loop is blocked, when it has run its share of jobs, and when the process that started it is gone; the
supervisor starts the next one. Its jobs are taken over by another worker when their lease expires.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import resource
import signal
import socket
import sys
import threading
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any, Final
from uuid import uuid4

import structlog
from pgqueuer.adapters.drivers.asyncpg import AsyncpgDriver
from pgqueuer.adapters.persistence.qb import QueryBuilderEnvironment, QueryQueueBuilder
from pgqueuer.adapters.persistence.queries import Queries
from pgqueuer.core.executors import EntrypointExecutorParameters
from pgqueuer.core.qm import QueueManager
from pgqueuer.domain.models import Job
from sqlalchemy.ext.asyncio import AsyncEngine

from impl import settings as settings_module
from impl.attribution import tasks as attribution_tasks
from impl.db import bootstrap, outage
from impl.db import engine as engines
from impl.db import url as urls
from impl.db.sealing import KeyRing
from impl.ingestion.dead_events import tasks as ingestion_tasks
from impl.ingestion.dead_events.reading import Reader
from impl.ingestion.deliveries import recounting, waiting
from impl.jobs import queue, schedules, upkeep, vitals
from impl.jobs.executor import JobExecutor, Registry
from impl.jobs.kinds import QUEUES
from impl.jobs.schedules import Schedule
from impl.kernel import background
from impl.kernel.errors import SkeldirError
from impl.platforms import registry as processors
from impl.settings import Role, Settings
from impl.telemetry import crashes, logging, metrics

log = structlog.get_logger()

SLOTS: Final = 8
"""Number of jobs that one process runs at once."""
POLL: Final = timedelta(seconds=1)
LEASE: Final = timedelta(seconds=60)
"""A job whose worker has been silent for this long is taken over. A process with a blocked event loop exits earlier, so that no
job is taken from a live worker."""
MAX_JOBS: Final = 100
MAX_RESIDENT_KB: Final = 250_000
SHUTDOWN_SECONDS: Final = 30.0
GOODBYE_SECONDS: Final = 5.0
"""How long the tasks beside the jobs may take to end before they are cancelled again."""
GAVE_UP: Final = 70

SWEEP_SCHEDULE: Final = Schedule(
    name="dead-event-retry-sweep",
    kind=ingestion_tasks.SWEEP,
    every=timedelta(minutes=1),
    lifetime=timedelta(seconds=60),
)


@dataclass
class Worker:
    """State of the process."""

    settings: Settings
    engine: AsyncEngine
    registry: Registry
    schedules: list[Schedule]
    worker_id: str = field(default_factory=lambda: f"{socket.gethostname()}-{os.getpid()}-{uuid4().hex[:8]}")
    stopping: asyncio.Event = field(default_factory=asyncio.Event)
    manager: QueueManager | None = None
    executed: int = 0
    is_recycled: bool = False
    """Whether another process takes its place at once."""
    ticked_at: float = field(default_factory=time.monotonic)


def registry(settings: Settings) -> Registry:
    """All jobs that a worker can run."""
    by_name = {processor.name: processor for processor in processors.PROCESSORS}
    reader = Reader(KeyRing(settings.key_ring()), by_name)
    return {
        **upkeep.registry(),
        **ingestion_tasks.registry(reader),
        **waiting.registry(by_name),
        **recounting.registry(by_name),
        **attribution_tasks.registry(),
    }


def due(settings: Settings) -> list[Schedule]:
    """All schedules, with a shorter period if the settings say so."""
    usual = [SWEEP_SCHEDULE, attribution_tasks.NIGHTLY, *upkeep.SCHEDULES]
    seconds = settings.schedule_seconds
    return usual if seconds is None else schedules.shortened(usual, timedelta(seconds=seconds))


async def run(settings: Settings, jobs: Registry | None = None, timetable: list[Schedule] | None = None) -> None:
    """Run jobs until a signal arrives or this process has run its share. `jobs` and `timetable` replace the usual ones."""
    settings.require(Role.WORKER)
    if settings.worker_metrics_port is not None:
        metrics.serve(settings.host, settings.worker_metrics_port)
    engine = engines.create(
        settings.secret("worker_database_url"), application_name="skeldir-worker", pool_size=SLOTS + 4
    )
    worker = Worker(settings, engine, jobs or registry(settings), due(settings) if timetable is None else timetable)
    loop = asyncio.get_running_loop()
    for signal_ in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(signal_, partial(_stop, worker))
    threading.Thread(target=_watch_the_loop, args=(worker,), daemon=True).start()
    log.info("worker_started", worker_id=worker.worker_id, queues=list(QUEUES), task_names=sorted(worker.registry))
    async with _beside(worker):
        await _work(worker)
    # The successor of a recycled worker needs seconds to start, in which readiness must not fail for lack of workers.
    if not worker.is_recycled:
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(GOODBYE_SECONDS):
                await vitals.leave(engine, worker.worker_id)
    await engine.dispose()
    log.info("worker_stopped", worker_id=worker.worker_id, executed=worker.executed)


def _stop(worker: Worker) -> None:
    """Take no new jobs, and exit when the running ones have ended."""
    if not worker.stopping.is_set():
        log.info("worker_stopping", worker_id=worker.worker_id, executed=worker.executed)
    worker.stopping.set()
    if worker.manager is not None:
        worker.manager.shutdown.set()


@contextlib.asynccontextmanager
async def _beside(worker: Worker) -> AsyncIterator[None]:
    """Tasks that run as long as the worker does. If one of them fails, the worker stops."""
    beside = [
        asyncio.create_task(schedules.run(worker.engine, worker.schedules)),
        asyncio.create_task(vitals.run(worker.engine, worker.worker_id)),
        asyncio.create_task(attribution_tasks.watch(worker.engine)),
        asyncio.create_task(_watch(worker)),
    ]
    for task in beside:
        # A worker without heartbeats counts as dead, and one without schedules does half its work: better a fresh process.
        task.add_done_callback(lambda _: _stop(worker))
    try:
        yield
    finally:
        await asyncio.gather(*(background.stop(task, patience_seconds=GOODBYE_SECONDS) for task in beside))
    errors = [error for task in beside if not task.cancelled() and (error := task.exception())]
    if errors:
        raise errors[0]


async def _work(worker: Worker) -> None:
    """Run jobs until the worker stops; while the database is unavailable, wait for it."""
    while not worker.stopping.is_set():
        try:
            await _take_jobs(worker)
        except (*outage.LOOP_FAILURES, RuntimeError) as error:
            # The library raises RuntimeError if its tables are missing, and a migration may be about to create them.
            log.warning("worker_waits_for_database", error_class=type(error).__name__, message=str(error))
            await asyncio.sleep(1)


async def _take_jobs(worker: Worker) -> None:
    """Run jobs over one connection, until it breaks or the worker stops."""
    connection: Any = await bootstrap.connect(urls.parse(worker.settings.secret("worker_database_url")))
    try:
        builder = QueryQueueBuilder(queue.SETTINGS)
        queries = Queries(AsyncpgDriver(connection), qbe=QueryBuilderEnvironment(queue.SETTINGS), qbq=builder)
        manager = worker.manager = QueueManager(queries, channel=queue.SETTINGS.channel)
        parameters = EntrypointExecutorParameters(concurrency_limit=0, func=_never, on_failure="hold")
        executor = JobExecutor(parameters, worker.engine, worker.registry, worker.worker_id, partial(_count, worker))
        for name in QUEUES:
            manager.register_executor(name, executor)
        if not worker.stopping.is_set():
            await manager.run(
                dequeue_timeout=POLL,
                batch_size=1,
                max_concurrent_tasks=SLOTS,
                heartbeat_timeout=LEASE,
                log_aggregation_interval=timedelta(0),
            )
    finally:
        worker.manager = None
        with contextlib.suppress(*outage.LOOP_FAILURES):
            await connection.close(timeout=5)


async def _never(job: Job) -> None:
    """Required by PgQueuer for each queue. Our executor looks up the function by the name of the job instead."""
    raise AssertionError(f"job {job.id} bypassed the executor")


def _count(worker: Worker) -> None:
    """Count one job, and stop the worker after its share of jobs or above its memory limit."""
    # A process that ends now and then gives back what its libraries leak.
    worker.executed += 1
    memory_kb = resident_kb()
    if worker.executed >= MAX_JOBS or memory_kb > MAX_RESIDENT_KB:
        log.info("worker_recycles", executed=worker.executed, resident_kb=memory_kb)
        worker.is_recycled = True
        _stop(worker)


def resident_kb() -> int:
    """Resident memory of this process, in KiB."""
    # The peak from getrusage is only the fallback: Linux includes in it the memory of the process that started this one.
    try:
        pages = int(Path("/proc/self/statm").read_text().split()[1])
    except FileNotFoundError:
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // (1024 if sys.platform == "darwin" else 1)
    return pages * resource.getpagesize() // 1024


async def _watch(worker: Worker) -> None:
    """Tick for the watchdog thread; stop when the parent process is gone; exit if stopping takes too long."""
    # Named by the supervisor: one that was killed while this process was still starting has left no trace in getppid().
    parent = worker.settings.supervisor_pid or os.getppid()
    stopping_since: float | None = None
    while True:
        worker.ticked_at = now = time.monotonic()
        # A killed supervisor cannot stop its workers, and they would go on beside those of the next supervisor.
        if os.getppid() != parent:
            _stop(worker)
        if worker.stopping.is_set():
            stopping_since = stopping_since or now
            if now - stopping_since > SHUTDOWN_SECONDS:
                log.warning("worker_leaves_jobs_behind", worker_id=worker.worker_id)
                os._exit(GAVE_UP)
        await asyncio.sleep(0.25)


def _watch_the_loop(worker: Worker) -> None:
    """Exit when the event loop is blocked. Runs in a thread of its own, because a blocked loop cannot notice it."""
    while True:
        time.sleep(0.5)
        blocked_seconds = time.monotonic() - worker.ticked_at
        if blocked_seconds > worker.settings.worker_stall_seconds:
            log.critical("worker_loop_stands_still", worker_id=worker.worker_id, seconds=round(blocked_seconds, 1))
            os._exit(GAVE_UP)


def main(jobs: Registry | None = None, timetable: list[Schedule] | None = None) -> None:
    """One worker process, configured by its environment. A known error is one line and exit code 2."""
    crashes.install()
    try:
        settings = settings_module.read()
        logging.configure(settings.log_level)
        asyncio.run(run(settings, jobs, timetable))
    except SkeldirError as error:
        print(f"skeldir worker: {error}", file=sys.stderr)  # noqa: T201 - the terminal is where this goes
        sys.exit(2)


if __name__ == "__main__":
    main()
