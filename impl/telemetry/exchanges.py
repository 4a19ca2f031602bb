"""The access log and the HTTP metrics: one line and one count for every request that the contract's server answers."""

from __future__ import annotations

from collections.abc import Iterable
from typing import final
from uuid import UUID

import structlog

from generated.server import Exchange, Operation, ProblemError, RawRequest
from impl.telemetry import correlation
from impl.telemetry.metrics import DEPRECATED_CALLS, HTTPMetrics
from impl.telemetry.traffic import Traffic

_log = structlog.get_logger()


@final
class ExchangeLog:
    """The server's observer: binds the correlation id for all that follows, then logs, counts and times the answer.

    The line has method, the operation and its path in the contract, status and duration: nothing that the caller wrote, be it
    in the path (which can hold anything), the query (which can hold a tenant key), a header or the body, nor its address.
    """

    def __init__(self, metrics: HTTPMetrics, traffic: Traffic) -> None:
        self._metrics, self._traffic = metrics, traffic

    def started(self, operation: Operation | None, request: RawRequest, correlation_id: UUID) -> None:
        """Every log line of this task carries the correlation id from now on, and nothing of an earlier request."""
        correlation.bind(correlation_id)
        self._traffic.begin()

    def finished(self, exchange: Exchange) -> None:
        """Say and count what was answered, and why when it is our fault."""
        operation = exchange.operation.id if exchange.operation is not None else None
        path = exchange.operation.path if exchange.operation is not None else None
        self._traffic.note(exchange.status, exchange.seconds)
        self._metrics.observe(operation, exchange.status, exchange.seconds)
        _log.info(
            "http_request",
            method=exchange.request.method,
            path=path,
            operation=operation,
            status=exchange.status,
            duration_ms=round(exchange.seconds * 1000, 2),
        )
        if exchange.violation is not None:
            _log.error("contract_violated", violation=exchange.violation, exc_info=exchange.error)
        elif isinstance(exchange.error, ProblemError):
            # A part that is away is expected to come back: its cause is enough, the way through our code says nothing.
            _log.warning("request_unavailable", code=exchange.error.code, reason=exchange.error.__cause__)
        elif exchange.error is not None:
            _log.error("request_failed", exc_info=exchange.error)


@final
class DeprecatedCalls:
    """Counts who still calls what is deprecated; each such operation shows from the start, at zero."""

    def __init__(self, operations: Iterable[str]) -> None:
        for operation in operations:
            DEPRECATED_CALLS.labels(operation=operation)

    def called(self, operation: Operation, principal: object) -> None:
        """Count one answered call. Not who made it: labels are closed sets."""
        DEPRECATED_CALLS.labels(operation=operation.id).inc()
