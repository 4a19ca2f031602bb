"""Schemas that plainly accept something: enough for nearly all that people write, and a hundred times cheaper than a proof.

The answer "yes" is certain. Everything else is "do not know", and `validity` asks the core.
"""

from __future__ import annotations

import math
from typing import Any

from tools.breaking.input.documents import BadInputError, Spec
from tools.breaking.schema import dialect, values

Json = Any
_ANNOTATED = frozenset({"type", "enum", "const"})
_PLAIN = frozenset(
    """$ref type enum const anyOf oneOf minimum maximum exclusiveMinimum exclusiveMaximum multipleOf minLength maxLength
    items minItems maxItems uniqueItems properties additionalProperties required minProperties maxProperties pattern""".split()
)
_OPEN_TYPES = ("null", "boolean", "string", "number", "array", "object")


class Plausible:
    """Remembers the answers for one document."""

    def __init__(self, spec: Spec) -> None:
        self._spec = spec
        self._known: dict[int, bool] = {}
        self._open: set[int] = set()

    def accepts_something(self, raw: Json, file: str) -> bool:
        """Whether some value surely satisfies `raw`; False when that is not plain to see."""
        if isinstance(raw, bool) or not isinstance(raw, dict):
            return raw is True
        key = id(raw)
        # A schema that is needed to satisfy itself may have no value at all; the full search decides that.
        if key in self._open:
            return False
        if key not in self._known:
            self._open.add(key)
            self._known[key] = self._is_plain(raw, file)
            self._open.discard(key)
        return self._known[key]

    def _is_plain(self, raw: dict[str, Json], file: str) -> bool:
        words = dialect.assertions(raw, is_30=self._spec.is_30)
        if isinstance(words, bool):
            return words
        if not words.keys() <= _PLAIN:
            return False
        if "$ref" in words:
            return set(words) == {"$ref"} and self._target(words["$ref"], file)
        if "anyOf" in words or "oneOf" in words:
            return len(words) == 1 and self._union(words, file)
        types = words.get("type") or _OPEN_TYPES
        if "enum" in words or "const" in words:
            listed = [words["const"]] if "const" in words else words["enum"]
            return words.keys() <= _ANNOTATED and any(_is_of(value, types) for value in listed)
        return any(self._has(words, kind, raw, file) for kind in types)

    def _target(self, reference: Json, file: str) -> bool:
        try:
            target, where, _ = self._spec.target(reference, file)
        except BadInputError:
            return False
        return self.accepts_something(target, where)

    def _union(self, words: dict[str, Json], file: str) -> bool:
        members = words.get("anyOf") or words.get("oneOf") or []
        if "anyOf" in words:
            return any(self.accepts_something(member, file) for member in members)
        nulls = [member for member in members if isinstance(member, dict) and member.get("type") == "null"]
        others = [member.get("type") for member in members if isinstance(member, dict) and member not in nulls]
        return len(nulls) == 1 and all(isinstance(kind, str) for kind in others)

    def _has(self, words: dict[str, Json], kind: str, raw: dict[str, Json], file: str) -> bool:
        match kind:
            case "null" | "boolean":
                return True
            case "string":
                return _string(words, raw)
            case "integer" | "number":
                return _number(words, whole=kind == "integer")
            case "array":
                return self._array(words, file)
            case _:
                return kind == "object" and self._object(words, file)

    def _array(self, words: dict[str, Json], file: str) -> bool:
        least, most = words.get("minItems", 0), words.get("maxItems", math.inf)
        if least == 0:
            return True
        # Several unique items need as many different values, which this quick look does not count.
        few = least == 1 or not words.get("uniqueItems")
        return bool(least <= most) and few and self.accepts_something(words.get("items", True), file)

    def _object(self, words: dict[str, Json], file: str) -> bool:
        required, properties = words.get("required") or [], words.get("properties") or {}
        if words.get("minProperties", 0) > len(required) or words.get("maxProperties", math.inf) < len(required):
            return False
        rest = words.get("additionalProperties", True)
        return all(self.accepts_something(properties.get(name, rest), file) for name in required)


def _is_of(value: Json, types: Json) -> bool:
    kind = values.kind_of(value)
    return kind in types or (kind == "number" and "integer" in types and values.is_integer(value))


def _string(words: dict[str, Json], raw: dict[str, Json]) -> bool:
    least, most = words.get("minLength", 0), words.get("maxLength", math.inf)
    if "pattern" not in words:
        return bool(least <= most)
    from tools.breaking.schema import patterns  # noqa: PLC0415 - start-up: it brings a validator along

    listed = raw.get("examples")
    samples = [raw.get("example"), raw.get("default"), *(listed if isinstance(listed, list) else ())]
    texts = [text for text in samples if isinstance(text, str) and least <= len(text) <= most]
    validator = patterns.validator(words["pattern"]) if texts else None
    return validator is not None and any(validator.is_valid(text) for text in texts)


def _number(words: dict[str, Json], *, whole: bool) -> bool:
    low = max(words.get("minimum", -math.inf), words.get("exclusiveMinimum", -math.inf))
    high = min(words.get("maximum", math.inf), words.get("exclusiveMaximum", math.inf))
    if "multipleOf" in words or whole:
        return bool(low < 0 < high) or (whole and "multipleOf" not in words and bool(high - low > 1))
    return bool(low < high)
