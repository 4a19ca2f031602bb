"""The atomic assertions, and what it means that one of them does not hold.

numbers  ge gt le lt (bound) · mult nmult (factor) · int nint
strings  minlen maxlen (count) · pat npat (pattern)
arrays   minitems maxitems (count) · unique dup · items (prefix, rest) · contains (node, least, most)
         item (index, node): that item exists and fails the node · tail (start, node): some item from `start` on fails it
objects  minprops maxprops (count) · req abs (name) · group (Group) · names (node) · dep (name, names) · depschema (name, node)
         has (name, node): present and failing · matching (pattern, node), other (Group, node): some such property fails
         badname (node): some name fails · only (names): no other names
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from tools.breaking.schema.nodes import Atom, Body, Group, Node, declared
from tools.breaking.schema.values import Json, Key


@dataclass(slots=True)
class Choice:
    """One way to satisfy a disjunction: all of this must hold."""

    pos: tuple[Node, ...] = ()
    neg: tuple[Node, ...] = ()
    atoms: tuple[Atom, ...] = ()
    excluded: dict[Key, Json] = field(default_factory=dict)

    @property
    def is_free(self) -> bool:
        """Whether nothing is asked for."""
        return not (self.pos or self.neg or self.atoms or self.excluded)


FREE = Choice()

_OPPOSITE = {
    "ge": "lt",
    "gt": "le",
    "le": "gt",
    "lt": "ge",
    "mult": "nmult",
    "pat": "npat",
    "req": "abs",
    "names": "badname",
}


def negated(atom: Atom) -> list[Choice]:
    """Every way in which `atom` can fail to hold."""
    name = atom[0]
    if name in _OPPOSITE:
        return [_atoms((_OPPOSITE[name], atom[1]))]
    if name in _COUNTS:
        opposite, step = _COUNTS[name]
        return [_atoms((opposite, atom[1] + step))] if atom[1] + step >= 0 else []
    return _STRUCTURES[name](atom)


_COUNTS = {
    "minlen": ("maxlen", -1),
    "maxlen": ("minlen", 1),
    "minitems": ("maxitems", -1),
    "maxitems": ("minitems", 1),
    "minprops": ("maxprops", -1),
    "maxprops": ("minprops", 1),
}


def _atoms(*atoms: Atom) -> Choice:
    return Choice(atoms=atoms)


def _items(atom: Atom) -> list[Choice]:
    _, prefix, rest = atom
    choices = [_atoms(("item", index, node)) for index, node in enumerate(prefix)]
    return choices if rest is None else [*choices, _atoms(("tail", len(prefix), rest))]


def _contains(atom: Atom) -> list[Choice]:
    _, node, least, most = atom
    choices = [_atoms(("contains", node, 0, least - 1))] if least else []
    return choices if most is None else [*choices, _atoms(("contains", node, most + 1, None))]


def _group(atom: Atom) -> list[Choice]:
    group: Group = atom[1]
    choices = [_atoms(("has", name, node)) for name, node in group.properties.items()]
    choices += [_atoms(("matching", pattern, node)) for pattern, node in group.patterns]
    return choices if group.additional is None else [*choices, _atoms(("other", group, group.additional))]


_STRUCTURES: dict[str, Callable[[Atom], list[Choice]]] = {
    "int": lambda _: [_atoms(("nint",))],
    "unique": lambda _: [_atoms(("dup",))],
    "items": _items,
    "contains": _contains,
    "group": _group,
    "dep": lambda atom: [_atoms(("req", atom[1]), ("abs", name)) for name in atom[2]],
    "depschema": lambda atom: [Choice(neg=(atom[2],), atoms=(("req", atom[1]),))],
}


def demands(body: Body, kind: str) -> tuple[tuple[Atom, ...], list[list[Choice]]]:
    """Demands on a value of `kind`: atoms, and disjunctions."""
    atoms: list[Atom] = []
    choices = [[Choice(pos=(node,)) for node in group] for group in body.any_of]
    choices += [
        [Choice(pos=(node,), neg=(*group[:at], *group[at + 1 :])) for at, node in enumerate(group)]
        for group in body.one_of
    ]
    for test, then, otherwise in body.conditions:
        choices.append([Choice(pos=(test, then)), Choice(pos=(otherwise,), neg=(test,))])
    for atom in body.atoms.get(kind, ()):
        if atom[0] == "dep":
            choices.append([_atoms(("abs", atom[1])), _atoms(*(("req", name) for name in atom[2]))])
        elif atom[0] == "depschema":
            choices.append([_atoms(("abs", atom[1])), Choice(pos=(atom[2],))])
        else:
            atoms.append(atom)
    return tuple(atoms), choices


def failures(node: Node, kind: str, *, literal: bool, depth: int = 0) -> list[Choice]:
    """Every way in which a value of `kind` can be refused by `node`; a free choice when it always is."""
    body = node.body
    if kind not in body.kinds:
        return [FREE]
    if body.opaque and depth:
        return [Choice(neg=(node,))]
    choices = [
        Choice(excluded={key: value for key, value in allowed.items() if key[0] == kind}) for allowed in body.values
    ]
    for member in body.every:
        choices += failures(member, kind, literal=literal, depth=depth + 1) if depth < 4 else [Choice(neg=(member,))]
    choices += [Choice(neg=group) for group in body.any_of]
    for group in body.one_of:
        choices += [Choice(neg=group), *_overlaps(group, kind, literal=literal)]
    choices += [Choice(pos=(member,)) for member in body.nots]
    for test, then, otherwise in body.conditions:
        choices += [Choice(pos=(test,), neg=(then,)), Choice(neg=(test, otherwise))]
    choices += [choice for atom in body.atoms.get(kind, ()) for choice in negated(atom)]
    return [FREE] if any(choice.is_free for choice in choices) else choices


def _overlaps(group: tuple[Node, ...], kind: str, *, literal: bool) -> list[Choice]:
    """Two branches of a `oneOf` hold at once. Unless literal, an object counts as both only with names that both declare."""
    pairs = [(first, second) for at, first in enumerate(group) for second in group[at + 1 :]]
    return [
        Choice(pos=pair, atoms=() if literal or kind != "object" else _shared_names(*pair))
        for pair in pairs
        if kind in pair[0].body.kinds and kind in pair[1].body.kinds
    ]


def _shared_names(first: Node, second: Node) -> tuple[Atom, ...]:
    sides = [declared(first), declared(second)]
    names = [side.names for side in sides if side.names and not side.is_map]
    return (("only", frozenset.intersection(*names)),) if names else ()
