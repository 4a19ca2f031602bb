"""Edits inside a JSON Schema. `edits` walks one schema and says every edit as (operator, pointer, new value, text)."""

from __future__ import annotations

import re
from collections.abc import Callable, Container, Iterator
from typing import Any

from tools.openapi import source

Edit = tuple[str, str, Any, str]
Maker = Callable[[str, dict[str, Any], bool, bool], Iterator[Edit]]
DROP = object()
"""As a new value: the place is removed."""

IMPOSSIBLE = "^(?!.)x"
_OTHER_TYPE = {
    "string": "integer",
    "integer": "string",
    "number": "string",
    "boolean": "string",
    "array": "object",
    "object": "array",
}
_OTHER_FORMAT = "ipv6"
_MAPS = ("properties", "patternProperties", "$defs", "dependentSchemas")
_LISTS = ("allOf", "anyOf", "oneOf", "prefixItems")
_SINGLE = (
    "items",
    "additionalProperties",
    "contains",
    "not",
    "if",
    "then",
    "else",
    "propertyNames",
    "unevaluatedProperties",
)


def nullable_anyway(document: Any) -> frozenset[str]:
    """Schemas that only stand beside `{type: 'null'}` in an `anyOf`: allowing null in them as well says nothing else."""
    beside, alone = set[str](), set[str]()
    for pointer, value in source.walk(document):
        if isinstance(value, dict) and isinstance(value.get("$ref"), str):
            above, _, index = pointer.rpartition("/")
            siblings = source.resolve(document, above) if above.endswith("/anyOf") and index.isdecimal() else ()
            (beside if {"type": "null"} in siblings else alone).add(value["$ref"][1:])
    return frozenset(beside - alone)


def edits(document: Any, root: str, sides: set[str], nullable: Container[str] = ()) -> Iterator[Edit]:
    """Edits of the schema at `root`, which requests or responses (`sides`) are judged by; `nullable` ones allow null anyway."""
    schema = source.resolve(document, root)
    if isinstance(schema, dict):
        for edit in _walk(root, schema, "request" in sides, "response" in sides):
            if edit[:2] != ("nullable-added", f"{root}/type") or root not in nullable:
                yield edit


def _walk(pointer: str, schema: dict[str, Any], asks: bool, tells: bool) -> Iterator[Edit]:
    if not asks and not tells:
        return
    for maker in _MAKERS:
        yield from maker(pointer, schema, asks, tells)
    for child, part, in_request, in_response in _children(pointer, schema, asks, tells):
        if isinstance(part, dict):
            yield from _walk(child, part, in_request, in_response)


def _children(pointer: str, schema: dict[str, Any], asks: bool, tells: bool) -> Iterator[tuple[str, Any, bool, bool]]:
    for keyword in _MAPS:
        for name, part in schema.get(keyword, {}).items():
            marks = part if isinstance(part, dict) else {}
            in_request, in_response = (
                asks and marks.get("readOnly") is not True,
                tells and marks.get("writeOnly") is not True,
            )
            yield source.join(pointer, keyword, name), part, in_request, in_response
    for keyword in _LISTS:
        for index, part in enumerate(schema.get(keyword, ())):
            yield source.join(pointer, keyword, index), part, asks, tells
    for keyword in _SINGLE:
        yield source.join(pointer, keyword), schema.get(keyword), asks, tells


def _types(pointer: str, schema: dict[str, Any], asks: bool, tells: bool) -> Iterator[Edit]:  # noqa: ARG001
    kind = schema.get("type")
    place = source.join(pointer, "type")
    if isinstance(kind, str):
        if kind in _OTHER_TYPE:
            other = "boolean" if "/headers/" in pointer else _OTHER_TYPE[kind]
            yield "type-changed", place, other, f"type {kind} becomes {other}"
        if asks and kind != "null" and "enum" not in schema and "const" not in schema and _is_json_place(pointer):
            yield "nullable-added", place, [kind, "null"], "null is allowed"
    elif isinstance(kind, list) and "null" in kind:
        rest = [name for name in kind if name != "null"]
        yield "nullable-removed", place, rest[0] if len(rest) == 1 else rest, "null is not allowed"


def _is_json_place(pointer: str) -> bool:
    """Whether the schema is of a JSON body: in parameters null is a matter of spelling."""
    return "/parameters/" not in pointer and "/headers/" not in pointer


def _values(pointer: str, schema: dict[str, Any], asks: bool, tells: bool) -> Iterator[Edit]:  # noqa: ARG001
    if isinstance(schema.get("enum"), list):
        place = source.join(pointer, "enum")
        if len(schema["enum"]) > 1:
            for value in schema["enum"]:
                yield (
                    "enum-value-removed",
                    place,
                    [other for other in schema["enum"] if other != value],
                    f"{value!r} is no value",
                )
        if asks:
            yield "enum-lifted", place, DROP, "any value of the type is allowed"
    if "const" in schema:
        place = source.join(pointer, "const")
        yield "const-changed", place, _other_value(schema["const"]), f"{schema['const']!r} becomes another constant"
        if asks:
            yield "const-lifted", place, DROP, "any value of the type is allowed"


def _other_value(value: Any) -> Any:
    if isinstance(value, bool):
        return not value
    return value + 1 if isinstance(value, int | float) else f"{value}x"


def _texts(pointer: str, schema: dict[str, Any], asks: bool, tells: bool) -> Iterator[Edit]:  # noqa: ARG001
    if schema.get("format") in _JUDGED_FORMATS:
        yield (
            "format-changed",
            source.join(pointer, "format"),
            _OTHER_FORMAT,
            f"format {schema['format']} becomes {_OTHER_FORMAT}",
        )
        if asks and "pattern" not in schema:
            yield "format-lifted", source.join(pointer, "format"), DROP, f"format {schema['format']} is gone"
    if "pattern" in schema:
        yield "pattern-changed", source.join(pointer, "pattern"), IMPOSSIBLE, "the pattern is another"
        if asks:
            yield "pattern-lifted", source.join(pointer, "pattern"), DROP, "the pattern is gone"


_JUDGED_FORMATS = frozenset({"uuid", "date-time", "date", "time", "email", "uri", "ipv4", "hostname", "duration"})


_BOUNDS = {
    "minimum": ("minimum", 1, -1),
    "maximum": ("maximum", -1, 1),
    "minLength": ("min-length", 1, -1),
    "maxLength": ("max-length", -1, 1),
    "minItems": ("min-items", 1, -1),
    "maxItems": ("max-items", -1, 1),
    "minProperties": ("min-properties", 1, -1),
    "maxProperties": ("max-properties", -1, 1),
}
"""Keyword to name, step that asks for more, step that asks for less."""


def _bounds(pointer: str, schema: dict[str, Any], asks: bool, tells: bool) -> Iterator[Edit]:
    for keyword, (name, tighter, looser) in _BOUNDS.items():
        value = schema.get(keyword)
        if not isinstance(value, int | float) or isinstance(value, bool):
            continue
        place = source.join(pointer, keyword)
        if asks:
            if value + tighter >= 0 or keyword in {"minimum", "maximum"}:
                yield f"{name}-tightened", place, value + tighter, f"{keyword} {value} becomes {value + tighter}"
            is_said_twice = keyword == "minLength" and value == 1 and _asks_for_a_character(schema.get("pattern"))
            if (value + looser >= 0 or keyword in {"minimum", "maximum"}) and not is_said_twice:
                yield f"{name}-loosened", place, value + looser, f"{keyword} {value} becomes {value + looser}"
        elif tells:
            impossible = 10**18 if tighter > 0 else (-(10**18) if keyword == "maximum" else 0)
            if impossible != value:
                yield f"{name}-impossible", place, impossible, f"no value keeps {keyword}"


def _asks_for_a_character(pattern: Any) -> bool:
    """Whether no empty text fits `pattern`; then `minLength: 1` beside it says the same again."""
    try:
        return isinstance(pattern, str) and re.search(pattern, "") is None
    except re.error:
        return False


def _numbers(pointer: str, schema: dict[str, Any], asks: bool, tells: bool) -> Iterator[Edit]:  # noqa: ARG001
    if "multipleOf" in schema:
        place = source.join(pointer, "multipleOf")
        yield "multiple-changed", place, 7919 * 7907, "multipleOf is another"
        if asks:
            yield "multiple-lifted", place, DROP, "multipleOf is gone"
    for keyword, inclusive in (("exclusiveMinimum", "minimum"), ("exclusiveMaximum", "maximum")):
        if asks and isinstance(schema.get(keyword), int | float):
            changed = {key: value for key, value in schema.items() if key != keyword} | {inclusive: schema[keyword]}
            yield "exclusive-made-inclusive", pointer, changed, f"{keyword} becomes {inclusive}"


def _arrays(pointer: str, schema: dict[str, Any], asks: bool, tells: bool) -> Iterator[Edit]:  # noqa: ARG001
    if schema.get("uniqueItems") is True and asks:
        yield "unique-lifted", source.join(pointer, "uniqueItems"), DROP, "items may be equal"


def _objects(pointer: str, schema: dict[str, Any], asks: bool, tells: bool) -> Iterator[Edit]:
    properties = schema.get("properties")
    if not isinstance(properties, dict):
        return
    required = schema.get("required", [])
    place = source.join(pointer, "required")
    for name, part in properties.items():
        marks = part if isinstance(part, dict) else {}
        in_response, in_request = (
            tells and marks.get("writeOnly") is not True,
            asks and marks.get("readOnly") is not True,
        )
        if name not in required and (in_response or in_request):
            yield "property-required", place, [*required, name], f"{name} is required"
        if name in required and in_request:
            yield "property-optional", place, [other for other in required if other != name], f"{name} is optional"
    extra = source.join(pointer, "additionalProperties")
    if schema.get("additionalProperties") is False and asks:
        yield "object-opened", extra, DROP, "unknown properties are allowed"
    if schema.get("additionalProperties", True) is True and asks:
        yield "object-closed", extra, False, "unknown properties are refused"


def _branches(pointer: str, schema: dict[str, Any], asks: bool, tells: bool) -> Iterator[Edit]:  # noqa: ARG001
    for keyword in ("oneOf", "anyOf"):
        branches = schema.get(keyword)
        if isinstance(branches, list) and len(branches) > 1:
            for index in range(len(branches)):
                rest = branches[:index] + branches[index + 1 :]
                yield "branch-removed", source.join(pointer, keyword), rest, f"{keyword} has no branch {index}"
    if isinstance(schema.get("allOf"), list) and len(schema["allOf"]) > 1 and asks:
        for index in range(len(schema["allOf"])):
            rest = schema["allOf"][:index] + schema["allOf"][index + 1 :]
            yield "part-removed", source.join(pointer, "allOf"), rest, f"allOf has no part {index}"


_MAKERS: tuple[Maker, ...] = (_types, _values, _texts, _bounds, _numbers, _arrays, _objects, _branches)
