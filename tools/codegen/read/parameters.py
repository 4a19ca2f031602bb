"""Parameters, and everything that can be wrong with one."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, cast

from tools.codegen import ir, names
from tools.codegen.read import objects, shapes
from tools.codegen.read.schemas import Reader
from tools.openapi.node import Node
from tools.openapi.operations import IGNORED_HEADERS, Location, Operation, Parameter
from tools.openapi.problems import Problem

_STYLES: dict[str, tuple[str, ...]] = {
    "path": ("simple", "label", "matrix"),
    "query": ("form", "spaceDelimited", "pipeDelimited", "deepObject"),
    "header": ("simple",),
    "cookie": ("form",),
}


def read(reader: Reader, declared: Operation, operation_id: str) -> tuple[list[ir.Parameter], list[Problem]]:
    """Parameters of one operation: those of its path first, its own in their place where both name the same."""
    problems = [problem for owner in (declared.item, declared.node) for problem in _wrong(owner)]
    parameters: list[ir.Parameter] = []
    for one in declared.parameters():
        parameter, problem = _parameter(reader, one, operation_id)
        problems += [problem] if problem else []
        parameters += [parameter] if parameter else []
    return parameters, problems


def _wrong(owner: Node) -> Iterator[Problem]:
    """Everything in the list of a path item or an operation that is no parameter, or stands there already."""
    group = owner.get("parameters")
    if group is None:
        return
    if not isinstance(group.target().value, list):
        yield group.problem("bad-parameters", "`parameters` must be a list")
        return
    keys: set[tuple[str, str]] = set()
    for node in group.target().elements():
        target = node.target()
        name, location = _at(target, "name"), _at(target, "in")
        if not isinstance(name, str) or not name:
            yield target.problem("bad-parameter", "a parameter needs a `name`")
        elif location not in _STYLES:
            hint = "write path, query, header or cookie"
            yield target.problem("bad-parameter", f"the parameter {name!r} is in {location!r}", hint)
        elif (location, name) in keys:
            yield node.problem("duplicate-parameter", f"the {location} parameter {name!r} is declared twice")
        keys.add((str(location), str(name)))


def _at(node: Node, key: str) -> Any:
    return node.value.get(key) if isinstance(node.value, dict) else None


def _parameter(reader: Reader, one: Parameter, operation_id: str) -> tuple[ir.Parameter | None, Problem | None]:
    name, location, target = one.name, one.location, one.node
    if location not in _STYLES or (location == "header" and name.lower() in IGNORED_HEADERS):
        return None, None
    schema = target.get("schema")
    is_json = schema is None and one.media_type is not None
    if is_json:
        media = next((child for _, child in target.entries("content")), None)
        schema = media.target().get("schema") if media is not None else None
    if schema is None:
        return None, target.problem("bad-parameter", f"the parameter {name!r} needs a `schema`")
    style = one.style
    if style not in _STYLES[location]:
        hint = f"a {location} parameter can be {' or '.join(_STYLES[location])}"
        return None, target.problem("bad-style", f"the style {style!r} of {name!r} does not exist there", hint)
    type_ = reader.type_of(schema, names.class_name(operation_id) + names.class_name(name), "request")
    default = schema.target().value.get("default", _UNSAID) if isinstance(schema.target().value, dict) else _UNSAID
    return (
        ir.Parameter(
            name=name,
            location=cast("Location", location),
            type=type_,
            is_required=one.is_required,
            style=style,
            is_exploded=one.is_exploded,
            is_json=is_json,
            shape="string" if is_json else shapes.of(type_, reader.definitions),
            default=None if default is _UNSAID else default,
            has_default=objects.fits(reader, default, type_),
            description=target.text("description") or "",
            origin=target.origin,
        ),
        None,
    )


_UNSAID: Any = object()
