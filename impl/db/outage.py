"""Whether a failure means that the database is away, which passes, or that we asked something wrong, which does not."""

from __future__ import annotations

import contextlib
from collections.abc import Generator
from typing import Final

import asyncpg
from sqlalchemy.exc import DBAPIError, InterfaceError, SQLAlchemyError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError

from generated.server import ServiceUnavailableError

DRIVER_FAILURES: Final = (
    asyncpg.PostgresError,
    asyncpg.InterfaceError,
    asyncpg.InternalClientError,
    OSError,
    TimeoutError,
)
"""All that the driver may raise; its internal error means that a connection broke in the middle of an answer."""
FAILURES: Final = (SQLAlchemyError, *DRIVER_FAILURES)
"""All that talking to the database may raise."""
# SQLSTATE classes: connection, login refused, no such database, out of resources, stopped by an operator or a limit.
_OUTAGE_CLASSES: Final = frozenset({"08", "28", "3D", "53", "57"})


def is_outage(error: BaseException) -> bool:
    """Whether `error`, one of `FAILURES`, says that the database cannot be reached or cannot answer now."""
    if isinstance(error, DBAPIError):
        state: str = getattr(error.orig, "sqlstate", None) or ""
        return error.connection_invalidated or isinstance(error, InterfaceError) or state[:2] in _OUTAGE_CLASSES
    # The driver's own errors reach us unwrapped only from connections of our own, such as a listener's.
    return isinstance(error, (PoolTimeoutError, *DRIVER_FAILURES))


def is_last_word(error: BaseException) -> bool:
    """Whether a connection that answered `error`, one of `DRIVER_FAILURES`, is of no use any more."""
    state: str = getattr(error, "sqlstate", None) or ""
    return not isinstance(error, asyncpg.PostgresError) or state[:2] in _OUTAGE_CLASSES


@contextlib.contextmanager
def answered() -> Generator[None]:
    """Within the block an outage is a 503, which the caller may repeat, and no 500."""
    try:
        yield
    except FAILURES as error:
        if not is_outage(error):
            raise
        raise ServiceUnavailableError from error
