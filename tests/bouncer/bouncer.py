"""Behind pgbouncer in transaction mode every transaction meets the right tenant. Run by `make test-postgres` only."""

from __future__ import annotations

import asyncio
import os
import pwd
import shutil
import socket
import subprocess
import uuid
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import asyncpg
import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from impl.db import direct, engine
from impl.db.transaction import tenant_transaction
from tests.db.test_embedded import reachable
from tests.fixtures.database import Database, MakeTenant

SERVERS = 3
CLIENTS = 8


@pytest.fixture
def bouncer_port(database: Database, tmp_path: Path) -> Iterator[int]:
    """pgbouncer with three server connections in front of the worker's database."""
    folder = reachable(tmp_path)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    password = database.server.passwords["app_user"]
    (folder / "users.txt").write_text(f'"app_user" "{password}"\n')
    (folder / "pgbouncer.ini").write_text(
        f"[databases]\n{database.name} = host=127.0.0.1 port={database.server.port} dbname={database.name}"
        f" user=app_user password={password}\n[pgbouncer]\nlisten_addr = 127.0.0.1\nlisten_port = {port}\nunix_socket_dir =\n"
        f"auth_type = scram-sha-256\nauth_file = {folder}/users.txt\npool_mode = transaction\ndefault_pool_size = {SERVERS}\n"
        f"ignore_startup_parameters = extra_float_digits\n"
    )
    user = {} if os.geteuid() else {"user": pwd.getpwnam("nobody").pw_uid}
    for path in (folder / "users.txt", folder / "pgbouncer.ini"):
        path.chmod(0o644)
    with subprocess.Popen(
        [shutil.which("pgbouncer") or "pgbouncer", "-q", str(folder / "pgbouncer.ini")], **user
    ) as process:
        yield port
        process.terminate()


async def until_open(dsn: str) -> None:
    for _ in range(100):
        try:
            connection = await asyncpg.connect(dsn, statement_cache_size=0)
        except OSError:
            await asyncio.sleep(0.05)
        else:
            await connection.close()
            return
    raise AssertionError("pgbouncer did not open its port")


@pytest.fixture
async def behind(database: Database, bouncer_port: int) -> AsyncIterator[AsyncEngine]:
    """The API's engine, its connections shared by the bouncer."""
    url = database.url("app_user").set(port=bouncer_port)
    await until_open(url.set(drivername="postgresql").render_as_string(hide_password=False))
    made = engine.create(url, pool_size=CLIENTS, statement_cache_size=0)
    yield made
    await made.dispose()


VISIBLE = text("SELECT id FROM tenants")


async def visible(connection: AsyncConnection) -> list[uuid.UUID]:
    return list((await connection.execute(VISIBLE)).scalars())


@pytest.mark.promise("P028")
async def test_eight_clients_on_three_connections_never_meet_another_tenant(
    behind: AsyncEngine, make_tenant: MakeTenant
) -> None:
    """At the start, after a savepoint was rolled back, and in the transaction after a commit: always the own row alone."""
    tenants = [await make_tenant() for _ in range(CLIENTS)]

    async def client(tenant: uuid.UUID) -> int:
        right = 0
        for _ in range(60):
            async with tenant_transaction(behind, tenant) as connection:
                right += await visible(connection) == [tenant]
                with pytest.raises(DBAPIError):
                    async with connection.begin_nested():
                        await connection.execute(text("SELECT 1 / 0"))
                right += await visible(connection) == [tenant]
                await connection.commit()
                right += await visible(connection) == [tenant]
        return right

    assert await asyncio.gather(*(client(tenant) for tenant in tenants)) == [180] * CLIENTS


async def test_nothing_of_a_tenant_stays_on_a_shared_connection(behind: AsyncEngine, make_tenant: MakeTenant) -> None:
    tenant = await make_tenant()

    async def bound() -> None:
        async with tenant_transaction(behind, tenant) as connection:
            assert await visible(connection) == [tenant]

    async def unbound() -> list[uuid.UUID]:
        async with behind.connect() as connection:
            return await visible(connection)

    for _ in range(20):
        seen = await asyncio.gather(*(work() for work in (bound, unbound) * 4))
        assert [rows for rows in seen if rows] == []


async def test_a_setting_of_the_session_would_reach_others(behind: AsyncEngine, make_tenant: MakeTenant) -> None:
    """The control: what `tenant_transaction` never does is seen here by clients that never asked for it."""
    tenant = await make_tenant()
    async with behind.connect() as connection:
        await connection.execute(text(f"SET app.current_tenant_id = '{tenant}'"))
        await connection.commit()
    strangers = []
    for _ in range(SERVERS * 4):
        async with behind.connect() as connection:
            strangers += await visible(connection)
    assert set(strangers) == {tenant}


async def test_a_statement_of_one_round_trip_meets_its_own_server(behind: AsyncEngine) -> None:
    """The receipt of a fact is such a statement; its parts must not be spread over several servers."""

    async def client(number: int) -> int:
        rows = [
            await direct.fetch_row(behind, "SELECT $1::int * $2::int AS product", number, turn) for turn in range(100)
        ]
        return sum(row["product"] == number * turn for turn, row in enumerate(rows))

    assert await asyncio.gather(*(client(number) for number in range(CLIENTS))) == [100] * CLIENTS
