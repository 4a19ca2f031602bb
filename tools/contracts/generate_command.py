"""`contracts generate`: the whole run, from hashes to files."""

from __future__ import annotations

import sys

from tools.codegen import inputs

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from tools.codegen.pipeline import Output
    from tools.contracts.link import Sources
    from tools.contracts.problems import Problem


CACHE = "build/cache/codegen"
"""Where results are kept between runs; see `store`."""


def run(contracts: str, out: str, *, is_check: bool = False, package: str | None = None) -> int:
    """Bring `out` up to date with `contracts`; with `is_check`, only say whether it is.

    With `package`, the output is the package of that name: `out` itself when it ends so, else a folder in it.

    Returns the exit code: 0 up to date, 1 stale or impossible, 2 done, but some operations had to be left out.
    """
    if package is not None:
        if not _is_importable(package):
            print(f"{package!r} is no name of a package; write for example shop.api", file=sys.stderr)
            return 1
        folder = package.replace(".", "/")
        out = out if f"/{out.rstrip('/')}".endswith(f"/{folder}") else f"{out}/{folder}"
    hash_ = inputs.input_hash(contracts, out)
    if inputs.is_current(out, hash_):
        print(f"{out} is up to date")
        return 0
    return _rebuild(contracts, out, hash_, is_check=is_check)


def _is_importable(package: str) -> bool:
    from keyword import iskeyword  # noqa: PLC0415  (start-up time)

    return all(part.isidentifier() and not iskeyword(part) for part in package.split("."))


def _rebuild(contracts: str, out: str, hash_: str, *, is_check: bool) -> int:
    from pathlib import Path  # noqa: PLC0415  (start-up time)

    from tools.codegen import disk  # noqa: PLC0415  (start-up time)
    from tools.contracts import gc_pause, governance, link  # noqa: PLC0415
    from tools.contracts.store import Store  # noqa: PLC0415

    with gc_pause.collection_paused():
        sources = link.read(Path(contracts), store=Store(CACHE, inputs.tools_hash()))
        sources.data, unread = governance.read(Path(contracts), only_code=True)
        sources.problems += unread
        made, found, skipped = _build(sources)
    failed = show(found, sources)
    if made is None or (failed and not (skipped and made.operations)):
        return 1
    files = disk.finish(made, sources)
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
    """What can be made, everything that is wrong, and the operations that are left out because of it."""
    from tools.codegen import pipeline  # noqa: PLC0415  (start-up time)
    from tools.contracts import problems  # noqa: PLC0415

    found = list(sources.problems)
    skipped: list[str] = []
    if problems.has_errors(found):
        skipped += _salvage(sources, found)
        if not skipped:
            return None, found, skipped
    made = pipeline.build(sources)
    while problems.has_errors(made.problems):
        found += made.problems
        gone = _salvage(sources, made.problems)
        skipped += gone or made.skipped
        if not gone:
            return (made if made.skipped else None), found, skipped
        made = pipeline.build(sources)
    return made, [*found, *made.problems], skipped


def _salvage(sources: Sources, found: Sequence[Problem]) -> list[str]:
    from tools.codegen import salvage  # noqa: PLC0415  (rare)

    return salvage.remove(sources, found)


def _compare(out: Path, files: dict[str, str]) -> int:
    from tools.codegen import disk  # noqa: PLC0415  (start-up time)

    found = disk.differences(out, files)
    for line in found:
        print(f"{out}/{line}", file=sys.stderr)
    if found:
        print(f"{len(found)} files are not what the contracts make; run: make generate", file=sys.stderr)
    return 1 if found else 0


def show(found: Sequence[Problem], sources: Sources) -> bool:
    """Print `found` on standard error, in the order of the files. Returns whether there are errors."""
    from tools.contracts import problems  # noqa: PLC0415  (start-up time)

    ordered = problems.in_order(found)
    for problem in ordered:
        print(problems.to_text(problem, sources.line), file=sys.stderr)
    errors = sum(problem.severity is problems.Severity.ERROR for problem in ordered)
    if ordered:
        print(f"errors: {errors}, warnings: {len(ordered) - errors}", file=sys.stderr)
    return errors > 0
