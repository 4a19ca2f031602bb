"""Maps of names that stand elsewhere, written in their place: for tools that read one value and not a graph."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator, Mapping

from tools.openapi import pointers, refs
from tools.openapi.pointers import Json
from tools.openapi.source import Document

_MAX_ROUNDS = 20
"""Maps that lead to maps more often than this lead to each other."""


_KEYS = "|".join(re.escape(key) for key in sorted((*refs.NAME_MAPS, *refs.MAPS_OR_LISTS, "components")))
_MENTION = re.compile(rf"""(?:{_KEYS})['"]?\s*:\s*(?:[&*]\S+\s*|\#[^\n]*\s*)*\{{?\s*['"]?\$ref""")
"""How such a map begins: a look at the text is a hundred times as fast as a walk through the values."""


def elsewhere(value: Json) -> Iterator[str]:
    """Pointers of the maps of names in `value` that are only a reference to one."""
    waiting = [("", value, False)]
    while waiting:
        pointer, current, has_names = waiting.pop()
        if isinstance(current, list):
            waiting += [(f"{pointer}/{index}", child, False) for index, child in enumerate(current)]
        elif isinstance(current, dict):
            if isinstance(current.get("$ref"), str) and (has_names or pointer == "/components"):
                yield pointer
                continue
            waiting += [
                (f"{pointer}/{pointers.escape(key)}", child, not has_names and refs.holds_names(key, child))
                for key, child in current.items()
                if isinstance(child, dict | list) and (has_names or not refs.is_data(key, child))
            ]


def emptied(value: Json) -> Json:
    """A copy of `value` in which every such map is empty; `value` itself when there is none."""
    for pointer in list(elsewhere(value)):
        value = _replaced(value, pointers.split(pointer), {})
    return value


def expanded(documents: Mapping[str, Document], document: Document) -> Document:
    """`document` with every such map written in its place. What stands nowhere stays a reference. Raises nothing."""
    if document.text and not _MENTION.search(document.text):
        return document
    value = document.value
    for _ in range(_MAX_ROUNDS):
        changed = False
        for pointer in list(elsewhere(value)):
            reference = pointers.resolve(value, pointer)["$ref"]
            try:
                file, _, part = refs.find(documents, document.path, reference)
            except KeyError:
                continue
            part = part if file == document.path else _rebased(part, file, document.path)
            value, changed = _replaced(value, pointers.split(pointer), part), True
        if not changed:
            break
    return document if value is document.value else Document(document.path, document.text, value, document.marks)


def _rebased(value: Json, file: str, onto: str) -> Json:
    """A copy of `value`, which is written in `file`, with references as they are written in `onto`."""
    if isinstance(value, list):
        return [_rebased(child, file, onto) for child in value]
    if not isinstance(value, dict):
        return value
    copy = {key: _rebased(child, file, onto) for key, child in value.items()}
    reference = value.get("$ref")
    if isinstance(reference, str) and "://" not in reference:
        path, _, fragment = reference.partition("#")
        target = refs.locate(file, path)[0] if path else file
        relative = "" if target == onto else posixpath.relpath(target, posixpath.dirname(onto) or ".")
        copy["$ref"] = f"{relative}#{fragment}" if fragment or not relative else relative
    return copy


def _replaced(value: Json, tokens: list[str], part: Json) -> Json:
    """A copy of `value` with `part` at the place that `tokens` lead to."""
    if not tokens:
        return part
    if isinstance(value, list):
        at = int(tokens[0])
        return [*value[:at], _replaced(value[at], tokens[1:], part), *value[at + 1 :]]
    return {**value, tokens[0]: _replaced(value[tokens[0]], tokens[1:], part)}
