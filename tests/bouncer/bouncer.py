"""Behind pgbouncer in transaction mode every transaction meets the right tenant. Run by `make test-postgres` only."""

from __future__ import annotations

import asyncio
import os
import pwd
import shutil
import socket
import subprocess
import uuid
from collections.abc import Iterator
from pathlib import Path

import asyncpg
import pytest
from sqlalchemy import text

from impl.db import engine
from impl.db.transaction import tenant_transaction
from tests.db.test_embedded import reachable
from tests.fixtures.database import Database

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


async def test_eight_clients_on_three_connections_never_meet_another_tenant(
    database: Database, bouncer_port: int
) -> None:
    url = database.url("app_user").set(port=bouncer_port)
    await until_open(url.set(drivername="postgresql").render_as_string(hide_password=False))
    made = engine.create(url, pool_size=CLIENTS, statement_cache_size=0)
    setting = text("SELECT current_setting('app.current_tenant_id', true)")

    async def client() -> int:
        wrong = 0
        for _ in range(250):
            tenant = uuid.uuid4()
            async with tenant_transaction(made, tenant) as connection:
                wrong += await connection.scalar(setting) != str(tenant)
        return wrong

    assert sum(await asyncio.gather(*(client() for _ in range(CLIENTS)))) == 0
    await made.dispose()
