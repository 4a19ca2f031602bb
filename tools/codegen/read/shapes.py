"""How the text of a parameter reads, from its type: the small language of the runtime's `params`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tools.codegen import ir
from tools.codegen.read.scalars import kind_of_json

_TEXT = {"integer": "integer", "number": "number", "boolean": "boolean", "null": "null", "binary": "binary"}
_ORDER = ("null", "boolean", "integer", "number", "string", "binary", "any")


def of(type_: ir.Type, definitions: Mapping[ir.Key, ir.Definition], depth: int = 0) -> Any:
    """Shape of `type_`: a word, `[shape]` or `{name: shape}`."""
    if depth > 8:
        return "string"
    if isinstance(type_, ir.Scalar):
        return _TEXT.get(type_.kind, "string")
    if isinstance(type_, ir.Choice):
        return _joined([kind_of_json(value) for value in type_.values])
    if isinstance(type_, ir.Array):
        return [of(one, definitions, depth + 1) for one in (type_.item, *type_.prefix)]
    if isinstance(type_, ir.Dictionary):
        return {"*": of(type_.value, definitions, depth + 1)}
    if isinstance(type_, ir.Checked):
        return of(type_.type, definitions, depth + 1)
    if isinstance(type_, ir.Union):
        return _union([of(member, definitions, depth + 1) for member in type_.members])
    if isinstance(type_, ir.Reference):
        return _definition(definitions[type_.key].body, definitions, depth + 1)
    return "any"


def _definition(body: ir.Object | ir.Type, definitions: Mapping[ir.Key, ir.Definition], depth: int) -> Any:
    if not isinstance(body, ir.Object):
        return of(body, definitions, depth)
    shape = {one.name: of(one.type, definitions, depth) for one in body.properties}
    if body.extra is not None:
        shape["*"] = of(body.extra, definitions, depth)
    return shape


def _union(shapes: list[Any]) -> Any:
    structured = [shape for shape in shapes if not isinstance(shape, str)]
    if structured:
        return structured[0]
    return _joined([kind for shape in shapes for kind in shape.split("|")])


def _joined(kinds: list[str]) -> str:
    return "|".join(kind for kind in _ORDER if kind in kinds) or "string"
