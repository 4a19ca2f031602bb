"""Coverage of each operation by a run, dimension by dimension: the cells of the heat map.

A cell counts the covered items of all items, and keeps the exchanges that cover them.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Container, Iterable
from dataclasses import dataclass, field

from tools.conformance.contract.compiled import CompiledOperation
from tools.conformance.drive.exchange import Exchange
from tools.conformance.judge import decoding, oracle, request_checks
from tools.conformance.mutate.mutants import Mutant
from tools.conformance.mutate.mutation import Score
from tools.conformance.probe import links
from tools.conformance.run import Result

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
    """Coverage of one dimension of one operation."""

    covered: dict[str, str] = field(default_factory=dict)
    """Name of the item to the exchange that covers it."""
    missing: list[str] = field(default_factory=list)
    waived: list[str] = field(default_factory=list)

    @property
    def total(self) -> int:
        """How many there are."""
        return len(self.covered) + len(self.missing)


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


def _of_exchanges(operation: CompiledOperation, exchanges: list[Exchange], result: Result) -> dict[str, Cell]:
    statuses, headers, who = _uncovered(operation.replies), _uncovered_headers(operation), _uncovered_callers(operation)
    parts = [f"{item.location} {item.name}" for item in operation.parameters]
    right, wrong = _uncovered(parts), _uncovered(parts)
    bodies = _uncovered(("valid", "invalid") if operation.body else ())
    for exchange in exchanges:
        _cover_reply(operation, exchange, statuses, headers)
        _cover_parameters(operation, exchange, result, right, wrong)
        if operation.body is not None:
            state = request_checks.body_state(operation.body, exchange)
            _cover(bodies, "valid" if state == "valid" else "invalid", exchange)
        for kind in _kinds(operation, exchange, result):
            _cover(who, kind, exchange)
    followed = _links(operation, result)
    return dict(
        zip(DIMENSIONS, (statuses, right, wrong, bodies, Cell(), Cell(), headers, who, followed, Cell()), strict=True)
    )


def _cover_reply(operation: CompiledOperation, exchange: Exchange, statuses: Cell, headers: Cell) -> None:
    reply = oracle.reply_for(operation, exchange.status)
    if reply is not None:
        _cover(statuses, reply.status, exchange)
        for header in reply.headers:
            if header.name in exchange.reply_values:
                _cover(headers, header.name, exchange)


def _cover_parameters(
    operation: CompiledOperation, exchange: Exchange, result: Result, right: Cell, wrong: Cell
) -> None:
    _, path_values = result.contract.match(exchange.path)
    for parameter in operation.parameters:
        state = decoding.judge_parameter(parameter, exchange, path_values)
        name = f"{parameter.location} {parameter.name}"
        if state == "valid":
            _cover(right, name, exchange)
        elif state == "invalid" or (state == "absent" and parameter.required):
            _cover(wrong, name, exchange)


def _uncovered(names: Iterable[str]) -> Cell:
    return Cell(missing=list(names))


def _cover(cell: Cell, name: str, exchange: Exchange) -> None:
    if name in cell.missing:
        cell.missing.remove(name)
        cell.covered[name] = exchange.id


def _uncovered_headers(operation: CompiledOperation, without: Container[str] = ()) -> Cell:
    replies = (reply for reply in operation.replies.values() if reply.status not in without)
    return _uncovered(dict.fromkeys(header.name for reply in replies for header in reply.headers))


def _uncovered_callers(operation: CompiledOperation) -> Cell:
    if operation.is_public:
        return _uncovered(("nobody",))
    scopes = any(scopes for alternative in operation.security for _, scopes in alternative)
    return _uncovered(("nobody", "somebody unknown", "somebody known", *(("another tenant",) if scopes else ())))


def _kinds(operation: CompiledOperation, exchange: Exchange, result: Result) -> list[str]:
    proof = oracle.proof_of(operation, exchange, result.policy)
    if operation.is_public or proof.kind == "none":
        return ["nobody"]
    if proof.kind == "bad":
        return ["somebody unknown"]
    home = next((item.tenant for item in result.target.logins if item.name in result.target.peers[:1]), proof.tenant)
    return ["somebody known", *(["another tenant"] if proof.tenant != home else [])]


def _links(operation: CompiledOperation, result: Result) -> Cell:
    """A link is covered when its operation accepted the values of the reply; links to unimplemented operations do not count."""
    followable = [
        link for link in links.links_of(result.contract, [operation]) if link.leads_to.key not in result.unimplemented
    ]
    cell = _uncovered(link.label for link in followable)
    for exchange in result.exchanges:
        if exchange.source == links.SOURCE and exchange.status < 400:
            _cover(cell, exchange.purpose, exchange)
    return cell


def _accept(operation: CompiledOperation, cells: dict[str, Cell], score: Score) -> None:
    """A status that a waiver accepts is not missing, nor are headers that only this status has."""
    statuses, headers, waived = cells["statuses"], cells["headers"], set[str]()
    for mutant, reason in score.waived:
        place, _, status = mutant.place.rpartition("/responses/")
        if mutant.operator == "status-removed" and place == operation.pointer and status in statuses.missing:
            statuses.missing.remove(status)
            statuses.waived.append(f"{status}: {reason}")
            waived.add(status)
    remaining = _uncovered_headers(operation, without=waived).missing
    headers.missing = [name for name in headers.missing if name in remaining]


_REQUEST_PLACES = ("/parameters/", "/requestBody/")


def _of_mutants(operation: CompiledOperation, score: Score) -> dict[str, Cell]:
    request_keywords, response_keywords, every = Cell(), Cell(), Cell()
    roots, sides = _below(operation.roots), _below(_request_roots(operation))
    for mutant, killer in score.killed:
        if f"{mutant.place}/".startswith(roots):
            name = f"{mutant.operator} {mutant.place}"
            every.covered[name] = killer
            (request_keywords if _is_about_requests(mutant, sides) else response_keywords).covered[name] = killer
    for mutant in score.survived:
        if f"{mutant.place}/".startswith(roots):
            name = f"{mutant.operator} {mutant.place}"
            every.missing.append(name)
            (request_keywords if _is_about_requests(mutant, sides) else response_keywords).missing.append(name)
    for mutant, reason in score.waived:
        if f"{mutant.place}/".startswith(roots):
            every.waived.append(f"{mutant.operator} {mutant.place}: {reason}")
    return {"request keywords": request_keywords, "response keywords": response_keywords, "mutants": every}


def _below(roots: Iterable[str]) -> tuple[str, ...]:
    return tuple(f"{root}/" for root in roots)


def _request_roots(operation: CompiledOperation) -> set[str]:
    """Places of the schemas that requests of `operation` are judged by."""
    roots = {root for parameter in operation.parameters for root in parameter.schema.roots}
    for content in operation.body.contents if operation.body else ():
        roots |= content.schema.roots if content.schema else frozenset()
    return roots


def _is_about_requests(mutant: Mutant, sides: tuple[str, ...]) -> bool:
    return any(part in mutant.place for part in _REQUEST_PLACES) or mutant.place.startswith(sides)


def totals(cells: dict[str, dict[str, Cell]], implemented: set[str]) -> dict[str, tuple[int, int]]:
    """Covered and all items, by dimension, over the operations that are implemented."""
    counts: dict[str, tuple[int, int]] = {}
    for dimension in DIMENSIONS:
        row_cells = [row[dimension] for key, row in cells.items() if key in implemented]
        counts[dimension] = (sum(len(cell.covered) for cell in row_cells), sum(cell.total for cell in row_cells))
    return counts
