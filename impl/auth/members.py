"""People and their roles, as logging in needs them."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select, text, update
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from impl.auth import roles
from impl.auth.roles import Role
from impl.auth.tables import TenantMembership, TenantMembershipRole, User

# No tenant is known before somebody is: the function gives one person for one exact hash and lists nobody.
_BY_LOGIN = text("SELECT user_id, password_hash, is_active FROM auth.lookup_user_auth_by_login_hash(:login_hash)")


@dataclass(frozen=True, slots=True)
class Login:
    """Who may log in with which password."""

    user_id: UUID
    password_hash: str | None
    is_active: bool


async def by_login_hash(engine: AsyncEngine, login_hash: str) -> Login | None:
    """The person behind the hash of a login identifier."""
    async with engine.connect() as connection:
        row = (await connection.execute(_BY_LOGIN, {"login_hash": login_hash})).one_or_none()
    return Login(*row) if row is not None else None


async def role_of(connection: AsyncConnection, user_id: UUID) -> Role | None:
    """The user's role in the tenant of the transaction, as it is now; None without one, also for a revoked membership."""
    codes = await connection.scalars(
        select(TenantMembershipRole.role_code)
        .join(TenantMembership, TenantMembership.id == TenantMembershipRole.membership_id)
        .where(TenantMembership.user_id == user_id, TenantMembership.membership_status == "active")
    )
    return roles.highest(codes)


async def is_active(connection: AsyncConnection, user_id: UUID) -> bool:
    """Whether the person may log in at all. The transaction must be bound to that user."""
    return bool(await connection.scalar(select(User.is_active).where(User.id == user_id)))


async def password_hash(connection: AsyncConnection, user_id: UUID) -> str | None:
    """The stored hash of the user's password. The transaction must be bound to that user."""
    stored: str | None = await connection.scalar(select(User.password_hash).where(User.id == user_id))
    return stored


async def set_password_hash(connection: AsyncConnection, user_id: UUID, password_hash: str) -> None:
    """Store a new hash. The transaction must be bound to that user."""
    await connection.execute(update(User).where(User.id == user_id).values(password_hash=password_hash))
