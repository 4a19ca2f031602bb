"""Objects that satisfy a set of atoms.

Names are either listed somewhere or fresh; fresh names that match the same patterns are alike, so one of each class stands
for all.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from tools.breaking.schema import accept, outcome, values
from tools.breaking.schema.nodes import Atom, Group, Node
from tools.breaking.schema.outcome import NONE, UNKNOWN, Outcome
from tools.breaking.schema.values import Json, Key

if TYPE_CHECKING:
    from tools.breaking.schema.solver import Solver

# A fresh name is sought for every subset of the patterns: five make 32 searches, and each further one doubles them.
MAX_PATTERNS = 5
MAX_FILL = 60


@dataclass(slots=True)
class _Task:
    """Demands on an object, sorted."""

    least: int = 0
    most: int | None = None
    required: dict[str, None] = field(default_factory=dict)
    absent: set[str] = field(default_factory=set)
    groups: list[Group] = field(default_factory=list)
    names: list[Node] = field(default_factory=list)
    only: frozenset[str] | None = None
    failing: list[tuple[str, Node]] = field(default_factory=list)
    somewhere: list[Atom] = field(default_factory=list)
    unsure: bool = False
    fresh_memo: list[str] | None = None

    def known(self) -> dict[str, None]:
        """Every name mentioned anywhere, in order of appearance."""
        names = dict(self.required)
        for group in self.groups:
            names.update(dict.fromkeys(group.properties))
        for atom in self.somewhere:
            if atom[0] == "other":
                names.update(dict.fromkeys(atom[1].properties))
        names.update(dict.fromkeys(name for name, _ in self.failing))
        return names

    def patterns(self) -> list[str]:
        patterns = {pattern: None for group in self.groups for pattern, _ in group.patterns}
        for atom in self.somewhere:
            if atom[0] == "matching":
                patterns[atom[1]] = None
            elif atom[0] == "other":
                patterns.update({pattern: None for pattern, _ in atom[1].patterns})
        return list(patterns)


def _read(atoms: list[Atom], absent: frozenset[str]) -> _Task:
    task = _Task(absent=set(absent))
    for atom in atoms:
        match atom:
            case ("minprops", least):
                task.least = max(task.least, least)
            case ("maxprops", most):
                task.most = most if task.most is None else min(task.most, most)
            case ("req", name):
                task.required[name] = None
            case ("abs", name):
                task.absent.add(name)
            case ("only", names):
                task.only = names if task.only is None else task.only & names
            case _:
                _keep(task, atom)
    return task


def _keep(task: _Task, atom: Atom) -> None:
    match atom:
        case ("group", group):
            task.groups.append(group)
        case ("names", node):
            task.names.append(node)
        case ("has", name, node):
            task.failing.append((name, node))
        case _:
            task.somewhere.append(atom)


def object_(solver: Solver, atoms: list[Atom], excluded: dict[Key, Json], absent: frozenset[str]) -> Outcome:
    """An object that satisfies `atoms`, has none of the `absent` names and is not `excluded`."""
    task = _read(atoms, absent)
    failing: dict[str, list[Node]] = {name: [] for name in task.required}
    for name, node in task.failing:
        failing.setdefault(name, []).append(node)
    if any(not _may_have(task, name) for name in failing) or (task.most is not None and len(failing) > task.most):
        return NONE
    places = [_places(solver, task, atom, failing) for atom in task.somewhere]
    unknown = task.unsure
    for names in itertools.product(*places):
        plan = {name: list(nodes) for name, nodes in failing.items()}
        for name, atom in zip(names, task.somewhere, strict=True):
            plan.setdefault(name, []).extend(atom[-1:] if atom[0] != "badname" else [])
        result = _fill(solver, task, plan, excluded)
        if result.is_found:
            return result
        unknown = unknown or result.status == "unknown"
    return UNKNOWN if unknown else NONE


def _may_have(task: _Task, name: str) -> bool:
    if name in task.absent or (task.only is not None and name not in task.only):
        return False
    return all(accept.accepts(node, name) for node in task.names)


def _places(solver: Solver, task: _Task, atom: Atom, failing: dict[str, list[Node]]) -> list[str]:
    """Names that can carry the obligation `atom`: listed ones, and a fresh one of each class."""
    listed = dict.fromkeys([*failing, *task.known()])
    names = [name for name in listed if _may_have(task, name) and _concerns(atom, name)]
    if atom[0] == "badname":
        extra = solver.name(task.names, atom[1], tuple(listed))
        task.unsure = task.unsure or extra is UNKNOWN
        if extra.is_found and task.only is None:
            names.append(extra.value)
        return names
    return names + [name for name in _fresh(solver, task) if _concerns(atom, name)]


def _concerns(atom: Atom, name: str) -> bool:
    if atom[0] == "matching":
        return accept.matches(atom[1], name)
    if atom[0] == "other":
        group: Group = atom[1]
        return name not in group.properties and not any(accept.matches(pattern, name) for pattern, _ in group.patterns)
    return not accept.accepts(atom[1], name)


def _fresh(solver: Solver, task: _Task) -> list[str]:
    """Names mentioned nowhere, one for each set of patterns that a name can match."""
    if task.only is not None:
        return []
    if task.fresh_memo is None:
        patterns = task.patterns()
        if len(patterns) > MAX_PATTERNS:
            task.unsure = True
            patterns = patterns[:MAX_PATTERNS]
        fresh = []
        for signs in itertools.product((False, True), repeat=len(patterns)):
            atoms = tuple(("pat" if sign else "npat", pattern) for sign, pattern in zip(signs, patterns, strict=True))
            result = solver.fresh_name(task.names, atoms, (*task.known(), *task.absent))
            task.unsure = task.unsure or result.status == "unknown"
            if result.is_found:
                fresh.append(result.value)
        task.fresh_memo = fresh
    return task.fresh_memo


def _fill(solver: Solver, task: _Task, plan: dict[str, list[Node]], excluded: dict[Key, Json]) -> Outcome:
    """Values for the planned names, and further names until there are enough."""
    if task.most is not None and len(plan) > task.most:
        return UNKNOWN if len(task.somewhere) > 1 else NONE
    result: dict[str, Json] = {}
    status = NONE
    for name, failing in plan.items():
        value = solver.solve(_schemas(task, name), tuple(failing))
        if value is NONE:
            return NONE
        if not value.is_found:
            status = UNKNOWN
        result[name] = value.value
    if status is UNKNOWN:
        return UNKNOWN
    filled = _enlarge(solver, task, result, task.least)
    if not filled.is_found or values.key(filled.value) not in excluded:
        return filled
    larger = _enlarge(solver, task, dict(filled.value), len(filled.value) + 1)
    return larger if larger.is_found and values.key(larger.value) not in excluded else UNKNOWN


def _schemas(task: _Task, name: str) -> tuple[Node, ...]:
    return tuple(node for group in task.groups for node in accept.applied(group, name))


def _enlarge(solver: Solver, task: _Task, result: dict[str, Json], least: int) -> Outcome:
    if task.most is not None and least > task.most:
        return NONE
    unknown = task.unsure
    optional = (
        [name for name in task.known() if name not in result and _may_have(task, name)] if len(result) < least else []
    )
    for name in optional:
        if len(result) >= least:
            break
        value = solver.solve(_schemas(task, name), ())
        unknown = unknown or value.status == "unknown"
        if value.is_found:
            result[name] = value.value
    patterns = (
        [(kind, pattern) for pattern in task.patterns() for kind in ("pat", "npat")] if len(result) < least else []
    )
    for _ in range(MAX_FILL):
        if len(result) >= least:
            return outcome.success(result)
        if not _add_fresh(solver, task, result, patterns):
            break
    return UNKNOWN if unknown or patterns or least > MAX_FILL else NONE


def _add_fresh(solver: Solver, task: _Task, result: dict[str, Json], patterns: list[tuple[str, str]]) -> bool:
    if task.only is not None:
        return False
    for atoms in [(), *((atom,) for atom in patterns)]:
        name = solver.fresh_name(task.names, atoms, (*task.known(), *task.absent, *result))
        if name.is_found:
            value = solver.solve(_schemas(task, name.value), ())
            if value.is_found:
                result[name.value] = value.value
                return True
    return False
