"""Our models that learn over journeys in memory, each in a process of its own: `… ours FILE MODEL` prints seconds and totals as JSON."""

from __future__ import annotations

import gc
import json
import resource
import sys
import time
from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final

from impl.attribution.models import LEARNERS, RULES
from impl.attribution.models.journey import Journey, Touch, split
from impl.attribution.models.rules import Parameters
from impl.attribution.models.training import count
from tests.bench.attribution import journeys

_NOW: Final = datetime(2026, 11, 30, tzinfo=UTC)


def run(path: Path, model: str) -> dict[str, Any]:
    """Train on all journeys and credit every conversion in whole cents."""
    lines = journeys.read(path)
    rows = [
        Journey([Touch(name, _NOW - timedelta(seconds=age)) for name, age in zip(names, ages, strict=True)], converted)
        for names, ages, converted, _ in lines
    ]
    cents = [line[3] for line in lines]
    # The input is no part of what is measured, and neither is the collector walking over it.
    gc.collect()
    gc.freeze()
    begun, wall = time.process_time(), time.perf_counter()
    credit = _credit(model, rows)
    total: Counter[str] = Counter()
    for row, amount in zip(rows, cents, strict=True):
        if row.is_converted:
            total.update(credit(row).of(amount))
    seconds, wall = time.process_time() - begun, time.perf_counter() - wall
    assert sum(total.values()) == sum(cents)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    return {"seconds": round(seconds, 2), "wall": round(wall, 2), "peak mb": peak, "cents": dict(sorted(total.items()))}


def _credit(model: str, rows: list[Journey]) -> Any:
    rule = next((one for one in RULES if one.name == model), None)
    if rule is not None:
        return lambda row: split(rule.credit(row.touches, Parameters()))
    learner = next(one for one in LEARNERS if one.name == model)
    trained = learner.train(count(rows))
    known: dict[frozenset[str], Any] = {}

    def credit(row: Journey) -> Any:
        key = frozenset(row.channels)
        if key not in known:
            known[key] = split(learner.credit(row.touches, trained))
        return known[key]

    return credit


if __name__ == "__main__":
    print(json.dumps(run(Path(sys.argv[1]), sys.argv[2])))
