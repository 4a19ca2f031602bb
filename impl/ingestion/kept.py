"""The allow list of a body that cannot become an event: ids, words of a vocabulary, times, currencies and amounts.

Layer one removes what is known to be personal (`privacy`); this layer keeps only what is known not to be. The lists are those of
contracts/governance/mappings.yaml (`keep`), wider than today's readers, so that a later release can read what this one cannot.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any, Final
from urllib.parse import parse_qsl, urlencode, urlsplit

from generated.governance import mappings
from generated.server.models import events as models
from impl.ingestion import names, rejections
from impl.ingestion.privacy import HINTS
from impl.platforms.hints import plain

UNREADABLE: Final = "…"
"""Stands for a text that is not what its name promises: a reader finds the value there, and cannot read it."""
MAX_NAMED: Final = 100
"""Pointers of what was not kept; the first ones say enough."""
_SHAPES: Final[Mapping[str, re.Pattern[str]]] = {
    "ids": re.compile(r"[\w.:/#+=|~-]{1,255}", re.ASCII),
    "words": re.compile(r"[\w.:/-]{1,64}", re.ASCII),
    "times": re.compile(r"[0-9TtZz:+. -]{1,40}", re.ASCII),
    "currencies": re.compile(r"[A-Za-z]{1,5}", re.ASCII),
    "amounts": re.compile(r"[0-9eE.,+-]{1,40}", re.ASCII),
    "flags": re.compile(r"true|false|yes|no|0|1", re.ASCII | re.IGNORECASE),
}
_PATH: Final = re.compile(r"[\w./-]{0,255}", re.ASCII)
_MAX_PAIRS: Final = 50
_MAX_TEXT: Final = 255


@dataclass(frozen=True, slots=True)
class Kept:
    """The kept part of a body."""

    payload: Any = field(repr=False)
    not_kept: tuple[str, ...] = ()
    """JSON pointers of what was left out, with `*` for places in lists and `…` for names that no contract has; at most
    `MAX_NAMED`, sorted.
    """


@dataclass(frozen=True, slots=True)
class _Lists:
    """The allow list of one source."""

    objects: frozenset[str]
    """Names of objects, and of lists of objects, that are looked into."""
    pairs: frozenset[str]
    """Names of free-form lists and objects, of which the tenant's own hints are kept."""
    in_pairs: frozenset[str]
    """Further names that are kept in those."""
    beside: Mapping[str, str]
    """Names that are kept only in an object with another name: the id of one kind of object is the key to another."""
    texts: Mapping[str, Callable[[str], str | None]]
    """By name, the kept form of a text; None for one that is not what it should be."""


def of_delivery(processor: str, payload: Any) -> Kept:
    """The kept part of a stripped body of `processor`."""
    return _kept(_of_processor(processor), payload)


def of_touch(payload: Any) -> Kept:
    """The kept part of a touch: the fields of the contract, none that its sender made up."""
    return _kept(_OF_TOUCH, payload)


def _kept(lists: _Lists, payload: Any) -> Kept:
    left_out: set[str] = set()
    # A body that is no object has no names, and nothing without a name is kept.
    value = (
        _object(lists, payload, "/body", left_out) if isinstance(payload, dict) else _items(lists, payload, left_out)
    )
    return Kept(value, tuple(sorted({names.kept(pointer) for pointer in left_out})[:MAX_NAMED]))


def _items(lists: _Lists, payload: Any, left_out: set[str]) -> Any:
    if not isinstance(payload, list):
        left_out.add("/body")
        return None
    return [_object(lists, item, "/body/*", left_out) for item in payload if isinstance(item, dict)]


def _object(lists: _Lists, values: Mapping[str, Any], pointer: str, left_out: set[str]) -> dict[str, Any]:
    kept: dict[str, Any] = {}
    for name, value in values.items():
        here = f"{pointer}/{name}"
        if isinstance(value, dict | list):
            parts = _within(lists, name, value, here, left_out)
        else:
            parts = _leaf(lists, values, name, value, here, left_out)
        for part in parts:
            kept[name] = part
    return kept


def _within(lists: _Lists, name: str, value: Any, here: str, left_out: set[str]) -> Iterator[Any]:
    """The kept part of an object or a list, if its name is listed."""
    if name in lists.pairs:
        yield _pairs(lists, value)
    elif isinstance(value, dict) and name in lists.objects:
        yield _object(lists, value, here, left_out)
    elif isinstance(value, list) and (name in lists.objects or name in lists.texts):
        yield [one for item in value for one in _item(lists, name, item, f"{here}/*", left_out)]
    else:
        left_out.add(here)


def _item(lists: _Lists, name: str, item: Any, here: str, left_out: set[str]) -> Iterator[Any]:
    if isinstance(item, dict) and name in lists.objects:
        yield _object(lists, item, here, left_out)
    elif not isinstance(item, dict | list) and name in lists.texts:
        yield _text(lists, name, item, here, left_out)
    else:
        left_out.add(here)


def _leaf(
    lists: _Lists, values: Mapping[str, Any], name: str, value: Any, here: str, left_out: set[str]
) -> Iterator[Any]:
    needed = lists.beside.get(name)
    if name not in lists.texts or (needed is not None and needed not in values):
        if value is not None:
            left_out.add(here)
        return
    yield _text(lists, name, value, here, left_out)


def _text(lists: _Lists, name: str, value: Any, here: str, left_out: set[str]) -> Any:
    if not isinstance(value, str) or not value:
        return value
    text = lists.texts[name](value)
    if text is None:
        left_out.add(here)
        return UNREADABLE
    return text


def _pairs(lists: _Lists, value: Any) -> Any:
    """The kept part of a list of named values, or of an object; names that shops give to the rest are not even told."""
    if isinstance(value, dict):
        return {name: text for name, one in value.items() if (text := _named(lists, name, one)) is not None}
    return [
        {label: item[label], "value": text}
        for item in value
        for label in ("name", "key")
        if isinstance(item, dict) and (text := _named(lists, item.get(label), item.get("value"))) is not None
    ]


def _named(lists: _Lists, name: object, value: object) -> Any:
    """The kept form of a value in free-form pairs; None when it is not kept."""
    if not isinstance(name, str) or (name not in HINTS and name not in lists.in_pairs):
        return None
    if isinstance(value, str):
        return lists.texts[name](value)
    return value if isinstance(value, int | float) and name in lists.in_pairs else None


def _encoded(text: str) -> str | None:
    """Hints out of URL-encoded pairs; None where there are none."""
    try:
        pairs = parse_qsl(text, max_num_fields=_MAX_PAIRS)
    except ValueError:
        return None
    return urlencode([(name, value) for name, value in pairs if name in HINTS and plain(value) is not None]) or None


def _address(text: str) -> str | None:
    """An address without user, query and fragment."""
    try:
        parts = urlsplit(text)
        host = parts.hostname or ""
    except ValueError:
        return None
    if not host or not host.isascii() or not _PATH.fullmatch(parts.path) or len(host) > _MAX_TEXT:
        return None
    return f"{parts.scheme}://{host}{parts.path}"


def _shaped(shape: re.Pattern[str]) -> Callable[[str], str | None]:
    return lambda text: text if shape.fullmatch(text) else None


@cache
def _of_processor(processor: str) -> _Lists:
    keep = mappings.KEEP[processor]
    texts: dict[str, Callable[[str], str | None]] = dict.fromkeys(HINTS, plain)
    for kind, shape in _SHAPES.items():
        texts |= dict.fromkeys(keep.get(kind, ()), _shaped(shape))
    texts |= dict.fromkeys(keep.get("addresses", ()), _address) | dict.fromkeys(keep.get("encoded", ()), _encoded)
    beside = dict(one.split("/", 1) for one in keep.get("beside", ()))
    texts |= dict.fromkeys(beside, _shaped(_SHAPES["ids"]))
    names_of = {kind: frozenset(keep.get(kind, ())) for kind in ("objects", "pairs", "in_pairs")}
    return _Lists(**names_of, beside=beside, texts=texts)


_OF_TOUCH: Final = _Lists(
    objects=frozenset(),
    pairs=frozenset(),
    in_pairs=frozenset(),
    beside={},
    texts={
        name: plain if name.startswith("utm_") or name == "campaign_id" else _shaped(_SHAPES["ids"])
        for name in models.Touch.model_fields
    },
)
assert rejections.TOUCH not in mappings.KEEP
