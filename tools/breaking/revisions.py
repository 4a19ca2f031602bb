"""Documents as a git revision holds them."""

from __future__ import annotations

import subprocess

from tools.breaking import inputs, released
from tools.breaking.documents import BadInputError
from tools.breaking.inputs import Tree
from tools.contracts.problems import Origin, Problem


def tree(argument: str) -> Tree:
    """`REV` (its bundles, else its sources) or `REV:path`. Raises `BadInputError` when there is nothing of the kind."""
    revision, _, path = argument.partition(":")
    if _git("rev-parse", "--verify", "--quiet", f"{revision}^{{commit}}") is None:
        reason = "this is no file, no directory and no git revision"
        raise BadInputError([Problem("unreadable", reason, Origin(argument, 1, 1))])
    for folder in [path] if path else [inputs.BUNDLES, inputs.SOURCES]:
        tree_ = Tree(argument, lambda name: _git("show", f"{revision}:{name}"), f"{revision}:", on_disk=False)
        below = folder if _git("cat-file", "-t", f"{revision}:{folder}") == b"tree\n" else ""
        tree_.names = [name for name in _listed(revision, folder) if tree_.is_entry(name, below)]
        if tree_.names:
            return tree_
    raise BadInputError([inputs.nothing(argument)])


def _listed(revision: str, folder: str) -> list[str]:
    names = (_git("ls-tree", "-r", "-z", "--name-only", revision, "--", folder) or b"").decode("utf-8", "replace")
    return [name for name in names.split("\0") if name.endswith(released.SUFFIXES)]


def _git(*arguments: str) -> bytes | None:
    """What git prints, None when it fails or is not there."""
    try:
        process = subprocess.run(["git", *arguments], capture_output=True, check=False)
    except FileNotFoundError:
        return None
    return process.stdout if process.returncode == 0 else None
