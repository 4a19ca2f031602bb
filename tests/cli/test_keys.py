"""`skeldir keys …` and `skeldir db refresh`: what an operator does to a running service."""

from __future__ import annotations

import asyncio
import base64
import re
import subprocess
from collections.abc import Awaitable, Callable

import pytest

from impl import cli
from impl.db import bootstrap
from impl.db.sealing import KeyRing, Place
from impl.db.views import UnknownViewError
from impl.jobs import upkeep
from impl.kernel.errors import ConfigurationError
from tests.cli.conftest import SKELDIR, environment
from tests.fixtures.database import Database
from tools.gates.rows import RowMaker

OLD, NEW = (base64.b64encode(bytes([number]) * 32).decode() for number in (1, 2))
Said = Callable[..., Awaitable[str]]
PLACE = Place(None, "jwt_signing_keys", "private_key_sealed")


def settings(database: Database, ring: str = f"old:{OLD}") -> dict[str, str]:
    names = {"migration_owner": "MIGRATION", "app_user": "APP", "app_worker": "WORKER", "app_ops": "OPS"}
    urls = {f"SKELDIR_{name}_DATABASE_URL": database.dsn(role) for role, name in names.items()}
    return {"SKELDIR_ENV": "ci", "SKELDIR_SEALING_KEYS": ring, **urls}


@pytest.fixture
def said(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Callable[..., Awaitable[str]]:
    """Runs a command in this process and gives what it printed; its errors are raised."""

    async def run(database: Database, *words: str, ring: str = f"old:{OLD}") -> str:
        for name, value in settings(database, ring).items():
            monkeypatch.setenv(name, value)
        await asyncio.to_thread(cli.app, list(words), standalone_mode=False)
        printed = capsys.readouterr().out
        assert OLD not in printed
        return printed

    return run


async def test_a_signing_key_is_added_listed_and_retired(fresh_database: Database, said: Said) -> None:
    first = (await said(fresh_database, "keys", "list")).split()[0]
    second = re.match(
        r"(\w{32}) is accepted now and signs from \d\d:\d\d:\d\d UTC on", await said(fresh_database, "keys", "rotate")
    )
    assert second is not None
    assert [line.split()[0] for line in (await said(fresh_database, "keys", "list")).splitlines()] == [second[1], first]
    assert f"{first} is refused by every process within 60 s" in await said(fresh_database, "keys", "retire", first)
    assert [line.split()[0] for line in (await said(fresh_database, "keys", "list")).splitlines()] == [second[1]]
    with pytest.raises(ConfigurationError, match=f"no accepted signing key is called '{first}'; there are {second[1]}"):
        await said(fresh_database, "keys", "retire", first)


@pytest.mark.promise("P024")
async def test_secrets_move_to_the_newest_key_and_the_old_one_can_go(fresh_database: Database, said: Said) -> None:
    """The ring gets a new first key, everything is sealed anew, the old key leaves, and everything still opens."""
    kid = (await said(fresh_database, "keys", "list")).split()[0]
    answer = await said(fresh_database, "keys", "reseal", ring=f"new:{NEW},old:{OLD}")
    assert "jwt_signing_keys: 1 rows sealed anew" in answer
    assert "every sealed value opens with the key 'new'" in answer
    assert (await said(fresh_database, "keys", "list", ring=f"new:{NEW}")).split()[0] == kid
    again = await said(fresh_database, "keys", "reseal", ring=f"new:{NEW}")
    assert all(": 0 rows" in line for line in again.splitlines()[:-1])


async def test_a_lost_key_is_named_in_one_line(fresh_database: Database) -> None:
    owner = await bootstrap.connect(fresh_database.url("migration_owner"))
    tenant = await owner.fetchval("INSERT INTO tenants (name) VALUES ('T') RETURNING id")
    sealed = KeyRing({"gone": bytes(32)}).seal(b"x", PLACE)
    await RowMaker(owner).insert("tenant_journey_secrets", tenant, secret_sealed=sealed.value, key_id="gone")
    await owner.close()
    given = environment(**settings(fresh_database, f"new:{NEW}"))
    refused = subprocess.run([SKELDIR, "keys", "reseal"], env=given, capture_output=True, text=True, check=False)
    assert refused.returncode == 2
    assert "'gone', which is not in the ring" in refused.stderr
    assert len(refused.stderr.splitlines()) == 1


async def test_a_refresh_is_deferred_once_and_only_for_a_known_view(fresh_database: Database, said: Said) -> None:
    owner = await bootstrap.connect(fresh_database.url("migration_owner"))
    tenant = await owner.fetchval("INSERT INTO tenants (name) VALUES ('T') RETURNING id")
    words = ("db", "refresh", "mv_realtime_revenue", "--tenant-id", str(tenant))
    assert re.match(r"mv_realtime_revenue: refresh deferred as job \d+\n", await said(fresh_database, *words))
    assert await said(fresh_database, *words) == "mv_realtime_revenue: a refresh waits already\n"
    jobs = await owner.fetch("SELECT entrypoint, headers ->> 'job', payload FROM queue.pgqueuer")
    assert [tuple(job) for job in jobs] == [
        ("maintenance", upkeep.REFRESH.name, b'{"view_name": "mv_realtime_revenue"}')
    ]
    await owner.close()
    with pytest.raises(
        UnknownViewError, match="'pg_class' is not a materialized view; there are mv_allocation_summary"
    ):
        await said(fresh_database, "db", "refresh", "pg_class", "--tenant-id", str(tenant))
