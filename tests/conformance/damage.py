"""Damage a database as a wrong migration would, and repair it: `python -m tests.conformance.damage begin|end DSN`."""

from __future__ import annotations

import asyncio
import sys

import asyncpg

STATEMENTS = {
    "begin": "ALTER SCHEMA public RENAME TO lost; CREATE SCHEMA public",
    "end": "DROP SCHEMA public; ALTER SCHEMA lost RENAME TO public",
}


async def run(statement: str, dsn: str) -> None:
    """Execute `statement` as the owner of everything."""
    connection = await asyncpg.connect(dsn)
    try:
        await connection.execute(statement)
    finally:
        await connection.close()


if __name__ == "__main__":
    asyncio.run(run(STATEMENTS[sys.argv[1]], sys.argv[2]))
