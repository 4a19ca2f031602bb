"""Reads from a streaming replica keep tenants apart as the primary does, and write nothing. Run by `make test-postgres` only."""

from __future__ import annotations

import asyncio
import os
import socket
import subprocess
import uuid
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import asyncpg
import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from impl.db import binaries, bootstrap, embedded, engine, migrate
from impl.db.transaction import tenant_transaction
from tests.db.test_embedded import reachable
from tests.fixtures.database import Database
from tests.gates.rows import RowMaker


@pytest.fixture
async def primary(tmp_path: Path) -> AsyncIterator[Database]:
    """A migrated server of our own, as production starts it."""
    with embedded.running(reachable(tmp_path) / "data") as server:
        await bootstrap.ensure(server.url(), "skeldir", server.passwords)
        await asyncio.to_thread(migrate.upgrade, server.url("migration_owner", "skeldir"))
        yield Database(server, "skeldir")


@pytest.fixture
def replica_port(primary: Database, tmp_path: Path) -> Iterator[int]:
    """A hot standby that streams from the primary, made with the tools that come with the server."""
    who = binaries.account()
    programs = binaries.find(None, who)
    folder = reachable(tmp_path) / "replica"
    folder.mkdir(mode=0o700)
    who.own(folder)
    given = {"env": {**os.environ, "PGPASSWORD": primary.server.passwords["postgres"]}, "cwd": "/", **who.popen()}
    address = ["-h", "127.0.0.1", "-p", str(primary.server.port), "-U", "postgres"]
    subprocess.run([programs.program("pg_basebackup"), "-D", folder, "-R", "-c", "fast", *address], check=True, **given)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    options = {"port": str(port), "listen_addresses": "127.0.0.1", "unix_socket_directories": str(folder)}
    words = [word for name, value in options.items() for word in ("-c", f"{name}={value}")]
    with subprocess.Popen([programs.program("postgres"), "-D", folder, *words], **given) as process:
        yield port
        process.terminate()


async def until_replayed(primary: Database, dsn: str) -> None:
    owner = await bootstrap.connect(primary.url())
    written = await owner.fetchval("SELECT pg_current_wal_lsn()::text")
    await owner.close()
    for _ in range(600):
        try:
            standby = await asyncpg.connect(dsn)
        except (OSError, asyncpg.CannotConnectNowError):
            await asyncio.sleep(0.1)
            continue
        done = await standby.fetchval("SELECT pg_last_wal_replay_lsn() >= $1::text::pg_lsn", written)
        await standby.close()
        if done:
            return
        await asyncio.sleep(0.1)
    raise AssertionError("the replica did not catch up within a minute")


async def test_a_replica_shows_each_tenant_its_own_and_takes_no_writes(primary: Database, replica_port: int) -> None:
    owner = await bootstrap.connect(primary.url("migration_owner"))
    tenants = [uuid.uuid4(), uuid.uuid4()]
    for tenant in tenants:
        await owner.execute("INSERT INTO tenants (id, name) VALUES ($1, 'Shop')", tenant)
        await RowMaker(owner).insert("revenue_ledger", tenant)
    await owner.close()
    url = primary.url("app_user").set(port=replica_port)
    await until_replayed(primary, url.set(drivername="postgresql").render_as_string(hide_password=False))
    reads = engine.create(url)
    async with reads.connect() as connection:
        assert await connection.scalar(text("SELECT pg_is_in_recovery()"))
        assert await connection.scalar(text("SELECT count(*) FROM revenue_ledger")) == 0
    for tenant in tenants:
        async with tenant_transaction(reads, tenant) as connection:
            seen = (await connection.execute(text("SELECT tenant_id FROM revenue_ledger_current"))).scalars().all()
        assert seen == [tenant]
    with pytest.raises(DBAPIError, match="read-only transaction"):
        async with tenant_transaction(reads, tenants[0]) as connection:
            await connection.execute(text("INSERT INTO error_reports (error_message) VALUES ('x')"))
    await reads.dispose()
