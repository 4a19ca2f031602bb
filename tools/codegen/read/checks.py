"""Keywords that no Python type has, as a self-contained JSON Schema that the runtime evaluates."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from tools.codegen.read.flat import Flat, is_annotation
from tools.openapi.node import Node

MAX_BYTES = 20_000
"""A check larger than this is left out (with a warning): it would be most of the generated module."""

_MAX_DEPTH = 50
"""References deeper than this go round in a circle, and null passes what says nothing else of it."""

ALONE = frozenset(
    "not contains minContains maxContains propertyNames dependentSchemas dependentRequired minProperties maxProperties "
    "uniqueItems".split()
)
"""Keywords that mean the same without their siblings."""

WITH_SIBLINGS = frozenset("if then else patternProperties prefixItems".split())

_SCHEMA_MAPS = frozenset({"properties", "patternProperties", "dependentSchemas", "$defs"})
_SCHEMA_LISTS = frozenset({"allOf", "anyOf", "oneOf", "prefixItems"})
_SCHEMAS = frozenset(
    "items additionalProperties not if then else contains propertyNames unevaluatedProperties unevaluatedItems".split()
)


class Closure:
    """Builds a schema whose references point into its own `$defs`."""

    def __init__(self) -> None:
        self._names: dict[tuple[str, str], str] = {}
        self._definitions: dict[str, Any] = {}

    def schema(self, node: Node) -> Any:
        """`node` without annotations and without references to other places."""
        if not isinstance(node.value, dict):
            return node.value
        result: dict[str, Any] = {}
        for key, child in node.items():
            if key == "$ref":
                result["$ref"] = self._reference(node.target() if len(node.value) == 1 else node.step())
            elif not is_annotation(key):
                result[key] = self._keyword(key, child)
        return _nullable(node, _modern(result, is_30=node.is_30))

    def _keyword(self, key: str, child: Node) -> Any:
        if key in _SCHEMA_MAPS:
            return {name: self.schema(one) for name, one in child.target().items()}
        if key in _SCHEMA_LISTS:
            return [self.schema(one) for one in child.elements()]
        return self.schema(child) if key in _SCHEMAS else child.value

    def _reference(self, target: Node) -> str:
        if target.place not in self._names:
            name = f"{len(self._names)}"
            self._names[target.place] = name
            self._definitions[name] = self.schema(target)
        return f"#/$defs/{self._names[target.place]}"

    def finish(self, schemas: list[Any]) -> str:
        """JSON of all `schemas` together, with the definitions they need."""
        whole = schemas[0] if len(schemas) == 1 else {"allOf": schemas}
        if self._definitions:
            whole = {**whole, "$defs": self._definitions}
        return json.dumps(whole, ensure_ascii=False)


def _modern(schema: dict[str, Any], *, is_30: bool) -> dict[str, Any]:
    """OpenAPI 3.0's boolean `exclusiveMinimum` and `exclusiveMaximum` in the form of JSON Schema."""
    for bound, exclusive in (("minimum", "exclusiveMinimum"), ("maximum", "exclusiveMaximum")):
        if schema.get(exclusive) is True and bound in schema and is_30:
            schema[exclusive] = schema.pop(bound)
        elif isinstance(schema.get(exclusive), bool):
            del schema[exclusive]
    return schema


def _nullable(node: Node, schema: dict[str, Any]) -> dict[str, Any]:
    if node.is_nullable and "type" in schema:
        kinds = schema["type"] if isinstance(schema["type"], list) else [schema["type"]]
        schema["type"] = [*kinds, "null"]
        if "enum" in schema and None not in schema["enum"]:
            schema["enum"] = [*schema["enum"], None]
    return schema


def of(flat: Flat, *, composites: list[Node] | None = None) -> str | None:
    """Keywords of `flat` (and `composites`, whole `oneOf`s and the like) that need the evaluator, or None."""
    closure = Closure()
    schemas: list[Any] = []
    for part in flat.parts:
        if not isinstance(part.value, dict):
            continue
        if WITH_SIBLINGS & part.value.keys() or (len(flat.parts) > 1 and _has_own_rest(part)):
            schemas.append(closure.schema(_without_unions(part)))
            continue
        alone = {key: value for key, value in part.value.items() if key in ALONE and value is not False}
        if alone:
            schemas.append(closure.schema(Node(part.sources, part.file, part.pointer, alone)))
    schemas += [closure.schema(node) for node in composites or ()]
    return closure.finish(schemas) if schemas else None


def _has_own_rest(part: Node) -> bool:
    """Whether a part has a schema for all properties that it does not list itself, though others may."""
    return isinstance(part.value.get("additionalProperties"), dict)


def _without_unions(part: Node) -> Node:
    rest = {key: value for key, value in part.value.items() if key not in {"oneOf", "anyOf"}}
    return Node(part.sources, part.file, part.pointer, rest)


def both(one: str | None, other: str) -> str:
    """Two checks in one."""
    if one is None or one == other:
        return other
    first, second = json.loads(one), json.loads(other)
    if "$defs" in first and "$defs" in second:
        second = {
            **_renamed(second, "b"),
            "$defs": {f"b{name}": _renamed(child, "b") for name, child in second["$defs"].items()},
        }
    definitions = {**first.pop("$defs", {}), **second.pop("$defs", {})}
    return json.dumps({"allOf": [first, second], **({"$defs": definitions} if definitions else {})}, ensure_ascii=False)


def _renamed(schema: Any, prefix: str) -> Any:
    """`schema` with the names of the definitions that it refers to behind `prefix`."""
    if isinstance(schema, list):
        return [_renamed(child, prefix) for child in schema]
    if not isinstance(schema, dict):
        return schema
    return {
        key: value.replace("#/$defs/", f"#/$defs/{prefix}")
        if key == "$ref" and isinstance(value, str)
        else _renamed(value, prefix)
        for key, value in schema.items()
    }


def beside_constants(flat: Flat) -> str | None:
    """The other rules for the values of an enumeration, or None."""
    says_more = any(
        not is_annotation(key) and key not in {"type", "enum", "const", "format"}
        for part in flat.parts
        if isinstance(part.value, dict)
        for key in part.value
    )
    closure = Closure()
    return closure.finish([closure.schema(part) for part in flat.parts]) if says_more else None


def enumeration(flat: Flat) -> str:
    """`enum` and `const` of `flat` for values that are no constants in Python, such as fractions and lists."""
    schemas = [{"enum": value} for value in flat.values("enum")] + [{"const": value} for value in flat.values("const")]
    return Closure().finish(schemas)


def accepts_null(schema: str) -> bool:
    """Whether null passes a check."""
    whole = json.loads(schema)
    return _null(whole, whole, 0)


def _null(schema: Any, root: Any, depth: int) -> bool:
    if not isinstance(schema, dict) or depth > _MAX_DEPTH:
        return schema is not False

    def passes(part: Any) -> bool:
        return _null(part, root, depth + 1)

    tests: dict[str, Callable[[Any], bool]] = {
        "type": lambda kinds: "null" in ([kinds] if isinstance(kinds, str) else kinds),
        "const": lambda value: value is None,
        "enum": lambda values: None in values,
        "$ref": lambda reference: passes(root["$defs"][reference.removeprefix("#/$defs/")]),
        "not": lambda part: not passes(part),
        "allOf": lambda parts: all(map(passes, parts)),
        "anyOf": lambda parts: any(map(passes, parts)),
        "oneOf": lambda parts: sum(map(passes, parts)) == 1,
        "if": lambda part: passes(schema.get("then" if passes(part) else "else", True)),
    }
    return all(tests[key](value) for key, value in schema.items() if key in tests)
