"""The time as a value that is handed in, so that a test can say what time it is."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta
from typing import Protocol, final


class Clock(Protocol):
    """What time it is, in two senses."""

    def now(self) -> datetime:
        """The instant, aware and in UTC. It may jump; use it for what is stored or compared with stored instants."""
        ...

    def monotonic(self) -> float:
        """Seconds from an arbitrary start that never go back; use it for ages and limits inside the process."""
        ...


@final
class SystemClock:
    """The machine's clock."""

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
            raise ValueError("A clock needs an aware instant; give the datetime a time zone, for example UTC.")
        self._now = now.astimezone(UTC)
        self._monotonic_seconds = 0.0

    def now(self) -> datetime:
        return self._now

    def monotonic(self) -> float:
        return self._monotonic_seconds

    def advance(self, seconds: float) -> None:
        """Let `seconds` pass, on both senses of time."""
        self._now += timedelta(seconds=seconds)
        self._monotonic_seconds += seconds
