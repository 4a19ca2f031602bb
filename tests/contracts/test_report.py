"""One finding reads the same in every form, and every form is what its readers expect."""

from __future__ import annotations

import json
from xml.etree import ElementTree as ET

import pytest

from tools.openapi import report
from tools.openapi.problems import Origin, Problem, Severity

LINE = "      minimum: 100"
FOUND = [
    Problem("ordered-bounds", "minimum 100 and maximum 10 leave no value", Origin("a.yaml", 6, 7), hint="swap them"),
    Problem("no-nullable", '`nullable` means "nothing" & <so>', Origin("a.yaml", 3, 7), Severity.WARNING),
]
REASONS = {
    "ordered-bounds": "A lower bound is not above its upper bound.",
    "has-success": "Every operation can succeed.",
}


def rendered(form: report.Form, findings: list[Problem] = FOUND) -> str:
    return report.render(findings, form, line_of=lambda _: LINE, reasons=REASONS)


def test_text_shows_the_line_with_a_caret_and_the_hint_in_the_order_of_the_file() -> None:
    text = rendered("text")
    assert text.index("a.yaml:3:7") < text.index("a.yaml:6:7")
    assert text.endswith(
        "a.yaml:6:7: error[ordered-bounds]: minimum 100 and maximum 10 leave no value\n"
        "    6 |       minimum: 100\n"
        "      |       ^\n"
        "      = swap them"
    )


def test_json_is_a_list_of_findings() -> None:
    assert json.loads(rendered("json"))[1] == {
        "rule": "ordered-bounds",
        "severity": "error",
        "file": "a.yaml",
        "line": 6,
        "column": 7,
        "message": "minimum 100 and maximum 10 leave no value",
        "hint": "swap them",
    }


def test_sarif_lists_every_rule_and_points_results_at_them() -> None:
    run = json.loads(rendered("sarif"))["runs"][0]
    rules = [rule["id"] for rule in run["tool"]["driver"]["rules"]]
    assert rules == ["has-success", "no-nullable", "ordered-bounds"]
    result = run["results"][1]
    assert rules[result["ruleIndex"]] == result["ruleId"] == "ordered-bounds"
    assert result["level"] == "error"
    region = result["locations"][0]["physicalLocation"]["region"]
    assert region == {"startLine": 6, "startColumn": 7, "snippet": {"text": LINE}}


def test_junit_has_a_test_per_rule_and_only_errors_fail() -> None:
    suite = ET.fromstring(rendered("junit"))
    failed = [case.get("name") for case in suite if case.find("failure") is not None]
    assert (suite.get("tests"), suite.get("failures"), failed) == ("3", "1", ["ordered-bounds"])


def test_github_annotations_keep_each_finding_on_one_line() -> None:
    problem = Problem("x", "100 % wrong\nreally", Origin("a b.yaml", 1, 1))
    assert rendered("github", [problem]) == "::error file=a b.yaml,line=1,col=1,title=x::100 %25 wrong%0Areally"


@pytest.mark.parametrize("form", report.FORMS)
def test_no_findings_are_valid_in_every_form(form: report.Form) -> None:
    text = rendered(form, [])
    if form in ("json", "sarif"):
        json.loads(text)
    elif form == "junit":
        ET.fromstring(text)
    else:
        assert text == ""


def test_a_fingerprint_stays_when_the_finding_moves_and_changes_with_its_line() -> None:
    moved = Problem(FOUND[0].rule, FOUND[0].message, Origin("a.yaml", 60, 7))
    same = report.fingerprint(FOUND[0], lambda _: LINE)
    assert report.fingerprint(moved, lambda _: LINE) == same
    assert report.fingerprint(moved, lambda _: "minimum: 99") != same
