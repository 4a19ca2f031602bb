"""Documents as a git revision holds them."""

from __future__ import annotations

import subprocess

from tools.breaking.input import digests, working
from tools.breaking.input.documents import BadInputError
from tools.breaking.input.tree import Tree, nothing
from tools.openapi.problems import Origin, Problem


def open_revision(argument: str) -> Tree:
    """`REV` (its bundles, else its sources) or `REV:path`. Raises `BadInputError` when there is nothing of the kind."""
    revision, _, path = argument.partition(":")
    if _git("rev-parse", "--verify", "--quiet", f"{revision}^{{commit}}") is None:
        reason = "this is no file, no directory and no git revision"
        raise BadInputError([Problem("unreadable", reason, Origin(argument, 1, 1))])
    for folder in [path] if path else [working.BUNDLES, working.SOURCES]:
        tree = Tree(argument, lambda name: _git("show", f"{revision}:{name}"), f"{revision}:", on_disk=False)
        below = folder if _git("cat-file", "-t", f"{revision}:{folder}") == b"tree\n" else ""
        tree.names = [name for name in _listed(revision, folder) if tree.is_entry(name, below)]
        if tree.names:
            return tree
    raise BadInputError([nothing(argument)])


def _listed(revision: str, folder: str) -> list[str]:
    # Ended by zero bytes, because git quotes unusual names otherwise.
    names = (_git("ls-tree", "-r", "-z", "--name-only", revision, "--", folder) or b"").decode("utf-8", "replace")
    return [name for name in names.split("\0") if name.endswith(digests.SUFFIXES)]


def _git(*arguments: str) -> bytes | None:
    """Output of git; None when it fails or is not installed."""
    try:
        process = subprocess.run(["git", *arguments], capture_output=True, check=False)
    except FileNotFoundError:
        return None
    return process.stdout if process.returncode == 0 else None
