"""Parameters, and everything that can be wrong with one."""

from __future__ import annotations

from typing import Any, Literal, cast

from tools.codegen import ir, names
from tools.codegen.read import objects, shapes
from tools.codegen.read.schemas import Reader
from tools.openapi.node import Node
from tools.openapi.problems import Problem

Location = Literal["path", "query", "header", "cookie"]

_STYLES: dict[str, tuple[str, ...]] = {
    "path": ("simple", "label", "matrix"),
    "query": ("form", "spaceDelimited", "pipeDelimited", "deepObject"),
    "header": ("simple",),
    "cookie": ("form",),
}
_IGNORED_HEADERS = frozenset({"accept", "content-type", "authorization"})
"""Headers that OpenAPI says are described elsewhere."""


def read(reader: Reader, item: Node, operation: Node, operation_id: str) -> tuple[list[ir.Parameter], list[Problem]]:
    """Parameters of one operation: those of its path first, its own in their place where both name the same."""
    problems: list[Problem] = []
    nodes: dict[tuple[str, str], Node] = {}
    for owner in (item, operation):
        group = owner.get("parameters")
        if group is not None and not isinstance(group.value, list):
            problems.append(group.problem("bad-parameters", "`parameters` must be a list"))
            continue
        keys: set[tuple[str, str]] = set()
        for node in group.elements() if group is not None else ():
            target = node.target()
            key = (str(_at(target, "in")), str(_at(target, "name")))
            if key in keys:
                problems.append(
                    node.problem("duplicate-parameter", f"the {key[0]} parameter {key[1]!r} is declared twice")
                )
            keys.add(key)
            nodes[key] = node
    parameters: list[ir.Parameter] = []
    for node in nodes.values():
        parameter, problem = _parameter(reader, node, operation_id)
        problems += [problem] if problem else []
        parameters += [parameter] if parameter else []
    return parameters, problems


def _at(node: Node, key: str) -> Any:
    return node.value.get(key) if isinstance(node.value, dict) else None


def _parameter(reader: Reader, node: Node, operation_id: str) -> tuple[ir.Parameter | None, Problem | None]:
    target = node.target()
    name, location = _at(target, "name"), _at(target, "in")
    if not isinstance(name, str) or not name:
        return None, target.problem("bad-parameter", "a parameter needs a `name`")
    if location not in _STYLES:
        hint = "write path, query, header or cookie"
        return None, target.problem("bad-parameter", f"the parameter {name!r} is in {location!r}", hint)
    if location == "header" and name.lower() in _IGNORED_HEADERS:
        return None, None
    schema = target.get("schema")
    content = target.get("content")
    is_json = schema is None and content is not None
    if is_json and content is not None:
        media = next((child for _, child in target.entries("content")), None)
        schema = media.target().get("schema") if media is not None else None
    if schema is None:
        return None, target.problem("bad-parameter", f"the parameter {name!r} needs a `schema`")
    style = _at(target, "style") or _STYLES[location][0]
    if style not in _STYLES[location]:
        hint = f"a {location} parameter can be {' or '.join(_STYLES[location])}"
        return None, target.problem("bad-style", f"the style {style!r} of {name!r} does not exist there", hint)
    type_ = reader.type_of(schema, names.class_name(operation_id) + names.class_name(name), "request")
    exploded = _at(target, "explode")
    default = schema.target().value.get("default", _UNSAID) if isinstance(schema.target().value, dict) else _UNSAID
    return (
        ir.Parameter(
            name=name,
            location=cast("Location", location),
            type=type_,
            is_required=_at(target, "required") is True or location == "path",
            style=style,
            is_exploded=exploded if isinstance(exploded, bool) else style == "form",
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
