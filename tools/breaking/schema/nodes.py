"""Schemas compiled for reasoning: each `Node` knows its types, its finite values, its branches and its atomic assertions.

Atoms are tuples whose first item names them; `atoms.py` says what each means and how it is negated. Equal schemas, in one
document or two, carry the same `canon` number, which is what makes an unchanged part free to compare.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeAlias

from tools.breaking.schema.values import Json, Key

if TYPE_CHECKING:
    from collections.abc import Callable

Atom: TypeAlias = tuple[Any, ...]


@dataclass(slots=True)
class Group:
    """`properties`, `patternProperties` and `additionalProperties` of one schema object: they only mean something together."""

    properties: dict[str, Node]
    patterns: tuple[tuple[str, Node], ...]
    additional: Node | None
    is_map: bool
    """Whether keys beyond the declared ones are described by a schema (`additionalProperties: {...}`, `patternProperties`)."""


@dataclass(slots=True)
class Body:
    """Assertions of one schema object, sorted by how the search uses them."""

    kinds: frozenset[str]
    values: tuple[dict[Key, Json], ...] = ()
    every: tuple[Node, ...] = ()
    any_of: tuple[tuple[Node, ...], ...] = ()
    one_of: tuple[tuple[Node, ...], ...] = ()
    nots: tuple[Node, ...] = ()
    conditions: tuple[tuple[Node, Node, Node], ...] = ()
    atoms: dict[str, tuple[Atom, ...]] = field(default_factory=dict)
    opaque: str = ""
    """Why this schema cannot be reasoned about; empty for nearly all."""


class Node:
    """One schema, compiled when first looked into (which is what lets recursive schemas exist)."""

    __slots__ = ("_body", "_compile", "canon", "declared_memo", "raw", "role")

    def __init__(self, canon: int, role: str, raw: Json, compile_body: Callable[[], Body]) -> None:
        self.canon = canon
        self.role = role
        """`sender` or `receiver`: whose promise this schema is."""
        self.raw = raw
        self._compile = compile_body
        self._body: Body | None = None
        self.declared_memo: Declared | None = None

    @property
    def body(self) -> Body:
        """The compiled schema."""
        if self._body is None:
            self._body = self._compile()
        return self._body


@dataclass(slots=True)
class Declared:
    """Property names a schema speaks of, and whether it also describes names it does not list."""

    names: frozenset[str]
    offered: frozenset[str]
    """Those of `names` that it declares outright; a name that only stands in a condition is a constraint, not an offer."""
    is_map: bool


def declared(node: Node) -> Declared:
    """Names declared in place by `node`: through every applicator, but not inside property values."""
    if node.declared_memo is None:
        everywhere, outright = in_place(node, outright=False), in_place(node, outright=True)
        is_map = any(atom[0] == "group" and atom[1].is_map for member in everywhere for atom in _object_atoms(member))
        node.declared_memo = Declared(_names(everywhere), _names(outright), is_map)
    return node.declared_memo


def _object_atoms(node: Node) -> tuple[Atom, ...]:
    return node.body.atoms.get("object", ())


def _names(members: list[Node]) -> frozenset[str]:
    names: set[str] = set()
    for atom in (atom for member in members for atom in _object_atoms(member)):
        if atom[0] == "group":
            names.update(atom[1].properties)
        elif atom[0] == "req":
            names.add(atom[1])
    return frozenset(names)


def in_place(node: Node, *, outright: bool) -> list[Node]:
    """`node` and every schema applied to the same value, each once; `outright` leaves out `not` and conditions."""
    nodes: dict[int, Node] = {}
    waiting = [node]
    while waiting:
        current = waiting.pop()
        if id(current) in nodes:
            continue
        nodes[id(current)] = current
        waiting.extend(_applied(current.body, outright=outright))
    return list(nodes.values())


def _applied(body: Body, *, outright: bool) -> list[Node]:
    nodes = list(body.every)
    for group in (*body.any_of, *body.one_of):
        nodes.extend(group)
    if not outright:
        nodes += body.nots
        nodes += [node for condition in body.conditions for node in condition]
        nodes.extend(atom[2] for atom in body.atoms.get("object", ()) if atom[0] == "depschema")
    return nodes
