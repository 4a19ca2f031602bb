"""The access log and the HTTP metrics: one line and one count for every request that the generated server answers."""

from __future__ import annotations

from collections.abc import Iterable
from typing import final
from uuid import UUID

import structlog

from generated.server import Exchange, Operation, ProblemError, RawRequest
from impl.telemetry import correlation
from impl.telemetry.metrics import DEPRECATED_CALLS, HTTPMetrics
from impl.telemetry.traffic import Traffic


@final
class ExchangeLog:
    """Observer of the server: binds the correlation id of a request, then logs, counts and times the reply.

    The line has the method, the operation with its path in the contract, status and duration. It has nothing that the caller
    wrote: not the path (which can hold anything), the query (which can hold a tenant key), headers, body or address.
    """

    def __init__(self, metrics: HTTPMetrics, traffic: Traffic) -> None:
        self._metrics, self._traffic = metrics, traffic
        self._log = structlog.get_logger().bind()  # once: the lazy one would make itself anew for each line

    def started(self, operation: Operation | None, request: RawRequest, correlation_id: UUID) -> None:
        """From now on every log line of this task carries the correlation id and no fields of an earlier request."""
        correlation.bind(correlation_id)
        self._traffic.begin()

    def finished(self, exchange: Exchange) -> None:
        """Log and count the reply, and the reason if it is an error of ours."""
        operation = exchange.operation.id if exchange.operation is not None else None
        path = exchange.operation.path if exchange.operation is not None else None
        self._traffic.note(exchange.status, exchange.seconds)
        self._metrics.observe(operation, exchange.status, exchange.seconds)
        self._log.info(
            "http_request",
            method=exchange.request.method,
            path=path,
            operation=operation,
            status=exchange.status,
            duration_ms=round(exchange.seconds * 1000, 2),
        )
        if exchange.violation is not None:
            self._log.error("contract_violated", violation=exchange.violation, exc_info=exchange.error)
        elif isinstance(exchange.error, ProblemError):
            # An outage of a dependency is expected to end; its cause says enough, and a traceback of our code would add nothing.
            self._log.warning("request_unavailable", code=exchange.error.code, reason=exchange.error.__cause__)
        elif exchange.error is not None:
            self._log.error("request_failed", exc_info=exchange.error)


@final
class DeprecatedCalls:
    """Counts calls of deprecated operations."""

    def __init__(self, operations: Iterable[str]) -> None:
        # Each label is created at start: a missing series cannot be told from an operation that nobody calls any more.
        for operation in operations:
            DEPRECATED_CALLS.labels(operation=operation)

    def called(self, operation: Operation, principal: object) -> None:
        """Count one call. The caller is not recorded, because labels are closed sets."""
        DEPRECATED_CALLS.labels(operation=operation.id).inc()
