"""A document of OpenAPI 3.0 as one of 3.1 that means the same, for tools that judge by JSON Schema 2020-12."""

from __future__ import annotations

import copy

from tools.openapi import kinds, versions
from tools.openapi.pointers import Json


def upgraded(document: Json) -> Json:
    """`document` itself when it is 3.1; else a copy in the words of 3.1. Everything keeps its place."""
    if not versions.is_30(document):
        return document
    document = copy.deepcopy(document)
    document["openapi"] = "3.1.0"
    for kind, _, value in list(kinds.walk(document)):
        if kind == "schema" and isinstance(value, dict):
            _upgrade(value)
    return document


def _upgrade(schema: dict[str, Json]) -> None:
    if isinstance(schema.get("$ref"), str):
        for key in [key for key in schema if key != "$ref"]:  # in 3.0 nothing beside a reference counts
            del schema[key]
        return
    for bound, exclusive in (("minimum", "exclusiveMinimum"), ("maximum", "exclusiveMaximum")):
        if isinstance(schema.get(exclusive), bool):
            is_open = schema.pop(exclusive)
            if is_open and bound in schema:
                schema[exclusive] = schema.pop(bound)
    if schema.pop("nullable", None) is True and isinstance(schema.get("type"), str):
        schema["type"] = [schema["type"], "null"]
        if isinstance(schema.get("enum"), list) and None not in schema["enum"]:
            schema["enum"] = [*schema["enum"], None]
