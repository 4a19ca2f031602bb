"""Zero drift, ZG-0 to ZG-7, and the promises of migrations. Each gate raises `GateFailure` or ends; not run is failed."""

from __future__ import annotations

import asyncio
import base64
import json
import re
import shutil
import sys
import uuid
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Final

from tools.gates import catalog
from tools.gates.rows import RowMaker, insert_statement
from tools.gates.stage import ROOT, SYSTEM, GateFailure, Stage, require

INGESTION: Final = ("webhook_deliveries", "attribution_events", "touches", "dead_events", "revenue_ledger")
GIT: Final = shutil.which("git") or "git"
SPELLINGS: Final = ("postgres", "postgresql", "postgresql+asyncpg", "postgresql+psycopg2", "postgresql+psycopg")


async def clean_tree(stage: Stage) -> None:
    """ZG-0: the evidence belongs to one commit, and nothing beside it."""
    status = await stage.process(GIT, "status", "--porcelain")
    commit = await stage.process(GIT, "rev-parse", "HEAD")
    require(commit.code == 0, "there is no commit")
    require(not status.output.strip(), f"the tree differs from {commit.output.strip()[:12]}:\n{status.output.strip()}")


async def empty_to_head(stage: Stage) -> None:
    """ZG-1: an empty database reaches head with the one command, in any spelling of its URL, from any folder."""
    head = (await stage.command("history")).output.split()[-1]
    for number, spelling in enumerate(SPELLINGS):
        database = f"zg1_{number}"
        await stage.created(database)
        said = await stage.command("migrate", database=database, cwd=Path("/"), prefix=spelling)
        require(said.code == 0, f"the command failed with {spelling}://: {said.output}")
        require(stage.passwords["migration_owner"] not in said.output, "the command printed the password")
        found = await stage.sql("migration_owner", database, "SELECT version_num FROM alembic_version")
        require(found == head, f"{database} is at {found}, not at {head}")


async def data_to_head(stage: Stage) -> None:
    """ZG-2: a database with rows of every table at every earlier revision reaches head and loses none of them."""
    await stage.created("zg2")
    counts: dict[str, int] = {}
    for number, revision in enumerate((await stage.command("history")).output.split(), start=1):
        tenant = uuid.UUID(int=number)
        said = await stage.command("migrate", "--to", revision, database="zg2")
        require(said.code == 0, f"{revision} failed on a database with data: {said.output}")
        async with stage.connected("migration_owner", "zg2") as connection:
            maker = RowMaker(connection)
            after = await count_rows(maker)
            lost = {table: (before, after.get(table)) for table, before in counts.items() if after.get(table) != before}
            require(not lost, f"{revision} changed row counts (before, after): {lost}")
            if "tenants" in after:
                await connection.execute("INSERT INTO tenants (id, name) VALUES ($1, 'Gate')", tenant)
            for table in await fillable(maker):
                await maker.insert(table, tenant)
            counts = await count_rows(maker)
        stage.note(revision=revision, rows=counts)
    require(len(counts) > 40, f"only {len(counts)} tables were filled")
    require(all(counts.values()), f"tables without rows: {[table for table, rows in counts.items() if not rows]}")


async def count_rows(maker: RowMaker) -> dict[str, int]:
    """Rows of every tenant table."""
    tables = await maker.tenant_tables()
    names = [*tables, "tenants"] if tables else []
    return {name: int(await maker.connection.fetchval(f'SELECT count(*) FROM "{name}"') or 0) for name in names}  # noqa: S608 - catalog names


async def fillable(maker: RowMaker) -> list[str]:
    """Tenant tables that can take a row at this revision: what they refer to exists."""
    tables = await maker.tenant_tables()
    channels = await maker.connection.fetchval("SELECT to_regclass('channel_taxonomy') IS NOT NULL")
    return tables if channels else [table for table in tables if table not in INGESTION]


async def backfill_sees_everything(stage: Stage) -> None:
    """ZG-2b: eight rows with a NULL key under forced row security; the migration role updates eight of eight."""
    await stage.migrated("zg2b")
    await stage.sql(
        "migration_owner",
        "zg2b",
        "INSERT INTO tenants (name) SELECT 'Tenant ' || n FROM generate_series(1, 8) AS n",
        "ALTER TABLE tenants ADD COLUMN gate_key text",
    )
    seen = await stage.sql("app_user", "zg2b", "SELECT count(*) FROM tenants WHERE name <> ''")
    require(seen == "0", f"the run-time role saw {seen} of 8 rows without a tenant")
    done = await stage.sql(
        "migration_owner",
        "zg2b",
        "WITH selected AS (SELECT id FROM tenants WHERE gate_key IS NULL),"
        " updated AS (UPDATE tenants SET gate_key = id::text WHERE gate_key IS NULL RETURNING id)"
        " SELECT (SELECT count(*) FROM selected), (SELECT count(*) FROM updated)",
    )
    require(done == "8|8", f"selected|updated is {done}, not 8|8")
    strict = await stage.sql("migration_owner", "zg2b", "ALTER TABLE tenants ALTER COLUMN gate_key SET NOT NULL")
    require(not strict, f"SET NOT NULL failed after the backfill: {strict}")


async def registry_is_catalog(stage: Stage) -> None:
    """ZG-3: the registry of views equals pg_matviews, on a fresh database and on one that was upgraded step by step."""
    registry = sorted((await stage.command("views")).output.split())
    await stage.migrated("zg3_fresh")
    await stage.created("zg3_upgraded")
    for revision in (await stage.command("history")).output.split()[-5:]:
        await stage.command("migrate", "--to", revision, database="zg3_upgraded")
    for database in ("zg3_fresh", "zg3_upgraded"):
        found = await stage.sql("migration_owner", database, "SELECT matviewname FROM pg_matviews ORDER BY 1")
        require(found.split() == registry, f"{database} has {found.split()}, the registry {registry}")


async def worker_refreshes(stage: Stage) -> None:
    """ZG-4: every view refreshes CONCURRENTLY as the worker through the definer function, and in no other way."""
    await stage.migrated("zg4")
    await two_tenants(stage, "zg4")
    await refreshable(stage, "zg4")


async def refreshable(stage: Stage, database: str) -> None:
    """The part of ZG-4 that a defect in `database` must turn red."""
    for view in (await stage.command("views")).output.split():
        said = await stage.command("refresh", view, database=database)
        require(said.output.strip() == "success", f"{view} did not refresh as app_worker: {said.output}")
        for role in ("app_user", "app_worker", "app_ops"):
            for statement in (f"REFRESH MATERIALIZED VIEW {view}", f"SELECT * FROM {view}"):  # noqa: S608 - registry name
                answer = await stage.sql(role, database, statement)
                require(answer.startswith("42501: "), f"{role} may {statement}: {answer}")
        tenants = await stage.sql("postgres", database, f"SELECT count(DISTINCT tenant_id) FROM {view}")  # noqa: S608 - registry name
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
    ring = base64.b64encode(bytes(32)).decode()
    environment = {
        "SKELDIR_ENV": "ci",
        "SKELDIR_WORKER_DATABASE_URL": stage.url("app_worker", "zg5"),
        "SKELDIR_SEALING_KEYS": f"gate:{ring}",
        "SKELDIR_SCHEDULE_SECONDS": "1",
    }
    command = str(Path(sys.executable).with_name("skeldir"))
    async with stage.running(command, "worker", "--processes", "2", environment=environment) as output:
        await until_ticked(stage, "zg5")
    said = [json.loads(line) for line in output if line.startswith("{")]
    sent = [(line["schedule"], line["due_at"]) for line in said if line["event"] == "Sending due task"]
    require(any(line["event"] == "beat_schedule_loaded" for line in said), "no schedule was loaded")
    require(len(sent) >= 3, f"only {len(sent)} times `Sending due task`")
    require(len(sent) == len(set(sent)), f"an instant was dispatched twice: {sent}")
    ticks = await stage.sql("migration_owner", "zg5", "SELECT count(*) FROM schedule_ticks")
    jobs = await stage.sql("migration_owner", "zg5", "SELECT count(*) FROM schedule_ticks WHERE job_id IS NOT NULL")
    require(int(ticks) == len(sent), f"{ticks} claimed instants, but {len(sent)} dispatches were logged")
    require(ticks == jobs, f"{jobs} of {ticks} claimed instants name their job")


async def until_ticked(stage: Stage, database: str) -> None:
    """Until three due instants were claimed; at most a minute."""
    async with stage.connected("migration_owner", database) as watcher:
        for _ in range(600):
            if int(await watcher.fetchval("SELECT count(*) FROM schedule_ticks") or 0) >= 3:
                return
            await asyncio.sleep(0.1)
    raise GateFailure("the workers dispatched nothing within a minute")


async def one_of_two_refreshes(stage: Stage) -> None:
    """ZG-6: of two refreshes at the same time one succeeds and one is skipped.

    The first one is held in the middle by a lock on a table it reads; the second one meets its advisory lock.
    """
    await stage.migrated("zg6")
    await two_tenants(stage, "zg6")
    async with stage.connected("migration_owner", "zg6") as holder:
        transaction = holder.transaction()
        await transaction.start()
        await holder.execute("LOCK TABLE revenue_ledger IN ACCESS EXCLUSIVE MODE")
        first = asyncio.create_task(stage.command("refresh", "mv_realtime_revenue", database="zg6"))
        await until_waiting(stage, "zg6")
        second = await stage.command("refresh", "mv_realtime_revenue", database="zg6")
        await transaction.rollback()
    outcomes = sorted([(await first).output.strip(), second.output.strip()])
    require(outcomes == ["skipped_already_running", "success"], f"the two refreshes answered {outcomes}")


async def until_waiting(stage: Stage, database: str) -> None:
    """Until somebody waits for a lock in `database`; at most ten seconds."""
    async with stage.connected("postgres", database) as watcher:
        for _ in range(500):
            waiting = (
                "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()"
            )
            if await watcher.fetchval(waiting):
                return
            await asyncio.sleep(0.02)
    raise GateFailure("the first refresh never reached the lock")


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
        for statement in (insert, f"UPDATE {table} SET created_at = created_at", f"DELETE FROM {table}"):  # noqa: S608 - our tables
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
    said = await stage.command("downgrade", "--to", "base", database="updown")
    require(said.code == 0, f"the way down failed: {said.output}")
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
        left = {name: lines for name, lines in (await catalog.describe(connection, *sections)).items() if lines}
    require(not left, f"the way down left {left}")


async def one_linear_history(stage: Stage) -> None:
    """M-2: the history has one head, no branches, and no revision that refers to a later one."""
    revisions = (await stage.command("history")).output.split()
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
        "must name PostgreSQL": "mysql://root:hunter2@localhost/shop",
        "refuses this role or password": stage.url("migration_owner", "postgres").replace(
            stage.passwords["migration_owner"], "hunter2"
        ),
        "no database answers": "postgresql://migration_owner:hunter2@127.0.0.1:1/shop",
    }
    for expected, url in cases.items():
        said = await stage.process(*SYSTEM, "migrate", environment={"SKELDIR_MIGRATION_DATABASE_URL": url})
        require(said.code == 2, f"exit code {said.code} for {expected!r}: {said.output}")
        require(expected in said.output, f"{expected!r} is not said: {said.output}")
        require(len(said.output.strip().splitlines()) == 1, f"more than one line: {said.output}")
        require("hunter2" not in said.output, f"the password is shown: {said.output}")


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
