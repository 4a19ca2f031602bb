"""From a place in a bundle to the place it was bundled from: the same way down, through references, in the source files."""

from __future__ import annotations

import posixpath
from pathlib import Path
from typing import Any

from tools.openapi import source
from tools.openapi.problems import Origin

Json = Any
COMMON = "_common"


class SourceMap:
    """Places of one bundle in its source files; reads a file when the first finding needs it."""

    def __init__(self, entry: Path) -> None:
        self._entry = entry
        self._files: dict[str, source.Document | None] = {}

    def place(self, pointer: str) -> Origin | None:
        """Where the value at `pointer` of the bundle (or its nearest parent) is written; None when no source says."""
        tokens = source.split(pointer)
        file, rest, at = self._entry.as_posix(), tokens, ""
        if tokens[:1] == ["components"] and len(tokens) > 2:
            component = self._component(tokens[1], tokens[2])
            if component is None:
                return None
            (file, at), rest = component, tokens[3:]
        for token in rest:
            file, at = self._followed(file, at)
            below = source.join(at, token)
            if not self._has(file, below):
                break
            at = below
        document = self._read(file)
        return document.at(at) if document is not None else None

    def _component(self, kind: str, name: str) -> tuple[str, str] | None:
        """A component is written in the entry file or in one that several APIs share."""
        own = source.join("", "components", kind, name)
        if self._has(self._entry.as_posix(), own):
            return self._followed(self._entry.as_posix(), own)
        for folder in (self._entry.parent / COMMON, self._entry.parent.parent / COMMON):
            for file in sorted(folder.glob("*.yaml")):
                for pointer in (source.join("", name), own, source.join("", kind, name)):
                    if self._has(file.as_posix(), pointer):
                        return file.as_posix(), pointer
        return None

    def _followed(self, file: str, at: str) -> tuple[str, str]:
        for _ in range(20):
            value = self._value(file, at)
            if not isinstance(value, dict) or not isinstance(value.get("$ref"), str):
                break
            path, _, fragment = value["$ref"].partition("#")
            file, at = posixpath.normpath(posixpath.join(posixpath.dirname(file), path)) if path else file, fragment
        return file, at

    def _value(self, file: str, at: str) -> Json:
        document = self._read(file)
        try:
            return source.resolve(document.value, at) if document is not None else None
        except KeyError:
            return None

    def _has(self, file: str, at: str) -> bool:
        document = self._read(file)
        return document is not None and at in document.marks

    def _read(self, file: str) -> source.Document | None:
        if file not in self._files:
            self._files[file] = source.load(Path(file))[0] if Path(file).is_file() else None
        return self._files[file]

    def line(self, origin: Origin) -> str:
        """Text of a source line, empty when the file is not one of these."""
        document = self._files.get(origin.file)
        return document.line(origin.line) if document is not None else ""
