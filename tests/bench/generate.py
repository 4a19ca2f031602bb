"""How long `contracts generate` takes, start of the process included: `python -m tests.bench.generate`. Fails when a target is missed.

Nothing changed, one operation edited, and the whole set with nothing kept from earlier runs; best of several, seconds of the clock
and of CPU. The edits are of one API: a summary, a new parameter, a new operation, a new property.
"""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).parents[2]
COMMAND = Path(sys.executable).with_name("contracts")
CONTRACTS = "contracts/openapi/v1"
TARGETS_SECONDS = {"nothing changed": 0.15, "one operation edited": 0.3, "everything, nothing kept": 2.0}
ROUNDS = 8
OPERATION = """
  /api/v1/revenue/bench{number}:
    get:
      operationId: getBench{number}
      tags: [revenue]
      security: []
      summary: Bench
      responses: {{'200': {{description: Bench., content: {{text/plain: {{schema: {{type: string}}}}}}}}}}
"""


class Taken(NamedTuple):
    """Seconds of one run."""

    clock: float
    cpu: float


def run(folder: Path) -> Taken:
    """One `contracts generate` in `folder`."""
    began = time.perf_counter()
    silence = os.open(os.devnull, os.O_WRONLY)
    process = os.posix_spawn(
        COMMAND, [str(COMMAND), "generate"], os.environ, file_actions=[(os.POSIX_SPAWN_DUP2, silence, 1)]
    )
    _, status, usage = os.wait4(process, 0)
    os.close(silence)
    if status:
        raise SystemExit(f"contracts generate failed in {folder}")
    return Taken(time.perf_counter() - began, usage.ru_utime + usage.ru_stime)


def edit(folder: Path, number: int) -> None:
    """One operation of one API, another way each time."""
    path = folder / CONTRACTS / "revenue.yaml"
    text = path.read_text("utf-8")
    if number % 2:
        text = text.replace("    get:\n", f"    get:\n      # {number}\n", 1).replace(
            "summary: ", f"summary: {number} ", 1
        )
    else:
        text = text.replace("\npaths:\n", f"\npaths:{OPERATION.format(number=number)}", 1)
    path.write_text(text, "utf-8")


def best(before: Callable[[int], object], folder: Path, rounds: int) -> Taken:
    """The least of several runs, each after `before`."""
    costs: list[Taken] = []
    for number in range(rounds):
        before(number)
        costs.append(run(folder))
    return Taken(min(one.clock for one in costs), min(one.cpu for one in costs))


def main() -> None:
    """Print the table."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        shutil.copytree(ROOT / "contracts", folder / "contracts")
        os.chdir(folder)

        def forget(_: int) -> None:
            shutil.rmtree("generated", ignore_errors=True)
            shutil.rmtree("build/cache/codegen", ignore_errors=True)

        rows = {
            "everything, nothing kept": best(forget, folder, 3),
            "nothing changed": best(lambda _: None, folder, ROUNDS),
            "one operation edited": best(lambda number: edit(folder, number), folder, ROUNDS),
        }
        os.chdir(ROOT)
    print(f"{'contracts generate':28}{'clock':>8}{'CPU':>8}   load {os.getloadavg()[0]:.1f}")
    for label, target in TARGETS_SECONDS.items():
        print(f"{label:28}{rows[label].clock:7.3f}s{rows[label].cpu:7.3f}s   target {target} s")
    sys.exit(any(rows[label].cpu > target for label, target in TARGETS_SECONDS.items()))


if __name__ == "__main__":
    main()
