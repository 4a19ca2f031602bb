"""The commands `breaking`, `changelog`, `bump`, `release` and `accept`; heavy imports happen when one of them runs."""

from __future__ import annotations

import datetime as dt
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, TypeVar

import typer

from tools.breaking.defaults import BASE, FAIL_ON, FORMATS, GRACE_DAYS, HEAD

if TYPE_CHECKING:
    from tools.breaking.rules.options import Options

T = TypeVar("T")

Base = Annotated[
    str, typer.Argument(help="Contracts that clients rely on: a file, a folder, or a git revision (REV or REV:path).")
]
Head = Annotated[str, typer.Argument(help="Contracts to compare with them: a file, a folder, or a git revision.")]
Format = Annotated[str, typer.Option("--format", help="One of text, json, sarif, junit, github, markdown, html.")]
FailOn = Annotated[str, typer.Option("--fail-on", help="Lowest level that gives exit code 1: error or warning.")]
Grace = Annotated[
    int | None,
    typer.Option(
        "--grace-days",
        help="Smallest number of days between the announcement of a sunset and its date. If given, every deprecation needs a"
        f" sunset; by default it is {GRACE_DAYS} days and a deprecation may be without one (0 days in a batch).",
    ),
]
Tolerant = Annotated[
    bool,
    typer.Option("--tolerant-enums", help="Accept new enum values in replies, for clients that ignore unknown ones."),
]
Across = Annotated[
    bool, typer.Option("--across-versions", help="Compare OpenAPI 3.0 with 3.1, both read as JSON Schema 2020-12.")
]
Now = Annotated[
    str, typer.Option("--now", help="Date to compare sunsets with, such as 2026-11-20. Default: today in UTC.")
]
Batch = Annotated[
    Path | None,
    typer.Option("--batch", help="Compare the pairs in a file with one JSON object per line; - for standard input."),
]


def register(app: typer.Typer) -> None:
    """Add the commands to `app`."""
    for command in (breaking, changelog, bump, release, accept):
        app.command()(command)


def _options(now: str = "", grace_days: int | None = None, *, tolerant: bool = False, across: bool = False) -> Options:
    from tools.breaking.rules import lifecycle
    from tools.breaking.rules.options import Options

    day = lifecycle.parse_date(now) if now else dt.datetime.now(dt.UTC).date()
    if day is None:
        _stop(f"--now must be a date such as 2026-11-20, not {now!r}")
    if grace_days is not None and grace_days < 0:
        _stop(f"--grace-days must not be negative, but is {grace_days}")
    sunset_required = grace_days is not None and grace_days > 0
    days = GRACE_DAYS if grace_days is None else grace_days
    return Options(
        day or dt.date.min, days, sunset_required=sunset_required, tolerant_enums=tolerant, across_versions=across
    )


def _stop(reason: str) -> None:
    print(reason, file=sys.stderr)
    raise typer.Exit(2)


def _guarded(work: Callable[[], T]) -> T:
    """Run `work`. What cannot be compared is reported with its position, and the exit code is 2."""
    from tools.breaking import run

    result = run.guarded(work)
    if result is None:
        raise typer.Exit(2)
    return result


def breaking(  # noqa: PLR0913, PLR0917 - these are the command's options
    base: Base = BASE,
    head: Head = HEAD,
    output: Format = "text",
    fail_on: FailOn = "error",
    batch: Batch = None,
    grace_days: Grace = None,
    tolerant_enums: Tolerant = False,
    across_versions: Across = False,
    now: Now = "",
) -> None:
    """List the changes that break clients. Exit code: 0 if none does, 1 if any does, 2 if the comparison failed."""
    from tools.breaking import run

    if output not in FORMATS or fail_on not in FAIL_ON:
        _stop(f"--format must be one of {', '.join(FORMATS)}; --fail-on must be error or warning")
    if batch is not None:
        options = _options(now, grace_days or 0, tolerant=tolerant_enums)
        raise typer.Exit(_guarded(lambda: _batch(batch, options)))
    options = _options(now, grace_days, tolerant=tolerant_enums, across=across_versions)
    raise typer.Exit(run.command(base, head, options, output, fail_on))


def _batch(path: Path, options: Options) -> int:
    from tools.breaking import batch as batches
    from tools.breaking import run

    answered, failed, broken = 0, 0, False
    try:
        source = sys.stdin.buffer if str(path) == "-" else path.open("rb")
    except OSError as error:
        _stop(f"cannot read {path}: {error.strerror}")
        raise
    with source:
        for answer in batches.answers(source, options):
            print(batches.line(answer))
            answered += 1
            failed += "error" in answer
            broken = broken or any(finding["level"] == "error" for finding in answer["findings"])
    if failed or not answered:
        print(f"{failed} of {answered} pairs could not be compared: see `error` in their lines", file=sys.stderr)
    return run.BREAKING if broken else run.UNUSABLE if failed or not answered else run.SAFE


def changelog(
    base: Base = BASE,
    head: Head = HEAD,
    output: Annotated[str, typer.Option("--format", help="One of markdown, html.")] = "markdown",
    now: Now = "",
) -> None:
    """List all changes for readers, breaking or not."""
    from tools.breaking import run
    from tools.breaking.report import forms as report

    if output not in {"markdown", "html"}:
        _stop("--format must be markdown or html")
    comparison = _guarded(lambda: run.compare_all(base, head, _options(now), fine_print=True))
    print(report.FORMATS[output](comparison.report))


def bump(
    base: Base = BASE,
    head: Head = HEAD,
    check: Annotated[
        bool, typer.Option("--check", help="Exit with 1 if an info.version was raised less than its changes require.")
    ] = False,
) -> None:
    """Suggest the next version of every API."""
    from tools.breaking import run
    from tools.breaking.release import versions

    comparison = _guarded(lambda: run.compare_all(base, head, _options(), all_read=True))
    steps = versions.steps(comparison)
    print("\n".join(map(str, steps)))
    if check and any(not step.is_enough for step in steps):
        raise typer.Exit(1)


def release(base: Base = BASE, head: Head = HEAD) -> None:
    """Freeze the bundles as the new baselines; fails if a version was raised less than its changes require."""
    from tools.breaking.release import versions

    refused = _guarded(lambda: versions.freeze(base, head, _options()))
    print("\n".join(refused) if refused else f"{base} now equals {head}")
    if refused:
        raise typer.Exit(1)


def accept(
    fingerprint: Annotated[
        str, typer.Argument(help="Fingerprint of the finding, as the report prints it (12 digits).")
    ],
    reason: Annotated[str, typer.Option("--reason", help="Reason why the change is acceptable.")],
    owner: Annotated[str, typer.Option("--owner", help="Person who is responsible for the decision.")],
    until: Annotated[str, typer.Option("--until", help="Last day on which it is accepted, such as 2027-01-31.")],
    base: Annotated[str, typer.Option("--base", help="Contracts that the finding compares from.")] = BASE,
    head: Annotated[str, typer.Option("--head", help="Contracts that the finding compares to.")] = HEAD,
) -> None:
    """Accept one finding until a date."""
    from tools.breaking import run
    from tools.breaking.release import exceptions

    comparison = _guarded(lambda: run.compare_all(base, head, _options()))
    finding_ = next((finding for finding in comparison.report.findings if finding.fingerprint == fingerprint), None)
    if finding_ is None:
        _stop(f"no finding between {base} and {head} has the fingerprint {fingerprint}")
        return
    entry = {"fingerprint": fingerprint, "id": finding_.id, "reason": reason, "owner": owner, "until": until}
    _guarded(lambda: exceptions.add(entry, _options().now))
    print(f"{finding_.id} is accepted until {until}: {finding_.message}")
