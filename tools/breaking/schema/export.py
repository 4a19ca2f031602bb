"""A schema as plain, self-contained JSON Schema 2020-12, so that an independent validator can check a witness."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import jsonschema_rs

from tools.breaking.schema import dialect
from tools.breaking.schema.values import Json

if TYPE_CHECKING:
    from tools.breaking.schema.compile import Compiler


class Exporter:
    """Writes the schemas of one compiler's document, seen from its side, for jsonschema-rs."""

    def __init__(self, compiler: Compiler) -> None:
        self._compiler = compiler
        self._validators: dict[tuple[int, str], Any] = {}
        self._defs: dict[str, Json] = {}
        self._waiting: list[tuple[str, Json, str]] = []
        self._alive: list[Json] = []

    def validator(self, raw: Json, file: str) -> Any:
        """A jsonschema-rs validator for `raw`, which stands in `file`. Raises `ValueError` when it does not compile."""
        key = (id(raw), file)
        if key not in self._validators:
            self._alive.append(raw)
            self._validators[key] = jsonschema_rs.Draft202012Validator(self.schema(raw, file))
        return self._validators[key]

    def schema(self, raw: Json, file: str) -> Json:
        """`raw` with every reference target under `$defs`."""
        self._defs, self._waiting = {}, []
        root = self._write(raw, file)
        while self._waiting:
            name, target, where = self._waiting.pop()
            self._defs[name] = self._write(target, where)
        return {"allOf": [root], "$defs": self._defs} if self._defs else root

    def _write(self, raw: Json, file: str) -> Json:
        schema = dialect.assertions(raw, is_30=self._compiler.library.is_30)
        if isinstance(schema, bool):
            return schema
        hidden = self._compiler.hidden(schema, file)
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
            if name not in self._defs:
                self._defs[name] = True
                self._waiting.append((name, target, where))
            return f"#/$defs/{name}"
        if word in dialect.MAPS and isinstance(value, dict):
            return {name: self._write(member, file) for name, member in value.items()}
        if isinstance(value, list) and (word in dialect.LISTS or word == "items"):
            return [self._write(member, file) for member in value]
        return self._write(value, file) if word in dialect.SINGLE else value
