"""Transactions of jobs. Each one tells the database that a worker is running it, so that triggers can refuse its writes."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Final

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from impl.db.transaction import SYSTEM_USER, tenant_transaction
from impl.jobs.kinds import Work

CONTEXT: Final = "worker"
_MARK: Final = text(f"SET LOCAL app.execution_context = '{CONTEXT}'")
_EFFECT: Final = text(
    # The unique key makes the effect happen once: a second execution inserts nothing.
    """
    INSERT INTO worker_side_effects (tenant_id, job_id, effect_key)
    VALUES (:tenant_id, :job_id, :effect_key)
    ON CONFLICT (tenant_id, effect_key) DO NOTHING
    """
)


def of_tenant(work: Work, *, lock: int | None = None) -> AbstractAsyncContextManager[AsyncConnection]:
    """A transaction bound to the job's tenant and user; see `tenant_transaction`. Raises `ValueError` without a tenant."""
    user_id = work.user_id or SYSTEM_USER
    return tenant_transaction(work.engine, work.tenant_id, user_id=user_id, execution_context=CONTEXT, lock=lock)


@asynccontextmanager
async def tenantless(engine: AsyncEngine) -> AsyncIterator[AsyncConnection]:
    """A transaction that sees no tenant's rows: for queueing a job per tenant and for SECURITY DEFINER functions."""
    async with engine.begin() as connection:
        await connection.execute(_MARK)
        yield connection


async def is_first(connection: AsyncConnection, work: Work, effect_key: str) -> bool:
    """Whether the effect has not happened yet. It counts as done when this transaction commits, not before."""
    values = {"tenant_id": work.tenant_id, "job_id": str(work.job_id), "effect_key": effect_key}
    return (await connection.execute(_EFFECT, values)).rowcount == 1
