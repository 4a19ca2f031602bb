"""Keywords whose values are of the wrong kind: reported, then taken out, so that everything else can still be judged."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from tools.codegen.read.flat import JSON_TYPES
from tools.openapi import kinds, source
from tools.openapi.link import Sources
from tools.openapi.problems import Problem
from tools.openapi.source import Document, Json


def _is_number(value: Json) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _is_count(value: Json) -> bool:
    return _is_number(value) and value >= 0 and float(value).is_integer()


def _is_text(value: Json) -> bool:
    return isinstance(value, str)


def _is_bound(value: Json) -> bool:
    return isinstance(value, bool) or _is_number(value)


def _is_schema(value: Json) -> bool:
    return isinstance(value, dict | bool)


def _is_schemas(value: Json) -> bool:
    is_elsewhere = isinstance(value, dict) and value.keys() == {"$ref"} and isinstance(value["$ref"], str)
    return is_elsewhere or (isinstance(value, dict) and all(_is_schema(one) for one in value.values()))


def _is_branches(value: Json) -> bool:
    return isinstance(value, list) and bool(value) and all(_is_schema(one) for one in value)


def _is_names(value: Json) -> bool:
    return isinstance(value, list) and all(isinstance(one, str) for one in value)


def _is_type(value: Json) -> bool:
    listed = value if isinstance(value, list) else [value]
    return bool(listed) and all(isinstance(one, str) and one in JSON_TYPES for one in listed)


def _is_object(value: Json) -> bool:
    return isinstance(value, dict)


def _is_list(value: Json) -> bool:
    return isinstance(value, list)


def _is_requirements(value: Json) -> bool:
    return isinstance(value, list) and all(
        isinstance(one, dict) and all(isinstance(scopes, list) for scopes in one.values()) for one in value
    )


_Test = Callable[[Json], bool]
_SCHEMA: Mapping[str, tuple[_Test, str]] = {
    "type": (_is_type, f"one of {', '.join(JSON_TYPES)}, or a list of them"),
    **dict.fromkeys(("properties", "patternProperties", "dependentSchemas", "$defs"), (_is_schemas, "schemas by name")),
    **dict.fromkeys(("allOf", "anyOf", "oneOf", "prefixItems"), (_is_branches, "a list of schemas that is not empty")),
    **dict.fromkeys(
        "items contains not if then else propertyNames additionalProperties unevaluatedProperties unevaluatedItems".split(),
        (_is_schema, "a schema"),
    ),
    **dict.fromkeys(
        "minLength maxLength minItems maxItems minProperties maxProperties minContains maxContains".split(),
        (_is_count, "a whole number that is not below 0"),
    ),
    **dict.fromkeys(("minimum", "maximum"), (_is_number, "a number")),
    **dict.fromkeys(("exclusiveMinimum", "exclusiveMaximum"), (_is_bound, "a number")),
    "multipleOf": (lambda value: _is_number(value) and value > 0, "a number above 0"),
    "required": (_is_names, "a list of names"),
    "enum": (_is_list, "a list"),
    **dict.fromkeys(("pattern", "format", "description", "title", "contentEncoding", "$ref"), (_is_text, "text")),
    "discriminator": (_is_object, "an object with propertyName"),
    "dependentRequired": (
        lambda value: isinstance(value, dict) and all(_is_names(one) for one in value.values()),
        "lists of names by name",
    ),
}
_MEDIA = (_is_object, "an object")
_RULES: Mapping[str, Mapping[str, tuple[_Test, str]]] = {
    "schema": _SCHEMA,
    "openapi": {
        "components": _MEDIA,
        "paths": _MEDIA,
        "info": _MEDIA,
        "tags": (_is_list, "a list"),
        "security": (_is_requirements, "a list of schemes with their scopes"),
    },
    "components": dict.fromkeys(kinds.FIELDS["components"], _MEDIA),
    "path-item": {"$ref": (_is_text, "text")},
    "operation": {"security": (_is_requirements, "a list of schemes with their scopes"), "requestBody": _MEDIA},
    "request-body": {"content": _MEDIA},
    "response": {"content": _MEDIA, "headers": _MEDIA},
    "parameter": {"content": _MEDIA, "schema": (_is_schema, "a schema"), "style": (_is_text, "text")},
    "header": {"content": _MEDIA, "schema": (_is_schema, "a schema")},
    "media-type": {"schema": (_is_schema, "a schema")},
    "security-scheme": {"type": (_is_text, "text"), "name": (_is_text, "text"), "in": (_is_text, "text")},
}
_MUST_BE_OBJECTS = frozenset(
    {"request-body", "response", "media-type", "header", "security-scheme", "components", "parameter"}
)


def clean(sources: Sources) -> list[Problem]:
    """Report what has the wrong kind in any document, and take it out."""
    problems: list[Problem] = []
    for name, document in sources.documents.items():
        own = sources.loaded[name].digest
        if not isinstance(document.value, dict) or sources.store.get("wellformed", own):
            continue
        wrong = _clean(document)
        problems += wrong
        if not wrong:
            sources.store.put(True, "wellformed", own)
    return problems


def _clean(document: Document) -> list[Problem]:
    problems: list[Problem] = []
    for kind, pointer, value in list(kinds.walk(document.value)):
        if not isinstance(value, dict):
            if kind in _MUST_BE_OBJECTS:
                problems.append(_problem(document, pointer, f"this {kind.replace('-', ' ')}", "an object"))
                _remove(document, pointer)
            continue
        for keyword, (test, expected) in _RULES.get(kind, {}).items():
            if keyword in value and not test(value[keyword]):
                problems.append(_problem(document, source.join(pointer, keyword), f"`{keyword}`", expected))
                del value[keyword]
    return problems


def _problem(document: Document, pointer: str, what: str, expected: str) -> Problem:
    return Problem("wrong-kind", f"{what} must be {expected}", document.at(pointer))


def _remove(document: Document, pointer: str) -> None:
    parent_pointer, _, token = pointer.rpartition("/")
    try:
        parent: Any = source.resolve(document.value, parent_pointer)
    except KeyError:
        return
    if isinstance(parent, dict):
        parent.pop(source.unescape(token), None)
    elif isinstance(parent, list):
        parent[int(token)] = {}
