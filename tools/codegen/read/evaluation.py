"""`unevaluatedProperties` and `unevaluatedItems`: whether a closed class says the same, or only the evaluator knows.

They look at what other keywords of the same schema have looked at, in branches too, so no part can be judged by itself.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from tools.codegen.read.flat import Flat
from tools.openapi.node import Node

CLOSES = "x-closes"
"""Mark of a part: no property is accepted beside those that are listed."""
KEEPS = "x-keeps"
"""Mark of a part: properties that are not listed are kept; the evaluator judges them."""

_WORDS = frozenset({"unevaluatedProperties", "unevaluatedItems"})
_BRANCHING = frozenset(
    "anyOf if then else dependentSchemas patternProperties additionalProperties unevaluatedItems propertyNames".split()
)
"""Keywords beside which a list of names does not say what is evaluated."""
_IN_PLACE = ("allOf", "anyOf", "oneOf")


def is_simple(flat: Flat, whole: Sequence[Node]) -> bool:
    """Whether the names that are listed in place decide what is accepted, for the whole schema at once."""
    tops = {place for node in whole for place in (node.place, node.target().place)}
    saying = [part for part in flat.parts if isinstance(part.value, dict) and _WORDS & part.value.keys()]
    if any(part.value.get("unevaluatedProperties") is not False or part.place not in tops for part in saying):
        return False
    schemas = [one for node in whole for one in _in_place(node, set())]
    count = sum("unevaluatedProperties" in one.value for one in schemas)
    return count == 1 and not any(_BRANCHING & one.value.keys() for one in schemas)


def _in_place(node: Node, visited: set[tuple[str, str]]) -> Iterator[Node]:
    """Every schema that judges the same value as `node`."""
    if node.place in visited or not isinstance(node.value, dict):
        return
    visited.add(node.place)
    yield node
    if node.is_reference:
        yield from _in_place(node.step(), visited)
    for key in _IN_PLACE:
        branches = node.get(key)
        for branch in branches.elements() if branches is not None else ():
            yield from _in_place(branch, visited)


def without(part: Node, mark: str) -> Node:
    """`part` with `mark` in place of what it says of the unevaluated."""
    if not isinstance(part.value, dict) or not _WORDS & part.value.keys():
        return part
    rest = {key: value for key, value in part.value.items() if key not in _WORDS}
    return Node(part.sources, part.file, part.pointer, {**rest, mark: True})
