"""Arrays that satisfy a set of atoms.

Length: an array longer than its obligations need can lose an item and stay a solution, so only lengths up to a bound are tried.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from tools.breaking.schema import outcome, values
from tools.breaking.schema.nodes import Atom, Node
from tools.breaking.schema.outcome import NONE, UNKNOWN, Outcome
from tools.breaking.schema.values import Json, Key

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tools.breaking.schema.solver import Solver

MAX_LENGTH = 2_000
# Plans multiply with each obligation. Past this number the result is "undecided", never a guess.
MAX_PLANS = 400


@dataclass(slots=True)
class _Task:
    """Demands on an array, sorted."""

    least: int = 0
    most: int | None = None
    unique: bool = False
    duplicate: bool = False
    layers: list[tuple[tuple[Node, ...], Node | None]] = field(default_factory=list)
    contains: list[tuple[Node, int, int | None]] = field(default_factory=list)
    failing: list[tuple[int, Node]] = field(default_factory=list)
    failing_from: list[tuple[int, Node]] = field(default_factory=list)

    @property
    def prefix(self) -> int:
        return max((len(prefix) for prefix, _ in self.layers), default=0)

    def at(self, index: int) -> list[Node]:
        """Schemas that the item at `index` must satisfy."""
        nodes = []
        for prefix, rest in self.layers:
            node = prefix[index] if index < len(prefix) else rest
            if node is not None:
                nodes.append(node)
        return nodes


def _read(atoms: list[Atom]) -> _Task:
    task = _Task()
    for atom in atoms:
        match atom:
            case ("minitems", least):
                task.least = max(task.least, least)
            case ("maxitems", most):
                task.most = most if task.most is None else min(task.most, most)
            case ("unique" | "dup" as name,):
                task.unique, task.duplicate = task.unique or name == "unique", task.duplicate or name == "dup"
            case (name, *rest):
                getattr(task, _LISTS[name]).append(tuple(rest))
            case _:
                continue
    return task


_LISTS = {"items": "layers", "contains": "contains", "item": "failing", "tail": "failing_from"}


def array(solver: Solver, atoms: list[Atom], excluded: dict[Key, Json]) -> Outcome:
    """An array that satisfies `atoms` and is not `excluded`."""
    task = _read(atoms)
    if task.unique and task.duplicate:
        return NONE
    shortest = max(
        [task.least, *(index + 1 for index, _ in task.failing), *(start + 1 for start, _ in task.failing_from)]
    )
    extra = sum(least for _, least, _ in task.contains) + len(task.failing_from) + 2 * task.duplicate
    longest = max(shortest, task.prefix) + extra + len(excluded)
    if task.most is not None:
        longest = min(longest, task.most)
    if shortest > MAX_LENGTH:
        return UNKNOWN
    unknown = False
    for length in range(shortest, longest + 1):
        result = _of_length(solver, task, length, excluded)
        if result.is_found:
            return result
        unknown = unknown or result is UNKNOWN
    return UNKNOWN if unknown else NONE


def _of_length(solver: Solver, task: _Task, length: int, excluded: dict[Key, Json]) -> Outcome:
    unknown = False
    for count, plan in enumerate(_plans(task, length)):
        if count >= MAX_PLANS:
            return UNKNOWN
        result = _fill(solver, task, length, plan)
        if result.is_found and values.key(result.value) not in excluded:
            return result
        unknown = unknown or result.status != "none"
    return UNKNOWN if unknown else NONE


@dataclass(slots=True)
class _Plan:
    """Further demands on the items of an array by index, and the two items that must be equal."""

    pos: dict[int, list[Node]]
    neg: dict[int, list[Node]]
    twins: tuple[int, int] | None = None


def _plans(task: _Task, length: int) -> Iterator[_Plan]:
    """Every way to spread the obligations over the items. Items beyond the prefixes are alike, so few places stand for all."""
    places = range(min(length, task.prefix + len(task.failing_from) + 2 * task.duplicate + 1))
    spots = [[place for place in places if place >= start] or [start] for start, _ in task.failing_from]
    pairs = list(itertools.combinations(places, 2)) if task.duplicate else [None]
    for indexes in itertools.product(*spots):
        for twins in pairs:
            for holders in itertools.product(*(_holders(entry, length, task) for entry in task.contains)):
                yield _plan(task, length, indexes, twins, holders)


def _holders(entry: tuple[Node, int, int | None], length: int, task: _Task) -> Iterator[frozenset[int]]:
    """Which items satisfy a `contains`. Without a maximum, the least number of them is enough."""
    _, least, most = entry
    top = least if most is None else min(most, length)
    # All subsets would be exponential in the length. Items past the prefix are alike, so the last ones stand for them.
    if length > task.prefix + 6:
        yield from (frozenset(range(length - size, length)) for size in range(least, top + 1) if size <= length)
        return
    for size in range(least, top + 1):
        yield from map(frozenset, itertools.combinations(range(length), size))


def _plan(
    task: _Task,
    length: int,
    indexes: tuple[int, ...],
    twins: tuple[int, int] | None,
    holders: tuple[frozenset[int], ...],
) -> _Plan:
    plan = _Plan({}, {}, twins)
    for index, node in task.failing:
        plan.neg.setdefault(index, []).append(node)
    for index, (_, node) in zip(indexes, task.failing_from, strict=True):
        plan.neg.setdefault(index, []).append(node)
    for (node, _, most), holder in zip(task.contains, holders, strict=True):
        for index in range(length):
            if index in holder:
                plan.pos.setdefault(index, []).append(node)
            elif most is not None:
                plan.neg.setdefault(index, []).append(node)
    return plan


def _fill(solver: Solver, task: _Task, length: int, plan: _Plan) -> Outcome:
    items: list[Json] = []
    constants: list[Node] = []
    for index in range(length):
        pos, neg = [*task.at(index), *plan.pos.get(index, ())], plan.neg.get(index, [])
        if plan.twins and index == plan.twins[1]:
            items.append(items[plan.twins[0]])
            continue
        if plan.twins and index == plan.twins[0]:
            pos += [*task.at(plan.twins[1]), *plan.pos.get(plan.twins[1], ())]
            neg = [*neg, *plan.neg.get(plan.twins[1], ())]
        result = solver.solve(tuple(pos), (*neg, *constants))
        if not result.is_found:
            alone = solver.solve(tuple(pos), tuple(neg)) if constants else result
            certain = alone is NONE or (result is NONE and task.prefix == 0 and not plan.neg and not plan.pos)
            return NONE if certain else UNKNOWN
        items.append(result.value)
        if task.unique:
            constants.append(solver.constant(result.value))
    return outcome.success(items)
