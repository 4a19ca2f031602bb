"""A document of three megabytes, and the same after a release's worth of changes."""

from __future__ import annotations

import copy
import json
import random
from typing import Any

Json = Any
MODELS = 450
OPERATIONS = 700


def documents(seed: int = 7) -> tuple[Json, Json]:
    """A large API before and after: shared models, deep references, circles, unions."""
    chooser = random.Random(seed)
    base = {
        "openapi": "3.1.0",
        "info": {"title": "Large", "version": "1.0.0"},
        "paths": {f"/things{number}/{{id}}": _path(number, chooser) for number in range(OPERATIONS)},
        "components": {
            "schemas": {"Audited": _AUDITED, **{f"M{number}": _model(number, chooser) for number in range(MODELS)}}
        },
    }
    return base, _changed(base, chooser)


def _reference(chooser: random.Random) -> Json:
    return {"$ref": f"#/components/schemas/M{chooser.randrange(MODELS)}"}


def _model(number: int, chooser: random.Random) -> Json:
    properties: dict[str, Json] = {
        "id": {"type": "string", "format": "uuid", "description": "Identifies the thing. " * 4}
    }
    for index in range(14):
        properties[f"field_{index}"] = chooser.choice(_FIELDS) | {
            "description": "What this field holds, in a sentence or two. " * 2
        }
    properties["parent"] = _reference(chooser)
    properties["parts"] = {"type": "array", "items": _reference(chooser), "maxItems": 100}
    if number % 5 == 0:
        properties["choice"] = {"oneOf": [_variant(f"v{index}", chooser) for index in range(4)]}
    model = {"type": "object", "properties": properties, "required": ["id", "field_0"]}
    if number % 7 == 0:
        return {"allOf": [{"$ref": "#/components/schemas/Audited"}, model]}
    return model


_AUDITED: Json = {
    "type": "object",
    "properties": {"created_at": {"type": "string", "format": "date-time"}, "created_by": {"type": "string"}},
    "required": ["created_at"],
}
_FIELDS: list[dict[str, Json]] = [
    {"type": "string", "minLength": 1, "maxLength": 255},
    {"type": "integer", "minimum": 0},
    {"type": "number"},
    {"type": "boolean"},
    {"type": "string", "enum": ["draft", "open", "closed"]},
    {"type": "string", "pattern": "^[a-z0-9-]{1,64}$"},
    {"type": ["string", "null"], "format": "date-time"},
    {"type": "object", "additionalProperties": {"type": "string"}},
]


def _variant(kind: str, chooser: random.Random) -> Json:
    return {"type": "object", "properties": {"kind": {"const": kind}, "of": _reference(chooser)}, "required": ["kind"]}


def _path(number: int, chooser: random.Random) -> Json:
    identity = {"in": "path", "name": "id", "required": True, "schema": {"type": "string", "maxLength": 64}}
    query = [{"in": "query", "name": f"q{index}", "schema": {"type": "integer", "maximum": 100}} for index in range(4)]
    body = {"content": {"application/json": {"schema": _reference(chooser)}}}
    reply = {
        "200": {"description": "ok", **body},
        "404": {"description": "no", "content": {"application/problem+json": {"schema": _reference(chooser)}}},
    }
    return {
        "get": {"operationId": f"getThing{number}", "parameters": [identity, *query], "responses": reply},
        "post": {
            "operationId": f"postThing{number}",
            "parameters": [identity],
            "requestBody": body,
            "responses": reply,
        },
    }


def _changed(base: Json, chooser: random.Random) -> Json:
    head = copy.deepcopy(base)
    models = head["components"]["schemas"]
    for number in chooser.sample(range(MODELS), 12):
        model = models[f"M{number}"]
        properties = (model["allOf"][1] if "allOf" in model else model)["properties"]
        properties["field_1"] = {"type": "string", "maxLength": 40}
        properties["added"] = {"type": "string"}
        del properties["field_3"]
    for path in chooser.sample(list(head["paths"]), 20):
        head["paths"][path]["get"]["parameters"][1]["schema"]["maximum"] = 50
    return head


def texts() -> tuple[str, str]:
    """Both documents as JSON text, of about three megabytes each."""
    base, head = documents()
    return json.dumps(base, indent=1), json.dumps(head, indent=1)
