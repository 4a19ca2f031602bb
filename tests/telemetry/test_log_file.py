"""The log of `skeldir run` has a bound and fails nobody (red team A10: 23 MB for 45,000 requests, readable by everybody)."""

from __future__ import annotations

import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import structlog

from impl.telemetry import log_file, metrics
from impl.telemetry import logging as skeldir_logging
from impl.telemetry.log_file import LogFile

LINE = "x" * 99 + "\n"


def lines(folder: Path) -> list[str]:
    """Of every file, oldest first."""
    files = sorted(folder.glob("skeldir.log*"), key=lambda file: -int(file.suffix.removeprefix(".log").strip(".") or 0))
    return [line for file in files for line in file.read_text().splitlines()]


def test_a_full_file_makes_room_and_the_oldest_goes(tmp_path: Path) -> None:
    with LogFile(tmp_path / "skeldir.log", limit_bytes=1000, kept=2) as log:
        for number in range(100):
            log.write(f"{number:99}\n")
    files = {file.name: file.stat() for file in tmp_path.iterdir()}
    assert files.keys() == {"skeldir.log", "skeldir.log.1", "skeldir.log.2"}
    assert all(stat.st_size == 1000 for stat in files.values())
    assert all(stat.st_mode & 0o777 == 0o600 for stat in files.values())
    assert [int(line) for line in lines(tmp_path)] == list(range(70, 100))


def test_a_second_run_goes_on_where_the_first_ended(tmp_path: Path) -> None:
    for number in range(30):
        with LogFile(tmp_path / "skeldir.log", limit_bytes=1000, kept=1) as log:
            log.write(f"{number:99}\n")
    assert [int(line) for line in lines(tmp_path)] == list(range(10, 30))


def test_no_line_is_lost_or_broken_by_a_new_file(tmp_path: Path) -> None:
    """Two threads and two child processes write at once, across twenty files."""
    child = "import sys\nfor n in range(500): print(sys.argv[1], f'{n:94}', file=sys.stderr)"
    children = []
    with LogFile(tmp_path / "skeldir.log", limit_bytes=10_000, kept=30) as log:
        for name in ("c1", "c2"):
            with log.pipe() as sink:
                children.append(subprocess.Popen([sys.executable, "-c", child, name], stderr=sink))

        def write(name: str) -> None:
            for number in range(500):
                log.write(f"{name} {number:94}\n")

        threads = [threading.Thread(target=write, args=(name,)) for name in ("t1", "t2")]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert [one.wait(60) for one in children] == [0, 0]
    assert sorted(lines(tmp_path)) == sorted(f"{name} {n:94}" for name in ("c1", "c2", "t1", "t2") for n in range(500))


def test_where_no_file_can_be_renamed_the_bound_holds(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise PermissionError("read-only")

    monkeypatch.setattr(Path, "replace", refuse)
    with LogFile(tmp_path / "skeldir.log", limit_bytes=1000) as log:
        for _ in range(35):
            log.write(LINE)
    assert [file.stat().st_size for file in tmp_path.iterdir()] == [500]


@contextmanager
def lost_lines() -> Iterator[Callable[[], float]]:
    def value() -> float:
        return metrics.REGISTRY.get_sample_value("log_lines_lost_total") or 0.0

    before = value()
    yield lambda: value() - before


def test_a_full_disk_loses_lines_and_raises_nothing() -> None:
    """Neither in a request of this process nor in a child, which does not even learn of it."""
    saved = structlog.get_config()
    child = "import sys\nprint('a line', file=sys.stderr, flush=True)"
    try:
        with lost_lines() as lost, LogFile(Path("/dev/full")) as log:
            skeldir_logging.configure("INFO", log)
            structlog.get_logger().info("delivery_received")
            with log.pipe() as sink:
                assert subprocess.run([sys.executable, "-c", child], stderr=sink, check=False).returncode == 0
        assert lost() == 2
    finally:
        structlog.configure(**saved)


def test_the_bound_is_told_in_the_readme() -> None:
    readme = Path(__file__).parents[2].joinpath("README.md").read_text("utf-8")
    megabytes = log_file.LIMIT_BYTES * (log_file.KEPT + 1) // 2**20
    assert f"at most {megabytes} MiB" in readme
