"""Use cases of operators: add people, give and take roles, deactivate, reset a password. Each ends sessions and is recorded.

Everything is a function of the database that only operators may call; `access_audit` of every tenant concerned keeps what
was done.
"""

from __future__ import annotations

from typing import Final
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from impl.auth import members
from impl.auth.roles import Role
from impl.db import outage
from impl.db.transaction import tenant_transaction
from impl.kernel import ids
from impl.kernel.errors import SkeldirError

_FIND: Final = text("SELECT ops.find_user(:login_hash)")
_CREATE: Final = text("SELECT ops.create_user(:login_hash, :password_hash, 'password', :user_id)")
_SET_MEMBERSHIP: Final = text("SELECT ops.set_membership(:tenant_id, :user_id, :role, :status)")
_RESET_PASSWORD: Final = text("SELECT ops.reset_password(:user_id, :password_hash)")
_SET_ACTIVE: Final = text("SELECT ops.deactivate_user(:user_id, :is_active)")


class UnknownUserError(SkeldirError):
    """No user has this e-mail address; check it, or add the user with `skeldir user add`."""

    def __init__(self) -> None:
        super().__init__("no user has this e-mail address; check it, or add the user with `skeldir user add`")


class NotAMemberError(SkeldirError):
    """The user is no member of the tenant."""

    def __init__(self) -> None:
        super().__init__("the user is no member of this tenant; check both, or use `skeldir user add`")


class UnknownTenantError(SkeldirError):
    """No tenant has this id."""

    def __init__(self) -> None:
        super().__init__("no tenant has this id; check it")


async def find(operator: AsyncEngine, login_hash: str) -> UUID | None:
    """The user behind the hash of a login identifier."""
    async with operator.connect() as connection:
        user_id: UUID | None = await connection.scalar(_FIND, {"login_hash": login_hash})
    return user_id


async def add(
    operator: AsyncEngine, tenant_id: UUID, login_hash: str, role: Role, *, password_hash: str | None
) -> UUID:
    """Make a person a member of the tenant; without `password_hash` it must be somebody who has a login already.

    Raises `UnknownUserError` and `UnknownTenantError`.
    """
    try:
        async with operator.begin() as connection:
            user_id: UUID | None = await connection.scalar(_FIND, {"login_hash": login_hash})
            if user_id is None:
                user_id = await _create(connection, login_hash, password_hash)
            await _set_membership(connection, tenant_id, user_id, role, "active")
    except DBAPIError as error:
        if outage.is_outage(error):
            raise
        raise UnknownTenantError from error
    return user_id


async def change_role(operator: AsyncEngine, tenant_id: UUID, login_hash: str, role: Role) -> None:
    """Give a member another role. Raises `UnknownUserError` and `NotAMemberError`."""
    user_id, _ = await _member(operator, tenant_id, login_hash)
    async with operator.begin() as connection:
        await _set_membership(connection, tenant_id, user_id, role, "active")


async def remove(operator: AsyncEngine, tenant_id: UUID, login_hash: str) -> None:
    """End a membership. Raises `UnknownUserError` and `NotAMemberError`."""
    user_id, role = await _member(operator, tenant_id, login_hash)
    async with operator.begin() as connection:
        await _set_membership(connection, tenant_id, user_id, role, "revoked")


async def reset_password(operator: AsyncEngine, login_hash: str, password_hash: str) -> None:
    """Replace the password of a person who forgot it, or from whom it was stolen. Raises `UnknownUserError`."""
    values = {"user_id": await find(operator, login_hash), "password_hash": password_hash}
    async with operator.begin() as connection:
        if not await connection.scalar(_RESET_PASSWORD, values):
            raise UnknownUserError


async def set_active(operator: AsyncEngine, login_hash: str, *, is_active: bool) -> None:
    """Let a person log in, or no longer, in all tenants. Raises `UnknownUserError`."""
    values = {"user_id": await find(operator, login_hash), "is_active": is_active}
    async with operator.begin() as connection:
        if not await connection.scalar(_SET_ACTIVE, values):
            raise UnknownUserError


async def _create(connection: AsyncConnection, login_hash: str, password_hash: str | None) -> UUID:
    if password_hash is None:
        raise UnknownUserError
    user_id = ids.new()
    await connection.execute(_CREATE, {"login_hash": login_hash, "password_hash": password_hash, "user_id": user_id})
    return user_id


async def _set_membership(connection: AsyncConnection, tenant_id: UUID, user_id: UUID, role: Role, status: str) -> None:
    values = {"tenant_id": tenant_id, "user_id": user_id, "role": role.value, "status": status}
    await connection.execute(_SET_MEMBERSHIP, values)


async def _member(operator: AsyncEngine, tenant_id: UUID, login_hash: str) -> tuple[UUID, Role]:
    user_id = await find(operator, login_hash)
    if user_id is None:
        raise UnknownUserError
    async with tenant_transaction(operator, tenant_id) as connection:
        role = await members.role_of(connection, user_id)
    if role is None:
        raise NotAMemberError
    return user_id, role
