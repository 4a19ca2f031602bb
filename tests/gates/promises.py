"""`python -m tests.gates.promises RESULTS.xml …`: every promise with its tests and their result; untested ones are open."""

from __future__ import annotations

import json
import sys
import xml.etree.ElementTree as ET
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Final

import yaml

from tests.gates.stage import ROOT

PROMISES: Final = ROOT / "contracts" / "governance" / "promises.yaml"
EVIDENCE: Final = ROOT / "build" / "evidence" / "promises.json"
WIDTH: Final = 68


@dataclass(slots=True)
class Promise:
    """One promise and what the tests say about it."""

    id: str
    promise: str
    gate: str
    number: str = ""
    passed: list[str] = field(default_factory=list)
    failed: list[str] = field(default_factory=list)

    @property
    def result(self) -> str:
        """FAIL when any of its tests failed or was skipped, PASS when there are tests, otherwise open."""
        if self.failed:
            return "FAIL"
        return "PASS" if self.passed else "open"


def read(path: Path = PROMISES) -> dict[str, Promise]:
    """The list of promises by id."""
    listed = yaml.safe_load(path.read_text())["promises"]
    return {row["id"]: Promise(row["id"], row["promise"], row["gate"], row.get("number", "")) for row in listed}


def judge(promises: dict[str, Promise], results: Iterable[Path]) -> list[str]:
    """Put test results to their promises. The answer names ids that tests claim and the list does not know."""
    unknown: set[str] = set()
    for path in results:
        for case in ET.parse(path).iter("testcase"):
            name = f"{case.get('classname')}::{case.get('name')}"
            bad = any(case.find(kind) is not None for kind in ("failure", "error", "skipped"))
            for item in case.iter("property"):
                promise = promises.get(item.get("value") or "") if item.get("name") == "promise" else None
                if promise is not None:
                    (promise.failed if bad else promise.passed).append(name)
                elif item.get("name") == "promise":
                    unknown.add(item.get("value") or "")
    return sorted(unknown)


def table(promises: Iterable[Promise]) -> list[str]:
    """One line per promise: id, result, promise, test."""
    return [f"{p.id:5} {p.result:4}  {_cut(p.promise):{WIDTH}}  {_test(p)}".rstrip() for p in promises]


def _cut(text: str) -> str:
    return text if len(text) <= WIDTH else text[: WIDTH - 1] + "…"


def _test(promise: Promise) -> str:
    names = sorted({name.partition("[")[0] for name in promise.failed or promise.passed})
    more = f" (+{len(names) - 1})" if len(names) > 1 else ""
    return f"{names[0]}{more}" if names else ""


def main(arguments: list[str]) -> int:
    """Print the table and keep it as evidence. Exit 1 when a tested promise fails or a test claims an unknown one."""
    promises = read()
    unknown = judge(promises, map(Path, arguments))
    print("\n".join(table(promises.values())))
    counts: dict[str, int] = defaultdict(int)
    for promise in promises.values():
        counts[promise.result] += 1
    print(f"\n{counts['PASS']} kept, {counts['FAIL']} broken, {counts['open']} open")
    EVIDENCE.parent.mkdir(parents=True, exist_ok=True)
    EVIDENCE.write_text(json.dumps([asdict(p) | {"result": p.result} for p in promises.values()], indent=2) + "\n")
    if unknown:
        print(
            f"tests claim promises that are not in {PROMISES.relative_to(ROOT)}: {', '.join(unknown)}", file=sys.stderr
        )
    return 1 if counts["FAIL"] or unknown else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
