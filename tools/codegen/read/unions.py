"""`oneOf` and `anyOf`: unions of types, told apart by a tag where the contract has one."""

from __future__ import annotations

from typing import Any

from tools.codegen import ir, names
from tools.codegen.read import evaluation
from tools.codegen.read.flat import Flat, flatten, is_annotation, sole_reference
from tools.codegen.read.schema_reader import SchemaReader
from tools.openapi import refs, source
from tools.openapi.node import Node

_CONSTRAINTS_ONLY = frozenset("required not minProperties maxProperties dependentRequired if then else".split())


def read(
    reader: SchemaReader, flat: Flat, composites: list[tuple[Node, str]], node: Node, name: str, variant: str
) -> ir.Type:
    """Type of parts of which some have `oneOf` or `anyOf`."""
    base = Flat(tuple(_without(part) for part in flat.parts))
    part, key = composites[0]
    members = [member for member in (part.get(key) or part).elements() if member.value is not False]
    if len(composites) > 1 or not members or all(_is_constraint(member) for member in members):
        whole = [_only(one, kind) for one, kind in composites]
        return _checked_by(reader, reader.plain_type(base, node, name, variant), whole)
    has_base = bool(base.keywords - {"type", "nullable"} or (base.has("type") and base.types() != ("object",)))
    has_base = has_base or base.has(evaluation.CLOSES) or base.has(evaluation.KEEPS)
    types = [
        _member(reader, base if has_base else None, member, index, name, variant)
        for index, member in enumerate(members)
    ]
    tagged = _tagged(reader, part, members, types)
    null: list[ir.Type] = [ir.Scalar("null")] if "null" in base.types() or part.is_nullable else []
    if tagged is not None:
        return union([tagged, *null])
    result = union([*types, *null])
    if key == "oneOf" and len(types) > 1 and not are_disjoint(reader, types):
        return _checked_by(reader, result, [_only(part, key)])
    return result


def _checked_by(reader: SchemaReader, type_: ir.Type, whole: list[Node]) -> ir.Type:
    return reader.checked(type_, Flat(()), whole[0], composites=whole)


def union(members: list[ir.Type]) -> ir.Type:
    """One of `members`, each once."""
    flat: list[ir.Type] = []
    for member in members:
        parts = member.members if isinstance(member, ir.Union) and member.tag is None else (member,)
        flat += [part for part in parts if part not in flat and not isinstance(part, ir.Nothing)]
    if any(isinstance(part, ir.Anything) for part in flat):
        return ir.Anything()
    if not flat:
        return ir.Nothing()
    return flat[0] if len(flat) == 1 else ir.Union(tuple(flat))


def _without(part: Node) -> Node:
    if not isinstance(part.value, dict):
        return part
    rest = {key: value for key, value in part.value.items() if key not in {"oneOf", "anyOf", "discriminator"}}
    return Node(part.sources, part.file, part.pointer, rest)


def _only(part: Node, key: str) -> Node:
    return Node(part.sources, part.file, part.pointer, {key: part.value[key]})


def _is_constraint(member: Node) -> bool:
    if not isinstance(member.value, dict):
        return False
    keywords = {key for key in member.value if not is_annotation(key)}
    return bool(keywords) and keywords <= _CONSTRAINTS_ONLY


def _member(reader: SchemaReader, base: Flat | None, member: Node, index: int, name: str, variant: str) -> ir.Type:
    own = (
        names.class_name(member.text("title") or "") if isinstance(member.value, dict) and member.text("title") else ""
    )
    if base is None:
        return reader.type_of(member, name + (own or f"Option{index + 1}"), variant)
    reference = sole_reference(member)
    suffix = names.class_name(reference.target().name) if reference is not None else own or f"Option{index + 1}"
    joined = Flat((*base.parts, *flatten(member).parts), (member,))
    return reader.type_of_flat(joined, member, name + suffix, variant)


def _tagged(reader: SchemaReader, part: Node, members: list[Node], types: list[ir.Type]) -> ir.Union | None:
    """The union with its tag, when every member is an object and has at least one value of the tag."""
    tag = part.value.get("discriminator")
    if not isinstance(tag, dict) or not isinstance(tag.get("propertyName"), str):
        return None
    if not all(_is_object(reader, one) for one in types):
        return None
    values: list[tuple[str, int]] = _mapped(part, members, tag.get("mapping"))
    mapped = {index for _, index in values}
    for index, member in enumerate(members):
        if index not in mapped:
            values += [(value, index) for value in _implied(reader, member, types[index], tag["propertyName"])]
    names = [value for value, _ in values]
    if len(set(names)) != len(names) or {index for _, index in values} != set(range(len(members))):
        return None
    return ir.Union(tuple(types), tag["propertyName"], tuple(values))


def _mapped(part: Node, members: list[Node], mapping: Any) -> list[tuple[str, int]]:
    if not isinstance(mapping, dict):
        return []
    places = {member.target().place: index for index, member in enumerate(members)}
    by_name = {member.target().name: index for index, member in enumerate(members) if member.is_reference}
    values: list[tuple[str, int]] = []
    for value, reference in mapping.items():
        if not isinstance(reference, str):
            continue
        index = by_name.get(reference) if "#" not in reference and "/" not in reference else None
        place = _end(part, reference) if index is None else None
        if place is not None:
            index = places.get(place)
        if index is not None:
            values.append((value, index))
    return values


def _end(part: Node, reference: str) -> tuple[str, str] | None:
    file, pointer = refs.locate(part.file, reference)
    document = part.sources.documents.get(file)
    try:
        value = source.resolve(document.value, pointer) if document else None
    except KeyError:
        return None
    return Node(part.sources, file, pointer, value).target().place if document else None


def _implied(reader: SchemaReader, member: Node, type_: ir.Type, tag: str) -> list[str]:
    """Values of the tag that the member's own schema allows; else, as OpenAPI says, the name of the schema."""
    constants = constants_of(reader, type_).get(tag)
    if constants:
        return [value for value in constants if isinstance(value, str)]
    return [member.target().name] if member.is_reference else []


def _object_of(reader: SchemaReader, type_: ir.Type) -> ir.Object | None:
    hops = 0
    while isinstance(type_, ir.Reference | ir.Checked) and hops < 20:
        hops += 1
        if isinstance(type_, ir.Checked):
            type_ = type_.type
            continue
        definition = reader.definitions.get(type_.key)
        if definition is None:
            return None
        if isinstance(definition.body, ir.Object):
            return definition.body
        type_ = definition.body
    return None


def _is_object(reader: SchemaReader, type_: ir.Type) -> bool:
    return isinstance(type_, ir.Reference) and (
        type_.key not in reader.definitions or _object_of(reader, type_) is not None
    )


def constants_of(reader: SchemaReader, type_: ir.Type) -> dict[str, tuple[Any, ...]]:
    """Required properties of an object that can only be constants."""
    body = _object_of(reader, type_)
    if body is None:
        return {}
    constants: dict[str, tuple[Any, ...]] = {}
    for one in body.properties:
        inner: ir.Type = one.type
        for _ in range(20):
            definition = reader.definitions.get(inner.key) if isinstance(inner, ir.Reference) else None
            target = definition.body if definition is not None else None
            if target is None or isinstance(target, ir.Object):
                break
            inner = target
        if isinstance(inner, ir.Choice) and one.is_required:
            constants[one.name] = inner.values
    return constants


def are_disjoint(reader: SchemaReader, types: list[ir.Type]) -> bool:
    """Whether no value can be of two of `types`, as far as that is easy to see."""
    return all(_differ(reader, one, other) for index, one in enumerate(types) for other in types[index + 1 :])


def _differ(reader: SchemaReader, one: ir.Type, other: ir.Type) -> bool:
    kinds, others = kinds_of(reader, one), kinds_of(reader, other)
    if kinds and others and not kinds & others:
        return True
    if isinstance(one, ir.Choice) and isinstance(other, ir.Choice):
        return not set(map(repr, one.values)) & set(map(repr, other.values))
    constants, other_constants = constants_of(reader, one), constants_of(reader, other)
    return any(
        name in other_constants and not set(map(repr, constants[name])) & set(map(repr, other_constants[name]))
        for name in constants
    )


_KINDS = {"integer": "number", "number": "number", "boolean": "boolean", "null": "null"}


def kinds_of(reader: SchemaReader, type_: ir.Type, depth: int = 0) -> frozenset[str]:
    """JSON types that `type_` can have; empty when unknown."""
    if depth > 20 or isinstance(type_, ir.Anything | ir.Nothing):
        return frozenset()
    if isinstance(type_, ir.Scalar):
        return frozenset({_KINDS.get(type_.kind, "string")})
    if isinstance(type_, ir.Choice):
        return frozenset(_kind(value) for value in type_.values)
    if isinstance(type_, ir.Array):
        return frozenset({"array"})
    if isinstance(type_, ir.Dictionary):
        return frozenset({"object"})
    if isinstance(type_, ir.Checked):
        return kinds_of(reader, type_.type, depth + 1)
    if isinstance(type_, ir.Union):
        parts = [kinds_of(reader, member, depth + 1) for member in type_.members]
        return frozenset().union(*parts) if all(parts) else frozenset()
    definition = reader.definitions.get(type_.key)
    if definition is None:
        return frozenset()
    return (
        frozenset({"object"})
        if isinstance(definition.body, ir.Object)
        else kinds_of(reader, definition.body, depth + 1)
    )


def _kind(value: Any) -> str:
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "boolean"
    return "number" if isinstance(value, int | float) else "string"
