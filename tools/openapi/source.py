"""Read a YAML or JSON document and remember where every value stands.

A `Document` is plain Python data (`dict`, `list`, `str`, `int`, `float`, `bool`, `None`) beside a map from JSON pointer to
position. Reading never raises for bad input: what is wrong becomes `Problem`s, all of them at once.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from tools.openapi import identities, json_text, yaml_text
from tools.openapi.marks import KeptMarks, Marks
from tools.openapi.pointers import Json, escape, join, resolve, split, unescape, walk
from tools.openapi.problems import Origin, Problem
from tools.openapi.yaml_text import MAX_DEPTH, MAX_NODES, plain_scalar

__all__ = [
    "MAX_DEPTH", "MAX_NODES", "Document", "Json", "KeptMarks", "Marks", "decode", "escape", "join", "load", "parse",
    "plain_scalar", "read", "resolve", "split", "unescape", "walk",
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class Document:
    """One source file: its text, its value, and the position of everything in it."""

    path: str
    """Posix path as the reader knows it, e.g. `contracts/openapi/v1/auth.yaml`."""
    text: str
    value: Json
    marks: Mapping[str, Marks] = field(repr=False)
    """JSON pointer (`""`, `/paths/~1health`) to position. Every value of the document is in it."""
    _lines: list[str] = field(default_factory=list[str], repr=False, compare=False)
    """The text in lines, once somebody asked for one."""

    def at(self, pointer: str, *, value: bool = False) -> Origin:
        """Position of the key at `pointer` (of its value with `value=True`); of the nearest parent when it does not exist."""
        while pointer not in self.marks:
            pointer = pointer.rpartition("/")[0] if pointer else ""
            if pointer == "" and "" not in self.marks:
                return Origin(self.path, 1, 1)
        mark = self.marks[pointer]
        return Origin(self.path, mark.line, mark.column) if value else Origin(self.path, mark.key_line, mark.key_column)

    def line(self, number: int) -> str:
        """Text of line `number` (1-based), without its end; empty beyond the document."""
        if not self._lines:
            self._lines.extend(self.text.split("\n"))
        return self._lines[number - 1].rstrip("\r") if 0 < number <= len(self._lines) else ""


def load(path: Path, *, name: str | None = None) -> tuple[Document | None, list[Problem]]:
    """Read the file at `path`; `name` is what positions call it (default: the path as given).

    Returns the document, or None when there is nothing to work with, and everything that is wrong with it.
    """
    label = name or path.as_posix()
    raw, problems = read(path, name=label)
    return (None, problems) if raw is None else decode(raw, name=label)


def read(path: Path, *, name: str) -> tuple[bytes | None, list[Problem]]:
    """Bytes of the file at `path`, or why there are none."""
    try:
        return path.read_bytes(), []
    except OSError as error:
        reason = error.strerror or type(error).__name__
        return None, [Problem("unreadable", f"cannot read the file: {reason}", Origin(name, 1, 1))]


def decode(raw: bytes, *, name: str) -> tuple[Document | None, list[Problem]]:
    """Read the bytes of a document; `name` is what positions call it."""
    try:
        # Some editors write a byte order mark, which YAML would read as a part of the first key.
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        column = error.start - raw.rfind(b"\n", 0, error.start)
        message = f"byte 0x{raw[error.start]:02x} is not UTF-8"
        return None, [Problem("not-utf8", message, Origin(name, line, column), hint="save the file as UTF-8")]
    return parse(text, name=name)


def parse(text: str, *, name: str) -> tuple[Document | None, list[Problem]]:
    """Read YAML or JSON text; `name` is what positions call it.

    What begins like JSON is read as JSON: YAML knows no surrogate pairs, in which a JSON writer escapes every emoji. Where that
    fails it may still be YAML in braces; what is neither is told as the reader of JSON saw it.
    """
    refused: Problem | None = None
    if json_text.begins(text):
        try:
            value, marks, problems = json_text.parse(text, name=name, max_depth=MAX_DEPTH)
        except json_text.NotJsonError as error:
            refused = error.problem
        else:
            identities.settle(value, text)
            return Document(name, text, value, marks), problems
    read_as_yaml = yaml_text.parse(text, name=name)
    if isinstance(read_as_yaml, Problem):
        return None, [refused or read_as_yaml]
    value, yaml_marks, problems = read_as_yaml
    if refused is not None and problems:
        return None, [refused]
    identities.settle(value, text)
    return Document(name, text, value, yaml_marks), problems
