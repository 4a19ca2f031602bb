"""`skeldir migrate` and `skeldir db …`: the database as operators and scripts reach it."""

from __future__ import annotations

import json
import re
import subprocess
from pathlib import Path

import pytest

from impl.db import bootstrap, views
from impl.db import migrate as migrations
from impl.db.views import UnknownViewError
from impl.jobs import upkeep
from impl.kernel.errors import ConfigurationError
from tests.cli.conftest import SKELDIR, Invoke, environment
from tests.fixtures.database import Database


async def version(database: Database) -> str | None:
    owner = await bootstrap.connect(database.url("migration_owner"))
    try:
        revision: str | None = await owner.fetchval("SELECT version_num FROM alembic_version")
        return revision
    finally:
        await owner.close()


async def test_the_schema_goes_down_and_up(fresh_database: Database, invoke: Invoke) -> None:
    revisions = (await invoke(fresh_database, "db", "history")).split()
    assert revisions == list(migrations.revisions())
    assert f"is at revision {revisions[-2]}\n" in await invoke(fresh_database, "db", "downgrade", "--to", revisions[-2])
    assert await version(fresh_database) == revisions[-2]
    assert f"is at revision {revisions[-1]}\n" in await invoke(fresh_database, "migrate", "--to", revisions[-1])
    assert f"is at revision {revisions[-1]}\n" in await invoke(fresh_database, "migrate")
    assert await version(fresh_database) == revisions[-1]


@pytest.mark.parametrize("words", [("migrate",), ("db", "downgrade", "--to", "base")])
async def test_production_is_never_migrated_without_a_url(
    fresh_database: Database, invoke: Invoke, monkeypatch: pytest.MonkeyPatch, words: tuple[str, ...]
) -> None:
    with pytest.raises(ConfigurationError, match="SKELDIR_MIGRATION_DATABASE_URL is not set"):
        await invoke(fresh_database, *words, SKELDIR_ENV="prod", SKELDIR_MIGRATION_DATABASE_URL="")


async def test_every_view_is_listed_and_refreshed(fresh_database: Database, invoke: Invoke) -> None:
    names = (await invoke(fresh_database, "db", "views")).split()
    assert names == list(views.REGISTRY)
    output = await invoke(fresh_database, "db", "refresh", *names)
    assert output.splitlines() == [f"{name} success" for name in names]
    with pytest.raises(UnknownViewError, match="'pg_class' is not a materialized view"):
        await invoke(fresh_database, "db", "refresh", names[0], "pg_class")


def test_a_server_runs_until_its_input_is_closed_and_takes_a_new_database(data_dir: Path) -> None:
    """The commands that the gates stand on: a server, and a database with roles but without a schema."""
    variables = environment()
    with subprocess.Popen(
        [SKELDIR, "db", "start", "--data-dir", data_dir],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=variables, text=True,
    ) as server:  # fmt: skip
        assert server.stdout is not None
        place = json.loads(server.stdout.readline())
        for _ in range(2):
            subprocess.run([SKELDIR, "db", "create", "other", "--data-dir", data_dir], env=variables, check=True)
        passwords = json.loads((Path(place["home"]) / "passwords.json").read_text())
        url = f"postgresql://migration_owner:{passwords['migration_owner']}@127.0.0.1:{place['port']}/other"
        migration = environment(SKELDIR_MIGRATION_DATABASE_URL=url)
        first = migrations.revisions()[0]
        result = subprocess.run(
            [SKELDIR, "migrate", "--to", first], env=migration, capture_output=True, text=True, check=True
        )
        assert result.stdout.endswith(f"/other is at revision {first}\n")
        server.communicate("")
    assert server.returncode == 0


async def test_a_refresh_is_queued_once_and_only_for_a_known_view(fresh_database: Database, invoke: Invoke) -> None:
    owner = await bootstrap.connect(fresh_database.url("migration_owner"))
    tenant = await owner.fetchval("INSERT INTO tenants (name) VALUES ('T') RETURNING id")
    words = ("db", "refresh", "mv_realtime_revenue", "--tenant-id", str(tenant))
    assert re.match(r"mv_realtime_revenue: refresh queued as job \d+\n", await invoke(fresh_database, *words))
    assert await invoke(fresh_database, *words) == "mv_realtime_revenue: a refresh is already queued\n"
    jobs = await owner.fetch("SELECT entrypoint, headers ->> 'job', payload FROM queue.pgqueuer")
    assert [tuple(job) for job in jobs] == [
        ("maintenance", upkeep.REFRESH.name, b'{"view_name": "mv_realtime_revenue"}')
    ]
    await owner.close()
    with pytest.raises(
        UnknownViewError, match="'pg_class' is not a materialized view; the views are mv_allocation_summary"
    ):
        await invoke(fresh_database, "db", "refresh", "pg_class", "--tenant-id", str(tenant))
