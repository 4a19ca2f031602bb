"""`contracts bundle`: self-contained documents in a folder."""

from __future__ import annotations

import sys
from pathlib import Path

from tools.openapi import bundle, link, problems


def run(contracts: Path, out: Path) -> int:
    """Write the bundles of `contracts` to `out`. Returns 1 when the contracts cannot be linked."""
    sources = link.read(contracts)
    for problem in problems.in_order(sources.problems):
        print(problems.to_text(problem, sources.line), file=sys.stderr)
    if problems.has_errors(sources.problems):
        return 1
    for entry in sources.entries:
        below = entry[len(sources.display_root) + 1 :] if sources.display_root not in {"", "."} else entry
        path = out / f"{below.rpartition('.')[0]}.yaml"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(bundle.to_yaml(bundle.bundle(sources, entry)), encoding="utf-8")
        print(path)
    return 0
