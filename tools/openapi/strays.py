"""Files among the contracts that nobody reads: saved by mistake, half saved or left over, and else passed over in silence."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from pathlib import Path

from tools.openapi import source
from tools.openapi.link import SUFFIXES, Sources
from tools.openapi.problems import Origin, Problem

RULE = "unread-file"
_HINT = "refer to it, start it with `openapi: 3.1.0`, or remove it"


def find(sources: Sources, contracts: Path) -> list[Problem]:
    """Problems of files below the folder `contracts` that `sources` does not hold; none for a single file."""
    if not contracts.is_dir():
        return []
    read = {*sources.documents, *(problem.origin.file for problem in sources.problems)}
    return [problem for path in _candidates(contracts) for problem in _judged(path, _shown(sources, path), read)]


def unread(path: Path, name: str) -> list[Problem]:
    """Why the file at `path`, shown as `name`, cannot be read, or that it is no contract."""
    document, problems = source.load(path, name=name)
    if document is None:
        return problems
    if isinstance(document.value, dict) and "openapi" in document.value:
        return []
    return [Problem(RULE, "nothing refers to this file, and it is not an API", Origin(name, 1, 1), hint=_HINT)]


def _candidates(folder: Path) -> Iterator[Path]:
    for path in sorted(folder.rglob("*")):
        is_hidden = any(part[0] == "." for part in path.relative_to(folder).parts)
        if not is_hidden and (path.suffix in SUFFIXES or path.is_symlink()):
            yield path


def _shown(sources: Sources, path: Path) -> str:
    relative = path.relative_to(sources.folder).as_posix()
    return f"{sources.display_root}/{relative}" if sources.display_root not in {"", "."} else relative


def _judged(path: Path, name: str, read: Collection[str]) -> list[Problem]:
    if path.is_symlink():
        origin = Origin(name, 1, 1)
        if not path.exists():
            return [
                Problem(
                    RULE, "this link points to itself or to a missing file", origin, hint="replace it with the file"
                )
            ]
        if path.is_dir():
            return [Problem(RULE, "linked folders are not read", origin, hint="replace it with the files")]
    return [] if name in read or path.is_dir() else unread(path, name)
