"""The shared cases: pairs of documents with another checker's verdicts, read where they are and never copied."""

from __future__ import annotations

import gzip
import json
from pathlib import Path
from typing import Any

from tools.breaking import batch
from tools.breaking.rules import lifecycle
from tools.breaking.rules.options import Options

Json = Any
FOLDER = Path("../shared/cases")
PAIRS = FOLDER / "breaking-dev.jsonl.gz"
RULES = FOLDER / "breaking-rules.json"
ABSENT = f"{PAIRS} is not there: the shared cases are left out, everything else is run"
NOW = "2026-11-20"
_VERDICTS = {"error": "breaking", "warning": "warn", "info": "info"}
_POLICY = frozenset({"api-version-decreased", "api-version-not-bumped", "api-major-version-not-bumped"})


def present() -> bool:
    """Whether the cases are there."""
    return PAIRS.exists()


def load() -> list[Json]:
    """The pairs."""
    with gzip.open(PAIRS, "rt", encoding="utf-8") as lines:
        return [json.loads(line) for line in lines]


def serious_ids() -> set[str]:
    """The field's rule ids of level error or warning."""
    return {rule["id"] for rule in json.loads(RULES.read_text(encoding="utf-8")) if rule["level"] != "info"}


def verdicts(pairs: list[Json]) -> dict[str, str]:
    """Own verdict of each pair, without the three rules on `info.version`: breaking, warn, info or none."""
    now = lifecycle.parse_date(NOW)
    assert now is not None
    lines = (json.dumps({"id": pair["id"], "base": pair["base"], "revision": pair["revision"]}) for pair in pairs)
    return {answer["id"]: _verdict(answer) for answer in batch.answers(lines, Options(now))}


def _verdict(answer: Json) -> str:
    levels = {finding["level"] for finding in answer["findings"] if finding["id"] not in _POLICY}
    return next((_VERDICTS[level] for level in ("error", "warning", "info") if level in levels), "none")


def gate(verdict: str) -> str:
    """The verdict as a gate acts on it: information and nothing both pass."""
    return verdict if verdict in {"breaking", "warn"} else "pass"


def disagreements(pairs: list[Json], own: dict[str, str]) -> dict[str, tuple[str, str]]:
    """Pairs whose verdicts differ at the gate: id to (theirs, under their newer levels; ours)."""
    theirs = {pair["id"]: pair["verdict_v1.30_levels"] for pair in pairs}
    return {name: (theirs[name], verdict) for name, verdict in own.items() if gate(verdict) != gate(theirs[name])}
