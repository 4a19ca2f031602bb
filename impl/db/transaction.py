"""The only way to a tenant's rows: a transaction that is bound to the tenant until it ends."""

from __future__ import annotations

import re
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import Final
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from impl.db.engine import BoundConnection

SYSTEM_USER: Final = UUID(int=0)
"""User id of work that no person requested."""

_WORD = re.compile(r"[a-z][a-z_]{0,31}", re.ASCII)


def binding(tenant_id: UUID, *, user_id: UUID | None = None, execution_context: str | None = None) -> str:
    """SET LOCAL statements for one tenant. Only UUIDs and a checked word enter the text, so nothing can be injected.

    SET LOCAL rather than `set_config()`, because Citus propagates only the statement to its workers.
    Raises `TypeError` for anything but UUIDs and `ValueError` for an unknown word.
    """
    statements = [f"SET LOCAL app.current_tenant_id = '{_checked(tenant_id)}'"]
    if user_id is not None:
        statements.append(f"SET LOCAL app.current_user_id = '{_checked(user_id)}'")
    if execution_context is not None:
        if not _WORD.fullmatch(execution_context):
            raise ValueError("an execution context is one lower-case word, such as 'worker'")
        statements.append(f"SET LOCAL app.execution_context = '{execution_context}'")
    return "; ".join(statements)


def _checked(value: object) -> UUID:
    """A plain UUID made anew from its number, whatever class it came in."""
    if not isinstance(value, UUID):
        raise TypeError(f"tenant and user are UUIDs, not {type(value).__name__}; parse them at the edge")
    return UUID(int=value.int)


@asynccontextmanager
async def tenant_transaction(
    engine: AsyncEngine,
    tenant_id: UUID,
    *,
    user_id: UUID | None = None,
    execution_context: str | None = None,
    lock: int | None = None,
) -> AsyncGenerator[AsyncConnection]:
    """A transaction that sees and writes the rows of `tenant_id` only; commits at the end, rolls back on an exception.

    `lock` is the key of an advisory lock (`impl.db.locks`) that is taken first, in the same message as BEGIN, so that
    every read of the transaction happens under the lock.

    Every transaction begun on the yielded connection is bound again, so `commit()` in between is safe. When the block
    ends, the connection returns to the pool unbound.
    """
    statements = binding(tenant_id, user_id=user_id, execution_context=execution_context)
    if lock is not None:
        statements += f"; SELECT pg_advisory_xact_lock({int(lock)})"
    async with engine.connect() as connection:
        driver = (await connection.get_raw_connection()).driver_connection
        if not isinstance(driver, BoundConnection):
            raise TypeError("the engine is not from impl.db.engine.create(), so its transactions cannot be bound")
        driver.binding = statements
        try:
            yield connection
            await connection.commit()
        except BaseException:
            await connection.rollback()
            raise
        finally:
            driver.binding = ""
