"""Objects: known properties, what else may be there, and which direction sees what."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from tools.codegen import ir, names
from tools.codegen.read import checks, evaluation
from tools.codegen.read.flat import Flat, description, flatten
from tools.codegen.read.schema_reader import SchemaReader
from tools.openapi.link import references
from tools.openapi.node import Node

MAX_HOPS = 20
"""A chain of aliases longer than this is a circle."""

_HIDDEN = {"request": "readOnly", "": "writeOnly"}


def read(reader: SchemaReader, flat: Flat, node: Node, name: str, variant: str) -> ir.Type:
    """An object: a definition when properties are known, else a dictionary."""
    if not any(one.value for one in flat.children("properties")) and not _is_closed(flat):
        return reader.checked(_dictionary(reader, flat, name, variant), flat, node)
    if (allowed := _allowed(flat)) is not None and not _required(flat) <= allowed:
        return ir.Nothing()  # a property that must be there may not be
    key: ir.Key = (*node.place, variant if variant and reader.is_split(node) else "")
    if key in reader.definitions:
        return ir.Reference(key)
    # An empty definition first: a schema that contains itself must find its own key while its properties are read.
    reader.definitions[key] = ir.Definition(key, name, ir.Object(()), "", node.origin)
    body = _object(reader, flat, node, name, variant)
    reader.definitions[key] = ir.Definition(key, name, body, description(flat, node), node.origin)
    return ir.Reference(key)


def _object(reader: SchemaReader, flat: Flat, node: Node, name: str, variant: str) -> ir.Object:
    for one in _misplaced(flat):
        reader.problems.append(one.problem("wrong-kind", f"the property {one.name!r} must be a schema"))
    hidden = _HIDDEN[variant] if reader.is_split(node) else ""
    required = _required(flat)
    allowed = _allowed(flat)
    properties: list[ir.Property] = []
    for wire_name, nodes in _properties(flat).items():
        if allowed is not None and wire_name not in allowed:
            continue
        if hidden and any(_has_mark(one, hidden) for one in nodes):
            continue
        properties.append(_property(reader, wire_name, nodes, name, variant, is_required=wire_name in required))
    listed = set(_properties(flat))
    unlisted = sorted(required - listed) if allowed is None else []
    properties += [ir.Property(one, ir.Anything(), is_required=True, is_nullable=False) for one in unlisted]
    schema = checks.of(flat)
    if schema is not None and len(schema) > checks.MAX_BYTES:
        schema = None
    return ir.Object(tuple(properties), _extra(reader, flat, name, variant), _is_closed(flat), schema)


def _required(flat: Flat) -> set[str]:
    return {one for names_ in flat.values("required") if isinstance(names_, list) for one in names_}


def _properties(flat: Flat) -> dict[str, list[Node]]:
    nodes: dict[str, list[Node]] = {}
    for group in flat.children("properties"):
        for wire_name, node in group.items():
            if isinstance(node.value, dict | bool):
                nodes.setdefault(wire_name, []).append(node)
    return nodes


def _misplaced(flat: Flat) -> Iterator[Node]:
    """Values in the place of a property that are no schema, such as a `$ref` to a whole map of properties."""
    for group in flat.children("properties"):
        yield from (node for _, node in group.items() if not isinstance(node.value, dict | bool))


def _property(
    reader: SchemaReader, wire_name: str, nodes: list[Node], owner: str, variant: str, *, is_required: bool
) -> ir.Property:
    name = owner + names.class_name(wire_name)
    flat = flatten(*nodes)
    is_single = len(nodes) == 1
    first = nodes[0]
    type_ = reader.type_of(first, name, variant) if is_single else reader.type_of_flat(flat, first, name, variant)
    own = nodes[-1].value if isinstance(nodes[-1].value, dict) else {}
    default = own.get("default", _ABSENT) if nodes[-1].is_reference else next(iter(flat.values("default")), _ABSENT)
    return ir.Property(
        wire_name,
        type_,
        is_required,
        is_nullable=accepts_null(reader, type_),
        default=None if default is _ABSENT else default,
        has_default=fits(reader, default, type_),
        description=str(own.get("description") or ""),
        is_deprecated=own.get("deprecated") is True,
    )


_ABSENT: Any = object()


def fits(reader: SchemaReader, default: Any, type_: ir.Type) -> bool:
    """Whether `default` can be written as the default of a field of `type_`."""
    for _ in range(MAX_HOPS):
        if not isinstance(type_, ir.Checked | ir.Reference):
            break
        body = type_.type if isinstance(type_, ir.Checked) else _body(reader, type_.key)
        if body is None or isinstance(body, ir.Object):
            return False
        type_ = body
    if isinstance(type_, ir.Choice):
        return any(default == value and type(default) is type(value) for value in type_.values)
    if not isinstance(type_, ir.Scalar):
        return False
    allowed: dict[str, tuple[type, ...]] = {
        "string": (str,),
        "integer": (int,),
        "number": (int, float),
        "boolean": (bool,),
    }
    return isinstance(default, allowed.get(type_.kind, ())) and isinstance(default, bool) == (type_.kind == "boolean")


def _body(reader: SchemaReader, key: ir.Key) -> ir.Object | ir.Type | None:
    """Body of a definition; None while it is being read."""
    definition = reader.definitions.get(key)
    return definition.body if definition is not None else None


def accepts_null(reader: SchemaReader, type_: ir.Type, depth: int = 0) -> bool:
    """Whether null is a value of `type_`."""
    if depth > 20:
        return False
    if isinstance(type_, ir.Anything):
        return True
    if isinstance(type_, ir.Scalar):
        return type_.kind == "null"
    if isinstance(type_, ir.Choice):
        return None in type_.values
    if isinstance(type_, ir.Union):
        return any(accepts_null(reader, member, depth + 1) for member in type_.members)
    if isinstance(type_, ir.Checked):
        return accepts_null(reader, type_.type, depth + 1) and checks.accepts_null(type_.schema)
    if isinstance(type_, ir.Reference) and type_.key in reader.definitions:
        body = reader.definitions[type_.key].body
        return not isinstance(body, ir.Object) and accepts_null(reader, body, depth + 1)
    return False


def _dictionary(reader: SchemaReader, flat: Flat, name: str, variant: str) -> ir.Type:
    values = [one for one in flat.children("additionalProperties") if isinstance(one.value, dict)]
    if not values:
        return ir.Dictionary(ir.Anything())
    value_name = name + "Value"
    if len(values) == 1:
        return ir.Dictionary(reader.type_of(values[0], value_name, variant))
    return ir.Dictionary(reader.type_of_flat(flatten(*values), values[0], value_name, variant))


def _closed_parts(flat: Flat) -> list[Node]:
    return [
        part
        for part in flat.parts
        if isinstance(part.value, dict)
        and part.value.get("additionalProperties") is False
        and "patternProperties" not in part.value
    ]


def _is_closed(flat: Flat) -> bool:
    return bool(_closed_parts(flat)) or flat.has(evaluation.CLOSES)


def _allowed(flat: Flat) -> set[str] | None:
    """Names that every closed part knows; None when no part is closed."""
    closed = [{name for name, _ in _known(part)} for part in _closed_parts(flat)]
    return set.intersection(*closed) if closed else None


def _known(part: Node) -> Iterator[tuple[str, Node]]:
    group = part.get("properties")
    return group.target().items() if group is not None else iter(())


def _extra(reader: SchemaReader, flat: Flat, name: str, variant: str) -> ir.Type | None:
    if flat.has("patternProperties") or (flat.has(evaluation.KEEPS) and not _is_closed(flat)):
        return ir.Anything()
    if _is_closed(flat) or not flat.has("additionalProperties"):
        return None
    schemas = [one for one in flat.children("additionalProperties") if isinstance(one.value, dict)]
    return reader.type_of(schemas[0], name + "Value", variant) if schemas else ir.Anything()


def _has_mark(node: Node, key: str) -> bool:
    if isinstance(node.value, dict) and node.value.get(key) is True:
        return True
    target = node.target()
    return isinstance(target.value, dict) and target.value.get(key) is True


def has_directions(node: Node) -> bool:
    """Whether a property at or below `node` is only read or only written."""
    visited: set[tuple[str, str]] = set()
    queue = [node]
    while queue:
        current = queue.pop()
        if current.place in visited:
            continue
        visited.add(current.place)
        if _mentions(current.value):
            return True
        queue += [reference.step() for reference in references(current)]
    return False


def _mentions(value: Any) -> bool:
    if isinstance(value, dict):
        if value.get("readOnly") is True or value.get("writeOnly") is True:
            return True
        return any(_mentions(child) for key, child in value.items() if key not in {"example", "examples", "default"})
    return isinstance(value, list) and any(_mentions(child) for child in value)
