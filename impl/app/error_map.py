"""Problems for what libraries raise: declared once, so that no operation has to remember it."""

from __future__ import annotations

from typing import Final

import structlog

from generated.server import ErrorMap, ServiceUnavailableError
from impl.db import outage
from impl.db.errors import SealingError
from impl.platforms.errors import ProcessorUnreachable


def unavailable(error: Exception) -> ServiceUnavailableError | None:
    """A 503, which the caller may repeat, when the database is away; None when we asked it something wrong."""
    return ServiceUnavailableError() if outage.is_outage(error) else None


def unreadable(error: Exception) -> ServiceUnavailableError:
    """A 503 for what is sealed with a key that was dropped too early; the log names the key, which operators can add again."""
    _log.error("sealed_value_unreadable", reason=str(error))
    return ServiceUnavailableError()


def passes(_: Exception) -> ServiceUnavailableError:
    """A 503: nothing is wrong with the request, and the same one may succeed once somebody has mended what is."""
    return ServiceUnavailableError()


_log = structlog.get_logger()

ERROR_MAP: Final[ErrorMap] = {
    **dict.fromkeys(outage.DATABASE_ERRORS, unavailable),
    ProcessorUnreachable: passes,
    SealingError: unreadable,
}
