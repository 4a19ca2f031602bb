"""Deterministic advisory locks: the key is a hash of a text, so every process and language computes the same one.

Always transaction-scoped, never held across I/O (specification: background work, section 6).
"""

from __future__ import annotations

import hashlib
from typing import Final
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

DENYLIST_GC: Final = 1205001
KEY_SET_REFRESH: Final = "skeldir_jwks_refresh_v1"


def key64(name: str) -> int:
    """Signed 64-bit key from the first 8 bytes of SHA-256 of `name`."""
    return int.from_bytes(hashlib.sha256(name.encode()).digest()[:8], "big", signed=True)


def key32(name: str) -> int:
    """Signed 32-bit key from the first 8 hex digits of SHA-256 of `name`."""
    return int.from_bytes(hashlib.sha256(name.encode()).digest()[:4], "big", signed=True)


def view_refresh(view: str) -> int:
    """Key of the one lock per materialized view, for all tenants."""
    return key32(f"matview_refresh:{view}:GLOBAL")


def revenue_lease(tenant_id: UUID, cache_key: str) -> int:
    """Key for taking over the lease of one revenue cache entry."""
    return key64(f"{tenant_id}:{cache_key}")


def posting(tenant_id: UUID, provider: str, original_transaction_id: str) -> int:
    """Key under which entries of one transaction are posted one after the other (cumulative refunds need it)."""
    return key64(f"{tenant_id}:{provider}:{original_transaction_id}")


def credential_refresh(credential_id: UUID) -> int:
    """Key under which one platform credential is refreshed."""
    return key64(f"oauth_refresh:{credential_id}")


def llm_budget(tenant_id: UUID) -> int:
    """Key under which a tenant's LLM budget is reserved and settled."""
    return key64(f"llm_budget:{tenant_id}")


async def acquire(connection: AsyncConnection, key: int) -> None:
    """Wait for the lock; it is held until the transaction ends."""
    await connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": key})


async def try_acquire(connection: AsyncConnection, key: int) -> bool:
    """Take the lock if it is free; held until the transaction ends."""
    return bool(await connection.scalar(text("SELECT pg_try_advisory_xact_lock(:key)"), {"key": key}))
