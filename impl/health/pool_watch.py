"""Detects a database pool whose connections no longer come back."""

from __future__ import annotations

from typing import Final, final

from sqlalchemy import Pool, event
from sqlalchemy.ext.asyncio import AsyncEngine
from sqlalchemy.pool import QueuePool

from impl.kernel.clock import Clock

STUCK_AFTER_SECONDS: Final = 30.0
"""Longer than any request may take, so that only connections that were lost count."""


@final
class PoolWatch:
    """Records when the pool last handed out or took back a connection."""

    def __init__(self, engine: AsyncEngine, clock: Clock) -> None:
        self._pool: Pool = engine.sync_engine.pool
        self._clock = clock
        self._moved_at = clock.monotonic()
        event.listen(engine.sync_engine, "checkout", self._move)
        event.listen(engine.sync_engine, "checkin", self._move)

    def _move(self, *_: object) -> None:
        self._moved_at = self._clock.monotonic()

    @property
    def size(self) -> int:
        """Connections this process may open."""
        return self._pool.size() if isinstance(self._pool, QueuePool) else 0

    @property
    def in_use(self) -> int:
        """Connections in use right now."""
        return self._pool.checkedout() if isinstance(self._pool, QueuePool) else 0

    def is_stuck(self) -> bool:
        """Whether every connection is in use and none has come back for half a minute, so that only a restart helps.

        A busy pool keeps moving, and an outage of the database leaves the pool empty; neither needs a restart.
        """
        return self.in_use >= self.size > 0 and self._clock.monotonic() - self._moved_at > STUCK_AFTER_SECONDS
