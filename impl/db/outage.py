"""Outage or defect: whether a failure means that the database is away, which passes, or that we asked something wrong."""

from __future__ import annotations

from typing import Final

import asyncpg
from sqlalchemy.exc import DBAPIError, InterfaceError, SQLAlchemyError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError

from impl.db.errors import DatabaseUnreachableError

_DRIVER_ERRORS: Final = (asyncpg.PostgresError, asyncpg.InterfaceError, asyncpg.InternalClientError)
"""The driver's own; its internal error means that a connection broke in the middle of an answer."""
DRIVER_FAILURES: Final = (*_DRIVER_ERRORS, OSError, TimeoutError)
"""All that a call of the driver may raise."""
DATABASE_ERRORS: Final = (SQLAlchemyError, DatabaseUnreachableError, *_DRIVER_ERRORS)
"""All that only the database can be the cause of, wherever it is caught."""
FAILURES: Final = (*DATABASE_ERRORS, ConnectionError, TimeoutError)
"""All that a block may raise which does nothing but talk to the database, within a time limit perhaps. Another `OSError` is
something else's: a full disk under the log is no outage of the database."""
LOOP_FAILURES: Final = (*FAILURES, OSError)
"""All that a loop outlives whose every round begins with the database: with a connection of its own, whose errors of the network
arrive as they are. A round is logged and tried again, so a full disk here is no reason to end it either."""
# SQLSTATE classes: connection, login refused, no such database, out of resources, stopped by an operator or a limit.
_OUTAGE_CLASSES: Final = frozenset({"08", "28", "3D", "53", "57"})


def is_outage(error: BaseException) -> bool:
    """Whether `error`, one of `FAILURES`, says that the database cannot be reached or cannot answer now."""
    if isinstance(error, DBAPIError):
        state: str = getattr(error.orig, "sqlstate", None) or ""
        return error.connection_invalidated or isinstance(error, InterfaceError) or state[:2] in _OUTAGE_CLASSES
    # A bare OSError or TimeoutError may come from anything that a process does, so it says nothing about the database: an engine
    # raises DatabaseUnreachableError in their place. The driver's own reach us unwrapped only from connections of our own.
    return isinstance(error, (PoolTimeoutError, DatabaseUnreachableError, *_DRIVER_ERRORS))


def is_last_word(error: BaseException) -> bool:
    """Whether a connection that answered `error`, one of `DRIVER_FAILURES`, is of no use any more."""
    state: str = getattr(error, "sqlstate", None) or ""
    return not isinstance(error, asyncpg.PostgresError) or state[:2] in _OUTAGE_CLASSES
