"""Runs probes one after the other and caches the result for a few seconds."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Final, TypeAlias, final

import structlog

from impl.auth.errors import KeysUnavailableError
from impl.db import outage
from impl.health.probes import ProbeError
from impl.kernel.clock import Clock

KEEP_SECONDS: Final = 10.0
"""Load balancers ask every few seconds and from several places; the database must not notice."""
LIMIT_SECONDS: Final = 5.0
"""Most load balancers give up on a probe after this long, and a late answer is as good as none."""

Probe: TypeAlias = Callable[[], Awaitable[None]]

_log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Result:
    """Result of running all probes."""

    failed: str | None
    """Name of the first probe that failed; None when all passed."""
    seconds: Mapping[str, float]
    """Duration of each probe that passed."""
    reason: str | None = None
    """Why it failed, in a word that a caller may read, such as `disk_full`; None where the name of the probe says all."""


@final
class Checkup:
    """Caches a result for ten seconds. However many callers ask, the probes run once at a time, for at most five seconds."""

    def __init__(
        self,
        probes: Mapping[str, Probe],
        clock: Clock,
        *,
        limit_seconds: float = LIMIT_SECONDS,
        keep_seconds: float = KEEP_SECONDS,
    ) -> None:
        self._probes, self._clock, self._limit_seconds, self._keep_seconds = probes, clock, limit_seconds, keep_seconds
        self._result: Result | None = None
        self._result_at = float("-inf")
        self._running = asyncio.Lock()

    async def result(self) -> Result:
        """A result that is at most ten seconds old."""
        if self._result is not None and self._is_recent():
            return self._result
        async with self._running:
            # Checked again under the lock: whoever waited here finds the result of the run it waited for.
            if self._result is None or not self._is_recent():
                self._result = await self._run()
                self._result_at = self._clock.monotonic()
            return self._result

    def _is_recent(self) -> bool:
        return self._clock.monotonic() - self._result_at < self._keep_seconds

    async def _run(self) -> Result:
        seconds: dict[str, float] = {}
        name = ""
        try:
            async with asyncio.timeout(self._limit_seconds):
                for name, probe in self._probes.items():
                    started = self._clock.monotonic()
                    await probe()
                    seconds[name] = self._clock.monotonic() - started
        except (*outage.FAILURES, ProbeError, KeysUnavailableError) as error:
            reason = error.reason if isinstance(error, KeysUnavailableError) else str(error)
            _log.warning("probe_failed", probe=name, kind=type(error).__name__, reason=reason)
            return Result(name, seconds, error.name if isinstance(error, ProbeError) else None)
        return Result(None, seconds)
