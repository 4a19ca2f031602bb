"""Questions with known answers: what is contained, and must be proved, and what is not, and must have a witness."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from tests.bench.breaking.crosscheck import LooseSchemas
from tools.breaking.schema import contain

Json = Any

STRING: Json = {"type": "string"}
INTEGER: Json = {"type": "integer"}
NUMBER: Json = {"type": "number"}
NULL: Json = {"type": "null"}
CONTAINED: list[tuple[Json, Json]] = [
    (INTEGER, NUMBER),
    ({"const": "a"}, {"enum": ["a", "b"]}),
    ({"enum": ["a"]}, {"const": "a"}),
    ({"anyOf": [STRING, NULL]}, {"type": ["null", "string"]}),
    ({"type": ["null", "string"]}, {"oneOf": [NULL, STRING]}),
    ({"allOf": [STRING]}, STRING),
    ({"type": "string", "pattern": "^[a-f]{2}$"}, {"pattern": "^[a-z]+$"}),
    ({"type": "string", "pattern": "^ab?c$"}, {"maxLength": 3}),
    ({"type": "string", "pattern": "^(?=.*[0-9])(?!0).+$"}, {"pattern": "[0-9]"}),
    ({"type": "integer", "multipleOf": 6}, {"multipleOf": 3}),
    ({"type": "integer", "exclusiveMinimum": 2}, {"minimum": 3}),
    ({"type": "array", "items": INTEGER, "maxItems": 0}, {"type": "array", "items": STRING}),
    ({"type": "array", "prefixItems": [STRING], "items": False}, {"type": "array", "items": STRING}),
    ({"type": "array", "items": {"enum": [1, 2]}, "uniqueItems": True}, {"maxItems": 2}),
    ({"type": "object", "required": ["a"]}, {"minProperties": 1}),
    (
        {"type": "object", "properties": {"a": STRING}, "additionalProperties": False},
        {"type": "object", "allOf": [{"properties": {"a": STRING}}], "unevaluatedProperties": False},
    ),
    (
        {"type": "object", "patternProperties": {"^x-": STRING}, "propertyNames": {"pattern": "^x-"}},
        {"additionalProperties": STRING},
    ),
    ({"if": {"required": ["a"]}, "then": {"required": ["b"]}}, {"dependentRequired": {"a": ["b"]}}),
    (False, INTEGER),
    (INTEGER, True),
]  # fmt: skip
NOT_CONTAINED: list[tuple[Json, Json]] = [
    (NUMBER, INTEGER),
    ({"type": "object"}, {"type": "object", "required": ["a"]}),
    ({"type": "object"}, {"type": "object", "unevaluatedProperties": False}),
    ({"type": "string", "minLength": 2, "maxLength": 2}, {"minLength": 3}),
    ({"type": "string"}, {"type": "string", "maxLength": 5_000}),
    ({"type": "string", "pattern": "[a-z]"}, {"pattern": "^[a-z]"}),
    ({"type": "array"}, {"uniqueItems": True}),
    ({"type": "array", "contains": INTEGER}, {"type": "array", "contains": INTEGER, "minContains": 2}),
    ({"type": "object"}, {"type": "object", "additionalProperties": False}),
    ({"anyOf": [STRING, INTEGER]}, {"oneOf": [STRING, {"minLength": 2}, INTEGER]}),
    ({"not": STRING}, {"not": {"type": ["string", "null"]}}),
    (INTEGER, False),
    (True, STRING),
]


def wrong() -> Iterator[str]:
    """Questions that are not answered as they must be."""
    for expected, questions in (("safe", CONTAINED), ("broken", NOT_CONTAINED)):
        for sender_schema, receiver_schema in questions:
            session = contain.Session(LooseSchemas(), LooseSchemas(), literal=True)
            status = session.ask(
                contain.REQUEST, contain.Spot(sender_schema, ""), contain.Spot(receiver_schema, "")
            ).status
            if status != expected:
                yield f"{sender_schema} in {receiver_schema}: {status}"
