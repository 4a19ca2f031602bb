"""One dialect out of two: OpenAPI 3.0 schemas and JSON Schema 2020-12 become plain 2020-12 assertions without annotations."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from tools.breaking.schema.values import Json

if TYPE_CHECKING:
    from collections.abc import Iterator

Schema = bool | dict[str, Any]

ASSERTIONS: Final = frozenset(
    """$ref $dynamicRef type enum const allOf anyOf oneOf not if then else
    minimum maximum exclusiveMinimum exclusiveMaximum multipleOf minLength maxLength pattern
    items prefixItems contains minContains maxContains minItems maxItems uniqueItems unevaluatedItems
    properties patternProperties additionalProperties propertyNames required minProperties maxProperties
    dependentRequired dependentSchemas unevaluatedProperties""".split()
)
"""Keywords that decide what is accepted. Everything else (formats, defaults, titles, extensions) is annotation."""

TYPES: Final = frozenset({"null", "boolean", "integer", "number", "string", "array", "object"})


def assertions(raw: Json, *, is_30: bool) -> Schema:
    """What `raw` asserts, in 2020-12 words. `nullable` means what its author means: null is accepted, enum or not."""
    if not isinstance(raw, dict):
        return raw if isinstance(raw, bool) else True
    if is_30 and "$ref" in raw:
        return {"$ref": raw["$ref"]}
    result = {word: value for word, value in raw.items() if word in ASSERTIONS and value is not None}
    if isinstance(result.get("type"), str):
        result["type"] = [result["type"]]
    if isinstance(result.get("required"), list):
        result["required"] = [name for name in result["required"] if name != ""]
    _exclusive(result, "exclusiveMinimum", "minimum")
    _exclusive(result, "exclusiveMaximum", "maximum")
    if is_30 and raw.get("nullable") is True:
        return _with_null(result)
    return result


def _exclusive(schema: dict[str, Json], word: str, bound: str) -> None:
    """In 3.0 `exclusiveMinimum: true` says how to read `minimum`."""
    if isinstance(schema.get(word), bool):
        exclusive = schema.pop(word)
        if exclusive and bound in schema:
            schema[word] = schema.pop(bound)


def _with_null(schema: dict[str, Json]) -> Schema:
    if "type" not in schema:
        return {"anyOf": [{"type": ["null"]}, schema]} if schema else True
    result = {**schema, "type": [*schema["type"], "null"]}
    if "enum" in result and None not in result["enum"]:
        result["enum"] = [*result["enum"], None]
    return result


MAPS: Final = frozenset({"properties", "patternProperties", "dependentSchemas"})
LISTS: Final = frozenset({"allOf", "anyOf", "oneOf", "prefixItems"})
SINGLE: Final = frozenset(
    {"not", "if", "then", "else", "items", "contains", "additionalProperties", "propertyNames",
     "unevaluatedItems", "unevaluatedProperties"}
)  # fmt: skip


def parts(schema: Schema) -> Iterator[Json]:
    """Every schema directly inside `schema`."""
    if isinstance(schema, bool):
        return
    for word, value in schema.items():
        if word in MAPS and isinstance(value, dict):
            yield from value.values()
        elif (word in LISTS or word == "items") and isinstance(value, list):
            yield from value
        elif word in SINGLE:
            yield value
