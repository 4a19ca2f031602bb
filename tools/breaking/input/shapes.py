"""Whether a document has the shape of OpenAPI: mappings where mappings belong, numbers where numbers do.

What passes can be compared without looking twice at every value; what does not is refused at its place.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from tools.breaking.input.documents import At, Spec
from tools.breaking.schema import dialect
from tools.openapi import source
from tools.openapi.kinds import METHODS
from tools.openapi.problems import Problem

Json = Any

ONE, MAP, LIST = "one", "map", "list"
Field = tuple[str, str]
"""How many (`one`, a `map` by name, a `list`) of which kind."""
_KINDS: dict[str, dict[str, Field]] = {
    "document": {
        "paths": (MAP, "path"), "webhooks": (MAP, "path"), "components": (ONE, "components"), "servers": (LIST, "any"),
        "security": (LIST, "requirement"), "tags": (LIST, "any"),
    },
    "components": {
        "schemas": (MAP, "schema"), "responses": (MAP, "response"), "parameters": (MAP, "parameter"),
        "headers": (MAP, "parameter"), "requestBodies": (MAP, "body"), "securitySchemes": (MAP, "scheme"),
        "callbacks": (MAP, "callback"), "links": (MAP, "any"), "pathItems": (MAP, "path"),
    },
    "path": {**dict.fromkeys(METHODS, (ONE, "operation")), "parameters": (LIST, "parameter"), "servers": (LIST, "any")},
    "operation": {
        "parameters": (LIST, "parameter"), "requestBody": (ONE, "body"), "responses": (MAP, "response"),
        "callbacks": (MAP, "callback"), "security": (LIST, "requirement"), "tags": (LIST, "text"), "servers": (LIST, "any"),
    },
    "body": {"content": (MAP, "media")},
    "response": {"content": (MAP, "media"), "headers": (MAP, "parameter"), "links": (MAP, "any")},
    "parameter": {"schema": (ONE, "schema"), "content": (MAP, "media")},
    "media": {"schema": (ONE, "schema")},
    "scheme": {"flows": (MAP, "flow")}, "flow": {"scopes": (MAP, "anything")},
}  # fmt: skip


_MAY_BE_EMPTY = frozenset({"path", "operation", "response", "media"})
"""Values that people leave empty while they write; they count as absent."""


def structure(spec: Spec) -> tuple[list[Problem], list[At]]:
    """Problems of the entry file outside its schemas, and the schemas in it that stand alone."""
    problems: list[Problem] = []
    schemas: list[At] = []
    waiting = [(spec.root, "document")]
    while waiting:
        at, kind = waiting.pop()
        if kind == "schema":
            schemas.append(at)
            continue
        if at.raw is None and kind in _MAY_BE_EMPTY:
            continue
        reason = _amiss(at.raw, kind)
        if reason:
            problems.append(Problem("malformed", f"`{at.pointer}` must be {reason}", spec.origin(at)))
            continue
        waiting.extend(_below(spec, at, kind, problems))
    return problems, schemas


def _amiss(value: Json, kind: str) -> str:
    """Why `value` is no object of this kind; empty when it is one."""
    match kind:
        case "text":
            return "" if isinstance(value, str) else f"text, not {_shown(value)}"
        case "requirement":
            fine = isinstance(value, dict) and all(scopes is None or _is_names(scopes) for scopes in value.values())
            return "" if fine else "a mapping from schemes to lists of scopes"
        case "anything":
            return ""
        case _:
            return "" if isinstance(value, dict) else f"a mapping, not {_shown(value)}"


def _below(spec: Spec, at: At, kind: str, problems: list[Problem]) -> Iterator[tuple[At, str]]:
    if isinstance(at.raw, dict) and "$ref" in at.raw and not isinstance(at.raw["$ref"], str):
        problems.append(Problem("bad-ref", f"$ref must be text, not {_shown(at.raw['$ref'])}", spec.origin(at)))
        return
    if kind == "callback":
        paths = at.raw.items() if "$ref" not in at.raw else ()
        yield from ((_child(at, name, value), "path") for name, value in paths if not str(name).startswith("x-"))
    for name, (shape, inner) in _KINDS.get(kind, {}).items():
        value = at.raw.get(name)
        if value is None and not (name in at.raw and shape == ONE and inner != "components"):
            continue
        child = _child(at, name, value)
        if shape == ONE:
            yield child, inner
        elif isinstance(value, dict if shape == MAP else list):
            members = value.items() if isinstance(value, dict) else enumerate(value)
            yield from ((_child(child, key, member), inner) for key, member in members if not str(key).startswith("x-"))
        else:
            expected = "a mapping" if shape == MAP else "a list"
            problems.append(
                Problem("malformed", f"`{child.pointer}` must be {expected}, not {_shown(value)}", spec.origin(child))
            )


def _child(at: At, name: str | int, value: Json) -> At:
    return At(value, at.file, f"{at.pointer}/{source.escape(name) if isinstance(name, str) else name}")


def _shown(value: Json) -> str:
    return "nothing" if value is None else f"{value!r:.40}"


def _is_count(value: Json) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and value >= 0 and value == int(value)


def _is_number(value: Json) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _is_names(value: Json) -> bool:
    return isinstance(value, list) and all(isinstance(name, str) for name in value)


def _is_schema(value: Json) -> bool:
    return isinstance(value, dict | bool)


def _is_schema_map(value: Json) -> bool:
    return isinstance(value, dict) and all(_is_schema(member) for member in value.values())


def _is_schema_list(value: Json) -> bool:
    return isinstance(value, list) and all(_is_schema(member) for member in value)


_Test = Callable[[Json], bool]
_COUNTS = "minLength maxLength minItems maxItems minProperties maxProperties minContains maxContains".split()
_WORDS: dict[str, tuple[_Test, str]] = {
    **dict.fromkeys(_COUNTS, (_is_count, "a number of at least 0")),
    **dict.fromkeys(("minimum", "maximum"), (_is_number, "a number")),
    **dict.fromkeys(("exclusiveMinimum", "exclusiveMaximum"), (lambda value: isinstance(value, int | float), "a number")),
    "multipleOf": (lambda value: _is_number(value) and value > 0, "a number above 0"),
    "pattern": (lambda value: isinstance(value, str), "text"),
    "type": (lambda value: isinstance(value, str) or _is_names(value), "a type or a list of types"),
    "enum": (lambda value: isinstance(value, list), "a list"),
    "required": (_is_names, "a list of names"),
    "dependentRequired": (
        lambda value: isinstance(value, dict) and all(map(_is_names, value.values())), "a mapping from names to lists of names",
    ),
    "uniqueItems": (lambda value: isinstance(value, bool), "true or false"),
    **dict.fromkeys(dialect.MAPS, (_is_schema_map, "a mapping from names to schemas")),
    **dict.fromkeys(dialect.LISTS, (_is_schema_list, "a list of schemas")),
    **dict.fromkeys(dialect.SINGLE, (_is_schema, "a schema")),
    "items": (lambda value: _is_schema(value) or _is_schema_list(value), "a schema"),
    "$ref": (lambda value: isinstance(value, str), "text"),
    "discriminator": (
        lambda value: isinstance(value, dict) and isinstance(value.get("mapping"), dict | None), "a mapping",
    ),
    "x-extensible-enum": (lambda value: isinstance(value, list), "a list"),
}  # fmt: skip


def words(spec: Spec, at: At) -> Iterator[Problem]:
    """Words of one schema whose values nobody can read. An empty value (`null`) is taken as not written."""
    if not isinstance(at.raw, dict):
        if not isinstance(at.raw, bool):
            yield Problem("not-a-schema", "a schema is a mapping, true or false", spec.origin(at))
        return
    for word, value in at.raw.items():
        known = _WORDS.get(word)
        if known is not None and value is not None and not known[0](value):
            place = At(value, at.file, f"{at.pointer}/{source.escape(word)}")
            yield Problem("malformed", f"`{place.pointer}` must be {known[1]}, not {_shown(value)}", spec.origin(place))


def inside(root: At) -> Iterator[tuple[At, bool]]:
    """Every schema below `root`, and whether it describes a value by itself rather than a condition on one."""
    waiting = [(root, True)]
    while waiting:
        at, is_alone = waiting.pop()
        yield at, is_alone
        for word, value in at.raw.items() if isinstance(at.raw, dict) else ():
            child = f"{at.pointer}/{word}"
            if word in dialect.MAPS and isinstance(value, dict):
                alone = is_alone and word != "dependentSchemas"
                waiting.extend((At(member, at.file, source.join(child, name)), alone) for name, member in value.items())
            elif isinstance(value, list) and (word in dialect.LISTS or word == "items"):
                waiting.extend((At(member, at.file, f"{child}/{index}"), False) for index, member in enumerate(value))
            elif word in dialect.SINGLE and isinstance(value, dict | bool):
                alone = is_alone and word in {"items", "additionalProperties"}
                waiting.append((At(value, at.file, child), alone))


def problems_of(spec: Spec) -> list[Problem]:
    """Everything in the entry file that has not the shape it must have."""
    problems, roots = structure(spec)
    return problems + [problem for root in roots for at, _ in inside(root) for problem in words(spec, at)]
