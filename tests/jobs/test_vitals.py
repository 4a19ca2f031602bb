"""Workers say that they are there, and do a real job when asked for a sign of life."""

import asyncio

import pytest
from sqlalchemy import event, text
from sqlalchemy.exc import ProgrammingError

from impl.jobs import queue, upkeep, vitals
from impl.kernel import background, ids
from impl.telemetry import correlation


async def test_the_queue_is_up_with_a_worker_down_without_and_degraded_when_jobs_wait(api, work_engine, seer):
    assert await vitals.state(api) == "down"
    await vitals.beat(work_engine, "w1")
    assert await vitals.state(api) == "up"
    await seer.execute(
        "INSERT INTO queue.pgqueuer (priority, status, entrypoint, execute_after)"
        " VALUES (0, 'queued', 'llm', now() - interval '301 seconds')"
    )
    assert await vitals.state(api) == "degraded"
    await seer.execute("UPDATE worker_heartbeats SET seen_at = now() - interval '61 seconds'")
    assert await vitals.state(api) == "down"
    await vitals.leave(work_engine, "w1")
    assert await seer.fetch("SELECT FROM worker_heartbeats") == []


@pytest.fixture
def looks(api):
    """The task of each look at a job that is waited for."""
    seen = []

    def note(_connection, _cursor, statement, *_):
        if statement.startswith("SELECT status"):
            seen.append(asyncio.current_task())

    event.listen(api.sync_engine, "before_cursor_execute", note)
    return seen


async def waiting(seer, count):
    """Wait until `count` probes are in the queue."""
    while await seer.fetchval("SELECT count(*) FROM queue.pgqueuer") < count:
        await asyncio.sleep(0.01)


async def test_a_round_trip_ends_when_a_worker_has_done_the_job_and_not_before(api, seer, drain, looks):
    with correlation.bound(ids.new()):
        asked = asyncio.create_task(vitals.round_trip(api))
        sent = correlation.current()
    await waiting(seer, 1)
    row = await seer.fetchrow("SELECT entrypoint, headers::jsonb ->> 'correlation_id' AS said FROM queue.pgqueuer")
    assert tuple(row) == ("housekeeping", str(sent))
    while len(looks) < 3:
        assert not asked.done()
        await asyncio.sleep(0.01)
    await drain(upkeep.registry())
    assert await asked is True
    done = "SELECT count(*) FROM queue.pgqueuer_log WHERE status = 'successful'"
    assert await seer.fetchval(done) == 1


async def test_neighbours_who_ask_at_once_wait_for_the_same_job(api, seer, drain, looks):
    asked = [asyncio.create_task(vitals.round_trip(api)) for _ in range(4)]
    while len(set(looks)) < 4:
        await asyncio.sleep(0.01)
    assert await seer.fetchval("SELECT count(*) FROM queue.pgqueuer") == 1
    await drain(upkeep.registry())
    assert await asyncio.gather(*asked) == [True] * 4


async def test_a_probe_that_fails_says_so_and_one_that_nobody_waits_for_is_not_kept(api, seer, drain):
    asked = asyncio.create_task(vitals.round_trip(api))
    await waiting(seer, 1)
    await drain({})  # a worker of another version, which knows no such job
    assert await asked is False
    late = asyncio.create_task(vitals.round_trip(api))
    await waiting(seer, 2)
    await background.stop(late)
    await seer.execute("UPDATE queue.pgqueuer SET created = now() - interval '1 minute' WHERE status = 'queued'")
    await drain(upkeep.registry())
    assert await seer.fetchval("SELECT count(*) FROM queue.pgqueuer WHERE status <> 'failed'") == 0


async def test_of_jobs_without_tenant_the_api_may_put_in_the_probe_alone(api, seer):
    async with api.begin() as connection:
        assert await queue.defer(connection, vitals.PROBE) is not None
    for kind in (upkeep.PING, upkeep.RETENTION):
        async with api.connect() as connection:
            with pytest.raises(ProgrammingError, match="row-level security"):
                await queue.defer(connection, kind)
    await seer.execute('UPDATE queue.pgqueuer SET headers = headers || \'{"job": "other"}\'')
    async with api.connect() as connection:
        assert await connection.scalar(text("SELECT count(id) FROM queue.pgqueuer")) == 0
