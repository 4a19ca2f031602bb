"""JSON Schema of a contract, compiled once per place: closed under `$ref`, seen from the request or from the response.

OpenAPI 3.1 §4.8.24: a `readOnly` property is not required in a request and should not be sent; a `writeOnly` property is not
required in a response and must not be in it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, Literal

import jsonschema_rs

from tools.openapi import source

Side = Literal["request", "response"]

_MARK = {"request": "readOnly", "response": "writeOnly"}


@dataclass(frozen=True, slots=True, eq=False)
class Compiled:
    """A schema ready to judge values, and every place of the document it depends on."""

    pointer: str
    schema: dict[str, Any] | bool
    validator: jsonschema_rs.Draft202012Validator
    roots: frozenset[str]
    has_marks: bool
    """Whether a property of the other side (readOnly in a request) can occur: then `strict` and `validator` may disagree."""
    strict: jsonschema_rs.Draft202012Validator
    types: frozenset[str]
    """JSON types a value can have, by the schema's own words; all of them when it does not say."""
    memo: dict[str, Any] = field(default_factory=dict, repr=False)
    """Verdicts on texts seen before: the same header stands in thousands of exchanges."""

    def is_valid(self, value: Any) -> bool:
        """Whether `value` fits."""
        return self.validator.is_valid(value)

    def first_error(self, value: Any) -> tuple[str, str, str]:
        """Message, pointer into the value, and pointer of the broken keyword in the contract, of the first violation."""
        for error in self.validator.iter_errors(value):
            place = "".join(f"/{source.escape(str(token))}" for token in error.instance_path)
            keyword = "".join(f"/{source.escape(str(token))}" for token in error.schema_path)
            in_component = any(keyword.startswith(root + "/") for root in self.roots if root != self.pointer)
            return error.message, place, keyword if in_component else self.pointer + keyword
        return "", "", self.pointer


@dataclass(slots=True)
class Compiler:
    """Compiles schemas of one document; one made `after` another reuses all that `touched` does not concern."""

    document: Any
    after: Compiler | None = None
    touched: str = ""
    cache: dict[tuple[str, Side], Compiled] = field(default_factory=dict)

    def compile(self, pointer: str, side: Side) -> Compiled:
        """Schema at `pointer`, as `side` sees it. Raises `ValueError` when it is no valid JSON Schema."""
        key = (pointer, side)
        if key in self.cache:
            return self.cache[key]
        known = self.after.cache.get(key) if self.after else None
        # A mutant changes one place. Validators that cannot see it are taken from the compilation of the original.
        if known is None or concerns(self.touched, known.roots):
            known = self._compile(pointer, side)
        self.cache[key] = known
        return known

    def _compile(self, pointer: str, side: Side) -> Compiled:
        schema = source.resolve(self.document, pointer)
        components = _closure(self.document, schema)
        roots = frozenset({pointer, *components})
        has_marks = _mentions(schema, _MARK[side]) or any(_mentions(part, _MARK[side]) for part in components.values())
        loose = _bundle(schema, components, side if has_marks else None, forbid=side == "response")
        validator = _validator(loose)
        strict = (
            _validator(_bundle(schema, components, side, forbid=True)) if has_marks and side == "request" else validator
        )
        types = frozenset(_types(self.document, schema, set()))
        return Compiled(pointer, schema, validator, roots, has_marks, strict, types)


def concerns(touched: str, roots: frozenset[str]) -> bool:
    """Whether an edit at `touched` lies in, or around, one of the places `roots`."""
    return not _around(touched).isdisjoint(roots) or f"\n{touched}/" in _joined(roots)


@lru_cache(maxsize=4)
def _around(place: str) -> frozenset[str]:
    """`place` and every place it lies in."""
    parts = place.split("/")
    return frozenset("/".join(parts[:count]) for count in range(1, len(parts) + 1))


@lru_cache(maxsize=4096)
def _joined(roots: frozenset[str]) -> str:
    return "\n".join(["", *roots])


def _validator(schema: Any) -> jsonschema_rs.Draft202012Validator:
    return jsonschema_rs.Draft202012Validator(schema, validate_formats=True)


def _closure(document: Any, schema: Any) -> dict[str, Any]:
    """Every component reached from `schema`, by pointer."""
    components: dict[str, Any] = {}
    waiting = [schema]
    while waiting:
        for reference in _references(waiting.pop()):
            if reference.startswith("#/") and reference[1:] not in components:
                components[reference[1:]] = source.resolve(document, reference[1:])
                waiting.append(components[reference[1:]])
    return components


def _references(value: Any) -> Iterator[str]:
    """Every `$ref` below `value`; written out, because every mutant asks for it."""
    waiting = [value]
    while waiting:
        item = waiting.pop()
        if isinstance(item, dict):
            if isinstance(item.get("$ref"), str):
                yield item["$ref"]
            waiting += [part for part in item.values() if isinstance(part, dict | list)]
        else:
            waiting += [part for part in item if isinstance(part, dict | list)] if isinstance(item, list) else []


def _bundle(schema: Any, components: dict[str, Any], side: Side | None, *, forbid: bool) -> Any:
    """Self-contained schema: `schema` with the components it needs standing where its references look for them.

    Without a side nothing in it is marked for one, and nothing is copied.
    """
    if not isinstance(schema, dict):
        return schema
    root: dict[str, Any] = dict(_seen_from(schema, side, forbid=forbid))
    for pointer, part in components.items():
        place = root
        tokens = source.split(pointer)
        for token in tokens[:-1]:
            place[token] = dict(place.get(token, {}))
            place = place[token]
        place[tokens[-1]] = _seen_from(part, side, forbid=forbid)
    return root


def _seen_from(schema: Any, side: Side | None, *, forbid: bool) -> Any:
    """Copy of `schema` without what only the other side has."""
    if side is None:
        return schema
    if isinstance(schema, list):
        return [_seen_from(item, side, forbid=forbid) for item in schema]
    if not isinstance(schema, dict):
        return schema
    copy: dict[str, Any] = {}
    for key, value in schema.items():
        if key in _MAPS and isinstance(value, dict):
            copy[key] = {name: _seen_from(part, side, forbid=forbid) for name, part in value.items()}
        else:
            copy[key] = value if key in _VALUES else _seen_from(value, side, forbid=forbid)
    properties = schema.get("properties")
    if isinstance(properties, dict):
        other = [name for name, part in properties.items() if isinstance(part, dict) and part.get(_MARK[side]) is True]
        if other and isinstance(copy.get("required"), list):
            copy["required"] = [name for name in copy["required"] if name not in other]
        if forbid:
            copy["properties"].update(dict.fromkeys(other, False))
    return copy


_MAPS = frozenset({"properties", "patternProperties", "$defs", "dependentSchemas"})
_VALUES = frozenset({"const", "enum", "example", "examples", "default", "required"})


def _mentions(schema: Any, mark: str) -> bool:
    return any(isinstance(value, dict) and value.get(mark) is True for _, value in source.walk(schema))


_ALL_TYPES = ("string", "integer", "number", "boolean", "null", "array", "object")
_JSON_TYPE = {
    str: "string",
    bool: "boolean",
    int: "integer",
    float: "number",
    type(None): "null",
    list: "array",
    dict: "object",
}


def _types(document: Any, schema: Any, visited: set[str]) -> set[str]:
    """JSON types that the schema's own keywords leave open."""
    if not isinstance(schema, dict):
        return set(_ALL_TYPES)
    if "type" in schema:
        return {schema["type"]} if isinstance(schema["type"], str) else set(schema["type"])
    if "const" in schema:
        return {_JSON_TYPE[type(schema["const"])]}
    if "enum" in schema:
        return {_JSON_TYPE[type(value)] for value in schema["enum"]}
    reference = schema.get("$ref")
    if isinstance(reference, str) and reference not in visited:
        return _types(document, source.resolve(document, reference[1:]), visited | {reference})
    for keyword in ("anyOf", "oneOf"):
        if keyword in schema:
            return set().union(*(_types(document, part, visited) for part in schema[keyword]))
    if "allOf" in schema:
        return set.intersection(*(_types(document, part, visited) for part in schema["allOf"])) or set(_ALL_TYPES)
    return set(_ALL_TYPES)
