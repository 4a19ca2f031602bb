"""Parameters as OpenAPI serialises them (styles, explode), read back into JSON values.

A text can stand for several values (`"5"` is a string and an integer), so decoding yields candidates; a parameter is valid when
one of them is. Where texts are a matter of taste (`1.0` for an integer, a scalar sent twice) the reply is *unsure*, and nothing
is claimed about the exchange.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, Literal
from urllib.parse import unquote_plus

from tools.conformance.contract.compiled import Parameter, Segment
from tools.conformance.drive.exchange import NOT_JSON, Exchange, parse_json

Validity = Literal["valid", "invalid", "unsure", "absent"]

_INTEGER = re.compile(r"-?(0|[1-9][0-9]*)\Z")
_NUMBER = re.compile(r"-?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][-+]?[0-9]+)?\Z")
_LOOSE_NUMBER = re.compile(r"\s*[-+]?[0-9_]*\.?[0-9_]*([eE][-+]?[0-9]+)?\s*\Z")
_BOOLEAN = {"true": True, "false": False}
_LOOSE_BOOLEAN = frozenset({"1", "0", "yes", "no", "on", "off", "t", "f", "y", "n"})


def judge_parameter(parameter: Parameter, exchange: Exchange, path_values: dict[str, str]) -> Validity:
    """Whether the value of `parameter` in `exchange` keeps the contract."""
    raw = _raw(parameter, exchange, path_values)
    if raw is None:
        return "absent"
    if parameter.media_type is not None:
        value = parse_json(raw[0].encode()) if isinstance(raw, list) else NOT_JSON
        return "invalid" if value is NOT_JSON or not parameter.schema.is_valid(value) else "valid"
    types = parameter.schema.types
    if isinstance(raw, dict) or not types & {"array", "object"}:
        return _judge_object(parameter, raw) if isinstance(raw, dict) else _judge_scalar(parameter, raw)
    if "object" in types and "array" not in types:
        return _judge_object(parameter, _object_of(parameter, raw))
    encoded = _encoded(parameter, exchange, path_values)
    return _judge_array(parameter, raw if encoded is None else encoded, is_encoded=encoded is not None)


def _encoded(parameter: Parameter, exchange: Exchange, path_values: dict[str, str]) -> list[str] | None:
    """Text of an array as sent, still percent-encoded: a separator that is encoded belongs to an item."""
    if parameter.location == "query" and not parameter.explode:
        return exchange.encoded_query_values.get(parameter.name)
    value = path_values.get(parameter.name) if parameter.location == "path" else None
    return [value.encoded] if isinstance(value, Segment) else None


def _raw(parameter: Parameter, exchange: Exchange, path_values: dict[str, str]) -> list[str] | dict[str, str] | None:
    """Text of the parameter as sent: one entry per repetition, or the properties of an object; None when it is not there."""
    if parameter.location == "query":
        return _raw_query(parameter, exchange.query_values)
    if parameter.location == "header":
        value = exchange.header_values.get(parameter.name.lower())
    elif parameter.location == "cookie":
        value = exchange.cookie_values.get(parameter.name)
    else:
        value = path_values.get(parameter.name)
    return None if value is None else [str(value)]


def _raw_query(parameter: Parameter, values: dict[str, list[str]]) -> list[str] | dict[str, str] | None:
    if parameter.style == "deepObject":
        prefix = parameter.name + "["
        members = {
            name[len(prefix) : -1]: texts[-1]
            for name, texts in values.items()
            if name.startswith(prefix) and name[-1] == "]"
        }
        return members or values.get(parameter.name)
    if parameter.explode and parameter.schema.types == frozenset({"object"}) and parameter.style == "form":
        names = parameter.schema.schema.get("properties", {}) if isinstance(parameter.schema.schema, dict) else {}
        return {name: values[name][-1] for name in names if name in values} or None
    return values.get(parameter.name)


def _judge_scalar(parameter: Parameter, raw: list[str]) -> Validity:
    if len(raw) > 1:
        return "unsure"
    text, schema = raw[0], parameter.schema
    if text not in schema.memo:
        candidates = scalar_candidates(text, schema.types)
        schema.memo[text] = _judge_values(parameter, candidates, loose=_is_loose(text, parameter))
    return schema.memo[text]  # type: ignore[no-any-return]  # headers and parameters keep their own kind of verdict


def _judge_values(parameter: Parameter, candidates: Iterator[Any], *, loose: bool) -> Validity:
    if any(parameter.schema.is_valid(value) for value in candidates):
        return "valid"
    return "unsure" if loose else "invalid"


def _is_loose(text: str, parameter: Parameter) -> bool:
    """Whether servers in good faith differ about `text`: spaces around a number, `1.0`, `yes`, nothing at all."""
    types = parameter.schema.types
    if "integer" in types or "number" in types:
        plain = _INTEGER.match(text) or ("number" in types and _NUMBER.match(text))
        if not plain and _LOOSE_NUMBER.match(text) and any(character.isdigit() for character in text):
            return True
    if "boolean" in types and text.lower() in {*_LOOSE_BOOLEAN, *_BOOLEAN} and text not in _BOOLEAN:
        return True
    return text == "" and "string" not in types


def scalar_candidates(text: str, types: frozenset[str]) -> Iterator[Any]:
    """JSON values that `text` can stand for, given the types the schema allows."""
    if "string" in types:
        yield text
    if "number" in types and _NUMBER.match(text):
        yield float(text) if any(mark in text for mark in ".eE") else int(text)
    elif "integer" in types and _INTEGER.match(text):
        yield int(text)
    if "boolean" in types and text in _BOOLEAN:
        yield _BOOLEAN[text]
    if "null" in types and text in {"", "null"}:
        yield None


_SEPARATORS = {"spaceDelimited": " ", "pipeDelimited": "|"}
_COMMA = re.compile(",")
_ENCODED = {"spaceDelimited": re.compile(r"%20|\+| "), "pipeDelimited": re.compile(r"%7[cC]|\|")}
"""Separators as they are sent."""
_ITEM_TYPES = frozenset({"integer", "number", "boolean", "string"})


def _judge_array(parameter: Parameter, raw: list[str], *, is_encoded: bool) -> Validity:
    if parameter.explode and parameter.location == "query":
        texts = raw
    elif len(raw) > 1:
        return "unsure"
    else:
        separator = _SEPARATORS.get(parameter.style, ",")
        if is_encoded:
            texts = [unquote_plus(text) for text in _ENCODED.get(parameter.style, _COMMA).split(raw[0])]
        else:
            texts = raw[0].split(separator)
        texts = [text.strip() for text in texts] if parameter.location == "header" else texts
    if texts == [""]:
        return "unsure"
    types = _item_types(parameter)
    strict = [next(iter(_typed_first(text, types)), text) for text in texts]
    return _judge_values(parameter, iter([strict, texts]), loose=False)


def _typed_first(text: str, types: frozenset[str]) -> Iterator[Any]:
    yield from scalar_candidates(text, types - {"string"})
    yield text


def _item_types(parameter: Parameter) -> frozenset[str]:
    schema = parameter.schema.schema
    items = schema.get("items", {}) if isinstance(schema, dict) else {}
    kind = items.get("type") if isinstance(items, dict) else None
    if isinstance(kind, str):
        return frozenset({kind})
    return frozenset(kind) if isinstance(kind, list) else _ITEM_TYPES


def _object_of(parameter: Parameter, raw: list[str]) -> dict[str, str]:
    pieces = raw[0].split(_SEPARATORS.get(parameter.style, ","))
    if parameter.explode:
        return {name: value for name, _, value in (piece.partition("=") for piece in pieces)}
    return dict(zip(pieces[::2], pieces[1::2], strict=False))


def _judge_object(parameter: Parameter, raw: dict[str, str]) -> Validity:
    schema = parameter.schema.schema
    properties = schema.get("properties", {}) if isinstance(schema, dict) else {}
    typed = {}
    for name, text in raw.items():
        kind = properties.get(name, {}).get("type") if isinstance(properties.get(name), dict) else None
        types = frozenset({kind}) if isinstance(kind, str) else _ITEM_TYPES
        typed[name] = next(_typed_first(text, types))
    return _judge_values(parameter, iter([typed, raw]), loose=False)
