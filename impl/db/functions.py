"""SQL functions of this program, one file each: applied after the revisions wherever the database runs another text.

A file holds one function or view with its owner, its rights and its triggers, or the rows of a reference table, written so
that it can be run again. Files are
run in the order in which they mention each other; nobody keeps a list. Loads no migration tool: a quick start reads it.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from graphlib import CycleError, TopologicalSorter
from pathlib import Path
from typing import Any, Final

from impl.db.errors import MigrationError
from impl.db.history import FUNCTIONS, GENERATED_SQL

_COMMENT: Final = re.compile(r"--[^\n]*")
_NAME: Final = re.compile(r"[a-z_]\w*(?:\.[a-z_]\w*)?")
RECORDED: Final = "SELECT name, sha256 FROM schema_functions"
"""Statement for what the database says it runs: name and SHA-256 of each file."""


@dataclass(frozen=True)
class FunctionFile:
    """One file; `name` is the name of its function or view with its schema."""

    name: str
    text: str

    @cached_property
    def sha256(self) -> bytes:
        """Digest that is recorded when the file is applied."""
        return hashlib.sha256(self.text.encode()).digest()

    @cached_property
    def mentions(self) -> frozenset[str]:
        """Every name in its statements, with a schema; a name without one is of `public`."""
        words = _NAME.findall(_COMMENT.sub("", self.text))
        return frozenset(word if "." in word else f"public.{word}" for word in words)


def load(*folders: Path) -> tuple[FunctionFile, ...]:
    """All files of `folders` (without any: all of the program), each after those it mentions.

    Raises `MigrationError` when two of them need each other or have the same name.
    """
    files: dict[str, FunctionFile] = {}
    for path in (path for folder in folders or (FUNCTIONS, GENERATED_SQL) for path in sorted(folder.glob("*/*.sql"))):
        name = f"{path.parent.name}.{path.stem}"
        if name in files:
            raise MigrationError(
                f"two files are named {name}: one is generated, so remove the one in {FUNCTIONS.name}/"
            )
        files[name] = FunctionFile(name, path.read_text(encoding="utf-8"))
    needs = {name: file.mentions & files.keys() - {name} for name, file in files.items()}
    try:
        return tuple(files[name] for name in TopologicalSorter(needs).static_order())
    except CycleError as error:
        raise MigrationError(f"function files need each other: {' → '.join(error.args[1])}") from None


def digests(files: Iterable[FunctionFile]) -> dict[str, bytes]:
    """SHA-256 of each file, as the database records it."""
    return {file.name: file.sha256 for file in files}


def difference(program: Mapping[str, bytes], database: Mapping[str, bytes]) -> str | None:
    """Which functions of the program the database lacks or runs in another text, and which it has beyond them; None for none."""
    parts = {
        "missing": sorted(program.keys() - database.keys()),
        "different": sorted(name for name in program.keys() & database.keys() if program[name] != database[name]),
        "unknown": sorted(database.keys() - program.keys()),
    }
    return "; ".join(f"{word}: {', '.join(names)}" for word, names in parts.items() if names) or None


async def apply(connection: Any, files: Iterable[FunctionFile]) -> None:
    """Run every file whose text is not the recorded one and take away what no file holds, in the open transaction.

    `connection` is asyncpg's. Raises `MigrationError` with the name of the file that failed.
    """
    files = tuple(files)
    recorded = {row["name"]: row["sha256"] for row in await connection.fetch(RECORDED)}
    for file in files:
        if recorded.get(file.name) != file.sha256:
            await _install(connection, file)
    await remove(connection, sorted(recorded.keys() - digests(files).keys()))


async def remove(connection: Any, names: Iterable[str] | None = None) -> None:
    """Drop these functions and views (all recorded ones when none are named) with their triggers, and forget them."""
    if names is None:
        names = [row["name"] for row in await connection.fetch(RECORDED)]
    names = list(names)
    await _run_each(connection, _VIEWS, names)
    await _run_each(connection, _TRIGGERS, names)
    # One statement, so that functions which use each other go together.
    signatures = [row[0] for row in await connection.fetch(_SIGNATURES, names)]
    if signatures:
        await connection.execute(f"DROP FUNCTION {', '.join(signatures)}")
    await connection.execute("DELETE FROM schema_functions WHERE name = ANY ($1)", names)


async def _install(connection: Any, file: FunctionFile) -> None:
    try:
        # What nothing stands on is made anew, so that signature, owner and rights are those of the file and no others.
        # What triggers or views stand on is replaced in place, without its rights; the file grants them again.
        await _run_each(connection, _VIEWS, [file.name])
        await _run_each(connection, _PREPARE, [file.name])
        await connection.execute(file.text)
        await _run_each(connection, _STALE_TRIGGERS, [file.name])
    except Exception as error:
        error.add_note(f"in the function file {file.name.replace('.', '/')}.sql")
        raise
    await connection.execute(_RECORD, file.name, file.sha256)


async def _run_each(connection: Any, statements: str, names: list[str]) -> None:
    """Run the statements that the query `statements` writes."""
    for row in await connection.fetch(statements, names):
        await connection.execute(row[0])


_IS_OF_NAMES: Final = "n.nspname || '.' || p.proname = ANY ($1)"
_SIGNATURES: Final = f"""
    -- Every signature of the named functions.
    SELECT p.oid::regprocedure::text FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace WHERE {_IS_OF_NAMES}
"""  # noqa: S608 - constants
_VIEWS: Final = """
    -- A view is made anew, because CREATE OR REPLACE keeps columns and rights of the old one.
    SELECT 'DROP VIEW ' || c.oid::regclass FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE c.relkind = 'v' AND n.nspname || '.' || c.relname = ANY ($1)
"""
_TRIGGERS: Final = f"""
    -- Triggers that run the named functions.
    SELECT format('DROP TRIGGER %I ON %s', t.tgname, t.tgrelid::regclass)
    FROM pg_trigger t JOIN pg_proc p ON p.oid = t.tgfoid JOIN pg_namespace n ON n.oid = p.pronamespace
    WHERE NOT t.tgisinternal AND t.tgparentid = 0 AND {_IS_OF_NAMES}
"""  # noqa: S608 - constants
_STALE_TRIGGERS: Final = f"""
    {_TRIGGERS}
        -- Whatever the file names was written by this transaction; the others are no longer in it.
        AND t.xmin <> pg_current_xact_id()::xid
"""
_PREPARE: Final = f"""
    SELECT CASE WHEN EXISTS (
            SELECT FROM pg_depend d WHERE d.refclassid = 'pg_proc'::regclass AND d.refobjid = p.oid AND d.deptype = 'n')
        THEN format('ALTER FUNCTION %s OWNER TO CURRENT_USER', p.oid::regprocedure) || coalesce((
            SELECT string_agg(format('; REVOKE ALL ON FUNCTION %s FROM %s', p.oid::regprocedure,
                CASE a.grantee WHEN 0 THEN 'PUBLIC' ELSE a.grantee::regrole::text END), '')
            FROM aclexplode(p.proacl) a WHERE a.grantee <> p.proowner), '')
        ELSE format('DROP FUNCTION %s', p.oid::regprocedure) END
    FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace WHERE {_IS_OF_NAMES}
"""  # noqa: S608 - constants
_RECORD: Final = """
    INSERT INTO schema_functions (name, sha256) VALUES ($1, $2)
    ON CONFLICT (name) DO UPDATE SET sha256 = excluded.sha256, applied_at = now()
"""
