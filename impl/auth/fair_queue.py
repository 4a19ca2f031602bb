"""A few slots for costly work, and a short queue in front of them in which every subject has its turn."""

from __future__ import annotations

import asyncio
import contextlib
from collections import deque
from collections.abc import AsyncGenerator
from typing import TypeAlias, final

from generated.server import ServiceUnavailableError

_Waiter: TypeAlias = asyncio.Future[None]


class QueueFullError(ServiceUnavailableError, retry_after_seconds=5):
    """A required service is unavailable; retry after the number of seconds in `Retry-After`."""


@final
class FairQueue:
    """At most `slots` at once, at most `waiting` behind them; free slots go to the subjects in turn.

    One subject with many requests therefore delays another one by a single turn, however long its own line is. In a full
    queue the newest of the longest line gives way to a subject with a shorter one. For one event loop.
    """

    def __init__(self, slots: int, waiting: int) -> None:
        self._free, self._capacity, self._waiting = slots, waiting, 0
        self._lines: dict[str, deque[_Waiter]] = {}

    @contextlib.asynccontextmanager
    async def turn(self, subject: str) -> AsyncGenerator[None]:
        """Wait for a slot and hold it within the block. Raises `QueueFullError`."""
        if self._free:
            self._free -= 1
        else:
            await self._wait(subject)
        try:
            yield
        finally:
            self._pass_on()

    async def _wait(self, subject: str) -> None:
        if self._waiting >= self._capacity:
            self._make_room(subject)
        waiter: _Waiter = asyncio.get_running_loop().create_future()
        self._lines.setdefault(subject, deque()).append(waiter)
        self._waiting += 1
        try:
            await waiter
        except asyncio.CancelledError:
            if waiter.done() and not waiter.cancelled() and waiter.exception() is None:
                # The slot was handed over in the moment of the cancellation: nobody else would give it back.
                self._pass_on()
            else:
                self._remove(subject, waiter)
            raise

    def _make_room(self, subject: str) -> None:
        longest = max(self._lines, key=lambda one: len(self._lines[one]), default=None)
        if longest is None or len(self._lines[longest]) <= len(self._lines.get(subject, ())) + 1:
            raise QueueFullError
        waiter = self._lines[longest][-1]
        self._remove(longest, waiter)
        waiter.set_exception(QueueFullError())

    def _remove(self, subject: str, waiter: _Waiter) -> None:
        line = self._lines.get(subject)
        if line is not None and waiter in line:
            line.remove(waiter)
            self._waiting -= 1
            if not line:
                del self._lines[subject]

    def _pass_on(self) -> None:
        """Hand the slot to the next subject, which then goes to the end of the round."""
        while self._lines:
            subject = next(iter(self._lines))
            line = self._lines.pop(subject)
            waiter = line.popleft()
            self._waiting -= 1
            if line:
                self._lines[subject] = line
            # A waiter that was cancelled a moment ago has not left its line yet.
            if not waiter.done():
                waiter.set_result(None)
                return
        self._free += 1
