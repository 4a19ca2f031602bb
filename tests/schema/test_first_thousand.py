"""A new database chooses the right index before anything is known about its rows."""

import json

import asyncpg
import pytest

from impl.db import bootstrap
from tests.fixtures.database import Database

LOOKUPS = {
    "attribution_events (tenant_id, processor, idempotency_key)": "uq_attribution_events__tenant_id_processor_idempotency_key",
    "attribution_events (tenant_id, id)": "pk_attribution_events",
    "revenue_ledger (tenant_id, id)": "pk_revenue_ledger",
    "revenue_ledger (tenant_id, processor, original_transaction_id)": "ix_revenue_ledger__original_transaction",
    "revenue_state_transitions (tenant_id, entry_id)": "uq_revenue_state_transitions__tenant_id_entry_id",
    "dead_events (tenant_id, source, idempotency_key)": "uq_dead_events__tenant_id_source_idempotency_key",
}


@pytest.mark.parametrize("lookup", LOOKUPS)
async def test_a_lookup_in_an_empty_table_takes_its_own_index(fresh_database: Database, lookup: str) -> None:
    """As the foreign keys and functions of the receipt look, whose first plan stays until the first autovacuum."""
    connection = await bootstrap.connect(fresh_database.url())
    plan = await _plan(connection, *lookup.rstrip(")").split(" ("))
    found = json.dumps(plan)
    if connection.get_server_version() >= (18,):
        assert f'"Index Name": "{LOOKUPS[lookup]}"' in found, found
    assert "Seq Scan" not in found
    await connection.close()


async def _plan(connection: asyncpg.Connection, table: str, columns: str) -> object:
    names = columns.split(", ")
    wanted = " AND ".join(f"{name} = ${number}" for number, name in enumerate(names, start=1))
    await connection.execute("SET plan_cache_mode = force_generic_plan")
    await connection.execute(f"PREPARE lookup AS SELECT 1 FROM ONLY {table} x WHERE {wanted} FOR KEY SHARE OF x")
    values = ", ".join("NULL" for _ in names)
    return json.loads(await connection.fetchval(f"EXPLAIN (FORMAT JSON) EXECUTE lookup ({values})"))
