"""Causes for which a delivery or a touch is rejected, and when another attempt is worth while."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

TOUCH: Final = "touch"
"""Source of a rejected touch; a rejected delivery has the name of its processor."""
PASSING: Final = frozenset({"database_timeout", "network_error", "unknown"})
"""Causes that pass by themselves; every other one stays until somebody mends it."""
FIRST_RETRY_AFTER: Final = timedelta(seconds=60)
"""When the first automatic retry of a passing cause is due; the next ones wait twice and four times as long."""
