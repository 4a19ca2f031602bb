"""Functions that cross the boundary of a tenant do exactly what they are for."""

from __future__ import annotations

import asyncio
import json
import uuid
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import asyncpg
import pytest

from impl.db import bootstrap
from impl.db.transaction import binding
from tests.fixtures.database import Database, MakeTenant
from tests.gates.rows import RowMaker

FACT = {
    "event_id": str(uuid.UUID(int=9)), "account": "default", "is_known": False, "ordinal": 1, "event_type": "PaymentCaptured", "occurred_at": "2026-05-01T00:00:00Z",
    "revenue_cents": 700, "effect_cents": 700, "currency": "USD", "channel_code": "direct", "raw_payload": {"currency": "USD"},
    "transaction_id": "ch_9", "entry_transaction_id": "ch_9", "original_transaction_id": "ch_9", "entry_id": str(uuid.UUID(int=8)), "entry_kind": "captured",
    "processor_event_id": "evt_9",
}  # fmt: skip
CLAIM = "SELECT * FROM ingest.claim_dead_event($1, $2)"
REPLAY = "SELECT event_id FROM ingest.replay_dead_event($1, $2)"
FAIL = "SELECT ingest.fail_dead_event($1, 'X', 'again', $2)"
LONG_AGO = datetime(2000, 1, 1, tzinfo=UTC)
"""Due before anything that another test has left in the database: lists begin with what is due longest."""


@pytest.fixture
async def worker(database: Database) -> AsyncIterator[asyncpg.Connection]:
    connection = await bootstrap.connect(database.url("app_worker"))
    yield connection
    await connection.close()


@pytest.fixture
async def app(database: Database) -> AsyncIterator[asyncpg.Connection]:
    connection = await bootstrap.connect(database.url("app_user"))
    yield connection
    await connection.close()


@pytest.fixture
async def ops(database: Database) -> AsyncIterator[asyncpg.Connection]:
    connection = await bootstrap.connect(database.url("app_ops"))
    yield connection
    await connection.close()


async def bound(connection: asyncpg.Connection, tenant: uuid.UUID, statement: str, *values: object) -> object:
    async with connection.transaction():
        await connection.execute(binding(tenant, execution_context="worker"))
        return await connection.fetchval(statement, *values)


def delivery_of(*keys: str, **assumed: object) -> str:
    """A delivery that says one thing for each idempotency key, and that it is of another tenant and processor."""
    facts = [
        FACT | {"idempotency_key": key, "event_id": str(uuid.uuid4()), "entry_kind": None if number else "captured"}
        for number, key in enumerate(keys)
    ]
    forged = {"processor": "forged", "tenant_id": str(uuid.UUID(int=1)), "posted_at": "2001-01-01T00:00:00Z"}
    names = {
        "names": ["ch_9"],
        "names_of": ["stripe"],
        "looks": [1],
        "known_events": [],
        "known_links": [],
        "lock_keys": [9],
    }
    return json.dumps(forged | names | {"facts": facts} | assumed)


async def test_a_claimed_dead_event_becomes_an_event_with_its_entry(
    worker: asyncpg.Connection, owner: asyncpg.Connection, make_tenant: MakeTenant
) -> None:
    """Source, tenant and times come from the dead event and the clock, whatever the caller says."""
    tenant = await make_tenant()
    dead = await RowMaker(owner).insert("dead_events", tenant, source="stripe")
    assert await bound(worker, tenant, CLAIM, dead["id"], True) == "stripe"
    event = await bound(worker, tenant, REPLAY, dead["id"], delivery_of(dead["idempotency_key"]))
    row = await owner.fetchrow("SELECT * FROM attribution_events WHERE id = $1", event)
    assert (row["tenant_id"], row["processor"], row["idempotency_key"]) == (tenant, "stripe", dead["idempotency_key"])
    entry = await owner.fetchrow(
        "SELECT *, posted_at > now() - interval '1 hour' AS is_now FROM revenue_ledger WHERE event_id = $1", event
    )
    assert (entry["tenant_id"], entry["effect_cents"], entry["verification_source"]) == (tenant, 700, "stripe_webhook")
    assert entry["is_now"]
    after = await owner.fetchrow("SELECT * FROM dead_events WHERE id = $1", dead["id"])
    assert (after["remediation_status"], after["resolved_event_id"], after["retry_count"]) == ("resolved", event, 1)
    assert await owner.fetchval("SELECT count(*) FROM webhook_deliveries WHERE tenant_id = $1", tenant) == 0
    with pytest.raises(asyncpg.NoDataFoundError, match="is not claimed in this tenant"):
        await bound(worker, tenant, REPLAY, dead["id"], delivery_of("again"))


async def test_the_key_is_what_the_reading_of_today_gives(
    worker: asyncpg.Connection, owner: asyncpg.Connection, make_tenant: MakeTenant
) -> None:
    """What the same delivery, sent again and understood, would be stored under; only all its facts resolve."""
    tenant = await make_tenant()
    dead = await RowMaker(owner).insert("dead_events", tenant, source="stripe")
    await bound(worker, tenant, CLAIM, dead["id"], True)
    unknown = delivery_of("first", "second", known_events=[str(uuid.uuid4())])
    assert await bound(worker, tenant, REPLAY, dead["id"], unknown) is None
    state = "SELECT remediation_status FROM dead_events WHERE id = $1"
    assert await owner.fetchval(state, dead["id"]) == "in_progress"
    assert await owner.fetchval("SELECT count(*) FROM attribution_events WHERE tenant_id = $1", tenant) == 0
    await bound(worker, tenant, REPLAY, dead["id"], delivery_of("first", "second"))
    assert await owner.fetchval(state, dead["id"]) == "resolved"
    keys = await owner.fetch("SELECT idempotency_key FROM attribution_events WHERE tenant_id = $1", tenant)
    assert {row[0] for row in keys} == {"first", "second"}


async def test_a_delivery_sent_again_meanwhile_wins(
    worker: asyncpg.Connection, owner: asyncpg.Connection, make_tenant: MakeTenant
) -> None:
    tenant, maker = await make_tenant(), RowMaker(owner)
    dead = await maker.insert("dead_events", tenant, source="stripe")
    event = await maker.insert(
        "attribution_events", tenant, processor="stripe", idempotency_key=dead["idempotency_key"]
    )
    await bound(worker, tenant, CLAIM, dead["id"], True)
    assert await bound(worker, tenant, REPLAY, dead["id"], delivery_of(dead["idempotency_key"])) == event["id"]
    assert await owner.fetchval("SELECT count(*) FROM revenue_ledger WHERE tenant_id = $1", tenant) == 0


async def test_of_many_claims_at_once_one_gets_the_event(
    database: Database, owner: asyncpg.Connection, make_tenant: MakeTenant
) -> None:
    tenant = await make_tenant()
    dead = await RowMaker(owner).insert("dead_events", tenant)

    async def claim() -> bool:
        connection = await bootstrap.connect(database.url("app_worker"))
        try:
            return await bound(connection, tenant, CLAIM, dead["id"], True) is not None
        finally:
            await connection.close()

    assert sum(await asyncio.gather(*(claim() for _ in range(8)))) == 1


async def test_passing_causes_are_tried_three_times_then_abandoned(
    worker: asyncpg.Connection, owner: asyncpg.Connection, make_tenant: MakeTenant
) -> None:
    tenant = await make_tenant()
    dead = await RowMaker(owner).insert("dead_events", tenant, next_retry_at=LONG_AGO)
    for wait_seconds in (120, 240, None):
        listed = await worker.fetch("SELECT dead_event_id FROM maintenance.list_due_dead_events()")
        assert dead["id"] in [row[0] for row in listed]
        assert await bound(worker, tenant, CLAIM, dead["id"], False)
        before = await owner.fetchval("SELECT clock_timestamp()")
        await bound(worker, tenant, FAIL, dead["id"], True)
        after = await owner.fetchval("SELECT clock_timestamp()")
        due = await owner.fetchval("SELECT next_retry_at FROM dead_events WHERE id = $1", dead["id"])
        assert (due is None) is (wait_seconds is None)
        assert due is None or before <= due - timedelta(seconds=wait_seconds) <= after
        await owner.execute(
            "UPDATE dead_events SET next_retry_at = $2 WHERE id = $1 AND next_retry_at IS NOT NULL",
            dead["id"],
            LONG_AGO,
        )
    assert await owner.fetchval("SELECT remediation_status FROM dead_events WHERE id = $1", dead["id"]) == "abandoned"
    assert await bound(worker, tenant, CLAIM, dead["id"], False) is None
    assert await bound(worker, tenant, CLAIM, dead["id"], True), "a person may still force it"


async def test_a_lasting_cause_waits_for_a_person(
    worker: asyncpg.Connection, owner: asyncpg.Connection, make_tenant: MakeTenant
) -> None:
    tenant = await make_tenant()
    dead = await RowMaker(owner).insert("dead_events", tenant, next_retry_at=datetime.now(UTC))
    await bound(worker, tenant, CLAIM, dead["id"], False)
    assert await bound(worker, tenant, FAIL, dead["id"], False) == "pending"
    assert await bound(worker, tenant, CLAIM, dead["id"], False) is None


async def test_an_unfinished_attempt_is_free_again_after_five_minutes(
    worker: asyncpg.Connection, owner: asyncpg.Connection, make_tenant: MakeTenant
) -> None:
    tenant = await make_tenant()
    dead = await RowMaker(owner).insert("dead_events", tenant)
    await bound(worker, tenant, CLAIM, dead["id"], True)
    assert await bound(worker, tenant, CLAIM, dead["id"], True) is None
    await owner.execute("UPDATE dead_events SET last_retry_at = now() - INTERVAL '6 minutes' WHERE id = $1", dead["id"])
    assert await bound(worker, tenant, CLAIM, dead["id"], False)


async def test_keys_lead_to_their_tenant_while_they_are_valid(
    app: asyncpg.Connection, owner: asyncpg.Connection, make_tenant: MakeTenant
) -> None:
    maker, tenant = RowMaker(owner), await make_tenant()
    key = await maker.insert("tenant_api_keys", tenant)
    await maker.insert("tenant_webhook_secrets", tenant, version=1, secret_sealed=b"old")
    await maker.insert("tenant_webhook_secrets", tenant, version=2, secret_sealed=b"new")
    await maker.insert("tenant_webhook_secrets", tenant, version=3, valid_until=datetime.now(UTC) - timedelta(1))
    resolve = "SELECT tenant_id FROM security.resolve_tenant_key($1, 'header')"
    secrets = "SELECT secret_sealed FROM security.resolve_tenant_webhook_secrets($1, 'stripe')"
    assert await app.fetchval(resolve, key["key_hash"]) == tenant
    assert [row[0] for row in await app.fetch(secrets, key["key_hash"])] == [b"new", b"old"]
    assert await app.fetchval(resolve, b"x" * 32) is None
    assert await app.fetch(secrets, b"x" * 32) == []
    await owner.execute("UPDATE tenant_api_keys SET revoked_at = now() WHERE id = $1", key["id"])
    assert await app.fetchval(resolve, key["key_hash"]) is None
    assert await app.fetch(secrets, key["key_hash"]) == []


async def test_operators_make_tenants_people_and_memberships(
    ops: asyncpg.Connection, app: asyncpg.Connection, owner: asyncpg.Connection
) -> None:
    login = uuid.uuid4().hex
    tenant = await ops.fetchval("SELECT ops.create_tenant('Acme', 'EUR')")
    user = await ops.fetchval("SELECT ops.create_user($1, '$argon2id$…')", login)
    await ops.fetchval("SELECT ops.set_membership($1, $2, 'viewer')", tenant, user)
    assert await app.fetchval("SELECT user_id FROM auth.lookup_user_auth_by_login_hash($1)", login) == user
    assert await app.fetch("SELECT * FROM auth.lookup_user_auth_by_login_hash('nobody')") == []
    cutoff = "SELECT tokens_invalid_before FROM auth_user_token_cutoffs WHERE tenant_id = $1"
    assert await owner.fetchval(cutoff, tenant) is None
    await ops.fetchval("SELECT ops.set_membership($1, $2, 'viewer')", tenant, user)
    assert await owner.fetchval(cutoff, tenant) is None, "nothing changed, so no token is ended"
    await ops.fetchval("SELECT ops.set_membership($1, $2, 'admin')", tenant, user)
    assert await owner.fetchval(cutoff, tenant) is not None, "a changed role ends the tokens that claim the old one"
    roles = await owner.fetch("SELECT role_code FROM tenant_membership_roles WHERE tenant_id = $1", tenant)
    assert [row[0] for row in roles] == ["admin"]
    assert await ops.fetchval("SELECT ops.update_tenant($1, journeys_enabled => true, name => 'Acme Ltd')", tenant)
    row = await owner.fetchrow("SELECT name, journeys_enabled, reporting_currency FROM tenants WHERE id = $1", tenant)
    assert tuple(row) == ("Acme Ltd", True, "EUR")
    assert not await ops.fetchval("SELECT ops.update_tenant($1, name => 'x')", uuid.uuid4())


@pytest.mark.parametrize(("name", "currency"), [("", "USD"), (" padded ", "USD"), ("Shop", "KWD"), ("Shop", "usd")])
async def test_tenants_the_rules_forbid_are_not_made(ops: asyncpg.Connection, name: str, currency: str) -> None:
    with pytest.raises(asyncpg.CheckViolationError):
        await ops.execute("SELECT ops.create_tenant($1, $2)", name, currency)


async def test_no_token_is_granted_twice(database: Database) -> None:
    """Ten connections take from one bucket of 100: together they get exactly 100."""
    bucket, window = uuid.uuid4().bytes * 2, datetime.now(UTC).replace(second=0, microsecond=0)

    async def take() -> int:
        connection = await bootstrap.connect(database.url("app_user"))
        granted = [
            await connection.fetchval("SELECT security.take_rate_tokens($1, $2, 7, 100)", bucket, window)
            for _ in range(3)
        ]
        await connection.close()
        return sum(granted)

    assert sum(await asyncio.gather(*(take() for _ in range(10)))) == 100


@pytest.mark.parametrize(
    ("bucket", "shift", "wanted"),
    [(b"short", 0, 1), (b"x" * 32, 7200, 1), (b"x" * 32, 0, 0)],
    ids=["hash", "window", "wanted"],
)
async def test_nonsense_takes_no_tokens(app: asyncpg.Connection, bucket: bytes, shift: int, wanted: int) -> None:
    window = datetime.now(UTC) + timedelta(seconds=shift)
    with pytest.raises(asyncpg.InvalidParameterValueError):
        await app.execute("SELECT security.take_rate_tokens($1, $2, $3, 10)", bucket, window, wanted)


@pytest.mark.promise("Q23")
async def test_collection_is_bounded_and_one_at_a_time(fresh_database: Database) -> None:
    owner = await bootstrap.connect(fresh_database.url("migration_owner"))
    worker = await bootstrap.connect(fresh_database.url("app_worker"))
    tenant = await owner.fetchval("INSERT INTO tenants (name) VALUES ('T') RETURNING id")
    await owner.execute(
        "INSERT INTO auth_access_token_denylist (tenant_id, user_id, jti, expires_at)"
        " SELECT $1, gen_random_uuid(), gen_random_uuid(), now() + (n - 1500) * INTERVAL '1 second' FROM generate_series(1, 1600) n",
        tenant,
    )
    async with owner.transaction():
        await owner.execute("SELECT pg_advisory_xact_lock(1205001)")
        assert await worker.fetchval("SELECT maintenance.gc_denylist()") == 0
    assert await worker.fetchval("SELECT maintenance.gc_denylist()") == 1000
    assert 499 <= await worker.fetchval("SELECT maintenance.gc_denylist()") <= 600
    assert await worker.fetchval("SELECT maintenance.gc_denylist()") <= 60
    for connection in (owner, worker):
        await connection.close()


@pytest.mark.parametrize(
    ("function", "table", "old"),
    [
        ("gc_idempotency_keys", "api_idempotency_keys", {"expires_at": datetime(2026, 1, 1, tzinfo=UTC)}),
        ("gc_handshakes", "oauth_handshake_sessions",
         {"gc_after": datetime(2026, 1, 1, tzinfo=UTC), "created_at": datetime(2025, 1, 1, tzinfo=UTC)}),
    ],
)  # fmt: skip
async def test_expired_rows_go_and_others_stay(
    worker: asyncpg.Connection,
    owner: asyncpg.Connection,
    make_tenant: MakeTenant,
    function: str,
    table: str,
    old: dict[str, object],
) -> None:
    maker, tenant = RowMaker(owner), await make_tenant()
    kept, gone = await maker.insert(table, tenant), await maker.insert(table, tenant, **old)
    await worker.fetchval(f"SELECT maintenance.{function}()")
    left = {row[0] for row in await owner.fetch(f"SELECT id FROM {table} WHERE tenant_id = $1", tenant)}
    assert left == {kept["id"]}
    assert gone["id"] not in left


async def test_due_credentials_are_listed_once_claimed_they_are_not(
    worker: asyncpg.Connection, owner: asyncpg.Connection, make_tenant: MakeTenant
) -> None:
    maker, tenant = RowMaker(owner), await make_tenant()
    now = datetime.now(UTC)
    due = await maker.insert("platform_credentials", tenant, next_refresh_due_at=LONG_AGO)
    for other in (
        {"next_refresh_due_at": now + timedelta(1)},
        {"next_refresh_due_at": now - timedelta(1), "claimed_until": now + timedelta(minutes=5)},
        {"lifecycle_status": "revoked"},
    ):
        await maker.insert("platform_credentials", tenant, **other)
    rows = await worker.fetch("SELECT * FROM maintenance.list_due_credentials()")
    assert [row["credential_id"] for row in rows if row["tenant_id"] == tenant] == [due["id"]]
    assert tenant in [row[0] for row in await worker.fetch("SELECT * FROM maintenance.list_tenants()")]
