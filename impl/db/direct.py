"""One statement in one round trip: the driver's prepared statement on a pooled connection, without anything around it.

For the few statements that decide how much a process can take in. A statement that stands alone is its own transaction, so it
must bind its tenant itself; everything else goes through `impl.db.transaction`.
"""

from __future__ import annotations

from typing import Any

import asyncpg
from sqlalchemy.exc import DBAPIError, IntegrityError
from sqlalchemy.ext.asyncio import AsyncEngine

from impl.db import outage


async def fetch_row(engine: AsyncEngine, statement: str, *values: Any) -> Any:
    """The first row that `statement` answers, with `$1 …` for `values`; None without a row. Raises what `fetch` raises."""
    rows = await fetch(engine, statement, *values)
    return rows[0] if rows else None


async def fetch(engine: AsyncEngine, statement: str, *values: Any) -> list[Any]:
    """The rows that `statement` answers, with `$1 …` for `values`.

    Raises what a statement through SQLAlchemy raises: `IntegrityError` or another `DBAPIError`, and its pool's `TimeoutError`.
    """
    try:
        pooled = await engine.raw_connection()
    except (engine.dialect.loaded_dbapi.Error, *outage.DRIVER_FAILURES) as error:
        raise DBAPIError(statement, None, error, connection_invalidated=True) from error
    driver: Any = pooled.driver_connection
    try:
        return [*await driver.fetch(statement, *values)]
    except asyncpg.IntegrityConstraintViolationError as error:
        raise IntegrityError(statement, None, error) from error
    except outage.DRIVER_FAILURES as error:
        is_lost = driver.is_closed() or outage.is_last_word(error)
        if is_lost:
            # The server's last words arrive before the connection ends; nobody else may take it meanwhile.
            pooled.invalidate(error)
        raise DBAPIError(statement, None, error, connection_invalidated=is_lost) from error
    finally:
        # Nothing was begun through the pool, so giving back sends nothing and waits for nothing.
        pooled.close()
