"""The clock as a parameter, so that a test can set the time."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta
from typing import Protocol, final


class Clock(Protocol):
    """Source of the current time."""

    def now(self) -> datetime:
        """The current instant, in UTC. It may jump; use it for times that are stored or compared with stored ones."""
        ...

    def monotonic(self) -> float:
        """Seconds since an arbitrary start, never decreasing; use it for durations within the process."""
        ...


@final
class SystemClock:
    """The clock of the machine."""

    __slots__ = ()

    def now(self) -> datetime:
        return datetime.now(UTC)

    def monotonic(self) -> float:
        return time.monotonic()


@final
class FixedClock:
    """A clock that stands still until `advance` is called."""

    __slots__ = ("_monotonic_seconds", "_now")

    def __init__(self, now: datetime) -> None:
        if now.tzinfo is None:
            raise ValueError("the datetime needs a time zone, for example UTC")
        self._now = now.astimezone(UTC)
        self._monotonic_seconds = 0.0

    def now(self) -> datetime:
        return self._now

    def monotonic(self) -> float:
        return self._monotonic_seconds

    def advance(self, seconds: float) -> None:
        """Move both `now` and `monotonic` forward by `seconds`."""
        self._now += timedelta(seconds=seconds)
        self._monotonic_seconds += seconds
