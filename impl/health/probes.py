"""Conditions for receiving traffic. Each probe returns if its condition holds and raises if it does not."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import Final, Literal, TypeAlias, final

from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
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
# A recorded function counts only while it exists, so that one that somebody dropped is reported as missing.
_FUNCTIONS: Final = text("""
    SELECT f.name, f.sha256 FROM schema_functions f
    WHERE EXISTS (SELECT FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace
                  WHERE n.nspname = split_part(f.name, '.', 1) AND p.proname = split_part(f.name, '.', 2))
       OR EXISTS (SELECT FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
                  WHERE n.nspname = split_part(f.name, '.', 1) AND c.relname = split_part(f.name, '.', 2))
""")
# Read from the catalog and not from a list: a new table that forgets row security must fail the probe by itself.
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
# Row security does not apply to such a role, however the tables are defined.
_IS_ABOVE_ROW_SECURITY: Final = text("SELECT rolsuper OR rolbypassrls FROM pg_roles WHERE rolname = current_user")


State: TypeAlias = Literal["up", "down", "degraded"]
Queue: TypeAlias = Callable[[], Awaitable[State]]
"""Reads the state of the background jobs."""
_QUEUE: Final = {
    "down": f"no worker has reported for {vitals.SEEN_WITHIN_SECONDS:.0f} s; start one with `skeldir worker`",
    "degraded": f"a due job has waited for more than {vitals.OLDEST_DUE_SECONDS:.0f} s; start more workers",
}


_WRITE: Final = text(
    """
    SELECT security.take_rate_tokens(
        sha256('readiness'), to_timestamp(floor(extract(epoch FROM now()) / 60) * 60), 1, 2147483647)
    """
)
_REASONS: Final = {
    "53100": "disk_full",
    "25006": "read_only",
    "42883": "functions_missing",
    "3F000": "functions_missing",
}
"""Names of what keeps a database from writing, by SQLSTATE."""


class ProbeError(SkeldirError):
    """A condition does not hold; the message is for the log, `name` for the caller."""

    def __init__(self, message: str, *, name: str | None = None) -> None:
        super().__init__(message)
        self.name = name


async def database(engine: AsyncEngine) -> None:
    """The database responds to a query."""
    async with engine.connect() as connection:
        await connection.scalar(text("SELECT 1"))


async def write(engine: AsyncEngine) -> None:
    """The database takes a row: reading works on a full disk and on a replica too."""
    try:
        async with engine.begin() as connection:
            await connection.execute(_WRITE)
    except DBAPIError as error:
        name = _REASONS.get(getattr(error.orig, "sqlstate", None) or "")
        if name is None:
            raise
        raise ProbeError(f"the database cannot be written to: {name}", name=name) from error


@final
class SchemaProbe:
    """The schema is at least at the revision this process was built for, and has its functions.

    During a rolling upgrade the database is ahead of the processes that are still to be replaced; migrations are additive,
    so they go on. Texts of functions are compared until they matched once: later ones are of the next release.
    """

    def __init__(self, engine: AsyncEngine, head: str, expected: Mapping[str, bytes]) -> None:
        self._engine, self._head, self._expected = engine, head, expected
        self._has_matched = False

    async def check(self) -> None:
        """Raises `ProbeError`."""
        async with self._engine.connect() as connection:
            revisions = list((await connection.scalars(_REVISIONS)).all())
            recorded = {row.name: row.sha256 for row in await connection.execute(_FUNCTIONS)}
        is_ahead = len(revisions) == 1 and _number(revisions[0]) > _number(self._head)
        if revisions != [self._head] and not is_ahead:
            where = ", ".join(revisions) or "no revision"
            raise ProbeError(f"the schema is at {where}, not at {self._head}; run `skeldir migrate`")
        if missing := sorted(self._expected.keys() - recorded.keys()):
            self._refuse(f"missing: {', '.join(missing)}", "functions_missing")
        difference = functions.difference(self._expected, recorded)
        if difference and not is_ahead and not self._has_matched:
            self._refuse(difference, "functions_differ")
        self._has_matched = True

    def _refuse(self, difference: str, name: str) -> None:
        message = f"functions of the database are not those of this program ({difference}); run `skeldir migrate`"
        raise ProbeError(message, name=name)


def _number(revision: str) -> int:
    """Revisions are numbered in their order: `1024_login_networks`."""
    number = revision.partition("_")[0]
    return int(number) if number.isdigit() else 0


async def row_security(engine: AsyncEngine) -> None:
    """Row security is forced on every tenant table and applies to the role of this process."""
    async with engine.connect() as connection:
        tables = (await connection.execute(_TENANT_TABLES)).one()
        is_above = await connection.scalar(_IS_ABOVE_ROW_SECURITY)
    if tables.every == 0 or tables.open:
        message = f"{tables.open} of {tables.every} tenant tables are without row security; run `skeldir migrate`"
        raise ProbeError(message)
    if is_above is not False:
        raise ProbeError("this process logs in as a role that bypasses row security; use app_user")


async def settings_hook(engine: AsyncEngine) -> None:
    """A transaction is bound to its tenant, and its connection is unbound afterwards."""
    tenant_id = ids.new()
    async with tenant_transaction(engine, tenant_id) as connection:
        bound = await connection.scalar(_SETTING)
    async with engine.connect() as connection:
        bound_afterwards = await connection.scalar(_SETTING)
    if bound != str(tenant_id) or bound_afterwards is not None:
        raise ProbeError("a transaction was not bound to its tenant, or its connection stayed bound")


async def secrets(keys: SigningKeys) -> None:
    """The sealing keys are present and decrypt the token signing keys."""
    await keys.signer()


async def pool(watch: PoolWatch) -> None:
    """Connections return to the pool."""
    if watch.is_stuck():
        raise ProbeError(f"all {watch.size} database connections are in use and none is returned")


@final
class QueueProbe:
    """Workers are alive and no due job waits too long. Keeps the last state for the report."""

    def __init__(self, queue: Queue) -> None:
        self._queue = queue
        self.state: State = "down"

    async def check(self) -> None:
        """Raises `ProbeError` unless the state is up."""
        # A query that fails or times out must not leave the state of the last success behind.
        self.state = "down"
        self.state = await self._queue()
        if self.state != "up":
            raise ProbeError(_QUEUE[self.state])


async def worker(engine: AsyncEngine) -> None:
    """A worker executes a real job."""
    if not await vitals.round_trip(engine):
        raise ProbeError("a worker took the probe's job but the job failed; see the worker's log")
