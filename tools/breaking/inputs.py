"""What to compare: files, directories, and git revisions, each turned into specs that pair up by name."""

from __future__ import annotations

import json
import re
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any

from tools.breaking import documents, lazy, validity
from tools.breaking.documents import BadInputError, Reader, Spec
from tools.breaking.sourcemap import SourceMap
from tools.contracts import source
from tools.contracts.problems import Origin, Problem

Json = Any
BASELINES = "contracts/baselines/v1"
BUNDLES = "generated/bundles/v1"
SOURCES = "contracts/openapi/v1"
SUFFIXES = (".yaml", ".yml", ".json")
JOINED = "openapi"
"""The bundle that joins all others; its parts are compared by themselves."""


@dataclass(slots=True)
class Pair:
    """Two versions of one API."""

    name: str
    base: Spec
    head: Spec
    identical: bool
    """Whether both texts are the same to the byte."""


def pairs(base: str, head: str) -> list[Pair]:
    """The APIs of `base` with their counterparts in `head`. Raises `BadInputError` when anything is missing or unreadable."""
    sides = [_open(argument) for argument in (base, head)]
    if all(len(side.names) == 1 for side in sides):
        return [_pair(Path(sides[1].names[0]).stem, sides[0], sides[0].names[0], sides[1], sides[1].names[0])]
    old, new = (side.by_stem() for side in sides)
    problems = [_missing(name, base, head) for name in new if name not in old]
    problems += [_gone(name, base, head) for name in old if name not in new]
    if problems or not old:
        raise BadInputError(problems or [Problem("nothing-compared", f"there is no API in {base}", Origin(base, 1, 1))])
    return [_pair(name, sides[0], old[name], sides[1], new[name]) for name in old]


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


def _pair(name: str, old: _Tree, old_name: str, new: _Tree, new_name: str) -> Pair:
    base, head = old.spec(old_name), new.spec(new_name)
    identical = base.entry.text == head.entry.text and _OUTSIDE.search(base.entry.text) is None
    problems: list[Problem] = []
    for spec in [head] if identical else [base, head]:
        problems += documents.problems_of(spec) or validity.check(spec)
    if problems:
        raise BadInputError(problems)
    return Pair(name, base, head, identical)


_OUTSIDE = re.compile(r"\$ref['\"]?\s*:\s*['\"]?[^#'\"\s]")
"""A reference into another file: then equal texts may still mean different documents."""


@dataclass(slots=True)
class _Tree:
    """A place that holds documents."""

    label: str
    names: list[str]
    read: Reader
    problems: list[Problem]
    on_disk: bool = True

    def by_stem(self) -> dict[str, str]:
        """Entry files by API name."""
        return {PurePosixPath(name).stem: name for name in self.names if PurePosixPath(name).stem != JOINED}

    def spec(self, name: str) -> Spec:
        """The document that starts at file `name`."""
        entry = self.read(name)
        if entry is None:
            raise BadInputError(
                self.problems or [Problem("unreadable", f"there is no file {name}", Origin(name, 1, 1))]
            )
        spec = Spec(name, entry, self.read)
        if self.on_disk and name.startswith(f"{BUNDLES}/"):
            spec.sources = SourceMap(Path(SOURCES) / Path(name).relative_to(BUNDLES))
        return spec


def _open(argument: str) -> _Tree:
    path = Path(argument)
    if path.is_file():
        return _files(argument, [path.as_posix()])
    if path.is_dir():
        found = sorted(file.as_posix() for file in path.rglob("*") if file.suffix in SUFFIXES)
        tree = _files(argument, found)
        tree.names = [name for name in found if _is_entry(name, tree.read)]
        if not tree.names:
            raise BadInputError([nothing(argument)])
        return tree
    return _revision(argument)


def _is_entry(name: str, read: Reader) -> bool:
    if any(part.startswith("_") for part in PurePosixPath(name).parts):
        return False
    document = read(name)
    return document is None or (isinstance(document.value, dict) and "openapi" in document.value)


def _files(label: str, names: list[str]) -> _Tree:
    known: dict[str, source.Document | None] = {}
    problems: list[Problem] = []

    def read(name: str) -> source.Document | None:
        if name not in known:
            known[name], found = _load(Path(name))
            problems.extend(found)
            if any(problem.rule != "duplicate-key" for problem in found):
                raise BadInputError(found)
        return known[name]

    return _Tree(label, names, read, problems)


def _load(path: Path) -> tuple[source.Document | None, list[Problem]]:
    if path.suffix == ".json":
        try:
            document = lazy.parse(path.read_text(encoding="utf-8"), path.as_posix())
        except (OSError, UnicodeDecodeError):
            document = None
        if document is not None:
            return document, []
    return source.load(path)


def _revision(argument: str) -> _Tree:
    """`REV` (the bundles or sources as they were) or `REV:path`."""
    revision, _, path = argument.partition(":")
    if _git("rev-parse", "--verify", "--quiet", f"{revision}^{{commit}}") is None:
        reason = "this is no file, no directory and no git revision"
        raise BadInputError([Problem("unreadable", reason, Origin(argument, 1, 1))])
    listed: list[str] = []
    for folder in [path] if path else [BUNDLES, SOURCES]:
        listed = [
            name
            for name in (_git("ls-tree", "-r", "--name-only", revision, "--", folder) or "").split("\n")
            if name.endswith(SUFFIXES)
        ]
        if listed:
            break
    problems: list[Problem] = []

    def read(name: str) -> source.Document | None:
        text = _git("show", f"{revision}:{name}")
        if text is None:
            return None
        document, found = source.parse(text, name=f"{revision}:{name}")
        if document is None or any(problem.rule != "duplicate-key" for problem in found):
            raise BadInputError(found)
        return source.Document(name, document.text, document.value, document.marks)

    names = [name for name in listed if _is_entry(name, read)]
    if not names:
        raise BadInputError([nothing(argument)])
    return _Tree(argument, names, read, problems, on_disk=False)


def _git(*arguments: str) -> str | None:
    try:
        done = subprocess.run(["git", *arguments], capture_output=True, check=False)
    except FileNotFoundError:
        return None
    return done.stdout.decode("utf-8", "replace").rstrip("\n") if done.returncode == 0 else None


def batch(lines: Iterator[str]) -> Iterator[tuple[Json, str]]:
    """Parsed lines of a batch file, with what is wrong with each."""
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        try:
            entry = json.loads(line)
        except ValueError as error:
            yield {"id": f"line {number}"}, f"line {number} is not JSON: {error}"
            continue
        missing = [
            word
            for word in ("base", "revision")
            if not isinstance(entry, dict) or not isinstance(entry.get(word), dict)
        ]
        yield entry, f"line {number} has no document at {' and '.join(missing)}" if missing else ""
