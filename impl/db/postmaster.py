"""The server process seen from outside: what its pid file says, whether that is true, and how it is made to end."""

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
IDLE_SECONDS: Final = 1.0
ORPHAN_SECONDS: Final = 10.0
POLL_SECONDS: Final = 0.005
_PROC: Final = Path("/proc")
_IDLE: Final = re.compile(r"(postgres: (io worker \d+|checkpointer))?")


@dataclass(frozen=True, slots=True)
class PidFile:
    """What `postmaster.pid` says; it may be stale, so nobody believes it without `serves`."""

    pid: int
    port: int
    status: str

    @property
    def ready(self) -> bool:
        """Whether it says that connections are accepted."""
        return self.status == "ready"


def pid_file(home: Path) -> PidFile | None:
    """The pid file of the cluster in `home`, if there is a whole one."""
    try:
        lines = (home / "pgdata" / "postmaster.pid").read_text().splitlines()
        return PidFile(int(lines[0]), int(lines[3]), lines[7].strip() if len(lines) > 7 else "starting")
    except (OSError, ValueError, IndexError):
        return None


def serves(pid: int, home: Path) -> bool:
    """Whether process `pid` is the server of `home`, and not a stranger who was given an old pid after a reboot."""
    cluster = home / "pgdata"
    if _PROC.joinpath("self").exists():
        try:
            return Path(f"/proc/{pid}/cwd").readlink() == cluster
        except OSError:
            return False
    shown = subprocess.run(["ps", "-o", "command=", "-p", str(pid)], capture_output=True, text=True, check=False)  # noqa: S603, S607
    return str(cluster) in shown.stdout


def processes(home: Path) -> list[int]:
    """Every process of the cluster in `home`, living server or not; none where there is no /proc."""
    return [int(path.parent.name) for path in _PROC.glob("[0-9]*/cwd") if serves(int(path.parent.name), home)]


def end_orphans(home: Path) -> None:
    """End backends that outlived a killed server: while one computes, its shared memory bars a new server.

    We hold the lock and no server lives, so nobody needs them; recovery undoes what they had not committed. Where there
    is no /proc they end by themselves, at the latest after their statement.
    """
    deadline = time.monotonic() + ORPHAN_SECONDS
    while (orphans := processes(home)) and time.monotonic() < deadline:
        for pid in orphans:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        time.sleep(POLL_SECONDS)


def has_ended(pid: int, home: Path, child: subprocess.Popen[Any] | None) -> bool:
    """Whether the server's process is gone; a child of ours is reaped by asking."""
    return child.poll() is not None if child is not None else not serves(pid, home)


def end(pid: int, home: Path, child: subprocess.Popen[Any] | None) -> None:
    """Ask the server to stop and wait for it.

    PostgreSQL 18, asked to stop while it recovers from a crash, may wait for ever with nobody left to do anything. Such a
    server, or one that takes a minute, is told to stop at once (SIGQUIT): a recovery at the next start, nothing else.
    """
    begun, idle_since = time.monotonic(), 0.0
    _signal(pid, signal.SIGINT)
    while not has_ended(pid, home, child):
        now = time.monotonic()
        idle_since = (idle_since or now) if _is_idle(pid, home) else 0.0
        if now - begun > STOP_SECONDS or (idle_since and now - idle_since > IDLE_SECONDS):
            _signal(pid, signal.SIGQUIT)
            begun, idle_since = now, 0.0
        time.sleep(POLL_SECONDS)


def _is_idle(pid: int, home: Path) -> bool:
    """Whether nobody of the server does anything: a checkpointer at work says so in its title."""
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
