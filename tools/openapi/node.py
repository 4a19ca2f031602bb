"""A value in a linked set of documents: what stands below it, and what its reference leads to."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from tools.openapi import refs, source
from tools.openapi.problems import Origin, Problem
from tools.openapi.source import Document, Json


class Linked(Protocol):
    """Documents whose references lead to each other."""

    @property
    def documents(self) -> Mapping[str, Document]:
        """Every document by its path."""
        ...

    def is_30(self, file: str) -> bool:
        """Whether a document is read by the rules of OpenAPI 3.0."""
        ...


@dataclass(frozen=True, slots=True, eq=False)
class Node:
    """A value in a source document, and where it stands."""

    sources: Linked = field(repr=False)
    file: str
    pointer: str
    value: Json

    @property
    def origin(self) -> Origin:
        """Position of the value (of its key, for the entry of a mapping)."""
        return self.sources.documents[self.file].at(self.pointer)

    @property
    def place(self) -> tuple[str, str]:
        """File and pointer: the identity of the value."""
        return self.file, self.pointer

    @property
    def name(self) -> str:
        """Last token of the pointer; the file's stem for a whole document."""
        token = self.pointer.rpartition("/")[2]
        return source.unescape(token) if self.pointer else Path(self.file).stem

    def get(self, key: str | int) -> Node | None:
        """Child at `key`, or None."""
        value = self.value
        if isinstance(value, dict) and key in value:
            return Node(self.sources, self.file, source.join(self.pointer, key), value[key])
        if isinstance(value, list) and isinstance(key, int) and key < len(value):
            return Node(self.sources, self.file, source.join(self.pointer, key), value[key])
        return None

    def items(self) -> Iterator[tuple[str, Node]]:
        """Entries of a mapping, in the order written; nothing for other values."""
        if isinstance(self.value, dict):
            for key, value in self.value.items():
                yield key, Node(self.sources, self.file, f"{self.pointer}/{source.escape(key)}", value)

    def entries(self, key: str) -> Iterator[tuple[str, Node]]:
        """Entries of the map of names at `key`, which may be a reference to a map that stands elsewhere."""
        child = self.get(key)
        holder = child.resolved() if child is not None else None
        return holder.items() if holder is not None else iter(())

    def elements(self) -> Iterator[Node]:
        """Elements of a list; nothing for other values."""
        if isinstance(self.value, list):
            for index, value in enumerate(self.value):
                yield Node(self.sources, self.file, f"{self.pointer}/{index}", value)

    def text(self, key: str) -> str | None:
        """String at `key`, or None."""
        value = self.value.get(key) if isinstance(self.value, dict) else None
        return value if isinstance(value, str) else None

    @property
    def is_reference(self) -> bool:
        """Whether the value is `{$ref: …}`, perhaps with siblings."""
        return isinstance(self.value, dict) and isinstance(self.value.get("$ref"), str)

    @property
    def is_object(self) -> bool:
        """Whether the value is a mapping."""
        return isinstance(self.value, dict)

    def target(self) -> Node:
        """The value itself, or the end of its chain of references."""
        node = self
        for _ in range(100):
            if not node.is_reference:
                return node
            node = node.step()
        return node

    def resolved(self) -> Node | None:
        """The end of the chain of references; None when it ends nowhere."""
        try:
            end = self.target()
        except KeyError:
            return None
        return None if end.is_reference else end

    def step(self) -> Node:
        """Direct target of a reference. The link stage has checked that it exists."""
        return Node(self.sources, *refs.find(self.sources.documents, self.file, self.value["$ref"]))

    @property
    def is_nullable(self) -> bool:
        """Whether a schema accepts null because it says `nullable`, which in OpenAPI 3.0 adds null to the `type` beside it."""
        says_so = isinstance(self.value, dict) and self.value.get("nullable") is True and "type" in self.value
        return says_so and self.is_30

    @property
    def is_30(self) -> bool:
        """Whether the document is read by the rules of OpenAPI 3.0."""
        return self.sources.is_30(self.file)

    def problem(self, rule: str, message: str, hint: str | None = None) -> Problem:
        """A finding at this place."""
        return Problem(rule, message, self.origin, hint=hint)
