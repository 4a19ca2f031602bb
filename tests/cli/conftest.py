"""The `skeldir` command as a person uses it: a process of its own, on a data folder of its own."""

import asyncio
import base64
import contextlib
import hashlib
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path

import pytest

from impl import cli
from tests import forked
from tests.fixtures.database import Database

ROOT = Path(__file__).resolve().parents[2]
SKELDIR = Path(sys.executable).with_name("skeldir")
START_SECONDS = 240
OLD, NEW = (base64.b64encode(hashlib.sha256(name).digest()).decode() for name in (b"old", b"new"))
Invoke = Callable[..., Awaitable[str]]


def environment(**extra: str) -> dict[str, str]:
    """The environment without anything that would change what the command does."""
    kept = {
        name: value for name, value in os.environ.items() if not name.startswith("SKELDIR_") and name != "DATABASE_URL"
    }
    return kept | extra


def settings(database: Database, ring: str = f"old:{OLD}") -> dict[str, str]:
    """Variables of an operator who has the URL of every role."""
    names = {"migration_owner": "MIGRATION", "app_user": "APP", "app_worker": "WORKER", "app_ops": "OPS"}
    urls = {f"SKELDIR_{name}_DATABASE_URL": database.dsn(role) for role, name in names.items()}
    return {"SKELDIR_ENV": "ci", "SKELDIR_SEALING_KEYS": ring, **urls}


@pytest.fixture
def invoke(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Invoke:
    """Runs a command in this process and returns its output; its errors are raised."""

    async def run(database: Database, *words: str, ring: str = f"old:{OLD}", **extra: str) -> str:
        for name, value in (settings(database, ring) | extra).items():
            monkeypatch.setenv(name, value)
        await asyncio.to_thread(cli.app, list(words), standalone_mode=False)
        output = capsys.readouterr().out
        assert OLD not in output
        return output

    return run


class Running:
    """A `skeldir run` in the background, with what it printed so far."""

    def __init__(self, data_dir: Path, *arguments: str, **extra: str) -> None:
        self.log = data_dir.with_name(f"{data_dir.name}-{time.monotonic_ns()}.log")
        with self.log.open("wb") as output:
            command = [SKELDIR, "run", "--port", "0", "--data-dir", data_dir, *arguments]
            self.process = subprocess.Popen(
                command, stdout=output, stderr=subprocess.STDOUT, env=environment(**extra), start_new_session=True
            )

    @property
    def output(self) -> str:
        return self.log.read_text()

    def wait_for(self, text: str) -> str:
        deadline = time.monotonic() + START_SECONDS
        while text not in self.output:
            assert self.process.poll() is None, self.output
            assert time.monotonic() < deadline, self.output
            time.sleep(0.05)
        return self.output

    @property
    def url(self) -> str:
        return re.search(r"Skeldir is running at (\S+),", self.wait_for("Press Ctrl-C")).group(1)

    def stop(self, how: signal.Signals = signal.SIGINT) -> int:
        self.process.send_signal(how)
        return self.process.wait(120)

    def kill_everything(self, data_dir: Path) -> None:
        """SIGKILL for the service and for every process of its database, as the kernel does when memory runs out."""
        self.process.kill()
        self.process.wait()
        for pid in database_processes(data_dir):
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)


def database_processes(data_dir: Path) -> list[int]:
    """The postmaster of `data_dir` and its children."""
    pid_files = list(data_dir.rglob("postmaster.pid"))
    if not pid_files:
        elsewhere = (data_dir / "postgres" / "elsewhere.txt").read_text().split()[-1]
        pid_files = [Path(elsewhere) / "pgdata" / "postmaster.pid"]
    postmaster = int(pid_files[0].read_text().split()[0])
    children = subprocess.run(
        ["ps", "-o", "pid=", "--ppid", str(postmaster)], capture_output=True, text=True, check=False
    )
    return [postmaster, *(int(pid) for pid in children.stdout.split())]


def skeldir(*arguments: object, stdin: str = "", **extra: str) -> subprocess.CompletedProcess[str]:
    """Run a command to its end."""
    command = [SKELDIR, *map(str, arguments)]
    return subprocess.run(
        command, input=stdin, capture_output=True, text=True, env=environment(**extra), timeout=300, check=False
    )


@pytest.fixture(scope="session")
def command(tmp_path_factory: pytest.TempPathFactory):
    """Runs a command to its end, as `skeldir` does, forked from a process that has imported it."""
    with forked.forker("skeldir", tmp_path_factory.mktemp("forked")) as forker:

        def run(*arguments: object, stdin: str = "", **extra: str) -> subprocess.CompletedProcess[str]:
            return forker.run([str(one) for one in arguments], environment(**extra), stdin=stdin)

        yield run


@pytest.fixture
def data_dir(tmp_path: Path) -> Iterator[Path]:
    """A data folder. As root its cluster lies elsewhere, from where it is removed."""
    yield tmp_path / "data"
    note = tmp_path / "data" / "postgres" / "elsewhere.txt"
    if note.exists():
        shutil.rmtree(note.read_text().split()[-1], ignore_errors=True)


@pytest.fixture
def start(data_dir: Path):
    """Starts `skeldir run`; whatever still runs at the end is stopped."""
    started: list[Running] = []

    def begin(*arguments: str, **extra: str) -> Running:
        started.append(Running(data_dir, *arguments, **extra))
        return started[-1]

    yield begin
    for running in started:
        if running.process.poll() is None:
            running.stop()
