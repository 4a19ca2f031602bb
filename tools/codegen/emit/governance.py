"""Data beside the contracts as Python: enumerations, constants and rows. It imports the standard library only."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from tools.codegen import names
from tools.codegen.emit.module import Module
from tools.openapi import source
from tools.openapi.directives import Directive
from tools.openapi.source import Document

PACKAGE = "governance/__init__.py"


def path(document: Document) -> str:
    """File of the module of one data file, below the output folder."""
    stem = document.path.rpartition("/")[2].rpartition(".")[0]
    return f"governance/{names.module_name(stem)}.py"


def emit_package() -> Module:
    """The package of all of them."""
    return Module(PACKAGE, "Data beside the contracts, as constants.", "the data beside the contracts")


def emit(document: Document, directives: Sequence[Directive]) -> Module:
    """The module of one data file."""
    module = Module(path(document), f"Data of {document.path.rpartition('/')[2]}.", document.path)
    module.is_lazy = True
    for directive in directives:
        _KINDS[directive.kind](module, directive)
    return module


def _enumeration(module: Module, directive: Directive) -> None:
    module.symbol(directive.name, directive.document.at(directive.pointer))
    module.lines(["", ""])
    module.use("enum", "StrEnum")
    with module.block(f"class {directive.name}(StrEnum):"):
        module.docstring(directive.doc)
        module.line()
        values = dict.fromkeys(place.value for place in directive.places() if place.value is not None)
        module.lines(f"{names.constant_name(value)} = {value!r}" for value in values)


def _constant(module: Module, directive: Directive) -> None:
    _final(module, directive, directive.value())


def _keys(module: Module, directive: Directive) -> None:
    depth = directive.paths[0].split(".").count("*")
    _final(module, directive, _innermost_keys(directive.value(), depth))


def _innermost_keys(value: Any, depth: int) -> Any:
    """`value` with the mappings below `depth` others replaced by lists of their keys."""
    if depth == 0:
        return list(value)
    if isinstance(value, dict):
        return {key: _innermost_keys(child, depth - 1) for key, child in value.items()}
    return [_innermost_keys(child, depth - 1) for child in value]


def _final(module: Module, directive: Directive, value: Any) -> None:
    """One constant with its type and docstring."""
    module.symbol(directive.name, directive.document.at(directive.pointer))
    module.line()
    module.line(f"{directive.name}: {module.use('typing', 'Final')}[{_type(module, [value])}] = {_literal(value)}")
    module.docstring(directive.doc)


def _rows(module: Module, directive: Directive) -> None:
    """A class for the rows, a constant for each where that is asked for, and all of them."""
    rows: list[dict[str, Any]] = directive.value()
    fields = _fields(module, rows)
    _row_class(module, directive, fields)
    each = directive.options.get("each")
    shown = [f"{directive.name}({_arguments(row, fields)})" for row in rows]
    module.use("typing", "Final")
    for index, row in enumerate(rows if each else ()):
        name = names.constant_name(row[each or ""])
        module.symbol(name, directive.document.at(source.join("", *directive.paths[0].split("."), index)))
        module.line(f"{name}: Final = {shown[index]}")
        shown[index] = name
    everything = names.constant_name(directive.paths[0].rpartition(".")[2])
    module.symbol(everything, directive.document.at(directive.pointer))
    module.line()
    module.line(f"{everything}: Final[tuple[{directive.name}, ...]] = ({', '.join(shown)},)")
    module.docstring("All of them, in the order of the file.")


def _row_class(module: Module, directive: Directive, fields: Mapping[str, tuple[str, str | None]]) -> None:
    module.symbol(directive.name, directive.document.at(directive.pointer))
    module.lines(["", "", f"@{module.use('dataclasses', 'dataclass')}(frozen=True, slots=True, kw_only=True)"])
    with module.block(f"class {directive.name}:"):
        module.docstring(directive.doc)
        module.line()
        for name, (kind, default) in fields.items():
            module.line(f"{names.variable_name(name)}: {kind}" + (f" = {default}" if default is not None else ""))
    module.lines(["", ""])


def _fields(module: Module, rows: Sequence[Mapping[str, Any]]) -> dict[str, tuple[str, str | None]]:
    """Type and default (None: it must be said) of every field, in the order in which rows first have it."""
    fields: dict[str, tuple[str, str | None]] = {}
    for name in dict.fromkeys(name for row in rows for name in row):
        values = [row[name] for row in rows if name in row]
        kind = _type(module, values)
        if len(values) == len(rows):
            fields[name] = (kind, None)
        elif all(isinstance(value, list) for value in values):
            fields[name] = (kind, "()")
        else:
            fields[name] = (kind if kind.endswith("None") else f"{kind} | None", "None")
    return fields


def _arguments(row: Mapping[str, Any], fields: Iterable[str]) -> str:
    return ", ".join(f"{names.variable_name(name)}={_literal(row[name])}" for name in fields if name in row)


def _type(module: Module, values: Sequence[Any]) -> str:
    """The type that all `values` have."""
    lists = [value for value in values if isinstance(value, list)]
    maps = [value for value in values if isinstance(value, dict)]
    plain = {type(value).__name__ for value in values if value is not None and not isinstance(value, list | dict)}
    kinds = sorted(plain)
    if lists:
        kinds.append(f"tuple[{_type(module, [child for one in lists for child in one]) or 'object'}, ...]")
    if maps:
        module.use("collections.abc", "Mapping")
        kinds.append(f"Mapping[str, {_type(module, [child for one in maps for child in one.values()]) or 'object'}]")
    return " | ".join([*kinds, *(["None"] if any(value is None for value in values) else [])])


def _literal(value: Any) -> str:
    if isinstance(value, dict):
        return f"{{{', '.join(f'{key!r}: {_literal(child)}' for key, child in value.items())}}}"
    if isinstance(value, list):
        return f"({', '.join(map(_literal, value))}{',' if value else ''})"
    return repr(value)


_KINDS = {"enum": _enumeration, "constant": _constant, "keys": _keys, "rows": _rows}
