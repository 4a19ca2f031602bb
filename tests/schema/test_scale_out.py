"""The road past one machine is open: the schema obeys the rules of distribution, and events can be partitioned."""

from __future__ import annotations

import json
import re
import uuid
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import asyncpg
import pytest

from impl.db import bootstrap, migrate
from impl.db.transaction import binding
from tests.fixtures.database import Database
from tests.gates.rows import RowMaker, insert_statement

CITUS = (migrate.HISTORY / "scale_out" / "citus.sql").read_text()
PARTITIONS = (migrate.HISTORY / "scale_out" / "partitions.sql").read_text()
REFERENCE = set(re.findall(r"create_reference_table\('(\w+)'", CITUS))
DISTRIBUTED = set(re.findall(r"create_distributed_table\('(\w+)', 'tenant_id'", CITUS))
LOCAL = set(re.findall(r"\w+_\w+", CITUS.partition("-- Stays on the coordinator, with the queue:")[2]))


async def test_every_table_has_exactly_one_place(owner: asyncpg.Connection) -> None:
    found = {row[0] for row in await owner.fetch("SELECT tablename::text FROM pg_tables WHERE schemaname = 'public'")}
    assert found - {"alembic_version"} == REFERENCE | DISTRIBUTED | LOCAL
    assert len(REFERENCE) + len(DISTRIBUTED) + len(LOCAL) == len(found - {"alembic_version"})


async def test_every_key_of_a_distributed_table_contains_the_tenant(owner: asyncpg.Connection) -> None:
    rows = await owner.fetch("""
        SELECT i.indrelid::regclass::text AS name, i.indexrelid::regclass::text AS key FROM pg_index i
        WHERE i.indisunique AND NOT EXISTS (SELECT FROM pg_attribute a
            WHERE a.attrelid = i.indrelid AND a.attnum = ANY (i.indkey) AND a.attname = 'tenant_id')
    """)
    assert [row["key"] for row in rows if row["name"] in DISTRIBUTED] == []


async def test_references_stay_on_one_machine_or_go_to_copies(owner: asyncpg.Connection) -> None:
    rows = await owner.fetch("""
        SELECT k.conrelid::regclass::text AS source, k.confrelid::regclass::text AS target, pg_get_constraintdef(k.oid) AS definition
        FROM pg_constraint k WHERE k.contype = 'f'
    """)
    assert len(rows) > 50
    for row in rows:
        if row["source"] in DISTRIBUTED and row["target"] in DISTRIBUTED:
            assert row["definition"].startswith("FOREIGN KEY (tenant_id, "), row["definition"]
        else:
            assert row["target"] in REFERENCE, dict(row)


async def test_policies_hold_no_subquery_and_tables_no_sequence(owner: asyncpg.Connection) -> None:
    rows = await owner.fetch("SELECT tablename::text, coalesce(qual, '') || coalesce(with_check, '') FROM pg_policies")
    assert [table for table, rule in rows if "SELECT" in rule.upper()] == []
    identities = """
        -- The queue's own schema stays on the coordinator, so its sequence does no harm.
        SELECT count(*) FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid
        WHERE a.attidentity <> '' AND c.relnamespace = 'public'::regnamespace
    """
    assert await owner.fetchval(identities) == 0


def test_referred_tables_are_placed_before_those_that_refer() -> None:
    order = re.findall(r"create_\w+_table\('(\w+)'", CITUS)
    for earlier, later in [("attribution_events", "revenue_ledger"), ("revenue_ledger", "ledger_verifications"),
                           ("reconciliation_runs", "ledger_verifications"), ("tenants", "attribution_events")]:  # fmt: skip
        assert order.index(earlier) < order.index(later)


FIRST, SECOND = uuid.UUID(int=1), uuid.UUID(int=2)
DAYS = (0, 31, 62)
COUNTS = """
    SELECT (SELECT count(*) FROM attribution_events), (SELECT count(*) FROM revenue_ledger),
        (SELECT count(*) FROM revenue_state_transitions), (SELECT sum(net_amount_cents) FROM revenue_ledger_current)
"""
# What a table is guarded by, referred to by, seen through and looked up with, whoever the rows of it belong to.
SURROUNDINGS = """
    SELECT 'trigger ' || pg_get_triggerdef(t.oid) FROM pg_trigger t
        WHERE t.tgrelid IN ('attribution_events'::regclass, 'revenue_ledger'::regclass) AND NOT t.tgisinternal
    UNION ALL SELECT 'grant ' || c.relname || ' ' || a.grantee::regrole || ' ' || a.privilege_type
        FROM pg_class c CROSS JOIN LATERAL aclexplode(c.relacl) a
        WHERE c.oid IN ('attribution_events'::regclass, 'revenue_ledger'::regclass) AND a.grantee <> c.relowner
    UNION ALL SELECT 'policy ' || tablename || ' ' || qual || with_check FROM pg_policies
        WHERE tablename IN ('attribution_events', 'revenue_ledger')
    UNION ALL SELECT 'refers ' || k.conrelid::regclass || ' ' || k.conname FROM pg_constraint k
        WHERE k.contype = 'f' AND k.conparentid = 0
    UNION ALL SELECT 'view ' || c.relname || ' ' || c.relowner::regrole || coalesce(array_to_string(c.reloptions, ','), '')
            || (SELECT coalesce(string_agg(a::text, ',' ORDER BY a::text), '') FROM unnest(c.relacl) a
                WHERE a::text NOT LIKE c.relowner::regrole || '=%') || pg_get_viewdef(c.oid) FROM pg_class c
        WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('v', 'm')
    UNION ALL SELECT 'index ' || indexdef FROM pg_indexes WHERE tablename LIKE 'mv\\_%'
    -- What is unique stays unique under its name, whichever table holds its columns.
    UNION ALL SELECT 'unique ' || indexname || substring(indexdef FROM ' USING .*') FROM pg_indexes
        WHERE indexname ~ '^uq_(attribution_events|revenue_ledger)__' AND indexdef LIKE 'CREATE UNIQUE %'
"""


@dataclass
class Partitioned:
    """A database whose events and entries were turned into one partition per month, and what it was like before."""

    database: Database
    counts: tuple[object, ...]
    surroundings: set[str]


@pytest.fixture
async def partitioned(fresh_database: Database) -> Partitioned:
    owner = await bootstrap.connect(fresh_database.url("migration_owner"))
    await owner.execute("INSERT INTO tenants (id, name) VALUES ($1, 'A'), ($2, 'B')", FIRST, SECOND)
    maker = RowMaker(owner)
    for tenant in (FIRST, SECOND):
        for days in DAYS:
            at = datetime.now(UTC) - timedelta(days=days)
            event = await maker.insert("attribution_events", tenant, received_at=at, idempotency_key=f"k{days}")
            entry = {"transaction_id": f"t{days}", "original_transaction_id": f"t{days}", "payment_reference": f"p{days}",
                     "processor_event_id": f"e{days}"}  # fmt: skip
            await maker.insert("revenue_ledger", tenant, posted_at=at, event_id=event["id"], **entry)
    counts = tuple(await owner.fetchrow(COUNTS))
    surroundings = {row[0] for row in await owner.fetch(SURROUNDINGS)}
    await owner.execute(PARTITIONS)
    await owner.close()
    return Partitioned(fresh_database, counts, surroundings)


@pytest.fixture
async def owner_of(partitioned: Partitioned) -> AsyncIterator[asyncpg.Connection]:
    connection = await bootstrap.connect(partitioned.database.url("migration_owner"))
    yield connection
    await connection.close()


@pytest.fixture
async def app_of(partitioned: Partitioned) -> AsyncIterator[asyncpg.Connection]:
    connection = await bootstrap.connect(partitioned.database.url("app_user"))
    yield connection
    await connection.close()


async def test_rows_and_everything_around_them_are_as_before(
    partitioned: Partitioned, owner_of: asyncpg.Connection
) -> None:
    """Guards, rights, rules, references, views and their indexes; only the claims of keys are new."""
    assert tuple(await owner_of.fetchrow(COUNTS)) == partitioned.counts
    assert partitioned.counts[1:3] == (len(DAYS) * 2,) * 2
    after = {row[0] for row in await owner_of.fetch(SURROUNDINGS)}
    assert partitioned.surroundings - after == set()
    assert all("claim_e" in line or "_keys" in line for line in after - partitioned.surroundings)
    months = "SELECT count(*) FROM pg_inherits WHERE inhparent = $1::text::regclass"
    for table in ("attribution_events", "revenue_ledger"):
        assert await owner_of.fetchval(months, table) >= len(DAYS) + 3
        spread = await owner_of.fetchval(f"SELECT count(DISTINCT tableoid) FROM {table}")
        assert spread >= len(DAYS) - 1, "31 and 62 days ago lie in two other months, or nearly"


async def test_partitions_hide_what_their_table_hides(owner_of: asyncpg.Connection, app_of: asyncpg.Connection) -> None:
    children = await owner_of.fetch("SELECT inhrelid::regclass::text FROM pg_inherits i JOIN pg_class c ON c.oid = inhrelid"
                                    " WHERE c.relkind = 'r'")  # fmt: skip
    for (child,) in children:
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await app_of.fetchval(f"SELECT count(*) FROM {child}")
        protected = "SELECT relrowsecurity AND relforcerowsecurity FROM pg_class WHERE oid = $1::text::regclass"
        assert await owner_of.fetchval(protected, child)
    for table in ("attribution_events", "revenue_ledger", "attribution_event_keys", "revenue_ledger_keys"):
        assert await app_of.fetchval(f"SELECT count(*) FROM {table}") == 0
        async with app_of.transaction():
            await app_of.execute(binding(FIRST))
            mine = await owner_of.fetchval(f"SELECT count(*) FROM {table} WHERE tenant_id = $1", FIRST)
            assert await app_of.fetchval(f"SELECT count(*) FROM {table}") == mine >= len(DAYS)


EVENT = {"tenant_id": FIRST, "processor": "stripe", "idempotency_key": "new", "event_type": "x", "occurred_at": datetime.now(UTC),
         "revenue_cents": 0, "effect_cents": 0, "currency": "USD", "channel_code": "direct", "raw_payload": "{}"}  # fmt: skip


@pytest.mark.parametrize(
    ("change", "refusal"),
    [
        ({"idempotency_key": "k62"}, asyncpg.UniqueViolationError),
        ({"tenant_id": SECOND}, asyncpg.InsufficientPrivilegeError),
        ({"raw_payload": '{"email": 1}'}, asyncpg.CheckViolationError),
        ({"raw_payload": '{"amount": 1}'}, asyncpg.CheckViolationError),
        ({"channel_code": "nowhere"}, asyncpg.ForeignKeyViolationError),
        ({"effect_cents": 7}, asyncpg.CheckViolationError),
    ],
)
async def test_partitioned_events_refuse_what_they_refused(
    app_of: asyncpg.Connection, change: dict[str, object], refusal: type[asyncpg.PostgresError]
) -> None:
    await write(app_of, EVENT)
    await write(app_of, EVENT | {"idempotency_key": "late", "received_at": datetime(2020, 1, 1, tzinfo=UTC)})
    with pytest.raises(refusal):
        await write(app_of, EVENT | {"idempotency_key": "other"} | change)


async def test_partitioned_entries_refuse_what_they_refused(
    owner_of: asyncpg.Connection, partitioned: Partitioned
) -> None:
    maker = RowMaker(owner_of)
    hold = {"entry_kind": "authorized", "effect_cents": 0, "transaction_id": "h62"}
    await maker.insert("revenue_ledger", FIRST, posted_at=datetime.now(UTC) - timedelta(days=62), **hold)
    refusals = [
        ({"event_id": uuid.uuid4()}, asyncpg.ForeignKeyViolationError, "fk_revenue_ledger__tenant_id_event_id"),
        ({"transaction_id": "t62", "processor_event_id": "e62"}, asyncpg.UniqueViolationError,
         "uq_revenue_ledger__processor_event"),
        ({"original_transaction_id": "t62"}, asyncpg.UniqueViolationError, "uq_revenue_ledger__ordinal"),
        ({"payment_reference": "p62"}, asyncpg.UniqueViolationError, "uq_revenue_ledger__payment_reference"),
        (hold, asyncpg.UniqueViolationError, "uq_revenue_ledger__single_kind"),
        ({"metadata": '{"email": 1}'}, asyncpg.CheckViolationError, None),
        ({"reverses": uuid.uuid4()}, asyncpg.ForeignKeyViolationError, "fk_revenue_ledger__tenant_id_reverses"),
    ]  # fmt: skip
    for change, refusal, constraint in refusals:
        with pytest.raises(refusal) as refused:
            await maker.insert("revenue_ledger", FIRST, **change)
        assert constraint in (None, refused.value.constraint_name)
    # A payment is captured in parts, also in months of their own.
    await maker.insert("revenue_ledger", FIRST, transaction_id="t62", original_transaction_id="t62", ordinal=2)
    entry = await maker.insert("revenue_ledger", FIRST)
    step = "SELECT from_state, to_state FROM revenue_state_transitions WHERE entry_id = $1"
    assert tuple(await owner_of.fetchrow(step, entry["id"])) == ("none", "captured")
    for table in ("attribution_events", "revenue_ledger", "attribution_event_keys", "revenue_ledger_keys"):
        for statement in (f"DELETE FROM {table}", f"UPDATE {table} SET tenant_id = tenant_id"):
            with pytest.raises(asyncpg.PostgresError, match="immutable|append-only"):
                await owner_of.execute(statement)


async def test_replays_work_on_partitions_as_they_are(partitioned: Partitioned, owner_of: asyncpg.Connection) -> None:
    """A dead event becomes its event; one that was delivered again meanwhile resolves to the event that is there."""
    worker = await bootstrap.connect(partitioned.database.url("app_worker"))
    maker = RowMaker(owner_of)
    fact = {"event_type": "x", "occurred_at": str(datetime.now(UTC)), "revenue_cents": 700, "effect_cents": 700, "currency": "USD",
            "channel_code": "direct", "is_known": False, "raw_payload": {}, "account": "acct_1", "ordinal": 1,
            "entry_kind": "captured", "entry_transaction_id": "r1", "original_transaction_id": "r1",
            "processor_event_id": "evt_r1"}  # fmt: skip
    for key, is_new in (("replayed", True), ("k31", False)):
        dead = await maker.insert("dead_events", FIRST, source="stripe", idempotency_key=key)
        async with worker.transaction():
            await worker.execute(binding(FIRST, execution_context="worker"))
            await worker.execute("SELECT * FROM ingest.claim_dead_event($1, true)", dead["id"])
            facts = [fact | {"idempotency_key": key, "event_id": str(uuid.uuid4()), "entry_id": str(uuid.uuid4())}]
            delivery = json.dumps(
                {
                    "lock_keys": [1],
                    "names": [],
                    "names_of": [],
                    "looks": [],
                    "known_links": [],
                    "known_events": [],
                    "facts": facts,
                }
            )
            replay = "SELECT event_id FROM ingest.replay_dead_event($1, $2)"
            event = await worker.fetchval(replay, dead["id"], delivery)
        stored = await owner_of.fetchrow("SELECT * FROM attribution_events WHERE id = $1", event)
        assert stored["idempotency_key"] == key
        assert (stored["event_type"] == "x") is is_new
        entry = await owner_of.fetchrow(
            "SELECT account, ordinal, amount_cents FROM revenue_ledger WHERE event_id = $1", event
        )
        assert tuple(entry) == (("acct_1", 1, 700) if is_new else ("default", 1, 1000))
        assert stored["account"] == entry["account"]
    await worker.close()


async def test_views_read_the_partitions_and_months_are_made_ahead(
    partitioned: Partitioned, owner_of: asyncpg.Connection
) -> None:
    worker = await bootstrap.connect(partitioned.database.url("app_worker"))
    assert await worker.fetchval("SELECT maintenance.refresh_view('mv_realtime_revenue')") == "success"
    async with worker.transaction():
        await worker.execute(binding(FIRST))
        assert await worker.fetchval("SELECT revenue_cents FROM v_realtime_revenue") == 1000 * len(DAYS)
    await worker.close()
    assert await owner_of.fetchval("SELECT maintenance.make_months('revenue_ledger')") == 0
    assert await owner_of.fetchval("SELECT maintenance.make_months('revenue_ledger', now(), 5)") == 2


async def write(app: asyncpg.Connection, values: dict[str, object]) -> None:
    async with app.transaction():
        await app.execute(binding(FIRST))
        await app.execute(insert_statement("attribution_events", values), *values.values())
