"""From raw schemas to `Node`s: references followed, equal schemas numbered alike, readOnly and writeOnly applied."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from tools.breaking.schema import dialect, unevaluated, values
from tools.breaking.schema.nodes import Atom, Body, Group, Node
from tools.breaking.schema.values import Json

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tools.breaking.schema.canon import Canon, Library

ALL_KINDS = frozenset(values.KINDS)


@dataclass(frozen=True, slots=True)
class View:
    """Whose promise a schema is, and which property flag takes a property out of this direction."""

    role: str
    hidden: str = ""


class Compiler:
    """Compiles the schemas of one document as seen from one side of one direction."""

    def __init__(self, library: Library, canonical: Canon, view: View) -> None:
        self.library = library
        self.view = view
        self._nodes: dict[tuple[int, str], Node] = {}
        self._alive: list[Json] = []
        self._canon = canonical
        self.true = self.node(True, "")
        self.false = self.node(False, "")

    def node(self, raw: Json, file: str) -> Node:
        """Compiled form of `raw`, which stands in `file`."""
        at = (id(raw), file)
        node = self._nodes.get(at)
        if node is None:
            self._alive.append(raw)
            node = Node(self._canon.of(raw, file), self.view.role, raw, lambda: self._body(raw, file))
            self._nodes[at] = node
        return node

    def _body(self, raw: Json, file: str) -> Body:
        schema = dialect.assertions(raw, is_30=self.library.is_30)
        if isinstance(schema, bool):
            return Body(ALL_KINDS if schema else frozenset())
        if set(schema) == {"$ref"}:
            return self._referred(schema["$ref"], file)
        if unevaluated.present(schema):
            rewritten = unevaluated.rewrite(schema, lambda ref: self.library.target(ref, file)[0])
            return Body(ALL_KINDS, opaque="unevaluated") if rewritten is None else self._plain(rewritten, file)
        return self._plain(schema, file)

    def _referred(self, reference: str, file: str) -> Body:
        """A bare reference is its target, not a schema around it. One that only leads to itself asserts nothing."""
        visited: set[tuple[str, str]] = set()
        while True:
            target, file, pointer = self.library.target(reference, file)
            schema = dialect.assertions(target, is_30=self.library.is_30)
            if isinstance(schema, bool) or set(schema) != {"$ref"}:
                return self.node(target, file).body
            if (file, pointer) in visited:
                return Body(ALL_KINDS)
            visited.add((file, pointer))
            reference = schema["$ref"]

    def _plain(self, schema: dict[str, Json], file: str) -> Body:
        every = [self.node(member, file) for member in schema.get("allOf", ())]
        if "$ref" in schema:
            target, where, _ = self.library.target(schema["$ref"], file)
            every.insert(0, self.node(target, where))
        types = schema.get("type")
        body = Body(_kinds(types), _values(schema), tuple(every))
        body.opaque = "$dynamicRef" if "$dynamicRef" in schema else ""
        body.any_of = tuple(self._list(group, file) for group in [schema.get("anyOf")] if group)
        body.one_of = tuple(self._list(group, file) for group in [schema.get("oneOf")] if group)
        body.nots = (self.node(schema["not"], file),) if "not" in schema else ()
        if "if" in schema:
            branches = (self.node(schema.get(word, True), file) for word in ("then", "else"))
            body.conditions = ((self.node(schema["if"], file), *branches),)  # type: ignore[assignment]  # two branches, always
        atoms = {
            "number": [
                *_numbers(schema),
                *([("int",)] if types and "integer" in types and "number" not in types else []),
            ],
            "string": list(_strings(schema)),
            "array": list(self._arrays(schema, file)),
            "object": list(self._objects(schema, file)),
        }
        body.atoms = {kind: tuple(members) for kind, members in atoms.items() if members}
        return body

    def _list(self, members: list[Json], file: str) -> tuple[Node, ...]:
        return tuple(self.node(member, file) for member in members)

    def _arrays(self, schema: dict[str, Json], file: str) -> Iterator[Atom]:
        for word, name in (("minItems", "minitems"), ("maxItems", "maxitems")):
            if word in schema:
                yield name, int(schema[word])
        if schema.get("uniqueItems") is True:
            yield ("unique",)
        prefix, rest = schema.get("prefixItems", []), schema.get("items")
        if prefix or rest is not None:
            yield "items", self._list(prefix, file), None if rest is None else self.node(rest, file)
        if "contains" in schema:
            yield (
                "contains",
                self.node(schema["contains"], file),
                schema.get("minContains", 1),
                schema.get("maxContains"),
            )

    def _objects(self, schema: dict[str, Json], file: str) -> Iterator[Atom]:
        for word, name in (("minProperties", "minprops"), ("maxProperties", "maxprops")):
            if word in schema:
                yield name, int(schema[word])
        hidden = self.hidden(schema, file)
        for member in schema.get("allOf", ()):
            hidden |= self.hidden(self._resolved(member, file), file)
        yield from (("req", name) for name in schema.get("required", ()) if name not in hidden)
        if any(word in schema for word in ("properties", "patternProperties", "additionalProperties")):
            yield "group", self._group(schema, file, hidden)
        if "propertyNames" in schema:
            yield "names", self.node(schema["propertyNames"], file)
        for name, required in schema.get("dependentRequired", {}).items():
            yield "dep", name, tuple(required)
        for name, member in schema.get("dependentSchemas", {}).items():
            yield "depschema", name, self.node(member, file)

    def _group(self, schema: dict[str, Json], file: str, hidden: set[str]) -> Group:
        """A hidden property is never sent by the sender and read over by the receiver."""
        out_of_view = self.false if self.view.role == "sender" else self.true
        properties = {
            name: out_of_view if name in hidden else self.node(member, file)
            for name, member in (schema.get("properties") or {}).items()
        }
        patterns = tuple(
            (pattern, self.node(member, file)) for pattern, member in schema.get("patternProperties", {}).items()
        )
        additional = schema.get("additionalProperties")
        is_map = bool(patterns) or isinstance(additional, dict)
        return Group(properties, patterns, None if additional is None else self.node(additional, file), is_map)

    def hidden(self, schema: Json, file: str) -> set[str]:
        """Properties of `schema` that do not take part in this direction."""
        if not self.view.hidden or not isinstance(schema, dict):
            return set()
        properties = schema.get("properties") or {}
        return {name for name, member in properties.items() if self._is_hidden(member, file, 0)}

    def _is_hidden(self, raw: Json, file: str, depth: int) -> bool:
        if not isinstance(raw, dict) or depth > 8:
            return False
        if raw.get(self.view.hidden) is True:
            return True
        if "$ref" in raw:
            target, where, _ = self.library.target(raw["$ref"], file)
            return self._is_hidden(target, where, depth + 1)
        return any(self._is_hidden(member, file, depth + 1) for member in raw.get("allOf") or ())

    def _resolved(self, raw: Json, file: str) -> Json:
        return self.library.target(raw["$ref"], file)[0] if isinstance(raw, dict) and "$ref" in raw else raw


def _kinds(types: list[str] | None) -> frozenset[str]:
    if types is None:
        return ALL_KINDS
    return frozenset("number" if name == "integer" else name for name in types) & ALL_KINDS


def _values(schema: dict[str, Json]) -> tuple[dict[object, Json], ...]:
    lists = [schema["enum"]] if isinstance(schema.get("enum"), list) else []
    if "const" in schema:
        lists.append([schema["const"]])
    return tuple({values.key(value): value for value in values_} for values_ in lists)


_BOUNDS = (
    ("minimum", "ge"),
    ("exclusiveMinimum", "gt"),
    ("maximum", "le"),
    ("exclusiveMaximum", "lt"),
    ("multipleOf", "mult"),
)


def _numbers(schema: dict[str, Json]) -> Iterator[Atom]:
    for word, name in _BOUNDS:
        if isinstance(schema.get(word), int | float) and not isinstance(schema[word], bool):
            yield name, values.exact(schema[word])


def _strings(schema: dict[str, Json]) -> Iterator[Atom]:
    for word, name in (("minLength", "minlen"), ("maxLength", "maxlen"), ("pattern", "pat")):
        if word in schema:
            yield name, schema[word]
