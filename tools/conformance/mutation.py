"""The contract mutation score: how much of what the contract says would be missed if it said something else.

One recorded run is judged again under every mutant. A mutant is killed when an exchange that keeps the contract breaks the
mutant. A survivor is a sentence of the contract that nothing ever held the service to; it is named with its line.
"""

from __future__ import annotations

import time
import tomllib
from collections import defaultdict
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from pathlib import Path

from tools.conformance import mutants, oracle
from tools.conformance.contract import Contract, compile_contract
from tools.conformance.exchange import Exchange
from tools.conformance.mutants import Mutant
from tools.conformance.oracle import Policy
from tools.conformance.target import BadTarget


@dataclass(slots=True)
class Waiver:
    """Why a survivor is accepted."""

    operator: str
    place: str
    reason: str
    used: int = 0

    def fits(self, mutant: Mutant) -> bool:
        """Whether `mutant` is one of those waived; `*` stands for anything."""
        return fnmatchcase(mutant.operator, self.operator) and fnmatchcase(mutant.place, self.place)


@dataclass(slots=True)
class Score:
    """What became of every mutant."""

    killed: list[tuple[Mutant, str]] = field(default_factory=list)
    """Mutant and the exchange that killed it."""
    survived: list[Mutant] = field(default_factory=list)
    waived: list[tuple[Mutant, str]] = field(default_factory=list)
    """Mutant and reason."""
    stillborn: list[Mutant] = field(default_factory=list)
    """Edits that make no contract; they do not count."""
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
    found = []
    for entry in tomllib.loads(path.read_text(encoding="utf-8")).get("waived", []):
        missing = [name for name in ("operator", "place", "reason") if not entry.get(name)]
        if missing:
            raise BadTarget(f"{path}: a waiver lacks {', '.join(missing)}")
        found.append(Waiver(entry["operator"], entry["place"], entry["reason"]))
    return found


def score(
    contract: Contract,
    exchanges: list[Exchange],
    policy: Policy,
    waivers: list[Waiver],
    operations: set[str] | None = None,
) -> Score:
    """Judge `exchanges` under every mutant that concerns `operations` (default: all that were reached)."""
    started = time.perf_counter()
    jury = Jury(contract, exchanges, policy)
    result = Score()
    for mutant in mutants.mutants_of(contract, operations if operations is not None else set(jury.by_operation)):
        try:
            killer = jury.killer_of(mutant)
        except (KeyError, ValueError, TypeError):
            result.stillborn.append(mutant)
            continue
        waiver = next((item for item in waivers if item.fits(mutant)), None) if killer is None else None
        if killer is not None:
            result.killed.append((mutant, killer))
        elif waiver is not None:
            waiver.used += 1
            result.waived.append((mutant, waiver.reason))
        else:
            result.survived.append(mutant)
    result.seconds = time.perf_counter() - started
    return result


class Jury:
    """One recorded run, sorted for judging."""

    def __init__(self, contract: Contract, exchanges: list[Exchange], policy: Policy) -> None:
        self.contract = contract
        self.policy = policy
        self.by_operation: dict[str, list[Exchange]] = defaultdict(list)
        for exchange in exchanges:
            operation = oracle.operation_of(contract, exchange)
            if operation is not None and exchange.status != 501:
                self.by_operation[operation.key].append(exchange)
        self.known = {
            (finding.rule, finding.exchange)
            for finding in [
                *oracle.judge_all(contract, exchanges, policy),
                *oracle.judge_record(contract, exchanges, policy),
            ]
        }
        self.first: dict[str, Exchange] = {}

    def killer_of(self, mutant: Mutant) -> str | None:
        """Id of an exchange that breaks `mutant` and keeps the contract; None when there is none."""
        changed = compile_contract(
            mutants.edited(self.contract.document, mutant), after=self.contract, touched=mutant.pointer
        )
        for key, exchanges in self.by_operation.items():
            if changed.operations.get(key) is self.contract.operations[key] and mutant.pointer != "/paths":
                continue
            for exchange in exchanges:
                for finding in oracle.judge(changed, exchange, self.policy):
                    if (finding.rule, finding.exchange) not in self.known:
                        return exchange.id
            if mutant.operator == "security-removed":
                for finding in oracle.judge_record(changed, exchanges, self.policy):
                    return finding.exchange
        return None
