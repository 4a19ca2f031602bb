"""How much of each operation a run has touched, dimension by dimension: the cells of the heat map.

A cell counts what was seen of what there is, and keeps the exchanges that show it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Container, Iterable
from dataclasses import dataclass, field

from tools.conformance import asked, decoding, links, oracle
from tools.conformance.contract import Operation
from tools.conformance.exchange import Exchange
from tools.conformance.mutants import Mutant
from tools.conformance.mutation import Score
from tools.conformance.session import Result

DIMENSIONS = (
    "statuses",
    "parameters valid",
    "parameters invalid",
    "body",
    "request keywords",
    "response keywords",
    "headers",
    "who calls",
    "links",
    "mutants",
)


@dataclass(slots=True)
class Cell:
    """What was seen of one dimension of one operation."""

    seen: dict[str, str] = field(default_factory=dict)
    """Name to the exchange that shows it."""
    missing: list[str] = field(default_factory=list)
    waived: list[str] = field(default_factory=list)

    @property
    def total(self) -> int:
        """How many there are."""
        return len(self.seen) + len(self.missing)


def measure(result: Result, score: Score) -> dict[str, dict[str, Cell]]:
    """Cells of every operation, by operation and dimension."""
    by_operation: dict[str, list[Exchange]] = defaultdict(list)
    for exchange in result.exchanges:
        operation = oracle.operation_of(result.contract, exchange)
        if operation is not None:
            by_operation[operation.key].append(exchange)
    cells = {}
    for key, operation in result.contract.operations.items():
        exchanges = by_operation.get(key, [])
        cells[key] = _of_exchanges(operation, exchanges, result) | _of_mutants(operation, score)
        _accept(operation, cells[key], score)
    return cells


def _of_exchanges(operation: Operation, exchanges: list[Exchange], result: Result) -> dict[str, Cell]:
    statuses, headers, who = _wanted(operation.answers), _headers_wanted(operation), _who_wanted(operation)
    parts = [f"{item.location} {item.name}" for item in operation.parameters]
    right, wrong = _wanted(parts), _wanted(parts)
    bodies = _wanted(("valid", "invalid") if operation.body else ())
    for exchange in exchanges:
        _see_answer(operation, exchange, statuses, headers)
        _see_parameters(operation, exchange, result, right, wrong)
        if operation.body is not None:
            state = asked.body_state(operation.body, exchange)
            _see(bodies, "valid" if state == "valid" else "invalid", exchange)
        for kind in _kinds(operation, exchange, result):
            _see(who, kind, exchange)
    followed = _links(operation, result)
    return dict(
        zip(DIMENSIONS, (statuses, right, wrong, bodies, Cell(), Cell(), headers, who, followed, Cell()), strict=True)
    )


def _see_answer(operation: Operation, exchange: Exchange, statuses: Cell, headers: Cell) -> None:
    answer = oracle.answer_for(operation, exchange.status)
    if answer is not None:
        _see(statuses, answer.status, exchange)
        for header in answer.headers:
            if header.name in exchange.answer_values:
                _see(headers, header.name, exchange)


def _see_parameters(operation: Operation, exchange: Exchange, result: Result, right: Cell, wrong: Cell) -> None:
    _, path_values = result.contract.match(exchange.path)
    for parameter in operation.parameters:
        state = decoding.judge_parameter(parameter, exchange, path_values)
        name = f"{parameter.location} {parameter.name}"
        if state == "valid":
            _see(right, name, exchange)
        elif state == "invalid" or (state == "absent" and parameter.required):
            _see(wrong, name, exchange)


def _wanted(names: Iterable[str]) -> Cell:
    return Cell(missing=list(names))


def _see(cell: Cell, name: str, exchange: Exchange) -> None:
    if name in cell.missing:
        cell.missing.remove(name)
        cell.seen[name] = exchange.id


def _headers_wanted(operation: Operation, without: Container[str] = ()) -> Cell:
    answers = (answer for answer in operation.answers.values() if answer.status not in without)
    return _wanted(dict.fromkeys(header.name for answer in answers for header in answer.headers))


def _who_wanted(operation: Operation) -> Cell:
    if operation.is_public:
        return _wanted(("nobody",))
    scopes = any(scopes for alternative in operation.security for _, scopes in alternative)
    return _wanted(("nobody", "somebody unknown", "somebody known", *(("another tenant",) if scopes else ())))


def _kinds(operation: Operation, exchange: Exchange, result: Result) -> list[str]:
    proof = oracle.proof_of(operation, exchange, result.policy)
    if operation.is_public or proof.kind == "none":
        return ["nobody"]
    if proof.kind == "bad":
        return ["somebody unknown"]
    home = next((item.tenant for item in result.target.logins if item.name in result.target.peers[:1]), proof.tenant)
    return ["somebody known", *(["another tenant"] if proof.tenant != home else [])]


def _links(operation: Operation, result: Result) -> Cell:
    """Links count as followed when what they lead to took what the answer gave; those to unwritten operations do not count."""
    found = [
        link for link in links.links_of(result.contract, [operation]) if link.leads_to.key not in result.unimplemented
    ]
    cell = _wanted(link.label for link in found)
    for exchange in result.exchanges:
        if exchange.source == links.SOURCE and exchange.status < 400:
            _see(cell, exchange.meant, exchange)
    return cell


def _accept(operation: Operation, cells: dict[str, Cell], score: Score) -> None:
    """A status that need not be seen, by a waiver with its reason, is not missing, nor are headers that only it has."""
    statuses, headers, waived = cells["statuses"], cells["headers"], set[str]()
    for mutant, reason in score.waived:
        place, _, status = mutant.place.rpartition("/responses/")
        if mutant.operator == "status-removed" and place == operation.pointer and status in statuses.missing:
            statuses.missing.remove(status)
            statuses.waived.append(f"{status}: {reason}")
            waived.add(status)
    left = _headers_wanted(operation, without=waived).missing
    headers.missing = [name for name in headers.missing if name in left]


_REQUEST_PLACES = ("/parameters/", "/requestBody/")


def _of_mutants(operation: Operation, score: Score) -> dict[str, Cell]:
    asked, told, every = Cell(), Cell(), Cell()
    roots, sides = _below(operation.roots), _below(_asked_roots(operation))
    for mutant, killer in score.killed:
        if f"{mutant.place}/".startswith(roots):
            name = f"{mutant.operator} {mutant.place}"
            every.seen[name] = killer
            (asked if _is_asked(mutant, sides) else told).seen[name] = killer
    for mutant in score.survived:
        if f"{mutant.place}/".startswith(roots):
            name = f"{mutant.operator} {mutant.place}"
            every.missing.append(name)
            (asked if _is_asked(mutant, sides) else told).missing.append(name)
    for mutant, reason in score.waived:
        if f"{mutant.place}/".startswith(roots):
            every.waived.append(f"{mutant.operator} {mutant.place}: {reason}")
    return {"request keywords": asked, "response keywords": told, "mutants": every}


def _below(roots: Iterable[str]) -> tuple[str, ...]:
    return tuple(f"{root}/" for root in roots)


def _asked_roots(operation: Operation) -> set[str]:
    """Places of the schemas that requests of `operation` are judged by."""
    found = {root for parameter in operation.parameters for root in parameter.schema.roots}
    for content in operation.body.contents if operation.body else ():
        found |= content.schema.roots if content.schema else frozenset()
    return found


def _is_asked(mutant: Mutant, sides: tuple[str, ...]) -> bool:
    return any(part in mutant.place for part in _REQUEST_PLACES) or mutant.place.startswith(sides)


def totals(cells: dict[str, dict[str, Cell]], implemented: set[str]) -> dict[str, tuple[int, int]]:
    """Seen and all, by dimension, over the operations that are implemented."""
    found: dict[str, tuple[int, int]] = {}
    for dimension in DIMENSIONS:
        chosen = [row[dimension] for key, row in cells.items() if key in implemented]
        found[dimension] = (sum(len(cell.seen) for cell in chosen), sum(cell.total for cell in chosen))
    return found
