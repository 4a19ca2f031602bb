"""Accepted findings: by fingerprint, with a reason, an owner and a last day. The list may only shrink."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

from tools.breaking.input import inputs
from tools.breaking.input.documents import BadInputError
from tools.breaking.report.findings import Finding
from tools.breaking.rules import lifecycle
from tools.openapi import source
from tools.openapi.problems import Origin, Problem

Json = Any
FILE = Path(inputs.EXCEPTIONS)
_FIELDS = ("fingerprint", "id", "reason", "owner", "until")
_HEAD = "# Findings of `contracts breaking` that were accepted, each until its day. Written by `contracts accept`.\n"


def load(path: Path = FILE) -> list[dict[str, str]]:
    """Entries of the file; none when there is no file. Raises `BadInputError` when an entry is incomplete."""
    if not path.is_file():
        return []
    document, problems = source.load(path)
    entries = document.value if document is not None else []
    if not isinstance(entries, list):
        problems.append(Problem("no-list", "exceptions must be a list", Origin(path.as_posix(), 1, 1)))
        entries = []
    for index, entry in enumerate(entries):
        missing = [name for name in _FIELDS if not isinstance(entry, dict) or not entry.get(name)]
        if missing and document is not None:
            problems.append(
                Problem("incomplete-exception", f"this exception lacks {', '.join(missing)}", document.at(f"/{index}"))
            )
    if problems:
        raise BadInputError(problems)
    return [{name: str(value) for name, value in entry.items()} for entry in entries]


def apply(findings: list[Finding], now: dt.date, path: Path = FILE) -> None:
    """Mark the findings that are accepted today."""
    valid = {
        entry["fingerprint"]: entry
        for entry in load(path)
        if (lifecycle.parse_date(entry["until"]) or dt.date.min) >= now
    }
    for finding in findings:
        entry = valid.get(finding.fingerprint)
        if entry is not None and entry["id"] == finding.id:
            finding.accepted = f"{entry['reason']} ({entry['owner']}, until {entry['until']})"


def add(entry: dict[str, str], now: dt.date, path: Path = FILE) -> list[dict[str, str]]:
    """Write one more entry, in place of an older one for the same finding; returns all entries.

    Raises `BadInputError` when its last day is no date, or gone by.
    """
    until = lifecycle.parse_date(entry["until"])
    if until is None or until < now:
        reason = f"--until wants a date like 2027-01-31 that is still to come, not {entry['until']!r}"
        raise BadInputError([Problem("not-a-date", reason, Origin(path.as_posix(), 1, 1))])
    entries = [known for known in load(path) if known["fingerprint"] != entry["fingerprint"]] + [entry]
    path.parent.mkdir(parents=True, exist_ok=True)
    lines = [
        f"{'- ' if name == _FIELDS[0] else '  '}{name}: {_quoted(known[name])}" for known in entries for name in _FIELDS
    ]
    path.write_text(_HEAD + "\n".join(lines) + "\n", encoding="utf-8")
    return entries


def _quoted(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'
