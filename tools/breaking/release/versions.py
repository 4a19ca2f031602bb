"""Versions: the step that changes ask for, and freezing the baselines."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from tools.breaking import run
from tools.breaking.input import digests, inputs, working
from tools.breaking.input.documents import BadInputError
from tools.breaking.input.tree import nothing
from tools.breaking.rules import compare
from tools.breaking.rules.options import Options
from tools.breaking.run import STEPS, Comparison
from tools.openapi.problems import Origin, Problem


@dataclass(frozen=True, slots=True)
class Step:
    """The version step of one API: required and actual."""

    api: str
    old: str
    new: str
    required: str

    @property
    def is_enough(self) -> bool:
        """Whether the version rises at least as much as the changes ask for, and never falls."""
        before, after = compare.parsed(self.old), compare.parsed(self.new)
        if self.required == "none":
            return before is None or after is None or after >= before
        return STEPS.index(compare.step_between(self.old, self.new)) >= STEPS.index(self.required)

    @property
    def suggestion(self) -> str:
        """The version to write."""
        before = compare.parsed(self.old)
        if before is None or self.required == "none":
            return self.old
        major, minor, patch = before
        numbers = {"major": (major + 1, 0, 0), "minor": (major, minor + 1, 0), "patch": (major, minor, patch + 1)}[
            self.required
        ]
        return ".".join(map(str, numbers))

    def __str__(self) -> str:
        state = "ok" if self.is_enough else f"write {self.suggestion}"
        return f"{self.api}: {self.old or '?'} -> {self.new or '?'}, the changes require {self.required}: {state}"


def steps(comparison: Comparison) -> list[Step]:
    """One step for each API that was compared."""
    return [Step(name, *versions) for name, versions in sorted(comparison.versions.items())]


def freeze(base: str, head: str, options: Options) -> list[str]:
    """Copy the bundles of `head` over the baselines in `base` and list them; or say why not, API by API, and copy nothing.

    An API without a baseline is new and gets one. Raises `BadInputError` when a bundle is unreadable or unsound.
    """
    source, target = Path(head), Path(base)
    bundles = {file.relative_to(source): file for file in sorted(source.rglob("*.yaml")) if file.name != digests.JOINED}
    known = sorted(file.relative_to(target) for file in target.rglob("*.yaml")) if target.is_dir() else []
    _refuse_stale(head, bundles)
    refused = [f"{name}: has a baseline and no bundle" for name in known if name not in bundles]
    for name, file in bundles.items():
        earlier = target / name if name in known else file
        comparison = run.compare_all(str(earlier), str(file), options, may_be_idle=True)
        refused += [str(step) for step in steps(comparison) if not step.is_enough]
    if refused:
        return refused
    for name, file in bundles.items():
        (target / name).parent.mkdir(parents=True, exist_ok=True)
        (target / name).write_bytes(file.read_bytes())
    digests.write(base)
    return []


def _refuse_stale(head: str, bundles: dict[Path, Path]) -> None:
    """Refuse bundles that are missing or older than the contracts."""
    if not bundles:
        raise BadInputError([nothing(head)])
    edited = sorted(working.edited()) if Path(head) == Path(inputs.BUNDLES) else []
    if edited:
        where = Origin(f"{inputs.SOURCES}/{edited[0]}", 1, 1)
        reason = "this was edited and the bundles were not generated again"
        raise BadInputError([Problem("stale-bundles", reason, where, hint="run `contracts generate` first")])
