"""`python -m tests.schema.record`: write down the triggers, functions and views of a migrated database, for review.

Tables say in code what they are; these say it only in the history, revision by revision. The record holds what they come to.
"""

from __future__ import annotations

import asyncio
from pathlib import Path

from impl.db import bootstrap, migrate
from tests.fixtures import database
from tests.gates import catalog

FILE = migrate.HISTORY / "catalog.txt"
SECTIONS = ("default_rights", "functions", "schemas", "triggers", "view_columns")
# The queue's schema is its library's own.
SCHEMAS = tuple(name for name in catalog.SCHEMAS if name != "queue")


def read(path: Path = FILE) -> dict[str, list[str]]:
    """The recorded lines of each section."""
    found: dict[str, list[str]] = {name: [] for name in SECTIONS}
    for line in path.read_text().splitlines():
        section, _, rest = line.partition(": ")
        found[section].append(rest.replace("\\n", "\n"))
    return found


async def write() -> None:
    """Migrate an empty database and record it."""
    with database.shared_server() as server:
        async with database.temporary_database(server, None) as made:
            await asyncio.to_thread(migrate.upgrade, made.url("migration_owner"))
            connection = await bootstrap.connect(made.url("migration_owner"))
            found = await catalog.describe(connection, *SECTIONS, schemas=SCHEMAS)
            await connection.close()
    lines = [f"{name}: {line}".replace("\n", "\\n") for name in SECTIONS for line in found[name]]
    FILE.write_text("\n".join(lines) + "\n")


if __name__ == "__main__":
    asyncio.run(write())
