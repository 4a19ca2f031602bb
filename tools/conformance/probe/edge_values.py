"""Values around the edges of a schema, right and wrong ones alike: the oracle knows which is which.

Generation aims at whole requests; these change one value of a request the service has just accepted, so a reply says something
about that value and nothing else.
"""

from __future__ import annotations

import itertools
import json
import random
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote

from tools.conformance.contract.compiled import CompiledOperation, Parameter
from tools.openapi import source

LONGEST = 65_537
"""Characters of a text; servers take headers of 64 KiB."""
LONGEST_LIST = 1001
_ODD_TEXT = "\0\n"
"""Allowed by a schema without a pattern, and rejected by databases and by readers of lines."""
_CONFINING = frozenset({"pattern", "format", "enum", "const"})
"""Keywords that leave a text no room for odd characters."""
_ODD_NAME = f"x\n~/\u2028\0{'n' * 600}"
"""An unknown property, named so that whoever repeats the name has to think about it."""
_ANYTHING: tuple[Any, ...] = (None, True, False, 7, -1, 1.5, "7", "true", "", "zzz-no-such-value", [], {}, 10**20)
_LENIENT: dict[str, tuple[Any, ...]] = {
    "string": (None, True, 7, 1.5, "", "zzz-no-such-value", [], {}),
    "integer": (None, True, -1, 1.5, 7.0, "7", "", [], {}, 10**20),
    "number": (None, True, -1, "1.5", "", [], {}, 10**20),
    "boolean": (None, 0, 1, "true", "", [], {}),
    "array": (None, True, 7, "zzz-no-such-value", "", [], {}, [None]),
    "object": (None, True, 7, "zzz-no-such-value", "", [], {}),
}
"""Of each other type a value, and what a lenient reader would take for one of this type."""
_FORMATS: dict[str, tuple[str, ...]] = {
    "uuid": ("0f8fad5b-d9cb-469f-a165-70867728950e", "0f8fad5b-d9cb-469f-a165-70867728950", "no-uuid"),
    "date": ("2026-02-28", "2026-02-30", "28.02.2026", "0001-01-01", "9999-12-31"),
    "date-time": ("2026-02-28T10:00:00Z", "2026-02-28 10:00", "2026-02-28T25:00:00Z"),
    "email": ("a@b.example", "a@", "a b@c.example"),
    "uri": ("https://a.example/b", "not a uri"),
}


@dataclass(frozen=True, slots=True)
class Schemas:
    """A document to look references up in."""

    document: Any

    def plain(self, schema: Any, now: Any = None) -> dict[str, Any]:
        """`schema` with its reference followed and its `allOf` laid together, as far as edges need it.

        Of alternatives, the one that an object `now` has the most properties of.
        """
        if not isinstance(schema, dict):
            return {}
        merged: dict[str, Any] = {}
        if isinstance(schema.get("$ref"), str):
            merged |= self.plain(source.resolve(self.document, schema["$ref"][1:]), now)
        branches = [self.plain(part, now) for part in (*schema.get("oneOf", ()), *schema.get("anyOf", ()))]
        if branches and isinstance(now, dict):
            best: dict[str, Any] = max(branches, key=lambda branch: _shared(branch, now))
            merged |= best
        for part in schema.get("allOf", ()):
            inner = self.plain(part, now)
            properties = {**merged.get("properties", {}), **inner.get("properties", {})}
            merged |= inner
            if properties:
                merged["properties"] = properties
        return merged | {key: value for key, value in schema.items() if key not in {"$ref", "allOf", "oneOf", "anyOf"}}

    def values(self, schema: Any, now: Any = None) -> Iterator[Any]:
        """Edge values of `schema`, and values of other types; `now` is the value that was accepted."""
        plain = self.plain(schema, now)
        kinds = plain.get("type", [])
        kinds = [kinds] if isinstance(kinds, str) else kinds
        proper = [kind for kind in kinds if kind != "null"]
        yield from plain.get("enum", ())
        if "const" in plain:
            yield plain["const"]
        if {"integer", "number"} & set(kinds):
            yield from _numbers(plain)
        if "string" in kinds:
            yield from _texts(plain, now)
        if "array" in kinds:
            yield from self._arrays(plain, now)
        if "object" in kinds:
            yield from self._objects(plain, now)
        yield from _LENIENT.get(proper[0], _ANYTHING) if len(proper) == 1 else _ANYTHING
        if "array" not in kinds:
            yield [now]

    def _arrays(self, plain: dict[str, Any], now: Any) -> Iterator[Any]:
        item = now[0] if isinstance(now, list) and now else self.example(plain.get("items", {}))
        for count in {
            plain.get("minItems", 1),
            plain.get("minItems", 1) - 1,
            plain.get("maxItems", 2),
            plain.get("maxItems", 2) + 1,
        }:
            if 0 <= count <= LONGEST_LIST:
                yield [item] * count
                if isinstance(item, str):
                    yield [f"{item[:5]}{chr(97 + number % 26)}{number // 26 or ''}" for number in range(count)]
                elif isinstance(item, dict) and count > 1:
                    yield [_another(item, number) for number in range(count)]

    def _objects(self, plain: dict[str, Any], now: Any) -> Iterator[Any]:
        most = plain.get("maxProperties", 0)
        if 0 < most <= LONGEST and not plain.get("properties"):
            for count in (most, most + 1):
                yield {f"key_{number}": "value" for number in range(count)}
        if isinstance(now, dict):
            yield {**now, "x_unknown": "value"}
            if plain.get("additionalProperties") is False:
                yield {**now, _ODD_NAME: "value"}
            for name in now:
                yield {key: value for key, value in now.items() if key != name}

    def example(self, schema: Any) -> Any:
        """A right value of `schema`: an example of its author, or the least that has every part."""
        plain = self.plain(schema)
        branches = [
            part for word in ("oneOf", "anyOf") for part in (schema if isinstance(schema, dict) else {}).get(word, ())
        ]
        if branches:
            return self.example(branches[0])
        for values in (plain.get("examples", ()), plain.get("enum", ())):
            if values:
                return values[0]
        kinds = plain.get("type", "string")
        kind = kinds if isinstance(kinds, str) else kinds[0]
        if kind == "object":
            return {name: self.example(part) for name, part in plain.get("properties", {}).items()}
        if kind == "array":
            return [self.example(plain.get("items", {}))]
        return plain.get("const", {"integer": 1, "number": 1, "boolean": True, "null": None}.get(kind, "x"))

    def bodies(self, schema: Any, accepted: Any, coverage: EdgeCoverage | None = None) -> Iterator[tuple[str, Any]]:
        """`accepted` with one place changed, for every place and every edge value; the place in words.

        Places of schemas that `coverage` has from another body are left out.
        """
        coverage = EdgeCoverage() if coverage is None else coverage
        for pointer, part, now in self._places(schema, accepted, ""):
            if not coverage.is_new(part, now):
                continue
            for value in _unique(self.values(part, now)):
                if value != now or type(value) is not type(now):
                    yield f"{pointer or '/'} = {_short(value)}", replaced(accepted, source.split(pointer), value)
        for pointer, part in self._absent(schema, accepted, ""):
            example = self.example(part)
            whole = replaced(accepted, source.split(pointer), example)
            for place, inner, now in self._places(part, example, pointer):
                if not coverage.is_new(inner, now, as_example=True):
                    continue
                for value in _unique(self.values(inner, now)):
                    yield f"{place} = {_short(value)}", replaced(whole, source.split(place), value)

    def others(self, operation: CompiledOperation, accepted: Any) -> Iterator[Any]:
        """Right bodies of `operation` that differ from `accepted`: one, or none."""
        content = next((item for item in operation.body.contents if item.schema), None) if operation.body else None
        if content is None or content.schema is None or accepted is None:
            return
        compiled = content.schema
        changed = (value for _, value in self.bodies(compiled.schema, accepted) if value != accepted)
        yield from itertools.islice((value for value in changed if compiled.is_valid(value)), 1)

    def _places(self, schema: Any, value: Any, pointer: str) -> Iterator[tuple[str, Any, Any]]:
        yield pointer, schema, value
        plain = self.plain(schema, value)
        if isinstance(value, dict):
            for name, child in value.items():
                if name in plain.get("properties", {}):
                    yield from self._places(plain["properties"][name], child, source.join(pointer, name))
        if isinstance(value, list) and value and isinstance(plain.get("items"), dict):
            yield from self._places(plain["items"], value[0], source.join(pointer, 0))

    def _absent(self, schema: Any, value: Any, pointer: str) -> Iterator[tuple[str, Any]]:
        """Properties that the schema has and `value` has not."""
        plain = self.plain(schema, value)
        if isinstance(value, dict):
            for name, part in plain.get("properties", {}).items():
                if name not in value:
                    yield source.join(pointer, name), part
                else:
                    yield from self._absent(part, value[name], source.join(pointer, name))


@dataclass(slots=True)
class EdgeCoverage:
    """Places of a contract's schemas whose edge values were sent, from an accepted value or only from an example.

    A schema is known by its `id()`, which is safe because the document outlives this object; an object by its members as well.
    """

    accepted: set[tuple[int, frozenset[str]]] = field(default_factory=set)
    examples: set[tuple[int, frozenset[str]]] = field(default_factory=set)

    def is_new(self, schema: Any, now: Any, *, as_example: bool = False) -> bool:
        """Whether the edges of `schema` are still to be sent, starting from the value `now`; from then on they count as sent."""
        if not isinstance(schema, dict):
            return True
        name = (id(schema), frozenset(now if isinstance(now, dict) else ()))
        if name in self.accepted or (as_example and name in self.examples):
            return False
        (self.examples if as_example else self.accepted).add(name)
        return True


def _shared(schema: Mapping[str, Any], value: Mapping[str, Any]) -> int:
    """How many properties of `schema` the object `value` has."""
    return len(set(schema.get("properties", {})) & set(value))


def _numbers(plain: dict[str, Any]) -> Iterator[Any]:
    step = 1 if plain.get("type") == "integer" else plain.get("multipleOf", 1)
    for keyword in ("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum"):
        if keyword in plain:
            yield from (plain[keyword], plain[keyword] - step, plain[keyword] + step)
    if "multipleOf" in plain:
        yield plain["multipleOf"] * 1.5


def _texts(plain: dict[str, Any], now: Any) -> Iterator[Any]:
    yield from _FORMATS.get(plain.get("format", ""), ())
    filler = now if isinstance(now, str) and 0 < len(now) < 100 else "a"  # longer ones are tokens, new in every run
    for length in {
        plain.get("minLength", 0),
        plain.get("minLength", 0) - 1,
        plain.get("maxLength", -1),
        plain.get("maxLength", -2) + 1,
    }:
        if 0 <= length <= LONGEST:
            yield (filler + filler[-1] * length)[:length]
            yield "a" * length
            if isinstance(now, str) and re.fullmatch(r"\d+(\.\d+)?", now):
                yield now.rjust(length, "0")
                yield now.ljust(length, "0") if "." in now else now
    if not _CONFINING & plain.keys():
        least, most = plain.get("minLength", 0), plain.get("maxLength", LONGEST)
        yield _ODD_TEXT[:most].rjust(least, filler[0])
    if isinstance(now, str) and now:
        yield from (now + "x", now[:-1], now.swapcase(), f" {now}", now + "\u00e9")


def _another(item: dict[str, Any], number: int) -> dict[str, Any]:
    """`item` with ids of its own, so that a list of many is not a list of one."""
    return {
        name: f"{value}-{number}"
        if name.endswith("_id") and isinstance(value, str) and not _UUID.match(value)
        else value
        for name, value in item.items()
    }


_UUID = re.compile(r"[0-9a-f]{8}-")


def _unique(values: Iterator[Any]) -> Iterator[Any]:
    texts = set()
    for value in values:
        text = json.dumps(value)
        if text not in texts:
            texts.add(text)
            yield value


def _short(value: Any) -> str:
    text = json.dumps(value)
    return text if len(text) < 40 else f"{text[:30]}… ({len(text)})"


def replaced(value: Any, tokens: list[str], new: Any) -> Any:
    """`value` with what stands at the place `tokens` set to `new`."""
    if not tokens:
        return new
    if isinstance(value, list):
        index = int(tokens[0])
        return [*value[:index], replaced(value[index], tokens[1:], new), *value[index + 1 :]]
    return {**value, tokens[0]: replaced(value.get(tokens[0]), tokens[1:], new)}


def texts_of(schemas: Schemas, parameter: Parameter, now: str | None) -> Iterator[str]:
    """Edge values of a parameter, as text."""
    texts = set()
    for value in schemas.values(parameter.schema.schema, now):
        text = _as_text(value)
        if text is not None and text not in texts and text != now:
            texts.add(text)
            yield text


def _as_text(value: Any) -> str | None:
    if isinstance(value, str):
        return value
    if isinstance(value, list):
        return ",".join(map(str, value)) if value and all(isinstance(item, str | int) for item in value) else None
    return None if isinstance(value, dict) else json.dumps(value)


def with_parameter(
    target: str, headers: dict[str, str], parameter: Parameter, text: str | None, operation: CompiledOperation
) -> tuple[str, dict[str, str]] | None:
    """Target and headers with the parameter set to `text` (left out when None); None when it cannot be sent so."""
    if parameter.location == "header":
        others = {name: value for name, value in headers.items() if name != parameter.name.lower()}
        if text is None:
            return target, others
        clean = text.isprintable() and text == text.strip() and text.isascii()
        return (target, {**others, parameter.name.lower(): text}) if clean else None
    if parameter.location == "cookie":
        if text is None or not text.isalnum():
            return None
        return target, {**headers, "cookie": f"{parameter.name}={text}"}
    path, _, query = target.partition("?")
    if parameter.location == "query":
        if parameter.style == "deepObject" and text is not None:
            return None
        pairs = [pair for pair in query.split("&") if pair and pair.partition("=")[0].split("[")[0] != parameter.name]
        if text is not None:
            pairs.append(f"{parameter.name}={quote(text, safe=_separator(parameter))}")
        return (f"{path}?{'&'.join(pairs)}" if pairs else path), headers
    if not text or "/" in text or text in {".", ".."}:
        return None
    return _with_segment(path, operation.template, parameter.name, quote(text, safe=_separator(parameter))) + (
        f"?{query}" if query else ""
    ), headers


def _separator(parameter: Parameter) -> str:
    """Characters between the items of an array, which are sent as they are."""
    is_repeated = parameter.location == "query" and parameter.explode
    return "," if "array" in parameter.schema.types and not is_repeated else ""


def _with_segment(path: str, template: str, name: str, text: str) -> str:
    pieces, template_pieces = path.split("/"), template.split("/")
    offset = len(pieces) - len(template_pieces)
    for index, segment in enumerate(template_pieces):
        if segment == "{" + name + "}":
            pieces[index + offset] = text
    return "/".join(pieces)


def combinations(schemas: Schemas, operation: CompiledOperation, count: int, seed: int) -> Iterator[dict[str, str]]:
    """Values for the query parameters together, each kept by its schema: random rows, the same every time.

    Of 800 rows, a triple of values with one chance in a hundred is missed with a probability of e⁻⁸.
    """
    scalars = [item for item in operation.parameters if item.location == "query" and item.style == "form"]
    choices: dict[str, list[str | None]] = {}
    for parameter in scalars:
        texts = [text for text in texts_of(schemas, parameter, None) if text and keeps(parameter, text)]
        left_out: list[str | None] = [] if parameter.required else [None]
        if texts or left_out:
            # A parameter for which no text is known keeps the value of the request.
            choices[parameter.name] = [*texts[:12], *left_out]
    if sum(len(values) > 1 for values in choices.values()) < 2:
        return
    chance = random.Random(seed)  # noqa: S311  # repeatable rows, not secrets
    if _size(choices) <= count:
        rows = list(itertools.product(*choices.values()))
    else:
        rows = [tuple(chance.choice(values) for values in choices.values()) for _ in range(count)]
    for row in rows:
        yield {name: text for name, text in zip(choices, row, strict=True) if text is not None}


def _size(choices: dict[str, list[str | None]]) -> int:
    size = 1
    for values in choices.values():
        size *= max(1, len(values))
    return size


def keeps(parameter: Parameter, text: str) -> bool:
    """Whether `text` is a right value of `parameter`."""
    from tools.conformance.judge import decoding  # noqa: PLC0415  # only here: decoding knows contracts, not values

    values = list(decoding.scalar_candidates(text, parameter.schema.types))
    return any(parameter.schema.is_valid(value) for value in values) or (
        "array" in parameter.schema.types and parameter.schema.is_valid([text])
    )
