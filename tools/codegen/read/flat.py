"""A schema as the conjunction of plain parts: references followed, `allOf` taken apart, nothing merged yet."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from tools.openapi.node import Node

ANNOTATIONS = frozenset(
    "title description default example examples deprecated readOnly writeOnly externalDocs xml $comment summary nullable "
    "$schema $id $anchor $dynamicAnchor $recursiveAnchor $recursiveRef $defs definitions discriminator".split()
)
JSON_TYPES = ("null", "boolean", "integer", "number", "string", "array", "object")

_TYPE_OF_KEYWORD = {
    **dict.fromkeys(("properties", "required", "additionalProperties", "minProperties", "maxProperties"), "object"),
    **dict.fromkeys(("patternProperties", "propertyNames", "dependentRequired", "unevaluatedProperties"), "object"),
    **dict.fromkeys(("items", "prefixItems", "minItems", "maxItems", "uniqueItems", "contains"), "array"),
    **dict.fromkeys(("minLength", "maxLength", "pattern", "format", "contentEncoding"), "string"),
    **dict.fromkeys(("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf"), "number"),
}


def is_annotation(key: str) -> bool:
    """Whether `key` says nothing about which values are valid."""
    return key in ANNOTATIONS or key.startswith("x-")


@dataclass(frozen=True, slots=True)
class Flat:
    """Plain schemas that hold together."""

    parts: tuple[Node, ...]
    nodes: tuple[Node, ...] = ()
    """What they were taken from, whole."""

    def values(self, key: str) -> list[Any]:
        """Every value of keyword `key`."""
        return [part.value[key] for part in self.parts if isinstance(part.value, dict) and key in part.value]

    def children(self, key: str) -> Iterator[Node]:
        """Every node at keyword `key`."""
        for part in self.parts:
            child = part.get(key)
            if child is not None:
                yield child.target() if key == "properties" else child

    def has(self, key: str) -> bool:
        """Whether any part has keyword `key`."""
        return any(isinstance(part.value, dict) and key in part.value for part in self.parts)

    @property
    def keywords(self) -> set[str]:
        """Keywords that decide about values."""
        return {
            key for part in self.parts if isinstance(part.value, dict) for key in part.value if not is_annotation(key)
        }

    @property
    def is_impossible(self) -> bool:
        """Whether the types that the parts say have nothing in common."""
        return not self.types() and self.has("type")

    def types(self) -> tuple[str, ...]:
        """JSON types that are possible, in a fixed order; empty when nothing is said and nothing can be guessed."""
        declared = [_declared(part) for part in self.parts if isinstance(part.value, dict) and "type" in part.value]
        if not declared:
            guessed = {_TYPE_OF_KEYWORD[key] for key in self.keywords if key in _TYPE_OF_KEYWORD}
            return tuple(kind for kind in JSON_TYPES if kind in guessed)
        possible = set(declared[0]).intersection(*declared[1:])
        if "integer" in set().union(*declared) and all({"integer", "number"} & set(one) for one in declared):
            possible.add("integer")
        return tuple(
            kind for kind in JSON_TYPES if kind in possible and not (kind == "integer" and "number" in possible)
        )


def _declared(part: Node) -> set[str]:
    declared = part.value["type"]
    kinds = declared if isinstance(declared, list) else [declared]
    return {*kinds, "null"} if part.is_nullable else set(kinds)


def flatten(*nodes: Node) -> Flat:
    """The parts of `nodes`, which hold together. A circle of `allOf` is cut where it closes."""
    parts: list[Node] = []
    visited: set[tuple[str, str]] = set()
    for node in nodes:
        _collect(node, parts, visited)
    return Flat(tuple(parts), nodes)


def _collect(node: Node, parts: list[Node], visited: set[tuple[str, str]]) -> None:
    if node.place in visited:
        return
    visited.add(node.place)
    if node.is_reference:
        siblings = {key: value for key, value in node.value.items() if key != "$ref"}
        if any(not is_annotation(key) for key in siblings):
            _collect_part(Node(node.sources, node.file, node.pointer, siblings), parts, visited)
        _collect(node.step(), parts, visited)
    else:
        _collect_part(node, parts, visited)


def _collect_part(node: Node, parts: list[Node], visited: set[tuple[str, str]]) -> None:
    branches = node.get("allOf")
    if branches is None:
        parts.append(node)
        return
    rest = {key: value for key, value in node.value.items() if key != "allOf"}
    if any(not is_annotation(key) for key in rest):
        parts.append(Node(node.sources, node.file, node.pointer, rest))
    for branch in branches.elements():
        _collect(branch, parts, visited)


def is_plain_reference(node: Node) -> bool:
    """Whether `node` is a reference and nothing else that decides about values."""
    return node.is_reference and all(key == "$ref" or is_annotation(key) for key in node.value)


def sole_reference(node: Node) -> Node | None:
    """The reference that `node` only annotates: itself, or the one branch of its `allOf`."""
    if is_plain_reference(node):
        return node
    branches = node.get("allOf") if isinstance(node.value, dict) else None
    if (
        branches is None
        or len(branches.value) != 1
        or any(key != "allOf" and not is_annotation(key) for key in node.value)
    ):
        return None
    only = branches.get(0)
    return sole_reference(only) if only is not None else None


def description(flat: Flat, node: Node) -> str:
    """Description of a schema: its own before those of its parts."""
    own = node.text("description") or node.text("title") if isinstance(node.value, dict) else None
    if own:
        return own
    texts = [part.text("description") or part.text("title") for part in flat.parts]
    return next((text for text in texts if text), "")
