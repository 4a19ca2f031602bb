"""`contracts docs`: the site, with the changes that the comparison with the last release finds."""

from __future__ import annotations

import datetime as dt
import tempfile
from pathlib import Path

from tools.docs import publish
from tools.docs.changes import Release
from tools.openapi import bundle
from tools.openapi.link import Sources


def run(contracts: Path, out: Path, baselines: Path) -> int:
    """Build the site unless `out` is up to date. Returns the exit code."""
    return publish.run(contracts, out, baselines, changes_since)


def changes_since(sources: Sources, baselines: Path) -> Release | None:
    """The contracts beside the last release; None when nothing was released yet."""
    if not baselines.is_dir():
        return None
    from tools.breaking import run as checker
    from tools.breaking.rules.options import Options

    with tempfile.TemporaryDirectory() as folder:
        for entry in sources.entries:
            path = (Path(folder) / entry.removeprefix(f"{sources.display_root}/")).with_suffix(".yaml")
            path.parent.mkdir(exist_ok=True)
            path.write_text(bundle.to_yaml(bundle.bundle(sources, entry)), encoding="utf-8")
        comparison = checker.compare_all(str(baselines), folder, Options(dt.datetime.now(dt.UTC).date()))
    return Release(comparison.report.findings, comparison.versions)
