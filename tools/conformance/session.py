"""One conformance run, from login to verdict, as data: the report, the ratchet and the exit code are made from its result."""

from __future__ import annotations

import hashlib
import json
import re
import time
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from tools.conformance import contract as contracts
from tools.conformance import engine, house, oracle, probes, scout, verdict
from tools.conformance import target as targets
from tools.conformance.contract import Contract, Operation
from tools.conformance.engine import Outcome, Pass
from tools.conformance.exchange import Exchange
from tools.conformance.ndjson import Failure
from tools.conformance.oracle import Finding, Policy
from tools.conformance.target import BadTarget, Target
from tools.contracts import source

PHASES = ("examples", "coverage", "stateful")


@dataclass(frozen=True, slots=True)
class Options:
    """What a run does."""

    work: Path
    phases: tuple[str, ...] = PHASES
    positive_examples: int = 0
    combinations: int = 800
    only: frozenset[str] = frozenset()
    """Operation ids; empty for all."""
    seed: int = engine.SEED
    explanations: Path | None = None
    max_examples: int = 0


@dataclass(slots=True)
class Result:
    """Everything a run found out."""

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
    """What is wrong with the run itself: warnings, errors of the engine, operations nobody reached."""
    unimplemented: list[str]
    sequence: str
    """Hash of the request sequence."""
    seconds: dict[str, float] = field(default_factory=dict)

    @property
    def is_green(self) -> bool:
        """Whether nothing at all is wrong."""
        return not (self.failures or self.findings or self.disagreements or self.problems)


def load_contract(target: Target) -> tuple[source.Document, Contract]:
    """The bundle of `target`, compiled. Raises `BadTarget`."""
    document, found = source.load(target.contract)
    if document is None or found:
        raise BadTarget(str(found[0]) if found else f"{target.contract}: empty")
    if not isinstance(document.value, dict) or not document.value.get("paths"):
        raise BadTarget(f"{target.contract}: this contract has no paths, so there is nothing to test")
    return document, contracts.compile_contract(document.value)


def run(target: Target, options: Options) -> Result:
    """Test `target`. Raises `BadTarget` when it could not be tested."""
    seconds: dict[str, float] = {}
    started = time.perf_counter()
    document, contract = load_contract(target)
    credentials = targets.log_in(target)
    policy = targets.policy_of(target, credentials)
    scouted = scout.scout(target, contract, policy)
    unwritten = {item.operation for item in scouted if item.status == 501}
    if target.private:
        credentials = targets.log_in(target)
        policy = targets.policy_of(target, credentials)
    scouted += scout.seed(target, contract, policy)
    written = frozenset(item.operation_id for key, item in contract.operations.items() if key not in unwritten)
    options = replace(options, only=(options.only or written) & written)
    seconds["scout"] = time.perf_counter() - started
    outcomes = [
        engine.run(target, document.value, plan, credentials, options.work / plan.name)
        for plan in passes(contract, target, options)
    ]
    seconds |= {f"schemathesis {outcome.name}": outcome.seconds for outcome in outcomes}
    recorded = [exchange for outcome in outcomes for exchange in outcome.record.exchanges]
    if not recorded:
        raise BadTarget("not a single request was sent; a run that tested nothing is not green")
    policy = targets.policy_of(target, (*credentials, *(item for outcome in outcomes for item in outcome.issued)))
    chosen = {key for key, item in contract.operations.items() if item.operation_id in options.only}
    probing = time.perf_counter()
    probed = probes.Prober(target, contract, policy, combinations=options.combinations, seed=options.seed).run(
        [item for item in (*scouted, *recorded) if item.operation in chosen]
    )
    seconds["probes"] = time.perf_counter() - probing
    policy = targets.policy_of(target, (*policy.credentials, *probed.learned))
    exchanges = [*scouted, *recorded, *probed.exchanges]
    oracle.judge_all(contract, exchanges, policy)  # decodes every query, header and body once, as the mutants need it
    judging = time.perf_counter()
    findings = [
        *oracle.judge_all(contract, exchanges, policy),
        *oracle.judge_record(contract, exchanges, policy),
        *probed.findings,
    ]
    findings = [item for item in findings if item.rule != "server-error" or item.exchange not in probed.outages]
    seconds["oracle"] = time.perf_counter() - judging
    habits = house.House(target.correlation_header.lower(), target.problem_media_type)
    failures = [failure for outcome in outcomes for failure in outcome.record.failures]
    disagreements = verdict.compare(contract, recorded, failures, findings)
    explanations = verdict.read_explanations(options.explanations) if options.explanations else []
    left = verdict.unexplained(disagreements, explanations)
    explained = {(item.exchange, item.rule) for item in disagreements} - {(item.exchange, item.rule) for item in left}
    for exchange in exchanges:
        findings.extend(house.judge(exchange, habits, exchange.operation or f"{exchange.method} {exchange.path}"))
    findings.extend(never_accepted(contract, exchanges, options))
    unwritten |= {item.operation for item in recorded if item.status == 501}
    seconds["total"] = time.perf_counter() - started
    return Result(
        target=target,
        contract=contract,
        document=document,
        policy=policy,
        outcomes=outcomes,
        exchanges=exchanges,
        failures=[item for item in failures if (item.exchange, item.check) not in explained],
        findings=[item for item in findings if (item.exchange, item.rule) not in explained],
        disagreements=left,
        explanations=explanations,
        problems=troubles(contract, outcomes, exchanges, options),
        unimplemented=sorted(unwritten),
        sequence=sequence_hash(recorded),
        seconds=seconds,
    )


def passes(contract: Contract, target: Target, options: Options) -> list[Pass]:
    """How Schemathesis runs: people's operations, machines' operations, and many positive cases for reads of many parameters."""
    chosen = [item for item in contract.operations.values() if not options.only or item.operation_id in options.only]
    signed = [item for item in chosen if _is_signed(item, target)]
    people = [item for item in chosen if item not in signed]
    wide = [item for item in people if item.method == "GET" and _free_parameters(item) >= 3]
    plans = []
    if people:
        chains = len(people) > 1
        phases = tuple(phase for phase in options.phases if chains or phase != "stateful")
        plans.append(Pass("main", phases, _ids(people), max_examples=options.max_examples, seed=options.seed))
    if signed:
        phases = tuple(phase for phase in options.phases if phase != "stateful")
        plans.append(
            Pass("signed", phases, _ids(signed), uses_keys=True, seed=options.seed, max_examples=options.max_examples)
        )
    if wide and options.positive_examples:
        plans.append(
            Pass(
                "positive",
                ("fuzzing",),
                _ids(wide),
                mode="positive",
                max_examples=options.positive_examples,
                seed=options.seed,
            )
        )
    return plans


def _ids(operations: list[Operation]) -> tuple[str, ...]:
    return tuple(item.operation_id for item in operations)


def _is_signed(operation: Operation, target: Target) -> bool:
    return any(operation.operation_id in signature.operations for signature in target.signatures) or (
        not operation.is_public
        and all(
            scheme.kind in {"header", "query", "cookie"}
            for alternative in operation.security
            for scheme, _ in alternative
        )
    )


def _free_parameters(operation: Operation) -> int:
    return sum(parameter.location == "query" for parameter in operation.parameters)


def troubles(contract: Contract, outcomes: list[Outcome], exchanges: list[Exchange], options: Options) -> list[str]:
    """What keeps the run from meaning anything, even if no check failed."""
    found = []
    for outcome in outcomes:
        found += [f"{outcome.name}: {error}" for error in outcome.record.errors]
        found += [f"{outcome.name}: warning: {line}" for line in outcome.warnings]
        if outcome.exit_code not in {0, 1}:
            found.append(f"{outcome.name}: Schemathesis ended with {outcome.exit_code}")
        if outcome.exit_code == 1 and not (outcome.record.failures or outcome.record.errors or outcome.warnings):
            found.append(f"{outcome.name}: Schemathesis is red, and the record does not say why")
    reached = {exchange.operation for exchange in exchanges}
    for operation in contract.operations.values():
        if operation.key not in reached and (not options.only or operation.operation_id in options.only):
            found.append(f"{operation.key} was never called")
    return found


def never_accepted(contract: Contract, exchanges: list[Exchange], options: Options) -> list[Finding]:
    """Operations that are implemented and never answered with success: whatever was tested, it was not the operation."""
    accepted = {exchange.operation for exchange in exchanges if exchange.status < 400 or exchange.status == 501}
    return [
        Finding("never-accepted", operation.key, operation.pointer, "no request was answered with success", "")
        for operation in contract.operations.values()
        if operation.key not in accepted and (not options.only or operation.operation_id in options.only)
    ]


_VOLATILE = frozenset({"authorization", "user-agent", "x-schemathesis-testcaseid", "host"})
_UUID = re.compile(r"[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")


def sequence_hash(exchanges: list[Exchange]) -> str:
    """Hash over method, target, headers and body of every request, in order.

    What a server makes up (ids, tokens) is replaced by its order of appearance; credentials and signatures, which carry the
    time, are left out.
    """
    names: dict[str, str] = {}

    def stable(text: str) -> str:
        return _UUID.sub(lambda match: names.setdefault(match[0].lower(), f"uuid-{len(names)}"), text)

    digest = hashlib.sha256()
    for exchange in exchanges:
        headers = [item for item in exchange.headers if item[0] not in _VOLATILE and "signature" not in item[0]]
        body = (exchange.body or b"").decode("latin-1")
        line: Any = [exchange.method, stable(exchange.target), stable(json.dumps(headers)), stable(body)]
        digest.update(json.dumps(line).encode() + b"\n")
    return digest.hexdigest()[:16]


def narrowed(options: Options, operations: frozenset[str]) -> Options:
    """`options` for a run over `operations` alone."""
    return replace(options, only=operations)
