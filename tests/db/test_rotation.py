"""Rotation reaches every sealed column of the catalog, and afterwards the old key is not needed."""

from __future__ import annotations

import asyncio
import os

import pytest

from impl.db import bootstrap, rotation
from impl.db.errors import SealingError
from impl.db.sealing import KeyRing, Place, Sealed
from tests.fixtures.database import Database
from tests.gates.rows import RowMaker

IS_WAITING = """
    SELECT EXISTS (SELECT FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock')
"""
OLD, NEW = os.urandom(32), os.urandom(32)


@pytest.mark.promise("P024")
async def test_every_sealed_value_moves_to_the_newest_key(fresh_database: Database) -> None:
    owner = await bootstrap.connect(fresh_database.url("migration_owner"))
    maker, old = RowMaker(owner), KeyRing({"old": OLD})
    tables = [rotation.SealedTable(r["name"], tuple(r["sealed"]), tuple(r["key"]), r["has_tenant"])
              for r in await owner.fetch(rotation._COLUMNS)]  # fmt: skip
    assert len(tables) >= 8
    tenant = await owner.fetchval("INSERT INTO tenants (name) VALUES ('T') RETURNING id")
    plain = {}
    for table in tables:
        row = (
            await owner.fetchrow("SELECT * FROM tenants")
            if table.name == "tenants"
            else await maker.insert(table.name, tenant)
        )
        places = {column: Place(table.tenant(row), table.name, column) for column in table.sealed}
        plain[table.name] = {column: f"{table.name} {column}".encode() for column in table.sealed}
        values = [old.seal(plain[table.name][column], place).value for column, place in places.items()]
        await owner.execute(table.update(), "old", *values, *(row[column] for column in table.key))
    counts = await rotation.reseal(fresh_database.url("migration_owner"), KeyRing({"new": NEW, "old": OLD}), batch=1)
    assert counts == {table.name: 1 for table in tables}
    assert sum((await rotation.reseal(fresh_database.url("migration_owner"), KeyRing({"new": NEW}))).values()) == 0
    for table in tables:
        row = await owner.fetchrow(f"SELECT * FROM {table.name}")
        for column in table.sealed:
            opened = KeyRing({"new": NEW}).open(
                Sealed(row[column], row["key_id"]), Place(table.tenant(row), table.name, column)
            )
            assert opened == plain[table.name][column]
    await owner.close()


async def test_a_row_that_somebody_else_is_writing_is_waited_for(fresh_database: Database) -> None:
    """Skipped, it would be lost as soon as the old key leaves the ring."""
    owner = await bootstrap.connect(fresh_database.url("migration_owner"))
    other = await bootstrap.connect(fresh_database.url("migration_owner"))
    maker, old = RowMaker(owner), KeyRing({"old": OLD})
    rows = {}
    for name in ("held", "free"):
        tenant = await owner.fetchval("INSERT INTO tenants (name) VALUES ($1) RETURNING id", name)
        sealed = old.seal(name.encode(), Place(tenant, "tenant_journey_secrets", "secret_sealed")).value
        rows[name] = await maker.insert("tenant_journey_secrets", tenant, key_id="old", secret_sealed=sealed)
    await other.execute("BEGIN")
    await other.execute("SELECT FROM tenant_journey_secrets WHERE tenant_id = $1 FOR UPDATE", rows["held"]["tenant_id"])
    ring = KeyRing({"new": NEW, "old": OLD})
    resealing = asyncio.create_task(rotation.reseal(fresh_database.url("migration_owner"), ring))
    while not await owner.fetchval(IS_WAITING):
        assert not resealing.done()
        await asyncio.sleep(0.01)
    await other.execute("COMMIT")
    assert (await resealing)["tenant_journey_secrets"] == 2
    assert await owner.fetchval("SELECT count(*) FROM tenant_journey_secrets WHERE key_id = 'old'") == 0
    await other.close()
    await owner.close()


async def test_a_value_of_a_lost_key_is_named_and_left_alone(fresh_database: Database) -> None:
    owner = await bootstrap.connect(fresh_database.url("migration_owner"))
    tenant = await owner.fetchval("INSERT INTO tenants (name) VALUES ('T') RETURNING id")
    await RowMaker(owner).insert("tenant_journey_secrets", tenant, key_id="lost")
    with pytest.raises(SealingError, match="'lost', which is not in the ring; add it and run"):
        await rotation.reseal(fresh_database.url("migration_owner"), KeyRing({"new": NEW}))
    assert await owner.fetchval("SELECT key_id FROM tenant_journey_secrets") == "lost"
    await owner.close()
