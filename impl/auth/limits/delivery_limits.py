"""Limits of signed deliveries: only authentic ones use up the tenant's rate, so nobody can use it up for the tenant."""

from __future__ import annotations

from typing import Any, Final, final

from generated.server import Call, RateLimit, RateLimitedError, RawRequest
from impl.auth.keys.tenant_keys import TenantKey
from impl.auth.limits.addresses import ClientAddresses
from impl.auth.limits.failed_attempts import FailedAttempts, Kind
from impl.auth.limits.leased_buckets import LeasedBuckets
from impl.kernel.clock import Clock
from impl.kernel.expiring import ExpiringCache
from impl.telemetry import metrics

CLASS: Final = "webhook"
_TRUSTED_SECONDS: Final = 86_400.0
_MAX_SENDERS: Final = 10_000


@final
class DeliveryLimits:
    """Counts deliveries of a tenant key: authentic ones against its rate, others against the address they come from."""

    def __init__(
        self, *, limits: LeasedBuckets, failed: FailedAttempts, addresses: ClientAddresses, clock: Clock
    ) -> None:
        self._limits, self._failed, self._addresses = limits, failed, addresses
        self._authentic = ExpiringCache[str, bool](clock, seconds=_TRUSTED_SECONDS, capacity=_MAX_SENDERS)
        """Pairs of address and key from which an authentic delivery came within a day."""

    def ask(self, request: RawRequest, key: TenantKey) -> RateLimit:
        """The limit before the signature is checked.

        A sender whose signatures were wrong too often is refused, except where authentic deliveries come from too: a
        processor sends for all its customers from few addresses, and one of them may be the attacker.
        """
        subject = self._subject(request, key)
        limit = self._limits.peek(CLASS, key.key_hash, key.rate_per_minute)
        if self._authentic.get(subject) is None:
            unsigned = self._failed.ask(Kind.SIGNATURE, subject)
            limit = unsigned if unsigned.is_refused else limit
        if limit.is_refused:
            metrics.RATE_LIMITED.inc()
        return limit

    async def count(self, key: TenantKey, call: Call[Any]) -> None:
        """Count an authentic delivery. Raises `RateLimitedError`."""
        subject = self._subject(call.request, key)
        if self._authentic.get(subject) is None:
            self._authentic.put(subject, True)
        _decide(call, await self._limits.take(CLASS, key.key_hash, key.rate_per_minute))

    def note_unsigned(self, key: TenantKey, call: Call[Any]) -> None:
        """Count a delivery without the right signature. Raises `RateLimitedError` when it is one too many."""
        limit = self._failed.note(Kind.SIGNATURE, self._subject(call.request, key))
        if limit.is_refused:
            _decide(call, limit)

    def _subject(self, request: RawRequest, key: TenantKey) -> str:
        return f"{self._addresses.subscriber(request)}\x1f{key.key_hash.hex()}"


def _decide(call: Call[Any], limit: RateLimit) -> None:
    call.rate_limit = limit
    if limit.is_refused:
        raise RateLimitedError(retry_after_seconds=limit.retry_after_seconds)
