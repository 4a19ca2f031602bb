"""A schema as plain, self-contained JSON Schema 2020-12, so that an independent validator can check a witness."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import jsonschema_rs

from tools.breaking.schema import dialect, patterns
from tools.breaking.schema.accept import OpaqueError
from tools.breaking.schema.values import Json

if TYPE_CHECKING:
    from tools.breaking.schema.compile import Compiler


def _patterns(schema: dict[str, Json]) -> list[str]:
    return [*([schema["pattern"]] if "pattern" in schema else ()), *schema.get("patternProperties", ())]


class Exporter:
    """Writes the schemas of one compiler's document, seen from its side, for jsonschema-rs."""

    def __init__(self, compiler: Compiler) -> None:
        self._compiler = compiler
        self._checks: dict[tuple[int, str], tuple[Json, Callable[[Json], bool]]] = {}
        self._defs: dict[str, Json] = {}
        self._names: dict[int, str] = {}
        self._waiting: list[tuple[str, Json, str]] = []
        self._shared: tuple[int, Any] = (0, None)
        self._refers = False
        self._started = False
        self._current = ""
        """Name of the schema that is being written."""
        self._uses: dict[str, set[str]] = {}
        """Names that each schema refers to."""
        self._unreadable: set[str] = set()
        """Schemas with a pattern that the validator cannot read."""

    def accepts(self, raw: Json, file: str, value: Json) -> bool:
        """Whether jsonschema-rs finds `value` valid against `raw`, which stands in `file`. Raises `OpaqueError`."""
        key = (id(raw), file)
        if key not in self._checks:
            self._checks[key] = (raw, self._check(raw, file))
        if self._unreadable and self._reached(f"root-{key}") & self._unreadable:
            raise OpaqueError("pattern")
        return self._checks[key][1](value)

    def _reached(self, start: str) -> set[str]:
        reachable, waiting = {start}, [start]
        while waiting:
            more = self._uses.get(waiting.pop(), set()) - reachable
            reachable |= more
            waiting.extend(more)
        return reachable

    def _check(self, raw: Json, file: str) -> Callable[[Json], bool]:
        before = len(self._names)
        self._refers = False
        self._current = f"root-{(id(raw), file)}"
        root = self._write(raw, file)
        refers = self._refers
        if refers and not self._started:
            self._start()
        self._drain()
        name = self._names.get(id(raw))
        if name is not None:
            return lambda value: bool(self._all().is_valid({name: value}))
        if not refers:
            validator = jsonschema_rs.Draft202012Validator(root)
            return lambda value: bool(validator.is_valid(value))
        name = f"inline-{before}-{len(self._checks)}"
        self._defs[name] = root
        return lambda value: bool(self._all().is_valid({name: value}))

    def _start(self) -> None:
        """Take in every shared schema at once, so that all of them are compiled once."""
        self._started, self._current = True, ""
        for _, file, pointer in self._compiler.library.shared():
            self._word("$ref", f"#{pointer}", file)

    def _all(self) -> Any:
        """One validator for every schema that refers to others, each as the property of its name: circles are compiled once."""
        if len(self._defs) != self._shared[0]:
            properties = {name: {"$ref": f"#/$defs/{name}"} for name in self._defs}
            self._shared = (
                len(self._defs),
                jsonschema_rs.Draft202012Validator({"properties": properties, "$defs": self._defs}),
            )
        return self._shared[1]

    def _drain(self) -> None:
        while self._waiting:
            name, target, where = self._waiting.pop()
            self._current = name
            self._defs[name] = self._write(target, where)

    def _write(self, raw: Json, file: str) -> Json:
        schema = dialect.assertions(raw, is_30=self._compiler.library.is_30)
        if isinstance(schema, bool):
            return schema
        hidden = self._compiler.hidden(schema, file)
        if not all(map(patterns.spelled, _patterns(schema))):
            self._unreadable.add(self._current)
        result = {word: self._word(word, value, file) for word, value in schema.items()}
        if isinstance(result.get("type"), list):
            result["type"] = [name for name in result["type"] if name in dialect.TYPES]
            if not result["type"]:
                return False
        for name in hidden:
            result["properties"][name] = self._compiler.view.role == "receiver"
        if hidden and "required" in result:
            result["required"] = [name for name in result["required"] if name not in hidden]
        return result

    def _word(self, word: str, value: Json, file: str) -> Json:
        if word == "$ref":
            target, where, pointer = self._compiler.library.target(value, file)
            name = f"{where}#{pointer}".replace("~", "-").replace("/", "-").replace("%", "-").replace("#", "-")
            self._refers = True
            self._uses.setdefault(self._current, set()).add(name)
            if name not in self._defs:
                self._defs[name] = True
                self._names[id(target)] = name
                self._waiting.append((name, target, where))
            return f"#/$defs/{name}"
        if word == "pattern":
            return patterns.spelled(value) or ""
        if word == "patternProperties":
            return {patterns.spelled(name) or "": self._write(member, file) for name, member in value.items()}
        if word in dialect.MAPS and isinstance(value, dict):
            return {name: self._write(member, file) for name, member in value.items()}
        if isinstance(value, list) and (word in dialect.LISTS or word == "items"):
            return [self._write(member, file) for member in value]
        return self._write(value, file) if word in dialect.SINGLE else value
