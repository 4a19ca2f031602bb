"""Problems for what libraries raise: declared once, so that no operation has to remember it."""

from __future__ import annotations

from typing import Final

from generated.server import ErrorMap, ServiceUnavailableError
from impl.db import outage


def unavailable(error: Exception) -> ServiceUnavailableError | None:
    """A 503, which the caller may repeat, when the database is away; None when we asked it something wrong."""
    return ServiceUnavailableError() if outage.is_outage(error) else None


ERROR_MAP: Final[ErrorMap] = dict.fromkeys(outage.DATABASE_ERRORS, unavailable)
