"""Database URLs: accepts any driver spelling, produces one canonical form, and never shows a password to people."""

from __future__ import annotations

from typing import Final

from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError

from impl.db.errors import DatabaseUrlError

DRIVER: Final = "postgresql+asyncpg"
SPELLINGS: Final = ("postgres", "postgresql")
EXAMPLE: Final = "postgresql://user:password@host:5432/database"


def parse(text: str) -> URL:
    """`text` as a URL for SQLAlchemy with asyncpg, whatever driver it names (`postgres://`, `postgresql+psycopg2://`, …).

    Raises `DatabaseUrlError`, which never repeats the text.
    """
    try:
        url = make_url(text.strip())
    except (ArgumentError, ValueError):
        raise DatabaseUrlError(f"the database URL is not a URL; write it like {EXAMPLE}") from None
    if url.drivername.partition("+")[0] not in SPELLINGS:
        raise DatabaseUrlError(
            f"the database URL must be for PostgreSQL, not {url.drivername!r}; write it like {EXAMPLE}"
        )
    if "@" in f"{url.host}{url.database}":
        # SQLAlchemy would take the rest of an unescaped password for the host and show it in messages.
        raise DatabaseUrlError(
            f"the database URL has more than one @; write an @ in the password as %40, like {EXAMPLE}"
        )
    if not url.database:
        raise DatabaseUrlError(f"the database URL names no database; write it like {EXAMPLE}")
    return url.set(drivername=DRIVER)


def dsn(url: URL) -> str:
    """`url` as asyncpg and psql read it, with the password: for drivers only, never for people."""
    return url.set(drivername="postgresql").render_as_string(hide_password=False)


def masked(url: URL) -> str:
    """`url` for logs and messages: the password is `***`, and a password in the query is removed."""
    without_query_password = {name: value for name, value in url.query.items() if name != "password"}
    return url.set(drivername="postgresql", query=without_query_password).render_as_string(hide_password=True)


def address(url: URL) -> str:
    """`host:port/database`: enough for a person to recognise a database."""
    return f"{url.host or 'localhost'}:{url.port or 5432}/{url.database}"
