"""Failed authentications per address, in the memory of this process only: addresses are never stored."""

from __future__ import annotations

import ipaddress
from typing import Final, final

from impl.auth.limits.leased_buckets import WINDOW_SECONDS, Allowance
from impl.kernel.clock import Clock
from impl.telemetry import metrics

LIMIT: Final = 30
_MAX_ADDRESSES: Final = 100_000


@final
class FailedAttempts:
    """Counts them in fixed windows of one minute."""

    def __init__(self, clock: Clock, *, limit: int = LIMIT, capacity: int = _MAX_ADDRESSES) -> None:
        self._clock, self._limit, self._capacity = clock, limit, capacity
        self._window = 0
        self._failures: dict[str, int] = {}

    def note(self, address: str | None) -> Allowance:
        """Count one failure from `address`; refused when it is one too many."""
        subject = self._turn_to(address)
        if subject not in self._failures and len(self._failures) >= self._capacity:
            del self._failures[next(iter(self._failures))]
        self._failures[subject] = self._failures.get(subject, 0) + 1
        return self._answer(self._failures[subject])

    def ask(self, address: str | None) -> Allowance:
        """The allowance after one more failure from `address`, without counting it."""
        return self._answer(self._failures.get(self._turn_to(address), 0) + 1, is_question=True)

    def _turn_to(self, address: str | None) -> str:
        window = int(self._clock.now().timestamp()) // WINDOW_SECONDS * WINDOW_SECONDS
        if window != self._window:
            self._window, self._failures = window, {}
        return _network_of(address)

    def _answer(self, failures: int, *, is_question: bool = False) -> Allowance:
        is_refused = failures > self._limit
        if is_refused and not is_question:
            metrics.RATE_LIMITED.inc()
        reset_at = self._window + WINDOW_SECONDS
        wait = max(1, reset_at - int(self._clock.now().timestamp()))
        return Allowance(self._limit, max(0, self._limit - failures), reset_at, is_refused, wait)


def _network_of(address: str | None) -> str:
    """One subscriber: an IPv4 address, or an IPv6 network of 64 bits, all of which one machine can use."""
    try:
        parsed = ipaddress.ip_address(address or "")
    except ValueError:
        return "unknown"
    if isinstance(parsed, ipaddress.IPv6Address) and parsed.ipv4_mapped is None:
        return str(ipaddress.ip_network((parsed, 64), strict=False))
    return str(getattr(parsed, "ipv4_mapped", None) or parsed)
