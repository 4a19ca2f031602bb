"""`contracts watch`: a verdict right after each save, then generated code and mocks that follow.

Only what changed is read and judged again: the saved files, the files that refer to them, and the few rules that compare files.
Only what changed is printed. Nothing that is saved can end it: a half-written file is a finding like any other.
"""

from __future__ import annotations

import posixpath
import sys
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path

from tools import rules
from tools.cli import generate_command
from tools.mocks import service as mocks
from tools.openapi import governance, link, problems, refs, report, strays
from tools.openapi.link import Sources
from tools.openapi.problems import Origin, Problem
from tools.openapi.source import Document

POLL_SECONDS = 0.05


@dataclass(frozen=True, slots=True)
class Verdict:
    """Changes of the findings since the previous look at the files."""

    changed: list[str]
    """Files that were saved, added or deleted."""
    appeared: list[Problem]
    fixed: list[Problem]
    remaining: int
    """Number of findings now."""
    seconds: float
    has_errors: bool


@dataclass
class Watcher:
    """The contracts as they were at the last look."""

    contracts: Path
    sources: Sources = field(init=False)
    _contract: rules.Contract | None = None
    _governance: dict[str, Document] = field(default_factory=dict[str, Document])
    _by_file: dict[str, list[Problem]] = field(default_factory=dict[str, list[Problem]])
    """Findings of the rules that judge each file by itself."""
    _whole: list[Problem] = field(default_factory=list[Problem])
    """Findings of the rules that compare files, from the last time that all files could be read."""
    _known: dict[str, Problem] = field(default_factory=dict[str, Problem])
    """Every finding of the last look by its fingerprint."""

    def __post_init__(self) -> None:
        self.sources = Sources(self.contracts, "")

    def look(self) -> Verdict:
        """Read what changed and judge what it can have an effect on."""
        began = time.perf_counter()
        before, self.sources = self.sources, link.read(self.contracts, earlier=self.sources)
        changed = _changed(before, self.sources)
        data, unread = governance.read(self.contracts)
        anew = _texts(data).items() ^ _texts(self._governance).items()
        affected = set(self.sources.documents) if anew else _dependents(self.sources, changed)
        self._governance = data
        findings = self._judge(affected, [*self.sources.problems, *unread, *strays.find(self.sources, self.contracts)])
        return self._compare([*changed, *sorted({path for path, _ in anew})], findings, began)

    def _judge(self, affected: Iterable[str], unread: list[Problem]) -> list[Problem]:
        """As `checking.judge` does; what it does not ask while something cannot be read stays as it was answered last."""
        documents = self.sources.documents
        self._contract = contract = rules.Contract(documents, self._governance, self._contract)
        self._by_file = {path: findings for path, findings in self._by_file.items() if path in documents}
        for path in affected:
            self._by_file[path] = rules.check_each(contract.narrowed({path}))
        if not problems.has_errors(unread):
            self._whole = rules.check_whole(contract)
        each = [problem for findings in self._by_file.values() for problem in findings]
        return problems.in_order([*unread, *each, *self._whole])

    def line(self, origin: Origin) -> str:
        """Text of a line of a contract or of the data beside it."""
        data = {document.path: document for document in self._governance.values()}
        return data[origin.file].line(origin.line) if origin.file in data else self.sources.line(origin)

    def _compare(self, changed: list[str], found: list[Problem], began: float) -> Verdict:
        marked = {report.fingerprint(problem, self.line): problem for problem in found}
        appeared = [problem for mark, problem in marked.items() if mark not in self._known]
        fixed = [problem for mark, problem in self._known.items() if mark not in marked]
        self._known = marked
        seconds = time.perf_counter() - began
        return Verdict(changed, appeared, fixed, len(found), seconds, problems.has_errors(found))


def run(contracts: Path, out: Path, *, with_mocks: bool = False, say: Callable[[str], None] = print) -> int:
    """Watch until interrupted. Returns the exit code."""
    watcher, service = Watcher(contracts), None
    try:
        service = mocks.Service() if with_mocks else None
        stamp: object = None
        while True:
            # Polled, because notifications of the operating system do not arrive from every kind of mounted folder.
            now = _stamp(contracts)
            if now != stamp:
                stamp = now
                _turn(watcher, out, service, say)
            time.sleep(POLL_SECONDS)
    except KeyboardInterrupt:
        return 0
    except mocks.MockError as error:
        print(error, file=sys.stderr)
        return 1
    finally:
        if service is not None:
            service.stop()


def _turn(watcher: Watcher, out: Path, service: mocks.Service | None, say: Callable[[str], None]) -> None:
    """Judge, say what changed, and let generated code and mocks follow. Whatever a save provokes, watching goes on."""
    try:
        verdict = watcher.look()
        if verdict.changed or verdict.appeared or verdict.fixed:
            say(shown(verdict, watcher.line))
        if verdict.changed and not verdict.has_errors:
            _follow(watcher, verdict, out, service, say)
    except Exception as error:  # noqa: BLE001  (an edge)
        say(f"could not go on with this save: {type(error).__name__}: {error}")


def shown(verdict: Verdict, line_of: Callable[[Origin], str]) -> str:
    """`verdict` for people: what appeared in full, what was fixed in a line each, and the sum."""
    parts = [problems.to_text(problem, line_of) for problem in verdict.appeared]
    parts += [f"fixed: {problem.origin.file}: {problem.message}" for problem in verdict.fixed]
    names = ", ".join(path.rpartition("/")[2] for path in verdict.changed[:3])
    what = f"{names}{' and more' if len(verdict.changed) > 3 else ''}: " if names else ""
    count = f"{verdict.remaining or 'no'} finding{'' if verdict.remaining == 1 else 's'}"
    return "\n".join([*parts, f"{what}{count}, {verdict.seconds * 1000:.0f} ms"])


def _follow(
    watcher: Watcher, verdict: Verdict, out: Path, service: mocks.Service | None, say: Callable[[str], None]
) -> None:
    """Bring generated code and mocks up to date."""
    generate_command.run(str(watcher.contracts), str(out))
    if service is None:
        return
    is_new = not service.is_running
    if is_new:
        service.restart()
    apis = [] if is_new else _apis(watcher.sources, _dependents(watcher.sources, verdict.changed))
    try:
        served = service.serve(mocks.plan(watcher.contracts, apis)) if apis or is_new else []
        say(f"mocks: {len(served)} up to date")
    except mocks.MockError as error:
        say(f"mocks: {error}")


def _changed(before: Sources, after: Sources) -> list[str]:
    """Files whose document is another one than before, or is gone."""
    paths = {**before.documents, **after.documents}
    return sorted(path for path in paths if before.documents.get(path) is not after.documents.get(path))


def _dependents(sources: Sources, changed: Iterable[str]) -> set[str]:
    """`changed`, and every file that refers to one of them directly or through others."""
    users: dict[str, set[str]] = {}
    for file, loaded in sources.loaded.items():
        for _, value in loaded.references or ():
            users.setdefault(refs.locate(file, value["$ref"])[0], set()).add(file)
    dependents, queue = set[str](), list(changed)
    while queue:
        path = queue.pop()
        if path not in dependents:
            dependents.add(path)
            queue += users.get(path, ())
    return dependents & set(sources.documents)


def _apis(sources: Sources, paths: Iterable[str]) -> list[str]:
    """Names of the APIs among the files `paths`."""
    with_paths = {path for path in paths if sources.documents[path].value.get("paths")}
    return sorted(posixpath.splitext(path.removeprefix(f"{sources.display_root}/"))[0] for path in with_paths)


def _texts(documents: dict[str, Document]) -> dict[str, str]:
    return {document.path: document.text for document in documents.values()}


def _stamp(contracts: Path) -> tuple[tuple[str, int, int], ...]:
    """Name, time and size of every file that can matter, to notice a save."""
    stamps: list[tuple[str, int, int]] = []
    for folder in (contracts, governance.folder_of(contracts)):
        for path in folder.rglob("*") if folder is not None else ():
            if path.suffix in link.SUFFIXES or path.is_symlink():
                try:
                    status = path.stat()
                    stamps.append((str(path), status.st_mtime_ns, status.st_size))
                except OSError:
                    # A broken link, or a file deleted between listing and stat, is a state too, and leaving it is a change.
                    stamps.append((str(path), 0, 0))
    return tuple(sorted(stamps))
