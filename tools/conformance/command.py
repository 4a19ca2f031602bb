"""`contracts conform`: test a service against its contract, print the verdict, write the report; exit 0, 1 or 2."""

from __future__ import annotations

import json
import sys
import tempfile
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from tools.conformance import run
from tools.conformance.contract import compiled
from tools.conformance.contract.locate import Locator
from tools.conformance.drive import target as targets
from tools.conformance.drive.target import BadTarget, Target
from tools.conformance.judge import mock_check, static
from tools.conformance.judge.oracle import Finding
from tools.conformance.mutate import mutation
from tools.conformance.recording import Options
from tools.conformance.report import meter, ratchet, report
from tools.conformance.report.page import Page
from tools.conformance.run import Result

GREEN, RED, BROKEN = 0, 1, 2


@dataclass(frozen=True, slots=True)
class Files:
    """Where a run reads and writes beside the contract."""

    out: Path = Path("build/conformance")
    sources: Path | None = None
    """Folder of the files a person edits."""
    waivers: Path | None = None
    lock: Path | None = None
    routes: Path | None = None
    """Routes of the service as JSON; without them the static comparison is left out."""
    mocks: mock_check.Mocks | None = None
    """Starts the mocks that are checked; without it they are left out."""


def conform(
    shards: list[tuple[Target, Options]],
    files: Files,
    *,
    update_lock: bool = False,
    after_requests: Callable[[], object] = bool,
) -> int:
    """Run, judge, write, print. What cannot be tested is one line on stderr and `BROKEN`.

    `after_requests` is called when the last reply has come, before judging begins.
    """
    try:
        return _conform(shards, files, update_lock=update_lock, after_requests=after_requests)
    except BadTarget as error:
        print(f"conformance: {error}", file=sys.stderr)
    except OSError as error:
        print(f"conformance: {shards[0][0].url} stopped answering: {error}", file=sys.stderr)
    return BROKEN


def _conform(
    shards: list[tuple[Target, Options]], files: Files, *, update_lock: bool, after_requests: Callable[[], object]
) -> int:
    target = shards[0][0]
    with ThreadPoolExecutor(1) as beside:
        mock_result = beside.submit(mock_check.check, files.mocks) if files.mocks else None
        result = run.run_all(shards, after_requests=after_requests)
        result.mocks = mock_result.result() if mock_result is not None else None
    result.findings.extend(result.mocks.findings if result.mocks else ())
    selection = frozenset[str]().union(*(options.only for _, options in shards))
    is_whole = not selection or selection >= {item.operation_id for item in result.contract.operations.values()}
    if files.routes:
        result.findings.extend(differences(target, result.contract, files.routes))
    waivers = mutation.read_waivers(files.waivers) if files.waivers else []
    implemented = set(result.contract.operations) - set(result.unimplemented)
    score = mutation.score(result.contract, result.exchanges, result.policy, waivers, implemented, known=result.known)
    result.seconds["mutation score"] = score.seconds
    cells = meter.measure(result, score)
    numbers = report.numbers_of(result, score, cells)
    worse = ratchet.compare(ratchet.read(files.lock), numbers) if files.lock and is_whole else []
    result.problems.extend(
        f"the waiver {item.operator} {item.place} matches no surviving mutant; remove it"
        for item in waivers
        if not item.uses and is_whole
    )
    result.problems.extend(
        f"the explanation {item.rule} {item.operation} matches no disagreement; remove it"
        for item in result.explanations
        if not item.uses and is_whole
    )
    locator = Locator.over(result.document, files.sources)
    summary = report.write(Page(result, score, cells, locator, numbers, worse), files.out)
    if files.lock and update_lock and result.is_green:
        ratchet.write(files.lock, numbers)
    _print(result, score, numbers, worse, summary, locator)
    return GREEN if summary.is_green else RED


def differences(target: Target, contract: compiled.Contract, path: Path) -> list[Finding]:
    """Static route fidelity, both ways, from the routes the service listed in the file `path`."""
    try:
        rows = json.loads(path.read_text(encoding="utf-8"))
        routes = static.routes_from_json(rows)
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise BadTarget(f"{path} is no list of routes: {error}") from error
    route_differences = static.compare(contract, routes, exceptions=target.ignored_paths)
    return [
        Finding(f"static-{item.kind}", item.operation, item.pointer or "/paths", item.message, "")
        for item in route_differences
    ]


def _print(
    result: Result,
    score: mutation.Score,
    numbers: dict[str, float],
    worse: list[str],
    summary: report.ReportSummary,
    locator: Locator,
) -> None:
    for failure in result.findings[:20]:
        print(
            f"{locator.line(failure.pointer or '/paths')}: {failure.rule}: {failure.operation}: {failure.message[:200]}"
        )
    for item in result.failures[:20]:
        print(f"Schemathesis {item.check}: {item.operation}: {(item.message or item.title)[:200]}".replace("\n", " "))
    for item_ in result.disagreements[:20]:
        print(f"disagreement, reported only by {item_.spoke}: {item_.rule}: {item_.operation}: {item_.message[:160]}")
    for text in [*result.problems[:20], *worse]:
        print(text)
    for mutant in score.survived[:15]:
        print(f"{locator.line(mutant.place)}: survivor: {mutant.operator}: {mutant.text}")
    judged = len(result.exchanges)
    print(
        f"{judged:,} exchanges, {len(result.contract.operations) - len(result.unimplemented)} operations implemented, "
        f"{len(result.unimplemented)} answer 501; sequence {result.sequence}; oracle {result.rate:,.0f} exchanges/s"
    )
    print(
        f"contract mutation score {score.value:.3f} ({len(score.killed)} of {len(score.killed) + len(score.survived)} killed, "
        f"{len(score.waived)} waived with a reason, {score.seconds:.1f} s)"
    )
    shares = ", ".join(
        f"{name.removeprefix('seen: ')} {value:.1%}" for name, value in numbers.items() if name.startswith("seen: ")
    )
    print(f"coverage: {shares}")
    if result.mocks is not None:
        print(f"{result.mocks.mocks} mocks returned {result.mocks.replies} documented replies, all checked")
    print(
        f"{'GREEN' if summary.is_green else 'RED'} in {result.seconds['total'] + score.seconds:.0f} s; report: {summary.page}"
    )


@dataclass(frozen=True, slots=True)
class Arguments:
    """Arguments of `contracts conform`."""

    url: str
    contracts: Path
    """A bundle (a file), or a folder of entry files, which is bundled first."""
    config: Path | None = None
    out: Path = Path("build/conform")
    only: frozenset[str] = frozenset()
    mocks: mock_check.Mocks | None = None
    """Starts the mocks that are checked too."""


def conform_service(arguments: Arguments) -> int:
    """Test any service; the exit code."""
    try:
        bundle = _bundled(arguments.contracts)
        if arguments.config is not None:
            target = targets.read(arguments.config, url=arguments.url, contract=bundle)
        else:
            target = targets.parse({"contract": str(bundle.absolute())}, name="--url", url=arguments.url)
    except BadTarget as error:
        print(f"conformance: {error}", file=sys.stderr)
        return BROKEN
    folder = arguments.contracts if arguments.contracts.is_dir() else None
    files = Files(out=arguments.out, sources=folder, mocks=arguments.mocks)
    return conform([(target, Options(arguments.out / "work", only=arguments.only))], files)


def _bundled(contracts: Path) -> Path:
    """The contract as one file without references to others: the file itself where it is that."""
    from tools.openapi import bundle, link, maps, problems  # noqa: PLC0415  # it loads the whole linker

    if not contracts.exists():
        raise BadTarget(f"{contracts}: there is no such file or folder of contracts")
    sources = link.read(contracts)
    if problems.has_errors(sources.problems):
        raise BadTarget(problems.refusal(sources.problems))
    if (
        contracts.is_file()
        and len(sources.documents) == 1
        and not any(maps.elsewhere(sources.root(sources.entries[0]).value))
    ):
        return contracts
    path = Path(tempfile.mkdtemp(prefix="bundle-")) / "openapi.yaml"
    path.write_text(bundle.to_yaml(bundle.join(sources, "Joined")), encoding="utf-8")
    return path
