"""A small cache whose values expire."""

from __future__ import annotations

from collections.abc import Hashable
from typing import Generic, TypeVar, final

from impl.kernel.clock import Clock

KeyT = TypeVar("KeyT", bound=Hashable)
ValueT = TypeVar("ValueT")


@final
class ExpiringCache(Generic[KeyT, ValueT]):
    """At most `capacity` values, each for at most `seconds`; the oldest is evicted first. For one event loop."""

    def __init__(self, clock: Clock, *, seconds: float, capacity: int) -> None:
        self._clock, self._seconds, self._capacity = clock, seconds, capacity
        self._entries: dict[KeyT, tuple[float, ValueT]] = {}

    def __len__(self) -> int:
        return len(self._entries)

    def get(self, key: KeyT) -> ValueT | None:
        """The value of `key`; None if there is none or it has expired."""
        entry = self._entries.get(key)
        if entry is None:
            return None
        put_at, value = entry
        if self._clock.monotonic() - put_at >= self._seconds:
            del self._entries[key]
            return None
        return value

    def put(self, key: KeyT, value: ValueT) -> None:
        """Store `value` for `key`."""
        # Removed first, so that a renewed key moves to the end of the dict, whose order is the order of eviction.
        self._entries.pop(key, None)
        if len(self._entries) >= self._capacity:
            del self._entries[next(iter(self._entries))]
        self._entries[key] = (self._clock.monotonic(), value)

    def drop(self, key: KeyT) -> None:
        """Remove `key`."""
        self._entries.pop(key, None)

    def clear(self) -> None:
        """Remove all values."""
        self._entries.clear()
