import asyncio

import pytest
from sqlalchemy import text

from impl.auth.errors import KeysUnavailableError
from impl.auth.keys.signing_key_store import DatabaseKeyStore
from impl.auth.keys.signing_keys import SigningKeys
from impl.db import bootstrap, engine, functions, migrate
from impl.db.sealing import KeyRing
from impl.health import probes
from impl.health.pool_watch import PoolWatch
from impl.health.probes import ProbeError, SchemaProbe

FUNCTIONS = functions.digests(functions.load())


@pytest.fixture
async def own(fresh_database):
    """A database of one's own to break, as the API sees it, and its superuser."""
    api = engine.create(fresh_database.url("app_user"), pool_size=2, pool_timeout_seconds=1)
    superuser = await bootstrap.connect(fresh_database.url())
    yield api, superuser
    await superuser.close()
    await api.dispose()


async def test_every_probe_passes_on_a_migrated_database(own, clock):
    api, _ = own
    await probes.database(api)
    await SchemaProbe(api, migrate.head(), FUNCTIONS).check()
    await probes.write(api)
    await probes.row_security(api)
    await probes.settings_hook(api)
    await probes.secrets(SigningKeys(DatabaseKeyStore(api, KeyRing({"k": b"k" * 32}), clock), clock))
    await probes.pool(PoolWatch(api, clock))


async def test_an_older_and_a_second_revision_are_not_enough(own):
    api, superuser = own
    for statement in (
        "UPDATE alembic_version SET version_num = '1001_schemas'",
        f"INSERT INTO alembic_version VALUES ('{migrate.head()}')",
        "DELETE FROM alembic_version",
    ):
        await superuser.execute(statement)
        with pytest.raises(ProbeError, match="skeldir migrate"):
            await SchemaProbe(api, migrate.head(), FUNCTIONS).check()


async def test_a_database_that_was_migrated_further_takes_nothing_from_the_processes_still_to_be_replaced(own):
    """Readiness demanded equality: every migration turned all old processes away (red team A12)."""
    api, superuser = own
    probe = SchemaProbe(api, migrate.head(), FUNCTIONS)
    await probe.check()
    await superuser.execute("ALTER TABLE tenants ADD COLUMN added_by_the_next_release text")
    await superuser.execute("UPDATE schema_functions SET sha256 = '' WHERE name = 'queue.state'")
    await superuser.execute("INSERT INTO schema_functions VALUES ('queue.pgqueuer', '')")
    await probe.check()  # the functions of the next release, its revision not there yet
    await superuser.execute("UPDATE alembic_version SET version_num = '9999_future'")
    await probe.check()
    await SchemaProbe(api, migrate.head(), FUNCTIONS).check()  # an old process that starts again
    await superuser.execute("DROP FUNCTION ops.create_user")
    with pytest.raises(ProbeError, match="missing: ops.create_user") as caught:
        await probe.check()
    assert caught.value.name == "functions_missing"


async def test_a_database_that_takes_no_rows_is_named(own, fresh_database):
    api, superuser = own
    await probes.write(api)
    await superuser.execute("ALTER ROLE app_user SET default_transaction_read_only = on")
    again = engine.create(fresh_database.url("app_user"), pool_size=1)
    try:
        with pytest.raises(ProbeError) as caught:
            await probes.write(again)
        assert caught.value.name == "read_only"
    finally:
        await superuser.execute("ALTER ROLE app_user RESET default_transaction_read_only")
        await again.dispose()
    await superuser.execute("DROP FUNCTION security.take_rate_tokens")
    with pytest.raises(ProbeError) as caught:
        await probes.write(api)
    assert caught.value.name == "functions_missing"


async def test_a_full_disk_is_named(own):
    """PostgreSQL's own error for it, raised where the row would be written."""
    api, superuser = own
    await superuser.execute("""
        DROP FUNCTION security.take_rate_tokens;
        CREATE FUNCTION security.take_rate_tokens(bytea, timestamptz, integer, integer) RETURNS integer
        LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'could not extend file' USING ERRCODE = 'disk_full'; END $$
    """)
    with pytest.raises(ProbeError) as caught:
        await probes.write(api)
    assert caught.value.name == "disk_full"


@pytest.mark.parametrize(
    ("statement", "difference"),
    [
        ("DROP FUNCTION ops.create_user", "missing: ops.create_user"),
        ("DROP VIEW revenue_ledger_current", "missing: public.revenue_ledger_current"),
        ("DELETE FROM schema_functions WHERE name = 'ops.create_user'", "missing: ops.create_user"),
        ("UPDATE schema_functions SET sha256 = '' WHERE name = 'queue.state'", "different: queue.state"),
        ("INSERT INTO schema_functions VALUES ('queue.pgqueuer', '')", "unknown: queue.pgqueuer"),
    ],
)
async def test_a_function_that_is_not_the_programs_is_named(own, statement, difference):
    api, superuser = own
    await superuser.execute(statement)
    with pytest.raises(ProbeError, match=rf"\({difference}\); run `skeldir migrate`"):
        await SchemaProbe(api, migrate.head(), FUNCTIONS).check()


@pytest.mark.parametrize(
    "statement",
    [
        "ALTER TABLE revenue_ledger NO FORCE ROW LEVEL SECURITY",
        "ALTER TABLE tenants DISABLE ROW LEVEL SECURITY",
        "DROP POLICY tenant_isolation_policy ON attribution_events",
        "CREATE TABLE forgotten (tenant_id uuid)",
    ],
)
async def test_one_open_tenant_table_is_enough_to_fail(own, statement):
    api, superuser = own
    await superuser.execute(statement)
    with pytest.raises(ProbeError, match="^1 of .* tenant tables are without row security"):
        await probes.row_security(api)


async def test_a_role_above_row_security_fails(fresh_database):
    owner = engine.create(fresh_database.url("migration_owner"))
    with pytest.raises(ProbeError, match="bypasses row security"):
        await probes.row_security(owner)
    await owner.dispose()


async def test_a_database_without_tables_fails(empty_database):
    api = engine.create(empty_database.url("app_user"))
    with pytest.raises(ProbeError, match="^0 of 0"):
        await probes.row_security(api)
    await api.dispose()


async def test_a_connection_that_stays_bound_fails(own):
    """As a pooler would do that does not reset sessions, or code that sets the tenant for the whole session."""
    api, _ = own
    async with api.connect() as connection:
        await connection.execute(text("SELECT set_config('app.current_tenant_id', gen_random_uuid()::text, false)"))
        await connection.commit()
    with pytest.raises(ProbeError, match="stayed bound"):
        await probes.settings_hook(api)


async def test_a_ring_that_does_not_open_the_signing_keys_fails(own, clock):
    api, _ = own
    await DatabaseKeyStore(api, KeyRing({"k": b"a" * 32}), clock).load()
    with pytest.raises(KeysUnavailableError):
        await probes.secrets(SigningKeys(DatabaseKeyStore(api, KeyRing({"k": b"b" * 32}), clock), clock))


class TestPoolWatch:
    async def test_a_pool_is_stuck_when_all_is_out_and_nothing_moved_for_half_a_minute(self, own, clock):
        api, _ = own
        watch = PoolWatch(api, clock)
        async with api.connect(), api.connect():
            assert (watch.in_use, watch.size) == (2, 2)
            clock.advance(30)
            await probes.pool(watch)
            clock.advance(1)
            with pytest.raises(ProbeError, match="all 2 database connections are in use"):
                await probes.pool(watch)
        await probes.pool(watch)
        assert watch.in_use == 0

    async def test_a_busy_pool_that_moves_is_not_stuck(self, own, clock):
        api, _ = own
        watch = PoolWatch(api, clock)
        async with api.connect():
            for _ in range(10):
                clock.advance(20)
                async with api.connect():
                    await probes.pool(watch)

    async def test_an_idle_pool_is_not_stuck(self, own, clock):
        api, _ = own
        watch = PoolWatch(api, clock)
        clock.advance(3600)
        await asyncio.sleep(0)
        assert not watch.is_stuck()
