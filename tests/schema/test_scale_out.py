"""The road past one machine is open: the schema obeys the rules of distribution, and events can be partitioned."""

from __future__ import annotations

import re
import uuid
from datetime import UTC, datetime, timedelta

import asyncpg
import pytest

from impl.db import bootstrap, migrate
from impl.db.transaction import binding
from tests.fixtures.database import Database
from tools.gates.rows import RowMaker, insert_statement

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


@pytest.fixture
async def partitioned(fresh_database: Database) -> Database:
    """A database with events of three months, turned into one partition per month."""
    owner = await bootstrap.connect(fresh_database.url("migration_owner"))
    await owner.execute(
        "INSERT INTO tenants (id, name) VALUES ($1, 'A'), ($2, 'B')", uuid.UUID(int=1), uuid.UUID(int=2)
    )
    maker = RowMaker(owner)
    for tenant in (1, 2):
        for days in (0, 31, 62):
            received = datetime.now(UTC) - timedelta(days=days)
            await maker.insert(
                "attribution_events", uuid.UUID(int=tenant), received_at=received, idempotency_key=f"k{days}"
            )
        await maker.insert("revenue_ledger", uuid.UUID(int=tenant))
    await owner.execute(PARTITIONS)
    await owner.close()
    return fresh_database


async def test_partitioned_events_keep_every_promise(partitioned: Database) -> None:
    """Rows, isolation (also of a partition addressed directly), global uniqueness, immutability, references."""
    owner, app = (
        await bootstrap.connect(partitioned.url("migration_owner")),
        await bootstrap.connect(partitioned.url("app_user")),
    )
    assert await owner.fetchval("SELECT count(*) FROM attribution_events") == 8
    months = [
        row[0]
        for row in await owner.fetch(
            "SELECT inhrelid::regclass::text FROM pg_inherits WHERE inhparent = 'attribution_events'::regclass"
        )
    ]
    assert len(months) >= 6
    assert await app.fetchval("SELECT count(*) FROM attribution_events") == 0
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await app.fetchval(f"SELECT count(*) FROM {months[0]}")
    again = {"tenant_id": uuid.UUID(int=1), "provider": "stripe", "idempotency_key": "k62", "event_type": "x",
             "occurred_at": datetime.now(UTC), "revenue_cents": 0, "effect_cents": 0, "currency": "USD",
             "channel_code": "direct", "raw_payload": "{}"}  # fmt: skip
    foreign = again | {"idempotency_key": "new", "tenant_id": uuid.UUID(int=2)}
    for values, refusal in [(again, asyncpg.UniqueViolationError), (foreign, asyncpg.InsufficientPrivilegeError)]:
        with pytest.raises(refusal):
            await write(app, values)
    async with app.transaction():
        await app.execute(binding(uuid.UUID(int=1)))
        assert await app.fetchval("SELECT count(*) FROM attribution_events") == 4
    with pytest.raises(asyncpg.PostgresError, match="immutable"):
        await owner.execute("DELETE FROM attribution_events")
    with pytest.raises(asyncpg.ForeignKeyViolationError):
        await RowMaker(owner).insert("revenue_ledger", uuid.UUID(int=1), event_id=uuid.uuid4())
    for connection in (owner, app):
        await connection.close()


async def write(app: asyncpg.Connection, values: dict[str, object]) -> None:
    async with app.transaction():
        await app.execute(binding(uuid.UUID(int=1)))
        await app.execute(insert_statement("attribution_events", values), *values.values())
