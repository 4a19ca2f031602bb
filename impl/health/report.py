"""How the service is doing, put together from what the probes found."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from typing import Final, Literal, TypeAlias

from sqlalchemy.ext.asyncio import AsyncEngine

from impl.auth.keys.signing_keys import SigningKeys
from impl.health import probes
from impl.health.checkup import Checkup, Probe
from impl.health.pool_watch import PoolWatch
from impl.health.probes import Queue, QueueProbe, State
from impl.jobs import vitals
from impl.kernel.clock import Clock
from impl.telemetry.traffic import Traffic

Overall: TypeAlias = Literal["healthy", "degraded", "unhealthy"]

DATABASE: Final = "database"
QUEUE: Final = "queue"


@dataclass(frozen=True, slots=True, kw_only=True)
class Health:
    """What the answers are made from."""

    live: Checkup
    ready: Checkup
    worker: Checkup
    """Whether a job that is put into the queue is done."""
    watch: PoolWatch
    traffic: Traffic
    queue: QueueProbe
    clock: Clock
    version: str
    started_at: float
    """Monotonic seconds at which the process started."""


def build(  # noqa: PLR0913  (each part is made elsewhere)
    *,
    engine: AsyncEngine,
    keys: SigningKeys,
    head: str,
    functions: Mapping[str, bytes],
    traffic: Traffic,
    clock: Clock,
    version: str,
    queue: Queue,
) -> Health:
    """Health of a process that uses `engine`; `head` is the newest revision of its schema, `functions` the
    SHA-256 of each function file.
    """
    watch, jobs = PoolWatch(engine, clock), QueueProbe(queue)
    ready: dict[str, Probe] = {
        DATABASE: partial(probes.database, engine),
        "migrations": partial(probes.migrations, engine, head, functions),
        "row_security": partial(probes.row_security, engine),
        "settings_hook": partial(probes.settings_hook, engine),
        "secrets": partial(probes.secrets, keys),
        QUEUE: jobs.look,  # the last: when it alone fails, the service works, though what it puts off waits
    }
    return Health(
        live=Checkup({"pool": partial(probes.pool, watch)}, clock),
        ready=Checkup(ready, clock),
        worker=Checkup({"worker": partial(probes.worker, engine)}, clock, limit_seconds=vitals.PROBE_SECONDS),
        watch=watch,
        traffic=traffic,
        queue=jobs,
        clock=clock,
        version=version,
        started_at=clock.monotonic(),
    )


@dataclass(frozen=True, slots=True)
class Report:
    """How the service is doing."""

    overall: Overall
    database: State
    queue: State
    failed: str | None
    """The probe that failed."""
    query_latency_ms: float


async def report(health: Health) -> Report:
    """How the service is doing: unhealthy when a probe failed, degraded when only jobs do not run as they should."""
    found = await health.ready.finding()
    latency_ms = round(1000 * found.seconds.get(DATABASE, 0.0), 3)
    if found.failed not in {None, QUEUE}:
        database: State = "down" if found.failed == DATABASE else "up"
        return Report("unhealthy", database, "down", found.failed, latency_ms)
    queue = health.queue.seen
    return Report("healthy" if queue == "up" else "degraded", "up", queue, None, latency_ms)
