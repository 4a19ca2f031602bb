"""Record a service: log in, find the implemented operations, run Schemathesis, send probes. Nothing is judged here."""

from __future__ import annotations

import time
from dataclasses import dataclass, replace
from pathlib import Path
from urllib.parse import urlsplit

from tools.conformance.contract import compiled as contracts
from tools.conformance.contract.compiled import CompiledOperation, Contract
from tools.conformance.drive import engine
from tools.conformance.drive import target as targets
from tools.conformance.drive.engine import Outcome, Pass
from tools.conformance.drive.exchange import Exchange
from tools.conformance.drive.target import BadTarget, Target
from tools.conformance.judge.oracle import Credential
from tools.conformance.probe import probe_run, scout
from tools.conformance.probe.prober import Prober, ProbeResult
from tools.openapi import modern, source, versions
from tools.openapi import operations as reader

PHASES = ("examples", "coverage", "stateful")


@dataclass(frozen=True, slots=True)
class Options:
    """Options of one run."""

    work: Path
    phases: tuple[str, ...] = PHASES
    positive_examples: int = 0
    combinations: int = 800
    only: frozenset[str] = frozenset()
    """CompiledOperation ids; empty for all."""
    seed: int = engine.SEED
    explanations: Path | None = None
    max_examples: int = 0


@dataclass(frozen=True, slots=True)
class Recording:
    """Every exchange with one service."""

    target: Target
    options: Options
    """`only` holds the selected operations that are implemented."""
    credentials: tuple[Credential, ...]
    scouted: tuple[Exchange, ...]
    outcomes: tuple[Outcome, ...]
    probed: ProbeResult
    unwritten: frozenset[str]
    """Keys of operations that reply 501."""
    seconds: dict[str, float]

    @property
    def recorded(self) -> list[Exchange]:
        """Exchanges of Schemathesis, in order."""
        return [exchange for outcome in self.outcomes for exchange in outcome.record.exchanges]

    @property
    def exchanges(self) -> list[Exchange]:
        """All exchanges, in order."""
        return [*self.scouted, *self.recorded, *self.probed.exchanges]


def load_contract(target: Target) -> tuple[source.Document, Contract]:
    """The bundle of `target`, compiled. Raises `BadTarget`."""
    document, problems = source.load(target.contract)
    if document is None or problems:
        raise BadTarget(str(problems[0]) if problems else f"{target.contract}: empty")
    refused = versions.problem_of(document) if versions.is_description(document.value) else None
    if refused is not None:
        raise BadTarget(str(refused))
    if not isinstance(document.value, dict) or not document.value.get("paths"):
        raise BadTarget(f"{target.contract}: this contract has no paths, so there is nothing to test")
    document = replace(document, value=modern.upgraded(document.value))
    base_path = urlsplit(at_base(target, document).url).path.rstrip("/")
    return document, contracts.compile_contract(document.value, base_path=base_path)


def at_base(target: Target, document: source.Document) -> Target:
    """`target` at the base path of the first server of the contract, where its own address has no path."""
    if urlsplit(target.url).path.strip("/"):
        return target
    servers = document.value.get("servers")
    first = servers[0] if isinstance(servers, list) and servers and isinstance(servers[0], dict) else {}
    path = reader.path_of_server(first)
    return replace(target, url=target.url.rstrip("/") + path) if path else target


def record(target: Target, document: source.Document, contract: Contract, options: Options) -> Recording:
    """Send all requests of a run to `target`. Raises `BadTarget` when it could not be tested."""
    started = time.perf_counter()
    credentials, scouted = _look_around(target, contract, options.only)
    _must_be_there(target, contract, scouted)
    unwritten = {item.operation for item in scouted if item.status == 501}
    implemented = frozenset(item.operation_id for key, item in contract.operations.items() if key not in unwritten)
    options = replace(options, only=(options.only or implemented) & implemented)
    seconds = {"scout": time.perf_counter() - started}
    outcomes = tuple(
        engine.run(target, document.value, plan, credentials, options.work / plan.name)
        for plan in passes(contract, target, options)
    )
    seconds |= {f"schemathesis {outcome.name}": outcome.seconds for outcome in outcomes}
    recorded = [exchange for outcome in outcomes for exchange in outcome.record.exchanges]
    if not recorded:
        raise BadTarget("no request was sent; a run that tested nothing is not green")
    credentials = (*credentials, *(item for outcome in outcomes for item in outcome.issued))
    keys = {key for key, item in contract.operations.items() if item.operation_id in options.only}
    probing = time.perf_counter()
    policy = targets.policy_of(target, credentials)
    sender = Prober(target, contract, policy, combinations=options.combinations, seed=options.seed)
    probed = probe_run.run(sender, [item for item in (*scouted, *recorded) if item.operation in keys])
    seconds["probes"] = time.perf_counter() - probing
    recording = Recording(
        target=target,
        options=options,
        credentials=(*credentials, *probed.learned),
        scouted=tuple(scouted),
        outcomes=outcomes,
        probed=probed,
        unwritten=frozenset(unwritten | {item.operation for item in recorded if item.status == 501}),
        seconds=seconds,
    )
    for exchange in recording.exchanges:
        exchange.server = target.url
    return recording


def _look_around(
    target: Target, contract: Contract, only: frozenset[str]
) -> tuple[tuple[Credential, ...], list[Exchange]]:
    """Credentials, and an exchange of every operation in `only`."""
    credentials = targets.log_in(target)
    scouted, learned = scout.scout(target, contract, targets.policy_of(target, credentials), only)
    # Looking around used some logins up, for example by logging out, so they are made again.
    if target.private:
        credentials = targets.log_in(target)
    seeded, more = scout.seed(target, contract, targets.policy_of(target, credentials), only)
    return (*credentials, *learned, *more), [*scouted, *seeded]


def _must_be_there(target: Target, contract: Contract, scouted: list[Exchange]) -> None:
    """Whether this is the service that the contract is about. Raises `BadTarget`."""
    strange = [
        item
        for item in scouted
        if item.status in {404, 405} and str(item.status) not in contract.operations[item.operation].replies
    ]
    count = len({item.operation for item in scouted})
    # Nothing there suggests another service, something missing suggests another version: the advice differs.
    if strange and all(item.status in {404, 405} for item in scouted):
        raise BadTarget(
            f"{target.url} has none of the {count} operations of {target.contract}; is this the right address?"
        )
    if strange:
        others = len({item.operation for item in strange}) - 1
        more = f" (nor {others} others)" if others else ""
        raise BadTarget(
            f"contract and service are of different versions: {target.url} has no {strange[0].operation}{more}; "
            f"it answers {strange[0].status}"
        )


def passes(contract: Contract, target: Target, options: Options) -> list[Pass]:
    """The passes of Schemathesis: people's operations, machines' operations, more positive cases for reads of many parameters."""
    operations = [
        item for item in contract.operations.values() if not options.only or item.operation_id in options.only
    ]
    machine_operations = [item for item in operations if _is_signed(item, target)]
    people = [item for item in operations if item not in machine_operations]
    wide = [item for item in people if item.method == "GET" and _free_parameters(item) >= 3]
    plans = []
    if people:
        # Stateful tests chain operations, and a single one has nothing to be chained with.
        chains = len(people) > 1
        phases = tuple(phase for phase in options.phases if chains or phase != "stateful")
        plans.append(Pass("main", phases, _ids(people), max_examples=options.max_examples, seed=options.seed))
    if machine_operations:
        phases = tuple(phase for phase in options.phases if phase != "stateful")
        plans.append(
            Pass(
                "signed",
                phases,
                _ids(machine_operations),
                uses_keys=True,
                seed=options.seed,
                max_examples=options.max_examples,
            )
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


def _ids(operations: list[CompiledOperation]) -> tuple[str, ...]:
    return tuple(item.operation_id for item in operations)


def _is_signed(operation: CompiledOperation, target: Target) -> bool:
    return any(operation.operation_id in signature.operations for signature in target.signatures) or (
        not operation.is_public
        and all(
            scheme.kind in {"header", "query", "cookie"}
            for alternative in operation.security
            for scheme, _ in alternative
        )
    )


def _free_parameters(operation: CompiledOperation) -> int:
    return sum(parameter.location == "query" for parameter in operation.parameters)
