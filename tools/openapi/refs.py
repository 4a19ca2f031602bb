"""Parts of a `$ref`, by its spelling and its place: pure, nothing is read or followed."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from typing import Protocol

from tools.openapi import pointers
from tools.openapi.pointers import Json


class Document(Protocol):
    """A document as far as a reference needs it."""

    @property
    def text(self) -> str:
        """Its text."""
        ...

    @property
    def value(self) -> Json:
        """Its value."""
        ...


_DATA_KEYS = frozenset({"example", "examples", "default", "const", "enum", "value"})
"""Below these a `$ref` is data. `examples` of OpenAPI may be references themselves: see `is_data`."""

NAME_MAPS = frozenset(
    "properties patternProperties dependentSchemas $defs definitions schemas responses headers content paths callbacks links "
    "requestBodies securitySchemes pathItems encoding webhooks".split()
)
"""Keys of their values are names that somebody chose: a property may be called `$ref` or `example`, a response `default`."""


MAPS_OR_LISTS = frozenset({"examples", "parameters"})
"""Keys of maps of names in one place, and of lists in another."""


def locate(file: str, reference: str) -> tuple[str, str]:
    """File and JSON pointer that `reference`, written in `file`, names."""
    target, _, fragment = reference.partition("#")
    path = os.path.normpath(os.path.join(os.path.dirname(file), target)).replace(os.sep, "/") if target else file  # noqa: PTH118, PTH120
    return path, _decoded(fragment)


MAX_HOPS = 100
"""A chain of references longer than this is a circle."""


def find(documents: Mapping[str, Document], file: str, reference: str) -> tuple[str, str, Json]:
    """File, pointer and value that `reference`, written in `file`, names. Raises `KeyError` when there is nothing.

    A pointer may lead through a map that stands elsewhere: below `components: {schemas: {$ref: schemas.yaml}}`, the pointer
    `/components/schemas/Thing` is `/Thing` of that file.
    """
    where, pointer = locate(file, reference)
    if pointer and not pointer.startswith("/"):
        pointer = _anchored(documents[where].value, pointer)
    return _find(documents, where, pointer, MAX_HOPS)


def _anchored(value: Json, anchor: str) -> str:
    """Pointer of the one schema in `value` that has `anchor`. Raises `KeyError`."""
    places = [
        pointer
        for pointer, child in pointers.walk(value)
        if isinstance(child, dict) and anchor in (child.get("$anchor"), child.get("$dynamicAnchor"))
    ]
    if len(places) != 1:
        raise KeyError(anchor)
    return places[0]


def _find(documents: Mapping[str, Document], file: str, pointer: str, hops: int) -> tuple[str, str, Json]:
    try:
        return file, pointer, pointers.resolve(documents[file].value, pointer)
    except KeyError:
        if not hops or file not in documents:
            raise
    current, place = documents[file].value, ""
    tokens = pointers.split(pointer)
    for index, token in enumerate(tokens):
        if isinstance(current, dict) and token not in current and isinstance(current.get("$ref"), str):
            where, start = locate(file, current["$ref"])
            return _find(documents, where, pointers.join(start, *tokens[index:]), hops - 1)
        current = pointers.resolve(current, pointers.join("", token))
        place = pointers.join(place, token)
    return file, place, current


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


def holds_names(key: str, value: Json) -> bool:
    """Whether the keys of `value`, which stands at `key`, are names: `examples` and `parameters` are lists elsewhere."""
    return key in NAME_MAPS or (key in MAPS_OR_LISTS and isinstance(value, dict))


def mappings(document: Document) -> Iterator[str]:
    """Pointers of the mappings of discriminators, whose values are references too."""
    if "propertyName" in document.text:
        for pointer, value in pointers.walk(document.value):
            if isinstance(value, dict) and "propertyName" in value and isinstance(value.get("mapping"), dict):
                yield f"{pointer}/mapping"
