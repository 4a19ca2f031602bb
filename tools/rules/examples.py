"""Examples are data: mocks serve them, tests send them, docs show them. So they must exist, and must be right."""

from __future__ import annotations

import json
from functools import cache
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import jsonschema_rs

from tools.openapi.problems import Problem
from tools.rules.contract import uri_of
from tools.rules.rule import finding, rules_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tools.openapi.kinds import Kind
    from tools.rules.contract import Contract, Node

_CARRIERS: tuple[Kind, ...] = ("media-type", "parameter", "header")


def example_fits(contract: Contract) -> Iterator[Problem]:
    """Every example, `default` included, is valid against its schema, including formats. A wrong one teaches invalid requests."""
    oracle = _Oracle(contract)
    for schema, node, tokens, value in _examples(contract):
        if schema is None:
            continue
        for error in oracle.errors(schema, value):
            yield finding(node.value_at(*tokens, *error.instance_path), in_words(error))


def body_has_example(contract: Contract) -> Iterator[Problem]:
    """Every documented body, of requests and of every status, has at least one named example with a summary."""
    for node in contract.written("media-type"):
        examples = node.get("examples")
        if not examples and "example" not in node.value:
            yield finding(
                node.at(), f"the {node.name} body has no example", hint="add one under `examples`, with a summary"
            )
    for node in contract.written("example"):
        if not node.get("summary"):
            yield finding(node.at(), f"the example {node.name!r} has no summary", hint="describe it in a few words")


RULES = rules_of("examples", (example_fits, body_has_example))


def _examples(contract: Contract) -> Iterator[tuple[Node | None, Node, tuple[str | int, ...], Any]]:
    """Each example with the schema it must fit, the object it belongs to, and where it stands below that."""
    for kind in _CARRIERS:
        for node in contract.written(kind):
            schema = contract.follow(node.child("schema", "schema")) if "schema" in node.value else None
            for tokens, value in _carried(node):
                yield schema, node, tokens, value
    for node in contract.written("schema"):
        for index, value in enumerate(node.listed("examples")):
            yield node, node, ("examples", index), value
        for name in ("default", "example"):
            if name in node.value:
                yield node, node, (name,), node.value[name]


def _carried(node: Node) -> Iterator[tuple[tuple[str | int, ...], Any]]:
    """Examples that a body, parameter or header carries itself."""
    if "example" in node.value:
        yield ("example",), node.value["example"]
    for name, example in node.mapping("examples").items():
        if isinstance(example, dict) and "value" in example:
            yield ("examples", name, "value"), example["value"]


class _Oracle:
    """Judges values by schemas, where they stand in the source files: nothing is copied or dereferenced."""

    def __init__(self, contract: Contract) -> None:
        self._registry = contract.registry
        self._validator = cache(self._compile)

    def errors(self, schema: Node, value: Any) -> list[jsonschema_rs.ValidationError]:
        """Errors of `value`; none when the schema itself is broken, which other rules report."""
        validator = self._validator(schema.document.path, schema.pointer)
        return list(validator.iter_errors(value)) if validator is not None else []

    def _compile(self, path: str, pointer: str) -> jsonschema_rs.Draft202012Validator | None:
        reference = f"{uri_of(path)}#{quote(pointer, safe='/~')}"
        try:
            return jsonschema_rs.Draft202012Validator(
                {"$ref": reference}, registry=self._registry, validate_formats=True
            )
        except (jsonschema_rs.ValidationError, jsonschema_rs.ReferencingError, ValueError):
            return None


def in_words(error: jsonschema_rs.ValidationError) -> str:
    """Message for an invalid example, with the keyword of the schema that it breaks."""
    kind = error.kind
    text = json.dumps(error.instance, ensure_ascii=False)
    text = text if len(text) <= 60 else text[:57] + "..."
    match kind:
        case jsonschema_rs.ValidationErrorKind.Required():
            return f"the example lacks {str(kind.value)!r}"
        case jsonschema_rs.ValidationErrorKind.AdditionalProperties() | (
            jsonschema_rs.ValidationErrorKind.UnevaluatedProperties()
        ):
            return f"the schema does not declare {', '.join(map(repr, kind.unexpected))}"
        case jsonschema_rs.ValidationErrorKind.Type():
            return f"the example {text} is not of type {' or '.join(sorted(kind.types))}"
        case jsonschema_rs.ValidationErrorKind.Format():
            return f"the example {text} is not a valid {kind.format}"
        case jsonschema_rs.ValidationErrorKind.Enum():
            return f"the example {text} is not one of {', '.join(map(str, kind.options))}"
        case _:
            return (
                f"the example {text} violates `{kind.name}` ({json.dumps(kind.value, ensure_ascii=False, default=str)})"
            )
