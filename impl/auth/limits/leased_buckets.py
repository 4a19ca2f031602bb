"""Rate limits in fixed windows of one minute, shared by all processes without asking the database each time.

A process leases a tenth of what a bucket may still give and answers from the lease. The database never grants more than
the limit, so the fleet never admits more; an unused lease is lost with its window.
"""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Final, TypeAlias, final

import structlog
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from impl.db import outage
from impl.kernel.clock import Clock
from impl.telemetry import metrics

WINDOW_SECONDS: Final = 60
_LEASE_PART: Final = 10
LEASE_SECONDS: Final = 1.0
"""How long a lease may take before its request is let through uncounted."""
_RETRY_SECONDS: Final = 1.0
_LOG_EVERY_SECONDS: Final = 60.0
_MAX_BUCKETS: Final = 100_000
_TAKE = text("SELECT security.take_rate_tokens(:bucket_hash, :window_start, :amount, :cap)")

Take: TypeAlias = Callable[[bytes, datetime, int, int], Awaitable[int]]
"""Leases tokens: (hash of the bucket, start of the window, amount, limit) → granted, at most amount."""

_log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Allowance:
    """Whether one request is let through, and how many more are."""

    limit: int
    remaining: int
    """Requests that fit into the window as far as this process knows; others may have used some of them."""
    reset_at: int
    """Unix seconds at which the window ends."""
    is_refused: bool
    retry_after_seconds: int


def database(engine: AsyncEngine) -> Take:
    """Leases from the shared buckets of the database."""

    async def take(bucket_hash: bytes, window_start: datetime, amount: int, cap: int) -> int:
        values = {"bucket_hash": bucket_hash, "window_start": window_start, "amount": amount, "cap": cap}
        async with engine.begin() as connection:
            return int(await connection.scalar(_TAKE, values) or 0)

    return take


@dataclass(slots=True)
class _Bucket:
    leased: int = 0
    """Tokens in hand."""
    granted: int = 0
    """Tokens this process got in the window, in hand or used."""
    is_empty: bool = False
    """Nothing more is to be had in this window."""
    asking: asyncio.Lock = field(default_factory=asyncio.Lock)


@final
class LeasedBuckets:
    """Counts requests per bucket for this process."""

    def __init__(
        self, take: Take, clock: Clock, *, lease_seconds: float = LEASE_SECONDS, capacity: int = _MAX_BUCKETS
    ) -> None:
        self._take, self._clock, self._lease_seconds, self._capacity = take, clock, lease_seconds, capacity
        self._window = 0
        self._buckets: dict[bytes, _Bucket] = {}
        self._failed_at = self._logged_at = float("-inf")

    async def take(self, rate_class: str, subject: str | bytes, limit: int) -> Allowance:
        """Count one request of `subject` against `limit` per minute. Without the database every request is let through."""
        window = int(self._clock.now().timestamp()) // WINDOW_SECONDS * WINDOW_SECONDS
        if window != self._window:
            self._window, self._buckets = window, {}
        bucket_hash = _hash_of(rate_class, subject)
        bucket = self._bucket(bucket_hash)
        if bucket.leased == 0 and not bucket.is_empty and not await self._lease(bucket, bucket_hash, window, limit):
            return self._answer(bucket, window, limit, is_refused=False)
        is_refused = bucket.leased == 0
        bucket.leased -= not is_refused
        return self._answer(bucket, window, limit, is_refused=is_refused)

    def _bucket(self, bucket_hash: bytes) -> _Bucket:
        if bucket_hash not in self._buckets and len(self._buckets) >= self._capacity:
            # Its lease is lost, which admits less and never more.
            del self._buckets[next(iter(self._buckets))]
        return self._buckets.setdefault(bucket_hash, _Bucket())

    async def _lease(self, bucket: _Bucket, bucket_hash: bytes, window: int, limit: int) -> bool:
        """Get tokens for an empty hand; False when the limits cannot be read."""
        async with bucket.asking:
            if bucket.leased or bucket.is_empty:
                return True
            if self._clock.monotonic() - self._failed_at < _RETRY_SECONDS:
                return self._unavailable()
            amount = max(1, (limit - bucket.granted) // _LEASE_PART)
            try:
                async with asyncio.timeout(self._lease_seconds):
                    granted = await self._take(bucket_hash, datetime.fromtimestamp(window, UTC), amount, limit)
            except outage.FAILURES as error:
                self._failed_at = self._clock.monotonic()
                return self._unavailable(error)
            bucket.leased += granted
            bucket.granted += granted
            bucket.is_empty = granted < amount
            return True

    def _unavailable(self, error: Exception | None = None) -> bool:
        metrics.RATE_LIMIT_UNAVAILABLE.inc()
        now = self._clock.monotonic()
        if error is not None and now - self._logged_at >= _LOG_EVERY_SECONDS:
            self._logged_at = now
            _log.error("rate_limit_unavailable", reason=type(error).__name__)
        return False

    def _answer(self, bucket: _Bucket, window: int, limit: int, *, is_refused: bool) -> Allowance:
        if is_refused:
            metrics.RATE_LIMITED.inc()
        to_come = 0 if bucket.is_empty else max(0, limit - bucket.granted)
        reset_at = window + WINDOW_SECONDS
        wait = max(1, reset_at - int(self._clock.now().timestamp()))
        # A limit that was lowered meanwhile leaves a lease that is larger than it.
        return Allowance(limit, min(limit, bucket.leased + to_come), reset_at, is_refused, wait)


def _hash_of(rate_class: str, subject: str | bytes) -> bytes:
    raw = subject if isinstance(subject, bytes) else subject.encode("utf-8", "surrogatepass")
    return hashlib.sha256(rate_class.encode() + b"\x1f" + raw).digest()
