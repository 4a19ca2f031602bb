"""An embedded server that dies is started again, or the process ends and says so (red team A9)."""

from __future__ import annotations

import contextlib
import os
import signal
import time
from collections.abc import Callable
from pathlib import Path

import pytest
import structlog

from impl.db import bootstrap, embedded, keeper, postmaster
from impl.db.errors import EmbeddedPostgresError
from impl.db.keeper import Keeper
from tests.db.test_embedded import reachable

pytestmark = pytest.mark.xdist_group("embedded")
PATIENCE_SECONDS = 60.0


def wait_for(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while True:
        with contextlib.suppress(AttributeError):  # there is no pid file at this moment
            if condition():
                return
        assert time.monotonic() < deadline
        time.sleep(0.05)


async def test_a_killed_server_is_back_on_its_port_with_its_data(tmp_path: Path) -> None:
    with embedded.running(reachable(tmp_path)) as server, Keeper(server):
        port, first = server.port, server.pid
        connection = await bootstrap.connect(server.url())
        await connection.execute("CREATE TABLE kept AS SELECT 1 AS n")
        os.kill(first, signal.SIGKILL)
        wait_for(lambda: server.pid != first and not server.has_ended())
        assert server.port == port
        wait_for(lambda: postmaster.pid_file(server.home).ready and postmaster.pid_file(server.home).pid == server.pid)
        again = await bootstrap.connect(server.url())
        assert await again.fetchval("SELECT n FROM kept") == 1
        await again.close()
        connection.terminate()


class Lost:
    """A server that has ended and cannot be started."""

    owned, pid = True, 4711

    def has_ended(self) -> bool:
        return True

    def restart(self) -> None:
        raise EmbeddedPostgresError("the disk is gone")


def test_a_server_that_cannot_be_started_ends_the_process(monkeypatch: pytest.MonkeyPatch) -> None:
    signals: list[tuple[int, int]] = []
    monkeypatch.setattr(keeper.os, "kill", lambda *sent: signals.append(sent))
    with structlog.testing.capture_logs() as lines, Keeper(Lost()) as kept:  # type: ignore[arg-type]
        kept.join(PATIENCE_SECONDS)
    assert signals == [(os.getpid(), signal.SIGTERM)]
    assert [line["event"] for line in lines] == ["database_ended", "database_cannot_be_started"]
