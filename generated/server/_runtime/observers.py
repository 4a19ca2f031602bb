"""Exchanges for logs and metrics: an observer is called with each, and no part of the runtime depends on it."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from typing import Any, Protocol
from uuid import UUID

from .operations import Operation
from .problems import NotWrittenError
from .requests import RawRequest

_LOG = logging.getLogger("contract.server")


@dataclass(slots=True, kw_only=True)
class Exchange:
    """One request and its answer."""

    operation: Operation | None
    """None for an unknown path or method."""
    request: RawRequest
    correlation_id: UUID
    principal: Any = None
    """Who called; None when nobody was authenticated."""
    status: int = 0
    seconds: float = 0.0
    """From the first byte of the request's head to the last of the reply handed over."""
    error: Exception | None = None
    """The exception behind a 5xx reply."""
    violation: str | None = None
    """What the operation did that its contract does not declare, with the contract's `file:line`."""


class Observer(Protocol):
    """Told about every exchange. Must not raise, must not wait."""

    def started(self, operation: Operation | None, request: RawRequest, correlation_id: UUID) -> None:
        """A request came in. Runs in the task that answers it, so that context variables set here are seen there."""
        ...

    def finished(self, exchange: Exchange) -> None:
        """Its answer was sent."""
        ...


class LoggingObserver:
    """Writes failures to the standard library's log; the default."""

    def started(self, operation: Operation | None, request: RawRequest, correlation_id: UUID) -> None:
        """Say nothing."""

    def finished(self, exchange: Exchange) -> None:
        """Log what the service got wrong."""
        if exchange.violation is not None:
            _LOG.error("contract violated: %s (correlation id %s)", exchange.violation, exchange.correlation_id)
            return
        name = exchange.operation.id if exchange.operation else exchange.request.path
        if isinstance(exchange.error, NotWrittenError):
            _LOG.warning("%s is not written yet (correlation id %s)", name, exchange.correlation_id)
        elif exchange.error is not None:
            _LOG.error("%s failed (correlation id %s)", name, exchange.correlation_id, exc_info=exchange.error)
