"""Versions: the step that changes ask for, and freezing the baselines."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from tools.breaking import compare, inputs, run
from tools.breaking.compare import STEPS
from tools.breaking.documents import BadInputError
from tools.breaking.run import Comparison
from tools.breaking.sessions import Options


@dataclass(frozen=True, slots=True)
class Step:
    """What one API's version should do, and what it does."""

    api: str
    old: str
    new: str
    wanted: str

    @property
    def is_enough(self) -> bool:
        """Whether the version rises at least as much as the changes ask for, and never falls."""
        before, after = compare.parsed(self.old), compare.parsed(self.new)
        if self.wanted == "none":
            return before is None or after is None or after >= before
        return STEPS.index(compare.step_between(self.old, self.new)) >= STEPS.index(self.wanted)

    @property
    def suggestion(self) -> str:
        """The version to write."""
        before = compare.parsed(self.old)
        if before is None or self.wanted == "none":
            return self.old
        major, minor, patch = before
        numbers = {"major": (major + 1, 0, 0), "minor": (major, minor + 1, 0), "patch": (major, minor, patch + 1)}[
            self.wanted
        ]
        return ".".join(map(str, numbers))

    def __str__(self) -> str:
        state = "ok" if self.is_enough else f"write {self.suggestion}"
        return f"{self.api}: {self.old or '?'} -> {self.new or '?'}, the changes ask for {self.wanted}: {state}"


def steps(comparison: Comparison) -> list[Step]:
    """One step for each API that was compared."""
    return [Step(name, *versions) for name, versions in sorted(comparison.versions.items())]


def freeze(base: str, head: str, options: Options) -> list[str]:
    """Copy the bundles of `head` over the baselines in `base`; returns why not, API by API, and then copies nothing.

    An API without a baseline is new and gets one. Raises `BadInputError` when a known API is unreadable or gone.
    """
    target, source = Path(base), Path(head)
    bundles = {file.relative_to(source): file for file in sorted(source.rglob("*.yaml")) if file.stem != inputs.JOINED}
    refused = []
    for name in sorted(file.relative_to(target) for file in target.rglob("*.yaml")) if target.is_dir() else []:
        if name not in bundles:
            refused.append(f"{name}: has a baseline and no bundle")
            continue
        comparison = run.compare_all(str(target / name), str(bundles[name]), options)
        refused += [str(step) for step in steps(comparison) if not step.is_enough]
    if not bundles:
        raise BadInputError([inputs.nothing(head)])
    if refused:
        return refused
    for name, file in bundles.items():
        (target / name).parent.mkdir(parents=True, exist_ok=True)
        (target / name).write_bytes(file.read_bytes())
    return []
