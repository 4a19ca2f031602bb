"""The numbers and parts that no deployment sets, and a test may."""

from __future__ import annotations

from dataclasses import dataclass, field

from generated.server import Wrapper
from impl.auth.limits import failed_attempts, login_limits, refusals
from impl.auth.passwords import Passwords
from impl.health import checkup
from impl.jobs import stats, vitals


@dataclass(frozen=True, slots=True, kw_only=True)
class Tuning:
    """How much is counted, hashed and kept in one process."""

    passwords: Passwords = field(default_factory=Passwords)
    logins_per_minute: int = login_limits.LOGINS_PER_MINUTE
    """Logins per identifier and network, refreshes per session."""
    logins_per_identifier: int = login_limits.LOGINS_PER_IDENTIFIER
    failures_per_minute: int = failed_attempts.LIMIT
    """Failed authentications per address."""
    refusals_write_after_seconds: float = refusals.WRITE_AFTER_SECONDS
    probes_keep_seconds: float = checkup.KEEP_SECONDS
    """How long the result of the health probes is answered from memory."""
    worker_seen_within_seconds: float = vitals.SEEN_WITHIN_SECONDS
    oldest_due_seconds: float = vitals.OLDEST_DUE_SECONDS
    queue_figures_seconds: float = stats.REFRESH_SECONDS
    """How often the figures of the queue are read for the metrics."""
    wrapper: Wrapper | None = None
    """Makes the handler that is called for each operation."""
