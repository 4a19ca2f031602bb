"""One-edit mutants of a contract: what a contract author could have got wrong, or could get wrong tomorrow.

Each says less or more than the contract did. A mutant that asks for less (an enum value removed) dies by an exchange that the
service rightly had; one that allows more (a bound lifted) dies by a request that the service rightly refused, so widenings are
made on the request side only: no reply can break a promise that got weaker.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from tools.conformance.contract.compiled import CompiledOperation, Contract
from tools.conformance.contract.media import is_json
from tools.conformance.mutate import mutants_schema
from tools.openapi import scopes, source
from tools.openapi.kinds import METHODS


class _Removed:
    """Stands for a place that the edit removes."""

    def __repr__(self) -> str:
        return "REMOVED"


REMOVED = _Removed()


@dataclass(frozen=True, slots=True)
class Mutant:
    """One edit of the contract."""

    operator: str
    pointer: str
    """Where the edit is made."""
    value: Any
    """The value after the edit, or `REMOVED`."""
    text: str
    line_pointer: str = ""
    """The place to show, when it is not `pointer`."""

    @property
    def place(self) -> str:
        """Pointer of the line to show."""
        return self.line_pointer or self.pointer


def edited(document: Any, mutant: Mutant) -> Any:
    """`document` with the edit made; everything beside the path to it is shared."""
    tokens = source.split(mutant.pointer)
    return _edited(document, tokens, mutant.value)


def _edited(value: Any, tokens: list[str], new: Any) -> Any:
    head, rest = tokens[0], tokens[1:]
    if isinstance(value, list):
        items = list(value)
        index = int(head)
        if not rest and new is REMOVED:
            del items[index]
        else:
            items[index] = _edited(items[index], rest, new) if rest else new
        return items
    copy = dict(value)
    if rest:
        copy[head] = _edited(copy[head], rest, new)
    elif new is REMOVED:
        copy.pop(head, None)
    else:
        copy[head] = new
    return copy


def mutants_of(contract: Contract, operations: set[str] | None = None) -> Iterator[Mutant]:
    """Every mutant that concerns one of `operations` (keys; default all), each place once, in document order."""
    selection = [item for item in contract.operations.values() if operations is None or item.key in operations]
    identities: set[tuple[str, str, str]] = set()
    for mutant in _all(contract, selection):
        identity = (mutant.operator, mutant.pointer, repr(mutant.value))
        if identity not in identities:
            identities.add(identity)
            yield mutant


def _all(contract: Contract, operations: list[CompiledOperation]) -> Iterator[Mutant]:
    for operation in operations:
        yield from _of_operation(contract, operation)
        yield from _of_security(contract, operation)
        yield from _of_parameters(contract, operation)
        yield from _of_body(contract, operation)
        yield from _of_replies(contract, operation)
    sides: dict[str, set[str]] = {}
    for operation in operations:
        for compiled, side in _schemas_of(operation):
            for root in compiled.roots:
                sides.setdefault(root, set()).add(side)
    nullable = mutants_schema.nullable_anyway(contract.document)
    for root, root_sides in sides.items():
        for operator, pointer, value, text in mutants_schema.edits(contract.document, root, root_sides, nullable):
            yield Mutant(operator, pointer, REMOVED if value is mutants_schema.DROP else value, text)


def _schemas_of(operation: CompiledOperation) -> Iterator[tuple[Any, str]]:
    for parameter in operation.parameters:
        yield parameter.schema, "request"
    for content in operation.body.contents if operation.body else ():
        if content.schema and is_json(content.media_type):
            yield content.schema, "request"
    for reply in operation.replies.values():
        for content in reply.contents:
            if content.schema and is_json(content.media_type):
                yield content.schema, "response"
        for header in reply.headers:
            if header.schema:
                yield header.schema, "response"


def _of_operation(contract: Contract, operation: CompiledOperation) -> Iterator[Mutant]:
    path_pointer = source.join("", "paths", operation.template)
    item = contract.document["paths"][operation.template]
    name = operation.operation_id
    if "$ref" in item:
        return
    method = operation.method.lower()
    yield Mutant("operation-removed", source.join(path_pointer, method), REMOVED, f"{name} is not in the contract")
    free = next((other for other in ("put", "patch", "post", "delete") if other not in item and other != method), None)
    if free:
        moved = {free if key == method else key: value for key, value in item.items()}
        yield Mutant(
            "method-changed",
            path_pointer,
            moved,
            f"{name} is {free.upper()} instead of {operation.method}",
            operation.pointer,
        )
    if sum(key in METHODS for key in item) == 1 or method == next(key for key in item if key in METHODS):
        paths = {
            (f"{key}-renamed" if key == operation.template else key): value
            for key, value in contract.document["paths"].items()
        }
        yield Mutant("path-renamed", "/paths", paths, f"{operation.template} is called otherwise", path_pointer)


def _of_security(contract: Contract, operation: CompiledOperation) -> Iterator[Mutant]:
    pointer = source.join(operation.pointer, "security")
    schemes = contract.document.get("components", {}).get("securitySchemes", {})
    raw = operation.raw.get("security", contract.document.get("security", []))
    if operation.is_public:
        if schemes:
            name = next(iter(schemes))
            yield Mutant(
                "security-added", pointer, [{name: []}], f"{operation.operation_id} asks for {name}", operation.pointer
            )
        return
    yield Mutant(
        "security-removed", pointer, [], f"anybody may call {operation.operation_id}", operation.security_pointer
    )
    if len(raw) > 1:
        for index, alternative in enumerate(raw):
            rest = [item for other, item in enumerate(raw) if other != index]
            names = " and ".join(alternative)
            yield Mutant(
                "alternative-removed",
                pointer,
                rest,
                f"{names} does not open {operation.operation_id}",
                operation.security_pointer,
            )
    yield from _of_scopes(operation, raw, schemes, pointer)


def _of_scopes(operation: CompiledOperation, raw: list[Any], schemes: Any, pointer: str) -> Iterator[Mutant]:
    for index, alternative in enumerate(raw):
        for name, required in alternative.items():
            for scope in scopes.declared(schemes.get(name, {})) or ():
                if required and scope not in required:
                    changed = [{**item, name: [scope]} if other == index else item for other, item in enumerate(raw)]
                    text = f"{operation.operation_id} asks for {scope} instead of {', '.join(required)}"
                    yield Mutant("scope-changed", pointer, changed, text, operation.security_pointer)


def _of_parameters(contract: Contract, operation: CompiledOperation) -> Iterator[Mutant]:
    for parameter in operation.parameters:
        pointer, name = parameter.pointer, f"{parameter.location} parameter {parameter.name}"
        if parameter.location == "path":
            continue
        flip = "parameter-optional" if parameter.required else "parameter-required"
        text = f"the {name} is {'optional' if parameter.required else 'required'}"
        yield Mutant(flip, source.join(pointer, "required"), not parameter.required, text, pointer)
        elsewhere = "header" if parameter.location == "query" else "query"
        yield Mutant("parameter-moved", source.join(pointer, "in"), elsewhere, f"the {name} is in {elsewhere}", pointer)
        if parameter.required:
            yield Mutant(
                "parameter-renamed",
                source.join(pointer, "name"),
                f"{parameter.name}X",
                f"the {name} is called otherwise",
                pointer,
            )
        if "array" in parameter.schema.types and parameter.location == "query":
            value = source.resolve(contract.document, pointer)
            changed = {**value, "explode": not parameter.explode}
            yield Mutant("array-style-changed", pointer, changed, f"the {name} is {'not ' * parameter.explode}exploded")


def _of_body(contract: Contract, operation: CompiledOperation) -> Iterator[Mutant]:
    body = operation.body
    if body is None:
        return
    flip = "body-optional" if body.required else "body-required"
    yield Mutant(
        flip,
        source.join(body.pointer, "required"),
        not body.required,
        f"the body of {operation.operation_id} flips",
        body.pointer,
    )
    value = source.resolve(contract.document, body.pointer)
    for media_type in value.get("content", {}):
        renamed = {
            ("application/x-mutant" if key == media_type else key): item for key, item in value["content"].items()
        }
        text = f"{operation.operation_id} does not take {media_type}"
        yield Mutant("body-media-type-changed", source.join(body.pointer, "content"), renamed, text, body.pointer)


def _of_replies(contract: Contract, operation: CompiledOperation) -> Iterator[Mutant]:
    for status in operation.raw.get("responses", {}):
        pointer = source.join(operation.pointer, "responses", status)
        yield Mutant("status-removed", pointer, REMOVED, f"{operation.operation_id} never answers {status}")
        raw, place = operation.raw["responses"][status], pointer
        while "$ref" in raw:
            place = raw["$ref"][1:]
            raw = source.resolve(contract.document, place)
        yield from _of_reply(raw, place, f"{operation.operation_id} {status}")
        yield from _of_headers(contract.document, raw, place)


def _of_reply(raw: dict[str, Any], place: str, name: str) -> Iterator[Mutant]:
    content = raw.get("content", {})
    for media_type in content:
        renamed = {("application/x-mutant" if key == media_type else key): item for key, item in content.items()}
        yield Mutant(
            "answer-media-type-changed", source.join(place, "content"), renamed, f"{name} is not {media_type}", place
        )
    if content:
        yield Mutant("answer-body-removed", source.join(place, "content"), REMOVED, f"{name} has no body")
    else:
        value = {"application/json": {"schema": {"type": "object"}}}
        yield Mutant("answer-body-added", source.join(place, "content"), value, f"{name} has a body", place)
    headers = {**raw.get("headers", {}), "X-Mutant": {"required": True, "schema": {"type": "string"}}}
    yield Mutant("header-added", source.join(place, "headers"), headers, f"{name} has the header X-Mutant", place)


def _of_headers(document: Any, raw: dict[str, Any], place: str) -> Iterator[Mutant]:
    for name, header in raw.get("headers", {}).items():
        pointer = source.join(place, "headers", name)
        value = header
        while "$ref" in value:
            pointer = value["$ref"][1:]
            value = source.resolve(document, pointer)
        if not value.get("required", False):
            yield Mutant(
                "header-required", source.join(pointer, "required"), True, f"the header {name} is required", pointer
            )
