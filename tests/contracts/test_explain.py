"""A rule explains itself: reason, bad example with its findings, good example."""

from __future__ import annotations

from pathlib import Path

import pytest

from tools import rules
from tools.cli import explain

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize("name", rules.ALL)
def test_every_rule_shows_its_reason_and_both_examples(name: str) -> None:
    text = explain.explain(name, ROOT)
    assert rules.ALL[name].reason in text
    assert "Bad:" in text
    assert "Good:" in text
    assert "# finds" not in text


def test_an_unknown_rule_names_the_nearest_one() -> None:
    with pytest.raises(explain.UnknownRuleError, match=r"no rule 'no-nulable'; did you mean 'no-nullable'\?"):
        explain.explain("no-nulable", ROOT)


def test_the_overview_names_every_rule() -> None:
    assert all(name in explain.overview() for name in rules.ALL)
