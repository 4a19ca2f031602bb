"""Serialisation styles of OpenAPI parameters, read backwards: text to JSON values. Pure functions; they raise `ValueError`."""

from __future__ import annotations

import enum
import re
from typing import Any, Final, Literal, TypeAlias
from urllib.parse import unquote

Shape: TypeAlias = Any
Pairs: TypeAlias = list[tuple[str, str]]
"""Decoded name and still encoded value, in the order sent."""


class _Absent(enum.Enum):
    ABSENT = 0


ABSENT: Final[Literal[_Absent.ABSENT]] = _Absent.ABSENT
"""The parameter was not sent, which is not the same as sent empty."""

_INTEGER = re.compile(r"-?(0|[1-9][0-9]*)\Z")
_NUMBER = re.compile(r"-?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][-+]?[0-9]+)?\Z")
_WORDS: dict[str, dict[str, bool | None]] = {
    "boolean": {"true": True, "false": False},
    "null": {"null": None, "": None},
}
_DELIMITERS = {"spaceDelimited": re.compile(r"%20|\+| "), "pipeDelimited": re.compile(r"%7[cC]|\|")}


def decode(text: str) -> str:
    """Percent-decoded text. Bytes that are not UTF-8 are an error."""
    return unquote(text, errors="strict") if "%" in text else text


def query_pairs(query: bytes) -> Pairs:
    """Parts of a query string or form body; `+` is a space."""
    if not query:
        return []
    pairs: Pairs = []
    for part in query.decode("latin-1").split("&"):
        name, _, value = part.partition("=")
        if name:
            pairs.append((decode(name.replace("+", " ")), value))
    return pairs


def cookie_pairs(headers: list[bytes]) -> Pairs:
    """Name and value of every cookie."""
    parts = [part.strip().partition("=") for header in headers for part in header.decode("latin-1").split(";")]
    return [(name, value) for name, separator, value in parts if separator]


def _form(text: str) -> str:
    return decode(text.replace("+", " "))


def read_query(name: str, shape: Shape, style: str, pairs: Pairs, *, is_exploded: bool) -> Any:
    """Value of a query parameter or cookie: strings in the structure of `shape`."""
    if style == "deepObject":
        return _deep_object(name, shape, pairs)
    if isinstance(shape, dict) and is_exploded:
        return _exploded_object(shape, pairs)
    values = [value for key, value in pairs if key == name]
    if not values:
        return ABSENT
    if isinstance(shape, list):
        if is_exploded:
            return [_form(value) for value in values]
        delimiter = _DELIMITERS.get(style)
        parts = delimiter.split(values[0]) if delimiter else values[0].split(",")
        return [_form(part) for part in parts] if values[0] else []
    if isinstance(shape, dict):
        return _alternating([_form(part) for part in values[0].split(",")])
    if len(values) > 1:
        raise ValueError(name)
    return _form(values[0])


def _exploded_object(shape: dict[str, Shape], pairs: Pairs) -> Any:
    fields: dict[str, Any] = {}
    for name, value in pairs:
        if name in shape or "*" in shape:
            _put(fields, name, _form(value), shape)
    return fields or ABSENT


def _deep_object(name: str, shape: Shape, pairs: Pairs) -> Any:
    fields: dict[str, Any] = {}
    for key, value in pairs:
        if not key.startswith(name + "[") or not key.endswith("]"):
            continue
        path = key[len(name) + 1 : -1].split("][")
        target, inner = fields, shape
        for step in path[:-1]:
            inner = _inner(inner, step)
            target = target.setdefault(step, {})
            if not isinstance(target, dict):
                raise ValueError(name)  # noqa: TRY004  (text that does not fit, not a wrong call)
        _put(target, path[-1], _form(value), inner)
    return fields or ABSENT


def _inner(shape: Shape, name: str) -> Shape:
    return shape.get(name, shape.get("*", "string")) if isinstance(shape, dict) else "string"


def _put(target: dict[str, Any], name: str, value: str, shape: Shape) -> None:
    if isinstance(_inner(shape, name), list):
        target.setdefault(name, []).append(value)
    elif name in target:
        raise ValueError(name)
    else:
        target[name] = value


def _alternating(parts: list[str]) -> dict[str, str]:
    if len(parts) % 2:
        raise ValueError(parts)
    return dict(zip(parts[::2], parts[1::2], strict=True))


def read_segment(name: str, shape: Shape, style: str, text: str, *, is_exploded: bool) -> Any:
    """Value of a path parameter from its still encoded segment."""
    if style == "label":
        if not text.startswith("."):
            raise ValueError(name)
        separator = "." if is_exploded else ","
        return read_simple(shape, text[1:], is_exploded=is_exploded, separator=separator)
    if style == "matrix":
        return _matrix(name, shape, text, is_exploded=is_exploded)
    return read_simple(shape, text, is_exploded=is_exploded)


def _matrix(name: str, shape: Shape, text: str, *, is_exploded: bool) -> Any:
    if not text.startswith(";"):
        raise ValueError(name)
    parts = [part.partition("=") for part in text[1:].split(";")]
    if isinstance(shape, dict) and is_exploded:
        return {decode(key): decode(value) for key, _, value in parts}
    if any(key != name for key, _, _ in parts):
        raise ValueError(name)
    if isinstance(shape, list) and is_exploded:
        return [decode(value) for _, _, value in parts]
    return read_simple(shape, parts[0][2], is_exploded=False)


def read_simple(shape: Shape, text: str, *, is_exploded: bool, separator: str = ",", is_encoded: bool = True) -> Any:
    """Value in `simple` style: `a,b`, `k,v` or, exploded, `k=v`. Header values are not percent-encoded."""
    unpack = decode if is_encoded else str.strip
    if isinstance(shape, list):
        return [unpack(part) for part in text.split(separator)] if text else []
    if isinstance(shape, dict):
        if is_exploded:
            parts = [part.partition("=") for part in text.split(separator)]
            return {unpack(key): unpack(value) for key, _, value in parts}
        return _alternating([unpack(part) for part in text.split(separator)])
    return unpack(text)


def convert(raw: Any, shape: Shape) -> Any:
    """`raw` with its strings turned into what `shape` says; text that does not fit stays text, for the validator to refuse."""
    if shape == "string":
        return raw
    if isinstance(shape, list):
        if not isinstance(raw, list):
            return raw
        # The shape of every item, and behind it those of the first few, where they have shapes of their own.
        return [convert(item, shape[place] if place < len(shape) else shape[0]) for place, item in enumerate(raw, 1)]
    if isinstance(shape, dict):
        return (
            {name: convert(value, _inner(shape, name)) for name, value in raw.items()} if isinstance(raw, dict) else raw
        )
    return _scalar(raw, shape) if isinstance(raw, str) else raw


def _scalar(text: str, shape: str) -> Any:
    for kind in shape.split("|"):
        if kind in _WORDS and text in _WORDS[kind]:
            return _WORDS[kind][text]
        if kind == "integer" and _INTEGER.match(text) and len(text) < 400:
            return int(text)
        if kind in {"number", "integer"} and _NUMBER.match(text):
            return float(text)
    return text
