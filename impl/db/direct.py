"""One statement in one round trip: a prepared statement of the driver on a pooled connection, without BEGIN and COMMIT.

For the few statements that limit the throughput of a process. Such a statement is its own transaction, so it must bind its
tenant itself; everything else goes through `impl.db.transaction`.
"""

from __future__ import annotations

from typing import Any

import asyncpg
from sqlalchemy.exc import DBAPIError, IntegrityError
from sqlalchemy.ext.asyncio import AsyncEngine

from impl.db import outage
from impl.db.errors import DatabaseUnreachableError


async def fetch_row(engine: AsyncEngine, statement: str, *values: Any) -> Any:
    """The first row of `statement`, with `$1 …` for `values`; None if there is none. Raises the same errors as `fetch`."""
    rows = await fetch(engine, statement, *values)
    return rows[0] if rows else None


async def fetch(engine: AsyncEngine, statement: str, *values: Any) -> list[Any]:
    """The rows of `statement`, with `$1 …` for `values`.

    Raises the same errors as a statement through SQLAlchemy: `IntegrityError` or another `DBAPIError`, and the pool's
    `TimeoutError`.
    """
    try:
        pooled = await engine.raw_connection()
    except (engine.dialect.loaded_dbapi.Error, DatabaseUnreachableError, *outage.DRIVER_FAILURES) as error:
        raise DBAPIError(statement, None, error, connection_invalidated=True) from error
    driver: Any = pooled.driver_connection
    try:
        return [*await driver.fetch(statement, *values)]
    except asyncpg.IntegrityConstraintViolationError as error:
        raise IntegrityError(statement, None, error) from error
    except outage.DRIVER_FAILURES as error:
        is_lost = driver.is_closed() or outage.is_last_word(error)
        if is_lost:
            # The server's last message arrives before the connection closes; until then no other caller may get it.
            pooled.invalidate(error)
        raise DBAPIError(statement, None, error, connection_invalidated=is_lost) from error
    finally:
        # No transaction was begun through the pool, so returning the connection sends nothing and waits for nothing.
        pooled.close()
