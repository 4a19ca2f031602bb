"""The access log and the HTTP metrics: one line and one count for every request, whoever answered it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, final

import structlog
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from impl.kernel import correlation as correlation_ids
from impl.kernel.clock import Clock
from impl.telemetry import correlation
from impl.telemetry.metrics import HTTPMetrics

_log = structlog.get_logger()
_HEADER = correlation_ids.HEADER.lower().encode()


@dataclass(slots=True)
class _Answer:
    status: int = 500
    """500 until the application starts to answer: what it never answers is a server error."""
    headers: Mapping[bytes, bytes] = field(default_factory=dict[bytes, bytes])
    size_bytes: int = 0


@final
class AccessLog:
    """ASGI middleware, outermost: gives the request its correlation id, then logs, counts and times the answer.

    The id is the caller's when it sent a UUID, a new one otherwise. All that follows finds it in
    `scope["state"]["correlation_id"]`; the answer carries it even when nobody inside put it there. The line has method,
    path, status, duration and operation: no query (it can hold a tenant key), no address of the client, no header.
    """

    def __init__(self, app: ASGIApp, *, metrics: HTTPMetrics, clock: Clock) -> None:
        self._app, self._metrics, self._clock = app, metrics, clock

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        sent = dict(scope["headers"]).get(_HEADER)
        correlation_id = correlation_ids.of_header(sent.decode("latin-1") if sent is not None else None)
        scope.setdefault("state", {})["correlation_id"] = correlation_id
        with correlation.bound(correlation_id):
            await self._answer(scope, receive, send, str(correlation_id).encode())

    async def _answer(self, scope: Scope, receive: Receive, send: Send, correlation_id: bytes) -> None:
        answer, started = _Answer(), self._clock.monotonic()

        async def note(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = list(message.get("headers", ()))
                if all(name.lower() != _HEADER for name, _ in headers):
                    message = {**message, "headers": [*headers, (_HEADER, correlation_id)]}
                answer.status = message["status"]
            elif message["type"] == "http.response.body":
                answer.size_bytes += len(message.get("body", b""))
            await send(message)

        try:
            await self._app(scope, receive, note)
        finally:
            self._note(scope, answer, self._clock.monotonic() - started)

    def _note(self, scope: Scope, answer: _Answer, duration_seconds: float) -> None:
        operation = _operation_of(scope)
        self._metrics.observe(operation, answer.status, duration_seconds)
        _log.info(
            "http_request",
            method=scope["method"],
            path=scope["path"],
            operation=operation,
            status=answer.status,
            duration_ms=round(duration_seconds * 1000, 2),
            size_bytes=answer.size_bytes,
        )


def _operation_of(scope: Mapping[str, Any]) -> str | None:
    """The operationId: routers of the contract name their routes by it."""
    return getattr(scope.get("route"), "name", None)
