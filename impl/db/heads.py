"""Which revision a database is at, without loading the migration tool: a start that has nothing to migrate is quick."""

from __future__ import annotations

import asyncio

import asyncpg
from sqlalchemy.engine import URL

from impl.db import bootstrap
from impl.db.history import HISTORY


def newest() -> str:
    """The newest revision in the history: files are numbered and named like their revision."""
    return max(path.stem for path in (HISTORY / "versions").glob("[0-9]*.py"))


async def current(url: URL) -> str | None:
    """The revision of the database at `url`; None for one without a schema."""
    connection = await bootstrap.connect(url)
    try:
        found: str | None = await connection.fetchval("SELECT version_num FROM alembic_version")
    except asyncpg.UndefinedTableError:
        return None
    finally:
        await connection.close()
    return found


def is_current(url: URL) -> bool:
    """Whether the database at `url` is at the newest revision."""
    return asyncio.run(current(url)) == newest()
