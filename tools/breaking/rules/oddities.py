"""Operations that reach a schema of which nobody can say what it accepts: they are left out, and everything else is compared."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, NamedTuple

from tools.breaking.input import validity
from tools.breaking.input.documents import At

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tools.breaking.input.documents import Spec
    from tools.openapi.problems import Problem


class Undecided(NamedTuple):
    """An operation that was not compared, and the schema that is the cause."""

    operation: str
    problem: Problem


def between(key: str, base: tuple[Spec, Iterable[At]], head: tuple[Spec, Iterable[At]]) -> list[Undecided]:
    """The reasons to leave an operation out: its odd schemas on either side, unless both sides say the same.

    Each side is a document and the values that the operation is made of.
    """
    sides = [(spec, list(values)) for spec, values in (base, head)]
    if not any(spec.odd for spec, _ in sides):
        return []
    reached = [_closure(spec, values) for spec, values in sides]
    problems = {
        str(problem): problem
        for (spec, _), parts in zip(sides, reached, strict=True)
        for (file, pointer), problem in spec.odd.items()
        if any(part.file == file and _is_below(pointer, part.pointer) for part in parts)
    }
    if not problems or _text(reached[0]) == _text(reached[1]):
        return []
    return [Undecided(key, problem) for problem in problems.values()]


def _closure(spec: Spec, values: list[At]) -> list[At]:
    """`values` and everything that they refer to, in the order of the references."""
    parts = list(values)
    visited = {(at.file, at.pointer) for at in parts}
    for at in parts:
        for reference in validity.references(at.raw):
            target = At(*spec.target(reference, at.file))
            if (target.file, target.pointer) not in visited:
                visited.add((target.file, target.pointer))
                parts.append(target)
    return parts


def _text(parts: list[At]) -> str:
    return json.dumps([at.raw for at in parts], sort_keys=True)


def _is_below(pointer: str, above: str) -> bool:
    return pointer == above or pointer.startswith(f"{above}/")
