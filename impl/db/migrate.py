"""Brings the schema to a revision, from any folder, as the owner role and never as a run-time role."""

from __future__ import annotations

import threading
from collections.abc import Generator
from contextlib import contextmanager
from typing import Literal

import asyncpg
from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from alembic.util import CommandError
from sqlalchemy import MetaData
from sqlalchemy.engine import URL
from sqlalchemy.exc import DBAPIError

from impl.db import url as urls
from impl.db.errors import DatabaseUnreachableError, MigrationError
from impl.db.history import HISTORY

_ALEMBIC = threading.Lock()  # its configuration is global, so two migrations of one process take turns


def config(
    url: str | URL, *, compare: MetaData | None = None, functions: Literal["apply", "remove"] | None = None
) -> Config:
    """Alembic's configuration for `url`, in any spelling; the URL travels as an object and is never printed.

    `compare` holds the tables that `check` compares the database with. `functions` are applied after
    the revisions or removed before them, in the same transaction.
    """
    parsed = urls.parse(url) if isinstance(url, str) else url
    configuration = Config()
    configuration.set_main_option("script_location", str(HISTORY).replace("%", "%%"))
    configuration.set_main_option("path_separator", "os")
    configuration.attributes.update(url=parsed, compare=compare, functions=functions)
    return configuration


def upgrade(url: str | URL, revision: str = "head") -> None:
    """Apply what is missing up to `revision`, and with the newest one the functions, all or nothing. Raises `MigrationError`.

    Functions belong to the newest revision: an earlier one is a step on the way, not a schema to work with. Blocks; call it
    from a thread when a loop runs.
    """
    configuration = config(url, functions="apply" if revision in {"head", head()} else None)
    with _explained(configuration):
        command.upgrade(configuration, revision)


def downgrade(url: str | URL, revision: str) -> None:
    """Take back everything after `revision` ("base" for all), and every function. Raises `MigrationError`."""
    configuration = config(url, functions="remove")
    with _explained(configuration):
        command.downgrade(configuration, revision)


@contextmanager
def _explained(configuration: Config) -> Generator[None]:
    where = urls.address(configuration.attributes["url"])
    try:
        with _ALEMBIC:
            yield
    except CommandError as error:
        raise MigrationError(f"{error}; the history is in {HISTORY}") from error
    except (asyncpg.PostgresError, DBAPIError) as error:
        if _sqlstate(error).startswith("28"):
            raise MigrationError(f"{where} refuses this role or password; check the migration URL") from None
        raise MigrationError(f"the migration of {where} failed and was rolled back: {_reason(error)}") from error
    except OSError as error:
        raise DatabaseUnreachableError(
            f"no database answers at {where} ({error}); start it or correct the URL"
        ) from None


def revisions() -> tuple[str, ...]:
    """Every revision, oldest first. The history has one head and no branches; anything else raises."""
    script = ScriptDirectory(str(HISTORY))
    return tuple(
        reversed([step.revision for step in script.walk_revisions("base", script.get_current_head() or "head")])
    )


def head() -> str:
    """The newest revision."""
    return revisions()[-1]


def _sqlstate(error: Exception) -> str:
    return getattr(error.orig if isinstance(error, DBAPIError) else error, "sqlstate", None) or ""


def _reason(error: Exception) -> str:
    """The database's own sentence, without the statement and its parameters, and the file that it is about."""
    cause = error.orig if isinstance(error, DBAPIError) else error
    sentence = (str(cause).splitlines() or [type(cause).__name__])[0]
    return ", ".join([sentence, *getattr(error, "__notes__", ())])
