"""Named statements from `.sql` files, and text in a form that PostgreSQL can store.

A statement in a `queries.sql` file, which any SQL tool can read, starts with `-- name: post`; the comment lines below it
explain it.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import overload

from impl.kernel.errors import SkeldirError

_UNSTORABLE = re.compile("[\0\ud800-\udfff]")
_NAME = re.compile(r"^-- name: ([a-z_]+)$", re.MULTILINE)


def load(path: Path) -> dict[str, str]:
    """Statements of the file at `path` by name, without their comments. Raises `SkeldirError` for a duplicate name."""
    parts = _NAME.split(path.read_text(encoding="utf-8"))
    names, bodies = parts[1::2], parts[2::2]
    statements = {name: _without_comments(body) for name, body in zip(names, bodies, strict=True)}
    if len(statements) != len(names):
        raise SkeldirError(f"{path.name} has two statements of the same name")
    return statements


@overload
def storable(value: str) -> str: ...
@overload
def storable(value: None) -> None: ...
def storable(value: str | None) -> str | None:
    """`value` with each NUL and each lone surrogate replaced by U+FFFD."""
    # JSON may hold both, and PostgreSQL rejects the whole statement because of one of them.
    return None if value is None else _UNSTORABLE.sub("\ufffd", value)


def _without_comments(body: str) -> str:
    lines = (line for line in body.splitlines() if not line.lstrip().startswith("--"))
    return "\n".join(lines).strip().removesuffix(";")
