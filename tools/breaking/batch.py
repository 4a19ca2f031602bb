"""Many pairs in one process: lines of JSON in, lines of JSON out."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterable, Iterator
from typing import Any

from tools.breaking import compare, documents, inputs, lifecycle
from tools.breaking.documents import BadInputError
from tools.breaking.sessions import Options

Json = Any


def answers(lines: Iterable[str], options: Options) -> Iterator[dict[str, Json]]:
    """One answer for each line `{"id", "base", "revision", "now"?}`; a pair that cannot be compared says why under `error`."""
    for entry, problem in inputs.batch(iter(lines)):
        identifier = entry.get("id") if isinstance(entry, dict) else None
        try:
            answer = _failed(problem) if problem else _answer(entry, options)
        except BadInputError as error:
            answer = _failed(str(error))
        except RecursionError:
            answer = _failed("the document nests too deeply")
        yield {"id": identifier, **answer}


def _failed(reason: str) -> dict[str, Json]:
    """Nothing was compared, so nothing may be concluded: no step of version is offered either."""
    return {"findings": [], "semver": None, "error": reason}


def _answer(entry: dict[str, Json], options: Options) -> dict[str, Json]:
    now = lifecycle.parse_date(str(entry["now"])) if "now" in entry else options.now
    if now is None:
        return _failed(f"`now` is no date: {entry['now']!r}")
    base, head = documents.inline(entry["base"], "base"), documents.inline(entry["revision"], "revision")
    problems = documents.problems_of(base) + documents.problems_of(head)
    if problems:
        return _failed("; ".join(str(problem) for problem in problems))
    result = compare.compare(base, head, Options(now, options.grace_days, options.tolerant_enums))
    return {"findings": [finding.as_json() for finding in result.findings], "semver": result.semver}


def line(answer: dict[str, Json]) -> str:
    """One answer as a line."""
    return json.dumps(answer, ensure_ascii=False, sort_keys=False, default=str)


def today() -> dt.date:
    """The clock, in UTC."""
    return dt.datetime.now(dt.UTC).date()
