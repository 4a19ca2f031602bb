"""A worker process with jobs that misbehave; never registered in the product."""

import asyncio
import os
import signal
import time
from datetime import timedelta

from sqlalchemy import text

from impl import worker
from impl.jobs import transactions
from impl.jobs.kinds import Kind

LEASE_SECONDS = float(os.environ.get("TEST_LEASE_SECONDS", "2"))

EFFECT = Kind(name="tests.effect")
POISON = Kind(name="tests.poison")
RUNAWAY = Kind(name="tests.runaway")
SENTINEL = Kind(name="tests.sentinel")
SLOW = Kind(name="tests.slow")


async def mark(work, key):
    async with transactions.of_tenant(work) as connection:
        return await transactions.is_first(connection, work, key)


async def effect(work):
    """Has its effect in the transaction of its mark, and then is not done yet: whoever runs it first is killed here."""
    async with transactions.of_tenant(work) as connection:
        is_first = await transactions.is_first(connection, work, f"effect:{work.arguments['number']}")
        if is_first:
            insert = (
                "INSERT INTO privacy_audit (tenant_id, actor, action, object_kind, rows_affected)"
                " VALUES (:tenant, 'test', 'effect', 'x', :n)"
            )
            await connection.execute(text(insert), {"tenant": work.tenant, "n": work.arguments["number"]})
    if is_first:
        await asyncio.sleep(600)


async def poison(work):
    async with transactions.of_tenant(work) as connection:
        await transactions.is_first(connection, work, "poison")
        os.kill(os.getpid(), signal.SIGKILL)


async def runaway(work):
    while True:
        time.sleep(1)


async def sentinel(work):
    await mark(work, f"sentinel:{work.arguments['number']}")


async def slow(work):
    await mark(work, "slow:begun")
    await asyncio.sleep(1.5)
    await mark(work, "slow:done")


JOBS = {
    EFFECT.name: (EFFECT, effect),
    POISON.name: (POISON, poison),
    RUNAWAY.name: (RUNAWAY, runaway),
    SENTINEL.name: (SENTINEL, sentinel),
    SLOW.name: (SLOW, slow),
}

if __name__ == "__main__":
    worker.MAX_JOBS = int(os.environ.get("TEST_MAX_JOBS", worker.MAX_JOBS))
    worker.LEASE = timedelta(seconds=LEASE_SECONDS)
    worker.main(JOBS, [])
