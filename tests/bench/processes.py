"""What processes cost, read from /proc: CPU seconds and memory."""

from __future__ import annotations

import os
from pathlib import Path

_TICKS = os.sysconf("SC_CLK_TCK")


def cpu_seconds(pid: int) -> float:
    """User and system time of a process and of its children that ended."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return sum(int(value) for value in fields[11:15]) / _TICKS


def resident_mb(pid: int, *, peak: bool = False) -> float:
    """Resident memory of a process, now or at its highest."""
    name = "VmHWM:" if peak else "VmRSS:"
    line = next(line for line in Path(f"/proc/{pid}/status").read_text().splitlines() if line.startswith(name))
    return int(line.split()[1]) / 1024


def of_cluster(cluster: Path) -> list[int]:
    """Every process of the PostgreSQL whose data are in `cluster`."""
    return [int(path.parent.name) for path in Path("/proc").glob("[0-9]*/cwd") if _runs_in(path, cluster)]


def _runs_in(path: Path, cluster: Path) -> bool:
    try:
        return path.readlink() == cluster
    except OSError:
        return False


def cluster_cpu_seconds(cluster: Path) -> float:
    """CPU seconds of a PostgreSQL with all its processes; those that end between two calls are their parent's."""
    total = 0.0
    for pid in of_cluster(cluster):
        try:
            total += cpu_seconds(pid)
        except OSError:
            continue
    return total
