"""Many pairs in one process: lines of JSON in, lines of JSON out."""

from __future__ import annotations

import datetime as dt
import gc
import json
from collections.abc import Iterable, Iterator
from typing import Any

from tools.breaking.input import documents, shapes
from tools.breaking.input.documents import BadInputError
from tools.breaking.rules import compare, lifecycle
from tools.breaking.rules.options import Options

Json = Any
BYTES_PER_SWEEP = 3_000_000
"""Input between two collections of garbage: a comparison is full of circles, and looking for them all the time is slow."""


def answers(lines: Iterable[str | bytes], options: Options) -> Iterator[dict[str, Json]]:
    """One answer for each line `{"id", "base", "revision", "now"?}`, in order; empty lines are passed over.

    A pair that cannot be compared has `error` (why) and `"semver": null`; the others are answered all the same.
    """
    waiting = 0
    for number, line in enumerate(lines, start=1):
        if line.strip():
            yield answer(line, number, options)
        waiting += len(line)
        # Collection is paused in this process. After enough input the cycles of past pairs are freed in one pass.
        if waiting > BYTES_PER_SWEEP:
            gc.collect()
            waiting = 0


def answer(line: str | bytes, number: int, options: Options) -> dict[str, Json]:
    """The answer to one line, whatever it holds."""
    try:
        entry = json.loads(line)
    except (ValueError, RecursionError) as error:
        return {"id": None, **_failed(f"line {number} is not JSON: {error}")}
    if not isinstance(entry, dict):
        return {"id": None, **_failed(f"line {number} is no JSON object")}
    identifier = entry.get("id")
    try:
        return {"id": identifier, **_compared(entry, number, options)}
    except BadInputError as error:
        return {"id": identifier, **_failed(str(error))}
    except RecursionError:
        return {"id": identifier, **_failed("the document nests too deeply")}
    except Exception as error:  # noqa: BLE001 - the edge: one pair must not cost the thousands after it
        return {"id": identifier, **_failed(f"the comparison itself failed: {type(error).__name__}: {error}")}


def _failed(reason: str) -> dict[str, Json]:
    """Nothing was compared, so nothing may be concluded: no step of version is offered either."""
    return {"findings": [], "semver": None, "error": reason}


def _compared(entry: dict[str, Json], number: int, options: Options) -> dict[str, Json]:
    missing = [word for word in ("base", "revision") if not isinstance(entry.get(word), dict)]
    if missing:
        return _failed(f"line {number} has no document at {' and '.join(missing)}")
    moment = entry.get("now")
    now = options.now if moment is None else lifecycle.parse_date(moment) if isinstance(moment, str) else None
    if now is None:
        return _failed(f"`now` is no date such as 2026-11-20: {moment!r}")
    base, head = documents.inline(entry["base"], "base"), documents.inline(entry["revision"], "revision")
    problems = [problem for spec in (base, head) for problem in documents.problems_of(spec) or shapes.problems_of(spec)]
    if problems:
        return _failed("; ".join(str(problem) for problem in problems))
    result = compare.compare(base, head, Options(now, options.grace_days, options.tolerant_enums))
    return {
        "findings": [finding.as_json() for finding in result.findings if not finding.is_quiet],
        "semver": result.semver,
    }


def line(found: dict[str, Json]) -> str:
    """One answer as a line of ASCII, whatever the documents contain."""
    return json.dumps(found, default=str)


def today() -> dt.date:
    """The clock, in UTC."""
    return dt.datetime.now(dt.UTC).date()
