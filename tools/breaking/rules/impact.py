"""Which generated names change: SDK methods, models and fields."""

from __future__ import annotations

import re

from tools.breaking.input.documents import At
from tools.breaking.rules.changes import Change
from tools.openapi import source

_BOUNDARY = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|[^A-Za-z0-9]+")


def snake(name: str) -> str:
    """`getRealtimeRevenue` as Python writes it: `get_realtime_revenue`."""
    return "_".join(part.lower() for part in _BOUNDARY.split(name) if part)


def method(operation_id: str) -> list[str]:
    """The SDK method of an operation, in TypeScript and Python."""
    return [f"method {operation_id} / {snake(operation_id)}"] if operation_id else []


def of_change(operation_id: str, change: Change) -> list[str]:
    """Names that a change of a schema touches: the model and field where it has a name, else the method."""
    model = _model(change.base) or _model(change.head)
    field = next((step.key for step in reversed(change.path.steps) if step.kind == "property"), "") or change.name
    if model:
        is_field = (
            change.feature in {"property", "became"}
            or f"/properties/{source.escape(str(field))}" in change.base.pointer
        )
        return [f"model {model}.{field}" if field and is_field else f"model {model}"]
    return method(operation_id)


def of_schema(operation_id: str, at: At) -> list[str]:
    """Names that a change of this whole schema touches."""
    model = _model(at)
    return [f"model {model}"] if model else method(operation_id)


def _model(at: At) -> str:
    parts = source.split(at.pointer)
    return parts[2] if parts[:2] == ["components", "schemas"] and len(parts) > 2 else ""
