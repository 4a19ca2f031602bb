"""Which rule ids of the field this checker can give: every keyword, put to every place, in both directions of change."""

from __future__ import annotations

import copy
import datetime as dt
from collections.abc import Iterator
from typing import Any

from tests.bench.breaking import contexts, edits
from tools.breaking.input import documents
from tools.breaking.rules import compare
from tools.breaking.rules.options import Options

Json = Any
S, I, L, O = edits.S, edits.I, edits.LIST, {"type": "object"}  # noqa: E741 - a table of one-letter schemas

_LIVES: list[dict[str, Json]] = [
    {}, {"deprecated": True}, {"deprecated": True, "x-sunset": "2030-01-01"}, {"deprecated": True, "x-sunset": "soon"},
    {"deprecated": True, "x-sunset": "2026-11-21"}, {"x-stability-level": "beta"},
]  # fmt: skip
_PAIRS: list[tuple[Json, Json]] = [
    *((S, {**S, word: value}) for word, value in (("minLength", 2), ("maxLength", 2), ("pattern", "^a"), ("format", "uuid"))),
    *(({**I, word: 5}, {**I, word: 9}) for word in ("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum")),
    *((I, {**I, word: 5}) for word in ("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf")),
    *(({**S, word: 2}, {**S, word: 4}) for word in ("minLength", "maxLength")),
    ({**S, "pattern": "^a"}, {**S, "pattern": "^b"}),
    *(({**L, word: 2}, {**L, word: 4}) for word in ("minItems", "maxItems")),
    *((L, {**L, word: 2}) for word in ("minItems", "maxItems")),
    ({**L, "contains": {"const": "x"}}, L),
    *(({**L, "contains": {"const": "x"}, word: 2}, {**L, "contains": {"const": "x"}, word: 3}) for word in ("minContains", "maxContains")),
    ({"type": "array", "prefixItems": [S]}, {"type": "array", "prefixItems": [S, I]}),
    ({"type": "array", "prefixItems": [S]}, {"type": "array", "prefixItems": [S], "unevaluatedItems": False}),
    ({**S, "enum": ["a", "b"]}, {**S, "enum": ["a", "c"]}),
    (S, {**S, "enum": ["a", "b"]}),
    (S, {**S, "const": "a"}),
    ({"const": "a"}, {"const": "b"}),
    (S, {"type": ["string", "null"]}),
    (S, {"type": ["string", "array"]}),
    (I, {"type": "object"}),
    (I, edits.N),
    (I, {}),
    ({"oneOf": [S, edits.B]}, {"oneOf": [S, edits.B, L]}),
    ({"oneOf": [edits.CAT, edits.DOG]}, {"oneOf": [edits.CAT, edits.DOG, edits.COW]}),
    ({"anyOf": [edits.CAT, edits.DOG]}, {"anyOf": [edits.CAT, edits.DOG, edits.COW]}),
    ({"allOf": [O]}, {"allOf": [O, {"required": ["q"]}]}),
    (S, {"oneOf": [S, I]}),
    (edits.CAT, {"oneOf": [edits.CAT, edits.DOG]}),
    (edits.CAT, {"oneOf": [{**edits.CAT, "required": ["kind", "lives"]}, edits.DOG]}),
    (O, {**O, "if": {"required": ["a"]}, "then": {"required": ["b"]}, "else": {"required": ["c"]}}),
    (O, {**O, "patternProperties": {"^x-": S}}),
    (O, {**O, "propertyNames": {"pattern": "^[a-z]+$"}}),
    (O, {**O, "dependentRequired": {"a": ["b"]}}),
    ({**O, "dependentRequired": {"a": ["b"]}}, {**O, "dependentRequired": {"a": ["c"]}}),
    (O, {**O, "dependentSchemas": {"a": {"required": ["b"]}}}),
    (O, {**O, "unevaluatedProperties": False}),
    (S, {**S, "contentEncoding": "base64", "contentMediaType": "text/plain", "contentSchema": S}),
    (S, {**S, "default": "a"}),
    ({**S, "default": "a"}, {**S, "default": "b"}),
    ({**S, "x-extensible-enum": ["a", "b"]}, {**S, "x-extensible-enum": ["a"]}),
    *((edits.AB, {**edits.AB, "properties": {**edits.AB["properties"], "c": extra}, "required": required})
      for extra in (S, {**S, "default": "x"}, {**S, "writeOnly": True}) for required in (["a"], ["a", "c"])),
    (edits.AB, {**edits.AB, "required": ["a", "b"]}),
    (edits.AB, {**edits.AB, "properties": {"a": S, "b": {**I, "default": 1}}, "required": ["a", "b"]}),
    *((edits.AB, {**edits.AB, "properties": {"a": {**S, flag: True}, "b": {**I, flag: True}}}) for flag in ("readOnly", "writeOnly")),
    *(({**O, "properties": {"a": {**I, "readOnly": True, word: 5}}}, {**O, "properties": {"a": {**I, "readOnly": True, word: 9}}})
      for word in ("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum")),
    *(({**O, "properties": {"a": {**S, **old}}}, {**O, "properties": {"a": {**S, **new}}}) for old in _LIVES for new in _LIVES if old != new),
]  # fmt: skip


def _parameter(schema: Json, place: str = "query", **words: Json) -> Json:
    return {"in": place, "name": "p", "required": place == "path", "schema": schema, **words}


_BODIES = [
    context for context in contexts.contexts() if context.name.removeprefix(context.direction) in {" body", " property"}
]


def pairs() -> Iterator[tuple[Json, Json]]:
    """Pairs of documents: each pair of schemas in each place, both ways, then everything that is no schema."""
    for old, new in _PAIRS:
        for before, after in ((old, new), (new, old)):
            for context in _BODIES:
                yield context.place(before), context.place(after)
            for wrap in (
                lambda schema: schema,
                lambda schema: {"type": "object", "properties": {"in": schema}, "required": ["in"]},
            ):
                for place in ("query", "header"):
                    yield tuple(
                        contexts.operation(parameters=[_parameter(wrap(schema), place)]) for schema in (before, after)
                    )
                yield tuple(contexts.reply_header({"schema": wrap(schema)}) for schema in (before, after))
    yield from structures()


def structures() -> Iterator[tuple[Json, Json]]:
    """Changes of operations, parameters, bodies, replies and headers rather than of schemas, both ways."""
    plain = contexts.operation()
    body = {"content": {"application/json": {"schema": S}}}
    others = [
        contexts.operation(requestBody={**body, "required": True}),
        contexts.operation(requestBody=body),
        contexts.operation(requestBody={"content": {"application/json": {}}}),
        contexts.operation(requestBody={"content": {"application/xml": {"schema": S}}}),
        contexts.operation(responses={"200": {"description": "ok", **body}}),
        contexts.operation(responses={"200": {"description": "ok", "content": {"application/json": {}}}}),
        contexts.operation(
            responses={"200": {"description": "ok", "content": {"application/problem+json": {"schema": S}}}}
        ),
        contexts.operation(responses={"204": {"description": "done"}, "409": {"description": "no"}}),
        contexts.reply_header({"schema": S}),
        contexts.reply_header({"schema": S, "required": True}),
        *(contexts.operation(parameters=[_parameter(S, **words)]) for words in _PARAMETER_LIVES),
        contexts.operation(parameters=[_parameter(S, "path")]),
        *(contexts.operation(**life) for life in _OPERATION_LIVES),
        contexts.without_operation(whole_path=True),
        contexts.without_operation(whole_path=False),
        {**plain, "webhooks": {"sent": {"post": {"responses": {}}}}},
    ]
    shared = copy.deepcopy(plain)
    shared["paths"]["/things"]["parameters"] = [_parameter(S, required=True)]
    everything = [plain, *others, shared]
    yield from ((first, second) for first in everything for second in everything if first is not second)


_PARAMETER_LIVES: list[dict[str, Json]] = [
    {}, {"required": True}, {"deprecated": True}, {"deprecated": True, "x-sunset": "2030-01-01"},
    {"deprecated": True, "x-sunset": "2029-01-01"}, {"deprecated": True, "x-sunset": "soon"}, {"deprecated": True, "x-sunset": "2026-11-21"},
]  # fmt: skip
_OPERATION_LIVES: list[dict[str, Json]] = [
    {"deprecated": True}, {"deprecated": True, "x-sunset": "2030-01-01"}, {"deprecated": True, "x-sunset": "2029-01-01"},
    {"deprecated": True, "x-sunset": "soon"}, {"deprecated": True, "x-sunset": "2026-11-21"}, {"x-stability-level": "beta"},
    {"x-stability-level": "what"}, {"operationId": "other"}, {"tags": ["a"]},
]  # fmt: skip


ORDER = ("info", "warning", "error")


def levels_in_use() -> dict[str, str]:
    """The worst level of every id that some pair brings out, with and without a grace period for sunsets."""
    levels: dict[str, str] = {}
    for base, head in pairs():
        graces = (0, 90) if "x-sunset" in str(head) or "deprecated" in str(head) else (0,)
        for grace in graces:
            pair = documents.inline(base, "base"), documents.inline(head, "head")
            options = Options(dt.date(2026, 11, 20), grace, sunset_required=grace > 0)
            for finding in compare.compare(*pair, options).findings:
                worst = levels.setdefault(finding.id, "info")
                levels[finding.id] = max(worst, finding.level.value, key=ORDER.index)
    return levels


if __name__ == "__main__":
    print("\n".join(sorted(f"{level:<7} {name}" for name, level in levels_in_use().items())))
