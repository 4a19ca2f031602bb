"""Tenant A attacks tenant B on every tenant table the catalog knows, with every login the service has."""

from __future__ import annotations

import uuid
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

import asyncpg
import pytest

from impl.db import bootstrap, embedded
from impl.db.transaction import binding
from tests.fixtures.database import Database, temporary_database
from tests.gates.rows import RowMaker, insert_statement

DENIED = "42501"
ROLES = ("app_user", "app_worker", "app_ops")
# Written by nobody but a trigger, so that no role has a right an attack could use.
NO_INSERT = {"revenue_state_transitions"}
# Their tenant may be unknown, so their key is a random id alone.
TENANT_OPTIONAL = {"dead_events_quarantine", "worker_failed_jobs"}
# Guards that look at other rows run before row security; bound by it, they answer alike for foreign and missing rows.
GUARDED = {"ledger_verifications": "23514"}


@dataclass
class Scene:
    """Rows of two tenants in every table, and a way to act as a login bound to a tenant."""

    database: Database
    maker: RowMaker
    tables: list[str]
    attacker: uuid.UUID
    victim: uuid.UUID
    newcomer: uuid.UUID
    own: dict[str, dict[str, Any]]
    foreign: dict[str, dict[str, Any]]
    logins: dict[str, asyncpg.Connection]

    async def act(self, role: str, statement: str, *values: Any, tenant: uuid.UUID | None = None) -> str | list[Any]:
        """Rows of `statement` as `role`, or the SQLSTATE of its refusal; nothing is kept."""
        connection = self.logins[role]
        transaction = connection.transaction()
        await transaction.start()
        try:
            if tenant:
                await connection.execute(binding(tenant, user_id=uuid.UUID(int=9)))
            return await connection.fetch(statement, *values)
        except asyncpg.PostgresError as error:
            if str(self.victim) in str(error):
                pytest.fail(f"the refusal names the victim: {error}")
            return str(error.sqlstate)
        finally:
            await transaction.rollback()


@pytest.fixture(scope="module")
async def scene(cluster: embedded.Server, template: str) -> AsyncIterator[Scene]:
    """A database of its own: operators see rows of unknown tenants by design, and other tests leave some where they run."""
    async with temporary_database(cluster, template) as database:
        owner = await bootstrap.connect(database.url("migration_owner"))
        maker = RowMaker(owner)
        attacker, victim, newcomer = [
            await owner.fetchval("SELECT ops.create_tenant($1, 'USD')", name)
            for name in ("Attacker", "Victim", "Newcomer")
        ]
        tables = await maker.tenant_tables()
        own = {table: await maker.insert(table, attacker) for table in tables}
        foreign = {table: await maker.insert(table, victim) for table in tables}
        logins = {role: await bootstrap.connect(database.url(role)) for role in ROLES}
        for view in await owner.fetch("SELECT matviewname::text FROM pg_matviews"):
            assert await logins["app_worker"].fetchval("SELECT maintenance.refresh_view($1)", view[0]) == "success"
        yield Scene(database, maker, tables, attacker, victim, newcomer, own, foreign, logins)
        for connection in (owner, *logins.values()):
            await connection.close()


@pytest.mark.promise("P056")
async def test_the_catalog_knows_the_tables_that_matter(scene: Scene) -> None:
    named = {"attribution_events", "dead_events", "attribution_allocations", "revenue_ledger", "reconciliation_runs"}
    assert named <= set(scene.tables)
    assert len(scene.tables) >= 40


@pytest.mark.promise("P058", "P082", "P002")
@pytest.mark.parametrize("role", ROLES)
async def test_without_a_setting_there_are_no_rows(scene: Scene, role: str) -> None:
    for table in scene.tables:
        answer = await scene.act(role, f'SELECT 1 FROM "{table}"')
        assert answer in ([], DENIED), (role, table)


@pytest.mark.promise("P060", "P012", "P035")
@pytest.mark.parametrize("role", ROLES)
async def test_reading_the_victim_finds_nothing(scene: Scene, role: str) -> None:
    for table in scene.tables:
        query = f'SELECT 1 FROM "{table}" WHERE tenant_id = $1'
        assert await scene.act(role, query, scene.victim, tenant=scene.attacker) in ([], DENIED), (role, table)


@pytest.mark.parametrize("role", ["app_user", "app_worker"])
async def test_own_rows_are_seen_where_the_role_may_read(scene: Scene, role: str) -> None:
    """The control: isolation by hiding everything would pass every other test here."""
    for table in scene.tables:
        may_read = await scene.maker.connection.fetchval("SELECT has_table_privilege($1, $2, 'SELECT')", role, table)
        personal = any(column["name"] == "user_id" for column in await scene.maker.columns(table))
        answer = await scene.act(role, f'SELECT 1 FROM "{table}"', tenant=scene.attacker)
        if may_read and not personal:
            assert isinstance(answer, list), (role, table)
            assert answer, (role, table)


@pytest.mark.promise("P057", "P083")
@pytest.mark.parametrize("role", ROLES)
async def test_writing_for_the_victim_is_refused(scene: Scene, role: str) -> None:
    """A complete, valid row for the victim, made so that only isolation can refuse it."""
    for table in scene.tables:
        values = await scene.maker.values(table, scene.victim)
        answer = await scene.act(role, insert_statement(table, values), *values.values(), tenant=scene.attacker)
        assert answer in {DENIED, GUARDED.get(table)}, (role, table)


@pytest.mark.promise("P057")
@pytest.mark.parametrize("role", ROLES)
async def test_changing_or_deleting_the_victims_rows_touches_none(scene: Scene, role: str) -> None:
    for table in scene.tables:
        for verb in (f'UPDATE "{table}" SET created_at = created_at', f'DELETE FROM "{table}"'):
            if "created_at" in verb and "created_at" not in scene.foreign[table]:
                continue
            answer = await scene.act(
                role, f"{verb} WHERE tenant_id = $1 RETURNING 1", scene.victim, tenant=scene.attacker
            )
            assert answer in ([], DENIED), (role, table, verb)


@pytest.mark.parametrize("role", ["app_user", "app_worker"])
async def test_giving_own_rows_to_the_victim_is_refused(scene: Scene, role: str) -> None:
    for table in scene.tables:
        answer = await scene.act(
            role, f'UPDATE "{table}" SET tenant_id = $1 RETURNING 1', scene.victim, tenant=scene.attacker
        )
        assert answer in ([], DENIED), (role, table)


@pytest.mark.promise("F09")
async def test_values_of_the_victim_can_be_used_again_without_a_collision(scene: Scene) -> None:
    """Uniqueness that crossed tenants would answer 23505 and so tell that the victim has this value."""
    for table in scene.tables:
        if table in NO_INSERT:
            continue
        fresh = await scene.maker.values(table, scene.newcomer)
        keys = await scene.maker.connection.fetch(UNIQUE_COLUMNS, table)
        secret = {"tenant_id", "user_id", "key_hash"} | ({"id"} if table in TENANT_OPTIONAL else set())
        copied = {row[0] for row in keys} & fresh.keys() - secret
        references = {c for row in await scene.maker.connection.fetch(FOREIGN_COLUMNS, table) for c in row[0]}
        values = fresh | {name: scene.foreign[table][name] for name in copied - references}
        transaction = scene.maker.connection.transaction()
        await transaction.start()
        try:
            await scene.maker.connection.execute(insert_statement(table, values), *values.values())
        finally:
            await transaction.rollback()


UNIQUE_COLUMNS = """
    SELECT DISTINCT a.attname FROM pg_index i JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = ANY (i.indkey)
    WHERE i.indrelid = $1::text::regclass AND i.indisunique
"""
FOREIGN_COLUMNS = """
    SELECT array_agg(a.attname::text) FROM pg_constraint k JOIN pg_attribute a
        ON a.attrelid = k.conrelid AND a.attnum = ANY (k.conkey)
    WHERE k.conrelid = $1::text::regclass AND k.contype = 'f' GROUP BY k.oid
"""


async def test_references_to_the_victims_rows_fail_like_references_to_nothing(scene: Scene) -> None:
    """A foreign key that crossed tenants would succeed for an id that exists elsewhere."""
    tried = 0
    for table in scene.tables:
        for reference in await scene.maker.connection.fetch(PARENTS, table):
            column, parent, key = reference
            values = await scene.maker.values(table, scene.attacker)
            answers = []
            for id_ in (scene.foreign[parent][key], uuid.uuid4()):
                changed = values | {column: id_}
                answers.append(await _refusal(scene, table, changed))
            assert answers[0] == answers[1], (table, column)
            assert answers[0], (table, column)
            tried += 1
    assert tried > 5


PARENTS = """
    SELECT a.attname::text, k.confrelid::regclass::text, f.attname::text
    FROM pg_constraint k
    JOIN unnest(k.conkey, k.confkey) AS pair (ours, theirs) ON true
    JOIN pg_attribute a ON a.attrelid = k.conrelid AND a.attnum = pair.ours
    JOIN pg_attribute f ON f.attrelid = k.confrelid AND f.attnum = pair.theirs
    WHERE k.conrelid = $1::text::regclass AND k.contype = 'f' AND a.attname <> 'tenant_id'
        AND k.confrelid <> k.conrelid
        AND EXISTS (SELECT FROM pg_attribute t WHERE t.attrelid = k.confrelid AND t.attname = 'tenant_id')
"""


async def _refusal(scene: Scene, table: str, values: dict[str, Any]) -> str:
    connection = scene.maker.connection
    transaction = connection.transaction()
    await transaction.start()
    try:
        await connection.execute(insert_statement(table, values), *values.values())
        await connection.execute("SET CONSTRAINTS ALL IMMEDIATE")
    except asyncpg.PostgresError as error:
        return str(error.sqlstate)
    finally:
        await transaction.rollback()
    return ""


async def test_a_predicate_that_fails_is_never_run_on_foreign_rows(scene: Scene) -> None:
    """The policy is applied before what the attacker asks, so an error cannot tell what a hidden row holds."""
    for table in ("revenue_ledger", "attribution_events"):
        query = f"SELECT 1 FROM {table} WHERE 1 / (CASE WHEN tenant_id = $1 THEN 0 ELSE 1 END) = 0"
        assert await scene.act("app_user", query, scene.victim, tenant=scene.attacker) == [], table


async def test_plans_and_statistics_show_nothing_of_the_victim(scene: Scene) -> None:
    await scene.maker.connection.execute("ANALYZE revenue_ledger")
    statistics = "SELECT 1 FROM pg_stats WHERE schemaname = 'public' AND tablename = 'revenue_ledger'"
    assert await scene.act("app_user", statistics, tenant=scene.attacker) == []
    plan = await scene.act("app_user", "EXPLAIN (ANALYZE, VERBOSE) SELECT * FROM revenue_ledger", tenant=scene.attacker)
    assert isinstance(plan, list)
    secret = scene.foreign["revenue_ledger"]
    text = "\n".join(row[0] for row in plan)
    assert str(scene.victim) not in text
    assert secret["transaction_id"] not in text


async def test_there_is_no_sequence_to_count_with(scene: Scene) -> None:
    query = "SELECT count(*) FROM pg_class WHERE relkind = 'S' AND relnamespace = 'public'::regnamespace"
    assert await scene.maker.connection.fetchval(query) == 0


@pytest.mark.parametrize("role", ["app_user", "app_worker"])
async def test_views_filter_like_tables(scene: Scene, role: str) -> None:
    views = await scene.maker.connection.fetch("SELECT viewname::text FROM pg_views WHERE schemaname = 'public'")
    assert len(views) >= 6
    for (view,) in views:
        assert await scene.act(role, f"SELECT 1 FROM {view}") == [], view
        query = f"SELECT 1 FROM {view} WHERE tenant_id = $1"
        assert await scene.act(role, query, scene.victim, tenant=scene.attacker) == [], view
        assert await scene.act(role, query, scene.attacker, tenant=scene.attacker) != [], (
            "hiding everything is no filter"
        )


@pytest.mark.promise("P123", "F01")
@pytest.mark.parametrize("role", ROLES)
async def test_materialized_views_are_closed_to_everybody(scene: Scene, role: str) -> None:
    for (view,) in await scene.maker.connection.fetch("SELECT matviewname::text FROM pg_matviews"):
        assert await scene.act(role, f"SELECT 1 FROM {view}", tenant=scene.attacker) == DENIED
        assert await scene.act(role, f"REFRESH MATERIALIZED VIEW {view}") == DENIED


async def test_replay_functions_stay_in_their_tenant(scene: Scene) -> None:
    dead = scene.foreign["dead_events"]["id"]
    claim = "SELECT * FROM ingest.claim_dead_event($1, true)"
    assert await scene.act("app_worker", claim, dead, tenant=scene.attacker) == []
    assert len(await scene.act("app_worker", claim, dead, tenant=scene.victim)) == 1
    replay = "SELECT * FROM ingest.replay_dead_event($1, '{}')"
    assert await scene.act("app_worker", replay, dead, tenant=scene.attacker) == "P0002"


async def test_people_of_one_tenant_do_not_see_each_other(scene: Scene) -> None:
    """Personal tables hide rows of other users of the same tenant; act() is bound to a user of its own."""
    personal = await scene.maker.connection.fetch(
        "SELECT tablename::text FROM pg_policies WHERE qual LIKE '%current_user_id%' AND tablename <> 'users'"
    )
    assert len(personal) >= 8
    for (table,) in personal:
        assert await scene.act("app_user", f'SELECT 1 FROM "{table}"', tenant=scene.attacker) == [], table
        mine = await scene.maker.values(table, scene.attacker) | {"user_id": uuid.UUID(int=9)}
        insert = insert_statement(table, mine) + " RETURNING 1"
        assert len(await scene.act("app_user", insert, *mine.values(), tenant=scene.attacker)) == 1, table
