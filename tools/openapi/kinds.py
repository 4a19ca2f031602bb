"""Which object of OpenAPI 3.1 stands where: the map by which a document is walked.

Source: OpenAPI Specification 3.1.1, section 4.8, and JSON Schema 2020-12 for schemas.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, TypeAlias

from tools.openapi.source import Json, escape

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

Kind: TypeAlias = Literal[
    "openapi", "info", "components", "paths", "path-item", "operation", "parameter", "request-body", "responses",
    "response", "header", "media-type", "encoding", "example", "link", "callback", "security", "security-scheme",
    "tag", "schema",
]  # fmt: skip

Shape: TypeAlias = tuple[Kind, Literal["one", "list", "map"]]

METHODS = ("get", "put", "post", "delete", "options", "head", "patch", "trace")

_CONTENT: dict[str, Shape] = {"content": ("media-type", "map"), "examples": ("example", "map")}
_VALUE: dict[str, Shape] = {**_CONTENT, "schema": ("schema", "one")}

SCHEMA_FIELDS: Mapping[str, Shape] = {
    **dict.fromkeys(("properties", "patternProperties", "dependentSchemas", "$defs"), ("schema", "map")),
    **dict.fromkeys(("allOf", "anyOf", "oneOf", "prefixItems"), ("schema", "list")),
    **dict.fromkeys(
        ("items", "contains", "not", "if", "then", "else", "propertyNames", "additionalProperties",
         "unevaluatedProperties", "unevaluatedItems"), ("schema", "one"),
    ),
}  # fmt: skip

FIELDS: Mapping[Kind, Mapping[str, Shape]] = {
    "openapi": {
        "info": ("info", "one"),
        "paths": ("paths", "one"),
        "webhooks": ("path-item", "map"),
        "components": ("components", "one"),
        "security": ("security", "list"),
        "tags": ("tag", "list"),
    },
    "components": {
        "schemas": ("schema", "map"),
        "responses": ("response", "map"),
        "parameters": ("parameter", "map"),
        "examples": ("example", "map"),
        "requestBodies": ("request-body", "map"),
        "headers": ("header", "map"),
        "securitySchemes": ("security-scheme", "map"),
        "links": ("link", "map"),
        "callbacks": ("callback", "map"),
        "pathItems": ("path-item", "map"),
    },
    "path-item": {**dict.fromkeys(METHODS, ("operation", "one")), "parameters": ("parameter", "list")},
    "operation": {
        "parameters": ("parameter", "list"),
        "requestBody": ("request-body", "one"),
        "responses": ("responses", "one"),
        "callbacks": ("callback", "map"),
        "security": ("security", "list"),
    },
    "parameter": _VALUE,
    "header": _VALUE,
    "request-body": {"content": ("media-type", "map")},
    "response": {"headers": ("header", "map"), "content": ("media-type", "map"), "links": ("link", "map")},
    "media-type": {
        "schema": ("schema", "one"),
        "examples": ("example", "map"),
        "encoding": ("encoding", "map"),
    },
    "encoding": {"headers": ("header", "map")},
    "schema": SCHEMA_FIELDS,
}

_EVERY_KEY: Mapping[Kind, Kind] = {"paths": "path-item", "responses": "response", "callback": "path-item"}


def walk(value: Json, pointer: str = "", kind: Kind = "openapi") -> Iterator[tuple[Kind, str, Json]]:
    """Every object at or below `value` that has a kind, with its pointer, parents first.

    A reference is yielded as what should stand there and not followed. Extensions and example data are not entered.
    """
    yield kind, pointer, value
    if not isinstance(value, dict):
        return
    every = _EVERY_KEY.get(kind)
    if every and not is_elsewhere(value):
        for key, child in value.items():
            if not key.startswith("x-"):
                yield from walk(child, f"{pointer}/{escape(key)}", every)
    for name, (child_kind, many) in FIELDS.get(kind, {}).items():
        if name in value:
            yield from _children(value[name], f"{pointer}/{escape(name)}", child_kind, many)


def is_elsewhere(value: Json) -> bool:
    """Whether a map of names is only a reference to one. No name has text for its value, so none is called `$ref` by that."""
    return isinstance(value, dict) and isinstance(value.get("$ref"), str)


def _children(value: Json, pointer: str, kind: Kind, many: str) -> Iterator[tuple[Kind, str, Json]]:
    if many == "map" and isinstance(value, dict) and not is_elsewhere(value):
        for key, child in value.items():
            yield from walk(child, f"{pointer}/{escape(key)}", kind)
    elif many == "list" and isinstance(value, list):
        for index, child in enumerate(value):
            yield from walk(child, f"{pointer}/{index}", kind)
    elif many == "one":
        yield from walk(value, pointer, kind)
