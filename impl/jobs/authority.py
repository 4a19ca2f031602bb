"""A job that a person requested runs only while their session is valid: the same rule as for a request, before any write."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from sqlalchemy import text

from impl.jobs import transactions
from impl.jobs.kinds import Work
from impl.kernel import ids
from impl.kernel.errors import SkeldirError

_IS_TAKEN_BACK: Final = text(
    # A token is denied by its own id or by that of its session; a cutoff ends every token that was issued before it.
    """
    SELECT EXISTS (
               SELECT FROM auth_access_token_denylist
                WHERE tenant_id = :tenant_id AND user_id = :user_id AND jti IN (:jti, :family_id))
        OR EXISTS (
               SELECT FROM auth_user_token_cutoffs
                WHERE tenant_id = :tenant_id AND user_id = :user_id AND tokens_invalid_before >= :issued_at)
    """
)


class SessionEnded(SkeldirError):
    """The session in which the job was requested has been revoked; request the job again."""


async def check(work: Work) -> None:
    """Raises `SessionEnded` if the session that requested `work` has been revoked. Work of the system has no session."""
    if work.session is None:
        return
    async with transactions.of_tenant(work) as connection:
        if await connection.scalar(_IS_TAKEN_BACK, _values(work, work.session)):
            raise SessionEnded("the session in which the job was requested has been revoked")


def _values(work: Work, session: Mapping[str, Any]) -> dict[str, Any]:
    try:
        jti, family_id = ids.parse(session["jti"]), ids.parse(session["family_id"])
        issued_at = datetime.fromisoformat(session["iat"])
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise SessionEnded("the job does not name the session in which it was requested") from error
    if work.user_id is None or jti is None or family_id is None:
        raise SessionEnded("the job does not name the session in which it was requested")
    user = {"tenant_id": work.tenant_id, "user_id": work.user_id}
    return user | {"jti": jti, "family_id": family_id, "issued_at": issued_at}
