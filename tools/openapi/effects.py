"""Keywords that stand in a document and have no effect: of another version, or followed by nothing here.

Every tool reads such a document as if the keyword were not there, and says so.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING

from tools.openapi import kinds, pointers
from tools.openapi.problems import Origin, Problem, Severity

if TYPE_CHECKING:
    from tools.openapi.pointers import Json
    from tools.openapi.source import Document

RULE = "no-effect"
_OF_32 = "it is of OpenAPI 3.2, which is not read here"
_FOLLOWED = "write `$ref`"


def problem(message: str, origin: Origin, hint: str | None) -> Problem:
    """A finding of this module."""
    return Problem(RULE, message, origin, Severity.WARNING, hint)


def find(document: Document, *, is_30: bool) -> Iterator[Problem]:
    """Everything without effect in `document`, in its order."""
    if not isinstance(document.value, dict):
        return
    for kind, pointer, value in kinds.walk(document.value):
        if isinstance(value, dict):
            for key, message, hint in _of(kind, value, is_30):
                yield problem(message, document.at(pointers.join(pointer, key)), hint)


_Found = tuple[str, str, str | None]


def _of(kind: kinds.Kind, value: dict[str, Json], is_30: bool) -> Iterator[_Found]:
    """Key, message and hint of what has no effect in one object."""
    if kind == "schema":
        for key, judge in _SCHEMA.items():
            if key in value and (text := judge(key, value[key], is_30)):
                yield key, *text
        return
    for key in _FIELDS_OF_32.get(kind, ()):
        if key in value:
            yield key, f"`{key}` has no effect: {_OF_32}", None
    yield from _OTHERS[kind](value) if kind in _OTHERS else ()


def _parameter(value: dict[str, Json]) -> Iterator[_Found]:
    if value.get("in") == "querystring":
        yield "in", f"a parameter `in: querystring` has no effect: {_OF_32}", "describe each parameter with `in: query`"


def _paths(value: dict[str, Json]) -> Iterator[_Found]:
    for path in value:
        if path.startswith("/") and ("#" in path or "?" in path):
            message = f"no request reaches {path!r}: a path ends before `?` and `#`"
            yield path, message, "describe what stands behind `?` as query parameters"


def _root(value: dict[str, Json]) -> Iterator[_Found]:
    dialect = value.get("jsonSchemaDialect")
    if dialect is not None and dialect not in _DIALECTS:
        yield "jsonSchemaDialect", f"schemas are read as JSON Schema 2020-12, not as {dialect!r}", None


_OTHERS: Mapping[kinds.Kind, Callable[[dict[str, Json]], Iterator[_Found]]] = {
    "parameter": _parameter, "paths": _paths, "openapi": _root,
}  # fmt: skip
_FIELDS_OF_32: Mapping[kinds.Kind, tuple[str, ...]] = {
    "openapi": ("$self",),
    "path-item": ("query", "additionalOperations"),
    "media-type": ("itemSchema", "itemEncoding", "prefixEncoding"),
    "components": ("mediaTypes",),
}
_DIALECTS = frozenset(
    {
        "https://json-schema.org/draft/2020-12/schema",
        "https://spec.openapis.org/oas/3.1/dialect/base",
        "https://spec.openapis.org/oas/3.1/dialect/2024-11-10",
    }
)
_Text = tuple[str, str | None]


def _nullable(_key: str, value: Json, is_30: bool) -> _Text | None:
    if value is not True or is_30:
        return None
    return "`nullable` has no effect in OpenAPI 3.1: null is not accepted", "write `type: [string, 'null']`"


def _exclusive(key: str, value: Json, is_30: bool) -> _Text | None:
    if is_30 or not isinstance(value, bool):
        return None
    bound = "minimum" if key == "exclusiveMinimum" else "maximum"
    return f"`{key}: {str(value).lower()}` has no effect in OpenAPI 3.1", f"write the number of `{bound}` there"


def _enum(_key: str, value: Json, _is_30: bool) -> _Text | None:
    return ("an empty `enum` accepts no value", "list the values, or remove it") if value == [] else None


def _dynamic(key: str, _value: Json, _is_30: bool) -> _Text | None:
    return f"`{key}` is not followed: it has no effect on what is accepted", _FOLLOWED


def _older(key: str, _value: Json, is_30: bool) -> _Text | None:
    return f"`{key}` has no effect in OpenAPI {'3.0' if is_30 else '3.1'}", _INSTEAD[key]


_INSTEAD = {
    "additionalItems": "write `prefixItems` and `items`",
    "dependencies": "write `dependentRequired` or `dependentSchemas`",
}
_SCHEMA: Mapping[str, Callable[[str, Json, bool], _Text | None]] = {
    "nullable": _nullable,
    **dict.fromkeys(("exclusiveMinimum", "exclusiveMaximum"), _exclusive),
    "enum": _enum,
    **dict.fromkeys(("$dynamicRef", "$recursiveRef"), _dynamic),
    **dict.fromkeys(_INSTEAD, _older),
}
