"""Deliveries that are refused although their tenant key is valid: counted, so that the tenant sees what its shop loses.

A processor does not tell a merchant that deliveries are refused, and WooCommerce never repeats them. Only counts are kept, never
a body: one row for each tenant, processor, hour and reason, however many deliveries are refused.
"""

from __future__ import annotations

import asyncio
import contextlib
import enum
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, NamedTuple, final
from uuid import UUID

import structlog
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from impl.db import outage
from impl.db.transaction import tenant_transaction
from impl.kernel.background import Background
from impl.kernel.clock import Clock

WRITE_AFTER_SECONDS: Final = 5.0
"""Refusals of this time are written together: a flood of them costs one statement per tenant."""
CAPACITY: Final = 4096
"""Counts that wait in memory, also while the database is unavailable; beyond this new ones are dropped."""

_ADD: Final = text(
    """
    INSERT INTO webhook_refusals AS known (tenant_id, processor, hour, reason, count, last_at)
    VALUES (:tenant_id, :processor, :hour, :reason, :count, :last_at)
    ON CONFLICT (tenant_id, processor, hour, reason) DO UPDATE
       SET count = known.count + excluded.count, last_at = greatest(known.last_at, excluded.last_at)
    """
)
_RECENT: Final = text(
    """
    SELECT processor, hour, reason, count, last_at
      FROM webhook_refusals
     WHERE tenant_id = :tenant_id AND hour > :since
     ORDER BY hour DESC, processor, reason
    """
)

_log = structlog.get_logger()


class Reason(enum.StrEnum):
    """Why deliveries were refused."""

    SIGNATURE = "signature"
    SIZE = "size"
    RATE = "rate"
    UNAVAILABLE = "unavailable"


REASONS: Final[Mapping[int, Reason]] = {
    401: Reason.SIGNATURE,
    413: Reason.SIZE,
    429: Reason.RATE,
    503: Reason.UNAVAILABLE,
}
"""By the status of the reply to a delivery whose tenant key is valid."""

CAUSES: Final[Mapping[Reason, str]] = {
    Reason.SIGNATURE: (
        "The webhook secret stored here is not the one that the processor signs with. Set it again, or check whether something "
        "between the processor and Skeldir changes the body."
    ),
    Reason.SIZE: "The deliveries are larger than the limit. Check which data a plugin adds to them.",
    Reason.RATE: "More deliveries arrived than the rate limit of the tenant allows. Most processors send them again later.",
    Reason.UNAVAILABLE: (
        "Skeldir could not record the deliveries for a while. Most processors send them again; WooCommerce does not, so compare "
        "its orders of that time."
    ),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal:
    """Refused deliveries of one processor in one hour."""

    processor: str
    hour: datetime
    reason: Reason
    count: int
    last_at: datetime

    @property
    def likely_cause(self) -> str:
        """The usual cause, and what to do about it."""
        return CAUSES[self.reason]


class _Key(NamedTuple):
    tenant_id: UUID
    processor: str
    hour: datetime
    reason: Reason


@dataclass(frozen=True, slots=True)
class _Tally:
    count: int
    last_at: datetime

    def plus(self, other: _Tally) -> _Tally:
        return _Tally(self.count + other.count, max(self.last_at, other.last_at))


@final
class Refusals:
    """Counts in memory and writes in the background. For one event loop."""

    def __init__(self, engine: AsyncEngine, clock: Clock, *, write_after_seconds: float = WRITE_AFTER_SECONDS) -> None:
        self._engine, self._clock, self._write_after_seconds = engine, clock, write_after_seconds
        self._tallies: dict[_Key, _Tally] = {}
        self._writing = Background()
        self._is_scheduled = False
        self._closing = asyncio.Event()

    def note(self, tenant_id: UUID, processor: str, reason: Reason) -> None:
        """Count one refused delivery."""
        now = self._clock.now()
        key = _Key(tenant_id, processor, now.replace(minute=0, second=0, microsecond=0), reason)
        self._add(key, _Tally(1, now))

    async def close(self, patience_seconds: float) -> int:
        """Write what is counted; how many writes had to be given up."""
        self._closing.set()
        return await self._writing.close(patience_seconds)

    def _add(self, key: _Key, tally: _Tally) -> None:
        known = self._tallies.get(key)
        if known is None and len(self._tallies) >= CAPACITY:
            return
        self._tallies[key] = tally if known is None else known.plus(tally)
        if not self._is_scheduled:
            self._is_scheduled = True
            self._writing.start(self._write_later())

    async def _write_later(self) -> None:
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._closing.wait(), self._write_after_seconds)
        tallies, self._tallies, self._is_scheduled = self._tallies, {}, False
        for tenant_id in {key.tenant_id for key in tallies}:
            own = {key: tally for key, tally in tallies.items() if key.tenant_id == tenant_id}
            try:
                await self._write(tenant_id, own)
            except outage.FAILURES as error:
                _log.warning("refusals_unavailable", error_class=type(error).__name__)
                self._keep(own)

    def _keep(self, tallies: Mapping[_Key, _Tally]) -> None:
        """Count again what could not be written: refusals are most frequent while the database is unavailable."""
        # While the process ends there is no later time, and an endless repetition would only delay the end.
        if not self._closing.is_set():
            for key, tally in tallies.items():
                self._add(key, tally)

    async def _write(self, tenant_id: UUID, tallies: Mapping[_Key, _Tally]) -> None:
        # Sorted, because two processes that update the same rows in different orders would deadlock.
        rows = [
            {**key._asdict(), "count": tallies[key].count, "last_at": tallies[key].last_at} for key in sorted(tallies)
        ]
        async with tenant_transaction(self._engine, tenant_id) as connection:
            await connection.execute(_ADD, rows)


async def recent(connection: AsyncConnection, tenant_id: UUID, *, since: datetime) -> Sequence[Refusal]:
    """Refusals in hours that began after `since`, newest hour first."""
    rows = (await connection.execute(_RECENT, {"tenant_id": tenant_id, "since": since})).mappings()
    values: list[dict[str, Any]] = [{**row, "reason": Reason(row["reason"])} for row in rows]
    return [Refusal(**one) for one in values]
