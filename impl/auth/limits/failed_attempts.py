"""Failed attempts per address, in the memory of this process only: addresses are never stored."""

from __future__ import annotations

import enum
from typing import Final, final

from generated.server import RateLimit
from impl.auth.limits.leased_buckets import WINDOW_SECONDS
from impl.kernel.clock import Clock
from impl.telemetry import metrics

LIMIT: Final = 30
_MAX_SUBJECTS: Final = 100_000


class Kind(enum.Enum):
    """A kind of attempt. Each is counted apart, so that the failures of a program never lock people out of logging in."""

    REQUEST = "request"
    """No token, a token or a key that is not valid, a body too large."""
    PASSWORD = "password"  # noqa: S105 (a kind of attempt, no secret)
    REFRESH = "refresh"
    SIGNATURE = "signature"
    """A delivery with a valid key whose signature is wrong; the subject is the address and the key."""


@final
class FailedAttempts:
    """Counts them in fixed windows of one minute."""

    def __init__(self, clock: Clock, *, limit: int = LIMIT, capacity: int = _MAX_SUBJECTS) -> None:
        self._clock, self._limit, self._capacity = clock, limit, capacity
        self._window = 0
        self._failures: dict[tuple[Kind, str], int] = {}

    def note(self, kind: Kind, subject: str) -> RateLimit:
        """Count one failure of `subject`; refused when it is one too many."""
        self._turn()
        key = (kind, subject)
        if key not in self._failures and len(self._failures) >= self._capacity:
            del self._failures[next(iter(self._failures))]
        self._failures[key] = self._failures.get(key, 0) + 1
        return self._answer(self._failures[key])

    def ask(self, kind: Kind, subject: str) -> RateLimit:
        """The limit after one more failure of `subject`, without counting it."""
        self._turn()
        return self._answer(self._failures.get((kind, subject), 0) + 1, is_question=True)

    def give_back(self, kind: Kind, subject: str) -> None:
        """Undo one `note`: the attempt was counted before it was known that it would succeed."""
        self._turn()
        if self._failures.get((kind, subject), 0) > 0:
            self._failures[kind, subject] -= 1

    def _turn(self) -> None:
        window = int(self._clock.now().timestamp()) // WINDOW_SECONDS * WINDOW_SECONDS
        if window != self._window:
            self._window, self._failures = window, {}

    def _answer(self, failures: int, *, is_question: bool = False) -> RateLimit:
        is_refused = failures > self._limit
        if is_refused and not is_question:
            metrics.RATE_LIMITED.inc()
        reset_at = self._window + WINDOW_SECONDS
        wait = max(1, reset_at - int(self._clock.now().timestamp()))
        return RateLimit(
            limit=self._limit,
            remaining=max(0, self._limit - failures),
            reset_at=reset_at,
            is_refused=is_refused,
            retry_after_seconds=wait,
        )
