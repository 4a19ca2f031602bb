"""Change one's own password: whoever knew the old one is logged out everywhere."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from generated.governance import problems
from generated.server import ProblemError
from impl.auth import members, sessions
from impl.auth.sessions import LoginDependencies
from impl.auth.tokens.access_tokens import AccessToken
from impl.db import locks
from impl.db.transaction import tenant_transaction

_CHANGE: Final = text("SELECT auth.change_own_password(:password_hash)")


class WrongPasswordError(ProblemError, kind=problems.VALIDATION_ERROR):
    """The current password is wrong."""


@dataclass(frozen=True, slots=True)
class Change:
    """A change of password that has been checked and hashed, and is not written yet."""

    previous_hash: str | None = field(repr=False)
    new_hash: str | None = field(repr=False)
    """None when the current password was wrong."""


async def prepare(
    dependencies: LoginDependencies, token: AccessToken, *, current: str, new: str, queue_subject: str
) -> Change:
    """Check the current password and hash the new one, while no connection is held. Raises `QueueFullError`."""
    async with tenant_transaction(dependencies.engine, token.tenant_id, user_id=token.user_id) as connection:
        stored = await members.password_hash(connection, token.user_id)
    if not await dependencies.passwords.is_correct(current, stored, subject=queue_subject):
        return Change(stored, None)
    return Change(stored, await dependencies.passwords.hash(new, subject=queue_subject))


async def apply(connection: AsyncConnection, token: AccessToken, change: Change) -> datetime:
    """Write the new password and end all sessions of the person, in every tenant. When they ended.

    Raises `WrongPasswordError`, also when the password was changed meanwhile.
    """
    await locks.acquire(connection, sessions.lock_of(token.tenant_id, token.user_id))
    if change.new_hash is None or await members.password_hash(connection, token.user_id) != change.previous_hash:
        raise WrongPasswordError
    ended_at: datetime = (await connection.execute(_CHANGE, {"password_hash": change.new_hash})).scalar_one()
    return ended_at
