"""Function files: their order, and a database that runs exactly their text."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator, Sequence
from pathlib import Path

import asyncpg
import pytest

from impl.db import bootstrap, functions, heads, migrate
from impl.db.errors import MigrationError
from impl.db.functions import FunctionFile
from tests.fixtures.database import Database

FILES = functions.load()
GUARD = next(file for file in FILES if file.name == "public.fn_append_only")
LIST = next(file for file in FILES if file.name == "maintenance.list_tenants")
NO_TENANTS = FunctionFile(LIST.name, LIST.text.replace("ORDER BY t.id", "WHERE false"))


@pytest.fixture
async def owner(fresh_database: Database) -> AsyncIterator[asyncpg.Connection]:
    """The migrating role on a migrated database of this test alone."""
    connection = await bootstrap.connect(fresh_database.url("migration_owner"))
    yield connection
    await connection.close()


async def apply(owner: asyncpg.Connection, *changed: FunctionFile, without: str = "") -> None:
    """The files of the program with some of them changed or left out."""
    names = {file.name for file in changed}
    async with owner.transaction():
        kept = [file for file in FILES if file.name not in names | {without}]
        await functions.apply(owner, [*kept, *changed])


async def text_of(owner: asyncpg.Connection, name: str) -> list[str]:
    rows = await owner.fetch("SELECT pg_get_functiondef(p.oid) FROM pg_proc p WHERE p.oid::regproc::text = $1", name)
    return [row[0] for row in rows]


def test_a_file_comes_after_those_it_mentions() -> None:
    seen: set[str] = set()
    for file in FILES:
        assert file.mentions & {other.name for other in FILES} - {file.name} <= seen, file.name
        seen.add(file.name)
    order = [file.name for file in FILES]
    assert order.index("public.fn_normalise_key") < order.index("public.fn_find_personal_key")
    assert order.index("public.fn_is_plain_payload") < order.index("public.fn_enforce_pii_guardrail")
    assert order.index("public.fn_revenue_state") < order.index("public.revenue_ledger_current")


def test_a_comment_is_no_mention(tmp_path: Path) -> None:
    write(tmp_path, {"a": "-- beside b\nSELECT 1", "b": "SELECT a()"})
    assert [file.name for file in functions.load(tmp_path)] == ["public.a", "public.b"]


def test_files_that_need_each_other_are_refused(tmp_path: Path) -> None:
    write(tmp_path, {"a": "SELECT b()", "b": "SELECT public.a()"})
    with pytest.raises(MigrationError, match=r"function files need each other: public\.\w → public\.\w → public\.\w"):
        functions.load(tmp_path)


def write(folder: Path, texts: dict[str, str]) -> None:
    (folder / "public").mkdir()
    for name, text in texts.items():
        (folder / "public" / f"{name}.sql").write_text(text)


def test_each_file_makes_what_it_is_named_after() -> None:
    """One function or view, or the rows of one table, a file; rights and triggers are of that function only."""
    for file in FILES:
        short = re.escape(file.name.removeprefix("public."))
        makes = r"^(?:CREATE OR REPLACE (?:FUNCTION|VIEW)|INSERT INTO)"
        assert len(re.findall(makes, file.text, re.MULTILINE)) == 1, file.name
        assert re.search(rf"{makes} {short}\b", file.text, re.MULTILINE), file.name
        assert set(re.findall(r"ON FUNCTION (\S+)|EXECUTE FUNCTION (\w+)", file.text)) <= {
            (file.name.removeprefix("public."), ""),
            ("", file.name.removeprefix("public.")),
        }, file.name


def test_two_files_of_one_name_are_refused(tmp_path: Path) -> None:
    for folder in (tmp_path / "by hand", tmp_path / "generated"):
        folder.mkdir()
        write(folder, {"a": "SELECT 1"})
    with pytest.raises(MigrationError, match=r"two files are named public\.a"):
        functions.load(tmp_path / "by hand", tmp_path / "generated")


async def test_a_changed_row_of_a_reference_table_arrives_and_what_operators_changed_stays(
    owner: asyncpg.Connection,
) -> None:
    rows = "SELECT api_name, state FROM channel_taxonomy WHERE code = 'email'"
    assert tuple(await owner.fetchrow(rows)) == ("Email", "active")
    await owner.execute("UPDATE channel_taxonomy SET state = 'deprecated', is_active = false WHERE code = 'email'")
    seed = next(file for file in FILES if file.name == "public.channel_taxonomy")
    await apply(owner, FunctionFile(seed.name, seed.text.replace("'Email', 'Email'", "'Email', 'Letters'")))
    assert tuple(await owner.fetchrow(rows)) == ("Letters", "deprecated")
    await apply(owner)
    assert tuple(await owner.fetchrow(rows)) == ("Email", "deprecated")


def test_revisions_leave_functions_and_triggers_to_their_files() -> None:
    for path in (migrate.HISTORY / "versions").glob("*.py"):
        assert re.findall(r"CREATE (?:OR REPLACE )?(?:FUNCTION|TRIGGER)\b|functions", path.read_text()) in (
            [],
            ["functions"] * path.read_text().count("functions"),
        ), path.name
        assert "impl.db.functions" not in path.read_text(), path.name


async def test_a_migrated_database_runs_every_file(owner: asyncpg.Connection, fresh_database: Database) -> None:
    recorded = {row["name"]: row["sha256"] for row in await owner.fetch(functions.RECORDED)}
    assert functions.difference(functions.digests(FILES), recorded) is None
    assert await asyncio.to_thread(heads.is_current, fresh_database.url("migration_owner"))


async def test_only_a_changed_file_is_run(owner: asyncpg.Connection, fresh_database: Database) -> None:
    oids = "SELECT oid FROM pg_proc WHERE pronamespace = ANY ('{public,maintenance,retention}'::regnamespace[])"
    before = {row[0] for row in await owner.fetch(oids)}
    await apply(owner, NO_TENANTS)
    assert len({row[0] for row in await owner.fetch(oids)} - before) == 1
    assert "WHERE false" in (await text_of(owner, LIST.name))[0]
    assert not await asyncio.to_thread(heads.is_current, fresh_database.url("migration_owner"))
    await asyncio.to_thread(migrate.upgrade, fresh_database.url("migration_owner"))
    assert "WHERE false" not in (await text_of(owner, LIST.name))[0]
    assert await asyncio.to_thread(heads.is_current, fresh_database.url("migration_owner"))


async def test_another_signature_takes_the_place_of_the_old_one(owner: asyncpg.Connection) -> None:
    """Also with another result, which CREATE OR REPLACE refuses, and with exactly the rights that the file grants."""
    text = f"""
        CREATE OR REPLACE FUNCTION {LIST.name}(batch integer) RETURNS integer LANGUAGE sql AS 'SELECT 1';
        GRANT EXECUTE ON FUNCTION {LIST.name} TO app_ops;
    """
    await apply(owner, FunctionFile(LIST.name, text))
    (definition,) = await text_of(owner, LIST.name)
    assert "(batch integer)" in definition
    rights = "SELECT proacl::text[] FROM pg_proc WHERE oid = $1::text::regproc"
    assert await owner.fetchval(rights, LIST.name) == [
        "migration_owner=X/migration_owner",
        "app_ops=X/migration_owner",
    ]


async def test_a_function_with_triggers_is_replaced_in_place(owner: asyncpg.Connection) -> None:
    """Rights and triggers that the file no longer names go; the others stay and run the new text."""
    triggers = "SELECT tgname::text FROM pg_trigger WHERE tgfoid = 'fn_append_only'::regproc ORDER BY 1"
    before = [row[0] for row in await owner.fetch(triggers)]
    await owner.execute("GRANT EXECUTE ON FUNCTION fn_append_only TO app_user")
    without = re.sub(
        r"CREATE OR REPLACE TRIGGER trg_append_only_privacy_audit[^;]*;", "", GUARD.text.replace("add a row", "add one")
    )
    await apply(owner, FunctionFile(GUARD.name, without))
    after = [row[0] for row in await owner.fetch(triggers)]
    assert set(before) - set(after) == {"trg_append_only_privacy_audit"}
    assert "add one instead" in (await text_of(owner, "fn_append_only"))[0]
    rights = await owner.fetchval("SELECT proacl::text FROM pg_proc WHERE oid = 'fn_append_only'::regproc")
    assert "app_user" not in (rights or "")


async def test_what_no_file_holds_goes(owner: asyncpg.Connection) -> None:
    await apply(owner, without=GUARD.name)
    assert await text_of(owner, "fn_append_only") == []
    assert await owner.fetch("SELECT FROM pg_trigger WHERE tgname LIKE 'trg_append_only%'") == []
    await apply(owner, without="public.revenue_ledger_current")
    assert await owner.fetchval("SELECT to_regclass('revenue_ledger_current')") is None
    await apply(owner)
    assert await owner.fetchval("SELECT to_regclass('revenue_ledger_current')") is not None


async def test_a_broken_file_is_named_and_nothing_is_changed(
    empty_database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The revisions before it are taken back too: all of a migration or nothing."""
    broken: Sequence[FunctionFile] = [
        *FILES,
        FunctionFile("ops.broken", "CREATE FUNCTION ops.broken() RETURNS nothing"),
    ]
    monkeypatch.setattr(functions, "load", lambda: broken)
    url = empty_database.url("migration_owner")
    with pytest.raises(MigrationError, match=r"rolled back: .*, in the function file ops/broken\.sql$"):
        await asyncio.to_thread(migrate.upgrade, url)
    connection = await bootstrap.connect(url)
    assert await connection.fetchval("SELECT to_regclass('tenants')") is None
    assert await connection.fetchval("SELECT to_regnamespace('ops')") is None
    await connection.close()
