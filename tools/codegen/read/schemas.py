"""Schemas to types. DefinitionOutline schemas become definitions, each once; inline objects get the name of their place."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from tools.codegen import ir, names
from tools.codegen.ir import needs
from tools.codegen.read import checks, evaluation, objects, scalars, unions
from tools.codegen.read.flat import Flat, description, flatten, sole_reference
from tools.codegen.read.unions import union
from tools.openapi.node import Node
from tools.openapi.problems import Problem, Severity

_STRUCTURE = re.compile(
    r"/(?:properties|items|components|schemas|\$defs|definitions|allOf|anyOf|oneOf|additionalProperties)(?=/|$)"
)
_UNIONS = ("oneOf", "anyOf")


@dataclass(slots=True)
class _Open:
    """Parts that are being read, and may meet themselves."""

    reference: ir.Reference
    is_met: bool = False


class Reader:
    """Reads schemas of one contract set."""

    def __init__(self, problems: list[Problem]) -> None:
        self.problems = problems
        self.definitions: dict[ir.Key, ir.Definition] = {}
        self._uses: dict[ir.Key, ir.Type] = {}
        """Type of a named schema where it is used: its definition, or that with null or a check beside it."""
        self._splits: dict[tuple[str, str], bool] = {}
        self._open: dict[object, _Open] = {}
        """Parts that are being read, by what they are."""

    def type_of(self, node: Node, name: str, variant: str = "") -> ir.Type:
        """Type of the schema at `node`. `name` is for an inline object; `variant` is "" or "request"."""
        reference = sole_reference(node)
        if reference is not None:
            return self.definition_of(reference.target(), variant)
        return self.type_of_flat(flatten(node), node, name, variant)

    def type_of_flat(self, flat: Flat, node: Node, name: str, variant: str) -> ir.Type:
        """Type of plain parts that hold together; `node` is the place that stands for them."""
        signature = (
            variant,
            *((*part.place, tuple(part.value) if isinstance(part.value, dict) else ()) for part in flat.parts),
        )
        known = self._open.get(signature)
        if known is not None:  # it contains itself
            known.is_met = True
            return known.reference
        this = self._open[signature] = _Open(
            ir.Reference((*node.place, variant if self.is_split_by(node, variant) else ""))
        )
        type_ = self._type_of_parts(flat, node, name, variant)
        del self._open[signature]
        if not this.is_met or type_ == this.reference:
            return type_
        return self._define(this.reference, name, type_, node, flat)

    def _type_of_parts(self, flat: Flat, node: Node, name: str, variant: str) -> ir.Type:
        if any(part.value is False for part in flat.parts):
            return ir.Nothing()
        if flat.has("unevaluatedProperties") or flat.has("unevaluatedItems"):
            return self._type_of_evaluated(flat, node, name, variant)
        composites = [
            (part, key) for part in flat.parts for key in _UNIONS if isinstance(part.value, dict) and key in part.value
        ]
        if composites:
            return unions.read(self, flat, composites, node, name, variant)
        return self.plain_type(flat, node, name, variant)

    def _type_of_evaluated(self, flat: Flat, node: Node, name: str, variant: str) -> ir.Type:
        """A schema with `unevaluated…`: a closed class where that says the same, else an open one that the evaluator checks."""
        whole = list(flat.nodes or (node,))
        mark = evaluation.CLOSES if evaluation.is_simple(flat, whole) else evaluation.KEEPS
        rest = Flat(tuple(evaluation.without(part, mark) for part in flat.parts), flat.nodes)
        type_ = self._type_of_parts(rest, node, name, variant)
        return type_ if mark == evaluation.CLOSES else self.checked(type_, Flat(()), node, composites=whole)

    def plain_type(self, flat: Flat, node: Node, name: str, variant: str) -> ir.Type:
        """Type of parts without `oneOf` and `anyOf`."""
        types = flat.types()
        if flat.is_impossible:
            return ir.Nothing()
        self._check_dynamic(flat)
        constant = scalars.choice(flat, types)
        if constant is not None:
            rest = None if isinstance(constant, ir.Nothing) else checks.beside_constants(flat)
            return constant if rest is None else ir.Checked(constant, rest)
        if flat.has("enum") or flat.has("const"):
            return self._enumerated(flat, node, name, variant, types)
        members = [self._single(flat, kind, node, name, variant) for kind in types if kind != "null"]
        if not types:
            return self.checked(ir.Anything(), flat, node)
        if "null" in types:
            members.append(ir.Scalar("null"))
        return union(members)

    def _check_dynamic(self, flat: Flat) -> None:
        for one in flat.children("$dynamicRef"):
            hint = "write `$ref`, or give only one schema that `$dynamicAnchor`"
            message = f"`$dynamicRef: {one.value}` leads to a schema that depends on who refers to this one"
            self.problems.append(one.problem("dynamic-ref", message, hint))

    def _enumerated(self, flat: Flat, node: Node, name: str, variant: str, types: tuple[str, ...]) -> ir.Type:
        """An enumeration with values that are no constants of Python's type system."""
        members = [self._single(flat, kind, node, name, variant) for kind in types]
        schema = checks.enumeration(flat)
        return ir.Checked(union(members) if members else ir.Anything(), schema)

    def _single(self, flat: Flat, kind: str, node: Node, name: str, variant: str) -> ir.Type:
        if kind == "object":
            return objects.read(self, flat, node, name, variant)
        if kind == "array":
            return self.checked(self._array(flat, name, variant), flat, node)
        if kind == "string":
            return self.checked(scalars.text(flat, self.problems), flat, node)
        if kind in {"integer", "number"}:
            return self.checked(scalars.number(flat, kind), flat, node)
        return self.checked(ir.Scalar("boolean" if kind == "boolean" else "null"), flat, node)

    def _array(self, flat: Flat, name: str, variant: str) -> ir.Type:
        items = (
            [] if flat.has("prefixItems") else [one for one in flat.children("items") if isinstance(one.value, dict)]
        )
        item_name = names.class_name(name) + "Item"
        if not items:
            item: ir.Type = ir.Anything()
        elif len(items) == 1:
            item = self.type_of(items[0], item_name, variant)
        else:
            item = self.type_of_flat(flatten(*items), items[0], item_name, variant)
        low = max((int(value) for value in flat.values("minItems")), default=None)
        high = min((int(value) for value in flat.values("maxItems")), default=None)
        listed = next(flat.children("prefixItems"), None) if len(flat.parts) == 1 else None
        prefix = [self.type_of(one, item_name, variant) for one in listed.elements()] if listed is not None else []
        return ir.Array(item, low or None, high, tuple(prefix))

    def checked(self, type_: ir.Type, flat: Flat, node: Node, composites: list[Node] | None = None) -> ir.Type:
        """`type_` with the keywords that only the evaluator knows, if there are any."""
        schema = checks.of(flat, composites=composites)
        if schema is None:
            return type_
        if len(schema) > checks.MAX_BYTES:
            message = "these keywords need a check that is larger than the model; they are not checked"
            problem = Problem("unchecked-schema", message, node.origin, Severity.WARNING)
            self.problems.append(problem)
            return type_
        return ir.Checked(type_, schema)

    def definition_of(self, node: Node, variant: str = "") -> ir.Type:
        """The definition of a schema that others refer to."""
        node = node.target()
        if not isinstance(node.value, dict):
            return ir.Anything() if node.value is not False else ir.Nothing()
        key: ir.Key = (*node.place, variant if variant and self.is_split(node) else "")
        if key not in self._uses:
            own = ir.Reference(key)
            flat = flatten(node)
            # While it is read, a schema that refers to itself must already find an entry here.
            self._uses[key] = union([own, ir.Scalar("null")]) if {"object", "null"} <= set(flat.types()) else own
            name = definition_name(node) + ("Request" if key[2] else "")
            self._uses[key] = self._define(own, name, self.type_of(node, name, key[2]), node, flat)
        return self._uses[key]

    def _define(self, own: ir.Reference, name: str, body: ir.Type, node: Node, flat: Flat) -> ir.Type:
        """Record a definition; returns its type where it is used.

        An object read for the schema itself is the definition. The rest of the schema (null, a check) is no alias of the
        same name: a check goes with the class, anything else is written at each use.
        """
        known = self.definitions.get(own.key)
        if known is None and isinstance(body, ir.Union) and body.tag is None and own in body.members:
            body = union([member for member in body.members if member != own])  # "or itself" adds nothing
        if known is None or own.key not in needs(body):
            self.definitions[own.key] = ir.Definition(own.key, name, body, description(flat, node), node.origin)
            return own
        if isinstance(body, ir.Checked) and body.type == own and isinstance(known.body, ir.Object):
            schema = checks.both(known.body.schema, body.schema)
            self.definitions[own.key] = replace(known, body=replace(known.body, schema=schema))
            return own
        return body

    def is_split_by(self, node: Node, variant: str) -> bool:
        """Whether `node` is a type of its own in `variant`."""
        return bool(variant) and self.is_split(node)

    def is_split(self, node: Node) -> bool:
        """Whether requests and responses see different properties below `node`."""
        if node.place not in self._splits:
            self._splits[node.place] = objects.has_directions(node)
        return self._splits[node.place]


def definition_name(node: Node) -> str:
    """Class name for a referenced schema: its component name, or the words of its path."""
    if not node.pointer:
        return names.class_name(node.name)
    parent = node.pointer.rpartition("/")[0]
    if parent.endswith(("/schemas", "/$defs", "/definitions")) or parent.count("/") < 1:
        return names.class_name(node.name)
    return names.class_name(_STRUCTURE.sub("", node.pointer).replace("~1", "/"))
