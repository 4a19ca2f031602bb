"""Rules that triggers keep: credits add up, channels live their life, workers stay out, keys and cutoffs behave."""

from __future__ import annotations

import asyncio
import uuid
from datetime import UTC, datetime, timedelta
from typing import Any

import asyncpg
import pytest

from impl.db import bootstrap
from impl.db.transaction import binding
from tests.fixtures.database import Database, MakeTenant
from tests.gates.rows import RowMaker, insert_statement

INGESTION = ("webhook_deliveries", "attribution_events", "touches", "dead_events", "revenue_ledger")
CREDIT = """
    INSERT INTO attribution_allocations (tenant_id, event_id, window_start, window_end, model_type, model_version,
        channel_code, allocated_revenue_cents, currency)
    SELECT $1, $2, now(), now() + INTERVAL '1 day', 'linear', '1.0.0', c, a, 'USD' FROM unnest($3::text[], $4::bigint[]) AS x (c, a)
"""


@pytest.mark.promise("Q20")
@pytest.mark.parametrize(
    ("cents", "is_kept"),
    [([400, 600], True), ([1000, 0], True), ([400, 599], False), ([400, 601], False), ([1500, -500], True)],
)
async def test_credits_add_up_to_the_effect_exactly(
    owner: asyncpg.Connection, make_tenant: MakeTenant, cents: list[int], is_kept: bool
) -> None:
    tenant = await make_tenant()
    event = await RowMaker(owner).insert("attribution_events", tenant)
    if is_kept:
        await owner.execute(CREDIT, tenant, event["id"], ["direct", "email"], cents)
    else:
        with pytest.raises(asyncpg.CheckViolationError, match="not to its effect 1000"):
            await owner.execute(CREDIT, tenant, event["id"], ["direct", "email"], cents)


async def test_a_set_of_credits_changes_whole_or_not_at_all(owner: asyncpg.Connection, make_tenant: MakeTenant) -> None:
    tenant = await make_tenant()
    event = await RowMaker(owner).insert("attribution_events", tenant)
    await owner.execute(CREDIT, tenant, event["id"], ["direct", "email"], [400, 600])
    one = "tenant_id = $1 AND channel_code = 'email'"
    with pytest.raises(asyncpg.CheckViolationError):
        await owner.execute(f"DELETE FROM attribution_allocations WHERE {one}", tenant)
    with pytest.raises(asyncpg.CheckViolationError):
        await owner.execute(f"UPDATE attribution_allocations SET allocated_revenue_cents = 1 WHERE {one}", tenant)
    both = "UPDATE attribution_allocations SET allocated_revenue_cents = 1000 - allocated_revenue_cents WHERE tenant_id = $1"
    await owner.execute(both, tenant)
    assert await owner.execute("DELETE FROM attribution_allocations WHERE tenant_id = $1", tenant) == "DELETE 2"


@pytest.mark.promise("P133", "P083", "F06")
@pytest.mark.parametrize("table", INGESTION)
@pytest.mark.parametrize("verb", ["INSERT", "UPDATE", "DELETE"])
async def test_workers_are_kept_out_by_privilege_and_by_trigger(
    database: Database, owner: asyncpg.Connection, make_tenant: MakeTenant, table: str, verb: str
) -> None:
    """The worker's login lacks the right; the API's login in a worker's context meets the trigger: 42501 both times."""
    tenant = await make_tenant()
    values = await RowMaker(owner).values(table, tenant)
    statements = {
        "INSERT": (insert_statement(table, values), list(values.values())),
        "UPDATE": (f"UPDATE {table} SET created_at = created_at", []),
        "DELETE": (f"DELETE FROM {table}", []),
    }
    statement, parameters = statements[verb]
    worker = await bootstrap.connect(database.url("app_worker"))
    with pytest.raises(asyncpg.InsufficientPrivilegeError, match=f"permission denied for table {table}"):
        await worker.execute(statement, *parameters)
    await worker.close()
    transaction = owner.transaction()
    await transaction.start()
    await owner.execute(binding(tenant, execution_context="worker"))
    with pytest.raises(asyncpg.InsufficientPrivilegeError, match=f"a worker may not {verb} {table}; use the replay"):
        await owner.execute(statement, *parameters)
    await transaction.rollback()


async def test_channels_live_forward_and_leave_a_trace(fresh_database: Database) -> None:
    owner = await bootstrap.connect(fresh_database.url("migration_owner"))
    move = "UPDATE channel_taxonomy SET state = $1, is_active = ($1 = 'active') WHERE code = 'tiktok_paid'"
    with pytest.raises(asyncpg.CheckViolationError, match="cannot go from active to draft"):
        await owner.execute(move, "draft")
    await owner.execute(move, "deprecated")
    await owner.execute(move, "archived")
    with pytest.raises(asyncpg.CheckViolationError, match="cannot go from archived to active"):
        await owner.execute(move, "active")
    steps = await owner.fetch(
        "SELECT from_state, to_state, changed_by FROM channel_state_transitions ORDER BY changed_at"
    )
    assert [tuple(step) for step in steps] == [
        ("active", "deprecated", "migration_owner"),
        ("deprecated", "archived", "migration_owner"),
    ]
    await owner.close()


async def test_a_credited_channel_cannot_be_deleted(owner: asyncpg.Connection, make_tenant: MakeTenant) -> None:
    await RowMaker(owner).insert("attribution_events", await make_tenant())
    with pytest.raises(asyncpg.IntegrityConstraintViolationError):
        await owner.execute("DELETE FROM channel_taxonomy WHERE code = 'direct'")


async def test_two_valid_keys_per_purpose_also_when_asked_for_at_once(
    database: Database, make_tenant: MakeTenant
) -> None:
    tenant = await make_tenant()

    async def issue(purpose: str) -> bool:
        app = await bootstrap.connect(database.url("app_user"))
        try:
            async with app.transaction():
                await app.execute(binding(tenant))
                insert = "INSERT INTO tenant_api_keys (tenant_id, purpose, key_hash) VALUES ($1, $2, $3)"
                await app.execute(insert, tenant, purpose, uuid.uuid4().bytes * 2)
        except asyncpg.CheckViolationError:
            return False
        else:
            return True
        finally:
            await app.close()

    assert sum(await asyncio.gather(*(issue("header") for _ in range(6)))) == 2
    assert await issue("url")


async def test_an_expired_or_revoked_key_makes_room(owner: asyncpg.Connection, make_tenant: MakeTenant) -> None:
    maker, tenant = RowMaker(owner), await make_tenant()
    await maker.insert("tenant_api_keys", tenant, valid_until=datetime.now(UTC) - timedelta(1))
    await maker.insert("tenant_api_keys", tenant, revoked_at=datetime.now(UTC))
    for _ in range(2):
        await maker.insert("tenant_api_keys", tenant)
    with pytest.raises(asyncpg.CheckViolationError, match="at most two valid header keys; revoke one first"):
        await maker.insert("tenant_api_keys", tenant)


async def test_a_cutoff_only_moves_forward(owner: asyncpg.Connection, make_tenant: MakeTenant) -> None:
    tenant, user = await make_tenant(), uuid.uuid4()
    late, early = datetime(2026, 6, 1, tzinfo=UTC), datetime(2026, 5, 1, tzinfo=UTC)
    upsert = """
        INSERT INTO auth_user_token_cutoffs (tenant_id, user_id, tokens_invalid_before) VALUES ($1, $2, $3)
        ON CONFLICT (tenant_id, user_id) DO UPDATE SET tokens_invalid_before = excluded.tokens_invalid_before
        RETURNING tokens_invalid_before
    """
    assert await owner.fetchval(upsert, tenant, user, late) == late
    assert await owner.fetchval(upsert, tenant, user, early) == late


async def test_revocations_are_announced_whoever_writes_them(
    database: Database, owner: asyncpg.Connection, make_tenant: MakeTenant
) -> None:
    heard: list[tuple[str, str]] = []
    listener = await bootstrap.connect(database.url("app_user"))

    def hear(_connection: Any, _pid: int, channel: str, payload: str) -> None:
        heard.append((channel, payload))

    for channel in ("skeldir_token_revoked", "skeldir_tokens_invalid_before_updated"):
        await listener.add_listener(channel, hear)
    tenant = await make_tenant()
    for table in ("auth_access_token_denylist", "auth_user_token_cutoffs"):
        await RowMaker(owner).insert(table, tenant)
    await listener.fetchval("SELECT 1")
    await listener.close()
    mine = {channel for channel, payload in heard if str(tenant) in payload}
    assert mine == {"skeldir_token_revoked", "skeldir_tokens_invalid_before_updated"}


@pytest.mark.promise("F11")
async def test_defaults_satisfy_their_own_checks(owner: asyncpg.Connection, make_tenant: MakeTenant) -> None:
    """A quoted default that violates its CHECK would only show when somebody relies on it (F11)."""
    maker, tenant = RowMaker(owner), await make_tenant()
    for table in await maker.tenant_tables():
        required = {c["name"] for c in await maker.columns(table) if not c["has_default"]}
        values = {
            name: value
            for name, value in (await maker.values(table, tenant)).items()
            if name in required or name == "id"
        }
        if table != "revenue_state_transitions":
            await owner.execute(insert_statement(table, values), *values.values())


@pytest.mark.promise("P067")
async def test_a_window_has_one_recompute_job_however_often_it_is_asked_for(
    database: Database, make_tenant: MakeTenant
) -> None:
    """The identity is the key, written as the API writes it; another version or tenant is another job."""
    app = await bootstrap.connect(database.url("app_user"))
    tenant, other = await make_tenant(), await make_tenant()
    ask = """
        INSERT INTO attribution_recompute_jobs (tenant_id, window_start, window_end, model_type, model_version)
        VALUES ($1, $2, $3, 'linear', $4)
        ON CONFLICT (tenant_id, window_start, window_end, model_type, model_version)
        DO UPDATE SET run_count = attribution_recompute_jobs.run_count + 1 RETURNING id, run_count
    """
    start = datetime(2026, 5, 1, tzinfo=UTC)
    asked = [(tenant, "1.0.0"), (tenant, "1.0.0"), (tenant, "1.0.1"), (other, "1.0.0")]
    answers = []
    for whose, version in asked:
        async with app.transaction():
            await app.execute(binding(whose))
            answers.append(await app.fetchrow(ask, whose, start, start + timedelta(days=1), version))
    assert [row["run_count"] for row in answers] == [0, 1, 0, 0]
    assert len({row["id"] for row in answers}) == 3
    await app.close()


@pytest.mark.promise("F15")
@pytest.mark.parametrize("role", ["app_user", "app_worker", "app_ops"])
async def test_no_login_changes_tenants_or_channels_or_reads_secrets_by_itself(database: Database, role: str) -> None:
    login = await bootstrap.connect(database.url(role))
    for statement in (
        "UPDATE tenants SET name = 'x'",
        "INSERT INTO tenants (name) VALUES ('x')",
        "DELETE FROM tenants",
        "UPDATE channel_taxonomy SET is_paid = true",
        "INSERT INTO channel_taxonomy (code) VALUES ('x')",
        "UPDATE platforms SET webhook_credential = 'secret'",
        "INSERT INTO platforms (name) VALUES ('x')",
        "SELECT notification_email_sealed FROM tenants",
    ):
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await login.execute(statement)
    await login.close()


@pytest.mark.promise("F15")
@pytest.mark.parametrize("table", ["tenant_webhook_secrets", "tenant_journey_secrets", "tenant_api_keys", "users"])
async def test_a_worker_reads_no_secrets_at_all(database: Database, table: str) -> None:
    worker = await bootstrap.connect(database.url("app_worker"))
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await worker.execute(f"SELECT 1 FROM {table}")
    await worker.close()


@pytest.mark.parametrize(
    ("values", "constraint"),
    [
        ({"processor": "barter"}, "processor_credential"),
        ({"processor": "google_ads"}, "processor_credential"),
        ({"processor": "stripe", "credential": "webhook_id", "webhook_id": "WH-1"}, "processor_credential"),
        ({"processor": "stripe", "secret_sealed": None, "key_id": None}, "secret_present"),
        ({"processor": "paypal", "credential": "webhook_id"}, "secret_present"),
    ],
)
async def test_secrets_are_those_of_a_processor_and_of_its_kind(
    owner: asyncpg.Connection, make_tenant: MakeTenant, values: dict[str, object], constraint: str
) -> None:
    with pytest.raises(asyncpg.IntegrityConstraintViolationError, match=constraint):
        await RowMaker(owner).insert("tenant_webhook_secrets", await make_tenant(), **values)


async def test_a_processor_has_at_most_eight_valid_labels(owner: asyncpg.Connection, make_tenant: MakeTenant) -> None:
    maker, tenant, ended = RowMaker(owner), await make_tenant(), datetime.now(UTC) - timedelta(minutes=1)
    for number in range(8):
        await maker.insert("tenant_webhook_secrets", tenant, label=str(number))
    await maker.insert("tenant_webhook_secrets", tenant, label="7", version=2)
    await maker.insert("tenant_webhook_secrets", tenant, label="8", valid_until=ended)
    await maker.insert("tenant_webhook_secrets", tenant, label="8", processor="shopify")
    with pytest.raises(asyncpg.CheckViolationError, match="8 labels"):
        await maker.insert("tenant_webhook_secrets", tenant, label="9")


async def test_a_tenant_has_two_valid_url_keys_for_each_processor(
    owner: asyncpg.Connection, make_tenant: MakeTenant
) -> None:
    maker, tenant = RowMaker(owner), await make_tenant()
    for processor in (None, "shopify", "stripe"):
        for _ in range(2):
            await maker.insert("tenant_api_keys", tenant, purpose="url", processor=processor)
        with pytest.raises(asyncpg.CheckViolationError, match="two valid url keys"):
            await maker.insert("tenant_api_keys", tenant, purpose="url", processor=processor)
    with pytest.raises(asyncpg.CheckViolationError, match="processor"):
        await maker.insert("tenant_api_keys", tenant, purpose="header", processor="shopify")


async def test_a_processor_is_added_by_a_row_of_the_reference_table(
    owner: asyncpg.Connection, make_tenant: MakeTenant
) -> None:
    maker, tenant = RowMaker(owner), await make_tenant()
    await owner.execute("INSERT INTO platforms (name, webhook_credential) VALUES ('barter', 'webhook_id')")
    values = {"credential": "webhook_id", "secret_sealed": None, "key_id": None, "webhook_id": "WH-1"}
    await maker.insert("tenant_webhook_secrets", tenant, processor="barter", **values)
    for table in ("platform_connections", "platform_credentials", "oauth_handshake_sessions"):
        await maker.insert(table, tenant, platform="barter")
        with pytest.raises(asyncpg.ForeignKeyViolationError, match="platform"):
            await maker.insert(table, tenant, platform="no such platform")


@pytest.mark.promise("P001")
async def test_one_cache_entry_per_tenant_and_key_with_lease_and_cooldown(
    owner: asyncpg.Connection, make_tenant: MakeTenant
) -> None:
    maker, tenant, other = RowMaker(owner), await make_tenant(), await make_tenant()
    columns = {row["name"]: row["type"] for row in await maker.columns("revenue_cache_entries")}
    instants = ("data_as_of", "expires_at", "error_cooldown_until", "last_error_at", "lease_until")
    assert {name: columns[name] for name in instants} == dict.fromkeys(instants, "timestamp with time zone")
    assert (columns["payload"], columns["lease_owner"]) == ("jsonb", "uuid")
    await maker.insert("revenue_cache_entries", tenant, cache_key="k")
    await maker.insert("revenue_cache_entries", other, cache_key="k")
    with pytest.raises(asyncpg.UniqueViolationError, match="pk_revenue_cache_entries"):
        await maker.insert("revenue_cache_entries", tenant, cache_key="k")


@pytest.mark.promise("P031")
async def test_a_platform_account_is_connected_once_per_tenant(
    owner: asyncpg.Connection, make_tenant: MakeTenant
) -> None:
    maker, tenant, other = RowMaker(owner), await make_tenant(), await make_tenant()
    account = {"platform": "stripe", "platform_account_id": "acct_1"}
    await maker.insert("platform_connections", tenant, **account)
    await maker.insert("platform_connections", other, **account)
    with pytest.raises(asyncpg.UniqueViolationError):
        await maker.insert("platform_connections", tenant, **account)
