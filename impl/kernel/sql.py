"""What goes to the database: named statements, and text that it can take.

A statement in a `queries.sql` file, which any SQL tool can read, starts with `-- name: post`; the comment lines below it say
why it is as it is.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import overload

from impl.kernel.errors import SkeldirError

_UNSTORABLE = re.compile("[\0\ud800-\udfff]")
_NAME = re.compile(r"^-- name: ([a-z_]+)$", re.MULTILINE)


def load(path: Path) -> dict[str, str]:
    """Statements of the file at `path` by name, without their comments. Raises `SkeldirError` when a name stands twice."""
    parts = _NAME.split(path.read_text(encoding="utf-8"))
    names, bodies = parts[1::2], parts[2::2]
    statements = {name: _without_comments(body) for name, body in zip(names, bodies, strict=True)}
    if len(statements) != len(names):
        raise SkeldirError(f"{path.name} names a statement twice")
    return statements


@overload
def storable(value: str) -> str: ...
@overload
def storable(value: None) -> None: ...
def storable(value: str | None) -> str | None:
    """`value` as PostgreSQL takes it: what no text there may hold, NUL and halves of characters, becomes the sign for a loss."""
    return None if value is None else _UNSTORABLE.sub("\ufffd", value)


def _without_comments(body: str) -> str:
    lines = (line for line in body.splitlines() if not line.lstrip().startswith("--"))
    return "\n".join(lines).strip().removesuffix(";")
