"""Problems of contracts as data: message, origin and what to write instead, in one form.

Every stage of every tool collects `Problem`s and fails once, with all of them. Nothing here knows YAML or OpenAPI.
"""

from __future__ import annotations

import enum
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable


class Severity(enum.Enum):
    """How bad a finding is. Only errors fail a run."""

    ERROR = "error"
    WARNING = "warning"
    INFO = "info"


class Origin(NamedTuple):
    """A place in a source file; line and column count from 1."""

    file: str
    line: int
    column: int

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}"


@dataclass(frozen=True, slots=True)
class Problem:
    """One finding."""

    rule: str
    """Stable id of the rule, lower-case with dashes: `duplicate-key`."""
    message: str
    """Message, a sentence without a full stop."""
    origin: Origin
    severity: Severity = Severity.ERROR
    hint: str | None = None
    """Advice: what to write instead."""

    def __str__(self) -> str:
        text = f"{self.origin}: {self.severity.value}[{self.rule}]: {self.message}"
        return f"{text}; {self.hint}" if self.hint else text


def has_errors(problems: Iterable[Problem]) -> bool:
    """Whether any of `problems` fails the run."""
    return any(problem.severity is Severity.ERROR for problem in problems)


def in_order(problems: Iterable[Problem]) -> list[Problem]:
    """`problems` as a reader walks the files, each once."""
    return sorted(dict.fromkeys(problems), key=lambda problem: (problem.origin, problem.rule, problem.message))


def refusal(problems: Iterable[Problem], most: int = 5) -> str:
    """Why something cannot be done with contracts: the first errors, a line each, and how many there are."""
    errors = [problem for problem in in_order(problems) if problem.severity is Severity.ERROR]
    more = [f"and {len(errors) - most} more; run `contracts check`"] if len(errors) > most else []
    return "\n".join([*map(str, errors[:most]), *more])


def to_text(problem: Problem, line_of: Callable[[Origin], str]) -> str:
    """`problem` with the line it stands on and a caret under the place.

    `line_of` gives the text of a line of a source file, or "" when there is none.
    """
    lines = [f"{problem.origin}: {problem.severity.value}[{problem.rule}]: {problem.message}"]
    excerpt = line_of(problem.origin)
    if excerpt:
        gutter = f"{problem.origin.line:>5} | "
        before = "".join("\t" if character == "\t" else " " for character in excerpt[: problem.origin.column - 1])
        lines += [f"{gutter}{excerpt}", f"{' ' * 5} | {before}^"]
    if problem.hint:
        lines.append(f"{' ' * 5} = {problem.hint}")
    return "\n".join(lines)
