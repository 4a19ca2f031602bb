"""From an empty cluster to a database that migrations can fill: roles, memberships, the database, its grants.

Cluster-wide things live here and not in a migration, because a cluster has one set of roles and many databases.
Everything is idempotent: running it again changes nothing but the passwords it is given.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Any, Final

import asyncpg
from sqlalchemy.engine import URL

from impl.db import outage, roles
from impl.db import url as urls
from impl.db.errors import DatabaseUnreachableError
from impl.kernel.errors import ConfigurationError

_OLDEST_MAJOR: Final = 15
_ATTRIBUTES: Final = """
    -- What each role may do by itself, to change only what differs.
    SELECT rolname, rolcanlogin, rolbypassrls, rolsuper OR rolcreaterole OR rolcreatedb OR rolreplication FROM pg_roles
"""

_CONFIGURED: Final = "SELECT rolconfig FROM pg_roles WHERE rolname = $1"


async def connect(url: URL, *, timeout_seconds: float = 10.0) -> Any:
    """A plain asyncpg connection. Raises `DatabaseUnreachableError` with one line that says what to check."""
    try:
        return await asyncpg.connect(urls.dsn(url), timeout=timeout_seconds)  # pyright: ignore[reportArgumentType]  # floats are fine
    except asyncpg.InvalidCatalogNameError:
        raise DatabaseUnreachableError(f"there is no database {urls.address(url)}; create it first") from None
    except asyncpg.InvalidAuthorizationSpecificationError:
        message = f"{urls.address(url)} refuses role {url.username!r}; check the user name and password in the URL"
        raise DatabaseUnreachableError(message) from None
    except outage.DRIVER_FAILURES as error:
        reason = (str(error) or type(error).__name__).splitlines()[0]
        message = f"no database answers at {urls.address(url)} ({reason}); start it or correct the URL"
        raise DatabaseUnreachableError(message) from None


async def ensure(admin: URL, database: str, passwords: Mapping[str, str]) -> None:
    """Make roles, memberships and `database` exist with exactly our attributes; set the given passwords.

    `admin` may create roles and databases (a superuser, or CREATEROLE CREATEDB BYPASSRLS from PostgreSQL 16 on).
    Raises `DatabaseUnreachableError` or `ConfigurationError`.
    """
    connection = await connect(admin)
    try:
        version = connection.get_server_version()
        if version.major < _OLDEST_MAJOR:
            message = f"PostgreSQL {_OLDEST_MAJOR} or newer is needed; {urls.address(admin)} runs {version.major}"
            raise ConfigurationError(message)
        # Two services may start at once on one cluster; the second waits here and then finds everything done.
        async with connection.transaction():
            await connection.execute("SELECT pg_advisory_xact_lock(hashtext('skeldir bootstrap'))")
            await _ensure_roles(connection, passwords)
        if not await connection.fetchval("SELECT 1 FROM pg_database WHERE datname = $1", database):
            await _create_database(connection, database)
    except asyncpg.InsufficientPrivilegeError as error:
        reason = str(error).splitlines()[0]
        message = f"role {admin.username!r} may not create roles and databases ({reason}); use an administrator's URL"
        raise ConfigurationError(message) from None
    finally:
        await connection.close()
    await grant(admin.set(database=database))


def ensure_sync(admin: URL, database: str, passwords: Mapping[str, str]) -> None:
    """`ensure` for callers without an event loop."""
    asyncio.run(ensure(admin, database, passwords))


async def _ensure_roles(connection: Any, passwords: Mapping[str, str]) -> None:
    existing = {row["rolname"]: tuple(row)[1:] for row in await connection.fetch(_ATTRIBUTES)}
    for name, bypass in {**roles.GROUPS, **roles.LOGINS}.items():
        login = name in roles.LOGINS
        if existing.get(name) == (login, bypass == "BYPASSRLS", False):
            continue  # an administrator who is no superuser may not even repeat NOSUPERUSER
        verb = "ALTER" if name in existing else "CREATE"
        can = "LOGIN" if login else "NOLOGIN"
        await connection.execute(f"{verb} ROLE {name} NOSUPERUSER NOCREATEDB NOCREATEROLE {can} {bypass}")
    for name in roles.LOGINS:
        if name in passwords:
            # The verifier has no quote in its alphabet, and the role names are our own constants.
            await connection.execute(f"ALTER ROLE {name} PASSWORD '{roles.scram_verifier(passwords[name])}'")
    for group, member in roles.MEMBERSHIPS:
        await connection.execute(f"GRANT {group} TO {member}")
    for name, settings in roles.TIME_OUTS.items():
        configured = await connection.fetchval(_CONFIGURED, name) or []
        for setting, value in settings.items():
            if f"{setting}={value}" not in configured:
                await connection.execute(f"ALTER ROLE {name} SET {setting} = '{value}'")


async def _create_database(connection: Any, database: str) -> None:
    """Made from template0 so that nothing an operator left in template1 comes along."""
    quoted = _identifier(database)
    try:
        await connection.execute(f"CREATE DATABASE {quoted} TEMPLATE template0 ENCODING 'UTF8'")
    except asyncpg.DuplicateDatabaseError:
        return  # somebody else was quicker


async def grant(admin: URL) -> None:
    """Only our roles may connect to the URL's database; only the owner may create; PUBLIC gets nothing."""
    connection = await connect(admin)
    quoted = _identifier(admin.database or "")
    try:
        async with connection.transaction():
            await connection.execute(f"REVOKE ALL ON DATABASE {quoted} FROM PUBLIC")
            await connection.execute(f"GRANT CONNECT, CREATE, TEMPORARY ON DATABASE {quoted} TO {roles.OWNER}")
            # REFRESH … CONCURRENTLY builds its difference in a temporary table.
            await connection.execute(f"GRANT TEMPORARY ON DATABASE {quoted} TO app_maintenance")
            await connection.execute(f"GRANT CONNECT ON DATABASE {quoted} TO {', '.join(roles.LOGINS)}")
            await connection.execute("REVOKE ALL ON SCHEMA public FROM PUBLIC")
            await connection.execute(f"GRANT USAGE, CREATE ON SCHEMA public TO {roles.OWNER} WITH GRANT OPTION")
    finally:
        await connection.close()


def _identifier(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'
