"""`make conformance`: the real service on a fresh database, tested; the report is in build/conformance.

`python -m tests.conformance.skeldir [--lock] [--nightly] [--repeat N]`
"""

from __future__ import annotations

import argparse
import contextlib
import dataclasses
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from impl.platforms import registry
from tests.conformance.contract import operations
from tests.fixtures import days
from tools.cli.mock_check import mocks_of
from tools.conformance import command, recording, sequence
from tools.conformance.drive import target as targets

HERE = Path(__file__).parent
OUT = Path("build/conformance")
SOURCES = Path("contracts/openapi/v1")
STARTS_WITHIN_SECONDS = 300
LONGEST_SECONDS = 180
"""Of one run; part of what it judges is the revenue of one day."""


@dataclasses.dataclass(slots=True)
class Service:
    """The service as a process of its own."""

    target: Path
    process: subprocess.Popen[bytes]
    is_left: bool = False

    def leave(self) -> None:
        """Tell it, once, that nobody will ask it any more; it cleans up while others go on."""
        if not self.is_left:
            self.is_left = True
            self.process.send_signal(signal.SIGTERM)


@contextlib.contextmanager
def service(folder: Path, *flags: str) -> Iterator[Service]:
    """The service, started. Raises `BadTarget` when it does not start."""
    folder.mkdir(parents=True, exist_ok=True)
    target = folder / "target.json"
    target.unlink(missing_ok=True)
    with (folder / "service.log").open("w", encoding="utf-8") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "tests.conformance.service", str(folder), *flags], stdout=log, stderr=log
        )
        started = Service(target, process)
        try:
            deadline = time.monotonic() + STARTS_WITHIN_SECONDS
            while not target.exists() or not target.read_text(encoding="utf-8").rstrip().endswith("}"):
                if process.poll() is not None or time.monotonic() > deadline:
                    last = (folder / "service.log").read_text(encoding="utf-8").strip().splitlines()[-1:]
                    raise targets.BadTarget(f"the service did not start: {' '.join(last)}")
                time.sleep(0.1)
            yield started
        finally:
            started.leave()
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(20)
            process.kill()


def files(out: Path) -> command.Files:
    """Where a run of ours reads and writes."""
    return command.Files(
        out=out,
        sources=SOURCES,
        waivers=HERE / "waivers.toml",
        lock=HERE / "lock.json",
        routes=out / "service" / "routes.json",
        mocks=mocks_of(SOURCES),
    )


SHARDS = {"service": ("",), "deliveries": tuple(sorted(registry.NAMES[1:]))}
"""Two services, each with a database of its own, share the operations: what two cores can do at once, and still in one order."""


def once(out: Path, options: recording.Options, *, lock: bool = False, holds_numbers: bool = True) -> int:
    """One run on services of its own; one that does less than the others does not hold their numbers."""
    if holds_numbers:
        days.keep(LONGEST_SECONDS)
    places = files(out) if holds_numbers else dataclasses.replace(files(out), lock=None, waivers=None)
    try:
        with contextlib.ExitStack() as stack:
            with ThreadPoolExecutor(len(SHARDS)) as threads:
                flags = {"deliveries": ["--strict"]}
                starting = [
                    threads.submit(stack.enter_context, service(out / name, *flags.get(name, ()))) for name in SHARDS
                ]
            services = [item.result() for item in starting]
            shards = [targets.read(one.target) for one in services]
            selections = shares([*operations()], SHARDS.values())
            plans = [
                (target, dataclasses.replace(options, only=only, work=options.work / target_name))
                for target, only, target_name in zip(shards, selections, SHARDS, strict=True)
            ]
            return command.conform(
                plans, places, update_lock=lock, after_requests=lambda: [one.leave() for one in services]
            )
    except targets.BadTarget as error:
        print(f"conformance: {error}", file=sys.stderr)
        return command.BROKEN


def shares(names: list[str], parts: Iterable[tuple[str, ...]]) -> list[frozenset[str]]:
    """Operation ids of each shard: of those that hold one of its words, and no word of a later one."""
    shards: list[frozenset[str]] = []
    remaining = frozenset(names)
    for words in reversed(list(parts)):
        own = frozenset(name for name in remaining if any(word in name.lower() for word in words))
        remaining -= own
        shards.insert(0, own)
    return shards


def repeated(times: int, *, lock: bool = False) -> int:
    """As many runs, each on services of its own; a run that asked otherwise than the first one is red."""
    worst, first = 0, None
    for number in range(1, times + 1):
        worst = max(worst, once(OUT, OPTIONS, lock=lock))
        if worst == command.BROKEN:
            return worst
        now = (OUT / "sequence.txt").read_text(encoding="utf-8").splitlines()
        first = first or now
        difference = sequence.first_difference(first, now)
        if difference is not None:
            print(f"run {number} asked otherwise than run 1: {difference}")
            worst = max(worst, command.RED)
    return worst


def nightly(out: Path, examples: int) -> int:
    """Fuzzing with three seeds, every plant, three identical runs."""
    codes = []
    for seed in (1, 2, 3):
        options = recording.Options(
            out / "fuzz", phases=("fuzzing",), seed=seed, max_examples=examples, explanations=EXPLAINED
        )
        codes.append(once(out / f"fuzz-{seed}", options, holds_numbers=False))
    codes.append(subprocess.run([sys.executable, "-m", "tests.conformance.plants"], check=False).returncode)
    return max(*codes, repeated(3))


EXPLAINED = HERE / "explained.toml"
OPTIONS = recording.Options(OUT / "work", explanations=EXPLAINED, positive_examples=300, combinations=200)


def main(arguments: list[str]) -> int:
    """Parse and run."""
    parser = argparse.ArgumentParser(description="Test the service against its contract.")
    parser.add_argument("--lock", action="store_true", help="write the numbers of this run when it is green")
    parser.add_argument("--nightly", action="store_true", help="fuzzing, every plant, three runs")
    parser.add_argument("--repeat", type=int, default=1, help="run that often; every sequence hash must be the same")
    parser.add_argument("--examples", type=int, default=1000, help="requests per operation and seed, by night")
    options = parser.parse_args(arguments)
    os.environ.setdefault("SKELDIR_ENV", "ci")
    if options.nightly:
        return nightly(OUT, options.examples)
    return repeated(options.repeat, lock=options.lock)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
