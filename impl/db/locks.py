"""Advisory locks whose key is a hash of a text, so that every process and every language computes the same one.

They last until the transaction ends and are never held across I/O (specification: background work, section 6). A
transaction that needs several takes the wider one first (a tenant's roles before one user's sessions), so that two
transactions never wait for each other.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from typing import Final
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

KEY_SET_REFRESH: Final = "skeldir_jwks_refresh_v1"


def key64(name: str) -> int:
    """Signed 64-bit key from the first 8 bytes of SHA-256 of `name`."""
    return int.from_bytes(hashlib.sha256(name.encode()).digest()[:8], "big", signed=True)


def postings(tenant_id: UUID, names: Iterable[str]) -> list[int]:
    """Keys under which the entries of one payment are posted one after the other, one for each of its names.

    An entry is the difference to the entries before it, so two at once would post the same money. Sorted, so that two deliveries
    which share several names cannot wait for each other.
    """
    tenant = str(tenant_id)
    return sorted({key64(f"{tenant}:{name}") for name in names})


async def acquire(connection: AsyncConnection, key: int) -> None:
    """Wait for the lock; it is held until the transaction ends."""
    await connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": key})
