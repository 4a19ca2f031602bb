"""Async engines over asyncpg, whose connections bind the tenant in the same message as BEGIN."""

from __future__ import annotations

from typing import Any

import asyncpg
from sqlalchemy import event
from sqlalchemy.engine import URL
from sqlalchemy.exc import DisconnectionError
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from impl.db import url as urls


class BoundConnection(asyncpg.Connection):  # type: ignore[misc]  # asyncpg ships no types
    """An asyncpg connection that sends its binding with every BEGIN.

    Transactions begin through `execute` in asyncpg, so this is the one place that every transaction passes, whoever
    opens it and however often the connection commits. What BEGIN set survives a rollback to any savepoint.
    """

    __slots__ = ("binding",)
    binding: str

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.binding = ""

    async def execute(self, query: str, *args: Any, timeout: float | None = None) -> str:  # noqa: ASYNC109 - asyncpg's
        """`query`, joined by the binding when it opens a transaction: one round trip instead of two."""
        if self.binding and query.startswith("BEGIN"):
            query = f"{query} {self.binding}"
        answer: str = await super().execute(query, *args, timeout=timeout)
        return answer


def create(
    url: str | URL,
    *,
    application_name: str = "skeldir",
    pool_size: int = 20,
    pool_timeout_seconds: float = 5.0,
    connect_timeout_seconds: float = 5.0,
    statement_cache_size: int = 100,
) -> AsyncEngine:
    """Engine on `url`. `pool_size` is a hard cap: a caller waits `pool_timeout_seconds` for a connection, then fails;
    a new connection is given up after `connect_timeout_seconds`.

    `statement_cache_size=0` is for poolers that cannot keep prepared statements (pgbouncer before 1.21).
    """
    parsed = urls.parse(url) if isinstance(url, str) else url.set(drivername=urls.DRIVER)

    async def connect(*_args: Any, **_kwargs: Any) -> Any:
        return await asyncpg.connect(
            urls.dsn(parsed),
            connection_class=BoundConnection,
            server_settings={"application_name": application_name},
            statement_cache_size=statement_cache_size,
            timeout=connect_timeout_seconds,  # pyright: ignore[reportArgumentType]  # its default is an int, floats are fine
        )

    engine = create_async_engine(
        parsed.set(query={}),
        async_creator=connect,
        pool_size=pool_size,
        max_overflow=0,
        pool_timeout=pool_timeout_seconds,
        pool_use_lifo=True,
        hide_parameters=True,  # an error says which statement failed, not with whose data
        connect_args={"prepared_statement_cache_size": statement_cache_size},
    )
    event.listen(engine.sync_engine, "checkout", _refuse_closed)
    return engine


def _refuse_closed(dbapi_connection: Any, _record: Any, _proxy: Any) -> None:
    """Replace connections whose server went away, without the round trip of a ping: the socket already knows."""
    if dbapi_connection.driver_connection.is_closed():
        raise DisconnectionError
