"""People and their roles, for operators. Each command ends the sessions it concerns and is recorded in `access_audit`."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeAlias
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncEngine

from impl.auth import passwords, people
from impl.auth.roles import Role
from impl.cli import local, tenant
from impl.kernel.errors import ConfigurationError
from impl.settings import Role as ProcessRole
from impl.settings import Settings

Work: TypeAlias = Callable[[AsyncEngine, str], Awaitable[str]]
"""What one command does with the operator's engine and the hash of a login; what it says at the end."""


def add(settings: Settings, tenant_id: UUID, email: str, role_name: str) -> None:
    """Make the person a member of the tenant, with a new login if there is none."""
    role = _role(role_name)

    async def work(operator: AsyncEngine, login_hash: str) -> str:
        password_hash = None
        if await people.find(operator, login_hash) is None:
            password_hash = await _hashed(tenant.read_password("Password of the new user: "))
        user_id = await people.add(operator, tenant_id, login_hash, role, password_hash=password_hash)
        return f"user {user_id} is a member of tenant {tenant_id} with the role {role.value}"

    _run(settings, email, work)


def change_role(settings: Settings, tenant_id: UUID, email: str, role_name: str) -> None:
    """Give the member another role."""
    role = _role(role_name)

    async def work(operator: AsyncEngine, login_hash: str) -> str:
        await people.change_role(operator, tenant_id, login_hash, role)
        return f"the role is {role.value}; sessions with another role have ended"

    _run(settings, email, work)


def remove(settings: Settings, tenant_id: UUID, email: str) -> None:
    """End the membership."""

    async def work(operator: AsyncEngine, login_hash: str) -> str:
        await people.remove(operator, tenant_id, login_hash)
        return "the membership has ended, and with it the sessions in this tenant"

    _run(settings, email, work)


def reset_password(settings: Settings, email: str) -> None:
    """Replace the password."""

    async def work(operator: AsyncEngine, login_hash: str) -> str:
        await people.reset_password(operator, login_hash, await _hashed(tenant.read_password("New password: ")))
        return "the password is replaced and all sessions of the user have ended"

    _run(settings, email, work)


def set_active(settings: Settings, email: str, *, is_active: bool) -> None:
    """Let the person log in, or no longer."""

    async def work(operator: AsyncEngine, login_hash: str) -> str:
        await people.set_active(operator, login_hash, is_active=is_active)
        return "the user can log in" if is_active else "the user can no longer log in; all sessions have ended"

    _run(settings, email, work)


def _run(settings: Settings, email: str, work: Work) -> None:
    tenant.check_email(email)
    if settings.ops_database_url is not None:
        local.say(asyncio.run(_with_operator(settings, email, work)))
        return
    with local.stack(settings) as stack:
        local.say(asyncio.run(_with_operator(stack.settings, email, work)))


async def _with_operator(settings: Settings, email: str, work: Work) -> str:
    settings.require(ProcessRole.OPERATOR)
    login_hash = passwords.login_identifier_hash(settings.secret("login_pepper"), email.strip())
    async with tenant.engine(settings.secret("ops_database_url")) as operator:
        return await work(operator, login_hash)


async def _hashed(password: str) -> str:
    tenant.check_password(password)
    return await passwords.Passwords().hash(password)


def _role(name: str) -> Role:
    try:
        return Role(name)
    except ValueError:
        raise ConfigurationError("the role is viewer, manager or admin") from None
