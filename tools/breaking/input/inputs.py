"""Inputs of a comparison: files, directories and git revisions, each turned into specs that pair up by name."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from tools.breaking.input import digests, documents, git_tree, validity, working
from tools.breaking.input.documents import BadInputError, Spec
from tools.breaking.input.tree import Tree, nothing
from tools.openapi.problems import Origin, Problem

BASELINES = "contracts/baselines/v1"
BUNDLES, SOURCES = working.BUNDLES, working.SOURCES
EXCEPTIONS = "contracts/baselines/accepted.yaml"


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
    """APIs whose bytes are those of the checked release: they are not read."""


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
    """Names of the APIs that did not change since their release."""
    same, _ = digests.unchanged(base.label, head.label) if base.on_disk and head.on_disk else (set[str](), 0)
    generated = {PurePosixPath(name).stem for name in head.generated}
    return {PurePosixPath(name).stem for name in same} - generated


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
        wrong = documents.problems_of(spec)
        if not wrong:
            wrong, spec.odd = validity.judge(spec)
        problems += wrong
    if problems:
        raise BadInputError(problems)
    return Pair(name, base, head, identical)


_OUTSIDE = re.compile(r"\$ref['\"]?\s*:\s*['\"]?[^#'\"\s]")
"""A reference into another file: then equal texts may still mean different documents."""


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
        paths = sorted(file.as_posix() for file in path.rglob("*") if file.suffix in digests.SUFFIXES)
        tree.names = [name for name in paths if tree.is_entry(name, path.as_posix())]
    else:
        return git_tree.open_revision(argument)
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
