"""Roles of payment accounts: how the payments of an account count from a date on. A role is never changed, only followed."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from impl.ingestion.deliveries import recounting
from impl.kernel import ids, sql
from impl.kernel.callers import PersonCaller
from impl.ledger import Role

MAX_LISTED: Final = 1000
_LIST: Final = text(
    # The newest, in the order in which they are read.
    """
    SELECT * FROM (
        SELECT platform, platform_account_id, role, valid_from, created_at, set_by, reason FROM processor_roles
        WHERE tenant_id = :tenant_id ORDER BY created_at DESC, id LIMIT :most
    ) r ORDER BY platform, platform_account_id, valid_from, created_at
    """
)
_SET: Final = text(
    """
    INSERT INTO processor_roles (
        tenant_id, id, platform, platform_account_id, role, valid_from, set_by, reason, created_at)
    VALUES (:tenant_id, :id, :platform, :account, :role, :valid_from, :set_by, :reason, :set_at)
    """
)


@dataclass(frozen=True, slots=True, kw_only=True)
class SetRole:
    """The role of an account from a time on, with who set it and why."""

    platform: str
    account: str
    role: Role
    valid_from: datetime
    set_at: datetime
    set_by: uuid.UUID
    reason: str


async def known(connection: AsyncConnection, tenant_id: uuid.UUID) -> Sequence[SetRole]:
    """The roles that were set, by account and time; the newest `MAX_LISTED` of them."""
    rows = (await connection.execute(_LIST, {"tenant_id": tenant_id, "most": MAX_LISTED})).all()
    return [
        SetRole(
            platform=row.platform,
            account=row.platform_account_id,
            role=Role(row.role),
            valid_from=row.valid_from,
            set_at=row.created_at,
            set_by=row.set_by,
            reason=row.reason,
        )
        for row in rows
    ]


async def put(connection: AsyncConnection, caller: PersonCaller, new: SetRole, *, correlation_id: uuid.UUID) -> SetRole:
    """Set a role, and have the payments that were captured since its date counted anew."""
    role_id = ids.new()
    stored = {"tenant_id": caller.tenant_id, "id": role_id, "reason": sql.storable(new.reason)}
    await connection.execute(
        _SET,
        stored
        | {
            "platform": new.platform,
            "account": new.account,
            "role": new.role.value,
            "valid_from": new.valid_from,
            "set_by": new.set_by,
            "set_at": new.set_at,
        },
    )
    await recounting.defer(connection, tenant_id=caller.tenant_id, role_id=role_id, correlation_id=correlation_id)
    return new
