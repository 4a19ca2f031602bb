"""A twelfth of the systematic set; `make bench-breaking` runs all of it."""

from tests.bench.breaking import systematic

CHOSEN = list(systematic.cases())[::12]


def test_no_label_is_contradicted_by_a_document():
    assert systematic.mislabelled(600) == []


def test_no_breaking_edit_is_missed_and_no_refactor_is_reported():
    score = systematic.score("sample", systematic.own_answer, CHOSEN)
    assert score.missed == []
    assert score.false == []
    assert score.noisy == []
    assert len(score.unsure) <= 0.01 * len(CHOSEN)
