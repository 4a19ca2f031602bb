"""Agreement with the shared cases, where they are; every disagreement has its reason written down."""

from pathlib import Path

import pytest

from tests.bench.breaking import cases

REASONS = Path(__file__).parent / "disagreements.md"


@pytest.fixture(scope="module")
def differ():
    if not cases.present():
        pytest.skip(cases.ABSENT)
    pairs = cases.load()
    return cases.disagreements(pairs, cases.verdicts(pairs)), len(pairs)


def test_eighteen_of_nineteen_verdicts_agree(differ):
    different, total = differ
    assert len(different) * 19 <= total


def test_every_disagreement_is_explained_and_no_other(differ):
    different, _ = differ
    explained = {line.split("|")[1].strip() for line in REASONS.read_text().splitlines() if line.startswith("| od-")}
    assert set(different) == explained
