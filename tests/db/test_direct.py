"""`impl.db.direct`: fails like a statement through SQLAlchemy does, and never gives a broken connection to the next."""

import asyncio

import pytest
from sqlalchemy.exc import DBAPIError, IntegrityError

from impl.db import bootstrap, direct, outage
from impl.db import engine as engines


@pytest.fixture
async def one(database):
    """An engine with a single connection, so that a broken one would be taken again."""
    engine = engines.create(database.url("app_user"), pool_size=1)
    yield engine
    await engine.dispose()


async def test_it_answers_a_row_or_none(one):
    assert (await direct.fetch_row(one, "SELECT $1::int + 1 AS next", 41))["next"] == 42
    assert await direct.fetch_row(one, "SELECT 1 WHERE $1::int = 2", 1) is None


async def test_a_broken_rule_is_an_integrity_error_and_no_outage(database):
    engine = engines.create(database.url("migration_owner"), pool_size=1)
    with pytest.raises(IntegrityError) as caught:
        await direct.fetch_row(engine, "INSERT INTO channel_taxonomy (code) VALUES ($1)", "a new one")
    assert not outage.is_outage(caught.value)
    assert (await direct.fetch_row(engine, "SELECT 1 AS it"))["it"] == 1
    await engine.dispose()


async def test_a_connection_that_is_ended_under_a_statement_is_an_outage_and_replaced(one, database):
    admin = await bootstrap.connect(database.url())
    for _ in range(20):
        pid = (await direct.fetch_row(one, "SELECT pg_backend_pid() AS pid"))["pid"]
        waiting = asyncio.create_task(direct.fetch_row(one, "SELECT pg_sleep(60)"))
        while not await admin.fetchval(
            "SELECT query LIKE 'SELECT pg_sleep%' FROM pg_stat_activity WHERE pid = $1", pid
        ):
            await asyncio.sleep(0.01)
        assert await admin.fetchval("SELECT pg_terminate_backend($1)", pid)
        with pytest.raises(DBAPIError) as caught:
            await waiting
        assert outage.is_outage(caught.value)
    await admin.close()


async def test_a_database_that_is_not_there_is_an_outage():
    engine = engines.create("postgresql://nobody:x@127.0.0.1:1/nothing", pool_size=1)
    with pytest.raises(outage.FAILURES) as caught:
        await direct.fetch_row(engine, "SELECT 1")
    assert outage.is_outage(caught.value)
    await engine.dispose()
