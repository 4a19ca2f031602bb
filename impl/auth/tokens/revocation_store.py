"""Revocations in the database. A trigger notifies every process, in the transaction that writes."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from sqlalchemy import ColumnElement, func, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from impl.auth.tables import RefreshToken, RevokedAccessToken, TokenCutoff
from impl.auth.tokens import access_tokens
from impl.auth.tokens.access_tokens import AccessToken
from impl.auth.tokens.revocation_cache import RevocationState
from impl.db.transaction import tenant_transaction
from impl.kernel.clock import Clock

_LIFETIME: Final = timedelta(seconds=access_tokens.LIFETIME_SECONDS)


async def load(engine: AsyncEngine, clock: Clock, tenant_id: UUID, user_id: UUID) -> RevocationState:
    """The revocations of the user that still matter."""
    is_theirs = (RevokedAccessToken.user_id == user_id, RevokedAccessToken.expires_at > clock.now())
    async with tenant_transaction(engine, tenant_id) as connection:
        before = await connection.scalar(
            select(TokenCutoff.tokens_invalid_before).where(TokenCutoff.user_id == user_id)
        )
        revoked = await connection.execute(
            select(RevokedAccessToken.jti, RevokedAccessToken.expires_at).where(*is_theirs)
        )
        return RevocationState(before, {jti: expires_at for jti, expires_at in revoked})  # noqa: C416 (rows are no pairs to mypy)


async def revoke_session(connection: AsyncConnection, token: AccessToken, *, reason: str, now: datetime) -> None:
    """Take back `token`, every other access token of its session, and the session's refresh tokens."""
    await _deny(connection, token.tenant_id, token.user_id, (token.jti, token.family_id), reason, now)
    await _revoke_refresh_tokens(connection, RefreshToken.family_id == token.family_id, reason, now)


async def revoke_family(
    connection: AsyncConnection, tenant_id: UUID, user_id: UUID, family_id: UUID, *, reason: str, now: datetime
) -> None:
    """Take back a session of which only the refresh tokens are known."""
    await _deny(connection, tenant_id, user_id, (family_id,), reason, now)
    await _revoke_refresh_tokens(connection, RefreshToken.family_id == family_id, reason, now)


async def revoke_before(
    connection: AsyncConnection, tenant_id: UUID, user_id: UUID, before: datetime, *, by: UUID, now: datetime
) -> datetime:
    """Take back every token the user got until `before`, and all refresh tokens. The cutoff in force, never an earlier one."""
    new = insert(TokenCutoff).values(
        tenant_id=tenant_id, user_id=user_id, tokens_invalid_before=before, updated_by_user_id=by
    )
    cutoff: datetime | None = await connection.scalar(
        new.on_conflict_do_update(
            index_elements=[TokenCutoff.tenant_id, TokenCutoff.user_id],
            set_={
                "tokens_invalid_before": func.greatest(
                    TokenCutoff.tokens_invalid_before, new.excluded.tokens_invalid_before
                ),
                "updated_by_user_id": by,
                "updated_at": now,
            },
        ).returning(TokenCutoff.tokens_invalid_before)
    )
    assert cutoff is not None
    await _revoke_refresh_tokens(connection, RefreshToken.user_id == user_id, "cutoff", now)
    return cutoff


async def _deny(
    connection: AsyncConnection, tenant_id: UUID, user_id: UUID, token_ids: Iterable[UUID], reason: str, now: datetime
) -> None:
    # A session id stands in the same list: every access token of the session ends within one lifetime.
    owner = {"tenant_id": tenant_id, "user_id": user_id}
    times = {"revoked_at": now, "expires_at": now + _LIFETIME, "reason": reason}
    rows = [owner | times | {"jti": token_id} for token_id in dict.fromkeys(token_ids)]
    await connection.execute(insert(RevokedAccessToken).values(rows).on_conflict_do_nothing())


async def _revoke_refresh_tokens(
    connection: AsyncConnection, which: ColumnElement[bool], reason: str, now: datetime
) -> None:
    await connection.execute(
        update(RefreshToken)
        .where(which, RefreshToken.revoked_at.is_(None))
        .values(revoked_at=now, revoke_reason=reason)
    )
