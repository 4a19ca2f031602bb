"""A small memory of answers that may be a little old."""

from __future__ import annotations

from collections.abc import Hashable
from typing import Generic, TypeVar, final

from impl.kernel.clock import Clock

KeyT = TypeVar("KeyT", bound=Hashable)
ValueT = TypeVar("ValueT")


@final
class ExpiringCache(Generic[KeyT, ValueT]):
    """At most `capacity` values, each for at most `seconds`; the one put first leaves first. For one event loop."""

    def __init__(self, clock: Clock, *, seconds: float, capacity: int) -> None:
        self._clock, self._seconds, self._capacity = clock, seconds, capacity
        self._held: dict[KeyT, tuple[float, ValueT]] = {}

    def __len__(self) -> int:
        return len(self._held)

    def get(self, key: KeyT) -> ValueT | None:
        """The value of `key`; None when there is none or it is too old."""
        found = self._held.get(key)
        if found is None:
            return None
        if self._clock.monotonic() - found[0] >= self._seconds:
            del self._held[key]
            return None
        return found[1]

    def put(self, key: KeyT, value: ValueT) -> None:
        """Hold `value` for `key` from now on."""
        self._held.pop(key, None)
        if len(self._held) >= self._capacity:
            del self._held[next(iter(self._held))]
        self._held[key] = (self._clock.monotonic(), value)

    def drop(self, key: KeyT) -> None:
        """Forget `key`."""
        self._held.pop(key, None)

    def clear(self) -> None:
        """Forget everything."""
        self._held.clear()
