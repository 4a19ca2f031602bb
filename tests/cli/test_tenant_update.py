"""`skeldir tenant update`: the operator's switches of one tenant."""

from __future__ import annotations

import uuid

import pytest

from impl.db import bootstrap
from impl.kernel.errors import SkeldirError
from tests.cli.conftest import Invoke
from tests.fixtures.database import Database


async def test_switches_are_turned_one_by_one(fresh_database: Database, invoke: Invoke) -> None:
    owner = await bootstrap.connect(fresh_database.url("migration_owner"))
    ids = await owner.fetch("INSERT INTO tenants (name) VALUES ('T'), ('U') RETURNING id::text")
    tenant, other = (row["id"] for row in ids)
    switches = "SELECT sandbox, journeys_enabled FROM tenants WHERE id = $1"

    async def after(*words: str) -> tuple[str, tuple[bool, bool]]:
        said = await invoke(fresh_database, "tenant", "update", "--tenant-id", tenant, *words)
        return said, tuple(await owner.fetchrow(switches, uuid.UUID(tenant)))

    said, values = await after("--sandbox")
    assert f"sandbox is on for tenant {tenant}" in said
    assert values == (True, False)
    assert (await after("--journeys"))[1] == (True, True)
    assert (await after("--no-sandbox", "--no-journeys"))[1] == (False, False)
    assert tuple(await owner.fetchrow(switches, uuid.UUID(other))) == (False, False)
    await owner.close()


@pytest.mark.parametrize(
    ("words", "message"), [(("--sandbox",), "no tenant has this id"), ((), "nothing to change; use --sandbox")]
)
async def test_what_is_wrong_is_one_sentence(database: Database, invoke: Invoke, words, message) -> None:
    with pytest.raises(SkeldirError, match=message):
        await invoke(database, "tenant", "update", "--tenant-id", str(uuid.uuid4()), *words)
