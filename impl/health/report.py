"""State of the service, derived from the results of the probes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from typing import Final, Literal, TypeAlias

from sqlalchemy.ext.asyncio import AsyncEngine

from impl.auth.keys.signing_keys import SigningKeys
from impl.health import checkup, probes
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
    """Everything that the health operations read."""

    live: Checkup
    ready: Checkup
    worker: Checkup
    """Whether a worker executes a queued job."""
    watch: PoolWatch
    traffic: Traffic
    queue: QueueProbe
    clock: Clock
    version: str
    started_at: float
    """Monotonic seconds at which the process started."""


def build(  # noqa: PLR0913  (each part is created elsewhere)
    *,
    engine: AsyncEngine,
    keys: SigningKeys,
    head: str,
    functions: Mapping[str, bytes],
    traffic: Traffic,
    clock: Clock,
    version: str,
    queue: Queue,
    keep_seconds: float = checkup.KEEP_SECONDS,
) -> Health:
    """Health of a process that uses `engine`; `head` is the newest revision of its schema, `functions` the
    SHA-256 of each function file.
    """
    watch, jobs = PoolWatch(engine, clock), QueueProbe(queue)
    ready: dict[str, Probe] = {
        DATABASE: partial(probes.database, engine),
        "migrations": probes.SchemaProbe(engine, head, functions).check,
        "write": partial(probes.write, engine),
        "row_security": partial(probes.row_security, engine),
        "settings_hook": partial(probes.settings_hook, engine),
        "secrets": partial(probes.secrets, keys),
        # The last one: if only the queue fails, requests still work, and the service is degraded but not unhealthy.
        QUEUE: jobs.check,
    }
    return Health(
        live=Checkup({"pool": partial(probes.pool, watch)}, clock, keep_seconds=keep_seconds),
        ready=Checkup(ready, clock, keep_seconds=keep_seconds),
        worker=Checkup(
            {"worker": partial(probes.worker, engine)},
            clock,
            limit_seconds=vitals.PROBE_SECONDS,
            keep_seconds=keep_seconds,
        ),
        watch=watch,
        traffic=traffic,
        queue=jobs,
        clock=clock,
        version=version,
        started_at=clock.monotonic(),
    )


@dataclass(frozen=True, slots=True)
class Report:
    """State of the service and of its parts."""

    overall: Overall
    database: State
    queue: State
    failed: str | None
    """The probe that failed."""
    query_latency_ms: float


async def report(health: Health) -> Report:
    """State of the service: unhealthy if a probe failed, degraded if only background jobs have a problem."""
    result = await health.ready.result()
    latency_ms = round(1000 * result.seconds.get(DATABASE, 0.0), 3)
    if result.failed not in {None, QUEUE}:
        database: State = "down" if result.failed == DATABASE else "up"
        return Report("unhealthy", database, "down", result.failed, latency_ms)
    queue = health.queue.state
    return Report("healthy" if queue == "up" else "degraded", "up", queue, None, latency_ms)
