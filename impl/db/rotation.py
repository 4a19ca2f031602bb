"""Key rotation: every stored secret is re-encrypted with the newest key of the ring, in batches.

Runs as the owner role, because it must reach every tenant's rows. Which columns are sealed is read from the catalog, so a
new `*_sealed` column is included without being listed anywhere.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from sqlalchemy.engine import URL

from impl.db import bootstrap
from impl.db import url as urls
from impl.db.errors import SealingError
from impl.db.sealing import KeyRing, Place, Sealed

_COLUMNS: Final = """
    -- Sealed columns by table, and the columns of the table's key.
    SELECT c.relname::text AS name,
        array_agg(a.attname::text ORDER BY a.attname) AS sealed,
        (SELECT array_agg(k.attname::text ORDER BY k.attnum) FROM pg_index i
            JOIN pg_attribute k ON k.attrelid = i.indrelid AND k.attnum = ANY (i.indkey)
            WHERE i.indrelid = c.oid AND i.indisprimary) AS key,
        EXISTS (SELECT FROM pg_attribute t WHERE t.attrelid = c.oid AND t.attname = 'tenant_id') AS has_tenant
    FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid
    WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p')
        AND a.attname LIKE '%\\_sealed' AND NOT a.attisdropped
    GROUP BY c.oid, c.relname ORDER BY c.relname
"""

SIGNING_KEY: Final = Place(None, "jwt_signing_keys", "private_key_sealed")
_NEWEST_KEY: Final = """
    -- What every login needs first.
    SELECT private_key_sealed, key_id FROM jwt_signing_keys
    WHERE octet_length(private_key_sealed) > 0 ORDER BY created_at DESC LIMIT 1
"""


@dataclass(frozen=True, slots=True)
class SealedTable:
    """A table with sealed columns that share its `key_id`."""

    name: str
    sealed: tuple[str, ...]
    key: tuple[str, ...]
    has_tenant: bool

    def select(self, *, waits: bool) -> str:
        """The next rows sealed with an older key, locked against writers.

        Rows that another transaction has locked are waited for (`waits`) or skipped.
        """
        columns = ", ".join({*self.key, *self.sealed, "key_id", *(["tenant_id"] if self.has_tenant else [])})
        return (
            f"SELECT {columns} FROM {self.name} WHERE key_id IS NOT NULL AND key_id <> $1"  # noqa: S608 - catalog names
            f" AND ({' OR '.join(f'octet_length({column}) > 0' for column in self.sealed)})"
            f" LIMIT $2 FOR UPDATE{'' if waits else ' SKIP LOCKED'}"
        )

    def update(self) -> str:
        """The statement that writes the new values of one row."""
        values = ", ".join(f"{column} = ${n}" for n, column in enumerate(self.sealed, start=2))
        first = 2 + len(self.sealed)
        where = " AND ".join(f"{column} = ${n}" for n, column in enumerate(self.key, start=first))
        return f"UPDATE {self.name} SET key_id = $1, {values} WHERE {where}"  # noqa: S608 - catalog names

    def tenant(self, row: Any) -> UUID | None:
        """Tenant of the row, to which its sealed values are bound; None for rows of no tenant."""
        if self.name == "tenants":
            return UUID(int=row["id"].int)
        return UUID(int=row["tenant_id"].int) if self.has_tenant and row["tenant_id"] else None


async def reseal(owner_url: str | URL, ring: KeyRing, *, batch: int = 500) -> dict[str, int]:
    """Number of re-encrypted rows by table.

    Raises `SealingError` for a row whose key is not in the ring; batches before it are already committed.
    """
    connection = await bootstrap.connect(urls.parse(owner_url) if isinstance(owner_url, str) else owner_url)
    try:
        rows = await connection.fetch(_COLUMNS)
        tables = [SealedTable(r["name"], tuple(r["sealed"]), tuple(r["key"]), r["has_tenant"]) for r in rows]
        return {table.name: await _reseal_table(connection, table, ring, batch) for table in tables}
    finally:
        await connection.close()


async def is_readable(owner_url: URL, ring: KeyRing) -> bool:
    """Whether `ring` opens the newest key that signs access tokens; true as well while there is none."""
    connection = await bootstrap.connect(owner_url)
    try:
        row = await connection.fetchrow(_NEWEST_KEY)
    finally:
        await connection.close()
    try:
        return row is None or bool(ring.open(Sealed(row["private_key_sealed"], row["key_id"]), SIGNING_KEY))
    except SealingError:
        return False


async def _reseal_table(connection: Any, table: SealedTable, ring: KeyRing, batch: int) -> int:
    """Number of re-encrypted rows of `table`, including those that were locked by others at first."""
    total, count = 0, 1
    while count:
        count = await _reseal_rows(connection, table, ring, batch)
        # Locked rows are waited for one at a time. Holding locks on other rows while waiting could deadlock with a writer.
        count = count or await _reseal_rows(connection, table, ring, 1, waits=True)
        total += count
    return total


async def _reseal_rows(connection: Any, table: SealedTable, ring: KeyRing, limit: int, *, waits: bool = False) -> int:
    async with connection.transaction():
        rows = await connection.fetch(table.select(waits=waits), ring.newest, limit)
        for row in rows:
            values = [_resealed(table, row, column, ring) for column in table.sealed]
            await connection.execute(table.update(), ring.newest, *values, *(row[column] for column in table.key))
    return len(rows)


def _resealed(table: SealedTable, row: Any, column: str, ring: KeyRing) -> bytes | None:
    value: bytes | None = row[column]
    if not value:
        return value  # never set, or erased (an erased secret is empty, not NULL)
    place = Place(table.tenant(row), table.name, column)
    return ring.reseal(Sealed(value, row["key_id"]), place).value
