"""The `generate` part of a data file: which Python names and which SQL statements are made of its data.

    generate:
      python:
        EventType: {enum: events, doc: Canonical names of events.}
        Problem: {rows: problems, each: code, doc: One kind of problem.}
      sql:
        fn_is_listed: {member_of: [stripped, forbidden], doc: Whether a key is on a list.}

A path such as `events.*.entry` leads through the data; `*` stands for every entry of a mapping or list. Nothing here knows
what the data is about.
"""

from __future__ import annotations

import keyword
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple, TypeAlias, TypeGuard

from tools.openapi import source
from tools.openapi.problems import Problem
from tools.openapi.source import Document, Json

RULE = "governance-code"
KEY = "generate"
PYTHON_KINDS = ("enum", "constant", "keys", "rows")
SQL_KINDS = ("member_of", "without", "replace", "upsert")
_OPTIONS = {
    "enum": set[str](),
    "constant": set[str](),
    "keys": set[str](),
    "rows": {"each"},
    "member_of": {"is_folded", "grant"},
    "without": {"grant"},
    "replace": {"grant"},
    "upsert": {"key", "columns", "at_first"},
}
_SQL_NAME = re.compile(r"[a-z_][a-z0-9_]*")
_SQL_QUALIFIED = re.compile(rf"(?:{_SQL_NAME.pattern}\.)?{_SQL_NAME.pattern}")
_EXAMPLES = {
    "python": "write for example EventType: {enum: events, doc: Canonical names of events.}",
    "sql": "write for example fn_is_listed: {member_of: [keys], doc: Whether a key is on the list.}",
}


class Place(NamedTuple):
    """A value of the data and the pointer to it."""

    pointer: str
    value: Json


@dataclass(frozen=True, slots=True)
class Directive:
    """One thing to generate from one data file."""

    document: Document
    target: str
    """`python` or `sql`."""
    name: str
    kind: str
    doc: str
    options: Mapping[str, Any]

    @property
    def pointer(self) -> str:
        """Where the directive stands in its file."""
        return source.join("", KEY, self.target, self.name)

    @property
    def paths(self) -> list[str]:
        """Paths to the data it is made of."""
        paths = self.options[self.kind]
        return [str(path) for path in (paths if isinstance(paths, list) else [paths])]

    def value(self) -> Json:
        """The data, where one path names it: mappings and lists stay, `*` keeps the keys it passes. Raises `KeyError`."""
        return _select(self.document.value, self.paths[0].split("."))

    def places(self) -> Iterator[Place]:
        """Every single value that the paths lead to: entries of a list, keys of a mapping, else the value itself."""
        for path in self.paths:
            for place in _places(Place("", self.document.value), path.split(".")):
                yield from _entries(place, is_passed="*" in path)


Judged: TypeAlias = "tuple[list[Directive], list[Problem]]"


def read(document: Document) -> Judged:
    """The directives of `document` that can be followed, and what is wrong with the others."""
    directives: list[Directive] = []
    problems: list[Problem] = []
    parts = document.value.get(KEY) if isinstance(document.value, dict) else None
    for target, names in parts.items() if isinstance(parts, dict) else ():
        if target not in _EXAMPLES or not isinstance(names, dict):
            problems.append(_problem(document, (target,), f"{target!r} is neither python nor sql", _EXAMPLES["python"]))
            continue
        for name in names:
            directive, wrong = _directive(document, target, name)
            problems += wrong
            if directive is not None and not wrong:
                directives.append(directive)
    return directives, problems


def _directive(document: Document, target: str, name: str) -> tuple[Directive | None, list[Problem]]:
    entry = document.value[KEY][target][name]
    kinds = PYTHON_KINDS if target == "python" else SQL_KINDS
    given_kinds = [kind for kind in kinds if isinstance(entry, dict) and kind in entry]
    if len(given_kinds) != 1:
        message = f"{name} must say one of {', '.join(kinds)}"
        return None, [_problem(document, (target, name), message, _EXAMPLES[target])]
    directive = Directive(document, target, name, given_kinds[0], " ".join(str(entry.get("doc") or "").split()), entry)
    return directive, [_problem(document, (target, name, *tokens), *rest) for tokens, *rest in _wrong(directive)]


def _wrong(directive: Directive) -> Iterator[tuple[tuple[str, ...], str, str]]:
    """Tokens below the directive, message and hint of everything that is wrong with it."""
    name, kind = directive.name, directive.kind
    legal = _SQL_QUALIFIED.fullmatch(name) if directive.target == "sql" else name.isidentifier()
    if not legal or keyword.iskeyword(name):
        language = {"python": "Python", "sql": "SQL"}[directive.target]
        yield (), f"{name!r} is not a name in {language}", _EXAMPLES[directive.target]
    if not directive.doc:
        yield (), f"{name} has no doc", "add doc: one sentence that says what it holds"
    for option in sorted(set(directive.options) - _OPTIONS[kind] - {kind, "doc"}):
        yield (option,), f"{kind} has no option {option!r}", f"it has {', '.join(sorted(_OPTIONS[kind])) or 'only doc'}"
    for option in ("grant", "columns", "at_first"):
        option_value = directive.options.get(option, [])
        if not isinstance(option_value, list | dict) or not all(
            _SQL_NAME.fullmatch(str(name)) for name in option_value
        ):
            yield (option,), f"{option} must name roles or columns", "names have small letters, digits and _ only"
            return
    yield from _wrong_data(directive)


def _wrong_data(directive: Directive) -> Iterator[tuple[tuple[str, ...], str, str]]:
    kind = directive.kind
    if not directive.paths:
        yield (kind,), f"{directive.name} names no data", _EXAMPLES[directive.target]
        return
    missing = next((path for path in directive.paths if not _leads_somewhere(directive.document.value, path)), None)
    if missing is not None:
        top = ", ".join(key for key in directive.document.value if key != KEY)
        yield (kind,), f"nothing is at {missing!r}", f"begin with one of {top}; * stands for every entry"
        return
    values, rows = [place.value for place in directive.places()], directive.value()
    if kind in {"enum", "member_of", "without"} and not all(
        isinstance(value, str) or value is None for value in values
    ):
        yield (kind,), f"{directive.name} needs text at {directive.paths[0]}", "name a list of text or a mapping"
    elif kind == "replace" and not (isinstance(rows, dict) and all(_is_letter(pair) for pair in rows.items())):
        yield (kind,), f"{directive.name} needs single letters", "name a mapping of one letter to one letter"
    elif kind in {"rows", "upsert"}:
        if _are_rows(rows):
            yield from _wrong_columns(directive, rows)
        else:
            yield (
                (kind,),
                f"{directive.name} needs a list of mappings at {directive.paths[0]}",
                "each with names for keys",
            )


def _wrong_columns(
    directive: Directive, rows: Sequence[Mapping[str, Json]]
) -> Iterator[tuple[tuple[str, ...], str, str]]:
    known = [name for name in rows[0] if all(name in row for row in rows)]
    columns = directive.options.get("columns", {name: name for name in known})
    if not isinstance(columns, dict) or not all(
        isinstance(field, str) and field in known for field in columns.values()
    ):
        yield (
            ("columns",),
            f"every column needs a field that every row has: {', '.join(known)}",
            "columns: {code: code}",
        )
        return
    option, names = ("each", known) if directive.kind == "rows" else ("key", list(columns))
    option_value = directive.options.get(option)
    if (directive.kind == "upsert" or option_value is not None) and option_value not in names:
        yield (option,), f"{option} must be one of {', '.join(names)}", f"write {option}: {names[0] if names else '…'}"


def _are_rows(rows: Json) -> TypeGuard[Sequence[Mapping[str, Json]]]:
    """Whether `rows` is a list of at least one mapping, all with identifiers as keys."""
    return (
        isinstance(rows, list)
        and bool(rows)
        and all(isinstance(row, dict) and all(str(name).isidentifier() for name in row) for row in rows)
    )


def _is_letter(pair: tuple[Json, Json]) -> bool:
    return all(isinstance(letter, str) and len(letter) == 1 for letter in pair)


def _problem(document: Document, tokens: tuple[str, ...], message: str, hint: str) -> Problem:
    return Problem(RULE, message, document.at(source.join("", KEY, *map(str, tokens))), hint=hint)


def _leads_somewhere(value: Json, path: str) -> bool:
    try:
        _select(value, path.split("."))
    except KeyError:
        return False
    return True


def _select(value: Json, tokens: list[str]) -> Json:
    if not tokens:
        return value
    name, rest = tokens[0], tokens[1:]
    if name == "*" and isinstance(value, list):
        return [_select(child, rest) for child in value]
    if name == "*" and isinstance(value, dict):
        return {key: _select(child, rest) for key, child in value.items()}
    if not isinstance(value, dict) or name not in value:
        raise KeyError(".".join(tokens))
    return _select(value[name], rest)


def _places(start: Place, tokens: list[str]) -> Iterator[Place]:
    if not tokens:
        yield start
        return
    pointer, value = start
    parts: Iterable[tuple[str | int, Json]] = ()
    if isinstance(value, dict):
        parts = value.items() if tokens[0] == "*" else [(tokens[0], value[tokens[0]])]
    elif tokens[0] != "*":
        raise KeyError(".".join(tokens))
    elif isinstance(value, list):
        parts = enumerate(value)
    for name, part in parts:
        yield from _places(Place(source.join(pointer, name), part), tokens[1:])


def _entries(place: Place, *, is_passed: bool) -> Iterator[Place]:
    """Entries of a list, keys of a mapping; a value that `*` led to counts itself."""
    pointer, value = place
    if isinstance(value, list):
        yield from (Place(source.join(pointer, index), entry) for index, entry in enumerate(value))
    elif isinstance(value, dict):
        yield from (Place(source.join(pointer, key), key) for key in value)
    elif is_passed:
        yield place
    else:
        yield Place(pointer, [])
