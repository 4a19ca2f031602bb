"""Ratchet: the numbers of the last accepted run, in a file; they may only improve.

A number that got worse is red and named with both values; one that got better is written with `--lock`.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

from tools.conformance.drive.target import BadTarget

MORE_IS_BETTER = True
DIRECTION: dict[str, bool] = {
    "contract mutation score": True,
    "contract mutation score, waivers counted": True,
    "mutants killed": True,
    "operations implemented": True,
    "operations unimplemented": False,
    "waivers": False,
    "explanations": False,
    "planted violations found": True,
}
"""Name of a number to whether more is better; names with `seen:` are shares and more is better."""

TOLERANCE = 0.0005
"""Shares are compared to three decimals."""


def read(path: Path) -> dict[str, float]:
    """Numbers locked at `path`; none when there is no file. Raises `BadTarget` for a file that is none."""
    if not path.exists():
        return {}
    try:
        raw = json.loads(path.read_text(encoding="utf-8"))
        return {str(name): float(value) for name, value in raw.items()}
    except (ValueError, AttributeError, TypeError) as error:
        raise BadTarget(f"{path} is no lock file: {error}") from error


def compare(locked: Mapping[str, float], now: Mapping[str, float]) -> list[str]:
    """Every number that got worse, or is gone."""
    regressions = []
    for name, before in locked.items():
        if name not in now:
            regressions.append(f"{name} was {before:g} and is no longer measured")
            continue
        more_is_better = DIRECTION.get(name, True)
        step = now[name] - before if more_is_better else before - now[name]
        if step < -TOLERANCE:
            regressions.append(f"{name} was {before:g} and is {now[name]:g}")
    return regressions


def write(path: Path, now: Mapping[str, float]) -> None:
    """Lock the numbers `now`."""
    rounded = {name: round(value, 4) for name, value in sorted(now.items())}
    path.write_text(json.dumps(rounded, indent=2) + "\n", encoding="utf-8")
