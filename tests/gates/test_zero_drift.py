"""Each gate turns red on the defect it is there for."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable
from pathlib import Path

import asyncpg
import pytest

from impl.db import bootstrap, embedded
from impl.db import migrate as migrations
from tests.fixtures.database import Database
from tests.gates import catalog, zero_drift
from tests.gates.stage import GateFailure, Stage


@pytest.fixture
def gate(cluster: embedded.Server) -> Stage:
    return Stage(cluster.home, cluster.port, dict(cluster.passwords))


async def spoil(database: Database, *statements: str) -> None:
    connection = await bootstrap.connect(database.url())
    for statement in statements:
        await connection.execute(statement)
    await connection.close()


@pytest.fixture
async def tenant(fresh_database: Database) -> None:
    await spoil(
        fresh_database, "INSERT INTO tenants (id, name) VALUES ('00000000-0000-0000-0000-000000000001', 'Gate')"
    )


@pytest.mark.promise("P133", "P134", "F06")
@pytest.mark.usefixtures("tenant")
async def test_zg7_is_green_and_keeps_what_it_saw(gate: Stage, fresh_database: Database) -> None:
    await zero_drift.refused(gate, fresh_database.name)
    answers = [step["answer"] for step in gate.evidence]
    assert "42501: permission denied for table revenue_ledger" in answers
    assert len(answers) == 20


@pytest.mark.usefixtures("tenant")
@pytest.mark.parametrize(
    "defect",
    [
        "GRANT INSERT ON revenue_ledger TO app_worker",
        "GRANT DELETE ON dead_events TO app_ro",
        "DROP TRIGGER trg_block_worker_attribution_events ON attribution_events",
        "ALTER TABLE touches DISABLE TRIGGER trg_block_worker_touches",
    ],
)
async def test_zg7_turns_red(gate: Stage, fresh_database: Database, defect: str) -> None:
    await spoil(fresh_database, defect)
    with pytest.raises(GateFailure):
        await zero_drift.refused(gate, fresh_database.name)


@pytest.mark.parametrize(
    "defect",
    [
        "GRANT SELECT ON mv_realtime_revenue TO app_user",
        "DROP INDEX uq_mv_realtime_revenue",
        "REVOKE EXECUTE ON FUNCTION maintenance.refresh_view(text) FROM app_worker",
        "ALTER MATERIALIZED VIEW mv_daily_revenue_summary OWNER TO app_replay",
    ],
)
async def test_zg4_turns_red(gate: Stage, fresh_database: Database, defect: str) -> None:
    await zero_drift.two_tenants(gate, fresh_database.name)
    await spoil(fresh_database, "GRANT CREATE ON SCHEMA public TO app_replay", defect)
    with pytest.raises(GateFailure):
        await zero_drift.refreshable(gate, fresh_database.name)


@pytest.mark.promise("F14")
@pytest.mark.parametrize(
    ("defect", "section"),
    [
        ("ALTER TABLE touches NO FORCE ROW LEVEL SECURITY", "relations"),
        ("DROP POLICY tenant_isolation_policy ON touches", "policies"),
        ("GRANT UPDATE (revenue_cents) ON attribution_events TO app_user", "grants"),
        ("ALTER TABLE tenants ALTER COLUMN default_model SET DEFAULT 'linear'", "columns"),
        ("ALTER TABLE revenue_ledger DROP CONSTRAINT ck_revenue_ledger__effect_cents", "constraints"),
        ("DROP INDEX ix_revenue_ledger__tenant_id_order_id", "indexes"),
        ("ALTER TABLE revenue_ledger DISABLE TRIGGER trg_ledger_prevent_mutation", "triggers"),
        ("ALTER FUNCTION maintenance.list_tenants() SET search_path = public", "functions"),
        ("GRANT EXECUTE ON FUNCTION security.resolve_tenant_key(bytea, text) TO PUBLIC", "functions"),
        ("ALTER VIEW revenue_ledger_current RESET (security_invoker)", "relations"),
        ("ALTER TABLE touches OWNER TO postgres", "relations"),
        ("COMMENT ON TABLE touches IS 'something else'", "comments"),
        ("DELETE FROM roles WHERE code = 'viewer'", "seeds"),
    ],
)
async def test_the_catalog_comparison_sees_every_kind_of_drift(
    fresh_database: Database, defect: str, section: str
) -> None:
    connection = await bootstrap.connect(fresh_database.url())
    before = await catalog.describe(connection)
    await connection.execute(defect)
    lines = catalog.differences(before, await catalog.describe(connection))
    assert lines
    assert all(line[2:].startswith(section) for line in lines)
    await connection.close()


async def test_a_gate_that_cannot_wait_for_its_race_fails(
    gate: Stage, fresh_database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def no_sleep(_seconds: float) -> None:
        return None

    monkeypatch.setattr(asyncio, "sleep", no_sleep)
    with pytest.raises(GateFailure, match="never happened within two minutes: the moon is full"):
        await zero_drift.until(gate, fresh_database.name, "SELECT false", "the moon is full")


def test_outcomes_are_those_of_the_jobs_of_tenants_only() -> None:
    lines = [
        {"event": "matview_refreshed", "task_name": "maintenance.refresh_matview_for_tenant", "job_id": 7, "outcome": "success"},
        {"event": "matview_refreshed", "task_name": "matviews.pulse", "job_id": 8, "outcome": "success"},
        {"event": "job_done", "task_name": "maintenance.refresh_matview_for_tenant", "job_id": 7},
    ]  # fmt: skip
    assert zero_drift.refresh_outcomes(["not JSON", *map(json.dumps, lines)]) == {7: "success"}


@pytest.mark.promise("P135")
async def test_zg0_is_green_on_a_commit_and_red_beside_it(gate: Stage, tmp_path: Path) -> None:
    git = ("git", "-C", str(tmp_path), "-c", "user.name=Gate", "-c", "user.email=gate@example.com")
    await gate.process(*git, "init", "--quiet")
    with pytest.raises(GateFailure, match="there is no commit"):
        await zero_drift.committed(gate, tmp_path)
    await gate.process(*git, "commit", "--quiet", "--allow-empty", "--message", "one")
    await zero_drift.committed(gate, tmp_path)
    (tmp_path / "stray").touch()
    with pytest.raises(GateFailure, match=r"the tree differs from [0-9a-f]{12}:\n\?\? stray"):
        await zero_drift.committed(gate, tmp_path)


@pytest.mark.promise("P120", "F12")
async def test_zg2b_a_backfill_sees_eight_of_eight(gate: Stage, fresh_database: Database) -> None:
    await zero_drift.backfilled(gate, fresh_database.name)


@pytest.mark.promise("F12")
async def test_zg2b_turns_red_for_a_migrator_under_row_security(gate: Stage, fresh_database: Database) -> None:
    await spoil(fresh_database, "GRANT SELECT, UPDATE ON tenants TO app_user")
    with pytest.raises(GateFailure, match=r"selected\|updated is 0\|0"):
        await zero_drift.backfilled(gate, fresh_database.name, migrator="app_user")


def steps(database: Database) -> Callable[[str], Awaitable[None]]:
    async def migrate(revision: str) -> None:
        await asyncio.to_thread(migrations.upgrade, database.url("migration_owner"), revision)

    return migrate


@pytest.mark.promise("P118")
async def test_zg2_rows_of_every_earlier_revision_reach_head(gate: Stage, empty_database: Database) -> None:
    """Some seconds, because a database with data takes every revision by itself."""
    await zero_drift.keeps_rows(gate, empty_database.name, migrations.revisions(), steps(empty_database))
    row_counts = [step["rows"] for step in gate.evidence]
    assert row_counts[-1]["tenants"] == len([rows for rows in row_counts if rows])


async def test_zg2_turns_red_when_a_revision_loses_a_row(gate: Stage, empty_database: Database) -> None:
    migrate = steps(empty_database)

    async def careless(revision: str) -> None:
        await migrate(revision)
        if revision.startswith("1004"):
            await spoil(empty_database, "DELETE FROM tenant_membership_roles")

    with pytest.raises(GateFailure, match="1004_tokens changed row counts"):
        await zero_drift.keeps_rows(gate, empty_database.name, migrations.revisions()[:5], careless)


async def test_evidence_shows_no_password(gate: Stage, fresh_database: Database) -> None:
    result = await gate.process(
        "sh",
        "-c",
        "echo $SKELDIR_APP_DATABASE_URL",
        environment={"SKELDIR_APP_DATABASE_URL": gate.url("app_user", "x")},
    )
    assert gate.passwords["app_user"] in result.output
    assert gate.passwords["app_user"] not in str(gate.evidence)
    assert "***" in gate.evidence[0]["output"]


async def test_a_refusal_is_recorded_with_its_sqlstate(gate: Stage, fresh_database: Database) -> None:
    assert (await gate.sql("app_user", fresh_database.name, "SELECT 1 / 0")).startswith("22012: ")
    assert await gate.sql("app_user", fresh_database.name, "SELECT 1, 'a'") == "1|a"
    with pytest.raises(asyncpg.InvalidPasswordError):
        await Stage(gate.home, gate.port, {**gate.passwords, "app_user": "wrong"}).sql(
            "app_user", fresh_database.name, "SELECT 1"
        )
