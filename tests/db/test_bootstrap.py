"""Roles are exactly what the specification says, made again as often as one likes."""

from __future__ import annotations

from types import SimpleNamespace

import asyncpg
import pytest

from impl.db import bootstrap, outage, roles
from impl.db.errors import DatabaseUnreachableError
from impl.kernel.errors import ConfigurationError
from tests.fixtures.database import Database

ATTRIBUTES = """
    SELECT rolname, rolcanlogin, rolbypassrls, rolsuper OR rolcreaterole OR rolcreatedb OR rolreplication AS mighty
    FROM pg_roles WHERE rolname LIKE 'app\\_%' OR rolname = 'migration_owner' ORDER BY rolname
"""


@pytest.mark.promise("P119", "P081")
async def test_roles_have_exactly_their_attributes(owner: asyncpg.Connection) -> None:
    assert [tuple(row) for row in await owner.fetch(ATTRIBUTES)] == [
        ("app_maintenance", False, True, False),
        ("app_ops", True, False, False),
        ("app_replay", False, False, False),
        ("app_ro", False, False, False),
        ("app_rw", False, False, False),
        ("app_user", True, False, False),
        ("app_worker", True, False, False),
        ("migration_owner", True, True, False),
    ]


async def test_a_widened_role_is_narrowed_again(empty_database: Database) -> None:
    """In a transaction that is rolled back: the roles are those of every test on this server."""
    admin = await bootstrap.connect(empty_database.url())
    widening = admin.transaction()
    await widening.start()
    await admin.execute("ALTER ROLE app_replay BYPASSRLS CREATEDB")
    assert tuple((await admin.fetch(ATTRIBUTES))[2]) == ("app_replay", False, True, True)
    await bootstrap._ensure_roles(admin, {})
    assert tuple((await admin.fetch(ATTRIBUTES))[2]) == ("app_replay", False, False, False)
    await widening.rollback()
    await admin.close()


async def test_passwords_are_stored_as_verifiers_that_admit_their_owner(empty_database: Database) -> None:
    for role in roles.LOGINS:
        connection = await bootstrap.connect(empty_database.url(role))
        assert await connection.fetchval("SELECT session_user") == role
        await connection.close()
    admin = await bootstrap.connect(empty_database.url())
    stored = await admin.fetchval("SELECT rolpassword FROM pg_authid WHERE rolname = 'app_user'")
    assert stored.startswith("SCRAM-SHA-256$4096:")
    await admin.close()


async def test_only_our_roles_may_connect(empty_database: Database) -> None:
    admin = await bootstrap.connect(empty_database.url())
    allowed = await admin.fetchval("SELECT has_database_privilege('pg_monitor', current_database(), 'CONNECT')")
    await admin.close()
    assert not allowed


async def test_missing_database_wrong_role_and_silence_are_one_line_each(empty_database: Database) -> None:
    url = empty_database.url()
    for wrong, reason in [
        (url.set(database="nowhere"), "there is no database 127.0.0.1:.*/nowhere; create it first"),
        (url.set(password="wrong"), "refuses role 'postgres'; check the user name and password"),
        (url.set(port=1), "no database answers at 127.0.0.1:1/.*; start it or correct the URL"),
    ]:
        with pytest.raises(DatabaseUnreachableError, match=reason) as caught:
            await bootstrap.connect(wrong)
        assert "\n" not in str(caught.value)
        assert str(url.password) not in str(caught.value)


@pytest.mark.parametrize("failure", outage.DRIVER_FAILURES)
async def test_whatever_breaks_while_connecting_is_one_line(
    empty_database: Database, monkeypatch: pytest.MonkeyPatch, failure: type[Exception]
) -> None:
    async def connect(*_: object, **__: object) -> None:
        raise failure("broken\nin the middle")

    monkeypatch.setattr(bootstrap, "asyncpg", SimpleNamespace(**vars(asyncpg) | {"connect": connect}))
    with pytest.raises(DatabaseUnreachableError, match=r"no database answers at .* \(broken\); start it"):
        await bootstrap.connect(empty_database.url())


async def test_an_ordinary_role_cannot_bootstrap(empty_database: Database) -> None:
    with pytest.raises(ConfigurationError, match="'app_user' may not create roles.*administrator's URL"):
        await bootstrap.ensure(empty_database.url("app_user"), "other", {})
