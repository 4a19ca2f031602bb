"""One dialect out of two: OpenAPI 3.0 schemas and JSON Schema 2020-12 become plain 2020-12 assertions without annotations."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from tools.breaking.schema.values import Json

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

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
    """Assertions of `raw`, in 2020-12 keywords. In 3.0 `nullable` adds null to the `type` beside it, enum or not."""
    if not isinstance(raw, dict):
        return raw if isinstance(raw, bool) else True
    if is_30 and "$ref" in raw:
        return {"$ref": raw["$ref"]}
    if raw.get("enum") == []:
        return False
    result = {word: value for word, value in raw.items() if word in ASSERTIONS and value is not None and value != []}
    for word in _UNEVEN & result.keys():
        _UNEVEN_WORDS[word](result, raw)
    return _with_null(result) if is_30 and raw.get("nullable") is True and "type" in raw else result


def _types(schema: dict[str, Json], _: dict[str, Json]) -> None:
    kinds = schema["type"]
    schema["type"] = [kinds] if isinstance(kinds, str) else list(dict.fromkeys(kinds))


def _required(schema: dict[str, Json], _: dict[str, Json]) -> None:
    schema["required"] = list(dict.fromkeys(name for name in schema["required"] if name != ""))


def _items(schema: dict[str, Json], raw: dict[str, Json]) -> None:
    """A list of schemas is the tuple form of older drafts."""
    if isinstance(schema["items"], list):
        schema["prefixItems"] = schema.pop("items")
        if isinstance(raw.get("additionalItems"), dict | bool):
            schema["items"] = raw["additionalItems"]


def _exclusive(word: str, bound: str) -> Callable[[dict[str, Json], dict[str, Json]], None]:
    """In 3.0 `exclusiveMinimum: true` says how to read `minimum`."""

    def read(schema: dict[str, Json], _: dict[str, Json]) -> None:
        if isinstance(schema[word], bool):
            exclusive = schema.pop(word)
            if exclusive and bound in schema:
                schema[word] = schema.pop(bound)

    return read


_UNEVEN_WORDS: Final = {
    "type": _types, "required": _required, "items": _items,
    "exclusiveMinimum": _exclusive("exclusiveMinimum", "minimum"), "exclusiveMaximum": _exclusive("exclusiveMaximum", "maximum"),
}  # fmt: skip
"""Words that can be written in more than one way."""
_UNEVEN: Final = frozenset(_UNEVEN_WORDS)


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
