"""Corrections of the channel that an event itself belongs to, by operators."""

from __future__ import annotations

import uuid

from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncEngine

from impl.kernel.errors import SkeldirError

_CORRECT = text("SELECT ops.correct_channel(:tenant_id, :event_id, :channel, :reason)")
_NOT_A_CHANNEL = "22023"


class CorrectionRefused(SkeldirError):
    """There is no such event, or no such channel."""


async def correct(
    operator: AsyncEngine, tenant_id: uuid.UUID, event_id: uuid.UUID, *, channel: str, reason: str
) -> str:
    """Say which channel the event belongs to; the former channel. Credits of its day are computed again within seconds.

    The touches of the event, where it has any, still decide before its own channel. Raises `CorrectionRefused`.
    """
    values = {"tenant_id": tenant_id, "event_id": event_id, "channel": channel, "reason": reason}
    try:
        async with operator.begin() as connection:
            former: str | None = await connection.scalar(_CORRECT, values)
    except DBAPIError as error:
        if getattr(error.orig, "sqlstate", None) != _NOT_A_CHANNEL:
            raise
        raise CorrectionRefused(f"{channel} is no active channel") from error
    if former is None:
        raise CorrectionRefused("the tenant has no event with this id")
    return former
