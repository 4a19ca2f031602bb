"""One conformance run, from login to verdict, as data: the report, the ratchet and the exit code are made from its result."""

from __future__ import annotations

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace

from tools.conformance import recording, sequence
from tools.conformance.contract.compiled import Contract
from tools.conformance.drive import target as targets
from tools.conformance.drive.engine import Outcome
from tools.conformance.drive.exchange import Exchange
from tools.conformance.drive.ndjson import Failure
from tools.conformance.drive.target import Target
from tools.conformance.judge import conventions, oracle, verdict
from tools.conformance.judge.mock_check import MockResult
from tools.conformance.judge.oracle import Finding, Policy
from tools.conformance.recording import Options, Recording
from tools.openapi import source

SAMPLE = 4000
"""Exchanges that are judged again to see how fast the oracle is."""


@dataclass(slots=True)
class Result:
    """Everything that one run recorded and judged."""

    target: Target
    contract: Contract
    document: source.Document
    policy: Policy
    outcomes: list[Outcome]
    exchanges: list[Exchange]
    failures: list[Failure]
    findings: list[Finding]
    disagreements: list[verdict.Disagreement]
    explanations: list[verdict.Explanation]
    problems: list[str]
    """Defects of the run itself: warnings, errors of the engine, operations that no request reached."""
    unimplemented: list[str]
    requests: list[str]
    """A line for every request, the same in every run of the same service."""
    sequence: str
    """The hash of these lines."""
    known: frozenset[tuple[str, str]]
    """Rule and exchange of everything that the oracle says of the contract as it is."""
    rate: float
    """Exchanges that the oracle judges in a second, decoded."""
    seconds: dict[str, float] = field(default_factory=dict)
    mocks: MockResult | None = None
    """Result of the mocks; None when they were left out."""

    @property
    def is_green(self) -> bool:
        """Whether nothing at all is wrong."""
        return not (self.failures or self.findings or self.disagreements or self.problems)


def run(target: Target, options: Options) -> Result:
    """Test `target`. Raises `BadTarget` when it could not be tested."""
    return run_all([(target, options)])


def run_all(shards: list[tuple[Target, Options]], *, after_requests: Callable[[], object] = bool) -> Result:
    """Test one service that runs several times, each time some of its operations; all at once, judged together.

    `after_requests` is called when the service has answered everything, before anything is judged.
    Raises `BadTarget` when one could not be tested.
    """
    started = time.perf_counter()
    document, contract = recording.load_contract(shards[0][0])
    shards = [(recording.at_base(target, document), options) for target, options in shards]
    with ThreadPoolExecutor(len(shards)) as threads:
        parts = list(threads.map(lambda shard: recording.record(shard[0], document, contract, shard[1]), shards))
    after_requests()
    result = judge(document, contract, parts)
    result.seconds["total"] = time.perf_counter() - started
    return result


def judge(document: source.Document, contract: Contract, parts: list[Recording]) -> Result:
    """The verdict on all recordings together."""
    target, options = parts[0].target, parts[0].options
    options = replace(options, only=frozenset().union(*(part.options.only for part in parts)))
    policy = targets.policy_of(target, tuple(item for part in parts for item in part.credentials))
    exchanges = [exchange for part in parts for exchange in part.exchanges]
    recorded = [exchange for part in parts for exchange in part.recorded]
    outcomes = [outcome for part in parts for outcome in part.outcomes]
    # This also decodes every query, header and body, as the mutants need it.
    broken = oracle.judge_all(contract, exchanges, policy)
    # Measured in a second pass, when everything is decoded, so that the rates of two runs can be compared.
    judged_again = exchanges[:SAMPLE]
    judging = time.process_time()
    oracle.judge_all(contract, judged_again, policy)
    oracle_seconds = time.process_time() - judging
    related = oracle.judge_record(contract, exchanges, policy)
    outages = frozenset().union(*(part.probed.outages for part in parts))
    findings = [
        # A 500 during a fault that was caused on purpose is judged by the probe that caused it.
        *(item for item in broken if item.rule != "server-error" or item.exchange not in outages),
        *related,
        *(item for part in parts for item in part.probed.findings),
    ]
    failures = verdict.without_split_lists(
        contract, recorded, (failure for outcome in outcomes for failure in outcome.record.failures)
    )
    explanations = verdict.read_explanations(options.explanations) if options.explanations else []
    disagreements = verdict.compare(contract, recorded, failures, findings)
    unexplained = verdict.unexplained(disagreements, explanations)
    explained = {(item.exchange, item.rule) for item in disagreements} - {
        (item.exchange, item.rule) for item in unexplained
    }
    expected = conventions.Conventions(target.correlation_header.lower(), target.problem_media_type)
    for exchange in exchanges:
        findings.extend(
            conventions.judge(exchange, expected, exchange.operation or f"{exchange.method} {exchange.path}")
        )
    findings.extend(never_accepted(contract, exchanges, policy, options))
    requests = sequence.lines_of(parts)
    return Result(
        target=target,
        contract=contract,
        document=document,
        policy=policy,
        outcomes=outcomes,
        exchanges=exchanges,
        failures=[item for item in failures if (item.exchange, item.check) not in explained],
        findings=[item for item in findings if (item.exchange, item.rule) not in explained],
        disagreements=unexplained,
        explanations=explanations,
        problems=run_problems(contract, outcomes, exchanges, options),
        unimplemented=sorted(frozenset().union(*(part.unwritten for part in parts))),
        requests=requests,
        sequence=sequence.hash_of(requests),
        known=frozenset((item.rule, item.exchange) for item in (*broken, *related)),
        seconds={**_slowest(parts), "oracle": oracle_seconds},
        rate=len(judged_again) / max(oracle_seconds, 1e-9),
    )


def _slowest(parts: list[Recording]) -> dict[str, float]:
    """Seconds of each step, in the part where it took longest."""
    longest: dict[str, float] = {}
    for part in parts:
        for name, seconds in part.seconds.items():
            longest[name] = max(seconds, longest.get(name, 0.0))
    return longest


def run_problems(contract: Contract, outcomes: list[Outcome], exchanges: list[Exchange], options: Options) -> list[str]:
    """Reasons why the run proves nothing, even if no check failed."""
    problems = []
    for outcome in outcomes:
        problems += [f"{outcome.name}: {error}" for error in outcome.record.errors]
        problems += [f"{outcome.name}: warning: {line}" for line in outcome.warnings]
        # A complete run ends with 0 or 1; anything else means that Schemathesis stopped early.
        if outcome.exit_code not in {0, 1}:
            problems.append(f"{outcome.name}: Schemathesis ended with {outcome.exit_code}")
        if outcome.exit_code == 1 and not (outcome.record.failures or outcome.record.errors or outcome.warnings):
            problems.append(f"{outcome.name}: Schemathesis failed, and its report does not say why")
    reached = {exchange.operation for exchange in exchanges}
    for operation in contract.operations.values():
        if operation.key not in reached and (not options.only or operation.operation_id in options.only):
            problems.append(f"{operation.key} was never called")
    return problems


def never_accepted(contract: Contract, exchanges: list[Exchange], policy: Policy, options: Options) -> list[Finding]:
    """Operations that are implemented and never answered with success: their behaviour was not tested."""
    accepted = {
        exchange.operation
        for exchange in exchanges
        if (exchange.status < 400 and not oracle.is_polite_refusal(exchange, policy)) or exchange.status == 501
    }
    return [
        Finding("never-accepted", operation.key, operation.pointer, "no request was answered with success", "")
        for operation in contract.operations.values()
        if operation.key not in accepted and (not options.only or operation.operation_id in options.only)
    ]
