"""The server process from the outside: its pid file, whether that file is true, and how to stop the process."""

from __future__ import annotations

import contextlib
import os
import re
import signal
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

STOP_SECONDS: Final = 60.0
"""How long a server may take to stop by itself; a checkpoint of a busy database takes part of a minute."""
IDLE_SECONDS: Final = 1.0
"""A stopping server that does nothing for so long is one that never stops."""
ORPHAN_SECONDS: Final = 10.0
POLL_SECONDS: Final = 0.005
_PROC: Final = Path("/proc")
_IDLE: Final = re.compile(r"(postgres: (io worker \d+|checkpointer))?")


@dataclass(frozen=True, slots=True)
class PidFile:
    """Contents of `postmaster.pid`. They may be stale, so check them with `serves` before use."""

    pid: int
    port: int
    status: str

    @property
    def ready(self) -> bool:
        """Whether the server accepts connections, according to the file."""
        return self.status == "ready"


def pid_file(home: Path) -> PidFile | None:
    """The pid file of the cluster in `home`, if it exists and is complete."""
    try:
        lines = (home / "pgdata" / "postmaster.pid").read_text().splitlines()
        return PidFile(int(lines[0]), int(lines[3]), lines[7].strip() if len(lines) > 7 else "starting")
    except (OSError, ValueError, IndexError):
        return None


def serves(pid: int, home: Path) -> bool:
    """Whether process `pid` is the server of `home`, and not another program that has reused its pid since."""
    cluster = home / "pgdata"
    # PostgreSQL changes into its data folder, so the working directory identifies a server without asking it anything.
    if _PROC.joinpath("self").exists():
        try:
            return Path(f"/proc/{pid}/cwd").readlink() == cluster
        except OSError:
            return False
    listing = subprocess.run(["ps", "-o", "command=", "-p", str(pid)], capture_output=True, text=True, check=False)  # noqa: S603, S607
    return str(cluster) in listing.stdout


def processes(home: Path) -> list[int]:
    """Every process of the cluster in `home`, whether its server lives or not; empty where there is no /proc."""
    return [int(path.parent.name) for path in _PROC.glob("[0-9]*/cwd") if serves(int(path.parent.name), home)]


def end_orphans(home: Path) -> None:
    """Kill backends that outlived a killed server: while one runs, its shared memory keeps a new server from starting.

    We hold the lock and no server is running, so nobody needs them; recovery rolls back what they had not committed.
    Where there is no /proc they exit by themselves, at the latest after their current statement.
    """
    deadline = time.monotonic() + ORPHAN_SECONDS
    while (orphans := processes(home)) and time.monotonic() < deadline:
        for pid in orphans:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        time.sleep(POLL_SECONDS)


def has_ended(pid: int, home: Path, child: subprocess.Popen[Any] | None) -> bool:
    """Whether the server's process is gone."""
    # A child of ours stays a zombie until `poll` reaps it, and a zombie would still look alive to `serves`.
    return child.poll() is not None if child is not None else not serves(pid, home)


def end(pid: int, home: Path, child: subprocess.Popen[Any] | None) -> None:
    """Ask the server to stop and wait for it.

    PostgreSQL 18, asked to stop while it recovers from a crash, may wait forever although none of its processes does
    anything. Such a server, or one that takes a minute, gets SIGQUIT, which costs a recovery at the next start and no data.
    """
    asked_at, idle_since = time.monotonic(), 0.0
    _signal(pid, signal.SIGINT)
    while not has_ended(pid, home, child):
        now = time.monotonic()
        idle_since = (idle_since or now) if _is_idle(pid, home) else 0.0
        if now - asked_at > STOP_SECONDS or (idle_since and now - idle_since > IDLE_SECONDS):
            _signal(pid, signal.SIGQUIT)
            asked_at, idle_since = now, 0.0
        time.sleep(POLL_SECONDS)


def end_left_behind(home: Path) -> bool:
    """Stop the server that a killed or departed owner left running in `home`, whose lock we hold; False if there is none."""
    left = pid_file(home)
    if left is None or not serves(left.pid, home):
        return False
    end(left.pid, home, None)
    return True


def _is_idle(pid: int, home: Path) -> bool:
    """Whether all processes of the server are idle. A working checkpointer says so in its process title."""
    others = [other for other in processes(home) if other != pid]
    return _PROC.joinpath("self").exists() and all(_IDLE.fullmatch(_title(other)) for other in others)


def _title(pid: int) -> str:
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes().decode(errors="replace").rstrip("\0 ")
    except OSError:
        return ""


def _signal(pid: int, number: signal.Signals) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.kill(pid, number)
