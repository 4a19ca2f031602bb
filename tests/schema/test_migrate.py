"""One linear history, from any folder, by the owner role, up and down without a trace."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
from pathlib import Path

import pytest
from pydantic import SecretStr

from impl.cli import local
from impl.db import bootstrap, migrate
from impl.db.errors import DatabaseUnreachableError, DatabaseUrlError, MigrationError
from impl.settings import Settings
from tests.fixtures.database import Database
from tests.gates import catalog


@pytest.mark.promise("P115", "P116", "F13")
def test_history_is_linear_with_one_head() -> None:
    from alembic.script import ScriptDirectory

    script = ScriptDirectory(str(migrate.HISTORY))
    assert len(script.get_heads()) == len(script.get_bases()) == 1
    assert all(not step.is_merge_point and not step.dependencies for step in script.walk_revisions())
    assert migrate.revisions() == tuple(sorted(migrate.revisions()))


@pytest.mark.promise("P117", "P112")
async def test_empty_database_reaches_head(empty_database: Database) -> None:
    url = empty_database.url("migration_owner")
    await asyncio.to_thread(migrate.upgrade, url)
    connection = await bootstrap.connect(url)
    assert await connection.fetchval("SELECT version_num FROM alembic_version") == migrate.head()
    await connection.close()


@pytest.mark.promise("P136")
async def test_up_down_up_leaves_the_very_same_catalog(empty_database: Database) -> None:
    """Every section of it: columns, rights, policies, triggers, functions, comments, seeds."""
    url = empty_database.url("migration_owner")
    connection = await bootstrap.connect(url)
    found = []
    for _ in range(2):
        await asyncio.to_thread(migrate.upgrade, url)
        found.append(await catalog.describe(connection))
        await asyncio.to_thread(migrate.downgrade, url, "base")
        objects = [name for name in catalog.QUERIES if name != "seeds"]
        assert not any((await catalog.describe(connection, *objects)).values()), "the way down leaves nothing"
    await connection.close()
    assert catalog.differences(*found) == []


@pytest.mark.promise("P113")
async def test_the_command_works_in_any_folder(empty_database: Database, tmp_path: Path) -> None:
    url = empty_database.dsn("migration_owner").replace("postgresql://", "postgres://")
    process = migration_process(url, tmp_path)
    output, _ = process.communicate()
    assert process.returncode == 0, output
    assert str(empty_database.url("migration_owner").password) not in output


def migration_process(url: str, folder: Path) -> subprocess.Popen[str]:
    script = "import os; from impl.db import migrate; migrate.upgrade(os.environ['TARGET'])"
    return subprocess.Popen(
        [sys.executable, "-c", script],
        cwd=folder,
        env={**os.environ, "TARGET": url},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


@pytest.mark.promise("P113", "P114")
async def test_refusals_are_one_line_without_the_password(empty_database: Database) -> None:
    url = empty_database.url("migration_owner")
    cases = [
        (url.set(port=1), DatabaseUnreachableError, "no database answers at 127.0.0.1:1/"),
        (url.set(password="wrong"), MigrationError, "refuses this role or password"),
        (url.set(database="nowhere"), MigrationError, 'database "nowhere" does not exist'),
    ]
    for wrong, kind, reason in cases:
        with pytest.raises(kind, match=reason) as caught:
            await asyncio.to_thread(migrate.upgrade, wrong)
        assert "\n" not in str(caught.value)
        assert str(url.password) not in str(caught.value)
    with pytest.raises(MigrationError, match="0999_nothing"):
        await asyncio.to_thread(migrate.upgrade, url, "0999_nothing")
    with pytest.raises(DatabaseUrlError, match="is not a URL"):
        migrate.upgrade("")


@pytest.mark.promise("P119")
async def test_runtime_roles_cannot_migrate(empty_database: Database) -> None:
    with pytest.raises(MigrationError, match="failed and was rolled back"):
        await asyncio.to_thread(migrate.upgrade, empty_database.url("app_user"))


async def test_migrations_at_once_take_turns(empty_database: Database, tmp_path: Path) -> None:
    """Two threads and another process, as when several services start together on an empty database."""
    url = empty_database.url("migration_owner")
    process = migration_process(empty_database.dsn("migration_owner"), tmp_path)
    await asyncio.gather(*(asyncio.to_thread(migrate.upgrade, url) for _ in range(2)))
    output, _ = process.communicate()
    assert process.returncode == 0, output
    connection = await bootstrap.connect(url)
    assert await connection.fetch("SELECT version_num FROM alembic_version") == [(migrate.head(),)]
    await connection.close()


@pytest.mark.parametrize("revision", ["0001_conventions", "0022_views", "0039_death_in_one"])
async def test_a_database_of_the_old_history_is_refused_in_one_sentence_and_not_touched(
    fresh_database: Database, tmp_path: Path, revision: str
) -> None:
    url = fresh_database.url("migration_owner")
    connection = await bootstrap.connect(url)
    await connection.execute("UPDATE alembic_version SET version_num = $1", revision)
    before = await catalog.describe(connection)
    sentence = (
        rf"was made by an earlier development version of Skeldir \(its schema is {revision}\).*nothing was changed"
    )
    for refused in (
        lambda: migrate.upgrade(url),
        lambda: migrate.downgrade(url, "base"),
        lambda: start(fresh_database, tmp_path),
    ):
        with pytest.raises(MigrationError, match=sentence) as caught:
            await asyncio.to_thread(refused)
        assert "\n" not in str(caught.value)
    assert catalog.differences(before, await catalog.describe(connection)) == []
    assert await connection.fetch("SELECT version_num FROM alembic_version") == [(revision,)]
    await connection.close()


def start(database: Database, folder: Path) -> None:
    """The service on this database, as `skeldir run` starts it, with another data folder and so other passwords."""
    with local.stack(Settings(data_dir=folder, database_url=SecretStr(database.dsn()))):
        pytest.fail("the service started")
