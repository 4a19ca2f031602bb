"""The rules that every contract keeps to, one function each, grouped by what they look at.

Owns: what is a mistake in a contract that can be read and linked. Does not own: reading (`source`), linking (`link`), showing
findings (`problems`). A rule is found by name in `ALL`; `contracts/rules/<id>/` has its good and its bad example.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from tools.rules import (
    examples,
    generated,
    governance,
    hygiene,
    lifecycle,
    lists,
    money,
    operations,
    properties,
    reading,
    references,
    responses,
    schemas,
    security,
    structure,
)
from tools.rules.contract import Contract
from tools.rules.rule import Rule

if TYPE_CHECKING:
    from tools.openapi.problems import Problem

__all__ = ["ALL", "WHOLE", "Contract", "Rule", "check", "check_each", "check_whole"]

_GROUPS = (
    reading,
    structure,
    references,
    schemas,
    examples,
    operations,
    security,
    responses,
    properties,
    money,
    lists,
    lifecycle,
    hygiene,
    governance,
    generated,
)

ALL: dict[str, Rule] = {rule.id: rule for group in _GROUPS for rule in group.RULES}
"""Every rule by its id, in the order in which they run."""


WHOLE = frozenset(
    {
        "unique-operation-id",
        "distinct-paths",
        "used-components",
        "deprecation-is-dated",
        "governance-code",
        "channel-code",
        "personal-key",
        "problem-registry",
        "mapped-event",
        "mock-port",
        "generated-is-current",
    }
)
"""Rules that compare files with each other. All others judge a file by itself and by what it refers to."""


def check(contract: Contract) -> list[Problem]:
    """Findings of all rules in `contract`."""
    return [problem for rule in ALL.values() for problem in rule.problems(contract)]


def check_whole(contract: Contract) -> list[Problem]:
    """Findings of the rules that compare files with each other."""
    return [problem for name in WHOLE for problem in ALL[name].problems(contract)]


def check_each(contract: Contract) -> list[Problem]:
    """Findings of the other rules: each document by itself, with the parts it refers to."""
    return [problem for name, rule in ALL.items() if name not in WHOLE for problem in rule.problems(contract)]
