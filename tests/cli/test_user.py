"""`skeldir user …`: the operator's way to people."""

from __future__ import annotations

import io

import asyncpg
import pytest

from impl.db import bootstrap
from impl.kernel.errors import SkeldirError
from tests.cli.conftest import Invoke
from tests.fixtures.database import Database

PEPPER = {"SKELDIR_LOGIN_PEPPER": "a pepper"}
EMAIL = ("--email", "ann@example.com")


@pytest.fixture
def type_in(monkeypatch: pytest.MonkeyPatch):
    """Puts lines on standard input."""
    return lambda text: monkeypatch.setattr("sys.stdin", io.StringIO(text))


async def rows(owner: asyncpg.Connection) -> list[str]:
    return [row["action"] for row in await owner.fetch("SELECT action FROM access_audit ORDER BY created_at, id")]


async def test_a_person_from_the_first_day_to_the_last(fresh_database: Database, invoke: Invoke, type_in) -> None:
    owner = await bootstrap.connect(fresh_database.url("migration_owner"))
    tenant = str(await owner.fetchval("INSERT INTO tenants (name) VALUES ('T') RETURNING id"))
    where = ("--tenant-id", tenant, *EMAIL)
    type_in("correct horse\n")
    assert "with the role manager" in await invoke(fresh_database, "user", "add", *where, "--role", "manager", **PEPPER)
    await invoke(fresh_database, "user", "role", *where, "--role", "admin", **PEPPER)
    before = await owner.fetchval("SELECT password_hash FROM users")
    type_in("another horse\n")
    output = await invoke(fresh_database, "user", "password", *EMAIL, **PEPPER)
    assert "horse" not in output
    assert await owner.fetchval("SELECT password_hash FROM users") != before
    await invoke(fresh_database, "user", "deactivate", *EMAIL, **PEPPER)
    assert await owner.fetchval("SELECT is_active FROM users") is False
    await invoke(fresh_database, "user", "activate", *EMAIL, **PEPPER)
    await invoke(fresh_database, "user", "remove", *where, **PEPPER)
    assert await rows(owner) == [
        "member_added",
        "role_changed",
        "password_reset",
        "deactivated",
        "activated",
        "member_removed",
    ]
    await owner.close()


@pytest.mark.parametrize(
    ("words", "typed", "message"),
    [
        (("password", *EMAIL), "correct horse\n", "no user has this e-mail address"),
        (("password", *EMAIL), "short\n", "8 to 1024 characters"),
        (("deactivate", "--email", "ann"), "", "must look like name@example.com"),
        (("add", "--tenant-id", "3f2b8c1e-6d4a-4e7b-9a51-2f6c0d8e4b17", *EMAIL), "correct horse\n", "no tenant has this id"),
        (("role", "--tenant-id", "3f2b8c1e-6d4a-4e7b-9a51-2f6c0d8e4b17", *EMAIL, "--role", "owner"), "",
         "the role is viewer, manager or admin"),
    ],
)  # fmt: skip
async def test_what_is_wrong_is_one_sentence(
    database: Database, invoke: Invoke, type_in, words, typed, message
) -> None:
    type_in(typed)
    with pytest.raises(SkeldirError, match=message):
        await invoke(database, "user", *words, **PEPPER)
