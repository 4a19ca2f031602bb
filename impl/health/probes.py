"""What must be true before this process may get traffic. Each probe returns when it is, and raises when it is not."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import Final, Literal, TypeAlias, final

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from impl.auth.keys.signing_keys import SigningKeys
from impl.db import functions
from impl.db.transaction import tenant_transaction
from impl.health.pool_watch import PoolWatch
from impl.jobs import vitals
from impl.kernel import ids
from impl.kernel.errors import SkeldirError

_SETTING: Final = text("SELECT nullif(current_setting('app.current_tenant_id', true), '')")
_REVISIONS: Final = text("SELECT version_num FROM alembic_version")
# What is recorded counts only while it is there: a function that somebody dropped is missing.
_FUNCTIONS: Final = text("""
    SELECT f.name, f.sha256 FROM schema_functions f
    WHERE EXISTS (SELECT FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace
                  WHERE n.nspname = split_part(f.name, '.', 1) AND p.proname = split_part(f.name, '.', 2))
       OR EXISTS (SELECT FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
                  WHERE n.nspname = split_part(f.name, '.', 1) AND c.relname = split_part(f.name, '.', 2))
""")
# Of the tables that hold a tenant's rows: how many there are, and how many a role could read without its tenant.
_TENANT_TABLES: Final = text("""
    SELECT count(*) AS every,
           count(*) FILTER (WHERE NOT (c.relrowsecurity AND c.relforcerowsecurity)
                               OR NOT EXISTS (SELECT FROM pg_policy p WHERE p.polrelid = c.oid)) AS open
      FROM pg_class c
      JOIN pg_namespace n ON n.oid = c.relnamespace
     WHERE n.nspname = 'public' AND c.relkind IN ('r', 'p')
       AND (c.relname = 'tenants'
            OR EXISTS (SELECT FROM pg_attribute a
                        WHERE a.attrelid = c.oid AND a.attname = 'tenant_id' AND NOT a.attisdropped))
""")
# Row security does not bind such a role, however well the tables are set up.
_IS_ABOVE_ROW_SECURITY: Final = text("SELECT rolsuper OR rolbypassrls FROM pg_roles WHERE rolname = current_user")


State: TypeAlias = Literal["up", "down", "degraded"]
Queue: TypeAlias = Callable[[], Awaitable[State]]
"""How the background jobs are doing."""
_QUEUE: Final = {
    "down": f"no worker was seen for {vitals.SEEN_WITHIN_SECONDS:.0f} s; start one with `skeldir worker`",
    "degraded": f"a due job has been waiting for more than {vitals.OLDEST_DUE_SECONDS:.0f} s; the workers do not keep up",
}


class ProbeError(SkeldirError):
    """What a probe found, for the log."""


async def database(engine: AsyncEngine) -> None:
    """The database answers."""
    async with engine.connect() as connection:
        await connection.scalar(text("SELECT 1"))


async def migrations(engine: AsyncEngine, head: str, expected: Mapping[str, bytes]) -> None:
    """The schema is at `head`, the one newest revision of this program, and runs the `expected` functions, by SHA-256."""
    async with engine.connect() as connection:
        revisions = (await connection.scalars(_REVISIONS)).all()
        if list(revisions) != [head]:
            where = ", ".join(revisions) or "nothing"
            raise ProbeError(f"the schema is at {where}, not at {head}; run `skeldir migrate`")
        recorded = {row.name: row.sha256 for row in await connection.execute(_FUNCTIONS)}
    if difference := functions.difference(expected, recorded):
        raise ProbeError(
            f"functions of the database are not those of this program ({difference}); run `skeldir migrate`"
        )


async def row_security(engine: AsyncEngine) -> None:
    """Row security is forced on every tenant table, and this process's role is bound by it."""
    async with engine.connect() as connection:
        tables = (await connection.execute(_TENANT_TABLES)).one()
        is_above = await connection.scalar(_IS_ABOVE_ROW_SECURITY)
    if tables.every == 0 or tables.open:
        raise ProbeError(f"{tables.open} of {tables.every} tenant tables are open; run `skeldir migrate`")
    if is_above is not False:
        raise ProbeError("this process logs in as a role above row security; use app_user")


async def settings_hook(engine: AsyncEngine) -> None:
    """A transaction is bound to its tenant, and the connection it used is bound to nobody afterwards."""
    tenant_id = ids.new()
    async with tenant_transaction(engine, tenant_id) as connection:
        bound = await connection.scalar(_SETTING)
    async with engine.connect() as connection:
        left = await connection.scalar(_SETTING)
    if bound != str(tenant_id) or left is not None:
        raise ProbeError("a transaction was not bound to its tenant, or a connection stayed bound")


async def secrets(keys: SigningKeys) -> None:
    """The sealing keys are there and open the keys that sign tokens."""
    await keys.signer()


async def pool(watch: PoolWatch) -> None:
    """The pool gives connections back."""
    if watch.is_stuck():
        raise ProbeError(f"all {watch.size} database connections are out and none comes back")


@final
class QueueProbe:
    """Workers are alive, and no due job waits too long. Remembers what it saw last."""

    def __init__(self, queue: Queue) -> None:
        self._queue = queue
        self.seen: State = "down"

    async def look(self) -> None:
        """Jobs run as they should now."""
        self.seen = "down"  # until it is known better, also when this ends halfway
        self.seen = await self._queue()
        if self.seen != "up":
            raise ProbeError(_QUEUE[self.seen])


async def worker(engine: AsyncEngine) -> None:
    """A worker does a real job."""
    if not await vitals.round_trip(engine):
        raise ProbeError("a worker took the probe's job and failed to do nothing; see its log")
