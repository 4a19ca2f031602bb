"""`make bench-breaking`: every number of the checker, printed by one command."""

from __future__ import annotations

import os
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from tests.bench.breaking import cases, crosscheck, ids, large, redocly, systematic
from tools.breaking.input import inputs

PAIRS = 12_000


def main() -> int:
    """Print the numbers; 1 when one of them misses its target."""
    sys.setrecursionlimit(20_000)
    load, started = os.getloadavg()[0], time.perf_counter()
    print(f"load of this machine: {load:.1f} on {os.cpu_count()} processors", flush=True)
    checks = [_own(), _large(), _ids(), _shared(), _crosscheck(), _systematic()]
    print(f"{time.perf_counter() - started:.0f} s in all")
    return 0 if all(checks) else 1


def _say(title: str, text: object, *, good: bool = True) -> bool:
    print(f"{'ok  ' if good else 'MISS'} {title}: {text}", flush=True)
    return good


def _crosscheck() -> bool:
    count = crosscheck.run(seed=20261121, pairs=PAIRS)
    good = not count.unsound and not count.bad_witness and count.undecided <= 0.01 * count.pairs
    return _say("random schema pairs", count, good=good)


def _systematic() -> bool:
    wrong = systematic.mislabelled(3_000)
    all_cases = list(systematic.cases())
    _say("labels of the systematic set, sampled", f"{len(wrong)} contradicted by a document", good=not wrong)
    own = systematic.score("systematic set, own", systematic.own_answer, all_cases)
    good = not own.missed and len(own.false) <= 0.005 * own.safe and len(own.unsure) <= 0.01 * len(all_cases)
    good = _say("", own, good=good and not wrong)
    if redocly.is_installed():
        _say("", redocly.score(all_cases))
    else:
        _say("redocly diff", "not installed: `make install-node`")
    return good


def _ids() -> bool:
    levels = ids.levels_in_use()
    if not cases.present():
        return _say("rule ids", f"{len(levels)} given in all; {cases.ABSENT}")
    known = cases.serious_ids()
    both = known & levels.keys()
    serious = sum(levels[name] != "info" for name in both)
    text = (
        f"{len(both)} of the field's {len(known)} error and warning ids ({serious} of them at such a level here too),"
        f" {len(levels)} in all"
    )
    return _say("rule ids", text, good=len(both) >= 170)


def _large() -> bool:
    with tempfile.TemporaryDirectory() as folder:
        names = [Path(folder, name) for name in ("base.json", "head.json")]
        for path, text in zip(names, large.texts(), strict=True):
            path.write_text(text, encoding="utf-8")
        size = sum(path.stat().st_size for path in names) / 2e6
        timing = _timed(*map(str, names), expected=1)
    return _say("one large pair", f"two documents of {size:.1f} MB: {timing}", good=timing.cpu < LARGE_SECONDS)


LARGE_SECONDS, OWN_SECONDS = 10, 0.3


@dataclass(frozen=True, slots=True)
class _Timing:
    """Time of one run of the command, including process start: CPU seconds and elapsed seconds."""

    cpu: float
    wall: float

    def __str__(self) -> str:
        return f"{self.cpu:.2f} s of processor, {self.wall:.2f} s on the wall"


def _timed(*arguments: str, expected: int, runs: int = 1) -> _Timing:
    """The quickest of some runs of `contracts breaking`. Raises `RuntimeError` when one ends otherwise than expected."""
    command = [str(Path(sys.executable).with_name("contracts")), "breaking", *arguments]
    timings = []
    for _ in range(runs):
        before, started = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
        process = subprocess.run(command, capture_output=True, check=False)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        if process.returncode != expected:
            raise RuntimeError(f"{' '.join(command)}: {process.stdout.decode()}{process.stderr.decode()}")
        cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
        timings.append(_Timing(cpu, time.perf_counter() - started))
    return min(timings, key=lambda timing: timing.cpu)


def _own() -> bool:
    """Our own APIs: as they are, with one edited, and with every one edited, which nobody does."""
    base, head = inputs.BASELINES, inputs.BUNDLES
    same = _timed(base, head, expected=0, runs=5)
    good = _say("own contracts, nothing changed", same, good=same.cpu < OWN_SECONDS)
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder, "v1")
        shutil.copytree(head, copy)
        files = sorted(copy.rglob("*.yaml"))
        _retitle(files[:1])
        edited = _timed(base, str(copy), expected=0, runs=5)
        good = _say("own contracts, one changed", edited, good=edited.cpu < OWN_SECONDS) and good
        _retitle(files[1:])
        _say("own contracts, every one changed", _timed(base, str(copy), expected=0, runs=5))
    return good


def _retitle(files: list[Path]) -> None:
    for path in files:
        path.write_text(path.read_text(encoding="utf-8").replace("title: ", "title: New ", 1), encoding="utf-8")


def _shared() -> bool:
    if not cases.present():
        return _say("shared cases", cases.ABSENT)
    pairs = cases.load()
    started = time.perf_counter()
    own = cases.verdicts(pairs)
    differ = cases.disagreements(pairs, own)
    same = sum(own[pair["id"]] == pair["verdict_v1.30_levels"] for pair in pairs)
    share = 100 * (1 - len(differ) / len(pairs))
    text = (
        f"{len(pairs) - len(differ)} of {len(pairs)} verdicts agree at the gate ({share:.1f} %), {same} to the letter"
        f" (info and none told apart), {time.perf_counter() - started:.1f} s; the others: {' '.join(sorted(differ))}"
    )
    return _say("shared cases", text, good=share >= 95)


if __name__ == "__main__":
    sys.exit(main())
