"""Engines wait for a connection, replace dead ones, and fail in time."""

from __future__ import annotations

import asyncio
import time

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from impl.db import bootstrap, direct, engine, outage
from tests.fixtures.database import Database

PID = text("SELECT pg_backend_pid()")


async def test_connections_of_a_restarted_server_are_replaced_without_an_error(database: Database) -> None:
    made = engine.create(database.url("app_user"), pool_size=1)
    async with made.connect() as connection:
        before = await connection.scalar(PID)
        driver = (await connection.get_raw_connection()).driver_connection
    admin = await bootstrap.connect(database.url())
    await admin.execute("SELECT pg_terminate_backend($1)", before)
    await admin.close()
    while not driver.is_closed():
        await asyncio.sleep(0.01)
    async with made.connect() as connection:
        assert await connection.scalar(PID) != before
    await made.dispose()


async def test_the_pool_is_a_hard_cap(database: Database) -> None:
    made = engine.create(database.dsn("app_user"), pool_size=1, pool_timeout_seconds=0.05)
    async with made.connect():
        with pytest.raises(PoolTimeout):
            await made.connect()
    await made.dispose()


async def test_an_engine_names_itself(database: Database) -> None:
    made = engine.create(database.url("app_user"), application_name="skeldir-api")
    async with made.connect() as connection:
        assert await connection.scalar(text("SHOW application_name")) == "skeldir-api"
    await made.dispose()


async def test_an_error_does_not_say_with_whose_data_a_statement_failed(database: Database) -> None:
    made = engine.create(database.url("app_user"), pool_size=1)
    async with made.connect() as connection:
        with pytest.raises(DBAPIError, match="division by zero") as failed:
            await connection.execute(text("SELECT 1 / :n, CAST(:name AS text)"), {"n": 0, "name": "jane@shop.example"})
    await made.dispose()
    assert "jane" not in str(failed.value)


@pytest.mark.parametrize("is_direct", [False, True])
async def test_a_call_that_takes_too_long_is_an_outage_and_ends_by_itself(database: Database, is_direct: bool) -> None:
    """A database that stands still held every request for as long as it stood (red team A9)."""
    made = engine.create(database.url("app_user"), pool_size=1, use_seconds=0.3)
    started = time.perf_counter()

    async def ask() -> None:
        if is_direct:
            await direct.fetch(made, "SELECT pg_sleep(20)")
        async with made.begin() as connection:
            await connection.execute(text("SELECT pg_sleep(20)"))

    with pytest.raises(DBAPIError) as failed:
        await ask()
    assert time.perf_counter() - started < 10
    assert outage.is_outage(failed.value)
    async with made.connect() as connection:
        assert await connection.scalar(text("SELECT 1")) == 1
    await made.dispose()


async def test_a_connection_in_turns_is_not_one_that_takes_too_long(database: Database) -> None:
    made = engine.create(database.url("app_user"), pool_size=1, use_seconds=0.5)
    pids = set()
    for _ in range(8):
        async with made.connect() as connection:
            pids.add(await connection.scalar(PID))
            await asyncio.sleep(0.1)
    assert len(pids) == 1
    await made.dispose()


@pytest.mark.parametrize(
    ("role", "statement", "idle"),
    [
        ("app_user", "30s", "1min"),
        ("app_worker", "6min", "6min"),
        ("app_ops", "2min", "2min"),
        ("migration_owner", "0", "0"),
    ],
)
async def test_the_server_ends_what_a_role_leaves_hanging(
    database: Database, role: str, statement: str, idle: str
) -> None:
    connection = await bootstrap.connect(database.url(role))
    try:
        assert await connection.fetchval("SHOW statement_timeout") == statement
        assert await connection.fetchval("SHOW idle_in_transaction_session_timeout") == idle
    finally:
        await connection.close()
