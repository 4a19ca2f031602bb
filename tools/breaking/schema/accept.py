"""Does a compiled schema accept a value? The plain reading of JSON Schema, used to check what the search proposes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeAlias

from tools.breaking.schema import patterns, values
from tools.breaking.schema.nodes import Atom, Group, Node, declared
from tools.breaking.schema.values import Json

Test: TypeAlias = Callable[[Node, Json], bool]
"""How schemas further in read a value."""


class OpaqueError(Exception):
    """The schema uses something that cannot be reasoned about."""


def matches(pattern: str, text: str) -> bool:
    """Whether the ECMA-262 `pattern` matches somewhere in `text`. Raises `OpaqueError` when the engine cannot compile it."""
    validator = patterns.validator(pattern)
    if validator is None:
        raise OpaqueError(pattern)
    return bool(validator.is_valid(text))


@dataclass(frozen=True, slots=True)
class Reader:
    """A way to read values: plainly, or as text on the wire, or as typed clients do."""

    wire: str = ""
    """`text` when every scalar arrives as text (URLs, headers, forms), `document` when everything may (XML)."""
    typed: bool = False
    """Whether an object that fits several branches of a `oneOf` counts as those that declare all its names."""

    def accepts(self, node: Node, value: Json) -> bool:
        """Whether `value` is valid against `node` as this reader reads it. Raises `OpaqueError`."""
        if not self.wire:
            return _accepts(node, value, self)
        text = values.text_of(value)
        if text is None:
            return _accepts(node, value, self) or (self.wire == "document" and _takes_any_text(node))
        plainly = Reader(typed=self.typed)
        readings = [value, *(values.parsed(text) if isinstance(value, str) else [text])]
        return any(_accepts(node, reading, plainly) for reading in readings)


PLAIN = Reader()


def accepts(node: Node, value: Json) -> bool:
    """Whether `value` is valid against `node`. Raises `OpaqueError`."""
    return _accepts(node, value, PLAIN)


def _takes_any_text(node: Node) -> bool:
    body = node.body
    plain = not (body.opaque or body.values or body.any_of or body.one_of or body.nots or body.conditions)
    return plain and "string" in body.kinds and not body.atoms.get("string") and all(map(_takes_any_text, body.every))


def _accepts(node: Node, value: Json, reader: Reader) -> bool:
    body = node.body
    if body.opaque:
        raise OpaqueError(body.opaque)
    kind = values.kind_of(value)
    if kind not in body.kinds:
        return False
    if body.values:
        key = values.key(value)
        if any(key not in allowed for allowed in body.values):
            return False
    test = reader.accepts
    return (
        all(_CHECKS[atom[0]](atom, value, test) for atom in body.atoms.get(kind, ()))
        and all(test(member, value) for member in body.every)
        and all(any(test(member, value) for member in group) for group in body.any_of)
        and all(_exactly_one(group, value, reader) for group in body.one_of)
        and not any(test(member, value) for member in body.nots)
        and all(test(then if test(case, value) else otherwise, value) for case, then, otherwise in body.conditions)
    )


def _exactly_one(group: tuple[Node, ...], value: Json, reader: Reader) -> bool:
    fitting = [member for member in group if reader.accepts(member, value)]
    if len(fitting) < 2 or not reader.typed or not isinstance(value, dict):
        return len(fitting) == 1
    sides = [declared(member) for member in fitting]
    candidates = [side for side in sides if side.is_map or not side.names or value.keys() <= side.names]
    return len(candidates) < 2


def holds(atom: Atom, value: Json) -> bool:
    """Whether `value`, of the kind that `atom` speaks of, satisfies it."""
    return _CHECKS[atom[0]](atom, value, accepts)


def _items(atom: Atom, value: list[Json], test: Test) -> bool:
    _, prefix, rest = atom
    if not all(test(node, item) for node, item in zip(prefix, value, strict=False)):
        return False
    return rest is None or all(test(rest, item) for item in value[len(prefix) :])


def _contains(atom: Atom, value: list[Json], test: Test) -> bool:
    count = sum(test(atom[1], item) for item in value)
    return bool(count >= atom[2] and (atom[3] is None or count <= atom[3]))


def _group(atom: Atom, value: dict[str, Json], test: Test) -> bool:
    return all(test(node, child) for name, child in value.items() for node in applied(atom[1], name))


def applied(group: Group, name: str) -> list[Node]:
    """Schemas of `group` that the property `name` must satisfy."""
    nodes = [group.properties[name]] if name in group.properties else []
    nodes += [node for pattern, node in group.patterns if matches(pattern, name)]
    return nodes if nodes or group.additional is None else [group.additional]


def is_listed(group: Group, name: str) -> bool:
    """Whether `properties` or `patternProperties` of `group` speak of `name`."""
    return name in group.properties or any(matches(pattern, name) for pattern, _ in group.patterns)


def _unique(value: list[Json]) -> bool:
    return len({values.key(item) for item in value}) == len(value)


_CHECKS: dict[str, Callable[[Atom, Any, Test], bool]] = {
    "ge": lambda atom, value, _: values.exact(value) >= atom[1],
    "gt": lambda atom, value, _: values.exact(value) > atom[1],
    "le": lambda atom, value, _: values.exact(value) <= atom[1],
    "lt": lambda atom, value, _: values.exact(value) < atom[1],
    "mult": lambda atom, value, _: atom[1] != 0 and values.exact(value) % atom[1] == 0,
    "nmult": lambda atom, value, _: atom[1] == 0 or values.exact(value) % atom[1] != 0,
    "int": lambda _, value, __: values.is_integer(value),
    "nint": lambda _, value, __: not values.is_integer(value),
    "minlen": lambda atom, value, _: len(value) >= atom[1],
    "maxlen": lambda atom, value, _: len(value) <= atom[1],
    "pat": lambda atom, value, _: matches(atom[1], value),
    "npat": lambda atom, value, _: not matches(atom[1], value),
    "minitems": lambda atom, value, _: len(value) >= atom[1],
    "maxitems": lambda atom, value, _: len(value) <= atom[1],
    "unique": lambda _, value, __: _unique(value),
    "dup": lambda _, value, __: not _unique(value),
    "items": _items,
    "contains": _contains,
    "item": lambda atom, value, test: atom[1] < len(value) and not test(atom[2], value[atom[1]]),
    "tail": lambda atom, value, test: any(not test(atom[2], item) for item in value[atom[1] :]),
    "minprops": lambda atom, value, _: len(value) >= atom[1],
    "maxprops": lambda atom, value, _: len(value) <= atom[1],
    "req": lambda atom, value, _: atom[1] in value,
    "abs": lambda atom, value, _: atom[1] not in value,
    "group": _group,
    "names": lambda atom, value, test: all(test(atom[1], name) for name in value),
    "dep": lambda atom, value, _: atom[1] not in value or all(name in value for name in atom[2]),
    "depschema": lambda atom, value, test: atom[1] not in value or test(atom[2], value),
    "has": lambda atom, value, test: atom[1] in value and not test(atom[2], value[atom[1]]),
    "matching": lambda atom, value, test: any(
        matches(atom[1], name) and not test(atom[2], value[name]) for name in value
    ),
    "other": lambda atom, value, test: any(
        not is_listed(atom[1], name) and not test(atom[2], value[name]) for name in value
    ),
    "badname": lambda atom, value, test: any(not test(atom[1], name) for name in value),
    "only": lambda atom, value, _: all(name in atom[1] for name in value),
}
