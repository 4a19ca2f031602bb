"""Places of a document where a schema can stand, each with the direction in which its values travel."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from tests.bench.breaking import edits

Json = Any


@dataclass(frozen=True, slots=True)
class Context:
    """A place: what it wraps a schema in, and who sends the value."""

    name: str
    direction: str
    """`request` or `response`."""
    place: Callable[[Json], Json]
    """A schema to a whole document."""
    text: bool = False
    """Whether values travel as text, where a type alone tells nothing apart."""


def _document(operation: Json, **components: Json) -> Json:
    return {
        "openapi": "3.1.0",
        "info": {"title": "Bench", "version": "1.0.0"},
        "paths": {
            "/things": {
                "post": {"operationId": "postThings", "responses": {"204": {"description": "done"}}, **operation}
            }
        },
        "components": {"schemas": {**edits.COMPONENTS, **components}},
    }


def operation(**words: Json) -> Json:
    """A document with one operation that says `words`."""
    return _document(words)


def reply_header(header: Json) -> Json:
    """A document with one reply that carries `header`."""
    return _document({"responses": {"200": {"description": "ok", "headers": {"X-Limit": header}}}})


def without_operation(*, whole_path: bool) -> Json:
    """A document whose operation, or whole path, is gone."""
    document = _document({})
    if whole_path:
        del document["paths"]["/things"]
        document["paths"]["/other"] = {"get": {"responses": {}}}
    else:
        document["paths"]["/things"] = {"get": {"responses": {}}}
    return document


def _json(schema: Json) -> Json:
    return {"content": {"application/json": {"schema": schema}}}


def _request(schema: Json) -> Json:
    return _document({"requestBody": {"required": True, **_json(schema)}})


def _reply(schema: Json) -> Json:
    return _document({"responses": {"200": {"description": "ok", **_json(schema)}}})


def _callback(schema: Json) -> Json:
    path_item = {"post": {"requestBody": _json(schema), "responses": {"204": {"description": "done"}}}}
    return _document({"callbacks": {"done": {"{$request.body#/url}": path_item}}})


def _webhook(schema: Json) -> Json:
    hook = {"post": {"requestBody": _json(schema), "responses": {"204": {"description": "done"}}}}
    return {**_document({}), "webhooks": {"done": hook}}


def _parameter(place: str) -> Callable[[Json], Json]:
    def placed(schema: Json) -> Json:
        document = _document({"parameters": [{"in": place, "name": "p", "required": True, "schema": schema}]})
        if place == "path":
            document["paths"] = {"/things/{p}": document["paths"]["/things"]}
        return document

    return placed


def _form(schema: Json) -> Json:
    form = {"type": "object", "properties": {"field": schema}, "required": ["field"]}
    return _document({"requestBody": {"content": {"application/x-www-form-urlencoded": {"schema": form}}}})


def _header(schema: Json) -> Json:
    return reply_header({"required": True, "schema": schema})


def _inside(schema: Json) -> Json:
    return {"type": "object", "properties": {"inside": schema, "id": edits.S}, "required": ["inside"]}


def _component(place: Callable[[Json], Json]) -> Callable[[Json], Json]:
    def placed(schema: Json) -> Json:
        document = place({"$ref": "#/components/schemas/Subject"})
        document["components"]["schemas"]["Subject"] = schema
        return document

    return placed


_WRAPPERS: dict[str, Callable[[Json], Json]] = {
    "body": lambda schema: schema,
    "property": _inside,
    "optional property of a property": lambda schema: _inside({"type": "object", "properties": {"deep": schema}}),
    "items": lambda schema: {"type": "array", "items": schema},
    "map values": lambda schema: {"type": "object", "additionalProperties": schema},
    "allOf member": lambda schema: {"allOf": [schema, {"description": "and nothing else"}]},
    "property of an allOf member": lambda schema: {"allOf": [_inside(schema), {"properties": {"other": edits.I}}]},
    "oneOf variant's property": lambda schema: {
        "oneOf": [
            {"type": "object", "properties": {"kind": {"const": "x"}, "of": schema}, "required": ["kind", "of"]},
            {"type": "object", "properties": {"kind": {"const": "y"}}, "required": ["kind"]},
        ]
    },
    "nullable": lambda schema: {"anyOf": [_inside(schema), edits.Z]},
    "tuple": lambda schema: {"type": "array", "prefixItems": [edits.S, schema], "minItems": 2},
}


def _wrapped(place: Callable[[Json], Json], wrap: Callable[[Json], Json]) -> Callable[[Json], Json]:
    return lambda schema: place(wrap(schema))


def contexts() -> list[Context]:
    """Every place."""
    result = [
        Context(f"{direction} {name}", direction, _wrapped(place, wrap))
        for direction, place in (("request", _request), ("response", _reply))
        for name, wrap in _WRAPPERS.items()
    ]
    result += [
        Context("request component", "request", _component(_request)),
        Context("response component", "response", _component(_reply)),
        *(
            Context(f"{place} parameter", "request", _parameter(place), text=True)
            for place in ("query", "path", "header", "cookie")
        ),
        Context("form field", "request", _form, text=True),
        Context("reply header", "response", _header, text=True),
        Context("callback body", "response", _callback),
        Context("webhook body", "response", _webhook),
    ]
    return result
