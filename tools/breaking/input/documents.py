"""The documents under comparison: one bundle or a tree of source files, with references followed and positions kept."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from tools.breaking.input.sourcemap import SourceMap
from tools.openapi import maps, refs, source, versions
from tools.openapi.node import Node
from tools.openapi.problems import Origin, Problem

Json = Any
Reader = Callable[[str], source.Document | None]
"""Gives the file with a path, None when there is none."""


class BadInputError(Exception):
    """The documents cannot be compared; `problems` say why, at file:line:col."""

    def __init__(self, problems: list[Problem]) -> None:
        super().__init__("; ".join(str(problem) for problem in problems))
        self.problems = problems


class At(NamedTuple):
    """A value and where it stands."""

    raw: Json
    file: str
    pointer: str

    @property
    def name(self) -> str:
        """Last token of the pointer."""
        return source.unescape(self.pointer.rpartition("/")[2])


class _Files(dict[str, source.Document]):
    """The files of a spec by path, each read when it is first asked for."""

    def __init__(self, read: Reader) -> None:
        super().__init__()
        self._read = read

    def __missing__(self, path: str) -> source.Document:
        document = self._read(path)
        if document is None:
            raise KeyError(path)
        self[path] = document
        self[path] = maps.expanded(self, document)
        return self[path]

    def __contains__(self, path: object) -> bool:
        if not isinstance(path, str):
            return False
        try:
            self[path]
        except KeyError:
            return False
        return True

    def known(self, path: str) -> source.Document | None:
        """The file with a path if it was read before."""
        return super().get(path)


class _Linked(NamedTuple):
    """The files of a spec as a linked set."""

    documents: _Files
    has_30: bool

    def is_30(self, file: str) -> bool:
        """Whether they are OpenAPI 3.0."""
        return self.has_30


def at_of(node: Node) -> At:
    """Where a node of the reader stands."""
    return At(node.value, node.file, node.pointer)


@dataclass(slots=True)
class Spec:
    """One OpenAPI document, of one or more files."""

    name: str
    entry: source.Document
    read: Reader
    documents: _Files = field(init=False)
    _targets: dict[tuple[str, str], tuple[Json, str, str]] = field(default_factory=dict)
    _lines: dict[str, list[str]] = field(default_factory=dict)
    sources: SourceMap | None = None
    """Leads from this bundle to the files it was made from."""
    is_30: bool = False
    odd: dict[tuple[str, str], Problem] = field(default_factory=dict)
    """Schemas, by file and pointer, of which nobody can say what they accept; operations that reach one are not compared."""

    def __post_init__(self) -> None:
        self.documents = _Files(self.read)
        self.documents[self.entry.path] = self.entry
        self.is_30 = versions.is_30(self.entry.value)

    def write_out_maps(self) -> None:
        """Write maps of names that stand elsewhere in their place: behind this, a map is a map."""
        if not isinstance(self.entry.value, dict):
            return
        self.entry = maps.expanded(self.documents, self.entry)
        self.documents[self.entry.path] = self.entry

    @property
    def version(self) -> str:
        """`info.version`, empty when there is none."""
        info = self.entry.value.get("info") if isinstance(self.entry.value, dict) else None
        return str(info.get("version") or "") if isinstance(info, dict) else ""

    @property
    def root(self) -> At:
        """The whole document."""
        return At(self.entry.value, self.entry.path, "")

    @property
    def is_split(self) -> bool:
        """Whether this document was read from more than one file, so far."""
        return len(self.documents) > 1

    def node(self, at: At) -> Node:
        """`at` for the one reader of OpenAPI."""
        return Node(_Linked(self.documents, self.is_30), at.file, at.pointer, at.raw)

    def shared(self) -> list[tuple[Json, str, str]]:
        """Value, file and pointer of every component schema."""
        return [(at.raw, at.file, at.pointer) for at in self.entries(self.root, "components", "schemas").values()]

    def uses(self, word: str) -> bool:
        """Whether `word` occurs in any file; always true for data without a text."""
        return not self.entry.text or any(word in document.text for document in list(self.documents.values()))

    def origin(self, at: At) -> Origin:
        """Place of `at`, in the source of a bundle where there is one."""
        origin = self.sources.place(at.pointer) if self.sources is not None else None
        return origin or self.documents[at.file].at(at.pointer)

    def line(self, origin: Origin) -> str:
        """Text of a line of one of this spec's files; empty when the file is not one of them."""
        if self.sources is not None and (text := self.sources.line(origin)):
            return text
        if origin.file not in self._lines:
            document = self.documents.known(origin.file)
            self._lines[origin.file] = document.text.split("\n") if document is not None else []
        lines = self._lines[origin.file]
        return lines[origin.line - 1].rstrip("\r") if 0 < origin.line <= len(lines) else ""

    def target(self, reference: str, file: str) -> tuple[Json, str, str]:
        """Target of `reference`, written in `file`: value, file, pointer. Raises `BadInputError` when there is none."""
        target = self._targets.get((reference, file))
        if target is None:
            target = self._targets[reference, file] = self._find(reference, file)
        return target

    def _find(self, reference: Json, file: str) -> tuple[Json, str, str]:
        if not isinstance(reference, str):
            raise BadInputError([Problem("bad-ref", f"$ref must be a string, not {reference!r}", Origin(file, 1, 1))])
        where, pointer = refs.locate(file, reference)
        if where not in self.documents:
            raise BadInputError([self._dangling(reference, file, f"there is no file {where}")])
        try:
            file_, resolved, value = refs.find(self.documents, file, reference)
        except KeyError:
            raise BadInputError([self._dangling(reference, file, f"there is no {pointer or '/'} in {where}")]) from None
        return value, file_, resolved

    def _dangling(self, reference: str, file: str, reason: str) -> Problem:
        document = self.documents.known(file) or self.entry
        place = next(
            (
                pointer
                for pointer, value in source.walk(document.value)
                if pointer.endswith("/$ref") and value == reference
            ),
            "",
        )
        return Problem("dangling-ref", f"$ref {reference!r} cannot be resolved: {reason}", document.at(place))

    def follow(self, at: At) -> At:
        """`at`, or what it refers to when it is a reference object. Raises `BadInputError` for circles and loose ends."""
        for _ in range(50):
            if not isinstance(at.raw, dict) or "$ref" not in at.raw:
                return at
            at = At(*self.target(at.raw["$ref"], at.file))
        raise BadInputError([Problem("circular-ref", "this reference only leads back to itself", self.origin(at))])

    def child(self, at: At, *tokens: str | int) -> At | None:
        """The value below `at`, references followed on the way and at the end; None when there is none."""
        for token in tokens:
            at = self.follow(at)
            if isinstance(at.raw, list) and isinstance(token, int) and token < len(at.raw):
                value: Json = at.raw[token]
            elif isinstance(at.raw, dict) and token in at.raw:
                value = at.raw[token]
            else:
                return None
            at = At(value, at.file, source.join(at.pointer, token))
        return self.follow(at)

    def schema(self, at: At, word: str = "schema") -> At | None:
        """The schema at `word` below `at`, itself not followed: its reference is part of what it says."""
        at = self.follow(at)
        if not isinstance(at.raw, dict) or word not in at.raw:
            return None
        return At(at.raw[word], at.file, source.join(at.pointer, word))

    def entries(self, at: At | None, *tokens: str) -> dict[str, At]:
        """Named objects of the mapping below `at`, each followed; what is left empty is an empty one."""
        holder = self.child(at, *tokens) if at is not None else None
        if holder is None or not isinstance(holder.raw, dict):
            return {}
        names = [name for name in holder.raw if isinstance(name, str)]
        children = {name: self.child(holder, name) for name in names}
        return {
            name: At({} if value.raw is None else value.raw, value.file, value.pointer)
            for name, value in children.items()
            if value is not None and isinstance(value.raw, dict | bool | None)
        }

    def items(self, at: At | None, *tokens: str) -> list[At]:
        """Items of the list below `at`, each followed."""
        holder = self.child(at, *tokens) if at is not None else None
        if holder is None or not isinstance(holder.raw, list):
            return []
        children = (self.child(holder, index) for index in range(len(holder.raw)))
        return [item for item in children if item is not None]

    def at(self, pointer: str) -> At:
        """Value at `pointer` of the entry file; of its nearest parent when there is none."""
        while True:
            try:
                return At(source.resolve(self.entry.value, pointer), self.entry.path, pointer)
            except KeyError:
                pointer = pointer.rpartition("/")[0]


def inline(value: Json, name: str) -> Spec:
    """A spec out of plain data, as `--batch` has it; every position is 1:1 of `name`."""
    return Spec(name, source.Document(name, "", value, {"": source.Marks(1, 1, 1, 1)}), lambda _: None)


def problems_of(spec: Spec) -> list[Problem]:
    """Why `spec` is no OpenAPI 3 document, empty when it is one."""
    value = spec.entry.value
    where = Origin(spec.entry.path, 1, 1)
    if not isinstance(value, dict):
        return [Problem("not-openapi", "this is not an OpenAPI document: it is not a mapping", where)]
    if not versions.is_description(value):
        return [Problem("not-openapi", "this is not an OpenAPI document: it has no `openapi` field", where)]
    refused = versions.problem_of(spec.entry)
    if refused is not None:
        return [refused]
    if not any(isinstance(value.get(word), dict) for word in ("paths", "webhooks", "components")):
        return [Problem("not-openapi", "this document has neither paths nor webhooks nor components", where)]
    return []
