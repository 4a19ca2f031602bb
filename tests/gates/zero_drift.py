"""Zero drift, ZG-0 to ZG-7, and the promises of migrations. Each gate raises `GateFailure` or ends; not run is failed."""

from __future__ import annotations

import asyncio
import base64
import json
import re
import shutil
import uuid
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path
from typing import Final

from tests.gates import catalog
from tests.gates.rows import RowMaker, insert_statement
from tests.gates.stage import ROOT, SKELDIR, GateFailure, Stage, require

VIEWS_CAME_WITH: Final = "1019_views"
INGESTION: Final = ("webhook_deliveries", "attribution_events", "touches", "dead_events", "revenue_ledger")
REFERENCE_TABLES: Final = ("platforms", "channel_taxonomy")
SEEDS: Final = ROOT / "generated" / "governance" / "sql" / "public"
GIT: Final = shutil.which("git") or "git"
SPELLINGS: Final = ("postgres", "postgresql", "postgresql+asyncpg", "postgresql+psycopg2", "postgresql+psycopg")


async def clean_tree(stage: Stage) -> None:
    """ZG-0: the evidence belongs to one commit, and nothing beside it."""
    await committed(stage, ROOT)


async def committed(stage: Stage, folder: Path) -> None:
    """The part of ZG-0 that a change in `folder` must turn red."""
    status = await stage.process(GIT, "status", "--porcelain", cwd=folder)
    commit = await stage.process(GIT, "rev-parse", "HEAD", cwd=folder)
    require(commit.code == 0, "there is no commit")
    require(not status.output.strip(), f"the tree differs from {commit.output.strip()[:12]}:\n{status.output.strip()}")


async def empty_to_head(stage: Stage) -> None:
    """ZG-1: an empty database reaches head with the one command, in any spelling of its URL, from any folder."""
    head = (await stage.command("db", "history")).output.split()[-1]
    for number, spelling in enumerate(SPELLINGS):
        database = f"zg1_{number}"
        await stage.created(database)
        result = await stage.command("migrate", database=database, cwd=Path("/"), prefix=spelling)
        require(result.code == 0, f"the command failed with {spelling}://: {result.output}")
        require(stage.passwords["migration_owner"] not in result.output, "the command printed the password")
        revision = await stage.sql("migration_owner", database, "SELECT version_num FROM alembic_version")
        require(revision == head, f"{database} is at {revision}, not at {head}")


async def data_to_head(stage: Stage) -> None:
    """ZG-2: a database with rows of every table at every earlier revision reaches head and loses none of them."""
    await stage.created("zg2")

    async def migrate(revision: str) -> None:
        result = await stage.command("migrate", "--to", revision, database="zg2")
        require(result.code == 0, f"{revision} failed on a database with data: {result.output}")

    await keeps_rows(stage, "zg2", (await stage.command("db", "history")).output.split(), migrate)


async def keeps_rows(
    stage: Stage, database: str, history: Sequence[str], migrate: Callable[[str], Awaitable[None]]
) -> None:
    """The part of ZG-2 that a revision which loses rows must turn red: every revision adds to what the next one meets."""
    counts: dict[str, int] = {}
    for number, revision in enumerate(history, start=1):
        tenant = uuid.UUID(int=number)
        await migrate(revision)
        async with stage.connected("migration_owner", database) as connection:
            maker = RowMaker(connection)
            after = await count_rows(maker)
            changed = {
                table: (before, after.get(table)) for table, before in counts.items() if after.get(table) != before
            }
            require(not changed, f"{revision} changed row counts (before, after): {changed}")
            if "tenants" in after:
                await connection.execute("INSERT INTO tenants (id, name) VALUES ($1, 'Gate')", tenant)
            for table in await fillable(maker):
                await maker.insert(table, tenant)
            counts = await count_rows(maker)
        stage.note(revision=revision, rows=counts)
    # A gate that filled no tables would pass whatever a revision loses.
    require(len(counts) > 40, f"only {len(counts)} tables were filled")
    require(all(counts.values()), f"tables without rows: {[table for table, rows in counts.items() if not rows]}")


async def count_rows(maker: RowMaker) -> dict[str, int]:
    """Rows of every tenant table."""
    tables = await maker.tenant_tables()
    if not tables:
        return {}
    counts = " UNION ALL ".join(f"SELECT '{name}', count(*) FROM \"{name}\"" for name in [*tables, "tenants"])
    return {name: int(rows) for name, rows in await maker.connection.fetch(counts)}


async def fillable(maker: RowMaker) -> list[str]:
    """Tenant tables that can take a row at this revision: what they refer to exists."""
    tables = await maker.tenant_tables()
    # `migrate` writes reference tables after the newest revision, and a database at an earlier one had that once.
    seeded = [
        table
        for table in REFERENCE_TABLES
        if await maker.connection.fetchval("SELECT to_regclass($1) IS NOT NULL", table)
    ]
    for table in seeded:
        await maker.connection.execute((SEEDS / f"{table}.sql").read_text(encoding="utf-8"))
    return tables if "channel_taxonomy" in seeded else [table for table in tables if table not in INGESTION]


async def backfill_sees_everything(stage: Stage) -> None:
    """ZG-2b: eight rows with a NULL key under forced row security; the migration role updates eight of eight."""
    await stage.migrated("zg2b")
    await backfilled(stage, "zg2b")


async def backfilled(stage: Stage, database: str, *, migrator: str = "migration_owner") -> None:
    """The part of ZG-2b that a migrator under row security must turn red."""
    await stage.sql(
        "migration_owner",
        database,
        "INSERT INTO tenants (name) SELECT 'Tenant ' || n FROM generate_series(1, 8) AS n",
        "ALTER TABLE tenants ADD COLUMN gate_key text",
    )
    visible = await stage.sql("app_user", database, "SELECT count(*) FROM tenants WHERE name <> ''")
    require(visible == "0", f"the run-time role saw {visible} of 8 rows without a tenant")
    # Row security hides rows without an error, so a backfill that misses some can be seen only by counting.
    counts = await stage.sql(
        migrator,
        database,
        "WITH selected AS (SELECT id FROM tenants WHERE gate_key IS NULL),"
        " updated AS (UPDATE tenants SET gate_key = id::text WHERE gate_key IS NULL RETURNING id)"
        " SELECT (SELECT count(*) FROM selected), (SELECT count(*) FROM updated)",
    )
    require(counts == "8|8", f"selected|updated is {counts}, not 8|8")
    strict = await stage.sql("migration_owner", database, "ALTER TABLE tenants ALTER COLUMN gate_key SET NOT NULL")
    require(not strict, f"SET NOT NULL failed after the backfill: {strict}")


async def registry_is_catalog(stage: Stage) -> None:
    """ZG-3: the registry of views equals pg_matviews, on a fresh database and on one that was upgraded step by step."""
    registry = sorted((await stage.command("db", "views")).output.split())
    await stage.migrated("zg3_fresh")
    await stage.created("zg3_upgraded")
    for revision in (await stage.command("db", "history")).output.split()[-5:]:
        await stage.command("migrate", "--to", revision, database="zg3_upgraded")
    for database in ("zg3_fresh", "zg3_upgraded"):
        views = await stage.sql("migration_owner", database, "SELECT matviewname FROM pg_matviews ORDER BY 1")
        require(views.split() == registry, f"{database} has {views.split()}, the registry {registry}")


async def worker_refreshes(stage: Stage) -> None:
    """ZG-4: every view refreshes CONCURRENTLY as the worker through the definer function, on a fresh and an existing database."""
    await stage.migrated("zg4_fresh")
    await stage.migrated("zg4_existing", VIEWS_CAME_WITH)
    for database in ("zg4_fresh", "zg4_existing"):
        await two_tenants(stage, database)
        result = await stage.command("migrate", database=database)
        require(result.code == 0, f"{database} did not reach head: {result.output}")
        await refreshable(stage, database)


async def refreshable(stage: Stage, database: str) -> None:
    """The part of ZG-4 that a defect in `database` must turn red."""
    registry = (await stage.command("db", "views")).output.split()
    result = await stage.command("db", "refresh", *registry, database=database)
    expected = [f"{view} success" for view in registry]
    require(result.output.splitlines() == expected, f"not every view refreshed as app_worker: {result.output}")
    for view in registry:
        for role in ("app_user", "app_worker", "app_ops"):
            for statement in (f"REFRESH MATERIALIZED VIEW {view}", f"SELECT * FROM {view}"):
                answer = await stage.sql(role, database, statement)
                require(answer.startswith("42501: "), f"{role} may {statement}: {answer}")
        tenants = await stage.sql("postgres", database, f"SELECT count(DISTINCT tenant_id) FROM {view}")
        require(tenants == "2", f"{view} holds rows of {tenants} tenants, not of 2")
    await stage.sql(
        "migration_owner",
        database,
        "SELECT indexdef FROM pg_indexes WHERE tablename LIKE 'mv\\_%' ORDER BY 1",
    )


async def two_tenants(stage: Stage, database: str) -> None:
    """Rows of two tenants in everything the views read."""
    async with stage.connected("migration_owner", database) as connection:
        maker = RowMaker(connection)
        for number in (1, 2):
            tenant = uuid.UUID(int=number)
            await connection.execute("INSERT INTO tenants (id, name) VALUES ($1, 'Gate')", tenant)
            for table in ("attribution_allocations", "revenue_ledger", "reconciliation_runs"):
                await maker.insert(table, tenant)


async def worker_dispatches(stage: Stage) -> None:
    """ZG-5: two real worker processes dispatch every due instant once: log, tick and job agree."""
    await stage.migrated("zg5")
    environment = worker_environment(stage, "zg5") | {"SKELDIR_SCHEDULE_SECONDS": "1"}
    async with stage.running(SKELDIR, "worker", "--processes", "2", environment=environment) as output:
        await until(stage, "zg5", THREE_TICKS, "three due instants were dispatched")
    events = [json.loads(line) for line in output if line.startswith("{")]
    dispatches = [(line["schedule"], line["due_at"]) for line in events if line["event"] == "Sending due task"]
    require(any(line["event"] == "beat_schedule_loaded" for line in events), "no schedule was loaded")
    require(len(dispatches) >= 3, f"only {len(dispatches)} times `Sending due task`")
    require(len(dispatches) == len(set(dispatches)), f"an instant was dispatched twice: {dispatches}")
    rows = await stage.sql("migration_owner", "zg5", "SELECT schedule_name, due_at, job_id FROM schedule_ticks")
    ticks = [row.split("|") for row in rows.splitlines()]
    claimed = {(name, due_at.replace(" ", "T")) for name, due_at, _ in ticks}
    require(set(dispatches) <= claimed, f"dispatched, but not claimed: {set(dispatches) - claimed}")
    # A worker that is told to stop between the claim of an instant and its line in the log leaves no line.
    late = {due_at for _, due_at in claimed - set(dispatches)} - set(sorted({due_at for _, due_at in claimed})[-2:])
    require(not late, f"claimed at {late}, but never logged")
    nameless = [name for name, _, job in ticks if job == "None"]
    require(not nameless, f"claimed instants without a job: {nameless}")


def worker_environment(stage: Stage, database: str) -> dict[str, str]:
    """Environment of a worker process."""
    ring = base64.b64encode(bytes(32)).decode()
    return {
        "SKELDIR_ENV": "ci",
        "SKELDIR_WORKER_DATABASE_URL": stage.url("app_worker", database),
        "SKELDIR_SEALING_KEYS": f"gate:{ring}",
    }


async def one_of_two_refreshes(stage: Stage) -> None:
    """ZG-6: two tenants' refresh jobs at the same time, run by real workers: one success, one skipped_already_running.

    The first one is held in the middle by a lock on a table it reads; the second one meets its advisory lock.
    """
    await stage.migrated("zg6")
    await two_tenants(stage, "zg6")
    environment = worker_environment(stage, "zg6")
    async with stage.running(SKELDIR, "worker", "--processes", "2", environment=environment) as output:
        await until(stage, "zg6", EVERY_VIEW_FRESH, "the workers' first pulse refreshed the views")
        async with stage.connected("migration_owner", "zg6") as holder:
            transaction = holder.transaction()
            await transaction.start()
            await holder.execute("LOCK TABLE revenue_ledger IN ACCESS EXCLUSIVE MODE")
            for number in (1, 2):
                await deferred_refresh(stage, "zg6", uuid.UUID(int=number))
            await until(stage, "zg6", ONE_REFRESH_WAITS, "one refresh waits and the other one ended")
            await transaction.rollback()
        await until(stage, "zg6", NO_REFRESH_LEFT, "both refreshes ended")
    outcomes = refresh_outcomes(output)
    require(sorted(outcomes.values()) == ["skipped_already_running", "success"], f"the two jobs ended as {outcomes}")
    failed = await stage.sql("migration_owner", "zg6", "SELECT job_name, error_message FROM worker_failed_jobs")
    require(not failed, f"failed jobs: {failed}")


REFRESH_JOBS: Final = "queue.pgqueuer WHERE headers ->> 'job' = 'maintenance.refresh_matview_for_tenant'"
THREE_TICKS: Final = "SELECT count(*) >= 3 FROM schedule_ticks"
EVERY_VIEW_FRESH: Final = "SELECT count(*) = 5 AND NOT EXISTS (SELECT FROM queue.pgqueuer) FROM matview_refreshes"
ONE_REFRESH_WAITS: Final = f"""
    SELECT (SELECT count(*) FROM {REFRESH_JOBS}) = 1
        AND EXISTS (SELECT FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database())
"""
NO_REFRESH_LEFT: Final = f"SELECT NOT EXISTS (SELECT FROM {REFRESH_JOBS})"


async def deferred_refresh(stage: Stage, database: str, tenant: uuid.UUID) -> None:
    """A refresh put into the queue by the operator's command."""
    command = (SKELDIR, "db", "refresh", "mv_realtime_revenue", "--tenant-id", str(tenant))
    url = {"SKELDIR_ENV": "ci", "SKELDIR_APP_DATABASE_URL": stage.url("app_user", database)}
    result = await stage.process(*command, environment=url)
    require("refresh queued as job" in result.output, f"no job was queued: {result.output}")


def refresh_outcomes(output: list[str]) -> dict[int, str]:
    """Outcome by job of every refresh that a tenant's job asked for, as the workers' log tells it."""
    events = [json.loads(line) for line in output if line.startswith("{")]
    refreshed = {"event": "matview_refreshed", "task_name": "maintenance.refresh_matview_for_tenant"}
    return {line["job_id"]: line["outcome"] for line in events if refreshed.items() <= line.items()}


async def until(stage: Stage, database: str, question: str, what: str) -> None:
    """Until `question` is answered with true in `database`; at most two minutes. Fails with `what` never happened."""
    async with stage.connected("postgres", database) as watcher:
        for _ in range(1200):
            if await watcher.fetchval(question):
                return
            await asyncio.sleep(0.1)
    raise GateFailure(f"this never happened within two minutes: {what}")


async def worker_kept_out(stage: Stage) -> None:
    """ZG-7: the worker's writes to ingestion tables are refused by privilege, a worker's context by trigger."""
    await stage.migrated("zg7")
    async with stage.connected("migration_owner", "zg7") as connection:
        await connection.execute("INSERT INTO tenants (id, name) VALUES ($1, 'Gate')", uuid.UUID(int=1))
    await refused(stage, "zg7")


async def refused(stage: Stage, database: str) -> None:
    """The part of ZG-7 that a defect in `database` must turn red."""
    context = (
        f"SET LOCAL app.current_tenant_id = '{uuid.UUID(int=1)}'",
        "SET LOCAL app.execution_context = 'worker'",
    )
    async with stage.connected("migration_owner", database) as connection:
        columns = {table: await RowMaker(connection).values(table, uuid.UUID(int=1)) for table in INGESTION}
    for table in INGESTION:
        insert = literal_insert(table, columns[table])
        for statement in (insert, f"UPDATE {table} SET created_at = created_at", f"DELETE FROM {table}"):
            answer = await stage.sql("app_worker", database, statement)
            require(answer == f"42501: permission denied for table {table}", f"app_worker, {statement}: {answer}")
        answer = await stage.sql("app_user", database, *context, insert)
        expected = f"42501: a worker may not INSERT {table}; use the replay functions"
        require(answer == expected, f"app_user in a worker's context, {insert}: {answer}")


def literal_insert(table: str, values: dict[str, object]) -> str:
    """INSERT with its values in the text, so that the evidence can be run again by hand."""
    texts = [f"'\\x{v.hex()}'" if isinstance(v, bytes) else f"'{v}'" for v in values.values()]
    statement = insert_statement(table, dict(values))
    return re.sub(r"\$(\d+)", lambda match: texts[int(match[1]) - 1], statement)


async def up_down_up(stage: Stage) -> None:
    """M-1: up, down to nothing, and up again leave the catalog exactly as the first time."""
    await stage.migrated("updown")
    async with stage.connected("migration_owner", "updown") as connection:
        before = await catalog.describe(connection)
    result = await stage.command("db", "downgrade", "--to", "base", database="updown")
    require(result.code == 0, f"the way down failed: {result.output}")
    await nothing_left(stage)
    await stage.command("migrate", database="updown")
    async with stage.connected("migration_owner", "updown") as connection:
        after = await catalog.describe(connection)
    stage.note(catalog=before)
    differences = catalog.differences(before, after)
    require(not differences, "up/down/up differs:\n" + "\n".join(differences))


async def nothing_left(stage: Stage) -> None:
    """After the way down only Alembic's own table is there."""
    async with stage.connected("migration_owner", "updown") as connection:
        sections = [name for name in catalog.QUERIES if name != "seeds"]
        remaining = {name: lines for name, lines in (await catalog.describe(connection, *sections)).items() if lines}
    require(not remaining, f"the way down left {remaining}")


async def one_linear_history(stage: Stage) -> None:
    """M-2: the history has one head, no branches, and no revision that refers to a later one."""
    revisions = (await stage.command("db", "history")).output.split()
    parents: dict[str, str | None] = {}
    for path in (ROOT / "alembic" / "versions").glob("*.py"):
        text = path.read_text()
        own = re.search(r'^revision = "(\w+)"$', text, re.MULTILINE)
        parent = re.search(r'^down_revision = (?:"(\w+)"|None)$', text, re.MULTILINE)
        require(own and parent, f"{path.name} does not state its revision")
        assert own is not None
        assert parent is not None
        parents[own[1]] = parent[1]
    require(set(parents) == set(revisions), "the command does not list every revision")
    require([parents[r] for r in revisions] == [None, *revisions[:-1]], "the history is not one line")


async def refusals_are_clear(stage: Stage) -> None:
    """M-3: without a URL, with a bad one or with a wrong password the command says so in one line without the password."""
    cases = {
        "SKELDIR_MIGRATION_DATABASE_URL is not set": "",
        "is not a URL": "nonsense hunter2",
        "must be for PostgreSQL": "mysql://root:hunter2@localhost/shop",
        "refuses this role or password": stage.url("migration_owner", "postgres").replace(
            stage.passwords["migration_owner"], "hunter2"
        ),
        "no database answers": "postgresql://migration_owner:hunter2@127.0.0.1:1/shop",
    }
    for expected, url in cases.items():
        # In prod, because elsewhere a machine without a URL migrates its own embedded database.
        environment = {"SKELDIR_ENV": "prod", "SKELDIR_MIGRATION_DATABASE_URL": url}
        result = await stage.process(SKELDIR, "migrate", environment=environment)
        require(result.code == 2, f"exit code {result.code} for {expected!r}: {result.output}")
        require(expected in result.output, f"{expected!r} is not said: {result.output}")
        require(len(result.output.strip().splitlines()) == 1, f"more than one line: {result.output}")
        require("hunter2" not in result.output, f"the password is shown: {result.output}")


Gate = Callable[[Stage], Awaitable[None]]
GATES: Final[dict[str, Gate]] = {
    "ZG-0": clean_tree,
    "ZG-1": empty_to_head,
    "ZG-2": data_to_head,
    "ZG-2b": backfill_sees_everything,
    "ZG-3": registry_is_catalog,
    "ZG-4": worker_refreshes,
    "ZG-5": worker_dispatches,
    "ZG-6": one_of_two_refreshes,
    "ZG-7": worker_kept_out,
    "M-1": up_down_up,
    "M-2": one_linear_history,
    "M-3": refusals_are_clear,
}
