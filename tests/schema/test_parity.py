"""Mapped code and migrated database agree in both directions; whatever differs is named."""

from __future__ import annotations

import asyncio

import asyncpg
import pytest
from alembic import command
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.pool import NullPool

from impl.db import bootstrap, migrate
from impl.db.views import REGISTRY
from tests.fixtures.database import Database
from tests.gates import catalog
from tests.schema import record
from tests.schema.tables import METADATA

MAPPED = ("columns", "constraints", "indexes")
VERSION_TABLE = {"alembic_version"}
# The queue's schema is its library's own: it is compared up/down/up, but no code of ours maps it.
OURS = tuple(name for name in catalog.SCHEMAS if name != "queue")
LETTERS = {"S": "SELECT", "I": "INSERT", "U": "UPDATE", "D": "DELETE"}


@pytest.mark.promise("F17")
async def test_alembic_finds_nothing_to_do(database: Database) -> None:
    await asyncio.to_thread(command.check, migrate.config(database.url("migration_owner"), compare=METADATA))


@pytest.mark.promise("F17", "F14")
async def test_tables_made_from_the_code_have_the_same_catalog(database: Database, empty_database: Database) -> None:
    """Columns, defaults, constraints and indexes of `create_all` and of the history, line by line."""
    made = create_async_engine(empty_database.url("migration_owner"), poolclass=NullPool)
    async with made.begin() as connection:
        await connection.run_sync(METADATA.create_all)
    await made.dispose()
    coded = await bootstrap.connect(empty_database.url("migration_owner"))
    migrated = await bootstrap.connect(database.url("migration_owner"))
    left = await catalog.describe(coded, *MAPPED, schemas=OURS)
    right = await catalog.describe(migrated, *MAPPED, schemas=OURS)
    for connection in (coded, migrated):
        await connection.close()
    right["indexes"] = [line for line in right["indexes"] if " public.mv_" not in line]
    assert catalog.differences(left, right) == []


@pytest.mark.promise("F18")
async def test_every_table_is_mapped_and_every_mapped_table_exists(owner: asyncpg.Connection) -> None:
    found = {row[0] for row in await owner.fetch("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")}
    assert found - VERSION_TABLE == set(METADATA.tables)


async def test_comments_say_what_the_code_says(owner: asyncpg.Connection) -> None:
    lines = (await catalog.describe(owner, "comments"))["comments"]
    tables = {f"{table.name}: {table.comment}" for table in METADATA.tables.values()}
    assert tables == {line for line in lines if line.partition(":")[0] in METADATA.tables}


@pytest.mark.promise("P003")
@pytest.mark.parametrize("table", METADATA.sorted_tables, ids=lambda table: table.name)
async def test_rights_are_exactly_those_the_code_names(owner: asyncpg.Connection, table: object) -> None:
    """Table rights of the three run-time logins, inherited ones included, and column rights where a table has none."""
    info = table.info
    for role, letters in info["grants"].items():
        expected = set(letters) | {letter for (who, letter) in info["columns"] if who == role}
        actual = set()
        for letter, right in LETTERS.items():
            whole = await owner.fetchval("SELECT has_table_privilege($1, $2, $3)", role, table.name, right)
            some = letter != "D" and await owner.fetch(COLUMNS, role, table.name, right)
            columns = info["columns"].get((role, letter))
            if columns:
                assert not whole, (role, right)
                assert {row[0] for row in some} == set(columns), (role, right)
            if whole or some:
                actual.add(letter)
        if role == "app_ops":  # operators read what the read group reads, through row security
            assert actual <= expected | {"S"}
        else:
            assert actual == expected, role


COLUMNS = """
    SELECT a.attname FROM pg_attribute a
    WHERE a.attrelid = $2::text::regclass AND a.attnum > 0 AND NOT a.attisdropped
        AND has_column_privilege($1, $2, a.attname, $3)
"""


BOUND = "(NULLIF(current_setting('app.current_{}_id'::text, true), ''::text))::uuid"
OF_TENANT, OF_USER = f"(tenant_id = {BOUND.format('tenant')})", f"(user_id = {BOUND.format('user')})"
NOBODYS = "(tenant_id IS NULL)"


def everybody(name: str, rule: str) -> tuple[str, ...]:
    return (name, "ALL", "public", rule, rule)


# What each word of `about(policy=…)` means: name, command, roles, USING, WITH CHECK.
POLICIES = {
    "none": set(),
    "tenant": {everybody("tenant_isolation_policy", OF_TENANT)},
    "tenants": {everybody("tenant_isolation_policy", OF_TENANT.replace("tenant_id", "id", 1))},
    "user": {everybody("tenant_isolation_policy", f"({OF_TENANT} AND {OF_USER})")},
    "self": {everybody("user_isolation_policy", OF_USER.replace("user_id", "id", 1))},
    "quarantine": {
        everybody("tenant_isolation_policy", OF_TENANT),
        ("quarantine_tenantless_insert", "INSERT", "app_user", "", NOBODYS),
        ("quarantine_tenantless_read", "SELECT", "app_ops", NOBODYS, ""),
    },
    "failed_jobs": {
        everybody("tenant_isolation_policy", OF_TENANT),
        ("tenantless_worker_policy", "ALL", "app_worker", NOBODYS, NOBODYS),
    },
}


@pytest.mark.promise("P056", "P057")
async def test_rows_are_hidden_exactly_as_the_code_says(owner: asyncpg.Connection) -> None:
    """Row security on, forced, and with the very rules that each mapped table names; no others, and on no other table."""
    found: dict[str, set[tuple[str, ...]]] = {name: set() for name in METADATA.tables}
    rows = await owner.fetch(
        "SELECT tablename::text, policyname::text, cmd, array_to_string(roles, ','), coalesce(qual, ''),"
        " coalesce(with_check, ''), permissive FROM pg_policies WHERE schemaname = 'public'"
    )
    for table, *policy, kind in rows:
        assert kind == "PERMISSIVE"
        found[table].add(tuple(policy))
    assert found == {name: POLICIES[table.info["policy"]] for name, table in METADATA.tables.items()}
    switches = await owner.fetch(
        "SELECT relname::text, relrowsecurity, relforcerowsecurity FROM pg_class"
        " WHERE relnamespace = 'public'::regnamespace AND relkind = 'r'"
    )
    for table, is_enabled, is_forced in switches:
        is_isolated = table in METADATA.tables and METADATA.tables[table].info["policy"] != "none"
        assert (is_enabled, is_forced) == (is_isolated, is_isolated), table


@pytest.mark.promise("F14")
async def test_triggers_functions_and_views_are_those_on_record(owner: asyncpg.Connection) -> None:
    """What no mapped table can say stands in alembic/catalog.txt, so that a change of it shows in a review."""
    recorded, found = record.read(), await catalog.describe(owner, *record.SECTIONS, schemas=record.SCHEMAS)
    assert catalog.differences(recorded, found) == [], "if this is meant: python -m tests.schema.record"


async def test_nobody_may_truncate_refer_or_grant(owner: asyncpg.Connection) -> None:
    lines = (await catalog.describe(owner, "grants", schemas=OURS))["grants"]
    assert [line for line in lines if line.split()[-1] not in LETTERS.values()] == []
    assert [line for line in lines if line.split()[1] == "public"] == []


@pytest.mark.promise("P121")
async def test_view_registry_is_the_catalog(owner: asyncpg.Connection) -> None:
    found = {row[0] for row in await owner.fetch("SELECT matviewname FROM pg_matviews")}
    assert found == set(REGISTRY)
    views = {row[0] for row in await owner.fetch("SELECT viewname FROM pg_views WHERE viewname LIKE 'v\\_%'")}
    assert views == {view.access_view for view in REGISTRY.values()}


async def test_everything_belongs_to_the_right_owner(owner: asyncpg.Connection) -> None:
    lines = (await catalog.describe(owner, "relations"))["relations"]
    for line in lines:
        expected = "app_maintenance" if line.split()[0].startswith(("public.mv_", "public.v_")) else "migration_owner"
        assert f" owner {expected} " in line


@pytest.mark.promise("F18")
async def test_nothing_in_the_database_is_there_for_tests(owner: asyncpg.Connection) -> None:
    schemas = await owner.fetch(
        "SELECT nspname::text FROM pg_namespace WHERE nspname NOT LIKE 'pg\\_%' AND nspname <> 'information_schema'"
    )
    assert {row[0] for row in schemas} == set(catalog.SCHEMAS)
    names = """
        SELECT relname::text FROM pg_class WHERE relnamespace::regnamespace::text = ANY ($1)
        UNION ALL SELECT attname::text FROM pg_attribute JOIN pg_class c ON c.oid = attrelid
            WHERE c.relnamespace::regnamespace::text = ANY ($1)
        UNION ALL SELECT proname::text FROM pg_proc WHERE pronamespace::regnamespace::text = ANY ($1)
    """
    found = {row[0] for row in await owner.fetch(names, catalog.SCHEMAS)}
    assert len(found) > 300
    assert [name for name in found if "test" in name.split("_") or "fixture" in name or "dummy" in name] == []
