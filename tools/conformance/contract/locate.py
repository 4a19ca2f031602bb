"""From a pointer into the bundle to the line a person edits.

A bundle keeps the shape of its sources, so the same pointer is looked up in every source file; where a source has a reference
instead, the line of the reference is shown. What no source has is shown in the bundle.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from tools.openapi import source
from tools.openapi.problems import Origin


@dataclass(slots=True)
class Locator:
    """Finds lines, for one bundle."""

    bundle: source.Document
    documents: tuple[source.Document, ...] = ()
    _homes: dict[str, source.Document] = field(default_factory=dict)

    @classmethod
    def over(cls, bundle: source.Document, folder: Path | None) -> Locator:
        """A locator that looks in every YAML file of `folder`."""
        documents = []
        for path in sorted(folder.rglob("*.yaml")) if folder else ():
            document, _ = source.load(path)
            if document is not None:
                documents.append(document)
        return cls(bundle, tuple(documents))

    def line(self, pointer: str) -> Origin:
        """Line of what stands at `pointer` of the bundle."""
        home = self._home(pointer)
        return (home or self.bundle).at(pointer)

    def _home(self, pointer: str) -> source.Document | None:
        tokens = source.split(pointer)
        anchor = source.join("", *tokens[: 2 if pointer.startswith("/paths") else 3])
        if anchor not in self._homes:
            for document in self.documents:
                if anchor in document.marks:
                    self._homes[anchor] = document
                    break
        return self._homes.get(anchor)
