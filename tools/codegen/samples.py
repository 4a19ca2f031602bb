"""A value for a schema: the smallest that is valid, or one with every property."""

from __future__ import annotations

from typing import Any

from tools.openapi.source import Json

_TEXTS = {
    "uuid": "0f8fad5b-d9cb-469f-a165-70867728950e",
    "date-time": "2024-02-29T10:00:00Z",
    "date": "2024-02-29",
    "time": "10:00:00Z",
    "email": "a@b.example",
    "uri": "https://a.example/b",
    "uri-reference": "/a",
    "hostname": "a.example",
    "ipv4": "192.0.2.1",
    "ipv6": "2001:db8::1",
}
MAX_DEPTH = 8


class Sampler:
    """Makes values for the schemas of one self-contained document."""

    def __init__(self, document: Json) -> None:
        self._document = document

    def sample(self, schema: Json, *, is_full: bool = False, depth: int = 0) -> Json:
        """A value for `schema`. Best effort: patterns are answered by an example or a guess."""
        schema = self._target(schema)
        if not isinstance(schema, dict):
            return None
        for key in ("const", "example", "default"):
            if key in schema:
                return schema[key]
        if schema.get("examples") and isinstance(schema["examples"], list):
            return schema["examples"][0]
        if schema.get("enum"):
            return schema["enum"][0]
        for key in ("oneOf", "anyOf"):
            if schema.get(key):
                return self.sample(schema[key][0], is_full=is_full, depth=depth + 1)
        if schema.get("allOf"):
            return self._joined(schema, is_full=is_full, depth=depth)
        return self._of_type(schema, is_full=is_full, depth=depth)

    def _target(self, schema: Json) -> Json:
        while isinstance(schema, dict) and "$ref" in schema:
            target = self._document
            for token in schema["$ref"].split("/")[1:]:
                target = target[token.replace("~1", "/").replace("~0", "~")]
            schema = target
        return schema

    def _joined(self, schema: dict[str, Any], *, is_full: bool, depth: int) -> Json:
        rest = {key: value for key, value in schema.items() if key != "allOf"}
        values = [self.sample(one, is_full=is_full, depth=depth + 1) for one in [*schema["allOf"], rest]]
        objects = [value for value in values if isinstance(value, dict)]
        return {key: child for value in objects for key, child in value.items()} if objects else values[0]

    def _of_type(self, schema: dict[str, Any], *, is_full: bool, depth: int) -> Json:
        kinds = schema.get("type", "object" if "properties" in schema else "string")
        kind = next((one for one in kinds if one != "null"), "null") if isinstance(kinds, list) else kinds
        if kind == "object":
            required = schema.get("required", [])
            properties = schema.get("properties", {})
            selection = [name for name in properties if name in required or (is_full and depth < MAX_DEPTH)]
            return {name: self.sample(properties[name], is_full=is_full, depth=depth + 1) for name in selection}
        if kind == "array":
            count = max(schema.get("minItems", 0), 1 if is_full and depth < MAX_DEPTH else 0)
            return [self.sample(schema.get("items", {}), is_full=is_full, depth=depth + 1) for _ in range(count)]
        if kind in {"integer", "number"}:
            return max(schema.get("minimum", 0), schema.get("exclusiveMinimum", -1) + 1)
        if kind == "string":
            text = _TEXTS.get(schema.get("format", ""), "a")
            return text.ljust(schema.get("minLength", 0), "a")
        return kind == "boolean" or None
