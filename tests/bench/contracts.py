"""How long an author waits, beside the usual chain of tools on the same contracts: `python -m tests.bench.contracts`.

Cold is a command in a new process with nothing remembered; warm is from a save under `contracts watch` to its verdict. The peers are
Redocly's lint and bundle, openapi-spec-validator and datamodel-code-generator, each at its best: one process for all files.
"""

from __future__ import annotations

import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from tools.contracts import bundle, link
from tools.contracts.watch import Watcher

ROOT = Path(__file__).parents[2]
BIN = Path(sys.executable).parent
REDOCLY = ROOT / "tools" / "node" / "node_modules" / ".bin" / "redocly"
ENVIRONMENT = {**os.environ, "REDOCLY_TELEMETRY": "off", "REDOCLY_SUPPRESS_UPDATE_NOTICE": "true"}
VALIDATE_ALL = """
import sys, yaml
from openapi_spec_validator import validate
for path in sys.argv[1:]:
    validate(yaml.load(open(path, encoding="utf-8"), Loader=yaml.CSafeLoader))
"""


def seconds(work: Callable[[], object], *, times: int = 3) -> float:
    """Best of `times`: what the machine can do when nothing else disturbs it."""
    best = []
    for _ in range(times):
        began = time.perf_counter()
        work()
        best.append(time.perf_counter() - began)
    return min(best)


def command(*arguments: str | Path) -> Callable[[], object]:
    def run() -> None:
        subprocess.run([str(item) for item in arguments], cwd=ROOT, env=ENVIRONMENT, capture_output=True, check=True)

    return run


def peers(folder: Path) -> dict[str, Callable[[], object]]:
    """The commands of the usual chain, working in `folder`."""
    sources = link.read(ROOT / "contracts" / "openapi" / "v1", shown="contracts/openapi/v1")
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


def warm(folder: Path) -> float:
    """Median time from a save of one operation to its verdict."""
    shutil.copytree(ROOT / "contracts", folder / "contracts")
    contracts = folder / "contracts" / "openapi" / "v1"
    watcher = Watcher(contracts)
    watcher.look()
    path = contracts / "auth.yaml"
    text = path.read_text("utf-8")
    taken = []
    for number in range(15):
        path.write_text(text.replace("summary: Log in\n", f"summary: Log in {number}\n", 1), "utf-8")
        verdict = watcher.look()
        assert verdict.remaining == 0
        taken.append(verdict.seconds)
    return statistics.median(taken)


def main() -> None:
    """Print the table."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        ours = {
            "contracts check": seconds(command(BIN / "contracts", "check")),
            "contracts generate (everything)": seconds(
                lambda: (
                    shutil.rmtree(folder / "out", ignore_errors=True),
                    shutil.rmtree(ROOT / "build" / "cache", ignore_errors=True),
                    command(BIN / "contracts", "generate", "--out", folder / "out")(),
                )
            ),
        }
        theirs = {name: seconds(work) for name, work in peers(folder).items()}
        save = warm(folder)
    for title, rows in (("ours", ours), ("peers", theirs)):
        print(title)
        for label, taken in rows.items():
            print(f"  {label:34} {taken:7.2f} s")
    chain, check = sum(theirs.values()), ours["contracts check"]
    judging = sum(theirs[name] for name in ("redocly lint", "redocly bundle", "openapi-spec-validator"))
    print(f"verdict, cold: {check:.2f} s against {judging:.2f} s of the peers that judge: {judging / check:.1f} x")
    print(f"everything, cold: {sum(ours.values()):.2f} s against {chain:.2f} s: {chain / sum(ours.values()):.1f} x")
    print(f"save to verdict: {save * 1000:.0f} ms against {judging:.2f} s: {judging / save:.0f} x")


if __name__ == "__main__":
    main()
