"""Errors of authentication that a caller gets as a problem."""

from __future__ import annotations

from generated.server import ServiceUnavailableError


class KeysUnavailableError(ServiceUnavailableError):
    """A required service is unavailable; retry after the number of seconds in `Retry-After`."""

    def __init__(self, reason: str) -> None:
        super().__init__()
        self.reason = reason
        """For the log; the caller reads the sentence above."""
