"""The contract that every peer serves, in both dialects, and how many operations stand beside it."""

import json
from typing import Any

SECURED: list[dict[str, list[str]]] = [{"bearer": []}]


def _json(name: str) -> dict[str, Any]:
    return {"application/json": {"schema": {"$ref": f"#/components/schemas/{name}"}}}


def contract(others: int = 0, version: str = "3.1.0") -> dict[str, Any]:
    """Operations on widgets; `others` more with two path parameters each, declared before them."""
    header = {
        "name": "X-Correlation-ID",
        "in": "header",
        "required": True,
        "schema": {"type": "string", "format": "uuid"},
    }
    widget_id = {"name": "widget_id", "in": "path", "required": True, "schema": {"type": "string", "format": "uuid"}}
    paths: dict[str, Any] = {f"/other{number}/{{a}}/deep/{{b}}": _other(number) for number in range(others)}
    paths["/widgets"] = {
        "get": {
            "operationId": "listWidgets",
            "tags": ["widgets"],
            "security": SECURED,
            "responses": {"200": {"description": "ok", "content": _json("WidgetList")}},
        },
        "post": {
            "operationId": "createWidget",
            "tags": ["widgets"],
            "security": SECURED,
            "requestBody": {"required": True, "content": _json("NewWidget")},
            "responses": {"201": {"description": "made", "content": _json("Widget")}},
        },
    }
    paths["/fresh"] = {
        "get": {
            "operationId": "listFresh",
            "tags": ["widgets"],
            "security": SECURED,
            "responses": {"200": {"description": "ok", "content": _json("WidgetList")}},
        }
    }
    paths["/widgets/{widget_id}"] = {
        "get": {
            "operationId": "getWidget",
            "tags": ["widgets"],
            "security": SECURED,
            "parameters": [widget_id, header],
            "responses": {"200": {"description": "ok", "content": _json("Widget")}},
        }
    }
    components = {"securitySchemes": {"bearer": {"type": "http", "scheme": "bearer"}}, "schemas": _schemas()}
    return {
        "openapi": version,
        "info": {"title": "Widgets", "version": "1.0.0"},
        "paths": paths,
        "components": components,
    }


def _other(number: int) -> dict[str, Any]:
    parameters = [{"name": name, "in": "path", "required": True, "schema": {"type": "string"}} for name in ("a", "b")]
    responses = {"200": {"description": "ok", "content": _json("Widget")}}
    return {
        "get": {
            "operationId": f"getOther{number}x",
            "tags": ["widgets"],
            "parameters": parameters,
            "responses": responses,
        }
    }


def _schemas() -> dict[str, Any]:
    tags = {"type": "array", "maxItems": 10, "items": {"type": "string"}}
    name, cents = {"type": "string", "minLength": 1, "maxLength": 100}, {"type": "integer", "minimum": 0}
    stamps = {"id": {"type": "string", "format": "uuid"}, "created_at": {"type": "string", "format": "date-time"}}
    new = {"name": name, "price_cents": cents, "tags": tags}
    return {
        "NewWidget": {"type": "object", "additionalProperties": False, "required": [*new], "properties": new},
        "Widget": {"type": "object", "required": [*stamps, *new], "properties": {**stamps, **new}},
        "WidgetList": {
            "type": "object",
            "required": ["items"],
            "properties": {"items": {"type": "array", "items": {"$ref": "#/components/schemas/Widget"}}},
        },
    }


def text(others: int = 0, version: str = "3.1.0") -> str:
    """The contract as JSON, which is YAML."""
    return json.dumps(contract(others, version), indent=1)
