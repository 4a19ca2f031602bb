"""One run of the checker: inputs in, a report and an exit code out."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from tools.breaking import compare, exceptions, inputs
from tools.breaking import operations as operations_of
from tools.breaking.compare import STEPS
from tools.breaking.documents import BadInputError, Spec
from tools.breaking.findings import ORDER, Finding, worst
from tools.breaking.report import Report
from tools.breaking.sessions import Options
from tools.contracts.problems import Origin, Problem, Severity

SAFE, BREAKING, UNUSABLE = 0, 1, 2
"""Exit codes."""


@dataclass(slots=True)
class Comparison:
    """All APIs of a run."""

    report: Report
    versions: dict[str, tuple[str, str, str]]
    """API name to version of the base, version of the head, and the step that its changes ask for."""


def compare_all(base: str, head: str, options: Options) -> Comparison:
    """Compare everything in `base` with its counterpart in `head`. Raises `BadInputError`: then nothing may be concluded."""
    found: list[Finding] = []
    versions: dict[str, tuple[str, str, str]] = {}
    specs: list[Spec] = []
    operations = 0
    for pair in inputs.pairs(base, head):
        specs += [pair.base, pair.head]
        said = compare.version_of(pair.base), compare.version_of(pair.head)
        if pair.identical:
            versions[pair.name] = (*said, "none")
            operations += sum(
                len(operations_of.methods(pair.head, item))
                for item in pair.head.entries(pair.head.root, "paths").values()
            )
            continue
        result = compare.compare(pair.base, pair.head, options)
        compare.check_relation(pair.base, pair.head, result)
        found += result.findings
        operations += result.compared
        versions[pair.name] = (*said, result.semver)
    if not versions:
        raise BadInputError([Problem("nothing-compared", "there was nothing to compare", Origin(head, 1, 1))])
    exceptions.apply(found, options.now)
    found.sort(key=lambda finding: ORDER[finding.level])
    step = max((step for _, _, step in versions.values()), key=STEPS.index)
    return Comparison(Report(found, step, _lines(specs), len(versions), operations), versions)


def _lines(specs: list[Spec]) -> Callable[[Origin], str]:
    def line_of(origin: Origin) -> str:
        return next((text for spec in specs if (text := spec.line(origin))), "")

    return line_of


def exit_code(findings: list[Finding], fail_on: Severity) -> int:
    """1 when something at least as bad as `fail_on` was found and not accepted."""
    level = worst(findings)
    return BREAKING if level is not None and ORDER[level] <= ORDER[fail_on] else SAFE
