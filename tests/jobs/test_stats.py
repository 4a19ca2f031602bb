"""`impl.jobs.stats`: the API tells how the queues do, in numbers and for every queue."""

import asyncio

from impl.db.transaction import tenant_transaction
from impl.jobs import queue, stats
from impl.jobs.kinds import QUEUES, Kind
from impl.kernel import background
from impl.telemetry import metrics

HELLO = Kind(name="tests.hello", queue="maintenance")


async def test_the_figures_are_those_of_the_queue(api, tenant, seer):
    async with tenant_transaction(api, tenant) as connection:
        for _ in range(3):
            await queue.defer(connection, HELLO, tenant_id=tenant)
    await seer.execute("UPDATE queue.pgqueuer SET status = 'failed' WHERE id = (SELECT min(id) FROM queue.pgqueuer)")
    await seer.execute("UPDATE queue.pgqueuer SET execute_after = now() - INTERVAL '1 hour' WHERE status = 'queued'")
    await stats.refresh(api)
    read = metrics.REGISTRY.get_sample_value
    found = {
        (one, state): read("queue_jobs", {"queue": one, "state": state})
        for one in QUEUES
        for state in stats.STATES.values()
    }
    assert {key: jobs for key, jobs in found.items() if jobs} == {
        ("maintenance", "waiting"): 2,
        ("maintenance", "failed"): 1,
    }
    assert None not in found.values()
    assert 3600 <= read("queue_max_age_seconds", {"queue": "maintenance"}) < 3900
    assert read("queue_max_age_seconds", {"queue": "llm"}) == 0
    assert read("queue_stats_last_refresh_timestamp_seconds") > 0


async def test_while_the_database_is_away_the_errors_are_counted(api, monkeypatch):
    asked = []

    async def away(engine):
        asked.append(engine)
        raise OSError("nobody answers")

    monkeypatch.setattr(stats, "refresh", away)
    before = metrics.QUEUE_STATS_ERRORS._value.get()
    keeping = asyncio.create_task(stats.keep(api, refresh_seconds=0))
    while len(asked) < 3:
        await asyncio.sleep(0)
    await background.stop(keeping)
    assert metrics.QUEUE_STATS_ERRORS._value.get() == before + len(asked)
