"""Parts of a `$ref`, by its spelling and its place: pure, nothing is read or followed."""

from __future__ import annotations

import os
from collections.abc import Iterator

from tools.contracts import source
from tools.contracts.source import Document, Json

_DATA_KEYS = frozenset({"example", "examples", "default", "const", "enum", "value"})
"""Below these a `$ref` is data. `examples` of OpenAPI may be references themselves: see `is_data`."""

NAME_MAPS = frozenset(
    "properties patternProperties dependentSchemas $defs definitions schemas responses headers content paths callbacks links "
    "requestBodies securitySchemes pathItems encoding".split()
)
"""Keys of their values are names that somebody chose: a property may be called `$ref` or `example`, a response `default`."""


def locate(file: str, reference: str) -> tuple[str, str]:
    """File and JSON pointer that `reference`, written in `file`, names."""
    target, _, fragment = reference.partition("#")
    path = os.path.normpath(os.path.join(os.path.dirname(file), target)).replace(os.sep, "/") if target else file  # noqa: PTH118, PTH120
    return path, _decoded(fragment)


def _decoded(fragment: str) -> str:
    if "%" not in fragment:
        return fragment
    from urllib.parse import unquote  # noqa: PLC0415  (rare, and not free to import)

    return unquote(fragment)


def is_data(key: str, value: Json) -> bool:
    """Whether a `$ref` below `key` is data."""
    if key == "examples" and isinstance(value, dict):
        return False
    return key in _DATA_KEYS or (key.startswith("x-") and key != "x-webhooks")


def mappings(document: Document) -> Iterator[str]:
    """Pointers of the mappings of discriminators, whose values are references too."""
    if "propertyName" in document.text:
        for pointer, value in source.walk(document.value):
            if isinstance(value, dict) and "propertyName" in value and isinstance(value.get("mapping"), dict):
                yield f"{pointer}/mapping"
