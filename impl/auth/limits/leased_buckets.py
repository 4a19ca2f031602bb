"""Rate limits in fixed windows of one minute, shared by all processes without asking the database each time.

A process leases a tenth of what a bucket may still give and answers from the lease. The database never grants more than
the limit, so the fleet never admits more; an unused lease is lost with its window. While the database cannot be asked,
each process counts against the same limit by itself: an outage, or somebody who brings one about, opens no door.
"""

from __future__ import annotations

import asyncio
import functools
import hashlib
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Final, NamedTuple, TypeAlias, final

import structlog
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from generated.server import RateLimit
from impl.db import outage
from impl.kernel.clock import Clock
from impl.telemetry import metrics

WINDOW_SECONDS: Final = 60
_LEASE_PART: Final = 10
LEASE_SECONDS: Final = 1.0
"""How long a lease may take before this process counts by itself."""
_RETRY_SECONDS: Final = 1.0
_LOG_EVERY_SECONDS: Final = 60.0
_MAX_BUCKETS: Final = 100_000
_MAX_HASHES: Final = 2048
# The window is the database's: the clocks of processes differ, and a window of another hour would have a bucket of its own.
_TAKE = text(
    """
    SELECT security.take_rate_tokens(
               :bucket_hash, to_timestamp(floor(extract(epoch FROM now()) / 60) * 60), :amount, :cap),
           extract(epoch FROM now())::float8
    """
)


class Lease(NamedTuple):
    """Tokens from the shared bucket of the current minute."""

    granted: int
    at: float
    """Unix seconds by the clock that the windows follow."""


Take: TypeAlias = Callable[[bytes, int, int], Awaitable[Lease]]
"""Leases tokens: (hash of the bucket, amount, limit) → at most amount."""

_log = structlog.get_logger()


def database(engine: AsyncEngine) -> Take:
    """Leases from the shared buckets of the database."""

    async def take(bucket_hash: bytes, amount: int, cap: int) -> Lease:
        values = {"bucket_hash": bucket_hash, "amount": amount, "cap": cap}
        async with engine.begin() as connection:
            return Lease(*(await connection.execute(_TAKE, values)).one())

    return take


@dataclass(slots=True)
class _Bucket:
    window: int
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
        self._offset: float | None = None
        """Seconds from this process's monotonic clock to the database's clock; None before the first lease."""

    async def take(self, rate_class: str, subject: str | bytes, limit: int) -> RateLimit:
        """Count one request of `subject` against `limit` per minute."""
        bucket_hash = _hash_of(rate_class, subject)
        bucket = self._bucket(bucket_hash)
        if bucket.leased == 0 and not bucket.is_empty:
            await self._lease(bucket, bucket_hash, limit)
        is_refused = bucket.leased == 0
        bucket.leased -= not is_refused
        return self._answer(bucket, limit, is_refused=is_refused)

    def peek(self, rate_class: str, subject: str | bytes, limit: int) -> RateLimit:
        """The limit as far as this process knows it, without counting."""
        self._turn()
        bucket = self._buckets.get(_hash_of(rate_class, subject)) or _Bucket(self._window)
        return self._answer(bucket, limit, is_refused=bucket.is_empty and bucket.leased == 0, is_question=True)

    def _now(self) -> float:
        """Unix seconds, by the database's clock once it is known."""
        return self._clock.now().timestamp() if self._offset is None else self._offset + self._clock.monotonic()

    def _turn(self) -> None:
        window = _window_of(self._now())
        if window != self._window:
            self._window = window
            self._buckets = {key: bucket for key, bucket in self._buckets.items() if bucket.window == window}

    def _bucket(self, bucket_hash: bytes) -> _Bucket:
        self._turn()
        if bucket_hash not in self._buckets and len(self._buckets) >= self._capacity:
            # Its lease is lost, which admits less and never more.
            del self._buckets[next(iter(self._buckets))]
        return self._buckets.setdefault(bucket_hash, _Bucket(self._window))

    async def _lease(self, bucket: _Bucket, bucket_hash: bytes, limit: int) -> None:
        """Get tokens for an empty hand, from this process alone when the shared ones cannot be asked for."""
        async with bucket.asking:
            if bucket.leased or bucket.is_empty:
                return
            if bucket.granted >= limit:
                bucket.is_empty = True
                return
            amount = max(1, (limit - bucket.granted) // _LEASE_PART)
            lease = await self._shared(bucket_hash, amount, limit)
            if lease is None:
                bucket.leased += 1
                bucket.granted += 1
                return
            if _window_of(lease.at) != bucket.window:
                # The minute turned while the lease was on its way: the tokens are of the new one.
                bucket.window, bucket.granted = _window_of(lease.at), 0
            bucket.leased += lease.granted
            bucket.granted += lease.granted
            bucket.is_empty = lease.granted < amount

    async def _shared(self, bucket_hash: bytes, amount: int, limit: int) -> Lease | None:
        """A lease from the database; None while it cannot be had."""
        now = self._clock.monotonic()
        if now - self._failed_at < _RETRY_SECONDS:
            self._note_unavailable()
            return None
        try:
            async with asyncio.timeout(self._lease_seconds):
                lease = await self._take(bucket_hash, amount, limit)
        except outage.FAILURES as error:
            self._failed_at = self._clock.monotonic()
            self._note_unavailable(error)
            return None
        self._offset = lease.at - self._clock.monotonic()
        return lease

    def _note_unavailable(self, error: Exception | None = None) -> None:
        metrics.RATE_LIMIT_UNAVAILABLE.inc()
        now = self._clock.monotonic()
        if error is not None and now - self._logged_at >= _LOG_EVERY_SECONDS:
            self._logged_at = now
            _log.error("rate_limit_unavailable", reason=type(error).__name__)

    def _answer(self, bucket: _Bucket, limit: int, *, is_refused: bool, is_question: bool = False) -> RateLimit:
        if is_refused and not is_question:
            metrics.RATE_LIMITED.inc()
        to_come = 0 if bucket.is_empty else max(0, limit - bucket.granted)
        reset_at = bucket.window + WINDOW_SECONDS
        wait = min(WINDOW_SECONDS, max(1, reset_at - int(self._now())))
        return RateLimit(
            limit=limit,
            # As far as this process knows. A limit that was lowered meanwhile leaves a lease that is larger than it.
            remaining=min(limit, bucket.leased + to_come),
            reset_at=reset_at,
            is_refused=is_refused,
            retry_after_seconds=wait,
        )


def _window_of(seconds: float) -> int:
    return int(seconds) // WINDOW_SECONDS * WINDOW_SECONDS


@functools.lru_cache(_MAX_HASHES)
def _hash_of(rate_class: str, subject: str | bytes) -> bytes:
    raw = subject if isinstance(subject, bytes) else subject.encode("utf-8", "surrogatepass")
    return hashlib.sha256(rate_class.encode() + b"\x1f" + raw).digest()
