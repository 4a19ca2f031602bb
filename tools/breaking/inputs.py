"""What to compare: files, directories, and git revisions, each turned into specs that pair up by name."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import Any

from tools.breaking import documents, lazy, released, validity, working
from tools.breaking.documents import BadInputError, Spec
from tools.breaking.sourcemap import SourceMap
from tools.contracts import source
from tools.contracts.problems import Origin, Problem

Json = Any
BASELINES = "contracts/baselines/v1"
BUNDLES, SOURCES = working.BUNDLES, working.SOURCES
EXCEPTIONS = "contracts/baselines/accepted.yaml"
JOINED = PurePosixPath(released.JOINED).stem


@dataclass(slots=True)
class Pair:
    """Two versions of one API."""

    name: str
    base: Spec
    head: Spec
    identical: bool
    """Whether both texts are the same to the byte; then both specs are the same object."""


@dataclass(slots=True)
class Pairs:
    """Everything to compare."""

    pairs: list[Pair]
    unchanged: list[str]
    """APIs that are byte by byte what was checked and released: there is nothing to read."""


def pairs(base: str, head: str, *, all_read: bool = False) -> Pairs:
    """The APIs of `base` with their counterparts in `head`; with `all_read`, unchanged ones too.

    Raises `BadInputError` when anything is missing or unreadable.
    """
    sides = [_open(argument) for argument in (base, head)]
    if all(len(side.names) == 1 for side in sides):
        return Pairs(
            [_pair(Path(sides[1].names[0]).stem, sides[0], sides[0].names[0], sides[1], sides[1].names[0])], []
        )
    old, new = (side.by_stem() for side in sides)
    problems = [_missing(name, base, head) for name in new if name not in old]
    problems += [_gone(name, base, head) for name in old if name not in new]
    if problems or not old:
        raise BadInputError(problems or [nothing(base)])
    same = set() if all_read else _unchanged(sides[0], sides[1])
    read = [_pair(name, sides[0], old[name], sides[1], new[name]) for name in old if name not in same]
    return Pairs(read, [name for name in old if name in same])


def _unchanged(base: Tree, head: Tree) -> set[str]:
    """Names of the APIs that nobody touched since their release."""
    same, _ = released.unchanged(base.label, head.label) if base.on_disk and head.on_disk else (set[str](), 0)
    generated = {PurePosixPath(name).stem for name in head.generated}
    return {PurePosixPath(name).stem for name in same} - generated


def nothing(argument: str) -> Problem:
    """There is no document where one was expected."""
    return Problem("nothing-compared", f"there is no OpenAPI document in {argument}", Origin(argument, 1, 1))


def _missing(name: str, base: str, head: str) -> Problem:
    hint = "`contracts release` freezes it"
    return Problem(
        "missing-baseline", f"{name} is in {head} and has no baseline in {base}", Origin(base, 1, 1), hint=hint
    )


def _gone(name: str, base: str, head: str) -> Problem:
    hint = "keep the file until its operations were deprecated and their sunset has passed"
    return Problem("api-removed", f"{name} is in {base} and no longer in {head}", Origin(head, 1, 1), hint=hint)


def _pair(name: str, old: Tree, old_name: str, new: Tree, new_name: str) -> Pair:
    text = new.text(new_name)
    identical = text is not None and text == old.text(old_name) and _OUTSIDE.search(text) is None
    head = new.spec(new_name)
    base = head if identical else old.spec(old_name)
    problems: list[Problem] = []
    for spec in [head] if identical else [base, head]:
        problems += documents.problems_of(spec) or validity.check(spec)
    if problems:
        raise BadInputError(problems)
    return Pair(name, base, head, identical)


_OUTSIDE = re.compile(r"\$ref['\"]?\s*:\s*['\"]?[^#'\"\s]")
"""A reference into another file: then equal texts may still mean different documents."""
_ENTRY = re.compile(r"^['\"]?openapi['\"]?\s*:", re.MULTILINE)
"""An OpenAPI document in block style says so in its first column."""


@dataclass(slots=True)
class Tree:
    """A place that holds documents."""

    label: str
    fetch: Callable[[str], bytes | None]
    """Gives the bytes of the file with a path, None when there is none."""
    prefix: str = ""
    """What stands before paths in messages: `HEAD~1:`."""
    on_disk: bool = True
    names: list[str] = field(default_factory=list)
    """Entry files."""
    generated: dict[str, Json] = field(default_factory=dict)
    """Documents that were made in memory, by the path they would have."""
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
        document = lazy.parse(text, label)
        if document is None:
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
        return document is None or (isinstance(document.value, dict) and "openapi" in document.value)

    def spec(self, name: str) -> Spec:
        """The document that starts at file `name`."""
        entry = self.read(name)
        if entry is None:
            raise BadInputError([Problem("unreadable", f"there is no file {name}", Origin(name, 1, 1))])
        spec = Spec(name, entry, self.read)
        if self.on_disk and name.startswith(f"{BUNDLES}/"):
            spec.sources = SourceMap(Path(SOURCES) / Path(name).relative_to(BUNDLES))
        return spec


def _open(argument: str) -> Tree:
    path = Path(argument)
    tree = Tree(argument, _bytes_of)
    if path.is_file():
        tree.names = [path.as_posix()]
        return tree
    changed = working.edited() if path == Path(BUNDLES) else set()
    if changed:
        _renew(tree, changed)
    elif path.is_dir():
        paths = sorted(file.as_posix() for file in path.rglob("*") if file.suffix in released.SUFFIXES)
        tree.names = [name for name in paths if tree.is_entry(name, path.as_posix())]
    else:
        from tools.breaking import revisions  # noqa: PLC0415 - start-up

        return revisions.tree(argument)
    if not tree.names:
        raise BadInputError([nothing(argument)])
    return tree


def _bytes_of(name: str) -> bytes | None:
    try:
        return Path(name).read_bytes()
    except OSError:
        return None


def _renew(tree: Tree, changed: set[str]) -> None:
    """The bundles as they will be generated: from memory where a source was edited since, from disk elsewhere."""
    tree.generated, problems = working.bundles(working.touched(changed))
    if problems:
        raise BadInputError(problems)
    tree.names = [f"{BUNDLES}/{entry}" for entry in working.entries()]
