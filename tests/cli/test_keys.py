"""`skeldir keys …`: the keys of a running service."""

from __future__ import annotations

import re
import subprocess

import pytest

from impl.db import bootstrap
from impl.db.sealing import KeyRing, Place
from impl.kernel.errors import ConfigurationError
from tests.cli.conftest import NEW, OLD, SKELDIR, Invoke, environment, settings
from tests.fixtures.database import Database
from tests.gates.rows import RowMaker

PLACE = Place(None, "jwt_signing_keys", "private_key_sealed")


async def test_a_signing_key_is_added_listed_and_retired(fresh_database: Database, invoke: Invoke) -> None:
    first = (await invoke(fresh_database, "keys", "list")).split()[0]
    second = re.match(
        r"(\w{32}) is accepted now and signs from \d\d:\d\d:\d\d UTC", await invoke(fresh_database, "keys", "rotate")
    )
    assert second is not None
    assert [line.split()[0] for line in (await invoke(fresh_database, "keys", "list")).splitlines()] == [
        second[1],
        first,
    ]
    assert f"every process rejects {first} within 60 s" in await invoke(fresh_database, "keys", "retire", first)
    assert [line.split()[0] for line in (await invoke(fresh_database, "keys", "list")).splitlines()] == [second[1]]
    with pytest.raises(
        ConfigurationError, match=f"there is no signing key '{first}'; the accepted keys are {second[1]}"
    ):
        await invoke(fresh_database, "keys", "retire", first)


@pytest.mark.promise("P024")
async def test_secrets_move_to_the_newest_key_and_the_old_one_can_go(fresh_database: Database, invoke: Invoke) -> None:
    """The ring gets a new first key, everything is re-encrypted, the old key is removed, and everything can still be decrypted."""
    kid = (await invoke(fresh_database, "keys", "list")).split()[0]
    answer = await invoke(fresh_database, "keys", "reseal", ring=f"new:{NEW},old:{OLD}")
    assert "jwt_signing_keys: 1 rows re-encrypted" in answer
    assert "all stored secrets are encrypted with the key 'new'" in answer
    assert (await invoke(fresh_database, "keys", "list", ring=f"new:{NEW}")).split()[0] == kid
    again = await invoke(fresh_database, "keys", "reseal", ring=f"new:{NEW}")
    assert all(": 0 rows" in line for line in again.splitlines()[:-1])


async def test_a_lost_key_is_named_in_one_line(fresh_database: Database) -> None:
    owner = await bootstrap.connect(fresh_database.url("migration_owner"))
    tenant = await owner.fetchval("INSERT INTO tenants (name) VALUES ('T') RETURNING id")
    sealed = KeyRing({"gone": bytes(32)}).seal(b"x", PLACE)
    await RowMaker(owner).insert("tenant_journey_secrets", tenant, secret_sealed=sealed.value, key_id="gone")
    await owner.close()
    variables = environment(**settings(fresh_database, f"new:{NEW}"))
    refused = subprocess.run([SKELDIR, "keys", "reseal"], env=variables, capture_output=True, text=True, check=False)
    assert refused.returncode == 2
    assert "'gone', which is not in the ring" in refused.stderr
    assert len(refused.stderr.splitlines()) == 1
