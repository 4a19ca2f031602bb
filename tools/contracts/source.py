"""Read a YAML or JSON document and remember where every value stands.

A `Document` is plain Python data (`dict`, `list`, `str`, `int`, `float`, `bool`, `None`) beside a map from JSON pointer to
position. Scalars follow the YAML 1.2 core schema, as every other OpenAPI tool reads them: `no`, `on`, `2021-01-01` and `1:30`
are strings. Reading never raises for bad input: what is wrong becomes `Problem`s, all of them at once.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple, TypeAlias

import yaml

from tools.contracts.problems import Origin, Problem

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

Json: TypeAlias = Any
"""A JSON value: dict[str, Json] | list[Json] | str | int | float | bool | None."""

MAX_DEPTH = 200
"""Nesting beyond this is refused: nobody writes it, and recursion would run out of stack."""

MAX_NODES = 2_000_000
"""A document with more nodes (after its anchors are expanded) is refused, so an alias bomb cannot fill the memory."""


class Marks(NamedTuple):
    """Where one value stands: its key (for an entry of a mapping; else the value) and the value itself, 1-based."""

    key_line: int
    key_column: int
    line: int
    column: int


@dataclass(frozen=True, slots=True)
class Document:
    """One source file: its text, its value, and the position of everything in it."""

    path: str
    """Posix path as the reader knows it, e.g. `contracts/openapi/v1/auth.yaml`."""
    text: str
    value: Json
    marks: Mapping[str, Marks] = field(repr=False)
    """JSON pointer (`""`, `/paths/~1health`) to position. Every value of the document is in it."""

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
        lines = self.text.split("\n")
        return lines[number - 1].rstrip("\r") if 0 < number <= len(lines) else ""


class KeptMarks(Mapping[str, Marks]):
    """Marks of a document that was parsed in an earlier run: fetched (or, if they are lost, made again) when first asked for."""

    def __init__(self, text: str, name: str, fetch: Callable[[], dict[str, tuple[int, int, int, int]] | None]) -> None:
        self._text = text
        self._name = name
        self._fetch = fetch

    @cached_property
    def _kept(self) -> Mapping[str, tuple[int, int, int, int]]:
        positions = self._fetch()
        if positions is not None:
            return positions
        document, _ = parse(self._text, name=self._name)
        return document.marks if document is not None else {}

    def __getitem__(self, pointer: str) -> Marks:
        return Marks(*self._kept[pointer])

    def __contains__(self, pointer: object) -> bool:
        return pointer in self._kept

    def __iter__(self) -> Iterator[str]:
        return iter(self._kept)

    def __len__(self) -> int:
        return len(self._kept)


def escape(token: str) -> str:
    """Reference token of a JSON pointer (RFC 6901)."""
    return token.replace("~", "~0").replace("/", "~1") if "/" in token or "~" in token else token


def unescape(token: str) -> str:
    """Inverse of `escape`."""
    return token.replace("~1", "/").replace("~0", "~") if "~" in token else token


def join(pointer: str, *tokens: str | int) -> str:
    """Pointer to a child: `join("/paths", "/health", "get")` is `/paths/~1health/get`."""
    for token in tokens:
        pointer = f"{pointer}/{escape(token) if isinstance(token, str) else token}"
    return pointer


def split(pointer: str) -> list[str]:
    """Tokens of a pointer, unescaped."""
    return [unescape(token) for token in pointer.split("/")[1:]]


def resolve(value: Json, pointer: str) -> Json:
    """Value at `pointer`. Raises `KeyError` with the pointer that does not exist."""
    current = value
    for token in split(pointer):
        if isinstance(current, dict) and token in current:
            current = current[token]
        elif isinstance(current, list) and token.isdecimal() and int(token) < len(current):
            current = current[int(token)]
        else:
            raise KeyError(pointer)
    return current


def walk(value: Json, pointer: str = "") -> Iterator[tuple[str, Json]]:
    """Every value below `value` with its pointer, parents first, in document order."""
    yield pointer, value
    if isinstance(value, dict):
        for key, child in value.items():
            yield from walk(child, f"{pointer}/{escape(key)}")
    elif isinstance(value, list):
        for index, child in enumerate(value):
            yield from walk(child, f"{pointer}/{index}")


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
    """Read YAML or JSON text; `name` is what positions call it."""
    loader = _Composer(text)
    try:
        root = loader.get_single_node()
    except yaml.MarkedYAMLError as error:
        return None, [_syntax_problem(error, name)]
    except (yaml.YAMLError, RecursionError) as error:
        return None, [Problem("yaml-syntax", _first_line(str(error)), Origin(name, 1, 1))]
    finally:
        loader.dispose()
    if root is None:
        return None, [Problem("empty-document", "the document is empty", Origin(name, 1, 1))]
    builder = _Builder(name)
    value = builder.build(root)
    return Document(name, text, value, builder.marks), builder.problems


# The parser in C is many times faster. Where PyYAML was built without it, the result is the same.
_Composer: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


def _first_line(text: str) -> str:
    return text.strip().split("\n")[0]


def _syntax_problem(error: yaml.MarkedYAMLError, name: str) -> Problem:
    mark = error.problem_mark or error.context_mark
    origin = Origin(name, mark.line + 1, mark.column + 1) if mark else Origin(name, 1, 1)
    parts = [part for part in (error.context, error.problem) if part]
    return Problem("yaml-syntax", ": ".join(parts) or "this is not YAML", origin)


_INT = re.compile(r"[-+]?[0-9]+\Z")
_OCTAL = re.compile(r"0o[0-7]+\Z")
_HEX = re.compile(r"0x[0-9a-fA-F]+\Z")
_FLOAT = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?\Z")
# YAML 1.2, not 1.1 as PyYAML reads it: `no`, `on` and `2024-01-01` are strings, so the country code of Norway stays one.
_WORDS: dict[str, Json] = {
    **dict.fromkeys(("", "~", "null", "Null", "NULL")),
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
}
_STARTS = frozenset("-+.0123456789")


def plain_scalar(text: str) -> Json:
    """Value of an unquoted scalar by the YAML 1.2 core schema; infinities and NaN stay strings, since JSON has none."""
    if text in _WORDS:
        return _WORDS[text]
    # Nearly every scalar is a word; looking at one character spares it four regular expressions.
    if text[0] not in _STARTS:
        return text
    if _INT.match(text):
        return int(text)
    if _FLOAT.match(text):
        return float(text)
    if _OCTAL.match(text):
        return int(text, 0)
    if _HEX.match(text):
        return int(text, 0)
    return text


_TAG_STRING = "tag:yaml.org,2002:str"
_STANDARD_TAGS = frozenset(
    f"tag:yaml.org,2002:{kind}" for kind in ("str", "int", "float", "bool", "null", "timestamp", "value")
)


class _Builder:
    """Turns the composed nodes of one document into data, marks and problems."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.marks: dict[str, Marks] = {}
        self.problems: list[Problem] = []
        self._open: set[int] = set()
        self._nodes = 0

    def build(self, root: yaml.Node) -> Json:
        return self._value(root, "", root.start_mark)

    def _value(self, node: yaml.Node, pointer: str, key: Any) -> Json:
        start = node.start_mark
        self.marks[pointer] = Marks(key.line + 1, key.column + 1, start.line + 1, start.column + 1)
        self._nodes += 1
        if isinstance(node, yaml.ScalarNode):
            return self._scalar(node)
        # An alias is the very same node object, so identity tells a cycle from a repetition.
        if id(node) in self._open:
            return self._refuse("yaml-recursion", "this anchor contains itself", start)
        if len(self._open) >= MAX_DEPTH:
            return self._refuse("too-deep", f"nesting is deeper than {MAX_DEPTH} levels", start)
        if self._nodes > MAX_NODES:
            return self._refuse(
                "too-large", f"the document has more than {MAX_NODES:,} values once its anchors are expanded", start
            )
        self._open.add(id(node))
        try:
            return self._mapping(node, pointer) if isinstance(node, yaml.MappingNode) else self._sequence(node, pointer)
        finally:
            self._open.discard(id(node))

    def _refuse(self, rule: str, message: str, mark: Any) -> None:
        if not any(problem.rule == rule for problem in self.problems):
            self.problems.append(Problem(rule, message, Origin(self.name, mark.line + 1, mark.column + 1)))

    def _scalar(self, node: yaml.ScalarNode) -> Json:
        if node.tag not in _STANDARD_TAGS:
            self._refuse("yaml-tag", f"the tag {node.tag!r} is not JSON data", node.start_mark)
            return node.value
        if not node.style and not _explicit_string(node):
            return plain_scalar(node.value)
        return node.value

    def _sequence(self, node: Any, pointer: str) -> list[Json]:
        return [self._value(item, f"{pointer}/{index}", item.start_mark) for index, item in enumerate(node.value)]

    def _mapping(self, node: yaml.MappingNode, pointer: str) -> dict[str, Json]:
        result: dict[str, Json] = {}
        for key_node, value_node in self._entries(node):
            key = self._key(key_node)
            child = f"{pointer}/{escape(key)}"
            if key in result:
                first = self.marks[child]
                mark = key_node.start_mark
                message = f"the key {key!r} is repeated; the first is at line {first.key_line}"
                origin = Origin(self.name, mark.line + 1, mark.column + 1)
                self.problems.append(Problem("duplicate-key", message, origin, hint="remove one of the two"))
                continue
            result[key] = self._value(value_node, child, key_node.start_mark)
        return result

    def _entries(self, node: yaml.MappingNode) -> Iterable[tuple[Any, Any]]:
        for key_node, value_node in node.value:
            if key_node.tag == "tag:yaml.org,2002:merge" and isinstance(value_node, yaml.MappingNode):
                keys = {entry[0].value for entry in node.value}
                yield from (entry for entry in value_node.value if entry[0].value not in keys)
            else:
                yield key_node, value_node

    def _key(self, node: yaml.Node) -> str:
        if isinstance(node, yaml.ScalarNode):
            return str(node.value)
        self._refuse("yaml-key", "a key must be a string", node.start_mark)
        return ""


def _explicit_string(node: yaml.ScalarNode) -> bool:
    """Whether `!!str` stands before a plain scalar: the tag says string where YAML 1.1 would have guessed something else."""
    if node.tag != _TAG_STRING or not node.value:
        return False
    guesses = yaml.SafeLoader.yaml_implicit_resolvers.get(node.value[0], [])
    return any(tag != _TAG_STRING and pattern.match(node.value) for tag, pattern in guesses)
