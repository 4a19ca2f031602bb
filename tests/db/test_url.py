"""Any spelling of a URL works, and no password is ever shown."""

from __future__ import annotations

import pytest

from impl.db import url
from impl.db.errors import DatabaseUrlError

SECRET = "s3cret/with:odd@signs"


@pytest.mark.promise("P113")
@pytest.mark.parametrize(
    "prefix",
    ["postgres", "postgresql", "postgresql+asyncpg", "postgresql+psycopg2", "postgresql+psycopg", "postgres+pg8000"],
)
def test_any_driver_prefix_is_normalised(prefix: str) -> None:
    parsed = url.parse(f" {prefix}://user:pw@db.example:6432/shop?sslmode=require\n")
    assert parsed.drivername == "postgresql+asyncpg"
    assert url.dsn(parsed) == "postgresql://user:pw@db.example:6432/shop?sslmode=require"
    assert url.address(parsed) == "db.example:6432/shop"


@pytest.mark.promise("P113", "P114")
@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "is not a URL"),
        (f"host=localhost password={SECRET}", "is not a URL"),
        (f"mysql://root:{SECRET}@localhost/shop", "must be for PostgreSQL"),
        ("postgresql://user:hunter2@localhost", "names no database"),
        ("postgresql://user:hunter2@hunter2@localhost/shop", "write an @ in the password as %40"),
        ("postgresql://user:pw@localhost/hunter2@shop", "write an @"),
    ],
)
def test_bad_urls_are_refused_without_repeating_them(text: str, reason: str) -> None:
    with pytest.raises(DatabaseUrlError, match=reason) as caught:
        url.parse(text)
    assert SECRET not in str(caught.value)
    assert "hunter2" not in str(caught.value)
    assert "postgresql://user:password@host:5432/database" in str(caught.value)


@pytest.mark.promise("P114")
def test_masked_url_hides_the_password_everywhere() -> None:
    parsed = url.parse("postgresql://user:hunter2@localhost/shop?password=hunter3")
    assert "hunter" not in url.masked(parsed)
    assert "hunter" not in repr(parsed.set(query={}))
    assert url.masked(parsed).startswith("postgresql://user:***@localhost/shop")
