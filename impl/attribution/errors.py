"""Why an attribution request is refused, each with its status and code."""

from __future__ import annotations

from generated.governance import problems
from generated.server import ProblemError


class InvalidParameterError(ProblemError, kind=problems.VALIDATION_ERROR):
    """The request breaks a rule about models, windows or periods."""


class WindowClosedError(ProblemError, kind=problems.WINDOW_CLOSED):
    """The window starts more than 90 days ago."""


class NotComputedError(ProblemError, kind=problems.ATTRIBUTION_NOT_COMPUTED):
    """The requested credits are not stored; start a recompute of the period first."""
