"""Problems for what libraries raise: declared once, so that no operation has to remember it."""

from __future__ import annotations

from typing import Final

from generated.server import ErrorMap, ServiceUnavailableError
from impl.db import outage
from impl.db.errors import SealingError
from impl.platforms.errors import ProcessorUnreachable


def unavailable(error: Exception) -> ServiceUnavailableError | None:
    """A 503, which the caller may repeat, when the database is away; None when we asked it something wrong."""
    return ServiceUnavailableError() if outage.is_outage(error) else None


def passes(_: Exception) -> ServiceUnavailableError:
    """A 503: nothing is wrong with the request, and the same one may succeed once somebody has mended what is."""
    return ServiceUnavailableError()


ERROR_MAP: Final[ErrorMap] = {
    **dict.fromkeys(outage.DATABASE_ERRORS, unavailable),
    # A processor that does not answer, and a key that was taken out of the ring before everything was sealed anew.
    ProcessorUnreachable: passes,
    SealingError: passes,
}
