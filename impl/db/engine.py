"""Async engines over asyncpg. Their connections bind the tenant in the same message as BEGIN."""

from __future__ import annotations

import asyncio
from typing import Any

import asyncpg
import structlog
from sqlalchemy import event
from sqlalchemy.engine import URL
from sqlalchemy.exc import DisconnectionError
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from impl.db import url as urls
from impl.db.errors import DatabaseUnreachableError

_log = structlog.get_logger()


class BoundConnection(asyncpg.Connection):  # type: ignore[misc]  # asyncpg ships no types
    """An asyncpg connection that sends its binding with every BEGIN.

    In asyncpg every transaction begins through `execute`, whoever opens it and however often the connection commits, so
    this is the one place to add the binding. Settings made with BEGIN survive a rollback to any savepoint.
    """

    __slots__ = ("binding",)
    binding: str

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.binding = ""

    async def execute(self, query: str, *args: Any, timeout: float | None = None) -> str:  # noqa: ASYNC109 - asyncpg's
        """Run `query`, followed by the binding if it opens a transaction: one round trip instead of two."""
        if self.binding and query.startswith("BEGIN"):
            query = f"{query} {self.binding}"
        status: str = await super().execute(query, *args, timeout=timeout)
        return status


def create(  # noqa: PLR0913  (each is another bound, and all but the URL are named at the call)
    url: str | URL,
    *,
    application_name: str = "skeldir",
    pool_size: int = 20,
    pool_timeout_seconds: float = 5.0,
    connect_timeout_seconds: float = 5.0,
    statement_cache_size: int = 100,
    use_seconds: float | None = None,
) -> AsyncEngine:
    """Engine on `url`. `pool_size` is a hard limit: a caller waits `pool_timeout_seconds` for a connection, then fails.
    An attempt to connect fails after `connect_timeout_seconds`. A connection that is held for `use_seconds` is closed under
    its holder, who gets the driver's error of a lost connection: a server that does not answer holds nobody longer.

    `statement_cache_size=0` is for poolers that cannot keep prepared statements (pgbouncer before 1.21).
    """
    parsed = urls.parse(url) if isinstance(url, str) else url.set(drivername=urls.DRIVER)

    async def connect(*_args: Any, **_kwargs: Any) -> Any:
        try:
            return await asyncpg.connect(
                urls.dsn(parsed),
                connection_class=BoundConnection,
                server_settings={"application_name": application_name},
                statement_cache_size=statement_cache_size,
                timeout=connect_timeout_seconds,  # pyright: ignore[reportArgumentType]  # its default is an int, floats are fine
            )
        except (OSError, TimeoutError) as error:
            # Nobody who catches a bare OSError further up can know that it is the database which is away.
            message = f"no database answers at {urls.address(parsed)}; start it or correct the URL"
            raise DatabaseUnreachableError(message) from error

    engine = create_async_engine(
        parsed.set(query={}),
        async_creator=connect,
        pool_size=pool_size,
        max_overflow=0,
        pool_timeout=pool_timeout_seconds,
        pool_use_lifo=True,
        hide_parameters=True,  # errors reach logs, and parameters are tenants' data
        connect_args={"prepared_statement_cache_size": statement_cache_size},
    )
    event.listen(engine.sync_engine, "checkout", _refuse_closed)
    if use_seconds is not None:
        _limit_use(engine, use_seconds)
    return engine


def _limit_use(engine: AsyncEngine, seconds: float) -> None:
    """Close a connection that is held too long.

    By closing and not by a time-out of each call: after one, asyncpg waits for the server to confirm the cancellation,
    and so does the ROLLBACK that follows; a server that stands still confirms nothing.
    """

    def start(_connection: Any, record: Any, _proxy: Any) -> None:
        driver = _connection.driver_connection
        record.info["deadline"] = asyncio.get_running_loop().call_later(seconds, _close_late, driver)

    def end(_connection: Any, record: Any, *_: Any) -> None:
        deadline = record.info.pop("deadline", None)
        if deadline is not None:
            deadline.cancel()

    event.listen(engine.sync_engine, "checkout", start)
    for name in ("checkin", "invalidate", "soft_invalidate"):
        event.listen(engine.sync_engine, name, end)


def _close_late(driver: Any) -> None:
    _log.error("database_call_too_long")
    driver.terminate()


def _refuse_closed(dbapi_connection: Any, _record: Any, _proxy: Any) -> None:
    """Make the pool replace a connection that the server has closed."""
    # The closed socket already says so; the usual ping before each use would cost a round trip.
    if dbapi_connection.driver_connection.is_closed():
        raise DisconnectionError
