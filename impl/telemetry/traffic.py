"""Request figures of this process over the last minute."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import Final, final

from impl.kernel.clock import Clock

_SECONDS: Final = 60


@dataclass(slots=True)
class _Second:
    at: int = -1
    requests: int = 0
    failures: int = 0
    duration_seconds: float = 0.0


@dataclass(frozen=True, slots=True)
class Figures:
    """Request figures of the last minute."""

    requests: int
    average_ms: float
    """Mean response time; 0 without requests."""
    error_rate: float
    """Share of replies with a status of 500 or more."""
    in_flight: int
    """Requests that are being handled right now."""


@final
class Traffic:
    """Counts replies per second in a ring of sixty."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._ring = [_Second() for _ in range(_SECONDS)]
        self._in_flight = 0

    def begin(self) -> None:
        """A request came in; it is in flight until the task that handles it ends."""
        # A callback and not a matching call at the end: a client that hangs up cancels the task before any such call.
        task = asyncio.current_task()
        if task is not None:
            self._in_flight += 1
            task.add_done_callback(self._end)

    def _end(self, _: object) -> None:
        self._in_flight -= 1

    def note(self, status: int, duration_seconds: float) -> None:
        """Count one reply."""
        at = int(self._clock.monotonic())
        second = self._ring[at % _SECONDS]
        if second.at != at:
            second.at, second.requests, second.failures, second.duration_seconds = at, 0, 0, 0.0
        second.requests += 1
        second.failures += status >= 500
        second.duration_seconds += duration_seconds

    def figures(self) -> Figures:
        """The figures of the last sixty seconds."""
        now = int(self._clock.monotonic())
        recent = [second for second in self._ring if now - _SECONDS < second.at <= now]
        requests = sum(second.requests for second in recent)
        duration_seconds = sum(second.duration_seconds for second in recent)
        failures = sum(second.failures for second in recent)
        return Figures(
            requests=requests,
            average_ms=round(1000 * duration_seconds / requests, 3) if requests else 0.0,
            error_rate=failures / requests if requests else 0.0,
            in_flight=self._in_flight,
        )
