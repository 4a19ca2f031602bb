"""The shapes of the data files under `contracts/governance/`, as JSON Schema."""

from __future__ import annotations

from functools import cache
from typing import Any

import jsonschema_rs

from tools.openapi import directives

_TEXT = {"type": "string", "minLength": 1}
_TEXTS = {"type": "array", "items": _TEXT}
_STATUS = {"type": "integer", "minimum": 400, "maximum": 599}


def _closed(required: dict[str, Any], optional: dict[str, Any] | None = None) -> dict[str, Any]:
    """An object with exactly these fields."""
    properties = {**required, **(optional or {})}
    return {"type": "object", "required": list(required), "properties": properties, "additionalProperties": False}


def _map(values: dict[str, Any]) -> dict[str, Any]:
    return {"type": "object", "additionalProperties": values}


def _list(items: dict[str, Any]) -> dict[str, Any]:
    return {"type": "array", "items": items}


_PROBLEM = _closed(
    {"code": _TEXT, "status": _STATUS, "slug": _TEXT, "title": _TEXT, "when": _TEXT},
    {"also_status": _list(_STATUS), "is_declared": {"const": False}},
)
_MOCK = _closed({"api": _TEXT, "port": {"type": "integer", "minimum": 1024, "maximum": 65535}})
_CHANNEL = _closed(
    {"code": _TEXT, "family": _TEXT, "is_paid": {"type": "boolean"}, "name": _TEXT, "display_name": _TEXT}
)
_UTM = _closed({"channel": _TEXT}, {"medium": _TEXTS, "source": _TEXTS, "foreign_referrer": {"type": "boolean"}})
_STATES = {"anyOf": [_TEXT, _TEXTS, {"type": "null"}]}
_EVENT = _closed(
    {"entry": {"type": ["string", "null"]}, "sign": {"enum": [-1, 0, 1]}, "from": _TEXTS, "to": _STATES},
    {name: {"type": "boolean"} for name in ("is_critical", "has_reverses", "is_derived")},
)
_OBJECT = _closed({"shows": _TEXTS, "topics": _TEXTS})
_KEPT = "ids words times currencies amounts flags addresses encoded pairs in_pairs beside".split()
_MAP = _closed(
    {"read": _map(_OBJECT)},
    {
        "keep": _closed({"objects": _TEXTS}, dict.fromkeys(_KEPT, _TEXTS)),
        "unit": {"enum": ["decimal", "minor"]},
        "subscribe": _TEXTS,
        "not_revenue": _TEXTS,
        "not_revenue_prefixes": _TEXTS,
    },
)
_AMOUNT = _closed({"amount": {"type": "string"}, "currency": _TEXT}, {"cents": {"type": "integer"}})
_KEYS = {
    "type": "array",
    "minItems": 1,
    "uniqueItems": True,
    "items": {"type": "string", "pattern": "^[a-z0-9]+(_[a-z0-9]+)*$"},
}
_LETTER = {"type": "string", "pattern": "^[a-z]$"}
_INVARIANT = _closed(
    {"name": _TEXT, "rule": _TEXT, "enforced": _list({"enum": ["contract", "model", "database", "test"]})},
    {
        "pattern": _TEXT,
        "format": _TEXT,
        "minimum": {"type": "number"},
        "maximum": {"type": "number"},
        "fields": _TEXTS,
        "schemas": _TEXTS,
        "not_in": _TEXTS,
    },
)

SHAPES: dict[str, dict[str, Any]] = {
    "problems": _closed({"base": _TEXT, "problems": _list(_PROBLEM)}),
    "mocks": _closed({"mocks": _list(_MOCK)}),
    "channels": _closed(
        {
            "channels": _list(_CHANNEL),
            "platforms": _map(_map(_TEXT)),
            "utm": _list(_UTM),
            "click_ids": _map(_TEXT),
            "nothing": _TEXT,
            "unmapped": _TEXT,
        }
    ),
    "mappings": _closed(
        {"events": _map(_EVENT), "maps": _map(_MAP)},
        {"terminal": _TEXTS, "vectors": _closed({"amounts": _list(_AMOUNT), "refused": _list(_AMOUNT)})},
    ),
    "personal_keys": _closed(
        {"stripped": _KEYS, "forbidden_in_json": _KEYS, "payload": _KEYS, "look_alikes": _map(_LETTER)}
    ),
    "invariants": _closed({"invariants": _list(_INVARIANT)}),
}
"""Shape of each data file, by its name without ending."""
for _shape in SHAPES.values():
    _shape["properties"][directives.KEY] = {"type": "object"}


@cache
def validator(name: str) -> jsonschema_rs.Draft202012Validator:
    """Validator of the data file `name`."""
    return jsonschema_rs.Draft202012Validator(SHAPES[name])
