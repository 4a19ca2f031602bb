"""How often a caller may come back: the seam to whatever counts requests."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Protocol

from .requests import Call, RawRequest


@dataclass(frozen=True, slots=True, kw_only=True)
class RateLimit:
    """State of one window after this request was counted."""

    limit: int
    """Requests that fit into the window."""
    remaining: int
    """Requests that still fit, never below 0."""
    reset_at: int
    """Unix time in seconds at which the window ends."""
    is_refused: bool = False
    retry_after_seconds: int = 60
    """Sent as Retry-After when refused; at least 1."""


class Limiter(Protocol):
    """Counts requests. The methods that count may raise a `ProblemError`, for example when the counter is out of reach."""

    async def take(self, rate_class: str, call: Call[Any]) -> RateLimit:
        """Count one request in `rate_class` (a name from the contract's `x-rate-limit`).

        Called after authentication and before anything of the request is decoded; `call.raw` has the body.
        """
        ...

    def ask_unauthenticated(self, request: RawRequest) -> RateLimit:
        """The rest of the address of a request, without counting it: for a failure of ours, before the caller is known."""
        ...

    async def take_unauthenticated(self, request: RawRequest) -> RateLimit:
        """Count one request that is refused before its caller is known (401, 413); when refused here, it gets 429 instead."""
        ...
