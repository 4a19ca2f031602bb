"""Blame: a change breaks something only where the same payload is accepted once this change alone is taken back.

The receiver's schema is copied with one demand left out. A payload that the copy accepts and the schema refuses shows that the
demand, and nothing beside it, is the reason.
"""

from __future__ import annotations

from collections import deque
from typing import Any

from tools.breaking.input.documents import At, BadInputError, Spec
from tools.breaking.rules.changes import Change
from tools.breaking.rules.members import LISTS, TOGETHER, WHOLE
from tools.openapi import source

Json = Any

_MAX_PLACES = 4_000
"""Schemas that are looked at on the way to the one that changed."""
_WORDS: dict[str, tuple[str, ...]] = {
    "type": ("type", "nullable"), "list-of-types": ("type", "oneOf", "anyOf"), "enum": ("enum", "const"),
    "enum-value": ("enum", "const"), "const": ("enum", "const"), "pattern": ("pattern",), "items": ("items", "prefixItems"),
    "prefix-items": ("items", "prefixItems"), "additional-properties": ("additionalProperties",),
    "dependent-required": ("dependentRequired",), "dependent-schema": ("dependentSchemas",),
    "pattern-property": ("patternProperties",), **{feature: (word,) for word, feature in LISTS.items()},
    **{feature: TOGETHER.get(word, (word,)) for word, feature in WHOLE.items()},
}  # fmt: skip
"""Keywords that a change of this feature is about."""


def without(spec: Spec, root: At, change: Change, own: At) -> Json | None:
    """The receiver's schema `root` without the demand of `change`, which stands at `own`; None where that cannot be written."""
    if change.feature not in {"property", "became", *_WORDS} and not change.keyword:
        return None
    place = own.pointer.removesuffix(_property(change)) if _is_of_property(change) else own.pointer
    way = _way(spec, root, (own.file, place))
    if way is None:
        return None
    patched = _patched(way[-1].raw, change)
    if patched == way[-1].raw:
        return None
    for outer, inner in zip(reversed(way[:-1]), reversed(way[1:]), strict=True):
        patched = _replaced(outer, inner, patched)
    return patched


def _is_of_property(change: Change) -> bool:
    """Whether an object speaks of one of its properties."""
    return change.feature == "property" or (change.feature == "became" and change.where is not None)


def _property(change: Change) -> str:
    return source.join("", "properties", change.name)


def _patched(raw: Json, change: Change) -> Json:
    if not isinstance(raw, dict):
        return raw
    if (change.feature, change.action) in {("became", "nullable"), ("became", "not-nullable")}:
        return {"anyOf": [raw, {"type": "null"}]}
    if _is_of_property(change):
        return _without_property(raw, change)
    words = (change.keyword,) if change.keyword else _WORDS["enum" if change.action == "enum" else change.feature]
    return {key: value for key, value in raw.items() if key not in words}


def _without_property(raw: dict[str, Json], change: Change) -> Json:
    """An object that demands nothing of one property, and takes it whatever it is."""
    required = [name for name in raw.get("required") or () if name != change.name]
    rest = {key: value for key, value in raw.items() if key != "required"}
    if required:
        rest["required"] = required
    if change.feature == "property":
        rest["properties"] = {**(raw.get("properties") or {}), change.name: True}
    return rest


def _way(spec: Spec, root: At, goal: tuple[str, str]) -> list[At] | None:
    """Values from `root` to the one at `goal`, each below the one before or behind its reference; in one file only."""
    came: dict[tuple[str, str], At | None] = {(root.file, root.pointer): None}
    waiting = deque([root])
    while waiting and len(came) < _MAX_PLACES:
        at = waiting.popleft()
        if (at.file, at.pointer) == goal:
            way = [at]
            while (before := came[way[-1].file, way[-1].pointer]) is not None:
                way.append(before)
            return way[::-1]
        for child in _children(spec, at):
            if (child.file, child.pointer) not in came and child.file == root.file:
                came[child.file, child.pointer] = at
                waiting.append(child)
    return None


def _children(spec: Spec, at: At) -> list[At]:
    if isinstance(at.raw, list):
        return [At(child, at.file, f"{at.pointer}/{index}") for index, child in enumerate(at.raw)]
    if not isinstance(at.raw, dict):
        return []
    if isinstance(at.raw.get("$ref"), str):
        try:
            return [At(*spec.target(at.raw["$ref"], at.file))]
        except BadInputError:
            return []
    return [
        At(child, at.file, source.join(at.pointer, key))
        for key, child in at.raw.items()
        if isinstance(child, dict | list) and key not in {"example", "examples", "enum", "const", "default"}
    ]


def _replaced(outer: At, inner: At, patched: Json) -> Json:
    """`outer` with `patched` in place of `inner`."""
    if isinstance(outer.raw, list):
        index = int(inner.name)
        return [*outer.raw[:index], patched, *outer.raw[index + 1 :]]
    if "$ref" in outer.raw:
        siblings = {key: value for key, value in outer.raw.items() if key != "$ref"}
        return {"allOf": [patched, siblings]} if siblings else patched
    return {**outer.raw, inner.name: patched}
