"""Engines wait for a connection, replace dead ones, and fail in time."""

from __future__ import annotations

import asyncio

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from impl.db import bootstrap, engine
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
