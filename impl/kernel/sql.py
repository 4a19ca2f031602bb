"""Named statements in `queries.sql` files: SQL that any SQL tool can read, found by name.

A statement starts with `-- name: post`; the comment lines below it say why it is as it is.
"""

from __future__ import annotations

import re
from pathlib import Path

from impl.kernel.errors import SkeldirError

_NAME = re.compile(r"^-- name: ([a-z_]+)$", re.MULTILINE)


def load(path: Path) -> dict[str, str]:
    """Statements of the file at `path` by name, without their comments. Raises `SkeldirError` when a name stands twice."""
    parts = _NAME.split(path.read_text(encoding="utf-8"))
    names, bodies = parts[1::2], parts[2::2]
    statements = {name: _without_comments(body) for name, body in zip(names, bodies, strict=True)}
    if len(statements) != len(names):
        raise SkeldirError(f"{path.name} names a statement twice")
    return statements


def _without_comments(body: str) -> str:
    lines = (line for line in body.splitlines() if not line.lstrip().startswith("--"))
    return "\n".join(lines).strip().removesuffix(";")
