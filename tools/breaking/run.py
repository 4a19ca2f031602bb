"""One run of the checker: inputs in, a report and an exit code out."""

from __future__ import annotations

import itertools
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar

from tools.breaking.input import inputs
from tools.breaking.input.documents import BadInputError, Spec
from tools.breaking.input.inputs import EXCEPTIONS, Pair
from tools.breaking.report import forms as report
from tools.breaking.report.findings import ORDER, Finding, worst
from tools.breaking.report.forms import Report
from tools.breaking.rules.oddities import Undecided
from tools.breaking.rules.options import Options
from tools.openapi import effects
from tools.openapi.problems import Origin, Problem, Severity

T = TypeVar("T")
SAFE, BREAKING, UNUSABLE = 0, 1, 2
"""Exit codes."""
STEPS = ("none", "patch", "minor", "major")
_SHOWN = 5
"""Operations that are named where one schema keeps many from being compared."""


@dataclass(slots=True)
class Comparison:
    """All APIs of a run."""

    report: Report
    versions: dict[str, tuple[str, str, str]] = field(default_factory=dict)
    """API name to version of the base, version of the head, and the step that its changes ask for; only what was read."""
    warnings: list[Problem] = field(default_factory=list)
    """What stands in the newer documents and has no effect."""
    undecided: list[Undecided] = field(default_factory=list)
    """Operations that were left out because of an odd schema."""


def compare_all(
    base: str,
    head: str,
    options: Options,
    *,
    all_read: bool = False,
    fine_print: bool = False,
    may_be_idle: bool = False,
) -> Comparison:
    """Compare everything in `base` with its counterpart in `head`; with `all_read`, also read what did not change.

    The fine print (what nobody has to know) is only reported when it is asked for. With `may_be_idle`, documents without any
    operation may be compared too. Raises `BadInputError`: then nothing may be concluded.
    """
    comparison = compare_readable(
        base, head, options, all_read=all_read, fine_print=fine_print, may_be_idle=may_be_idle
    )
    if comparison.undecided:
        raise BadInputError(list({str(one.problem): one.problem for one in comparison.undecided}.values()))
    return comparison


def compare_readable(
    base: str,
    head: str,
    options: Options,
    *,
    all_read: bool = False,
    fine_print: bool = False,
    may_be_idle: bool = False,
) -> Comparison:
    """The same, without the operations in which an odd schema keeps a change from being judged: `undecided` lists them."""
    selection = inputs.pairs(base, head, all_read=all_read)
    identical = [pair for pair in selection.pairs if pair.identical]
    apis = len(selection.pairs) + len(selection.unchanged)
    if not apis:
        raise BadInputError([Problem("nothing-compared", "there was nothing to compare", Origin(head, 1, 1))])
    specs = [spec for pair in selection.pairs for spec in (pair.base, pair.head)]
    if not (selection.unchanged or may_be_idle or any(map(_does_something, specs))):
        reason = "no document has an operation: nothing was compared"
        raise BadInputError([Problem("nothing-compared", reason, Origin(head, 1, 1))])
    unchanged = len(selection.unchanged) + len(identical)
    report = Report([], "none", _lines(selection.pairs), apis, unchanged)
    comparison = Comparison(report)
    for pair in selection.pairs:
        _compare(pair, options, comparison)
    _accepted(report.findings, options)
    report.findings = [finding for finding in report.findings if fine_print or not finding.is_quiet]
    report.findings.sort(key=lambda finding: ORDER[finding.level])
    report.semver = max((step for _, _, step in comparison.versions.values()), key=STEPS.index, default="none")
    return comparison


def guarded(work: Callable[[], T]) -> T | None:
    """Result of `work`; None, with the reasons and their positions on standard error, when nothing can be concluded."""
    # Schemas nest, and the search takes several frames for each level, so the default of 1,000 ends at real contracts.
    sys.setrecursionlimit(20_000)
    try:
        return work()
    except BadInputError as error:
        reasons = [*map(str, error.problems), "nothing can be concluded: not compared"]
    except RecursionError:
        reasons = ["nothing can be concluded: a document nests too deeply"]
    except Exception as error:  # noqa: BLE001 - the edge: whatever went wrong, it must not look like "no changes"
        reasons = [f"nothing can be concluded: the comparison itself failed: {type(error).__name__}: {error}"]
    print("\n".join(reasons), file=sys.stderr)
    return None


def command(base: str, head: str, options: Options, form: str, fail_on: str) -> int:
    """Compare, print the report in the given form, and return the exit code."""
    comparison = guarded(lambda: compare_readable(base, head, options))
    if comparison is None:
        return UNUSABLE
    for line in _told_once(comparison.warnings):
        print(line, file=sys.stderr)
    print(report.FORMATS[form](comparison.report))
    code = exit_code(comparison.report.findings, Severity(fail_on))
    if not comparison.undecided:
        return code
    print("\n".join(_left_out(comparison.undecided)), file=sys.stderr)
    return code or UNUSABLE


def _told_once(warnings: list[Problem]) -> Iterator[str]:
    """Each warning at its first place, with the number of the others."""
    by_message: dict[str, list[Problem]] = {}
    for one in warnings:
        by_message.setdefault(one.message, []).append(one)
    for same in by_message.values():
        others = f" (and at {len(same) - 1} other places)" if len(same) > 1 else ""
        yield f"{same[0]}{others}"


def _left_out(undecided: list[Undecided]) -> Iterator[str]:
    """Each odd schema with the operations that it keeps from being compared."""
    by_problem: dict[str, list[str]] = {}
    for one in undecided:
        by_problem.setdefault(str(one.problem), []).append(one.operation)
    for problem, names in by_problem.items():
        shown = ", ".join(names[:_SHOWN]) + (f" and {len(names) - _SHOWN} more" if len(names) > _SHOWN else "")
        yield f"{problem}\n    nothing can be concluded about what reaches it: {shown}"


def _compare(pair: Pair, options: Options, comparison: Comparison) -> None:
    versions = pair.base.version, pair.head.version
    if pair.identical:
        comparison.versions[pair.name] = (*versions, "none")
        return
    from tools.breaking.rules import compare  # noqa: PLC0415 - start-up: most runs find that nothing changed

    comparison.warnings += effects.find(pair.head.entry, is_30=pair.head.is_30)
    compare.check_dialects(pair.base, pair.head, options)
    result = compare.compare(pair.base, pair.head, options)
    compare.check_relation(pair.base, pair.head, result)
    comparison.report.findings += result.findings
    comparison.report.operations += result.compared
    comparison.undecided += result.undecided
    comparison.versions[pair.name] = (*versions, result.semver)


def _does_something(spec: Spec) -> bool:
    """Whether a document has anything to call, or calls by itself."""
    return any(spec.entries(spec.root, word) for word in ("paths", "webhooks"))


def _accepted(findings: list[Finding], options: Options) -> None:
    if findings or Path(EXCEPTIONS).exists():
        from tools.breaking.release import exceptions  # noqa: PLC0415 - start-up

        exceptions.apply(findings, options.now)


def _lines(pairs: list[Pair]) -> Callable[[Origin], str]:
    specs: list[Spec] = list(itertools.chain.from_iterable((pair.base, pair.head) for pair in pairs))

    def line_of(origin: Origin) -> str:
        return next((text for spec in specs if (text := spec.line(origin))), "")

    return line_of


def exit_code(findings: list[Finding], fail_on: Severity) -> int:
    """1 when something at least as bad as `fail_on` was found and not accepted."""
    level = worst(findings)
    return BREAKING if level is not None and ORDER[level] <= ORDER[fail_on] else SAFE
