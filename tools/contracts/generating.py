"""`contracts generate`: the whole run, from hashes to files."""

from __future__ import annotations

import sys
from pathlib import Path

GENERATED_BY_OTHERS = ("sdk",)


def run(contracts: Path, out: Path, *, is_check: bool = False, package: str | None = None) -> int:
    """Bring `out` up to date with `contracts`; with `is_check`, only say whether it is.

    Returns the exit code: 0 up to date, 1 stale or impossible, 2 done, but some operations had to be left out.
    """
    from tools.codegen import output  # noqa: PLC0415  (start-up time)

    hash_ = output.input_hash(contracts, {"package": package or ""})
    if output.is_current(out, hash_):
        print(f"{out} is up to date")
        return 0
    return _rebuild(contracts, out, hash_, is_check=is_check)


def _rebuild(contracts: Path, out: Path, hash_: str, *, is_check: bool) -> int:
    from tools.codegen import generate, output  # noqa: PLC0415  (start-up time)
    from tools.contracts import link, report  # noqa: PLC0415

    sources = link.read(contracts)
    if report.show(sources.problems, sources):
        return 1
    made = generate.build(sources)
    failed = report.show(made.problems, sources)
    if failed and not made.skipped:
        return 1
    files = output.formatted(made.files)
    files[output.MANIFEST] = output.manifest_text(made, files, hash_)
    if is_check:
        return _compare(out, files)
    changed = output.write(out, files)
    print(f"{out}: {len(changed)} of {len(files)} files changed")
    if made.skipped:
        print(f"left out because of the errors above: {', '.join(made.skipped)}", file=sys.stderr)
        return 2
    return 0


def _compare(out: Path, files: dict[str, str]) -> int:
    from tools.codegen import output  # noqa: PLC0415  (start-up time)

    found = output.differences(out, files)
    for line in found:
        print(f"{out}/{line}", file=sys.stderr)
    if found:
        print(f"{len(found)} files are not what the contracts make; run: make generate", file=sys.stderr)
    return 1 if found else 0
