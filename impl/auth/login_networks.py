"""Networks from which a person has logged in lately: they are let in while strangers elsewhere guess the password.

A network is known by a keyed hash with the login, so the database alone does not say from where anybody logs in.
"""

from __future__ import annotations

import hashlib
import hmac
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from impl.auth.tables import LoginNetwork
from impl.db.transaction import tenant_transaction

REMEMBERED: Final = timedelta(days=30)
_RENEWED_AFTER: Final = timedelta(days=1)


def hash_of(pepper: str, login_identifier_hash: str, network: str) -> bytes:
    """HMAC-SHA256 of login and network under the pepper."""
    return hmac.digest(pepper.encode(), f"{login_identifier_hash}\x1f{network}".encode(), hashlib.sha256)


async def is_known(engine: AsyncEngine, tenant_id: UUID, network_hash: bytes, *, now: datetime) -> bool:
    """Whether the person logged in to the tenant from that network within the last 30 days."""
    query = select(LoginNetwork.last_login_at).where(LoginNetwork.network_hash == network_hash)
    async with tenant_transaction(engine, tenant_id) as connection:
        last_login_at: datetime | None = await connection.scalar(query)
    return last_login_at is not None and now - last_login_at < REMEMBERED


async def remember(connection: AsyncConnection, tenant_id: UUID, network_hash: bytes, *, now: datetime) -> None:
    """Note a login from that network; written at most once a day."""
    new = insert(LoginNetwork).values(tenant_id=tenant_id, network_hash=network_hash, last_login_at=now)
    await connection.execute(
        new.on_conflict_do_update(
            index_elements=[LoginNetwork.tenant_id, LoginNetwork.network_hash],
            set_={"last_login_at": now},
            where=LoginNetwork.last_login_at < now - _RENEWED_AFTER,
        )
    )
