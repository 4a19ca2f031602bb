"""Every field is described, bounded, and named as its kind demands."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from tools.openapi.problems import Problem
from tools.rules.rule import finding, rules_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tools.rules.contract import Contract, Node

_SNAKE_CASE = re.compile(r"[a-z][a-z0-9]*(_[a-z0-9]+)*\Z")
_LOWER_SNAKE = re.compile(r"[a-z0-9]+(_[a-z0-9]+)*\Z")
_BOUNDED_FORMATS = frozenset({"uuid", "date", "date-time", "time", "email", "ipv4", "ipv6", "binary"})
_INTEGER_FORMATS = frozenset({"int32", "int64"})

EXISTING_ENUMS = frozenset({"ProblemCode", "ChannelName", "platform_name", "LlmDecision", "token_type"})
"""Enumerations whose spelling clients know already; the list may only shrink."""


def property_text(contract: Contract) -> Iterator[Problem]:
    """Every property has a description that a shop owner understands, in place or in the schema it refers to."""
    for node in contract.properties:
        target = contract.follow(node)
        if not node.get("description") and not (target and target.get("description")):
            yield finding(node.at(), f"the property {node.name!r} has no description")


def property_example(contract: Contract) -> Iterator[Problem]:
    """Every property with a scalar value has an example: people understand an example faster than a pattern."""
    for node in contract.properties:
        target = contract.follow(node)
        if target is not None and _wants_example(target) and not (node.get("examples") or target.get("examples")):
            yield finding(node.at(), f"the property {node.name!r} has no example", hint="add examples: [...]")


def bounded_string(contract: Contract) -> Iterator[Problem]:
    """Every string has a `maxLength`, fixed values, a finite pattern or a bounded format; otherwise its size is unlimited."""
    for node in contract.written("schema"):
        if "string" not in node.types or {"enum", "const", "maxLength"} & set(node.value):
            continue
        if node.text("format") in _BOUNDED_FORMATS or _is_finite(node.get("pattern")):
            continue
        yield finding(
            node.at(), f"the string {node.name!r} has no upper bound", hint="add maxLength, an enum or a format"
        )


def bounded_array(contract: Contract) -> Iterator[Problem]:
    """Every array has `maxItems`: clients must know how many items to expect."""
    for node in contract.written("schema"):
        if "array" in node.types and "maxItems" not in node.value:
            yield finding(node.at(), f"the array {node.name!r} has no maxItems")


def integer_format(contract: Contract) -> Iterator[Problem]:
    """Every integer has the format int32 or int64: JavaScript and databases store the two differently."""
    for node in contract.written("schema"):
        if "integer" in node.types and node.text("format") not in _INTEGER_FORMATS:
            yield finding(node.at(), f"the integer {node.name!r} has no format", hint="add format: int32 or int64")


def closed_request(contract: Contract) -> Iterator[Problem]:
    """Objects in requests refuse unknown properties, so that a typing mistake is a 400 and not a silent default.

    Deliveries of payment processors are the exception: their makers add fields without asking.
    """
    visited: set[tuple[str, str]] = set()
    for operation in contract.operations:
        if operation.body is None or operation.is_webhook:
            continue
        for media in operation.body.mapping("content"):
            for node in _objects_below(contract, operation.body, media, visited):
                if node.get("additionalProperties") is None and node.get("unevaluatedProperties") is not False:
                    hint = "add additionalProperties: false"
                    yield finding(node.at(), f"the request object {node.name!r} accepts unknown properties", hint=hint)


def snake_case_property(contract: Contract) -> Iterator[Problem]:
    """Property names are in snake_case in every API."""
    for node in contract.properties:
        if not _SNAKE_CASE.match(node.name):
            yield finding(node.at(), f"the property {node.name!r} is not snake_case")


def enum_case(contract: Contract) -> Iterator[Problem]:
    """Enumeration values are in lower_snake, except where clients or platforms already use another spelling."""
    for node in contract.written("schema"):
        if node.name in EXISTING_ENUMS or "/webhooks/" in node.document.path:
            continue
        for index, value in enumerate(node.listed("enum")):
            if isinstance(value, str) and not _LOWER_SNAKE.match(value):
                yield finding(node.value_at("enum", index), f"{value!r} is not lower_snake")


RULES = rules_of(
    "properties",
    (
        property_text,
        property_example,
        bounded_string,
        bounded_array,
        integer_format,
        closed_request,
        snake_case_property,
        enum_case,
    ),
)


def _wants_example(node: Node) -> bool:
    """Whether it holds a plain value: objects and arrays are shown by their parts."""
    return not {"object", "array"} & set(node.types) and not {"anyOf", "oneOf", "allOf"} & set(node.value)


def _is_finite(pattern: object) -> bool:
    """Whether a pattern bounds the length by itself: anchored, and nothing in it repeats without end."""
    if not isinstance(pattern, str) or not (pattern.startswith("^") and pattern.endswith("$")):
        return False
    return not re.search(r"(?<!\\)[*+]|\{\d*,\}", pattern)


def _objects_below(contract: Contract, body: Node, media: str, visited: set[tuple[str, str]]) -> Iterator[Node]:
    """Every object schema that a request body is made of."""
    content = body.child("media-type", "content", media)
    queue = [content.child("schema", "schema")] if content.mapping("schema") else []
    while queue:
        node = contract.follow(queue.pop())
        if node is None or not isinstance(node.value, dict) or (node.document.path, node.pointer) in visited:
            continue
        visited.add((node.document.path, node.pointer))
        if "object" in node.types:
            yield node
        queue += [node.child("schema", "properties", name) for name in node.mapping("properties")]
        queue += [node.child("schema", "items")] if node.mapping("items") else []
        queue += [
            node.child("schema", word, index)
            for word in ("allOf", "anyOf", "oneOf")
            for index, _ in enumerate(node.listed(word))
        ]
