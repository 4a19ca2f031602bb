"""Schemas that contradict themselves."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

import jsonschema_rs

from tools.openapi import kinds
from tools.openapi.problems import Problem
from tools.rules.rule import finding, rules_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tools.rules.contract import Contract, Node


def no_nullable(contract: Contract) -> Iterator[Problem]:
    """`nullable` belongs to OpenAPI 3.0. In 3.1 it has no effect, so the intended null is rejected."""
    for node in contract.written("schema"):
        if "nullable" in node.value:
            kind = node.get("type", "string")
            yield finding(
                node.at("nullable"), "`nullable` has no effect in OpenAPI 3.1", hint=f"write type: [{kind}, 'null']"
            )


def valid_pattern(contract: Contract) -> Iterator[Problem]:
    """A `pattern` is a regular expression that compiles. Validators reject everything or nothing with an invalid one."""
    for node in contract.written("schema"):
        pattern = node.get("pattern")
        if isinstance(pattern, str) and (reason := _why_not(pattern)):
            yield finding(node.value_at("pattern"), f"{pattern!r} is not a regular expression: {reason}")


def ordered_bounds(contract: Contract) -> Iterator[Problem]:
    """A lower bound does not exceed its upper bound; otherwise no value is valid."""
    for node in contract.written("schema"):
        for low, high in _BOUNDS:
            lower, upper = node.get(low), node.get(high)
            if _is_number(lower) and _is_number(upper) and _crossed(low, lower, high, upper):
                yield finding(node.at(low), f"{low} {lower} and {high} {upper} allow no value", hint="swap them")


def enum_of_type(contract: Contract) -> Iterator[Problem]:
    """Every value of an `enum`, and a `const`, has the type of its schema; otherwise it is never valid."""
    for node in contract.written("schema"):
        types = frozenset(node.types)
        if not types:
            continue
        for token, value in _fixed_values(node):
            if not any(_is_of(value, name) for name in types):
                message = f"{json.dumps(value, ensure_ascii=False)} is not of type {' or '.join(sorted(types))}"
                yield finding(node.value_at(*token), message)


def distinct_enum(contract: Contract) -> Iterator[Problem]:
    """The values of an `enum` are unique; a repeated value is usually a typing mistake."""
    for node in contract.written("schema"):
        values = node.listed("enum")
        for index, value in enumerate(values):
            if any(_same(value, earlier) for earlier in values[:index]):
                yield finding(node.value_at("enum", index), f"{json.dumps(value, ensure_ascii=False)} is repeated")


def required_is_known(contract: Contract) -> Iterator[Problem]:
    """Every name in `required` is one of `properties`. Otherwise the object requires a property without a description."""
    for node in contract.written("schema"):
        properties = _all_properties(contract, node)
        for index, name in enumerate(node.listed("required") if properties is not None else ()):
            if properties is not None and str(name) not in properties:
                message = f"{name!r} is required and not described under `properties`"
                yield finding(node.value_at("required", index), message)


def keyword_of_type(contract: Contract) -> Iterator[Problem]:
    """Keywords apply to the type of their schema: `minLength` on an integer has no effect."""
    for node in contract.written("schema"):
        types = frozenset(node.types)
        for name in node.value if types else ():
            fits = _KEYWORDS_OF.get(name)
            if fits and not fits & types:
                message = f"`{name}` has no effect on type {' or '.join(sorted(types))}"
                yield finding(node.at(name), message, hint=f"it applies to type {' or '.join(sorted(fits))}")


RULES = rules_of(
    "schemas",
    (no_nullable, valid_pattern, ordered_bounds, enum_of_type, distinct_enum, required_is_known, keyword_of_type),
)

_BOUNDS = (
    ("minimum", "maximum"),
    ("minimum", "exclusiveMaximum"),
    ("exclusiveMinimum", "maximum"),
    ("exclusiveMinimum", "exclusiveMaximum"),
    ("minLength", "maxLength"),
    ("minItems", "maxItems"),
    ("minProperties", "maxProperties"),
    ("minContains", "maxContains"),
)
_PYTHON_TYPES: dict[str, type] = {"string": str, "object": dict, "array": list, "null": type(None)}
_NUMBERS = frozenset({"number", "integer"})
_KEYWORDS_OF: dict[str, frozenset[str]] = {
    **dict.fromkeys(("minLength", "maxLength", "pattern"), frozenset({"string"})),
    **dict.fromkeys(("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf"), _NUMBERS),
    **dict.fromkeys(("items", "minItems", "maxItems", "uniqueItems", "prefixItems"), frozenset({"array"})),
    **dict.fromkeys(
        ("properties", "required", "additionalProperties", "minProperties", "maxProperties", "propertyNames"),
        frozenset({"object"}),
    ),
}


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _crossed(low: str, lower: float, high: str, upper: float) -> bool:
    touches = low.startswith("exclusive") or high.startswith("exclusive")
    return lower >= upper if touches else lower > upper


def _is_of(value: Any, name: str) -> bool:
    if isinstance(value, bool):
        return name == "boolean"
    if isinstance(value, int | float):
        return name == "number" or (name == "integer" and float(value).is_integer())
    return isinstance(value, _PYTHON_TYPES.get(name, ()))


def _same(one: Any, other: Any) -> bool:
    return isinstance(one, bool) == isinstance(other, bool) and one == other


def _fixed_values(node: Node) -> Iterator[tuple[tuple[str | int, ...], Any]]:
    for index, value in enumerate(node.listed("enum")):
        yield ("enum", index), value
    if "const" in node.value:
        yield ("const",), node.value["const"]


def _all_properties(contract: Contract, node: Node) -> set[str] | None:
    """Names under `properties`, here and in `allOf`; None where unknown ones are part of the plan."""
    if any(name in node.value for name in ("patternProperties", "anyOf", "oneOf", "if", "not", "dependentSchemas")):
        return None
    if kinds.is_elsewhere(node.get("properties")):
        return None
    known = set(node.mapping("properties"))
    for index, _ in enumerate(node.listed("allOf")):
        part = contract.follow(node.child("schema", "allOf", index))
        inner = _all_properties(contract, part) if part is not None and isinstance(part.value, dict) else None
        if inner is None:
            return None
        known |= inner
    is_part = any(f"/{word}/" in node.pointer for word in ("allOf", "anyOf", "oneOf", "then", "else"))
    return None if is_part and "properties" not in node.value else known


def _why_not(pattern: str) -> str | None:
    """Error of a `pattern` that does not compile, or None. The validator judges; Python's message explains."""
    try:
        jsonschema_rs.Draft202012Validator({"pattern": pattern})
    except jsonschema_rs.ValidationError:
        try:
            re.compile(pattern)
        except re.error as error:
            return f"{error.msg} at position {error.pos}"
        return "ECMA-262 does not have this syntax"
    return None
