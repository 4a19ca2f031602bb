"""Health at the short paths that process supervisors expect, outside the contract and without authentication."""

from __future__ import annotations

from typing import Final
from uuid import UUID

from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route
from starlette.types import Receive, Scope, Send

from generated.server import ErrorShape, ServiceUnavailableError
from impl.health.report import Health
from impl.kernel import ids
from impl.telemetry import correlation

_LIVE: Final = "/api/health/live"
_ALIASES: Final = {"/health": "/api/health", "/health/live": _LIVE, "/health/ready": "/api/health/ready"}


def routes(health: Health, shape: ErrorShape) -> list[BaseRoute]:
    """`/health`, `/health/live` and `/health/ready` forward to the contract's operations; `/health/worker` is its own."""
    aliases = [Route(path, _Forward(target), include_in_schema=False) for path, target in _ALIASES.items()]
    return [*aliases, Route("/health/worker", _Worker(health, shape), include_in_schema=False)]


class _Forward:
    """Hands the request to another path of the application."""

    def __init__(self, path: str) -> None:
        self._path = path

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        forwarded = {**scope, "path": self._path, "raw_path": self._path.encode()}
        await scope["app"].router(forwarded, receive, send)


class _Worker:
    """200 if a worker executes a queued job, else 503 within fifteen seconds."""

    def __init__(self, health: Health, shape: ErrorShape) -> None:
        self._health, self._shape = health, shape
        # Liveness allows GET only, as this route does, so it can answer for every other method.
        self._refuse_method = _Forward(_LIVE)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["method"] != "GET":
            await self._refuse_method(scope, receive, send)
            return
        header = dict(scope["headers"]).get(b"x-correlation-id", b"").decode("latin-1")
        correlation_id = ids.parse(header) or ids.new()
        with correlation.bound(correlation_id):
            response = await self._answer(correlation_id)
        await response(scope, receive, send)

    async def _answer(self, correlation_id: UUID) -> Response:
        headers = {"X-Correlation-ID": str(correlation_id)}
        if (failed := (await self._health.worker.result()).failed) is None:
            return JSONResponse({"worker": True}, headers=headers)
        problem = ServiceUnavailableError(f"The probe `{failed}` failed.")
        headers |= {"Retry-After": str(problem.retry_after_seconds)}
        body = self._shape.body(problem, correlation_id)
        return Response(body, problem.status, headers, media_type="application/problem+json")
