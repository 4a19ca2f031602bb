"""Rules of isolation that hold for whatever the catalog holds, today and after the next revision."""

from __future__ import annotations

import re

import asyncpg
import pytest

from impl.db import bootstrap
from tests.fixtures.database import Database

TENANT = "(tenant_id = (NULLIF(current_setting('app.current_tenant_id'::text, true), ''::text))::uuid)"
# Reference data and fleet-wide state without a tenant; a new table must be put here on purpose, or be isolated.
WITHOUT_TENANT = {
    "alembic_version",
    "channel_state_transitions",
    "channel_taxonomy",
    "jwt_signing_keys",
    "jwt_verification_cache",
    "matview_refreshes",
    "platforms",
    "rate_limit_buckets",
    "roles",
    "schema_functions",
    "schedule_ticks",
    "users",
    "worker_heartbeats",
}
# Found by a hash of 32 random bytes, which nobody can guess; without a global key two tenants could share one.
GLOBAL_KEYS = {"uq_tenant_api_keys__key_hash"}
# Rows whose tenant may be unknown cannot lead their key with it.
TENANT_OPTIONAL = {"dead_events_quarantine", "worker_failed_jobs"}


@pytest.mark.promise("P056", "P059", "P002")
async def test_every_table_is_isolated_and_forced_or_listed(owner: asyncpg.Connection) -> None:
    rows = await owner.fetch(
        "SELECT relname::text, relrowsecurity, relforcerowsecurity FROM pg_class"
        " WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p')"
    )
    open_tables = {name for name, enabled, forced in rows if not (enabled and forced)}
    assert open_tables == WITHOUT_TENANT - {"users"}


@pytest.mark.promise("P057", "P002")
async def test_every_tenant_table_has_the_one_rule_for_reading_and_writing(owner: asyncpg.Connection) -> None:
    rows = await owner.fetch(
        "SELECT tablename::text, policyname::text, qual, with_check, cmd, permissive FROM pg_policies"
        " WHERE policyname = 'tenant_isolation_policy'"
    )
    tables = {row[0] for row in await owner.fetch(TENANT_TABLES)}
    assert {row[0] for row in rows} == tables | {"tenants"}
    for table, _, using, check, command, kind in rows:
        expected = TENANT.replace("tenant_id =", "id =") if table == "tenants" else TENANT
        assert expected in using, table
        assert using == check, table
        assert (command, kind) == ("ALL", "PERMISSIVE")


TENANT_TABLES = """
    SELECT c.relname::text FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attname = 'tenant_id'
    WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p')
"""


async def test_no_other_policy_opens_a_tenants_rows(owner: asyncpg.Connection) -> None:
    """Permissive policies add up, so each further one must concern tenantless rows only."""
    rows = await owner.fetch(
        "SELECT tablename::text, policyname::text, coalesce(qual, with_check) FROM pg_policies"
        " WHERE schemaname = 'public' AND policyname NOT IN ('tenant_isolation_policy', 'user_isolation_policy')"
    )
    assert {row[1] for row in rows} == {
        "quarantine_tenantless_insert",
        "quarantine_tenantless_read",
        "tenantless_worker_policy",
    }
    assert {row[2] for row in rows} == {"(tenant_id IS NULL)"}


async def test_tenant_leads_every_key_and_every_reference(owner: asyncpg.Connection) -> None:
    keys = await owner.fetch("""
        SELECT i.indexrelid::regclass::text, i.indrelid::regclass::text,
            (SELECT a.attname::text FROM pg_attribute a WHERE a.attrelid = i.indrelid AND a.attnum = i.indkey[0])
        FROM pg_index i JOIN pg_attribute t ON t.attrelid = i.indrelid AND t.attname = 'tenant_id'
        JOIN pg_class c ON c.oid = i.indrelid
        WHERE i.indisunique AND c.relnamespace = 'public'::regnamespace AND c.relkind = 'r'
    """)
    astray = {name for name, table, first in keys if first != "tenant_id" and table not in TENANT_OPTIONAL}
    assert astray == GLOBAL_KEYS
    references = await owner.fetch("""
        SELECT k.conname::text, pg_get_constraintdef(k.oid) FROM pg_constraint k
        JOIN pg_attribute t ON t.attrelid = k.confrelid AND t.attname = 'tenant_id' WHERE k.contype = 'f'
    """)
    for name, definition in references:
        assert re.match(r"FOREIGN KEY \(tenant_id, \w+\) REFERENCES \w+\(tenant_id, \w+\)", definition), name


@pytest.mark.promise("F08")
async def test_every_tenant_exists_and_outlives_its_rows(owner: asyncpg.Connection) -> None:
    rows = dict(
        await owner.fetch("""
            SELECT k.conrelid::regclass::text, pg_get_constraintdef(k.oid) FROM pg_constraint k
            WHERE k.contype = 'f' AND k.confrelid = 'tenants'::regclass
        """)
    )
    tables = {row[0] for row in await owner.fetch(TENANT_TABLES)}
    assert set(rows) == tables
    for table, definition in rows.items():
        expected = "SET NULL" if table == "dead_events_quarantine" else "RESTRICT"
        assert definition.endswith(f"ON DELETE {expected}"), table


async def test_definer_functions_pin_their_path_and_serve_one_role(owner: asyncpg.Connection) -> None:
    rows = await owner.fetch("""
        SELECT p.oid::regprocedure::text AS name, p.proconfig, p.proowner::regrole::text AS owner,
            p.prorettype = 'trigger'::regtype AS is_trigger,
            coalesce((SELECT array_agg(coalesce(nullif(a.grantee, 0)::regrole::text, 'public'))
                FROM aclexplode(p.proacl) a WHERE a.grantee <> p.proowner), '{}') AS callers
        FROM pg_proc p WHERE p.prosecdef AND p.pronamespace::regnamespace::text NOT LIKE 'pg\\_%'
    """)
    assert len(rows) >= 30
    for row in rows:
        assert row["proconfig"] == ["search_path=pg_catalog, pg_temp"], row["name"]
        assert row["owner"] in {"app_maintenance", "app_replay"}, row["name"]
        assert len(row["callers"]) == (0 if row["is_trigger"] else 1), row["name"]
        assert set(row["callers"]) <= {"app_user", "app_worker", "app_ops"}, row["name"]


async def test_no_function_is_public_and_none_may_be_hijacked(owner: asyncpg.Connection) -> None:
    rows = await owner.fetch("""
        SELECT p.oid::regprocedure::text FROM pg_proc p
        WHERE p.pronamespace::regnamespace::text IN
            ('public', 'auth', 'security', 'ops', 'ingest', 'maintenance', 'retention', 'privacy')
            AND (p.proacl IS NULL OR EXISTS (SELECT FROM aclexplode(p.proacl) a WHERE a.grantee = 0))
    """)
    assert rows == []
    for role in ("app_user", "app_worker", "app_ops", "app_replay"):
        for schema in ("public", "auth", "security", "ops", "maintenance", "retention", "privacy"):
            assert not await owner.fetchval("SELECT has_schema_privilege($1, $2, 'CREATE')", role, schema)


ESCALATIONS = (
    "CREATE TABLE mine (n int)",
    "ALTER TABLE attribution_events DISABLE ROW LEVEL SECURITY",
    "ALTER TABLE attribution_events NO FORCE ROW LEVEL SECURITY",
    "SET row_security = off; SELECT * FROM attribution_events",
    "CREATE ROLE mine",
    "GRANT pg_read_all_data TO {role}",
    "ALTER ROLE {role} BYPASSRLS",
)


@pytest.mark.promise("Q08", "P081")
@pytest.mark.parametrize("role", ["app_user", "app_worker", "app_ops"])
@pytest.mark.parametrize("attempt", ESCALATIONS)
async def test_privilege_escalations_are_refused(database: Database, role: str, attempt: str) -> None:
    connection = await bootstrap.connect(database.url(role))
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await connection.execute(attempt.format(role=role))
    await connection.close()


@pytest.mark.parametrize("role", ["app_user", "app_worker", "app_ops"])
@pytest.mark.parametrize("other", ["migration_owner", "app_maintenance", "app_replay", "postgres"])
async def test_no_login_becomes_another_role(database: Database, role: str, other: str) -> None:
    connection = await bootstrap.connect(database.url(role))
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await connection.execute(f"SET ROLE {other}")
    await connection.close()


@pytest.mark.promise("P059")
async def test_force_binds_the_owner_of_a_table(fresh_database: Database) -> None:
    """A table owner without BYPASSRLS sees nothing without a tenant: the rule is the table's, not the role's."""
    admin = await bootstrap.connect(fresh_database.url())
    await admin.execute("INSERT INTO tenants (name) VALUES ('somebody')")
    await admin.execute("ALTER TABLE tenants OWNER TO app_rw; SET ROLE app_rw")
    assert await admin.fetchval("SELECT count(*) FROM tenants") == 0
    await admin.execute("RESET ROLE; ALTER TABLE tenants NO FORCE ROW LEVEL SECURITY; SET ROLE app_rw")
    assert await admin.fetchval("SELECT count(*) FROM tenants") == 1  # the control: without FORCE the owner sees all
    await admin.close()
