"""A rule: a function from a contract to its findings, named after the demand."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace

from tools.openapi.problems import Origin, Problem
from tools.rules.contract import Contract

Check = Callable[[Contract], Iterator[Problem]]


def finding(origin: Origin, message: str, hint: str | None = None) -> Problem:
    """One place where a rule does not hold; the rule adds its name."""
    return Problem("", message, origin, hint=hint)


@dataclass(frozen=True, slots=True)
class Rule:
    """One thing that every contract keeps to."""

    id: str
    """Lower-case with dashes: the name of the function."""
    group: str
    """The module it stands in: `schemas`, `security`."""
    reason: str
    """The demand and its reason: the docstring of the function."""
    check: Check

    def problems(self, contract: Contract) -> Iterator[Problem]:
        """Findings of this rule, as problems under its name."""
        return (replace(problem, rule=self.id) for problem in self.check(contract))


def rules_of(group: str, checks: Iterable[Check]) -> tuple[Rule, ...]:
    """The functions of one module as rules."""
    return tuple(
        Rule(check.__name__.replace("_", "-"), group, inspect.cleandoc(check.__doc__ or ""), check) for check in checks
    )
