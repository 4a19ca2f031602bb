"""Edits of schemas whose effect is known by construction, and the places of a document where they can happen.

Each edit says how the documents it accepts afterwards relate to those before: `<` fewer, `>` more, `=` the same, `x` both.
In a request fewer breaks, in a reply more does. Every edit is also tried backwards.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

Json = Any
S, I, N, B, Z = ({"type": name} for name in ("string", "integer", "number", "boolean", "null"))  # noqa: E741 - a table of one-letter schemas
AB: Json = {"type": "object", "properties": {"a": S, "b": I}, "required": ["a"]}
CLOSED: Json = {**AB, "additionalProperties": False}
LIST: Json = {"type": "array", "items": S}
CAT = {"type": "object", "properties": {"kind": {"const": "cat"}, "lives": I}, "required": ["kind"]}
DOG = {"type": "object", "properties": {"kind": {"const": "dog"}, "tricks": LIST}, "required": ["kind"]}
COW = {"type": "object", "properties": {"kind": {"const": "cow"}, "milk": N}, "required": ["kind"]}


@dataclass(frozen=True, slots=True)
class Edit:
    """One edit of a schema."""

    name: str
    before: Json
    after: Json
    relation: str


_BACKWARDS = {"<": ">", ">": "<", "=": "=", "x": "x"}


def edits() -> Iterator[Edit]:
    """Every edit and its reverse."""
    for name, (before, relation, after) in {
        **_SCALARS,
        **_ENUMS,
        **_ARRAYS,
        **_OBJECTS,
        **_COMBINED,
        **_REFACTORS,
    }.items():
        yield Edit(name, before, after, relation)
        yield Edit(f"{name} (backwards)", after, before, _BACKWARDS[relation])


def _with(schema: Json, **words: Json) -> Json:
    names = {word.rstrip("_"): value for word, value in words.items()}
    return {**schema, **names}


_SCALARS: dict[str, tuple[Json, str, Json]] = {
    "maxLength set": (S, "<", _with(S, maxLength=5)),
    "maxLength lowered": (_with(S, maxLength=50), "<", _with(S, maxLength=20)),
    "minLength set": (S, "<", _with(S, minLength=1)),
    "minLength raised": (_with(S, minLength=2), "<", _with(S, minLength=3)),
    "minLength 0 says nothing": (S, "=", _with(S, minLength=0)),
    "length window moved": (_with(S, minLength=2, maxLength=8), "x", _with(S, minLength=4, maxLength=12)),
    "pattern set": (S, "<", _with(S, pattern="^[a-z]+$")),
    "pattern narrowed": (_with(S, pattern="^[a-z0-9]+$"), "<", _with(S, pattern="^[a-z]+$")),
    "pattern anchored": (_with(S, pattern="[0-9]{3}"), "<", _with(S, pattern="^[0-9]{3}$")),
    "pattern rewritten": (_with(S, pattern="^\\d{2}$"), "=", _with(S, pattern="^[0-9][0-9]$")),
    "pattern changed": (_with(S, pattern="^a"), "x", _with(S, pattern="^b")),
    "pattern is anything": (S, "=", _with(S, pattern=".*")),
    "pattern bounds the length": (_with(S, pattern="^.{1,3}$", maxLength=3), "=", _with(S, pattern="^.{1,3}$")),
    "minimum set": (N, "<", _with(N, minimum=0)),
    "minimum raised": (_with(I, minimum=0), "<", _with(I, minimum=1)),
    "maximum set": (I, "<", _with(I, maximum=100)),
    "maximum lowered": (_with(N, maximum=10), "<", _with(N, maximum=9.5)),
    "maximum made exclusive": (_with(N, maximum=10), "<", _with(N, exclusiveMaximum=10)),
    "minimum made exclusive": (_with(N, minimum=1), "<", _with(N, exclusiveMinimum=1)),
    "exclusive bound of integers rewritten": (_with(I, exclusiveMinimum=0), "=", _with(I, minimum=1)),
    "exclusiveMaximum lowered": (_with(I, exclusiveMaximum=10), "<", _with(I, exclusiveMaximum=5)),
    "exclusiveMinimum raised": (_with(I, exclusiveMinimum=0), "<", _with(I, exclusiveMinimum=5)),
    "range shifted": (_with(I, minimum=0, maximum=10), "x", _with(I, minimum=5, maximum=15)),
    "multipleOf set": (I, "<", _with(I, multipleOf=5)),
    "multipleOf refined": (_with(N, multipleOf=0.5), "<", _with(N, multipleOf=1)),
    "multipleOf generalised": (_with(I, multipleOf=6), ">", _with(I, multipleOf=3)),
    "multipleOf changed": (_with(I, multipleOf=2), "x", _with(I, multipleOf=3)),
    "integer from number": (N, "<", I),
    "integer as a multiple of one": (I, "=", _with(N, multipleOf=1)),
    "null allowed": (S, ">", {"type": ["string", "null"]}),
    "null allowed in an integer": (I, ">", {"anyOf": [I, Z]}),
    "type widened to two": (B, ">", {"type": ["boolean", "array"]}),
    "type changed to a structure": (I, "x", {"type": "object"}),
    "any from a type": (AB, ">", {}),
    "type dropped, bound kept": (_with(I, minimum=0), ">", {"minimum": 0}),
    "maximum of integers rewritten": (_with(I, maximum=10), "=", _with(I, exclusiveMaximum=11)),
    "halves as multiples": (_with(N, multipleOf=0.01), "<", _with(N, multipleOf=0.1)),
    "covered by two ranges": (N, "=", {"anyOf": [_with(N, maximum=5), _with(N, minimum=5)]}),
    "ranges merged": ({"allOf": [_with(I, minimum=1), {"maximum": 9}]}, "=", _with(I, minimum=1, maximum=9)),
    "empty text": (_with(S, maxLength=0), "=", _with(S, enum=[""])),
    "length as a pattern": (_with(S, minLength=3), "=", _with(S, pattern="^[\\s\\S]{3,}$")),
    "integers and the rest": (N, "=", {"anyOf": [I, _with(N, not_=I)]}),
    "never": (I, "<", _with(I, not_=I)),
}

_ENUMS: dict[str, tuple[Json, str, Json]] = {
    "enum value removed": (_with(S, enum=["a", "b", "c"]), "<", _with(S, enum=["a", "b"])),
    "enum set": (S, "<", _with(S, enum=["a", "b"])),
    "enum swapped": (_with(S, enum=["a", "b"]), "x", _with(S, enum=["a", "c"])),
    "enum reordered": (_with(S, enum=["a", "b"]), "=", _with(S, enum=["b", "a"])),
    "enum of one as const": (_with(S, enum=["a"]), "=", {"const": "a"}),
    "const set": (I, "<", _with(I, const=3)),
    "const changed": ({"const": "a"}, "x", {"const": "b"}),
    "enum of integers grows": (_with(I, enum=[1, 2]), ">", _with(I, enum=[1, 2, 3])),
    "enum loses null": ({"enum": ["a", None]}, "<", {"enum": ["a"]}),
    "enum as oneOf of consts": (_with(S, enum=["a", "b"]), "=", {"oneOf": [{"const": "a"}, {"const": "b"}]}),
    "enum as anyOf of enums": (_with(S, enum=["a", "b"]), "=", {"anyOf": [{"enum": ["a"]}, {"enum": ["b"]}]}),
    "enum as pattern": (_with(S, enum=["on", "off"]), "=", _with(S, pattern="^(on|off)$")),
    "enum implied type": ({"enum": ["a"]}, "=", _with(S, enum=["a"])),
    "enum bounded already": (_with(S, enum=["a", "bb"]), "=", _with(S, enum=["a", "bb"], maxLength=2)),
    "boolean as enum": (B, "=", {"enum": [True, False]}),
    "boolean fixed": (B, "<", {"const": True}),
}

_ARRAYS: dict[str, tuple[Json, str, Json]] = {
    "maxItems set": (LIST, "<", _with(LIST, maxItems=3)),
    "maxItems lowered": (_with(LIST, maxItems=5), "<", _with(LIST, maxItems=3)),
    "minItems set": (LIST, "<", _with(LIST, minItems=1)),
    "minItems raised": (_with(LIST, minItems=1), "<", _with(LIST, minItems=2)),
    "uniqueItems set": (LIST, "<", _with(LIST, uniqueItems=True)),
    "unique items of one": (_with(LIST, maxItems=1), "=", _with(LIST, maxItems=1, uniqueItems=True)),
    "items narrowed": (LIST, "<", _with(LIST, items=_with(S, maxLength=3))),
    "items set": ({"type": "array"}, "<", LIST),
    "items changed": (LIST, "x", _with(LIST, items=B)),
    "items closed": (LIST, "<", _with(LIST, items=False)),
    "items closed is empty": (_with(LIST, maxItems=0), "=", {"type": "array", "items": False}),
    "prefixItems set": ({"type": "array"}, "<", {"type": "array", "prefixItems": [I]}),
    "prefixItems longer": ({"type": "array", "prefixItems": [I]}, "<", {"type": "array", "prefixItems": [I, S]}),
    "prefixItems closed": ({"type": "array", "prefixItems": [I]}, "<", {"type": "array", "prefixItems": [I], "items": False}),
    "prefixItems like items": (LIST, "=", {"type": "array", "prefixItems": [S], "items": S}),
    "contains set": (LIST, "<", _with(LIST, contains={"const": "x"})),
    "minContains raised": (_with(LIST, contains={"const": "x"}), "<", _with(LIST, contains={"const": "x"}, minContains=2)),
    "maxContains set": (_with(LIST, contains={"const": "x"}), "<", _with(LIST, contains={"const": "x"}, maxContains=2)),
    "contains of nothing": (LIST, "=", _with(LIST, contains={"const": "x"}, minContains=0)),
    "contains anything": (_with(LIST, minItems=1), "=", _with(LIST, contains=True)),
    "nested items narrowed": (_with(LIST, items=LIST), "<", _with(LIST, items=_with(LIST, maxItems=2))),
    "unevaluatedItems closes": ({"type": "array", "prefixItems": [S]}, "<", {"type": "array", "prefixItems": [S], "unevaluatedItems": False}),
}  # fmt: skip

_OBJECTS: dict[str, tuple[Json, str, Json]] = {
    "required property added": (AB, "<", _with(AB, properties={**AB["properties"], "c": S}, required=["a", "c"])),
    "property became required": (AB, "<", _with(AB, required=["a", "b"])),
    "undeclared property required": (AB, "<", _with(AB, required=["a", "z"])),
    "property narrowed": (AB, "<", _with(AB, properties={"a": _with(S, maxLength=3), "b": I})),
    "property changed": (AB, "x", _with(AB, properties={"a": {"type": ["boolean", "null"]}, "b": I})),
    "property forbidden": (AB, "<", _with(AB, properties={"a": S, "b": False})),
    "closed": (AB, "<", CLOSED),
    "closed gains a property": (CLOSED, ">", _with(CLOSED, properties={**AB["properties"], "c": S})),
    "map narrowed": ({"type": "object", "additionalProperties": True}, "<", {"type": "object", "additionalProperties": I}),
    "map values narrowed": ({"type": "object", "additionalProperties": S}, "<", {"type": "object", "additionalProperties": _with(S, maxLength=3)}),
    "map values changed": ({"type": "object", "additionalProperties": S}, "x", {"type": "object", "additionalProperties": B}),
    "minProperties set": ({"type": "object"}, "<", {"type": "object", "minProperties": 1}),
    "minProperties implied": (AB, "=", _with(AB, minProperties=1)),
    "maxProperties set": ({"type": "object"}, "<", {"type": "object", "maxProperties": 2}),
    "maxProperties lowered": ({"type": "object", "maxProperties": 3}, "<", {"type": "object", "maxProperties": 2}),
    "maxProperties implied": (CLOSED, "=", _with(CLOSED, maxProperties=2)),
    "propertyNames set": ({"type": "object"}, "<", {"type": "object", "propertyNames": {"pattern": "^[a-z]+$"}}),
    "propertyNames implied": (CLOSED, "=", _with(CLOSED, propertyNames={"pattern": "^[ab]$"})),
    "patternProperties set": ({"type": "object"}, "<", {"type": "object", "patternProperties": {"^x-": S}}),
    "patternProperties narrowed": ({"type": "object", "patternProperties": {"^x-": S}}, "<", {"type": "object", "patternProperties": {"^x-": _with(S, minLength=1)}}),
    "patternProperties of everything": ({"type": "object", "additionalProperties": I}, "=", {"type": "object", "patternProperties": {"": I}}),
    "dependentRequired set": (AB, "<", _with(AB, dependentRequired={"b": ["z"]})),
    "dependentRequired grown": (_with(AB, dependentRequired={"b": ["y"]}), "<", _with(AB, dependentRequired={"b": ["y", "z"]})),
    "dependentRequired satisfied": (AB, "=", _with(AB, dependentRequired={"b": ["a"]})),
    "dependentSchemas set": (AB, "<", _with(AB, dependentSchemas={"b": {"required": ["z"]}})),
    "dependentSchemas as dependentRequired": (_with(AB, dependentRequired={"b": ["z"]}), "=", _with(AB, dependentSchemas={"b": {"required": ["z"]}})),
    "unevaluatedProperties closes": (AB, "<", _with(AB, unevaluatedProperties=False)),
    "closed by either word": (CLOSED, "=", _with(AB, unevaluatedProperties=False)),
    "nested property narrowed": ({"type": "object", "properties": {"in": AB}}, "<", {"type": "object", "properties": {"in": _with(AB, required=["a", "b"])}}),
    "property as a pattern": (
        {"type": "object", "properties": {"a": S}}, "=", {"type": "object", "patternProperties": {"^a$": S}},
    ),
    "forbidden by not": (AB, "<", _with(AB, not_={"required": ["b"]})),
    "forbidden either way": (_with(AB, not_={"required": ["b"]}), "=", _with(AB, properties={"a": S, "b": False})),
    "empty properties": ({"type": "object"}, "=", {"type": "object", "properties": {}}),
    "required nothing": (AB, "=", _with(AB, dependentRequired={})),
}  # fmt: skip

_COMBINED: dict[str, tuple[Json, str, Json]] = {
    "oneOf member added": ({"oneOf": [CAT, DOG]}, ">", {"oneOf": [CAT, DOG, COW]}),
    "anyOf member added": ({"anyOf": [S, B]}, ">", {"anyOf": [S, B, LIST]}),
    "oneOf members overlap": ({"oneOf": [S, B]}, "<", {"oneOf": [S, B, _with(S, maxLength=3)]}),
    "anyOf made exclusive": ({"anyOf": [N, _with(N, minimum=10)]}, "<", {"oneOf": [N, _with(N, minimum=10)]}),
    "anyOf made exclusive, disjoint": ({"anyOf": [S, B]}, "=", {"oneOf": [S, B]}),
    "oneOf member narrowed": ({"oneOf": [CAT, DOG]}, "<", {"oneOf": [CAT, _with(DOG, required=["kind", "tricks"])]}),
    "oneOf member replaced": ({"oneOf": [CAT, DOG]}, "x", {"oneOf": [CAT, COW]}),
    "anyOf absorbs a member": ({"anyOf": [S, _with(S, maxLength=3)]}, "=", S),
    "wrapped in oneOf": (CAT, ">", {"oneOf": [CAT, DOG]}),
    "allOf constraint added": (S, "<", _with(S, allOf=[{"minLength": 2}])),
    "allOf requires more": (AB, "<", {"allOf": [AB, {"required": ["b"]}]}),
    "allOf split": (AB, "=", {"allOf": [{"type": "object", "properties": {"a": S}, "required": ["a"]}, {"properties": {"b": I}}]}),
    "not added": (S, "<", _with(S, not_={"const": "bad"})),
    "not widened": (_with(S, not_={"enum": ["x"]}), "<", _with(S, not_={"enum": ["x", "y"]})),
    "not of nothing": (S, "=", _with(S, not_=I)),
    "double negation": (S, "=", {"not": {"not": S}}),
    "if-then added": (AB, "<", _with(AB, if_={"required": ["b"]}, then={"required": ["z"]})),
    "if-else added": (AB, "<", _with(AB, if_={"required": ["b"]}, else_={"required": ["z"]})),
    "then narrowed": (
        _with(AB, if_={"required": ["b"]}, then={"required": ["y"]}), "<", _with(AB, if_={"required": ["b"]}, then={"required": ["y", "z"]}),
    ),
    "if without branches": (AB, "=", _with(AB, if_={"required": ["b"]})),
    "if as anyOf": (
        _with(AB, if_={"required": ["b"]}, then={"required": ["z"]}), "=", _with(AB, anyOf=[{"not": {"required": ["b"]}}, {"required": ["z"]}]),
    ),
    "dependentSchemas as if": (
        _with(AB, dependentSchemas={"b": {"required": ["z"]}}), "=", _with(AB, if_={"required": ["b"]}, then={"required": ["z"]}),
    ),
}  # fmt: skip

_REFACTORS: dict[str, tuple[Json, str, Json]] = {
    "wrapped in allOf": (AB, "=", {"allOf": [AB]}),
    "wrapped in anyOf of one": (AB, "=", {"anyOf": [AB]}),
    "wrapped in oneOf of one": (AB, "=", {"oneOf": [AB]}),
    "oneOf reordered": ({"oneOf": [CAT, DOG]}, "=", {"oneOf": [DOG, CAT]}),
    "anyOf reordered": ({"anyOf": [S, I, B]}, "=", {"anyOf": [B, S, I]}),
    "required reordered": (_with(AB, required=["a", "b"]), "=", _with(AB, required=["b", "a"])),
    "nullable as a list of types": ({"type": ["string", "null"]}, "=", {"anyOf": [S, Z]}),
    "nullable as oneOf": ({"type": ["string", "null"], "maxLength": 3}, "=", {"oneOf": [_with(S, maxLength=3), Z]}),
    "type list of one": (S, "=", {"type": ["string"]}),
    "type list as anyOf": ({"type": ["string", "integer"]}, "=", {"anyOf": [S, I]}),
    "all types as any": ({"type": ["string", "number", "boolean", "null", "object", "array"]}, "=", {}),
    "described": (AB, "=", _with(AB, description="now with words", title="A", examples=[{"a": "x"}])),
    "true as empty": ({"type": "object", "properties": {"a": {}}}, "=", {"type": "object", "properties": {"a": True}}),
    "additionalProperties true": (AB, "=", _with(AB, additionalProperties=True)),
    "by reference": (AB, "=", {"$ref": "#/components/schemas/AB"}),
    "by reference in allOf": (AB, "=", {"allOf": [{"$ref": "#/components/schemas/AB"}]}),
    "by reference with words": (AB, "=", {"$ref": "#/components/schemas/AB", "description": "said twice"}),
    "by two references": ({"$ref": "#/components/schemas/AB"}, "=", {"$ref": "#/components/schemas/Alias"}),
    "by reference into a schema": (S, "=", {"$ref": "#/components/schemas/AB/properties/a"}),
    "told apart by a constant": ({"oneOf": [CAT, DOG]}, "=", {"anyOf": [CAT, DOG]}),
    "references merged": ({"allOf": [{"$ref": "#/components/schemas/AB"}, {"required": ["b"]}]}, "=", _with(AB, required=["a", "b"])),
    "recursion unrolled": (
        {"$ref": "#/components/schemas/Node"}, "=",
        {"type": "object", "properties": {"value": S, "next": {"$ref": "#/components/schemas/Node"}}},
    ),
    "recursion narrowed": ({"$ref": "#/components/schemas/Node"}, "<", {"$ref": "#/components/schemas/ShortNode"}),
    "recursive list by another name": ({"$ref": "#/components/schemas/Node"}, "=", {"$ref": "#/components/schemas/Nodule"}),
    "distributed over oneOf": (
        {"oneOf": [_with(CAT, minProperties=1), _with(DOG, minProperties=1)]}, "=", {"oneOf": [CAT, DOG], "minProperties": 1},
    ),
}  # fmt: skip

AS_TEXT = {
    "items changed": "<", "items changed (backwards)": ">", "map values changed": "<", "map values changed (backwards)": ">",
}  # fmt: skip
"""Edits that mean something else where values travel as text: there a boolean is a string too."""

COMPONENTS: dict[str, Json] = {
    "AB": AB,
    "Alias": {"$ref": "#/components/schemas/AB"},
    "Node": {"type": "object", "properties": {"value": S, "next": {"$ref": "#/components/schemas/Node"}}},
    "Nodule": {"type": "object", "properties": {"value": S, "next": {"$ref": "#/components/schemas/Nodule"}}},
    "ShortNode": {
        "type": "object",
        "properties": {"value": _with(S, maxLength=3), "next": {"$ref": "#/components/schemas/ShortNode"}},
    },
}
