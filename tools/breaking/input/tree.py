"""Documents in a folder, in a git revision, or generated in memory: read by path, each once."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import Any

from tools.breaking.input import digests
from tools.breaking.input.documents import BadInputError, Spec
from tools.breaking.input.sourcemap import SourceMap
from tools.breaking.input.working import BUNDLES, SOURCES
from tools.openapi import source, versions
from tools.openapi.problems import Origin, Problem

Json = Any
JOINED = PurePosixPath(digests.JOINED).stem
_ENTRY = re.compile(r"^['\"]?openapi['\"]?\s*:", re.MULTILINE)
"""An OpenAPI document in block style says so in its first column."""


def nothing(argument: str) -> Problem:
    """There is no document where one was expected."""
    return Problem("nothing-compared", f"there is no OpenAPI document in {argument}", Origin(argument, 1, 1))


@dataclass(slots=True)
class Tree:
    """A folder or git revision that holds documents."""

    label: str
    fetch: Callable[[str], bytes | None]
    """Gives the bytes of the file with a path, None when there is none."""
    prefix: str = ""
    """Prefix of paths in messages: `HEAD~1:`."""
    on_disk: bool = True
    names: list[str] = field(default_factory=list)
    """Entry files."""
    generated: dict[str, Json] = field(default_factory=dict)
    """Documents generated in memory, by the path they would have."""
    _texts: dict[str, str | None] = field(default_factory=dict)
    _read: dict[str, source.Document | None] = field(default_factory=dict)

    def by_stem(self) -> dict[str, str]:
        """Entry files by API name. Raises `BadInputError` when two have the same."""
        names: dict[str, str] = {}
        for name in self.names:
            stem = PurePosixPath(name).stem
            if stem in names:
                reason = f"{names[stem]} and {name} are both called {stem}: which is which?"
                raise BadInputError([Problem("same-name", reason, Origin(name, 1, 1))])
            if stem != JOINED:
                names[stem] = name
        return names

    def text(self, name: str) -> str | None:
        """Text of a file; None when it cannot be read as text, or was never written."""
        if name not in self._texts:
            raw = None if name in self.generated else self.fetch(name)
            try:
                self._texts[name] = None if raw is None else raw.decode("utf-8-sig")
            except UnicodeDecodeError:
                self._texts[name] = None
        return self._texts[name]

    def read(self, name: str) -> source.Document | None:
        """The file with a path; None when there is none. Raises `BadInputError` when it cannot be understood."""
        if name not in self._read:
            self._read[name] = self._parsed(name)
        return self._read[name]

    def _parsed(self, name: str) -> source.Document | None:
        if name in self.generated:
            return source.Document(name, "", self.generated[name], {"": source.Marks(1, 1, 1, 1)})
        label, text = f"{self.prefix}{name}", self.text(name)
        if text is None:
            if self.on_disk and Path(name).exists():
                raise BadInputError(
                    source.load(Path(name))[1] or [Problem("unreadable", "no text", Origin(name, 1, 1))]
                )
            return None
        document, problems = source.parse(text, name=label)
        if problems:
            raise BadInputError(problems)
        return (
            document
            if document is None or label == name
            else source.Document(name, text, document.value, document.marks)
        )

    def is_entry(self, name: str, below: str = "") -> bool:
        """Whether an OpenAPI document starts in this file. Raises `BadInputError` when nobody can tell."""
        if any(part.startswith(("_", ".")) for part in PurePosixPath(name).relative_to(below or ".").parts):
            return False
        text = self.text(name)
        if text is not None and not text.lstrip().startswith("{") and _ENTRY.search(text):
            return True
        document = self.read(name)
        return document is None or versions.is_description(document.value)

    def spec(self, name: str) -> Spec:
        """The document that starts at file `name`."""
        entry = self.read(name)
        if entry is None:
            raise BadInputError([Problem("unreadable", f"there is no file {name}", Origin(name, 1, 1))])
        spec = Spec(name, entry, self.read)
        spec.write_out_maps()
        if self.on_disk and name.startswith(f"{BUNDLES}/"):
            spec.sources = SourceMap(Path(SOURCES) / Path(name).relative_to(BUNDLES))
        return spec
