"""Findings in the form that a reader needs: people, programs, code scanning, test reports, annotations of a review.

All forms say the same: rule, place, message, hint. They are functions from problems to text; nothing is printed here.
"""

from __future__ import annotations

import hashlib
import html
import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Literal, TypeAlias, get_args

from tools.openapi import problems
from tools.openapi.problems import Origin, Problem, Severity

Form: TypeAlias = Literal["text", "json", "sarif", "junit", "github"]
FORMS: tuple[Form, ...] = get_args(Form)

LineOf: TypeAlias = Callable[[Origin], str]
"""Text of a source line, or "" when there is none."""

_SARIF_SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"
_SARIF_LEVELS = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.INFO: "note"}
_GITHUB_LEVELS = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.INFO: "notice"}


def render(findings: Sequence[Problem], form: Form, *, line_of: LineOf, reasons: Mapping[str, str]) -> str:
    """`found` in the given form, in the order in which a reader walks the files.

    `reasons` gives for each rule that ran why it is there; forms that list rules list all of them.
    """
    ordered = problems.in_order(findings)
    match form:
        case "text":
            return "\n\n".join(problems.to_text(problem, line_of) for problem in ordered)
        case "json":
            return json.dumps([_as_json(problem) for problem in ordered], indent=2, ensure_ascii=False)
        case "sarif":
            return json.dumps(_as_sarif(ordered, line_of, reasons), indent=2, ensure_ascii=False)
        case "junit":
            return _as_junit(ordered, reasons)
        case "github":
            return "\n".join(_as_annotation(problem) for problem in ordered)


def fingerprint(problem: Problem, line_of: LineOf) -> str:
    """Sixteen hex digits that stay the same while the file grows around the finding: rule, file, message, text of the line."""
    parts = (problem.rule, problem.origin.file, problem.message, line_of(problem.origin).strip())
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()[:16]


def _as_json(problem: Problem) -> dict[str, Any]:
    fields = {
        "rule": problem.rule,
        "severity": problem.severity.value,
        "file": problem.origin.file,
        "line": problem.origin.line,
        "column": problem.origin.column,
        "message": problem.message,
    }
    return {**fields, "hint": problem.hint} if problem.hint else fields


def _as_sarif(findings: Sequence[Problem], line_of: LineOf, reasons: Mapping[str, str]) -> dict[str, Any]:
    rules = sorted({*reasons, *(problem.rule for problem in findings)})
    driver = {
        "name": "contracts",
        "rules": [{"id": rule, "fullDescription": {"text": reasons.get(rule, rule)}} for rule in rules],
    }
    results = [_as_result(problem, line_of, rules.index(problem.rule)) for problem in findings]
    return {"$schema": _SARIF_SCHEMA, "version": "2.1.0", "runs": [{"tool": {"driver": driver}, "results": results}]}


def _as_result(problem: Problem, line_of: LineOf, rule_index: int) -> dict[str, Any]:
    region: dict[str, Any] = {"startLine": problem.origin.line, "startColumn": problem.origin.column}
    line = line_of(problem.origin)
    if line:
        region["snippet"] = {"text": line}
    place = {"artifactLocation": {"uri": problem.origin.file}, "region": region}
    return {
        "ruleId": problem.rule,
        "ruleIndex": rule_index,
        "level": _SARIF_LEVELS[problem.severity],
        "message": {"text": _sentence(problem)},
        "locations": [{"physicalLocation": place}],
        "partialFingerprints": {"contracts/v1": fingerprint(problem, line_of)},
    }


def _as_junit(findings: Sequence[Problem], reasons: Mapping[str, str]) -> str:
    """One test case per rule: it passes, or fails with every place where the rule does not hold."""
    by_rule: dict[str, list[Problem]] = {rule: [] for rule in sorted({*reasons, *(item.rule for item in findings)})}
    for problem in findings:
        by_rule[problem.rule].append(problem)
    failures = sum(problems.has_errors(items) for items in by_rule.values())
    lines = [
        '<?xml version="1.0" encoding="UTF-8"?>',
        f'<testsuite name="contracts" tests="{len(by_rule)}" failures="{failures}">',
    ]
    for rule, items in by_rule.items():
        if not problems.has_errors(items):
            lines.append(f'  <testcase classname="contracts" name="{html.escape(rule)}"/>')
            continue
        body = html.escape("\n".join(map(str, items)))
        lines += [
            f'  <testcase classname="contracts" name="{html.escape(rule)}">',
            f'    <failure message="{html.escape(items[0].message)}">{body}</failure>',
            "  </testcase>",
        ]
    return "\n".join([*lines, "</testsuite>"])


def _as_annotation(problem: Problem) -> str:
    """A workflow command of GitHub: the finding stands at its line in the review."""
    place = f"file={problem.origin.file},line={problem.origin.line},col={problem.origin.column},title={problem.rule}"
    text = _sentence(problem).replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")
    return f"::{_GITHUB_LEVELS[problem.severity]} {place}::{text}"


def _sentence(problem: Problem) -> str:
    return f"{problem.message}; {problem.hint}" if problem.hint else problem.message
