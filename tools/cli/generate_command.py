"""`contracts generate`: the whole run, from hashes to files."""

from __future__ import annotations

import sys

from tools.codegen import inputs

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from tools.codegen.pipeline import Output
    from tools.openapi.link import Sources
    from tools.openapi.problems import Problem


CACHE = "build/cache/codegen"
"""Where results are kept between runs; see `store`."""


def run(contracts: str, out: str, *, is_check: bool = False, package: str | None = None) -> int:
    """Bring `out` up to date with `contracts`; with `is_check`, only say whether it is.

    With `package`, the output is the package of that name: `out` itself when it ends so, else a folder in it.

    Returns the exit code: 0 up to date, 1 stale or impossible, 2 done, but some operations had to be left out.
    """
    if package is not None:
        if not _is_importable(package):
            print(f"{package!r} is not a valid package name; use a name such as shop.api", file=sys.stderr)
            return 1
        folder = package.replace(".", "/")
        out = out if f"/{out.rstrip('/')}".endswith(f"/{folder}") else f"{out}/{folder}"
    hash_ = inputs.input_hash(contracts, out)
    if inputs.is_current(out, hash_):
        print(f"{out} is up to date")
        return 0
    return _rebuild(contracts, out, hash_, is_check=is_check)


def _is_importable(package: str) -> bool:
    from keyword import iskeyword

    return all(part.isidentifier() and not iskeyword(part) for part in package.split("."))


def _rebuild(contracts: str, out: str, hash_: str, *, is_check: bool) -> int:
    from pathlib import Path

    from tools.codegen import disk
    from tools.openapi import governance, link
    from tools.openapi.store import Store

    sources = link.read(Path(contracts), store=Store(CACHE, inputs.tools_hash()))
    sources.data, unread = governance.read(Path(contracts), only_code=True)
    sources.problems += unread
    result, findings, skipped = _build(sources)
    failed = show(findings, sources)
    if result is None or (failed and not (skipped and result.operations)):
        return 1
    files = disk.finish(result, sources)
    if is_check:
        code = _compare(Path(out), files)
        if code == 0 and not skipped:
            inputs.remember(out, hash_)
        return code
    changed = disk.write(Path(out), files)
    print(f"{out}: {len(changed)} of {len(files)} files changed")
    if skipped:
        print(f"left out because of the errors above: {', '.join(skipped)}", file=sys.stderr)
        return 2
    inputs.remember(out, hash_)
    return 0


def _build(sources: Sources) -> tuple[Output | None, list[Problem], list[str]]:
    """Output, all problems, and the operations that are left out because of them."""
    from tools.codegen import pipeline
    from tools.openapi import problems

    findings = list(sources.problems)
    skipped = list(sources.refused) if sources.entries else []
    refused = [one for one in findings if one.origin.file not in sources.refused]
    if problems.has_errors(findings):
        skipped += _salvage(sources, refused) if problems.has_errors(refused) else []
        if not skipped:
            return None, findings, skipped
    output = pipeline.build(sources)
    while problems.has_errors(output.problems):
        findings += output.problems
        removed = _salvage(sources, output.problems)
        skipped += removed or output.skipped
        if not removed:
            return (output if output.skipped else None), findings, skipped
        output = pipeline.build(sources)
    return output, [*findings, *output.problems], skipped


def _salvage(sources: Sources, findings: Sequence[Problem]) -> list[str]:
    from tools.codegen import salvage

    return salvage.remove(sources, findings)


def _compare(out: Path, files: dict[str, str]) -> int:
    from tools.codegen import disk

    lines = disk.differences(out, files)
    for line in lines:
        print(f"{out}/{line}", file=sys.stderr)
    if lines:
        print(f"{len(lines)} files are not up to date with the contracts; run: make generate", file=sys.stderr)
    return 1 if lines else 0


def show(findings: Sequence[Problem], sources: Sources) -> bool:
    """Print `findings` on standard error, in the order of the files. Returns whether there are errors."""
    from tools.openapi import problems

    ordered = problems.in_order(findings)
    for problem in ordered:
        print(problems.to_text(problem, sources.line), file=sys.stderr)
    errors = sum(problem.severity is problems.Severity.ERROR for problem in ordered)
    if ordered:
        print(f"errors: {errors}, warnings: {len(ordered) - errors}", file=sys.stderr)
    return errors > 0
