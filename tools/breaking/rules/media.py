"""Media types: which are JSON, and which name stands for which."""

from __future__ import annotations


def essence(name: str) -> str:
    """The media type without parameters."""
    return name.partition(";")[0].strip().lower()


def is_json(name: str) -> bool:
    """Whether values travel as JSON, with their types; anything goes for `*/*`."""
    bare = essence(name)
    return bare.endswith(("/json", "+json", "/*", "-ndjson", "/jsonl"))


def wire_of(name: str) -> str:
    """How values travel in this media type: with types, as text field by field, or as a document of text."""
    return "" if is_json(name) else "document" if "xml" in name or "text/" in name else "text"


def _general(name: str) -> str:
    """`application/problem+json` is also `application/json`."""
    kind, _, rest = essence(name).partition("/")
    return f"{kind}/{rest.rpartition('+')[2]}"


def matched(old: list[str], new: list[str]) -> tuple[list[tuple[str, str]], list[str], list[str]]:
    """Pairs of names that stand for the same, then what is left of both: equal, equal but for parameters, then by suffix."""
    pairs: list[tuple[str, str]] = []
    for form in (str, essence, _general):
        for first in [name for name in old if name not in {pair[0] for pair in pairs}]:
            paired = {pair[1] for pair in pairs}
            second = next((name for name in new if name not in paired and form(name) == form(first)), None)
            if second is not None:
                pairs.append((first, second))
    for first in [name for name in old if name not in {pair[0] for pair in pairs}]:
        paired = {pair[1] for pair in pairs}
        second = next((name for name in new if name not in paired and is_range_of(name, first)), None)
        if second is not None:
            pairs.append((first, second))
    removed = [name for name in old if name not in {pair[0] for pair in pairs}]
    added = [name for name in new if name not in {pair[1] for pair in pairs}]
    wild = [name for name in new if name == "*/*"]
    return pairs, ([] if wild and not pairs else removed) if not wild else [], added


def is_range_of(general: str, name: str) -> bool:
    """Whether `general` is a range of media types, such as `image/*`, to which `name` belongs."""
    kind, _, rest = essence(general).partition("/")
    return rest == "*" and kind != "*" and essence(name).partition("/")[0] == kind and essence(name) != essence(general)


def relation(old: str, new: str) -> str:
    """How a name changed: `generalized` (a suffix was dropped), `specialized` (one was added) or `changed`."""
    if ";" in new or ";" in old:
        return "changed"
    return (
        "generalized"
        if essence(new) == _general(old) or is_range_of(new, old)
        else "specialized"
        if essence(old) == _general(new)
        else "changed"
    )
