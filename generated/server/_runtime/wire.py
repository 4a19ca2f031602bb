"""Validators for what came over the wire as text and is Python's already: parameters and forms, judged as JSON would be.

A type may read JSON and Python values in different ways; Python's is the lenient one, since a program's own values are checked by
its type checker. A value that a stranger sent is checked in full, whichever way it came.
"""

from __future__ import annotations

from typing import Any

from pydantic import TypeAdapter
from pydantic_core import SchemaValidator
from pydantic_core import core_schema as cs

INSTEAD = "wire"
"""Key of the metadata of a schema that has a third way, for values that are Python's already."""


def validator(type_: Any) -> SchemaValidator:
    """A validator for values of `type_` that came over the wire."""
    # Models bring a validator of their own, which would read them in Python's way.
    return SchemaValidator(_as_json(TypeAdapter(type_).core_schema), _use_prebuilt=False)


def _as_json(part: Any) -> Any:
    if isinstance(part, list):
        return [_as_json(child) for child in part]
    if isinstance(part, tuple):
        return tuple(_as_json(child) for child in part)
    if not isinstance(part, dict):
        return part
    if part.get("type") == "json-or-python" and "json_schema" in part:
        metadata = part.get("metadata") or {}
        inner = _as_json(metadata.get(INSTEAD) or part["json_schema"])
        # A name that other parts refer to goes with what stands in its place.
        return {**inner, "ref": part["ref"]} if "ref" in part else inner
    return {key: _as_json(child) for key, child in part.items()}


def either(
    json_schema: cs.CoreSchema, python_schema: cs.CoreSchema, wire: cs.CoreSchema, write: cs.SerSchema
) -> cs.CoreSchema:
    """`json_or_python_schema` with a way of its own for values that came over the wire."""
    return cs.json_or_python_schema(json_schema, python_schema, serialization=write, metadata={INSTEAD: wire})
