"""The same cases, put to `redocly diff`: many cases to a document, one path each, so that Node starts a few times only."""

from __future__ import annotations

import json
import re
import subprocess
import tempfile
import time
from pathlib import Path
from typing import Any

from tests.bench.breaking.systematic import Case, Score

Json = Any
PROGRAM = Path("tools/node/node_modules/.bin/redocly")
CASES_PER_DOCUMENT = 250
_OWNER = re.compile(r"^#/(?:paths/~1|webhooks/|components/schemas/)[a-z]+(\d+)", re.IGNORECASE)


def is_installed() -> bool:
    """Whether the tool is there to compare with."""
    return PROGRAM.exists()


def score(chosen: list[Case]) -> Score:
    """Score of `redocly diff` on the `chosen` cases. Raises `RuntimeError` when it does not run."""
    result = Score("redocly diff")
    started = time.perf_counter()
    for start in range(0, len(chosen), CASES_PER_DOCUMENT):
        part = chosen[start : start + CASES_PER_DOCUMENT]
        impacts = _impacts(part)
        for number, case in enumerate(part):
            impact = impacts.get(number)
            result.add(case, "broken" if impact == "major" else "safe", silent=impact is None)
    result.seconds = time.perf_counter() - started
    return result


def _impacts(part: list[Case]) -> dict[int, str]:
    """Worst impact by number of case."""
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        (place / "redocly.yaml").write_text("extends:\n  - diff-recommended\n", encoding="utf-8")
        for name, documents in (("base", [case.base for case in part]), ("head", [case.head for case in part])):
            (place / f"{name}.json").write_text(json.dumps(_joined(documents)), encoding="utf-8")
        arguments = ["diff", "base.json", "head.json", "--format=json", "--config=redocly.yaml"]
        process = subprocess.run([PROGRAM.resolve(), *arguments], cwd=place, capture_output=True, check=False)
    try:
        report = json.loads(process.stdout)
    except ValueError:
        raise RuntimeError(f"redocly diff gave no JSON: {process.stderr.decode()[-500:]}") from None
    impacts: dict[int, str] = {}
    for change in report["changes"]:
        owner = _OWNER.match(change["path"])
        if owner and not change["path"].startswith("#/components") and impacts.get(int(owner[1])) != "major":
            impacts[int(owner[1])] = change["impact"]
    return impacts


def _joined(documents: list[Json]) -> Json:
    """One document with the paths, webhooks and components of all, renamed by number."""
    joined: Json = {
        "openapi": "3.1.0",
        "info": {"title": "Bench", "version": "1.0.0"},
        "paths": {},
        "webhooks": {},
        "components": {"schemas": {}},
    }
    for number, document in enumerate(documents):
        text = json.dumps(document).replace('"#/components/schemas/', f'"#/components/schemas/C{number}')
        copy = json.loads(text.replace('"postThings"', f'"postThings{number}"'))
        joined["paths"] |= {path.replace("/things", f"/c{number}"): item for path, item in copy["paths"].items()}
        joined["components"]["schemas"] |= {
            f"C{number}{name}": schema for name, schema in copy["components"]["schemas"].items()
        }
        if "webhooks" in copy:
            joined["webhooks"][f"w{number}"] = copy["webhooks"]["done"]
    return joined
