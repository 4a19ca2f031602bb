"""From a fresh clone to the first revenue on the screen, and the second start. Run: `make bench-start`.

Packages come from wherever pip and uv find them; a warm download cache makes the first figure smaller.
"""

from __future__ import annotations

import os
import signal
import subprocess
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
LAST_LINE = "Revenue of today"


def main() -> None:
    """Clone, start twice, print three figures."""
    with tempfile.TemporaryDirectory() as folder:
        clone = Path(folder) / "skeldir"
        began = time.perf_counter()
        subprocess.run(["git", "clone", "--quiet", ROOT, clone], check=True)
        first = _seconds_to_revenue(clone, began)
        second = _seconds_to_revenue(clone, time.perf_counter())
        began = time.perf_counter()
        subprocess.run(["make", "install"], cwd=clone, check=True, capture_output=True)
        print(f"fresh clone to first revenue  {first:6.1f} s")
        print(f"second start to revenue       {second:6.1f} s")
        print(f"make install, nothing to do   {time.perf_counter() - began:6.2f} s")


def _seconds_to_revenue(clone: Path, began: float) -> float:
    """Start `make run` in `clone`; seconds from `began` until the revenue is printed; stop it as Ctrl-C does."""
    environment = {
        name: value for name, value in os.environ.items() if name not in {"DATABASE_URL", "MAKEFLAGS", "MAKELEVEL"}
    }
    run = subprocess.Popen(
        ["make", "run"],
        cwd=clone,
        env=environment | {"SKELDIR_PORT": "0"},
        stdout=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    assert run.stdout is not None
    last_line = next((line for line in run.stdout if line.startswith(LAST_LINE)), None)
    seconds = time.perf_counter() - began
    os.killpg(run.pid, signal.SIGINT)
    run.communicate(timeout=60)
    if last_line is None:
        raise RuntimeError("`make run` ended without showing revenue")
    return seconds


if __name__ == "__main__":
    main()
