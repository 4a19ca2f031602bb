"""Use cases of admins: end the logins of a member, change a member's role."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy import func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from generated.governance import problems
from generated.server import NotFoundError, ProblemError
from impl.auth import sessions
from impl.auth.roles import Role
from impl.auth.tables import AccessAudit, TenantMembership, TenantMembershipRole
from impl.auth.tokens import revocation_store
from impl.auth.tokens.access_tokens import AccessToken
from impl.db import locks

_IS_ACTIVE: Final = TenantMembership.membership_status == "active"


class CutoffInTheFutureError(ProblemError, kind=problems.VALIDATION_ERROR):
    """The cutoff cannot be in the future; omit `tokens_invalid_before` to revoke all tokens now."""


class LastAdminError(ProblemError, kind=problems.STATE_CONFLICT):
    """The last admin of a tenant cannot lose this role; make another user an admin first."""


@dataclass(frozen=True, slots=True)
class RoleChange:
    """A member's new role, and the cutoff that ended the tokens with the old one."""

    role: Role
    tokens_invalid_before: datetime


async def end_logins(
    connection: AsyncConnection, admin: AccessToken, user_id: UUID, before: datetime | None, *, now: datetime
) -> datetime:
    """End every login of a member of the admin's tenant that began until `before` (default: now). The cutoff in force.

    Raises `CutoffInTheFutureError` and `NotFoundError`.
    """
    if before is not None and before > now:
        raise CutoffInTheFutureError
    # A login at this moment is either over, so its tokens are cut off, or begins after the cutoff.
    await locks.acquire(connection, sessions.lock_of(admin.tenant_id, user_id))
    await _membership_of(connection, user_id)
    await _record(connection, admin, user_id, "sessions_ended")
    return await revocation_store.revoke_before(
        connection, admin.tenant_id, user_id, before or now, by=admin.user_id, now=now
    )


async def change_role(
    connection: AsyncConnection, admin: AccessToken, user_id: UUID, role: Role, *, now: datetime
) -> RoleChange:
    """Give a member of the admin's tenant another role, and end the tokens that carry the old one.

    Raises `NotFoundError`, and `LastAdminError` when nobody would be left who can change roles.
    """
    # Two admins who take the role from each other at the same time must not both succeed.
    await locks.acquire(connection, locks.key64(f"roles:{admin.tenant_id}"))
    await locks.acquire(connection, sessions.lock_of(admin.tenant_id, user_id))
    membership_id = await _membership_of(connection, user_id)
    if role is not Role.ADMIN and await _admins(connection) == {user_id}:
        raise LastAdminError
    await connection.execute(
        update(TenantMembershipRole)
        .where(TenantMembershipRole.membership_id == membership_id)
        .values(role_code=role.value, updated_at=func.now())
    )
    await _record(connection, admin, user_id, "role_changed", role)
    cutoff = await revocation_store.revoke_before(connection, admin.tenant_id, user_id, now, by=admin.user_id, now=now)
    return RoleChange(role, cutoff)


async def _record(
    connection: AsyncConnection, admin: AccessToken, user_id: UUID, action: str, role: Role | None = None
) -> None:
    values = {"tenant_id": admin.tenant_id, "user_id": user_id, "actor": str(admin.user_id), "action": action}
    await connection.execute(insert(AccessAudit).values(values | {"role_code": role.value if role else None}))


async def _membership_of(connection: AsyncConnection, user_id: UUID) -> UUID:
    membership_id = await connection.scalar(
        select(TenantMembership.id).where(TenantMembership.user_id == user_id, _IS_ACTIVE)
    )
    if membership_id is None:
        raise NotFoundError
    return membership_id


async def _admins(connection: AsyncConnection) -> set[UUID]:
    user_ids = await connection.scalars(
        select(TenantMembership.user_id)
        .join(TenantMembershipRole, TenantMembershipRole.membership_id == TenantMembership.id)
        .where(TenantMembershipRole.role_code == Role.ADMIN.value, _IS_ACTIVE)
    )
    return set(user_ids)
