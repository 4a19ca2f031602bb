"""Runs the history over asyncpg: revisions and then functions, all in one transaction, one migration at a time."""

from __future__ import annotations

import asyncio
import os
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from alembic import context
from sqlalchemy import Connection, MetaData
from sqlalchemy.engine import URL
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.pool import NullPool
from sqlalchemy.util import await_only

from impl.db import functions, heads
from impl.db import url as urls
from impl.db.errors import DatabaseUrlError

# A migration waits briefly for locks and then gives up, so that it never queues the service's statements behind it.
LIMITS = "SET lock_timeout = '5s'; SET statement_timeout = '15min'; SET idle_in_transaction_session_timeout = '15min'"
ONE_AT_A_TIME = "SELECT pg_advisory_lock(hashtext('skeldir migrations'))"


def target_url() -> URL:
    """The URL given by the caller, or the one migration setting. There is no default on purpose."""
    given = context.config.attributes.get("url")
    if isinstance(given, URL):
        return given
    text = os.environ.get("SKELDIR_MIGRATION_DATABASE_URL")
    if not text:
        raise DatabaseUrlError("SKELDIR_MIGRATION_DATABASE_URL is not set; it names the migration_owner's database URL")
    return urls.parse(text)


def target_metadata() -> MetaData | None:
    """The tables to compare the database with, where the caller gave any; applying revisions needs none."""
    given = context.config.attributes.get("compare")
    return given if isinstance(given, MetaData) else None


def migrate(connection: Connection) -> None:
    """Configure Alembic on an open connection and run."""
    context.configure(
        connection=connection,
        target_metadata=target_metadata(),
        compare_type=True,
        compare_server_default=True,
        include_schemas=False,
    )
    driver: Any = connection.connection.driver_connection
    heads.refuse_old_history(*context.get_context().get_current_heads())
    step = context.config.attributes.get("functions")
    with context.begin_transaction():
        if step == "remove" and connection.dialect.has_table(connection, "schema_functions"):
            await_only(functions.remove(driver))
        context.run_migrations()
        if step == "apply":
            await_only(functions.apply(driver, functions.load()))


async def run() -> None:
    """One connection of our own: limits and lock end with it."""
    engine = create_async_engine(target_url(), poolclass=NullPool)
    async with engine.connect() as connection:
        driver: Any = (await connection.get_raw_connection()).driver_connection
        await driver.execute(ONE_AT_A_TIME)
        await driver.execute(LIMITS)
        await connection.run_sync(migrate)
    await engine.dispose()


if context.is_offline_mode():
    raise SystemExit("Skeldir's migrations run against a database; offline SQL output is not supported")

# A caller may already run an event loop; a thread of its own gives this one a loop of its own.
with ThreadPoolExecutor(1) as pool:
    pool.submit(asyncio.run, run()).result()
