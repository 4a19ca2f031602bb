"""How long an author waits, beside the usual chain of tools on the same contracts: `python -m tests.bench.contracts`.

Cold is a command in a new process with nothing remembered; warm is from a save under `contracts watch` to its verdict, the time until
the save is noticed included. `contracts generate` makes the server and the bundles too, where the peers stop at models. The peers are
Redocly's lint and bundle, openapi-spec-validator and datamodel-code-generator, each at its best: one process for all files.
"""

from __future__ import annotations

import os
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from tools.cli.startup import BYTECODE
from tools.cli.watch import POLL_SECONDS, Watcher
from tools.mocks import service as mocks
from tools.openapi import bundle, link

ROOT = Path(__file__).parents[2]
BIN = Path(sys.executable).parent
REDOCLY = ROOT / "tools" / "node" / "node_modules" / ".bin" / "redocly"
ENVIRONMENT = {**os.environ, "REDOCLY_TELEMETRY": "off", "REDOCLY_SUPPRESS_UPDATE_NOTICE": "true"}
ENVIRONMENT.pop("PYTHONDONTWRITEBYTECODE", None)
"""Compiled Python is installed software, ours and the peers' alike; it is no result that somebody remembered."""
VALIDATE_ALL = """
import sys, yaml
from openapi_spec_validator import validate
for path in sys.argv[1:]:
    validate(yaml.load(open(path, encoding="utf-8"), Loader=yaml.CSafeLoader))
"""


class Taken(NamedTuple):
    """What a piece of work took at its best: what the machine can do when nothing else disturbs it."""

    wall: float
    cpu: float
    """User and system seconds of the processes that it started, which others on the machine hardly change."""


def seconds(work: Callable[[], object], *, times: int = 3) -> Taken:
    """Best of `times`, wall and CPU each."""
    walls, cpus = [], []
    for _ in range(times):
        cpu, began = _cpu_of_children(), time.perf_counter()
        work()
        walls.append(time.perf_counter() - began)
        cpus.append(_cpu_of_children() - cpu)
    return Taken(min(walls), min(cpus))


def _cpu_of_children() -> float:
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


def command(*arguments: str | Path) -> Callable[[], object]:
    def run() -> None:
        subprocess.run([str(item) for item in arguments], cwd=ROOT, env=ENVIRONMENT, capture_output=True, check=True)

    return run


def peers(folder: Path) -> dict[str, Callable[[], object]]:
    """The commands of the usual chain, working in `folder`."""
    sources = link.read(ROOT / "contracts" / "openapi" / "v1", display_root="contracts/openapi/v1")
    apis = [entry for entry in sources.entries if sources.documents[entry].value.get("paths")]
    bundles = [folder / "bundles" / f"{Path(entry).stem}.yaml" for entry in apis]
    for entry, path in zip(apis, bundles, strict=True):
        path.parent.mkdir(exist_ok=True)
        path.write_text(bundle.to_yaml(bundle.bundle(sources, entry)), encoding="utf-8")
    config = "tests/contracts/redocly.yaml"
    return {
        "redocly lint": command(REDOCLY, "lint", "--config", config, *apis),
        "redocly bundle": command(REDOCLY, "bundle", "--config", config, "--output", folder / "redocly", *apis),
        "openapi-spec-validator": command(sys.executable, "-c", VALIDATE_ALL, *bundles),
        "datamodel-code-generator": command(
            BIN / "datamodel-codegen", "--input", folder / "bundles", "--input-file-type", "openapi",
            "--output", folder / "models", "--disable-timestamp",
        ),
    }  # fmt: skip


def warm(folder: Path) -> Taken:
    """Median from a save of one operation to its verdict, and the CPU it takes."""
    shutil.copytree(ROOT / "contracts", folder / "contracts")
    contracts = folder / "contracts" / "openapi" / "v1"
    watcher = Watcher(contracts)
    watcher.look()
    path = contracts / "auth.yaml"
    text = path.read_text("utf-8")
    walls, cpus = [], []
    for number in range(15):
        path.write_text(text.replace("summary: Log in\n", f"summary: Log in {number}\n", 1), "utf-8")
        cpu = time.process_time()
        verdict = watcher.look()
        assert verdict.remaining == 0
        walls.append(verdict.seconds + POLL_SECONDS)
        cpus.append(time.process_time() - cpu)
    return Taken(statistics.median(walls), statistics.median(cpus))


def all_mocks() -> tuple[Taken, float]:
    """Until all sixteen mocks are healthy, and the megabytes of their process then."""
    started, megabytes = [], []
    for _ in range(3):
        began = time.perf_counter()
        service = mocks.Service()
        served = service.serve(mocks.plan(ROOT / "contracts" / "openapi" / "v1", any_port=True))
        wall = time.perf_counter() - began
        assert len(served) == 16
        status = Path(f"/proc/{service.process_id}/status").read_text()
        cpu = sum(map(int, Path(f"/proc/{service.process_id}/stat").read_text().split()[13:15])) / os.sysconf(
            "SC_CLK_TCK"
        )
        megabytes.append(int(status.partition("VmRSS:")[2].split()[0]) / 1024)
        started.append(Taken(wall, cpu))
        service.stop()
    return Taken(min(one.wall for one in started), min(one.cpu for one in started)), max(megabytes)


def check_everything() -> None:
    """With no result remembered."""
    for entry in (ROOT / "build" / "cache").glob("*"):
        if entry.name != Path(BYTECODE).name:
            shutil.rmtree(entry, ignore_errors=True)
    command(BIN / "contracts", "check")()


def check_and_generate(folder: Path) -> None:
    """With nothing remembered and nothing made."""
    shutil.rmtree(folder / "out", ignore_errors=True)
    check_everything()
    command(BIN / "contracts", "generate", "--out", folder / "out")()


def main() -> None:
    """Print the table."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        ours = {
            "contracts check": seconds(check_everything),
            "contracts check, then generate": seconds(lambda: check_and_generate(folder)),
        }
        theirs = {name: seconds(work) for name, work in peers(folder).items()}
        save = warm(folder)
        ready, megabytes = all_mocks()
    print(f"load of the machine {os.getloadavg()[0]:.1f}, {os.cpu_count()} cores; best of three")
    for title, rows in (("ours", ours), ("peers", theirs)):
        print(title)
        for label, cost in rows.items():
            print(f"  {label:34} {cost.wall:7.2f} s  {cost.cpu:7.2f} s CPU")
    judging = [theirs[name] for name in ("redocly lint", "redocly bundle", "openapi-spec-validator")]
    compare("verdict, cold (not below 5 x)", [ours["contracts check"]], judging)
    compare("verdict and code, cold (not below 5 x)", [ours["contracts check, then generate"]], list(theirs.values()))
    compare("save to verdict, warm (not below 20 x)", [save], judging)
    print(f"16 mocks ready after {ready.wall:.2f} s ({ready.cpu:.2f} s CPU in Node), {megabytes:.0f} MB")


def compare(label: str, ours: list[Taken], theirs: list[Taken]) -> None:
    """One line: seconds of both, and how many times faster we are, by the clock and by CPU."""
    our_wall, their_wall = (sum(one.wall for one in rows) for rows in (ours, theirs))
    our_cpu, their_cpu = (sum(one.cpu for one in rows) for rows in (ours, theirs))
    print(
        f"{label:42} {our_wall:6.2f} s against {their_wall:6.2f} s: {their_wall / our_wall:5.1f} x; "
        f"CPU {our_cpu:5.2f} s against {their_cpu:6.2f} s: {their_cpu / our_cpu:5.1f} x"
    )


if __name__ == "__main__":
    main()
