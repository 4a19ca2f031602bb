"""Schemas that have a URI or an anchor of their own (`$id`, `$anchor`): references by such names become pointers.

JSON Schema 2020-12, section 8.2: a schema with `$id` is a resource; references below it are relative to its URI, and pointers
start at it. Behind `settle` every reference inside one document is a pointer from its root, which is all that other tools know.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import unquote, urldefrag, urljoin

from tools.openapi import pointers, refs

if TYPE_CHECKING:
    from tools.openapi.pointers import Json

_MENTIONS = ("$id", "$anchor", "$dynamicAnchor")
_HERE = "https://document.invalid/"
"""Stands for the address of the document itself, which nobody knows."""


class _Place(NamedTuple):
    """An object that may be a schema, and the resource it belongs to."""

    value: dict[str, Json]
    pointer: str
    base: str
    """URI of its resource."""


@dataclass(slots=True)
class _Names:
    """Names of the schemas of one document."""

    resources: dict[str, str] = field(default_factory=dict[str, str])
    """URI to pointer."""
    anchors: dict[tuple[str, str], str] = field(default_factory=dict[tuple[str, str], str])
    """URI of the resource and name to pointer."""
    dynamic: dict[str, list[str]] = field(default_factory=dict[str, list[str]])
    """Pointers of the dynamic anchors of each name."""


def settle(value: Json, text: str) -> None:
    """Write every reference in `value` (read from `text`) that names an `$id` or an anchor as a pointer, and drop each `$id`.

    A name that nothing here has stays as it is written, for the link stage to refuse.
    """
    if not isinstance(value, dict) or not any(word in text for word in _MENTIONS):
        return
    if str(value.get("openapi")).startswith("3.0"):
        return  # there these words mean nothing
    places = list(_places(value))
    names = _Names()
    for place in places:
        _collect(names, place)
    for place in places:
        _rewrite(names, place, value)
    for place in places:
        if isinstance(place.value.get("$id"), str):
            del place.value["$id"]


def _places(root: Json) -> Iterator[_Place]:
    """Every object that may be a schema, with the resource that its references are relative to."""
    waiting: list[tuple[Json, str, str, bool]] = [(root, "", _HERE, False)]
    while waiting:
        value, pointer, base, has_names = waiting.pop()
        if isinstance(value, list):
            waiting += [(child, f"{pointer}/{index}", base, False) for index, child in enumerate(value)]
        elif isinstance(value, dict):
            if not has_names:
                own = value.get("$id")
                base = urljoin(base, urldefrag(own).url) if isinstance(own, str) else base
                yield _Place(value, pointer, base)
            waiting += [
                (child, pointers.join(pointer, key), base, not has_names and refs.holds_names(key, child))
                for key, child in value.items()
                if isinstance(child, dict | list) and (has_names or not refs.is_data(key, child))
            ]


def _collect(names: _Names, place: _Place) -> None:
    if isinstance(place.value.get("$id"), str):
        names.resources.setdefault(place.base, place.pointer)
    for key in ("$anchor", "$dynamicAnchor"):
        anchor = place.value.get(key)
        if isinstance(anchor, str):
            names.anchors.setdefault((place.base, anchor), place.pointer)
            if key == "$dynamicAnchor":
                names.dynamic.setdefault(anchor, []).append(place.pointer)


def _rewrite(names: _Names, place: _Place, root: Json) -> None:
    reference = place.value.get("$ref")
    if isinstance(reference, str):
        pointer = _pointer(names, place.base, reference, root)
        if pointer is not None:
            place.value["$ref"] = f"#{pointer}"
    dynamic = place.value.get("$dynamicRef")
    if isinstance(dynamic, str) and "$ref" not in place.value:
        targets = names.dynamic.get(dynamic.removeprefix("#"), [])
        if len(targets) == 1:  # then it means the same as `$ref`, whoever comes along
            del place.value["$dynamicRef"]
            place.value["$ref"] = f"#{targets[0]}"


def _pointer(names: _Names, base: str, reference: str, root: Json) -> str | None:
    """Pointer from the root to what `reference` names; None where it is one already, or names nothing here."""
    uri, fragment = urldefrag(urljoin(base, reference))
    fragment = unquote(fragment)
    start = names.resources.get(uri, "" if uri == _HERE else None)
    if start is None:
        return None
    if fragment and not fragment.startswith("/"):
        return names.anchors.get((uri, fragment))
    if not start:
        return None
    pointer = start + fragment
    return pointer if _exists(root, pointer) else None


def _exists(root: Json, pointer: str) -> bool:
    try:
        pointers.resolve(root, pointer)
    except KeyError:
        return False
    return True
