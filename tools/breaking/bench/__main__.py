"""`make bench-breaking`: every number of the checker, printed by one command."""

from __future__ import annotations

import datetime as dt
import gc
import sys
import time
from pathlib import Path

from tools.breaking import compare, documents, inputs, run
from tools.breaking.bench import cases, crosscheck, ids, large, redocly, systematic
from tools.breaking.documents import BadInputError
from tools.breaking.options import Options
from tools.contracts import source

PAIRS = 12_000
NOW = Options(dt.date(2026, 11, 20))


def main() -> int:
    """Print the numbers; 1 when one of them misses its target."""
    sys.setrecursionlimit(20_000)
    checks = [_crosscheck(), _systematic(), _ids(), _large(), _own(), _shared()]
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
    chosen = list(systematic.cases())
    _say("labels of the systematic set, sampled", f"{len(wrong)} contradicted by a document", good=not wrong)
    own = systematic.score("systematic set, own", systematic.own_answer, chosen)
    good = not own.missed and len(own.false) <= 0.005 * own.safe and len(own.unsure) <= 0.01 * len(chosen)
    good = _say("", own, good=good and not wrong)
    if redocly.is_installed():
        _say("", redocly.score(chosen))
    else:
        _say("redocly diff", "not installed: `make install-node`")
    return good


def _ids() -> bool:
    given = ids.given()
    if not cases.present():
        return _say("rule ids", f"{len(given)} given in all; {cases.ABSENT}")
    known = cases.serious_ids()
    return _say(
        "rule ids",
        f"{len(given & known)} of the field's {len(known)} error and warning ids, {len(given)} in all",
        good=len(given & known) >= 170,
    )


def _large() -> bool:
    before, after = large.texts()
    gc.collect()
    gc.disable()
    started = time.perf_counter()
    read = [source.parse(text, name=name)[0] for text, name in ((before, "base.json"), (after, "head.json"))]
    base, head = (documents.Spec("large", document, lambda _: None) for document in read if document is not None)
    result = compare.compare(base, head, NOW)
    seconds = time.perf_counter() - started
    gc.enable()
    text = f"{len(before) / 1e6:.1f} MB in {seconds:.1f} s (reading included), {len(result.findings)} findings"
    return _say("one large pair", text, good=seconds < 10)


def _own() -> bool:
    head = inputs.BUNDLES if Path(inputs.BUNDLES).is_dir() else inputs.SOURCES
    started = time.perf_counter()
    try:
        comparison = run.compare_all(head if not Path(inputs.BASELINES).is_dir() else inputs.BASELINES, head, NOW)
    except BadInputError as error:
        return _say("own contracts", error, good=False)
    seconds = time.perf_counter() - started
    return _say(
        "own contracts",
        f"{comparison.report.apis} APIs in {seconds:.2f} s: {comparison.report.counted()}",
        good=seconds < 0.3,
    )


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
