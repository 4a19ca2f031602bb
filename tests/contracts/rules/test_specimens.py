"""Each rule finds exactly what its bad example says, and nothing in its good one."""

from __future__ import annotations

from pathlib import Path

import pytest

from tools import rules
from tools.rules import specimens

ROOT = Path(__file__).parents[3]
EVERY_RULE = pytest.mark.parametrize("rule", rules.ALL.values(), ids=lambda rule: rule.id)


@EVERY_RULE
def test_the_bad_example_has_exactly_the_findings_it_names(rule: rules.Rule) -> None:
    expected = specimens.expected(specimens.path_of(ROOT, rule, "bad"))
    assert expected
    assert specimens.found(ROOT, rule, "bad") == expected


@EVERY_RULE
def test_the_good_example_has_no_findings(rule: rules.Rule) -> None:
    assert specimens.path_of(ROOT, rule, "good").is_file()
    assert specimens.found(ROOT, rule, "good") == []


@EVERY_RULE
def test_a_rule_gives_its_reason_in_full_sentences(rule: rules.Rule) -> None:
    assert len(rule.reason) > 40
    assert rule.reason.endswith(".")


def test_every_folder_of_examples_belongs_to_a_rule() -> None:
    folders = {path.name for path in (ROOT / "contracts" / "rules").iterdir() if path.is_dir()}
    assert folders == set(rules.ALL)
