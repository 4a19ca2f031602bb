"""`unevaluatedProperties` and `unevaluatedItems`, rewritten as ordinary keywords.

What is evaluated depends on which branches hold. So the schema becomes a disjunction over the ways its branches can hold, each
with the names (or the number of items) that are evaluated in that case. Equivalent, and free of annotations.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tools.breaking.schema.values import Json

if TYPE_CHECKING:
    from collections.abc import Callable

MAX_CASES = 64
WORDS = ("unevaluatedProperties", "unevaluatedItems")
_RELEVANT = frozenset(
    {"properties", "patternProperties", "additionalProperties", "prefixItems", "items", "contains", *WORDS}
)
_APPLICATORS = frozenset({"$ref", "allOf", "anyOf", "oneOf", "if", "then", "else", "dependentSchemas", "$dynamicRef"})


@dataclass(frozen=True, slots=True)
class _Case:
    """One way for a schema to hold: under `conditions`, these names, patterns and items are evaluated."""

    conditions: tuple[Json, ...] = ()
    names: frozenset[str] = frozenset()
    patterns: frozenset[str] = frozenset()
    every_name: bool = False
    items: int = 0
    every_item: bool = False
    contained: tuple[Json, ...] = ()

    def also(self, other: _Case) -> _Case:
        return _Case(
            self.conditions + other.conditions,
            self.names | other.names,
            self.patterns | other.patterns,
            self.every_name or other.every_name,
            max(self.items, other.items),
            self.every_item or other.every_item,
            self.contained + other.contained,
        )


class _TooManyError(Exception):
    pass


def present(schema: dict[str, Json]) -> bool:
    """Whether `schema` itself uses one of the two words with an effect."""
    return any(schema.get(word, True) is not True for word in WORDS)


def rewrite(schema: dict[str, Json], target: Callable[[str], Json]) -> dict[str, Json] | None:
    """`schema` without the two words, or None when there are too many cases to write down."""
    bare = {word: value for word, value in schema.items() if word not in WORDS}
    try:
        cases = _cases(bare, target, 0)
    except _TooManyError:
        return None
    closed = [{"allOf": [*case.conditions, *_closing(schema, case)]} for case in cases]
    return {"allOf": [bare, closed[0] if len(closed) == 1 else {"anyOf": closed}]}


def _closing(schema: dict[str, Json], case: _Case) -> list[Json]:
    result: list[Json] = []
    rest = schema.get("unevaluatedProperties", True)
    if rest is not True and not case.every_name:
        group = {
            "properties": dict.fromkeys(sorted(case.names), True),
            "patternProperties": dict.fromkeys(sorted(case.patterns), True),
        }
        result.append({**group, "additionalProperties": rest})
    rest = schema.get("unevaluatedItems", True)
    if rest is not True and not case.every_item:
        tail = {"anyOf": [*case.contained, rest]} if case.contained else rest
        result.append({"prefixItems": [True] * case.items, "items": tail})
    return result


def _cases(schema: Json, target: Callable[[str], Json], depth: int) -> list[_Case]:
    if not isinstance(schema, dict) or not ((_RELEVANT | _APPLICATORS) & schema.keys()):
        return [_Case()]
    # Each level multiplies the cases, and what `$dynamicRef` means depends on who asks: both stay undecided.
    if depth > 12 or "$dynamicRef" in schema:
        raise _TooManyError
    parts = [[_own(schema)]]
    if "$ref" in schema:
        parts.append(_cases(target(schema["$ref"]), target, depth + 1))
    parts += [_cases(member, target, depth + 1) for member in schema.get("allOf", ())]
    parts += [
        _alternatives(schema[word], target, depth, exclusive=word == "oneOf")
        for word in ("anyOf", "oneOf")
        if schema.get(word)
    ]
    if "if" in schema:
        then = [_held(schema["if"], case) for case in _both(schema["if"], schema.get("then", True), target, depth)]
        otherwise = [_failed(schema["if"], case) for case in _cases(schema.get("else", True), target, depth + 1)]
        parts.append(then + otherwise)
    for name, member in schema.get("dependentSchemas", {}).items():
        there = {"required": [name]}
        satisfied = [_held(there, case) for case in _cases(member, target, depth + 1)]
        parts.append([*satisfied, _failed(there, _Case())])
    return _product(parts)


def _both(first: Json, second: Json, target: Callable[[str], Json], depth: int) -> list[_Case]:
    return _product([_cases(first, target, depth + 1), _cases(second, target, depth + 1)])


def _own(schema: dict[str, Json]) -> _Case:
    return _Case(
        names=frozenset(schema.get("properties") or ()),
        patterns=frozenset(schema.get("patternProperties") or ()),
        every_name="additionalProperties" in schema or "unevaluatedProperties" in schema,
        items=len(schema.get("prefixItems", ())),
        every_item="items" in schema or "unevaluatedItems" in schema,
        contained=(schema["contains"],) if "contains" in schema else (),
    )


def _alternatives(members: list[Json], target: Callable[[str], Json], depth: int, *, exclusive: bool) -> list[_Case]:
    """Each way in which the members of an anyOf (a oneOf when `exclusive`) hold or fail; static ones need no cases."""
    known = [_cases(member, target, depth + 1) for member in members]
    if all(cases == [_Case()] for cases in known):
        return [_Case()]
    result: list[_Case] = []
    for truths in itertools.product((True, False), repeat=len(members)):
        if not any(truths) or (exclusive and sum(truths) > 1):
            continue
        parts = [
            [_held(member, case) for case in cases] if yes else [_failed(member, _Case())]
            for member, cases, yes in zip(members, known, truths, strict=True)
        ]
        result += _product(parts)
        if len(result) > MAX_CASES:
            raise _TooManyError
    return result


def _held(condition: Json, case: _Case) -> _Case:
    return _Case((condition,)).also(case)


def _failed(condition: Json, case: _Case) -> _Case:
    return _Case(({"not": condition},)).also(case)


def _product(parts: list[list[_Case]]) -> list[_Case]:
    result = [_Case()]
    for cases in parts:
        result = [first.also(second) for first in result for second in cases]
        if len(result) > MAX_CASES:
            raise _TooManyError
    return result
