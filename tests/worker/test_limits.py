"""The numbers of the specification: what a worker may take, for how long, and when it gives up."""

import asyncio

import pytest

from impl import worker
from impl.jobs import executor, vitals
from impl.jobs.kinds import QUEUES, Kind
from impl.settings import Settings


@pytest.mark.promise("P075")
def test_queues_attempts_limits_and_shares_are_those_of_the_specification():
    kind = Kind(name="tests.any")
    assert QUEUES == ("housekeeping", "maintenance", "llm", "attribution")
    assert (kind.queue, kind.attempts, kind.soft_seconds, kind.hard_seconds) == ("housekeeping", 3, 300, 360)
    assert (worker.MAX_JOBS, worker.MAX_RESIDENT_KB, worker.SHUTDOWN_SECONDS) == (100, 250_000, 30)
    lease, poll = worker.LEASE.total_seconds(), worker.POLL.total_seconds()
    assert (lease, vitals.BEAT_SECONDS, poll) == (60, 10, 1)
    settings = Settings(environment="ci")
    assert (settings.database_pool_size, settings.database_pool_timeout_seconds) == (20, 5)
    assert settings.worker_stall_seconds < lease


@pytest.mark.parametrize(("attempt", "seconds"), [(1, 1), (2, 4), (3, 4)])
def test_pauses_before_further_attempts_grow_and_vary_by_a_quarter(attempt, seconds):
    pauses = {executor.backoff(attempt).total_seconds() for _ in range(100)}
    assert 0.75 * seconds <= min(pauses) <= max(pauses) <= 1.25 * seconds
    assert len(pauses) > 1


def test_every_schedule_of_what_there_is_stands_in_the_timetable():
    """Two more come with their features: provider-oauth-refresh-orchestration and reconciliation-sync."""
    made = {one.name: (one.every.total_seconds(), one.lifetime.total_seconds()) for one in worker.due(Settings())}
    assert made == {
        "refresh-matviews-every-5-min": (300, 300),
        "attribution-learned-models": (86400, 3600),
        "auth-denylist-gc": (600, 600),
        "dead-event-retry-sweep": (60, 60),
        "idempotency-key-gc": (86400, 3600),
        "enforce-data-retention": (86400, 3600),
        "pii-audit-scanner": (86400, 3600),
    }


async def test_a_worker_whose_supervisor_was_killed_while_it_started_stops(database):
    """It took init for its supervisor, and waited for its old database for ever (red team A9)."""
    settings = Settings(supervisor_pid=2**22 - 1, worker_database_url=database.dsn("app_worker"))
    orphan = worker.Worker(settings, None, {}, [])
    watching = asyncio.create_task(worker._watch(orphan))
    async with asyncio.timeout(30):
        await orphan.stopping.wait()
    watching.cancel()
