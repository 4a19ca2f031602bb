"""Why a delivery or a touch is rejected, and when another attempt is worth while."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final

Issue = dict[str, str]
"""One mistake in a body: `pointer`, `message`, `code` and, where there is one, `field`."""
TOUCH: Final = "touch"
"""Source of a rejected touch; a rejected delivery has the name of its processor."""
PASSING: Final = frozenset({"database_timeout", "network_error", "unknown"})
"""Codes of causes that pass by themselves; every other one stays until somebody mends it."""
FIRST_RETRY_AFTER: Final = timedelta(seconds=60)
"""When the first automatic retry of a passing cause is due; the next ones wait twice and four times as long."""
MAX_ISSUES: Final = 20
"""A body may be wrong in thousands of places; the first ones are enough to mend it."""
MAX_MESSAGE: Final = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class Cause:
    """Why a delivery or a touch cannot become an event."""

    code: str
    """Class of the cause: `schema_validation`, `unknown_provider_event`, `malformed_value`, `pii_violation` …"""
    message: str
    pointer: str = ""
    """JSON pointer to the offending field, as far as it is known: `/body/touches/3/occurred_at`."""
    issues: tuple[Issue, ...] = ()
    """Every place where a body breaks its schema."""

    @property
    def detail(self) -> dict[str, Any]:
        """Pointer and issues as a dead event keeps them."""
        return {"pointer": self.pointer, "issues": list(self.issues[:MAX_ISSUES])}
