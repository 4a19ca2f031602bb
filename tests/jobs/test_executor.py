"""Jobs from the queue to their end: bound to their tenant, tried three times, kept when they failed."""

import asyncio
import json
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import pytest
import structlog
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from impl.db.errors import DatabaseUnreachableError
from impl.db.transaction import tenant_transaction
from impl.jobs import executor, failures, queue, transactions
from impl.jobs.kinds import Kind, Requester, Work
from impl.telemetry import correlation

HELLO = Kind(name="tests.hello")
ALONE = Kind(name="tests.alone", is_tenants=False)
SETTINGS = text(
    "SELECT current_setting('app.current_tenant_id', true), current_setting('app.current_user_id', true),"
    " current_setting('app.execution_context', true), session_user::text"
)


LOGGED = "SELECT traceback::text FROM queue.pgqueuer_log WHERE job_id = $1 AND traceback IS NOT NULL"


async def defer(api, tenant, kind=HELLO, **how):
    async with tenant_transaction(api, tenant) as connection:
        return await queue.defer(connection, kind, tenant_id=tenant, **how)


async def failed(seer):
    return [dict(row) for row in await seer.fetch("SELECT * FROM worker_failed_jobs")]


async def left(seer):
    return await seer.fetch("SELECT status::text FROM queue.pgqueuer")


def requester_of(user):
    return Requester(user_id=user, jti=uuid4(), family_id=uuid4(), issued_at=datetime.now(UTC))


@pytest.mark.promise("P077", "P081")
async def test_every_transaction_of_a_job_is_bound_to_its_tenant(api, tenant, drain, seer):
    """Also the second one, and also after a commit in between; as the worker's own login."""
    seen, user = [], uuid4()

    async def run(work):
        for _ in range(2):
            async with transactions.of_tenant(work) as connection:
                seen.append(tuple((await connection.execute(SETTINGS)).one()))
                await connection.commit()
                seen.append(tuple((await connection.execute(SETTINGS)).one()))

    await defer(api, tenant, requester=requester_of(user))
    await drain({HELLO.name: (HELLO, run)})
    assert seen == [(str(tenant), str(user), "worker", "app_worker")] * 4
    assert await left(seer) == []


@pytest.mark.promise("P081")
@pytest.mark.parametrize("taken_back", ["token", "session", "cutoff", "nothing"])
async def test_a_job_asked_for_in_a_session_that_was_taken_back_does_nothing(api, tenant, drain, seer, taken_back):
    """Like a request with the same token: refused before any write, not tried again, and kept as failed."""
    requester, ran = requester_of(uuid4()), []

    async def run(work):
        ran.append(work.user_id)

    await defer(api, tenant, requester=requester)
    deny = "INSERT INTO auth_access_token_denylist (tenant_id, user_id, jti, expires_at) VALUES ($1, $2, $3, now())"
    cut = "INSERT INTO auth_user_token_cutoffs (tenant_id, user_id, tokens_invalid_before) VALUES ($1, $2, $3)"
    match taken_back:
        case "token":
            await seer.execute(deny, tenant, requester.user_id, requester.jti)
        case "session":
            await seer.execute(deny, tenant, requester.user_id, requester.family_id)
        case "cutoff":
            await seer.execute(cut, tenant, requester.user_id, requester.issued_at)
        case _:
            await seer.execute(deny, tenant, uuid4(), requester.jti)  # somebody else's
            await seer.execute(cut, tenant, requester.user_id, requester.issued_at - timedelta(milliseconds=1))
    await drain({HELLO.name: (HELLO, run)})
    failed = [row[0] for row in await seer.fetch("SELECT exception_class FROM worker_failed_jobs")]
    assert (ran, failed) == (([requester.user_id], []) if taken_back == "nothing" else ([], ["SessionEnded"]))


@pytest.mark.promise("P078")
async def test_nothing_of_a_job_is_seen_by_the_next_one(api, tenant, drain):
    seen = []

    async def leaky(work):
        async with transactions.of_tenant(work) as connection:
            await connection.execute(text("SELECT 1"))
        correlation.note(leaked="yes")

    async def next_(work):
        async with work.engine.begin() as connection:
            seen.append((await connection.execute(SETTINGS)).one()[:3])
        seen.append(correlation.fields())

    await defer(api, tenant)
    await drain({HELLO.name: (HELLO, leaky)})
    await defer(api, tenant)
    await drain({HELLO.name: (HELLO, next_)})
    assert all(not value for value in seen[0])
    assert "leaked" not in seen[1]
    assert correlation.fields() == {}


@pytest.mark.promise("P082")
async def test_without_the_tenant_a_worker_sees_and_writes_nothing(api, tenant, drain, seer):
    found = []
    insert = "INSERT INTO worker_side_effects (tenant_id, job_id, effect_key) VALUES (:tenant, '1', 'x')"

    async def run(work):
        async with transactions.tenantless(work.engine) as connection:
            found.append(await connection.scalar(text("SELECT count(*) FROM tenants")))
            await connection.execute(text(insert), {"tenant": tenant})

    await defer(api, tenant)
    await drain({HELLO.name: (HELLO, run)})
    assert set(found) == {0}
    (row,) = await failed(seer)
    assert "row-level security" in row["error_message"]
    assert await seer.fetchval("SELECT count(*) FROM worker_side_effects") == 0


@pytest.mark.promise("P083")
@pytest.mark.parametrize(
    "table", ["attribution_events", "touches", "dead_events", "revenue_ledger", "webhook_deliveries"]
)
async def test_a_worker_cannot_write_ingestion_tables(work_engine, tenant, table):
    for statement in (f"DELETE FROM {table}", f"UPDATE {table} SET created_at = now()"):
        async with tenant_transaction(work_engine, tenant, execution_context="worker") as connection:
            with pytest.raises(DBAPIError) as refused:
                await connection.execute(text(statement))
            assert refused.value.orig.sqlstate == "42501"
            await connection.rollback()


@pytest.mark.promise("P079", "P080", "Q05")
async def test_a_failing_job_is_tried_three_times_and_kept(api, tenant, drain, seer):
    correlation, attempts = uuid4(), []

    async def run(work):
        attempts.append((work.attempt, work.correlation_id))
        raise ValueError("the token sk_live_12345678 of someone@example.com is\0 wrong")

    job_id = await defer(
        api, tenant, correlation_id=correlation, arguments={"dead_event_id": UUID(int=7), "note": "a\0b"}
    )
    await drain({HELLO.name: (HELLO, run)})
    assert attempts == [(1, correlation), (2, correlation), (3, correlation)]
    (row,) = await failed(seer)
    assert (row["tenant_id"], row["correlation_id"], row["job_name"]) == (tenant, correlation, "tests.hello")
    assert (row["error_type"], row["exception_class"], row["retry_count"]) == ("validation_error", "ValueError", 2)
    assert (row["status"], row["queue"], row["job_id"]) == ("pending", "housekeeping", str(job_id))
    assert row["id"] == failures.failure_id(job_id, HELLO.name)
    assert json.loads(row["arguments"]) == {"dead_event_id": str(UUID(int=7)), "note": "a\ufffdb"}
    for secret in ("sk_live", "example.com"):
        assert secret not in row["error_message"] + row["traceback"]
    assert len(row["traceback"]) <= 2000
    assert [line[0] for line in await left(seer)] == ["failed"]
    logged = [line[0] for line in await seer.fetch(LOGGED, job_id)]
    assert ["ValueError" in line for line in logged] == [True] * 3  # each attempt has a line there
    for secret in ("sk_live", "example.com"):
        assert not [line for line in logged if secret in line]


async def test_a_job_that_passes_at_the_second_attempt_leaves_nothing(api, tenant, drain, seer):
    attempts = []

    async def run(work):
        attempts.append(work.attempt)
        if work.attempt == 1:
            raise OSError("away")

    await defer(api, tenant)
    await drain({HELLO.name: (HELLO, run)})
    assert attempts == [1, 2]
    assert await failed(seer) == []


@pytest.mark.parametrize(
    ("error", "kind"),
    [
        (RuntimeError("?"), "unknown"),
        (failures.KilledTooOften("x"), "application_error"),
        (TypeError("x"), "validation_error"),
        (DBAPIError("SELECT 1", {}, Exception("x")), "database_error"),
    ],
)
def test_failures_have_a_class(error, kind):
    assert failures.kind_of(error) == kind


@pytest.mark.promise("Q05")
async def test_a_job_that_kills_its_worker_ends_after_three_attempts_without_effect(api, tenant, drain, seer):
    """What kills leave behind: a job that began, again and again, and never came to an end."""
    ran = []

    async def run(work):
        ran.append(work)

    job_id = await defer(api, tenant)
    starts = "UPDATE queue.pgqueuer SET headers = headers || '{\"starts\": 3}' WHERE id = $1"
    await seer.execute(starts, job_id)
    await drain({HELLO.name: (HELLO, run)})
    assert ran == []
    (row,) = await failed(seer)
    assert row["exception_class"] == "KilledTooOften"


async def test_suspects_run_one_after_the_other_and_the_others_beside_them(api, tenant, drain, seer):
    """Jobs that were running when a worker was killed: the guilty one must not take the innocent ones along again."""
    running, most = [], []

    async def run(work):
        running.append(work.attempt)
        most.append(running.count(2))
        await asyncio.sleep(0.05)
        running.remove(work.attempt)

    for _ in range(4):
        await defer(api, tenant)
    await seer.execute("UPDATE queue.pgqueuer SET headers = headers || '{\"starts\": 1}'")
    for _ in range(4):
        await defer(api, tenant)
    await drain({HELLO.name: (HELLO, run)})
    assert (len(most), max(most)) == (8, 1)


@pytest.mark.promise("Q11")
async def test_a_job_that_takes_too_long_is_cancelled_and_others_go_on(api, tenant, drain, seer):
    slow, quick = Kind(name="tests.slow", attempts=1, soft_seconds=0.3, hard_seconds=5), []

    async def crawl(work):
        await asyncio.sleep(60)

    async def hop(work):
        quick.append(1)

    await defer(api, tenant, slow)
    for _ in range(10):
        await defer(api, tenant)
    await drain({slow.name: (slow, crawl), HELLO.name: (HELLO, hop)})
    assert len(quick) == 10
    (row,) = await failed(seer)
    assert (row["exception_class"], row["error_message"]) == ("TimeoutError", "the job took longer than 0.3 s")


@pytest.fixture
def alone(work_engine):
    return Work(job_id=1, kind=ALONE, engine=work_engine, arguments={}, correlation_id=uuid4(), attempt=1)


async def test_a_job_whose_worker_is_told_to_end_has_put_things_in_order_when_the_worker_goes_on(alone, monkeypatch):
    """What it stands on goes next; a driver that is busy may swallow the first cancellation."""
    monkeypatch.setattr(executor, "_CANCEL_AGAIN_SECONDS", 0.05)
    begun, said = asyncio.Event(), []

    async def run(work):
        for _ in range(2):
            try:
                begun.set()
                await asyncio.sleep(60)
            except asyncio.CancelledError:
                said.append("told")
        await asyncio.sleep(0)
        said.append("in order")
        raise ValueError("nobody is to read about jane@shop.example")

    waiting = asyncio.create_task(executor._within_limits(alone, run))
    await begun.wait()
    waiting.cancel()
    await asyncio.wait({waiting})
    assert (waiting.cancelled(), said) == (True, ["told", "told", "in order"])


async def test_a_job_that_gives_itself_up_is_a_failed_attempt(api, tenant, drain, seer):
    async def run(work):
        raise asyncio.CancelledError

    await defer(api, tenant)
    await drain({HELLO.name: (HELLO, run)})
    (row,) = await failed(seer)
    assert (row["exception_class"], row["retry_count"]) == ("JobCancelled", 2)


async def test_a_failure_that_cannot_be_kept_is_logged_and_tells_the_queue_nothing(
    api, tenant, drain, seer, monkeypatch
):
    async def run(work):
        raise ValueError("about jane@shop.example")

    async def lose(*_):
        raise RuntimeError("the table is gone")

    monkeypatch.setattr(failures, "record", lose)
    job_id = await defer(api, tenant)
    with structlog.testing.capture_logs() as lines:
        await drain({HELLO.name: (HELLO, run)})
    assert [line["error_class"] for line in lines if line["event"] == "job_failure_not_kept"] == ["RuntimeError"]
    logged = [line[0] for line in await seer.fetch(LOGGED, job_id)]
    assert len(logged) == 3
    assert not [line for line in logged if "jane" in line or "table" in line]


async def test_a_failure_that_the_database_cannot_take_now_is_kept_later(api, tenant, drain, seer, monkeypatch):
    record, lost = failures.record, []

    async def once_away(*how):
        if not lost:
            lost.append(1)
            raise DatabaseUnreachableError("the database is away")
        await record(*how)

    async def run(work):
        raise ValueError("no")

    monkeypatch.setattr(failures, "record", once_away)
    await defer(api, tenant)
    await drain({HELLO.name: (HELLO, run)})
    (row,) = await failed(seer)
    assert (lost, row["exception_class"]) == ([1], "KilledTooOften")


@pytest.mark.promise("Q06")
async def test_an_effect_happens_once_however_often_the_job_runs(api, tenant, drain, seer):
    async def run(work):
        async with transactions.of_tenant(work) as connection:
            if await transactions.is_first(connection, work, "hello:1"):
                await connection.execute(
                    text(
                        "INSERT INTO privacy_audit (tenant_id, actor, action, object_kind,"
                        " rows_affected) VALUES (:t, 'test', 'hello', 'x', 1)"
                    ),
                    {"t": work.tenant},
                )
        if work.attempt < 3:
            raise OSError("killed after the commit, before the job was acknowledged")

    await defer(api, tenant)
    await drain({HELLO.name: (HELLO, run)})
    assert await seer.fetchval("SELECT count(*) FROM privacy_audit WHERE tenant_id = $1", tenant) == 1


async def test_a_job_nobody_knows_is_kept_as_failed_at_once(api, tenant, drain, seer):
    await defer(api, tenant)
    await drain({})
    (row,) = await failed(seer)
    assert (row["exception_class"], row["retry_count"]) == ("UnknownJob", 0)


async def test_a_failure_of_a_tenant_that_is_gone_is_kept_without_it(api, tenant, drain, seer):
    gone = uuid4()

    async def run(work):
        raise RuntimeError("nobody there")

    await defer(api, gone)
    await drain({HELLO.name: (HELLO, run)})
    (row,) = await failed(seer)
    assert row["tenant_id"] is None


async def test_what_waited_too_long_is_dropped(work_engine, drain, seer):
    ran = []

    async def run(work):
        ran.append(work)

    async with transactions.tenantless(work_engine) as connection:
        await queue.defer(connection, ALONE, lifetime=timedelta(seconds=-1))
        await queue.defer(connection, ALONE, lifetime=timedelta(seconds=60))
    await drain({ALONE.name: (ALONE, run)})
    assert len(ran) == 1
    assert await left(seer) == []


@pytest.mark.promise("F11")
async def test_a_job_that_fails_again_is_one_failure_the_newer(work_engine, tenant, seer):
    """Its key is made of the job, so a second row would collide; the newer failure is pending again."""
    work = Work(
        job_id=7, kind=HELLO, engine=work_engine, arguments={}, correlation_id=uuid4(), attempt=3, tenant=tenant
    )
    await failures.record(work, ValueError("first"), "one")
    await seer.execute("UPDATE worker_failed_jobs SET status = 'resolved', resolved_at = now()")
    await failures.record(work, ValueError("second"), "two")
    (row,) = await failed(seer)
    assert (row["error_message"], row["worker"], row["status"], row["resolved_at"]) == (
        "second",
        "two",
        "pending",
        None,
    )
