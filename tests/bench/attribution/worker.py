"""One recompute in a process of its own, as a worker's job does it, with what it took: printed as JSON.

`python -m tests.bench.attribution.worker URL TENANT START END MODEL`
"""

from __future__ import annotations

import asyncio
import json
import resource
import statistics
import sys
import time
import uuid
from datetime import datetime
from typing import Any, Final

from sqlalchemy import event, text
from sqlalchemy.ext.asyncio import AsyncEngine

from impl.attribution import recompute, tasks
from impl.attribution.pages import Place
from impl.attribution.recompute import Identity, Window
from impl.attribution.versions import ModelVersion
from impl.db import engine as engines
from impl.jobs import transactions
from impl.jobs.kinds import Work
from tests.bench.attribution import baseline

_PLACE: Final = text(
    "SELECT continue_after_at, continue_after_id FROM attribution_recompute_jobs WHERE tenant_id = :tenant_id"
    " AND window_start = :window_start AND window_end = :window_end AND model_type = :model AND model_version = :version"
)


async def run(engine: AsyncEngine, identity: Identity) -> bytes:
    """Run the job of `identity` with all its continuations; the digest of what is stored then."""
    work = Work(
        job_id=1, kind=tasks.RECOMPUTE, engine=engine, arguments={}, correlation_id=uuid.uuid4(), attempt=1,
        tenant=identity.tenant_id,
    )  # fmt: skip
    async with transactions.of_tenant(work) as connection:
        await recompute.request(connection, identity, work.correlation_id)
    after: Place | None = None
    while True:
        await tasks._recompute(work, identity, after)
        async with transactions.of_tenant(work) as connection:
            row = (await connection.execute(_PLACE, identity.values)).one()
            if row.continue_after_at is None:
                return bytes((await recompute.digest(connection, identity))["digest"])
        after = Place(row.continue_after_at, row.continue_after_id)


def watch(engine: AsyncEngine) -> list[float]:
    """Seconds of every statement from now on."""
    durations: list[float] = []
    begun: dict[int, float] = {}

    def before(connection: Any, *_: object) -> None:
        begun[id(connection)] = time.perf_counter()

    def after(connection: Any, *_: object) -> None:
        durations.append(time.perf_counter() - begun[id(connection)])

    event.listen(engine.sync_engine, "before_cursor_execute", before)
    event.listen(engine.sync_engine, "after_cursor_execute", after)
    return durations


async def main(url: str, tenant: str, start: str, end: str, model: str) -> dict[str, Any]:
    """What the recompute took."""
    baseline.install()
    engine = engines.create(url, application_name="bench", pool_size=1)
    durations = watch(engine)
    window = Window(datetime.fromisoformat(start), datetime.fromisoformat(end))
    identity = Identity(tenant_id=uuid.UUID(tenant), window=window, version=ModelVersion(model=model))
    begun, used = time.perf_counter(), time.process_time()
    digest = await run(engine, identity)
    seconds, cpu = time.perf_counter() - begun, time.process_time() - used
    await engine.dispose()
    return {
        "seconds": round(seconds, 3),
        "worker cpu": round(cpu, 3),
        "statements": len(durations),
        "p95 ms": round(statistics.quantiles(durations, n=20)[-1] * 1000, 1),
        "rss mb": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024, 1),
        "digest": digest.hex(),
    }


if __name__ == "__main__":
    print(json.dumps(asyncio.run(main(*sys.argv[1:]))))
