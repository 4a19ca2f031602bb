"""`make conformance`: the real service on a fresh database, tested; the report is in build/conformance.

`python -m tests.conformance.skeldir [--lock] [--nightly] [--repeat N]`
"""

from __future__ import annotations

import argparse
import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

from tools.conformance import gather, running
from tools.conformance import target as targets

HERE = Path(__file__).parent
OUT = Path("build/conformance")
STARTS_WITHIN_SECONDS = 90


@contextlib.contextmanager
def service(folder: Path) -> Iterator[Path]:
    """The service as a process of its own; its target file. Raises `BadTarget` when it does not start."""
    folder.mkdir(parents=True, exist_ok=True)
    target = folder / "target.json"
    target.unlink(missing_ok=True)
    with (folder / "service.log").open("w", encoding="utf-8") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "tests.conformance.service", str(folder)], stdout=log, stderr=log
        )
        try:
            deadline = time.monotonic() + STARTS_WITHIN_SECONDS
            while not target.exists() or not target.read_text(encoding="utf-8").rstrip().endswith("}"):
                if process.poll() is not None or time.monotonic() > deadline:
                    last = (folder / "service.log").read_text(encoding="utf-8").strip().splitlines()[-1:]
                    raise targets.BadTarget(f"the service did not start: {' '.join(last)}")
                time.sleep(0.1)
            yield target
        finally:
            process.send_signal(signal.SIGTERM)
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(20)
            process.kill()


def files(out: Path) -> running.Files:
    """Where a run of ours reads and writes."""
    return running.Files(
        out=out,
        sources=Path("contracts/openapi/v1"),
        waivers=HERE / "waivers.toml",
        lock=HERE / "lock.json",
        routes=out / "service" / "routes.json",
    )


def once(out: Path, options: gather.Options, *, lock: bool = False) -> int:
    """One run on a service of its own."""
    try:
        with service(out / "service") as target:
            return running.conform(targets.read(target), options, files(out), update_lock=lock)
    except targets.BadTarget as error:
        print(f"conformance: {error}", file=sys.stderr)
        return running.BROKEN


def nightly(out: Path) -> int:
    """Fuzzing with three seeds, every plant, three identical runs."""
    codes = []
    for seed in (1, 2, 3):
        options = gather.Options(
            out / "fuzz", phases=("fuzzing",), seed=seed, max_examples=1000, explanations=EXPLAINED
        )
        codes.append(once(out / f"fuzz-{seed}", options))
    codes.append(subprocess.run([sys.executable, "-m", "tests.conformance.plants"], check=False).returncode)
    codes += [once(out, gather.Options(out / "work", explanations=EXPLAINED)) for _ in range(3)]
    return max(codes)


EXPLAINED = HERE / "explained.toml"


def main(arguments: list[str]) -> int:
    """Parse and run."""
    parser = argparse.ArgumentParser(description="Test the service against its contract.")
    parser.add_argument("--lock", action="store_true", help="write the numbers of this run when it is green")
    parser.add_argument("--nightly", action="store_true", help="fuzzing, every plant, three runs")
    parser.add_argument("--repeat", type=int, default=1, help="run that often; every sequence hash must be the same")
    given = parser.parse_args(arguments)
    os.environ.setdefault("SKELDIR_ENV", "ci")
    if given.nightly:
        return nightly(OUT)
    return max(
        once(OUT, gather.Options(OUT / "work", explanations=EXPLAINED), lock=given.lock) for _ in range(given.repeat)
    )


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
