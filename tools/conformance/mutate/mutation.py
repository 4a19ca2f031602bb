"""The contract mutation score: the share of one-edit changes of the contract that the recorded run would notice.

One recorded run is judged again under every mutant. A mutant is killed when an exchange that keeps the contract breaks the
mutant. A survivor is a statement of the contract that no exchange has tested; it is listed with its line.
"""

from __future__ import annotations

import multiprocessing
import os
import time
import tomllib
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

from tools.conformance.contract.compiled import CompiledOperation, Contract, Parameter, compile_contract
from tools.conformance.contract.schemas import concerns
from tools.conformance.drive.exchange import Exchange
from tools.conformance.drive.target import BadTarget
from tools.conformance.judge import decoding, oracle, request_checks
from tools.conformance.judge.oracle import Policy
from tools.conformance.mutate import mutants
from tools.conformance.mutate.mutants import Mutant


@dataclass(slots=True)
class Waiver:
    """Why a survivor is accepted."""

    operator: str
    place: str
    reason: str
    uses: int = 0

    def fits(self, mutant: Mutant) -> bool:
        """Whether `mutant` is one of those waived; `*` stands for anything."""
        return fnmatchcase(mutant.operator, self.operator) and fnmatchcase(mutant.place, self.place)


@dataclass(slots=True)
class Score:
    """Result of every mutant."""

    killed: list[tuple[Mutant, str]] = field(default_factory=list)
    """Mutant and the exchange that killed it."""
    survived: list[Mutant] = field(default_factory=list)
    waived: list[tuple[Mutant, str]] = field(default_factory=list)
    """Mutant and reason."""
    stillborn: list[Mutant] = field(default_factory=list)
    """Edits after which the document is no valid contract; they do not count."""
    seconds: float = 0.0

    @property
    def value(self) -> float:
        """Killed of all that are not waived; 0 when there is nothing to kill."""
        judged = len(self.killed) + len(self.survived)
        return len(self.killed) / judged if judged else 0.0

    @property
    def raw(self) -> float:
        """Killed of all, waived ones counted as survivors."""
        judged = len(self.killed) + len(self.survived) + len(self.waived)
        return len(self.killed) / judged if judged else 0.0


def read_waivers(path: Path) -> list[Waiver]:
    """Entries of the file at `path`; none when there is no file. Raises `BadTarget` for one without a reason."""
    if not path.exists():
        return []
    waivers = []
    for entry in tomllib.loads(path.read_text(encoding="utf-8")).get("waived", []):
        missing = [name for name in ("operator", "place", "reason") if not entry.get(name)]
        if missing:
            raise BadTarget(f"{path}: a waiver lacks {', '.join(missing)}")
        waivers.append(Waiver(entry["operator"], entry["place"], entry["reason"]))
    return waivers


def score(
    contract: Contract,
    exchanges: list[Exchange],
    policy: Policy,
    waivers: list[Waiver],
    operations: set[str] | None = None,
    *,
    known: frozenset[tuple[str, str]],
) -> Score:
    """Judge `exchanges` under every mutant that concerns `operations` (default: all that were reached), on every core.

    `known` holds rule and exchange of everything that is wrong under the contract as it is.
    """
    started = time.perf_counter()
    judge = MutantJudge(contract, exchanges, policy, known)
    every = list(mutants.mutants_of(contract, operations if operations is not None else set(judge.by_operation)))
    result = Score()
    for mutant, killer in zip(every, _killers(judge, every), strict=True):
        waiver = next((item for item in waivers if item.fits(mutant)), None) if killer is None else None
        if killer == STILLBORN:
            result.stillborn.append(mutant)
        elif killer is not None:
            result.killed.append((mutant, killer))
        elif waiver is not None:
            waiver.uses += 1
            result.waived.append((mutant, waiver.reason))
        else:
            result.survived.append(mutant)
    result.seconds = time.perf_counter() - started
    return result


STILLBORN = "stillborn"
"""In place of a killer: after the edit the document is no valid contract."""


def _killers(judge: MutantJudge, every: list[Mutant]) -> list[str | None]:
    """Killer of each mutant. Processes are forked, so that compiled contracts, which cannot be sent, are just there."""
    # Below two hundred mutants each, a process costs more to start than it saves.
    count = min(os.cpu_count() or 1, len(every) // 200)
    if count < 2 or "fork" not in multiprocessing.get_all_start_methods():
        return [judge.verdict_on(mutant) for mutant in every]
    _SHARED["judge"], _SHARED["mutants"] = judge, every
    try:
        with multiprocessing.get_context("fork").Pool(count) as pool:
            return pool.map(_verdict_on, range(len(every)), chunksize=16)
    finally:
        _SHARED.clear()


_SHARED: dict[str, Any] = {}


def _verdict_on(index: int) -> str | None:
    verdict: str | None = _SHARED["judge"].verdict_on(_SHARED["mutants"][index])
    return verdict


class MutantJudge:
    """Judges mutants by one recorded run, whose exchanges are grouped by operation once."""

    def __init__(
        self, contract: Contract, exchanges: list[Exchange], policy: Policy, known: frozenset[tuple[str, str]]
    ) -> None:
        self.contract = contract
        self.policy = policy
        self.known = known
        self.by_operation: dict[str, list[Exchange]] = defaultdict(list)
        for exchange in exchanges:
            operation = oracle.operation_of(contract, exchange)
            if operation is not None and exchange.status != 501:
                self.by_operation[operation.key].append(exchange)
        self.body_states: dict[str, str] = {}

    def verdict_on(self, mutant: Mutant) -> str | None:
        """Killer of `mutant`, or `STILLBORN`."""
        try:
            return self.killer_of(mutant)
        # Such an edit left no contract that could be read, so it says nothing about the tests.
        except (KeyError, ValueError, TypeError):
            return STILLBORN

    def killer_of(self, mutant: Mutant) -> str | None:
        """Id of an exchange that breaks `mutant` and keeps the contract; None when there is none."""
        document = mutants.edited(self.contract.document, mutant)
        touched = mutant.place if mutant.pointer == "/paths" else mutant.pointer
        concerned = [key for key in self.by_operation if concerns(touched, self.contract.operations[key].roots)]
        # Most die by the first operation they concern, so the others are compiled only for those that do not.
        for keys in (concerned[:1], concerned[1:]):
            if keys:
                changed = compile_contract(document, after=self.contract, touched=touched, only=frozenset(keys))
                killer = self._killer_among(mutant, changed, keys)
                if killer is not None:
                    return killer
        return None

    def _killer_among(self, mutant: Mutant, changed: Contract, keys: list[str]) -> str | None:
        for key in keys:
            before, after, exchanges = (
                self.contract.operations[key],
                changed.operations.get(key),
                self.by_operation[key],
            )
            # Compilation gives the same object where the edit cannot matter, so identity is enough.
            if after is before:
                continue
            killer = self._killer_in(changed, before, after, exchanges)
            if killer is not None:
                return killer
            if mutant.operator == "security-removed":
                for finding in oracle.judge_record(changed, exchanges, self.policy):
                    return finding.exchange
        return None

    def _killer_in(
        self, changed: Contract, before: CompiledOperation, after: CompiledOperation | None, exchanges: list[Exchange]
    ) -> str | None:
        for exchange in self._exchanges_judged_differently(before, after, exchanges):
            if self._is_broken(changed, after, exchange):
                return exchange.id
        for exchange in _replies_judged_differently(before, after, exchanges) if after is not None else ():
            for finding in oracle.judge_reply(after or before, exchange):
                if (finding.rule, finding.exchange) not in self.known:
                    return exchange.id
        return None

    def _exchanges_judged_differently(
        self, before: CompiledOperation, after: CompiledOperation | None, exchanges: list[Exchange]
    ) -> Iterable[Exchange]:
        """The exchanges whose request `before` and `after` may judge differently."""
        if after is None or after.security != before.security:
            return exchanges
        removed = [item for item in before.parameters if item not in after.parameters]
        added = [item for item in after.parameters if item not in before.parameters]
        is_other_body = after.body != before.body
        if not (removed or added or is_other_body):
            return ()
        return (
            item
            for item in exchanges
            if (item.status < 400 or item.status in self.policy.refusals)
            and (
                (is_other_body and self._body_state(before, item) != _body_state(after, item))
                or ((removed or added) and self._states(removed, item) != self._states(added, item))
            )
        )

    def _body_state(self, operation: CompiledOperation, exchange: Exchange) -> str:
        """`_body_state` of the contract itself, which every mutant is compared with."""
        if exchange.id not in self.body_states:
            self.body_states[exchange.id] = _body_state(operation, exchange)
        return self.body_states[exchange.id]

    def _states(self, parameters: list[Parameter], exchange: Exchange) -> list[tuple[bool, str]]:
        _, path_values = self.contract.match(exchange.path) if parameters else (None, {})
        return [(item.required, decoding.judge_parameter(item, exchange, path_values)) for item in parameters]

    def _is_broken(self, changed: Contract, after: CompiledOperation | None, exchange: Exchange) -> bool:
        for finding in oracle.judge(changed, exchange, self.policy):
            if (finding.rule, finding.exchange) not in self.known:
                return True
        # A polite refusal was invalid before, so a mutant that calls it valid is as dead as after a 400.
        if after is None or not oracle.is_polite_refusal(exchange, self.policy):
            return False
        before = self.contract.operations[after.key]
        _, path_values = self.contract.match(exchange.path)
        was_wrong = bool(request_checks.violations_of(before, exchange, path_values))
        return was_wrong and not request_checks.violations_of(after, exchange, path_values)


def _body_state(operation: CompiledOperation, exchange: Exchange) -> str:
    if operation.body is None:
        return ""
    state = request_checks.body_state(operation.body, exchange)
    return "missing" if state == "absent" and operation.body.required else state


def _replies_judged_differently(
    before: CompiledOperation, after: CompiledOperation, exchanges: list[Exchange]
) -> list[Exchange]:
    """The exchanges whose reply `before` and `after` describe differently."""
    statuses = {item.status for item in exchanges}
    changed = {status for status in statuses if oracle.reply_for(before, status) != oracle.reply_for(after, status)}
    return [item for item in exchanges if item.status in changed]
