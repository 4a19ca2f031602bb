"""Puts the site where people find it: whole or not at all, and only when something that it is made of has changed."""

from __future__ import annotations

import datetime as dt
import shutil
import sys
import tempfile
from pathlib import Path

from tools.docs.changes import Compare
from tools.openapi import files

STAMP = "made-from.txt"
_TOOLS = Path(__file__).parents[1]
_CODE = ("breaking", "docs", "openapi")
_SUFFIXES = (".css", ".js", ".json", ".py", ".svg", ".toml", ".yaml", ".yml")


def run(contracts: Path, out: Path, baselines: Path, compare: Compare) -> int:
    """Build the site unless `out` is up to date, and say where it is. Returns the exit code."""
    state = made_from(contracts, baselines)
    if _known(out) == state:
        print(f"{out / 'index.html'} is up to date")
        return 0
    from tools.docs import site  # noqa: PLC0415  (start-up time)

    out.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=out.parent, prefix=f".{out.name}-") as folder:
        fresh = Path(folder) / "new"
        try:
            pages = site.build(contracts, fresh, baselines, compare)
        except site.DocsError as error:
            print(error, file=sys.stderr)
            return 1
        (fresh / STAMP).write_text(state, encoding="ascii")
        _swap(fresh, out, Path(folder) / "old")
    print(f"{len(pages)} pages: {out / 'index.html'}")
    return 0


def made_from(contracts: Path, baselines: Path) -> str:
    """Hash of everything that the site is made of: contracts, data beside them, baselines, this program, and the day."""
    today = dt.datetime.now(dt.UTC).date()  # a sunset may be past tomorrow
    parts = [f"{today} {contracts} {baselines} {sys.version_info[:2]}"]
    folders = [contracts, contracts.parent.parent / "governance", baselines, *(_TOOLS / name for name in _CODE)]
    for folder in folders:
        for name in files.below(str(folder), _SUFFIXES):
            parts += [name, files.digest((folder / name).read_bytes())]
    return files.digest("\n".join(parts).encode())


def _known(out: Path) -> str | None:
    try:
        return (out / STAMP).read_text("ascii")
    except (OSError, UnicodeDecodeError):
        return None


def _swap(fresh: Path, out: Path, old: Path) -> None:
    """`fresh` becomes `out` in one step; a reader sees the former site or the new one, never half of either."""
    if out.exists():
        out.replace(old)
    fresh.replace(out)
    shutil.rmtree(old, ignore_errors=True)
