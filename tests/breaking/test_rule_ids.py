"""Every rule id that the checker gives, with its worst level: a change of this list is a change for everybody who filters by id.

Takes some seconds, for it puts every keyword to every place, both ways. `python -m tests.bench.breaking.ids` writes the list anew.
"""

from pathlib import Path

import pytest

from tests.bench.breaking import cases, ids

LIST = Path(__file__).parent / "rule_ids.txt"
MILDER = {
    "request-parameter-default-value-added", "request-parameter-default-value-changed", "request-parameter-default-value-removed",
    "request-body-all-of-removed", "request-property-all-of-removed", "response-optional-property-removed",
    "request-body-prefix-items-removed", "request-property-prefix-items-removed",
    "response-body-prefix-items-added", "response-property-prefix-items-added",
    "request-parameter-list-of-types-narrowed", "request-parameter-property-list-of-types-narrowed",
    "response-required-property-became-not-write-only",
}  # fmt: skip
"""Ids of the field's that are information here: by its own newer levels (defaults, `allOf` that demands less, an optional property),
because the proof says the opposite (`prefixItems`), because URLs carry text (lists of types), or because replies only gain a property."""


# One worker finds them for both.
pytestmark = pytest.mark.xdist_group("rule-ids")


@pytest.fixture(scope="module")
def levels():
    return ids.levels_in_use()


def test_the_ids_and_their_levels_are_those_of_the_list(levels):
    assert (
        sorted(f"{level:<7} {name}" for name, level in levels.items()) == LIST.read_text(encoding="utf-8").splitlines()
    )


def test_the_fields_serious_ids_are_given_at_a_serious_level(levels):
    if not cases.present():
        pytest.skip(cases.ABSENT)
    known = cases.serious_ids()
    assert len(known & levels.keys()) == len(known) == 243
    assert {name for name in known & levels.keys() if levels[name] == "info"} == MILDER
