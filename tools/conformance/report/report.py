"""Write the report of a run: `index.html`, `junit.xml`, `result.json`, `record.jsonl`, `sequence.txt`, and a pytest file for
every failure.
"""

from __future__ import annotations

import json
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

from tools.conformance.contract.locate import Locator
from tools.conformance.judge import evidence
from tools.conformance.mutate.mutation import Score
from tools.conformance.report import meter
from tools.conformance.report.page import Page
from tools.conformance.run import Result


@dataclass(frozen=True, slots=True)
class ReportSummary:
    """Place and verdict of a written report."""

    page: Path
    is_green: bool
    failures: int


def numbers_of(result: Result, score: Score, cells: dict[str, dict[str, meter.Cell]]) -> dict[str, float]:
    """The numbers that the ratchet holds."""
    implemented = set(result.contract.operations) - set(result.unimplemented)
    numbers: dict[str, float] = {
        "contract mutation score": score.value,
        "contract mutation score, waivers counted": score.raw,
        "mutants killed": len(score.killed),
        "operations implemented": len(implemented),
        "operations unimplemented": len(result.unimplemented),
        "waivers": len(score.waived),
        "explanations": len(result.explanations),
    }
    if result.mocks is not None:
        numbers["mock replies"] = result.mocks.replies
    for dimension, (count, total) in meter.totals(cells, implemented).items():
        if total:
            numbers[f"seen: {dimension}"] = count / total
    return numbers


def write(page: Page, folder: Path) -> ReportSummary:
    """Write every file of the report `page` to `folder`."""
    folder.mkdir(parents=True, exist_ok=True)
    failures = list(page.failures())
    result, locator, worse = page.result, page.locator, page.worse
    _write_tests(result, failures, folder / "failures")
    (folder / "index.html").write_text(page.render(), encoding="utf-8")
    _write_record(result, folder / "record.jsonl")
    (folder / "sequence.txt").write_text("".join(f"{line}\n" for line in result.requests), encoding="utf-8")
    _write_junit(result, failures, worse, locator, folder / "junit.xml")
    (folder / "result.json").write_text(json.dumps(_as_json(page, failures), indent=1) + "\n", encoding="utf-8")
    return ReportSummary(folder / "index.html", page.is_green, len(failures))


def _write_tests(result: Result, failures: list[Any], folder: Path) -> None:
    shutil.rmtree(folder, ignore_errors=True)
    by_id = {item.id: item for item in result.exchanges}
    for _, rule, operation, _, message, exchange in failures:
        if exchange in by_id:
            folder.mkdir(exist_ok=True)
            text = evidence.pytest_file(
                by_id[exchange], by_id[exchange].server, f"{rule}, {operation}: {message}".replace("\n", " ")[:300]
            )
            (folder / f"test_{exchange}.py").write_text(text, encoding="utf-8")


MOST_BYTES = 2000
"""Of a body, in the record."""


def _write_record(result: Result, path: Path) -> None:
    """Every exchange, one line each."""
    with path.open("w", encoding="utf-8") as lines:
        for item in result.exchanges:
            row = {
                "id": item.id,
                "operation": item.operation,
                "source": item.source,
                "purpose": f"{item.mode} {item.purpose}".strip(),
                "request": f"{item.method} {item.target[:MOST_BYTES]}",
                "headers": [(name, value[:200]) for name, value in item.headers],
                "body": (item.body or b"")[:MOST_BYTES].decode("utf-8", "backslashreplace"),
                "status": item.status,
                "reply": item.reply_body[:MOST_BYTES].decode("utf-8", "backslashreplace"),
            }
            lines.write(json.dumps(row) + "\n")


def _write_junit(result: Result, failures: list[Any], worse: list[str], locator: Locator, path: Path) -> None:
    """One test case per operation, plus one for the run itself and one for the ratchet."""
    suite = ET.Element("testsuite", name="conformance", time=f"{result.seconds.get('total', 0):.2f}")
    red = 0
    for key, operation in result.contract.operations.items():
        case = ET.SubElement(suite, "testcase", classname="conformance", name=key)
        if key in result.unimplemented:
            ET.SubElement(case, "skipped", message="answers 501: not implemented yet")
        for _, rule, failed, pointer, message, _ in failures:
            if failed == operation.key:
                red += 1
                text = f"{rule}: {message}"
                ET.SubElement(case, "failure", message=_clean(text[:300])).text = _clean(
                    f"{locator.line(pointer)}\n{text}"
                )
    for name, texts in (("the run itself", result.problems), ("nothing got worse", worse)):
        case = ET.SubElement(suite, "testcase", classname="conformance", name=name)
        for text in texts:
            red += 1
            ET.SubElement(case, "failure", message=_clean(text[:300]))
    suite.set("tests", str(len(result.contract.operations) + 2))
    suite.set("failures", str(red))
    ET.ElementTree(suite).write(path, encoding="utf-8", xml_declaration=True)


def _clean(text: str) -> str:
    """`text` without what XML cannot hold."""
    return "".join(character if character >= " " or character in "\n\t" else "\ufffd" for character in text)


def _as_json(page: Page, failures: list[Any]) -> dict[str, Any]:
    result, score, locator = page.result, page.score, page.locator
    return {
        "green": page.is_green,
        "numbers": page.numbers,
        "seconds": result.seconds,
        "sequence": result.sequence,
        "exchanges": len(result.exchanges),
        "mocks": {"mocks": result.mocks.mocks, "replies": result.mocks.replies} if result.mocks else None,
        "unimplemented": result.unimplemented,
        "problems": result.problems,
        "worse": page.worse,
        "failures": [
            {
                "verdict": who,
                "rule": rule,
                "operation": operation,
                "line": str(locator.line(pointer)),
                "message": message,
                "exchange": exchange,
            }
            for who, rule, operation, pointer, message, exchange in failures
        ],
        "dead": [
            {"line": str(locator.line(item.place)), "operator": item.operator, "text": item.text}
            for item in score.survived
        ],
        "waived": [
            {"line": str(locator.line(item.place)), "operator": item.operator, "text": item.text, "reason": reason}
            for item, reason in score.waived
        ],
        "cells": {
            key: {name: _cell(cell) for name, cell in row.items() if cell.total} for key, row in page.cells.items()
        },
    }


def _cell(cell: meter.Cell) -> dict[str, Any]:
    return {"seen": len(cell.covered), "of": cell.total, **({"missing": cell.missing} if cell.missing else {})}
