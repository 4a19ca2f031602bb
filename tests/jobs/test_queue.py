"""Deferring: in the caller's transaction, for one tenant, with ids and nothing else."""

import json
from datetime import UTC, datetime
from uuid import UUID, uuid4

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from impl.db.transaction import tenant_transaction
from impl.jobs import queue, transactions
from impl.jobs.kinds import QUEUES, Kind, Requester

HELLO = Kind(name="tests.hello", queue="maintenance")
ALONE = Kind(name="tests.alone", is_tenants=False)


async def jobs(seer):
    return await seer.fetch("SELECT * FROM queue.pgqueuer ORDER BY id")


@pytest.mark.promise("P074")
async def test_the_job_commits_and_rolls_back_with_the_callers_transaction(api, tenant, seer):
    async with tenant_transaction(api, tenant) as connection:
        assert await queue.defer(connection, HELLO, tenant_id=tenant) is not None
        await connection.rollback()
    assert await jobs(seer) == []
    async with tenant_transaction(api, tenant) as connection:
        job_id = await queue.defer(connection, HELLO, tenant_id=tenant)
        assert await jobs(seer) == []
    (row,) = await jobs(seer)
    assert (row["id"], row["entrypoint"], row["status"]) == (job_id, "maintenance", "queued")


async def test_what_travels_with_a_job(api, tenant, seer):
    correlation, user = uuid4(), uuid4()
    requester = Requester(user_id=user, jti=uuid4(), family_id=uuid4(), issued_at=datetime.now(UTC))
    async with tenant_transaction(api, tenant) as connection:
        await queue.defer(
            connection, HELLO, tenant_id=str(tenant).upper(), requester=requester, correlation_id=correlation,
            arguments={"run_id": UUID(int=1), "full": True},
        )  # fmt: skip
    (row,) = await jobs(seer)
    headers = json.loads(row["headers"])
    assert (headers["tenant_id"], headers["user_id"]) == (str(tenant), str(user))
    assert headers["session"]["jti"] == str(requester.jti)
    assert (headers["job"], headers["correlation_id"]) == ("tests.hello", str(correlation))
    assert json.loads(row["payload"]) == {"run_id": str(UUID(int=1)), "full": True}


@pytest.mark.promise("P076")
@pytest.mark.parametrize("tenant_id", [None, "", "not-a-uuid", "{}"])
async def test_a_tenant_job_without_tenant_is_refused(api, tenant, tenant_id):
    async with tenant_transaction(api, tenant) as connection:
        with pytest.raises(ValueError, match="^tenant_id is required for tenant-scoped tasks$"):
            await queue.defer(connection, HELLO, tenant_id=tenant_id)


async def test_a_correlation_id_that_is_none_is_replaced(api, tenant, seer):
    async with tenant_transaction(api, tenant) as connection:
        await queue.defer(connection, HELLO, tenant_id=tenant, correlation_id="'; DROP TABLE")
    (row,) = await jobs(seer)
    UUID(json.loads(row["headers"])["correlation_id"])


@pytest.mark.parametrize(
    "arguments",
    [
        {"tenant_id": "x"},
        {"correlation_id": "x"},
        {"email": "x"},
        {"access_token": "x"},
        {"raw_payload": "x"},
        {"note": "mail someone@example.com"},
        {"note": "eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiIxIn0.c2ln"},
        {"note": "x" * 256},
        {"rows": [1, 2]},
        {"nested": {"a": 1}},
        {"Odd Name": 1},
    ],
)
async def test_arguments_are_ids_and_small_facts(api, tenant, arguments):
    async with tenant_transaction(api, tenant) as connection:
        with pytest.raises(ValueError):
            await queue.defer(connection, HELLO, tenant_id=tenant, arguments=arguments)


async def test_one_of_an_identity_waits_at_a_time(api, tenant, seer):
    async with tenant_transaction(api, tenant) as connection:
        first = await queue.defer(connection, HELLO, tenant_id=tenant, identity="window")
        assert await queue.defer(connection, HELLO, tenant_id=tenant, identity="window") is None
        other = await queue.defer(connection, HELLO, tenant_id=tenant, identity="another")
    assert [row["id"] for row in await jobs(seer)] == [first, other]


async def test_while_it_runs_the_next_one_may_wait(api, tenant, drain, seer):
    """What it is about may have changed since it looked."""
    runs, deferred = [], []

    async def run(work):
        runs.append(work.attempt)
        if not deferred:
            async with tenant_transaction(api, tenant) as connection:
                deferred.append(await queue.defer(connection, HELLO, tenant_id=tenant, identity="window"))

    async with tenant_transaction(api, tenant) as connection:
        await queue.defer(connection, HELLO, tenant_id=tenant, identity="window")
    await drain({HELLO.name: (HELLO, run)})
    assert deferred != [None]
    assert runs == [1, 1]


async def test_the_api_defers_for_its_own_tenant_only_and_sees_no_other_job(api, tenant, seer):
    other = await seer.fetchval("INSERT INTO tenants (name) VALUES ('Another shop') RETURNING id")
    async with tenant_transaction(api, tenant) as connection:
        with pytest.raises(DBAPIError, match="row-level security"):
            await queue.defer(connection, HELLO, tenant_id=other)
        await connection.rollback()
        await queue.defer(connection, HELLO, tenant_id=tenant)
    async with tenant_transaction(api, other) as connection:
        assert await connection.scalar(text("SELECT count(id) FROM queue.pgqueuer")) == 0
        for statement in ("SELECT payload FROM queue.pgqueuer", "UPDATE queue.pgqueuer SET priority = 9",
                          "DELETE FROM queue.pgqueuer", "SELECT * FROM queue.pgqueuer_log"):  # fmt: skip
            with pytest.raises(DBAPIError, match="permission denied"):
                await connection.execute(text(statement))
            await connection.rollback()


async def test_a_tenantless_job_is_the_workers_to_defer(api, work_engine, tenant, seer):
    async with transactions.tenantless(work_engine) as connection:
        assert await queue.defer(connection, ALONE) is not None
        with pytest.raises(ValueError, match="does not belong to a tenant"):
            await queue.defer(connection, ALONE, tenant_id=tenant)
    async with tenant_transaction(api, tenant) as connection:
        with pytest.raises(DBAPIError, match="row-level security"):
            await queue.defer(connection, ALONE)
        await connection.rollback()


@pytest.mark.promise("P075")
def test_there_are_four_queues_and_no_other():
    assert QUEUES == ("housekeeping", "maintenance", "llm", "attribution")
    with pytest.raises(ValueError, match="is not a queue"):
        Kind(name="tests.lost", queue="tenant-7")


async def test_no_trigger_notifies_on_the_receipt_path(seer):
    """A pending notification holds a lock of the whole cluster through the commit."""
    assert await seer.fetch("SELECT FROM pg_trigger WHERE tgrelid = 'queue.pgqueuer'::regclass") == []
