"""Log in, stay logged in, log out."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from typing import Final
from uuid import UUID

from sqlalchemy import func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from generated.server import ForbiddenError, UnauthorizedError
from impl.auth import login_networks, members, passwords
from impl.auth.keys.signing_keys import SigningKey, SigningKeys
from impl.auth.passwords import Passwords
from impl.auth.tables import RefreshToken as Row
from impl.auth.tokens import access_tokens, refresh_tokens, revocation_store
from impl.auth.tokens.access_tokens import AccessToken, TokenAudience
from impl.auth.tokens.refresh_tokens import RefreshToken
from impl.db import locks
from impl.db.transaction import tenant_transaction
from impl.kernel import ids
from impl.kernel.clock import Clock

_LIFETIME: Final = timedelta(days=refresh_tokens.LIFETIME_DAYS)
_GRACE: Final = timedelta(seconds=10)
"""How long a token may be used again while its successor is unused: a reply was lost, or two tabs refreshed at once."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LoginDependencies:
    """Dependencies of logging in, refreshing and logging out."""

    engine: AsyncEngine
    clock: Clock
    keys: SigningKeys
    token_audience: TokenAudience
    passwords: Passwords
    pepper: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Session:
    """The pair of tokens that a login or a refresh hands out, and whose they are."""

    user_id: UUID
    access_token: str = field(repr=False)
    refresh_token: RefreshToken


@dataclass(frozen=True, slots=True)
class RefreshHolder:
    """The holder of a refresh token, whose secret was right; whether the token may still be used is decided at its use."""

    token: RefreshToken
    user_id: UUID
    family_id: UUID


async def login(
    dependencies: LoginDependencies,
    *,
    email: str,
    password: str,
    tenant_id: UUID,
    queue_subject: str = "",
    network_hash: bytes | None = None,
) -> Session:
    """Start a session of the person in the tenant; `network_hash` is remembered as a network they log in from.

    An unknown address costs the same work as a wrong password. Raises `UnauthorizedError` for both, and
    `ForbiddenError` for a right password without a role in the tenant, and `QueueFullError` when too many logins wait for
    the hash; `queue_subject` is the line in which this one waits.
    """
    person = await members.by_login_hash(
        dependencies.engine, passwords.login_identifier_hash(dependencies.pepper, email)
    )
    # Before the person is looked at: an unknown address must take as long as a wrong password.
    stored = person.password_hash if person else None
    is_correct = await dependencies.passwords.is_correct(password, stored, subject=queue_subject)
    if person is None or not is_correct or not person.is_active:
        raise UnauthorizedError
    await _strengthen(dependencies, person, password, tenant_id)
    # Before the transaction: loading keys takes a connection of its own, and whoever holds one must not wait for a second.
    key = await dependencies.keys.signer()
    async with tenant_transaction(
        dependencies.engine, tenant_id, lock=lock_of(tenant_id, person.user_id)
    ) as connection:
        role = await members.role_of(connection, person.user_id)
        if role is None:
            raise ForbiddenError
        now = dependencies.clock.now()
        if network_hash is not None:
            await login_networks.remember(connection, tenant_id, network_hash, now=now)
        access = access_tokens.issue(tenant_id, person.user_id, role, family_id=ids.new(), now=now)
        return await _hand_out(dependencies, connection, access, key)


async def _strengthen(dependencies: LoginDependencies, person: members.Login, password: str, tenant_id: UUID) -> None:
    """Hash the password again when today's parameters are stronger: only now is it known."""
    if person.password_hash is None or not dependencies.passwords.needs_rehash(person.password_hash):
        return
    stronger = await dependencies.passwords.hash(password)
    async with tenant_transaction(dependencies.engine, tenant_id, user_id=person.user_id) as connection:
        await members.set_password_hash(connection, person.user_id, stronger)


async def find_holder(engine: AsyncEngine, token: RefreshToken) -> RefreshHolder | None:
    """Who holds `token`; None when its secret is wrong or it never existed, after the same work."""
    async with tenant_transaction(engine, token.tenant_id) as connection:
        row = (
            await connection.execute(select(Row.token_hash, Row.user_id, Row.family_id).where(Row.id == token.token_id))
        ).one_or_none()
    is_theirs = token.is_behind(row.token_hash if row is not None else None)
    return RefreshHolder(token, row.user_id, row.family_id) if row is not None and is_theirs else None


async def refresh(dependencies: LoginDependencies, holder: RefreshHolder) -> Session:
    """Exchange the token for the next pair, once.

    A second use takes the whole session back, because one of the two users has stolen it; except within ten seconds and
    before the successor was used, when it gets a sibling of the successor. Raises
    `UnauthorizedError` for a token that was used, revoked or has expired, and for a person without a role.
    """
    session = None
    key = await dependencies.keys.signer()
    tenant_id, lock = holder.token.tenant_id, lock_of(holder.token.tenant_id, holder.user_id)
    async with tenant_transaction(dependencies.engine, tenant_id, user_id=holder.user_id, lock=lock) as connection:
        if await _is_usable(dependencies, connection, holder):
            session = await _rotate(dependencies, connection, holder, key)
    # Raised behind the transaction, which must keep the revocation that a reuse has caused.
    if session is None:
        raise UnauthorizedError
    return session


async def _is_usable(dependencies: LoginDependencies, connection: AsyncConnection, holder: RefreshHolder) -> bool:
    state = select(Row.expires_at, Row.rotated_at, Row.revoked_at, Row.replaced_by_id)
    row = (await connection.execute(state.where(Row.id == holder.token.token_id))).one()
    now = dependencies.clock.now()
    if row.revoked_at is not None or now >= row.expires_at:
        return False
    if row.rotated_at is None:
        return True
    is_predecessor = now - row.rotated_at < _GRACE and await _is_unused(connection, row.replaced_by_id)
    if not is_predecessor:
        await revocation_store.revoke_family(
            connection, holder.token.tenant_id, holder.user_id, holder.family_id, reason="reuse", now=now
        )
    return is_predecessor


async def _is_unused(connection: AsyncConnection, token_id: UUID | None) -> bool:
    successor = select(Row.id).where(Row.id == token_id, Row.rotated_at.is_(None), Row.revoked_at.is_(None))
    return await connection.scalar(successor) is not None


async def _rotate(
    dependencies: LoginDependencies, connection: AsyncConnection, holder: RefreshHolder, key: SigningKey
) -> Session | None:
    """The next pair; None when the person lost the role or may no longer log in."""
    role = await members.role_of(connection, holder.user_id)
    if role is None or not await members.is_active(connection, holder.user_id):
        return None
    now = dependencies.clock.now()
    access = access_tokens.issue(holder.token.tenant_id, holder.user_id, role, family_id=holder.family_id, now=now)
    session = await _hand_out(dependencies, connection, access, key)
    await connection.execute(
        update(Row)
        .where(Row.id == holder.token.token_id)
        # The first use decides until when the token is good, and which successor must be unused.
        .values(
            rotated_at=func.coalesce(Row.rotated_at, now),
            last_used_at=now,
            replaced_by_id=func.coalesce(Row.replaced_by_id, session.refresh_token.token_id),
        )
    )
    return session


async def _hand_out(
    dependencies: LoginDependencies, connection: AsyncConnection, access: AccessToken, key: SigningKey
) -> Session:
    token = refresh_tokens.new(access.tenant_id)
    await connection.execute(
        insert(Row).values(
            tenant_id=access.tenant_id,
            id=token.token_id,
            user_id=access.user_id,
            family_id=access.family_id,
            token_hash=token.secret_hash,
            expires_at=access.issued_at + _LIFETIME,
        )
    )
    return Session(
        access.user_id,
        access_tokens.sign(access, kid=key.kid, key=key.private, token_audience=dependencies.token_audience),
        token,
    )


async def logout(engine: AsyncEngine, clock: Clock, token: AccessToken) -> None:
    """End the session that `token` belongs to: its access tokens and its refresh tokens."""
    lock = lock_of(token.tenant_id, token.user_id)
    async with tenant_transaction(engine, token.tenant_id, lock=lock) as connection:
        await revocation_store.revoke_session(connection, token, reason="logout", now=clock.now())


def lock_of(tenant_id: UUID, user_id: UUID) -> int:
    """Key under which all changes of the user's sessions queue, so that no token made meanwhile escapes a revocation."""
    return locks.key64(f"sessions:{tenant_id}:{user_id}")
