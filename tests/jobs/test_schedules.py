"""Due instants: what they are, and that each is dispatched once however many workers look."""

import asyncio
from datetime import UTC, datetime, timedelta
from functools import partial

import pytest
import structlog

from impl import worker
from impl.db.history import FUNCTIONS
from impl.db.transaction import tenant_transaction
from impl.jobs import queue, schedules, transactions, upkeep
from impl.jobs.kinds import Kind
from impl.jobs.schedules import Schedule
from impl.telemetry import metrics
from tests.fixtures.locks import try_lock, view_lock

ALONE = Kind(name="tests.alone", is_tenants=False)
TICK = Schedule(name="tick", kind=ALONE, every=timedelta(seconds=60), lifetime=timedelta(seconds=60))


def at(hour, minute=0, second=0, day=21):
    return datetime(2026, 11, day, hour, minute, second, tzinfo=UTC)


@pytest.mark.promise("P126", "P127", "P128")
@pytest.mark.parametrize(
    ("name", "now", "due", "lifetime_seconds"),
    [
        ("refresh-matviews-every-5-min", at(9, 7, 30), at(9, 5), 300),
        ("auth-denylist-gc", at(9, 19, 59), at(9, 10), 600),
        ("dead-event-retry-sweep", at(9, 0, 59), at(9), 60),
        ("idempotency-key-gc", at(1, 59), at(2, day=20), 3600),
        ("enforce-data-retention", at(3), at(3), 3600),
        ("pii-audit-scanner", at(23), at(4), 3600),
    ],
)
def test_every_schedule_is_due_when_the_specification_says(name, now, due, lifetime_seconds):
    (schedule,) = [one for one in (worker.SWEEP_SCHEDULE, *upkeep.SCHEDULES) if one.name == name]
    assert schedule.last_due(now) == due
    assert schedule.lifetime == timedelta(seconds=lifetime_seconds)


@pytest.mark.promise("P130")
async def test_a_due_instant_is_dispatched_once_by_many_workers(work_engine, seer):
    counts = await asyncio.gather(*(schedules.check(work_engine, [TICK], {}) for _ in range(8)))
    assert sum(counts) == 1
    (tick,) = await seer.fetch("SELECT * FROM schedule_ticks")
    (job,) = await seer.fetch("SELECT * FROM queue.pgqueuer")
    assert tick["job_id"] == str(job["id"])


async def test_an_instant_missed_for_too_long_is_skipped_and_counted(work_engine, seer):
    missed = Schedule(name="missed", kind=ALONE, every=timedelta(days=1), lifetime=timedelta(microseconds=1))
    before = metrics.SCHEDULE_SKIPPED._value.get()
    assert await schedules.check(work_engine, [missed], {}) == 0
    assert metrics.SCHEDULE_SKIPPED._value.get() == before + 1
    assert await seer.fetch("SELECT FROM queue.pgqueuer") == []


async def test_what_this_worker_has_seen_is_not_asked_again(work_engine, seer):
    handled = {}
    assert await schedules.check(work_engine, [TICK], handled) == 1
    await seer.execute("DELETE FROM schedule_ticks")
    assert await schedules.check(work_engine, [TICK], handled) == 0


@pytest.mark.promise("P125", "P129")
async def test_loading_and_dispatching_are_logged(work_engine, seer):
    with structlog.testing.capture_logs() as lines:
        running = asyncio.create_task(schedules.run(work_engine, [TICK]))
        while not any(line["event"] == "Sending due task" for line in lines):
            assert not running.done()
            await asyncio.sleep(0.01)
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
    loaded, sent = lines[:2]
    assert (loaded["event"], loaded["scheduled_tasks"]) == ("beat_schedule_loaded", 1)
    assert (sent["schedule"], sent["task_name"]) == ("tick", "tests.alone")


async def test_every_schedule_and_every_upkeep_job_runs(work_engine, seer, drain):
    """Each statement of each job is one the worker's role may send."""
    for schedule in (worker.SWEEP_SCHEDULE, *upkeep.SCHEDULES):
        await schedules.check(work_engine, [schedules.shortened([schedule], timedelta(hours=1))[0]], {})
    assert await seer.fetchval("SELECT count(*) FROM queue.pgqueuer") >= 3
    async with transactions.tenantless(work_engine) as connection:
        for kind, _ in upkeep.registry().values():
            if not kind.is_tenants:
                await queue.defer(connection, kind)
    await drain(upkeep.registry() | {"events.retry_sweep": (worker.SWEEP_SCHEDULE.kind, _nothing)})
    assert await seer.fetch("SELECT job_name, error_message FROM worker_failed_jobs") == []
    views = await seer.fetch("SELECT view_name FROM matview_refreshes WHERE outcome = 'success'")
    assert len(views) == 5


@pytest.mark.promise("F02")
async def test_the_pulse_refreshes_a_view_once_for_all_and_not_again_while_it_is_fresh(work_engine, seer, drain):
    await seer.execute("DELETE FROM matview_refreshes")
    started = "SELECT view_name, started_at FROM matview_refreshes ORDER BY view_name"
    handled = []
    for _ in range(2):
        async with transactions.tenantless(work_engine) as connection:
            await queue.defer(connection, upkeep.VIEWS)
        await drain(upkeep.registry())
        handled.append(await seer.fetch(started))
    assert len(handled[0]) == 5
    assert handled[0] == handled[1]


@pytest.mark.promise("F07")
async def test_a_failing_step_of_retention_undoes_and_stops_no_other(work_engine, seer, drain, tenant):
    await seer.execute(
        "INSERT INTO error_reports (tenant_id, error_message, occurred_at, created_at)"
        " VALUES ($1, 'x', now(), now() - INTERVAL '31 days')",
        tenant,
    )
    steps = Kind(name="tests.steps", queue="maintenance", is_tenants=False, attempts=1)
    run = partial(upkeep._collect, ("retention.no_such_step", "retention.delete_error_reports"))
    async with transactions.tenantless(work_engine) as connection:
        await queue.defer(connection, steps)
    with structlog.testing.capture_logs() as lines:
        await drain({steps.name: (steps, run)})
    assert [line["function"] for line in lines if line["event"] == "collection_failed"] == ["retention.no_such_step"]
    assert await seer.fetchval("SELECT count(*) FROM error_reports") == 0
    (failed,) = await seer.fetch("SELECT job_name, error_message FROM worker_failed_jobs")
    assert failed["job_name"] == steps.name
    assert "no_such_step" in failed["error_message"]


@pytest.mark.promise("P124", "P131")
async def test_refreshes_that_tenants_ask_for_join_the_shared_one(api, work_engine, seer, tenant, drain):
    """While a refresh is under way elsewhere the job is skipped, and says so; afterwards it refreshes."""

    async def ask():
        async with tenant_transaction(api, tenant) as connection:
            wanted = {"tenant_id": tenant, "arguments": {"view_name": "mv_realtime_revenue"}}
            await queue.defer(connection, upkeep.REFRESH, **wanted)
        with structlog.testing.capture_logs() as lines:
            await drain(upkeep.registry())
        return [line["outcome"] for line in lines if line["event"] == "matview_refreshed"]

    async with work_engine.connect() as holder:
        assert await try_lock(holder, view_lock("mv_realtime_revenue"))
        assert await ask() == ["skipped_already_running"]
    assert await ask() == ["success"]


async def _nothing(work):
    pass


def test_every_step_of_retention_is_taken():
    assert {file.stem for file in FUNCTIONS.glob("retention/*.sql")} == set(upkeep._RETENTION_STEPS)
