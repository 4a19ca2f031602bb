"""Which schema a database has, without loading the migration tool: a start that has nothing to migrate is quick."""

from __future__ import annotations

import asyncio
import re
from typing import Any, Final

import asyncpg
from sqlalchemy.engine import URL

from impl.db import bootstrap, functions
from impl.db.errors import DatabaseUnreachableError, MigrationError
from impl.db.history import HISTORY

_REVISION: Final = "SELECT version_num FROM alembic_version"
# The history before it was written anew began with 0001 and ended with 0039; today's begins with 1001.
_OLD: Final = re.compile(r"0\d{3}_")


def newest() -> str:
    """The newest revision in the history: files are numbered and named like their revision."""
    return max(path.stem for path in (HISTORY / "versions").glob("[0-9]*.py"))


async def current(url: URL) -> str | None:
    """The revision of the database at `url`; None for one without a schema."""
    connection = await bootstrap.connect(url)
    try:
        return await _revision(connection)
    finally:
        await connection.close()


def is_current(url: URL) -> bool:
    """Whether the database at `url` is at the newest revision and runs this program's functions."""
    return asyncio.run(_is_current(url))


def refuse_old_history(*revisions: str | None) -> None:
    """Raise `MigrationError` when one of a database's `revisions` is of the history before this one."""
    for revision in revisions:
        if revision is not None and _OLD.match(revision):
            raise MigrationError(
                f"this database was made by an earlier development version of Skeldir (its schema is {revision}), whose history"
                " this version does not continue; nothing was changed: use a new database or data folder, or go on with the"
                " version that made it"
            )


def refuse_old_database(url: URL) -> None:
    """`refuse_old_history` for the database at `url`, which need not exist yet. Nothing in it is touched."""
    try:
        revision = asyncio.run(current(url))
    except DatabaseUnreachableError:
        return  # whoever makes the database says better what is wrong
    refuse_old_history(revision)


async def _is_current(url: URL) -> bool:
    connection = await bootstrap.connect(url)
    try:
        if await _revision(connection) != newest():
            return False
        recorded = {row["name"]: row["sha256"] for row in await connection.fetch(functions.RECORDED)}
    finally:
        await connection.close()
    return functions.difference(functions.digests(functions.load()), recorded) is None


async def _revision(connection: Any) -> str | None:
    try:
        revision: str | None = await connection.fetchval(_REVISION)
    except asyncpg.UndefinedTableError:
        return None
    return revision
