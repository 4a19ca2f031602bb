"""Who still calls what is deprecated: told to a counter, so that an operation ends when nobody misses it."""

from __future__ import annotations

from typing import Any, Protocol

from .operations import Operation


class CallerCounter(Protocol):
    """Told about each answered call of an operation that the contract marks as deprecated. Must not raise, must not wait."""

    def called(self, operation: Operation, principal: Any) -> None:
        """`principal` called `operation`; None when nobody was authenticated."""
        ...


class CallCounts:
    """Counts in this process, by operationId; the default."""

    def __init__(self) -> None:
        self.by_operation: dict[str, int] = {}

    def called(self, operation: Operation, principal: Any) -> None:
        """Count one call."""
        self.by_operation[operation.id] = self.by_operation.get(operation.id, 0) + 1
