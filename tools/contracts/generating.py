"""`contracts generate`: the whole run, from hashes to files."""

from __future__ import annotations

import gc
import sys

from tools.codegen import inputs

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from tools.contracts.link import Sources
    from tools.contracts.problems import Problem


CACHE = "build/cache/codegen"
"""Where results are kept between runs; see `store`."""


def run(contracts: str, out: str, *, is_check: bool = False, package: str | None = None) -> int:
    """Bring `out` up to date with `contracts`; with `is_check`, only say whether it is.

    Returns the exit code: 0 up to date, 1 stale or impossible, 2 done, but some operations had to be left out.
    """
    hash_ = inputs.input_hash(contracts, package)
    if inputs.is_current(out, hash_):
        print(f"{out} is up to date")
        return 0
    return _rebuild(contracts, out, hash_, is_check=is_check)


def _rebuild(contracts: str, out: str, hash_: str, *, is_check: bool) -> int:
    from pathlib import Path  # noqa: PLC0415  (start-up time)

    from tools.codegen import generate, output  # noqa: PLC0415  (start-up time)
    from tools.contracts import link  # noqa: PLC0415
    from tools.contracts.store import Store  # noqa: PLC0415

    gc.disable()  # a short run makes many objects and no garbage
    sources = link.read(Path(contracts), store=Store(CACHE, inputs.tools_hash()))
    if show(sources.problems, sources):
        return 1
    made = generate.build(sources)
    failed = show(made.problems, sources)
    if failed and not made.skipped:
        return 1
    files = output.finish(made, sources)
    if is_check:
        code = _compare(Path(out), files)
        if code == 0 and not made.skipped:
            inputs.remember(out, hash_)
        return code
    changed = output.write(Path(out), files)
    print(f"{out}: {len(changed)} of {len(files)} files changed")
    if made.skipped:
        print(f"left out because of the errors above: {', '.join(made.skipped)}", file=sys.stderr)
        return 2
    inputs.remember(out, hash_)
    return 0


def _compare(out: Path, files: dict[str, str]) -> int:
    from tools.codegen import output  # noqa: PLC0415  (start-up time)

    found = output.differences(out, files)
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
