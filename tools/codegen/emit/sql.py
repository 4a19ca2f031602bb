"""Data beside the contracts as SQL: one statement a file, which may be run again and again.

A list becomes a function that takes what is compared, and never one that returns the list: only then a session that planned a
query before the list changed plans it anew.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from tools.openapi.directives import Directive

WIDTH = 120


def path(directive: Directive) -> str:
    """File of a directive, below the output folder: a folder for each schema, `public` where the name has none."""
    schema, _, name = directive.name.rpartition(".")
    return f"governance/sql/{schema or 'public'}/{name}.sql"


def emit(directive: Directive) -> str:
    """The whole file."""
    head = f"-- Generated from {directive.document.path} by `contracts generate`; change that instead."
    return "\n".join([head, f"-- {directive.doc}", *_KINDS[directive.kind](directive)]) + "\n"


def _member_of(directive: Directive) -> Iterator[str]:
    values = list(dict.fromkeys(place.value for place in directive.places() if place.value is not None))
    if directive.options.get("is_folded"):
        values = list(dict.fromkeys(re.sub(r"[\W_]+", "", value).lower() for value in values))
    yield f"CREATE OR REPLACE FUNCTION {directive.name}(entry text) RETURNS boolean"
    yield "LANGUAGE sql IMMUTABLE PARALLEL SAFE RETURN entry IN ("
    yield from _wrapped(map(_literal, values))
    yield ");"
    yield from _grants(directive)


def _without(directive: Directive) -> Iterator[str]:
    values = dict.fromkeys(place.value for place in directive.places() if place.value is not None)
    yield f"CREATE OR REPLACE FUNCTION {directive.name}(document jsonb) RETURNS jsonb"
    yield "LANGUAGE sql IMMUTABLE PARALLEL SAFE RETURN document - ARRAY["
    yield from _wrapped(map(_literal, values))
    yield "];"
    yield from _grants(directive)


def _replace(directive: Directive) -> Iterator[str]:
    letters: dict[str, str] = directive.value()
    yield f"CREATE OR REPLACE FUNCTION {directive.name}(original text) RETURNS text"
    yield "LANGUAGE sql IMMUTABLE PARALLEL SAFE RETURN translate("
    yield "    original,"
    yield f"    {_literal(''.join(letters))},"
    yield f"    {_literal(''.join(letters.values()))}"
    yield ");"
    yield from _grants(directive)


def _upsert(directive: Directive) -> Iterator[str]:
    """Rows by their key. `at_first` is what a new row gets and no later run changes."""
    columns: dict[str, str] = directive.options["columns"]
    at_first: dict[str, Any] = directive.options.get("at_first") or {}
    key, rows = directive.options["key"], directive.value()
    yield f"INSERT INTO {directive.name} AS known ({', '.join([*columns, *at_first])}) VALUES"
    lines = [
        ", ".join(map(_literal, [*(row[field] for field in columns.values()), *at_first.values()])) for row in rows
    ]
    yield from (f"    ({line}){',' if index < len(lines) else ''}" for index, line in enumerate(lines, 1))
    changing = [column for column in columns if column != key]
    yield f"ON CONFLICT ({key}) DO UPDATE SET"
    yield "    " + ", ".join(f"{column} = excluded.{column}" for column in changing)
    known, new = (", ".join(f"{table}.{column}" for column in changing) for table in ("known", "excluded"))
    # An update to equal values would still write a new version of the row and fire its triggers with every migration.
    yield f"WHERE ({known})"
    yield f"    IS DISTINCT FROM ({new});"


def _grants(directive: Directive) -> Iterator[str]:
    roles = directive.options.get("grant")
    if roles:
        yield f"REVOKE ALL ON FUNCTION {directive.name} FROM PUBLIC;"
        yield f"GRANT EXECUTE ON FUNCTION {directive.name} TO {', '.join(roles)};"


def _literal(value: Any) -> str:
    """An SQL literal in ASCII; NULL, booleans and numbers as they are."""
    if value is None:
        return "NULL"
    if isinstance(value, bool | int | float):
        return str(value).lower()
    text = str(value).replace("'", "''")
    if text.isascii() and "\\" not in text:
        return f"'{text}'"
    shown = text.replace("\\", "\\\\")
    return "U&'" + "".join(each if each.isascii() else _escape(each) for each in shown) + "'"


def _escape(letter: str) -> str:
    return f"\\{ord(letter):04X}" if ord(letter) < 0x10000 else f"\\+{ord(letter):06X}"


def _wrapped(literals: Iterator[str]) -> Iterator[str]:
    """Literals with commas between them, in indented lines of `WIDTH` characters at most."""
    line = ""
    for literal in literals:
        if line and len(line) + len(literal) + 2 > WIDTH - 4:
            yield f"    {line},"
            line = ""
        line = f"{line}, {literal}" if line else literal
    yield f"    {line}"


_KINDS = {"member_of": _member_of, "without": _without, "replace": _replace, "upsert": _upsert}
