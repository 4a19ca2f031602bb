"""The sources of a contract set and the graph of their `$ref`s. Nothing is dereferenced; a reference is followed when read."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from tools.openapi import effects, refs, source, versions
from tools.openapi.node import Node
from tools.openapi.problems import Origin, Problem
from tools.openapi.source import Document, Json, Marks
from tools.openapi.store import NOTHING_KEPT, Store, digest

SUFFIXES = (".yaml", ".yml", ".json")


@dataclass(slots=True)
class _Loaded:
    """A parsed file, used again while the file stays the same."""

    stamp: tuple[int, int]
    """Time of the last change in nanoseconds, and size."""
    document: Document | None
    problems: list[Problem]
    references: list[tuple[str, Json]] | None = None
    """Pointer and value of every reference in it, once they were looked for."""
    mappings: list[str] | None = None
    """Pointers of the mappings of discriminators, whose values are references too, once they were looked for."""
    digest: str = ""
    """Hash of its bytes, where results are kept."""
    effects: tuple[bool, list[Problem]] | None = None
    """Whether it was read as OpenAPI 3.0, and what has no effect in it, once that was looked for."""


@dataclass(slots=True)
class Sources:
    """Every document of a contract set, by the path that positions show."""

    folder: Path
    display_root: str
    """Path before a file's name in positions: `contracts/openapi/v1`."""
    documents: dict[str, Document] = field(default_factory=dict[str, Document])
    data: dict[str, Document] = field(default_factory=dict[str, Document])
    """Data files beside the contracts that code is made of, by name without ending."""
    entries: list[str] = field(default_factory=list[str])
    """Documents with an `openapi` key, in the order of their names."""
    problems: list[Problem] = field(default_factory=list[Problem])
    loaded: dict[str, _Loaded] = field(default_factory=dict[str, _Loaded], repr=False)
    store: Store = field(default=NOTHING_KEPT, repr=False)
    refused: dict[str, Document] = field(default_factory=dict[str, Document])
    """Documents of a version that is not read here; a problem says so, and the others are read all the same."""
    _is_30: dict[str, bool] = field(default_factory=dict[str, bool], repr=False)
    _lines: dict[str, Document] = field(default_factory=dict[str, Document], repr=False)
    _closures: dict[str, tuple[str, ...]] = field(default_factory=dict[str, tuple[str, ...]], repr=False)

    def root(self, file: str) -> Node:
        """The whole of one document."""
        return Node(self, file, "", self.documents[file].value)

    def closure(self, file: str) -> tuple[str, ...]:
        """`file` and every document that it refers to, directly or through others, nearest first."""
        if file not in self._closures:
            files = [file]
            for one in files:
                files += [name for name in _targets(self, one) if name not in files and name in self.documents]
            self._closures[file] = tuple(files)
        return self._closures[file]

    def forget_closures(self) -> None:
        """Look again, after documents were changed."""
        self._closures.clear()

    def closure_digest(self, file: str) -> str:
        """Hash of the names and bytes of the closure of `file`, where results are kept."""
        return digest(*(part for name in self.closure(file) for part in (name, self.loaded[name].digest)))

    def is_30(self, file: str) -> bool:
        """Whether `file` is OpenAPI 3.0, or part of an API that is: a part says no version, and that of its first user counts."""
        if not self._is_30:
            for entry in self.entries:
                for name in (entry, *self.closure(entry)):
                    self._is_30.setdefault(name, versions.is_30(self.documents[entry].value))
        return self._is_30.get(file, False)

    def references(self, file: str) -> list[str]:
        """Where in `file` something refers to another place: references, and the mappings of discriminators."""
        loaded = self.loaded[file]
        if loaded.mappings is None:
            loaded.mappings = list(refs.mappings(self.documents[file]))
        return [pointer for pointer, _ in _found_references(self, file)] + loaded.mappings

    def line(self, origin: Origin) -> str:
        """Text of the line at `origin`; empty when it is not of this set."""
        if not self._lines:
            known = (*self.data.values(), *self.refused.values(), *self.documents.values())
            self._lines.update((document.path, document) for document in known)
        document = self._lines.get(origin.file)
        return document.line(origin.line) if document else ""


def entry_files(folder: Path) -> list[Path]:
    """Candidates for entry documents: what is not below a folder whose name starts with `_` or `.`."""
    paths = (path for path in folder.rglob("*") if path.suffix in SUFFIXES and path.is_file())
    return sorted(path for path in paths if not any(part[0] in "_." for part in path.relative_to(folder).parts))


def read(
    path: Path, *, display_root: str | None = None, earlier: Sources | None = None, store: Store = NOTHING_KEPT
) -> Sources:
    """Load and link the contract set at `path` (a folder, or one entry file). Everything wrong is in `problems`.

    Files that did not change since `earlier` are not read again: their documents are the same objects. What `store` knows of
    a file is not parsed again.
    """
    path = path if path.exists() else Path(os.path.normpath(path))
    folder = path if path.is_dir() else path.parent
    sources = Sources(
        folder, (display_root if display_root is not None else folder.as_posix()).rstrip("/"), store=store
    )
    sources.loaded = dict(earlier.loaded) if earlier is not None else {}
    if not path.exists():
        message = "there is no such file or folder"
        sources.problems.append(
            Problem("no-contracts", message, Origin(path.as_posix() if display_root is None else display_root, 1, 1))
        )
        return sources
    candidates = entry_files(path) if path.is_dir() else [path]
    queue: list[str] = []
    for candidate in candidates:
        if path.is_dir() and not _may_be_entry(candidate):
            continue
        name = _shown(sources, candidate)
        document = _load(sources, name)
        if document is None or not versions.is_description(document.value):
            continue
        problem = versions.problem_of(document)
        if problem is not None:
            sources.problems.append(problem)
            sources.refused[name] = sources.documents.pop(name)
            continue
        sources.entries.append(name)
        queue.append(name)
    if not sources.entries and not sources.problems:
        hint = "an entry file starts with `openapi: 3.1.0`"
        sources.problems.append(
            Problem("no-contracts", "there is no OpenAPI document here", Origin(sources.display_root, 1, 1), hint=hint)
        )
    _follow(sources, queue)
    _warn(sources)
    return sources


def _warn(sources: Sources) -> None:
    """Add what stands in the documents and has no effect."""
    for name, document in sources.documents.items():
        loaded, is_30 = sources.loaded[name], sources.is_30(name)
        if loaded.effects is None or loaded.effects[0] != is_30:
            key = ("effects", loaded.digest, name, str(is_30))
            stored = sources.store.get(*key) if loaded.digest else None
            if stored is None:
                findings = list(effects.find(document, is_30=is_30))
                if loaded.digest:
                    sources.store.put([(one.message, tuple(one.origin), one.hint) for one in findings], *key)
            else:
                findings = [effects.problem(message, Origin(*origin), hint) for message, origin, hint in stored]
            loaded.effects = is_30, findings
        sources.problems += loaded.effects[1]


def _may_be_entry(path: Path) -> bool:
    """Whether the file mentions `openapi` or cannot be read; saves parsing thousands of part files.

    The whole file is looked at: sorted keys put the version behind all components.
    """
    try:
        text = path.read_bytes()
    except OSError:
        return True
    # A wrong yes costs a parse, a wrong no would drop an API silently, so any mention counts.
    return b"openapi" in text or b"swagger" in text


def _shown(sources: Sources, path: Path) -> str:
    relative = path.relative_to(sources.folder).as_posix()
    return f"{sources.display_root}/{relative}" if sources.display_root not in {"", "."} else relative


def _relative(sources: Sources, name: str) -> str:
    """The path of the file `name` from the folder that was read; it may lead out of it."""
    if sources.display_root in {"", "."}:
        return name
    if name.startswith(f"{sources.display_root}/"):
        return name[len(sources.display_root) + 1 :]
    return os.path.relpath(name, sources.display_root)


def _load(sources: Sources, name: str) -> Document | None:
    path = sources.folder / _relative(sources, name)
    stamp, known = _stamp(path), sources.loaded.get(name)
    if known is None or known.stamp != stamp:
        known = sources.loaded[name] = _from_disk(sources.store, path, name, stamp)
    sources.problems += known.problems
    if known.document is not None:
        sources.documents[name] = known.document
    return known.document


def _from_disk(store: Store, path: Path, name: str, stamp: tuple[int, int]) -> _Loaded:
    """The file at `path`, parsed now or (when it has no faults) in an earlier run."""
    raw, problems = source.read(path, name=name)
    if raw is None:
        return _Loaded(stamp, None, problems)
    if store is NOTHING_KEPT:
        return _Loaded(stamp, *source.decode(raw, name=name))
    own = digest(raw)
    stored = store.get("document", own)
    if stored is not None:
        text = raw.decode("utf-8-sig")
        marks = source.KeptMarks(lambda: store.get("marks", own), lambda: _marks(text, name))
        return _Loaded(stamp, Document(name, text, stored[0], marks), [], stored[1], stored[2], own)
    document, problems = source.decode(raw, name=name)
    loaded = _Loaded(stamp, document, problems, digest=own)
    # Only faultless documents are stored: a problem must be reported in every run until it is repaired.
    if document is not None and not problems:
        root = Node(Sources(path, ""), name, "", document.value)
        loaded.references = [(node.pointer, node.value) for node in references(root)]
        if isinstance(document.marks, dict):  # those of JSON are found in its text whenever one is asked for
            store.put({pointer: tuple(mark) for pointer, mark in document.marks.items()}, "marks", own)
        loaded.mappings = list(refs.mappings(document))
        store.put((document.value, loaded.references, loaded.mappings), "document", own)
    return loaded


def _marks(text: str, name: str) -> Mapping[str, Marks]:
    document, _ = source.parse(text, name=name)
    return document.marks if document is not None else {}


def _stamp(path: Path) -> tuple[int, int]:
    try:
        status = path.stat()
    except OSError:
        return (0, 0)
    return (status.st_mtime_ns, status.st_size)


def _references(sources: Sources, file: str) -> Iterator[Node]:
    """Every reference in one document, looked for once."""
    return (Node(sources, file, pointer, value) for pointer, value in _found_references(sources, file))


def _follow(sources: Sources, queue: list[str]) -> None:
    """Load what is referenced, transitively, and check every reference."""
    missing = _load_targets(sources, queue)
    # Keyed by everything the file leads to: its own bytes may be the same while a file it refers to has changed.
    unknown = [file for file in queue if not sources.store.get("linked", file, sources.closure_digest(file))]
    before = len(sources.problems)
    for file in unknown:
        for node in _references(sources, file):
            _check(sources, node, missing)
    _find_circles(sources, unknown)
    for file in unknown if len(sources.problems) == before else ():
        sources.store.put(True, "linked", file, sources.closure_digest(file))


def _load_targets(sources: Sources, files: list[str]) -> set[str]:
    """Add to `files` all that they refer to, directly or through others, and load it. Returns what is not there."""
    missing: set[str] = set()
    for file in files:
        for target in _targets(sources, file):
            if target not in sources.documents and target not in missing:
                before = len(sources.problems)
                if _load(sources, target) is None:
                    missing.add(target)
                    if any(problem.rule == "unreadable" for problem in sources.problems[before:]):
                        del sources.problems[before:]
            if target in sources.documents and target not in files:
                files.append(target)
    return missing


def _targets(sources: Sources, file: str) -> list[str]:
    """Files that the references in `file` name, in the order of their first mention."""
    targets: dict[str, None] = {}
    for _, value in sources.loaded[file].references or _found_references(sources, file):
        target = value["$ref"].partition("#")[0]
        if target and "://" not in target:
            targets[target] = None
    return [refs.locate(file, target)[0] for target in targets]


def _found_references(sources: Sources, file: str) -> list[tuple[str, Json]]:
    loaded = sources.loaded[file]
    if loaded.references is None:
        loaded.references = [(node.pointer, node.value) for node in references(sources.root(file))]
    return loaded.references


def references(root: Node) -> Iterator[Node]:
    """Every value below `root` that is a reference."""
    stack = [(root, False)]
    while stack:
        node, has_names = stack.pop()
        if node.is_reference:  # also in place of a map of names: no name has text for its value
            yield node
        children = [
            (child, not has_names and refs.holds_names(key, child.value))
            for key, child in node.items()
            if has_names or not refs.is_data(key, child.value)
        ]
        children += [(child, False) for child in node.elements()]
        stack.extend(child for child in reversed(children) if isinstance(child[0].value, dict | list))


def _check(sources: Sources, node: Node, missing: set[str]) -> None:
    """Append a problem when the target of `node` does not exist."""
    reference: str = node.value["$ref"]
    where = Node(sources, node.file, source.join(node.pointer, "$ref"), reference)
    if "://" in reference.partition("#")[0]:
        message = f"{reference!r} is no `$id` in this file, and nothing is read from another host"
        hint = "copy the document into the contract set, and write its path"
        sources.problems.append(where.problem("remote-ref", message, hint))
        return
    file, pointer = refs.locate(node.file, reference)
    if file in missing:
        sources.problems.append(where.problem("dangling-ref", f"there is no file {file}"))
        return
    try:
        refs.find(sources.documents, node.file, reference)
    except KeyError:
        if pointer.startswith("/") or not pointer:
            problem = where.problem(
                "dangling-ref", f"{file} has nothing at #{pointer}", _similar(sources, file, pointer)
            )
        else:
            hint = "write the path: `#/components/schemas/Name`"
            problem = where.problem("anchor-ref", f"{file} has no one schema with the anchor {pointer!r}", hint)
        sources.problems.append(problem)


def _similar(sources: Sources, file: str, pointer: str) -> str | None:
    from difflib import get_close_matches  # noqa: PLC0415  (only when something is wrong)

    parent, _, last = pointer.rpartition("/")
    try:
        siblings = source.resolve(sources.documents[file].value, parent)
    except KeyError:
        return None
    names = [name for name in siblings if isinstance(name, str)] if isinstance(siblings, dict) else []
    close = get_close_matches(source.unescape(last), names, n=1)
    return f"did you mean {close[0]!r}?" if close else None


def _find_circles(sources: Sources, files: Iterable[str]) -> None:
    """References in `files` that only ever lead to each other."""
    if any(problem.rule in {"dangling-ref", "anchor-ref", "remote-ref"} for problem in sources.problems):
        return
    for file in files:
        for node in _references(sources, file):
            visited = {node.place}
            current = node.step()
            while current.is_reference and current.place not in visited:
                visited.add(current.place)
                current = current.step()
            if current.is_reference and current.place == node.place:
                sources.problems.append(
                    node.problem("circular-ref", "this reference leads back to itself, not to a value")
                )
