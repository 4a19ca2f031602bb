"""Runs probes one after the other, rarely, and remembers what they found."""

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
LIMIT_SECONDS: Final = 5.0

Probe: TypeAlias = Callable[[], Awaitable[None]]

_log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Finding:
    """What the probes found."""

    failed: str | None
    """Name of the first probe that failed; None when all passed."""
    seconds: Mapping[str, float]
    """How long each probe that passed took."""


@final
class Checkup:
    """Answers from memory for ten seconds; however many ask, the probes run once at a time and end after five seconds."""

    def __init__(self, probes: Mapping[str, Probe], clock: Clock, *, limit_seconds: float = LIMIT_SECONDS) -> None:
        self._probes, self._clock, self._limit_seconds = probes, clock, limit_seconds
        self._found: Finding | None = None
        self._found_at = float("-inf")
        self._running = asyncio.Lock()

    async def finding(self) -> Finding:
        """What the probes found at most ten seconds ago."""
        if self._found is not None and self._is_recent():
            return self._found
        async with self._running:
            if self._found is None or not self._is_recent():
                self._found = await self._run()
                self._found_at = self._clock.monotonic()
            return self._found

    def _is_recent(self) -> bool:
        return self._clock.monotonic() - self._found_at < KEEP_SECONDS

    async def _run(self) -> Finding:
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
            return Finding(name, seconds)
        return Finding(None, seconds)
