import asyncio
import errno
from contextlib import contextmanager

import pytest
from sqlalchemy import text

from impl.db import bootstrap, engine, outage

IS_ASKED = "SELECT state = 'active' AND query LIKE 'SELECT pg_sleep%' FROM pg_stat_activity WHERE pid = $1"


@pytest.fixture
async def one_connection(database):
    made = engine.create(database.url("app_user"), pool_size=1, pool_timeout_seconds=0.2)
    yield made
    await made.dispose()


async def ask(database_engine, statement="SELECT 1"):
    async with database_engine.connect() as connection:
        await connection.execute(text(statement))


@contextmanager
def is_outage():
    """The block fails with what only the database can be the cause of, and it is an outage."""
    with pytest.raises(outage.DATABASE_ERRORS) as caught:
        yield
    assert outage.is_outage(caught.value)


@pytest.mark.parametrize(
    "change", [{"port": 1}, {"host": "host.invalid"}, {"password": "wrong"}, {"database": "nowhere"}]
)
async def test_a_database_that_cannot_be_reached_is_an_outage(database, change):
    away = engine.create(database.url("app_user").set(**change), pool_timeout_seconds=2)
    with is_outage():
        await ask(away)
    await away.dispose()


async def test_a_pool_that_is_used_up_is_an_outage(one_connection):
    async with one_connection.connect():
        with is_outage():
            await ask(one_connection)


async def test_a_statement_over_its_time_is_an_outage(one_connection):
    async with one_connection.begin() as connection:
        await connection.execute(text("SET LOCAL statement_timeout = '20ms'"))
        with is_outage():
            await connection.execute(text("SELECT pg_sleep(5)"))


async def test_a_connection_that_is_cut_in_the_middle_is_an_outage(one_connection, admin_url):
    superuser = await bootstrap.connect(admin_url)
    async with one_connection.connect() as connection:
        backend = await connection.scalar(text("SELECT pg_backend_pid()"))
        asking = asyncio.create_task(connection.execute(text("SELECT pg_sleep(60)")))
        while not await superuser.fetchval(IS_ASKED, backend):
            await asyncio.sleep(0.01)
        await superuser.execute("SELECT pg_terminate_backend($1)", backend)
        with is_outage():
            await asking
    await superuser.close()


@pytest.mark.parametrize(
    "statement", ["SELECT nothing", "SELECT * FROM nowhere", "SELECT 1/0", "INSERT INTO roles VALUES ('a', 'b')"]
)
async def test_a_question_that_is_wrong_stays_an_error(one_connection, statement):
    with pytest.raises(Exception, match="sqlalche.me") as caught:
        await ask(one_connection, statement)
    assert not outage.is_outage(caught.value)


@pytest.mark.parametrize("error", [OSError("disk"), ConnectionResetError("a peer"), TimeoutError("a peer")])
def test_what_anything_may_raise_is_no_outage_of_the_database(error):
    assert not outage.is_outage(error)
    assert not isinstance(error, outage.DATABASE_ERRORS)


def test_a_full_disk_elsewhere_is_no_outage_of_the_database():
    """Deliveries that had been recorded were answered with 503, because the log could not be written (red team A10)."""
    assert not isinstance(OSError(errno.ENOSPC, "No space left on device"), outage.FAILURES)
    assert isinstance(ConnectionResetError(), outage.FAILURES)
