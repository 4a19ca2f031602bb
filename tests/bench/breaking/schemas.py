"""Random schemas and documents to try them on. The same seed gives the same run."""

from __future__ import annotations

import json
import random
from typing import Any

Json = Any

WORDS = ["a", "b", "c", "x-d"]
PATTERNS = ["^[a-z]+$", "^[ab]*$", "^x-", "[0-9]", "^(a|bc)$", "^.{2,3}$", "^[^a]*$", "b$", "^a?b{1,2}$", "^\\d{2}$"]
SCALARS: list[Json] = [
    None,
    True,
    False,
    0,
    1,
    2,
    3,
    5,
    10,
    -1,
    0.5,
    1.5,
    2.5,
    "",
    "a",
    "b",
    "ab",
    "bc",
    "abc",
    "x-d",
    "12",
    "zzzz",
    "A",
]


class Schemas:
    """Makes random schemas."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)

    def schema(self, depth: int = 2) -> Json:
        """A schema of a few keywords, nested up to `depth`."""
        roll = self.random.random()
        if roll < 0.03:
            return self.random.random() < 0.7
        if depth > 0 and roll < 0.22:
            return self._combined(depth)
        kind = self.random.choice(
            ["string", "integer", "number", "array", "object", "object", "boolean", "null", "any"]
        )
        schema: dict[str, Json] = {} if kind == "any" else {"type": kind}
        for _ in range(self.random.randint(0, 3)):
            self._keyword(schema, kind, depth)
        if self.random.random() < 0.08:
            schema["type"] = self.random.sample(["string", "integer", "null", "object", "array", "boolean"], 2)
        return schema

    def _combined(self, depth: int) -> Json:
        word = self.random.choice(["anyOf", "oneOf", "allOf", "not", "if", "anyOf", "oneOf"])
        if word == "not":
            return {"not": self.schema(depth - 1)}
        if word == "if":
            parts = ["if", *self.random.sample(["then", "else"], self.random.randint(1, 2))]
            return {part: self.schema(depth - 1) for part in parts}
        return {word: [self.schema(depth - 1) for _ in range(self.random.randint(1, 3))]}

    def _keyword(self, schema: dict[str, Json], kind: str, depth: int) -> None:
        if kind == "any":
            kind = self.random.choice(["string", "number", "array", "object"])
        pick = self.random.choice
        if self.random.random() < 0.12:
            schema["enum"] = self.random.sample(SCALARS, self.random.randint(1, 4))
        elif kind == "string":
            word = pick(["minLength", "maxLength", "pattern", "pattern"])
            schema[word] = pick(PATTERNS) if word == "pattern" else self.random.randint(0, 4)
        elif kind in {"integer", "number"}:
            word = pick(["minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf"])
            schema[word] = pick([1, 2, 3, 0.5, 1.5]) if word == "multipleOf" else pick([0, 1, 2, 3, 5, 0.5, 2.5, -1])
        elif kind == "array":
            self._array_keyword(schema, depth)
        elif kind == "object":
            self._object_keyword(schema, depth)

    def _array_keyword(self, schema: dict[str, Json], depth: int) -> None:
        word = self.random.choice(
            ["minItems", "maxItems", "items", "items", "prefixItems", "uniqueItems", "contains", "unevaluatedItems"]
        )
        if word in {"minItems", "maxItems"}:
            schema[word] = self.random.randint(0, 3)
        elif word == "uniqueItems":
            schema[word] = True
        elif word == "prefixItems":
            schema[word] = [self.schema(depth - 1) for _ in range(self.random.randint(1, 2))] if depth > 0 else [True]
        else:
            schema[word] = self.schema(depth - 1) if depth > 0 else {"type": "string"}
            if word == "contains" and self.random.random() < 0.4:
                schema[self.random.choice(["minContains", "maxContains"])] = self.random.randint(0, 2)

    def _object_keyword(self, schema: dict[str, Json], depth: int) -> None:
        inner = (
            (lambda: self.schema(depth - 1))
            if depth > 0
            else lambda: self.random.choice([True, {"type": "string"}, {"type": "integer"}])
        )
        word = self.random.choice(_OBJECT_WORDS)
        if word in {"minProperties", "maxProperties"}:
            schema[word] = self.random.randint(0, 3)
        elif word == "required":
            schema[word] = self.random.sample(WORDS, self.random.randint(1, 2))
        elif word == "properties":
            schema[word] = {name: inner() for name in self.random.sample(WORDS, self.random.randint(1, 3))}
        elif word == "patternProperties":
            schema[word] = {self.random.choice(PATTERNS): inner()}
        elif word in {"additionalProperties", "unevaluatedProperties"}:
            schema[word] = self.random.choice([False, False, True, inner()])
        elif word == "propertyNames":
            schema[word] = {"pattern": self.random.choice(PATTERNS)}
        elif word == "dependentRequired":
            first, second = self.random.sample(WORDS, 2)
            schema[word] = {first: [second]}
        else:
            schema[word] = {self.random.choice(WORDS): inner()}

    def variation(self, schema: Json, depth: int = 2) -> Json:
        """`schema` with one thing changed somewhere, as an editor would."""
        copy = json.loads(json.dumps(schema))
        if not isinstance(copy, dict) or self.random.random() < 0.1:
            return self.schema(depth)
        holders = [value for value in _schemas_in(copy) if isinstance(value, dict)]
        target = self.random.choice(holders)
        roll = self.random.random()
        if target and roll < 0.35:
            target.pop(self.random.choice(list(target)))
        elif roll < 0.5:
            inner = dict(target)
            target.clear()
            target[self.random.choice(["allOf", "anyOf", "oneOf"])] = [
                inner,
                *([self.schema(0)] if self.random.random() < 0.6 else []),
            ]
        else:
            kind = target.get("type")
            self._keyword(target, kind if isinstance(kind, str) else "any", 1)
        return copy


_OBJECT_WORDS = [
    "minProperties", "maxProperties", "required", "required", "properties", "properties", "properties", "patternProperties",
    "additionalProperties", "additionalProperties", "propertyNames", "dependentRequired", "dependentSchemas",
    "unevaluatedProperties",
]  # fmt: skip


def _schemas_in(schema: Json) -> list[Json]:
    schemas = [schema]
    if isinstance(schema, dict):
        for word, value in schema.items():
            if word in {"properties", "patternProperties", "dependentSchemas"}:
                schemas += [inner for member in value.values() for inner in _schemas_in(member)]
            elif word in {"allOf", "anyOf", "oneOf", "prefixItems"}:
                schemas += [inner for member in value for inner in _schemas_in(member)]
            elif word in {"not", "if", "then", "else", "items", "contains", "additionalProperties"}:
                schemas += _schemas_in(value)
    return schemas


def documents(seed: int, count: int) -> list[Json]:
    """Documents to look for counter-examples among: all scalars, then random arrays and objects of them."""
    chooser = random.Random(seed)

    def value(depth: int) -> Json:
        roll = chooser.random()
        if depth == 0 or roll < 0.5:
            return chooser.choice(SCALARS)
        if roll < 0.7:
            return [value(depth - 1) for _ in range(chooser.randint(0, 3))]
        return {name: value(depth - 1) for name in chooser.sample([*WORDS, "zz", "x-e"], chooser.randint(0, 3))}

    return [*SCALARS, [], {}, *(value(2) for _ in range(count))]
