"""What a rule is: a function from a contract to what it finds, named after what it demands."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import NamedTuple

from tools.contracts.problems import Origin, Problem
from tools.contracts.rules.contract import Contract


class Found(NamedTuple):
    """One place where a rule does not hold."""

    origin: Origin
    message: str
    """What is wrong, in a sentence without a full stop."""
    hint: str | None = None
    """What to write instead."""


Check = Callable[[Contract], Iterator[Found]]


@dataclass(frozen=True, slots=True)
class Rule:
    """One thing that every contract keeps to."""

    id: str
    """Lower-case with dashes: the name of the function."""
    group: str
    """The module it stands in: `schemas`, `security`."""
    reason: str
    """What it demands and why: the docstring of the function."""
    check: Check

    def problems(self, contract: Contract) -> Iterator[Problem]:
        """What this rule finds, as problems under its name."""
        for found in self.check(contract):
            yield Problem(self.id, found.message, found.origin, hint=found.hint)


def rules_of(group: str, checks: Iterable[Check]) -> tuple[Rule, ...]:
    """The functions of one module as rules."""
    return tuple(
        Rule(check.__name__.replace("_", "-"), group, inspect.cleandoc(check.__doc__ or ""), check) for check in checks
    )
