"""Two verdicts on one record, side by side. Where only one of them speaks, that is a disagreement, and red until explained.

An explanation is an entry of a file with a reason; it names the rule, the operation and which side spoke alone. An explanation
that explains nothing any more is itself an error, so the list can only shrink.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Literal

from tools.conformance.contract.compiled import Contract
from tools.conformance.drive.exchange import Exchange
from tools.conformance.drive.ndjson import Failure
from tools.conformance.drive.target import BadTarget
from tools.conformance.judge import oracle, request_checks
from tools.conformance.judge.oracle import Finding

Side = Literal["schemathesis", "oracle"]

SAME: dict[str, frozenset[str]] = {
    "not_a_server_error": frozenset({"server-error"}),
    "status_code_conformance": frozenset({"undeclared-status"}),
    "content_type_conformance": frozenset({"undeclared-media-type"}),
    "response_headers_conformance": frozenset({"missing-header", "invalid-header"}),
    "response_schema_conformance": frozenset({"invalid-body", "not-json"}),
    "negative_data_rejection": frozenset({"accepted-invalid"}),
    "missing_required_header": frozenset({"accepted-invalid"}),
    "positive_data_acceptance": frozenset({"refused-valid"}),
    "ignored_auth": frozenset({"open-door"}),
    "unsupported_method": frozenset({"undeclared-method", "allow-header"}),
    "allow_header_conformance": frozenset({"allow-header"}),
}
"""Checks of Schemathesis that the oracle has too, by another way."""

_ORACLE_ALONE = frozenset({"scope-ignored", "scope-refused", "needless-401", "unexpected-body", "undeclared-path"})
"""Rules of the oracle that Schemathesis does not have, so its silence says nothing."""


@dataclass(frozen=True, slots=True)
class Disagreement:
    """One verdict spoke, the other did not."""

    spoke: Side
    rule: str
    operation: str
    exchange: str
    message: str


@dataclass(slots=True)
class Explanation:
    """Why a disagreement is no defect."""

    spoke: str
    rule: str
    operation: str
    reason: str
    uses: int = 0

    def fits(self, disagreement: Disagreement) -> bool:
        """Whether this explains `disagreement`; `*` stands for anything in rule and operation."""
        return (
            self.spoke == disagreement.spoke
            and fnmatchcase(disagreement.rule, self.rule)
            and fnmatchcase(disagreement.operation, self.operation)
        )


def read_explanations(path: Path) -> list[Explanation]:
    """Entries of the file at `path`; none when there is no file. Raises `BadTarget` for an entry without a reason."""
    if not path.exists():
        return []
    raw = tomllib.loads(path.read_text(encoding="utf-8"))
    explanations = []
    for entry in raw.get("explained", []):
        missing = [name for name in ("spoke", "rule", "operation", "reason") if not entry.get(name)]
        if missing:
            raise BadTarget(f"{path}: an explanation lacks {', '.join(missing)}")
        explanations.append(Explanation(entry["spoke"], entry["rule"], entry["operation"], entry["reason"]))
    return explanations


def compare(
    contract: Contract, exchanges: Iterable[Exchange], failures: Iterable[Failure], findings: Iterable[Finding]
) -> list[Disagreement]:
    """Every disagreement about exchanges that both sides saw, and about which requests are valid at all."""
    by_id = {exchange.id: exchange for exchange in exchanges}
    by_exchange: dict[str, set[str]] = {}
    schemathesis_rules: dict[str, set[str]] = {}
    for finding in findings:
        by_exchange.setdefault(finding.exchange, set()).add(finding.rule)
    disagreements: list[Disagreement] = []
    for failure in failures:
        schemathesis_rules.setdefault(failure.exchange, set()).update(SAME.get(failure.check, ()))
        rules = SAME.get(failure.check)
        if rules and failure.exchange in by_id and not rules & by_exchange.get(failure.exchange, set()):
            operation = failure.operation or by_id[failure.exchange].operation
            text = (failure.message or failure.title).partition("\n")[0]
            disagreements.append(
                Disagreement("schemathesis", failure.check, operation, failure.exchange, f"{failure.title}: {text}")
            )
    for finding in findings:
        alone = finding.rule in _ORACLE_ALONE or finding.exchange not in by_id
        if not alone and finding.rule not in schemathesis_rules.get(finding.exchange, set()):
            disagreements.append(
                Disagreement("oracle", finding.rule, finding.operation, finding.exchange, finding.message)
            )
    disagreements.extend(_about_validity(contract, by_id.values()))
    return disagreements


def without_split_lists(
    contract: Contract, exchanges: Iterable[Exchange], failures: Iterable[Failure]
) -> list[Failure]:
    """`failures` without those about lists in one text (`a,b`), whose items Schemathesis 4 encodes together with the commas.

    What it means by such a request is not what it sends, so it is wrong about who is wrong: the request keeps the contract.
    https://github.com/schemathesis/schemathesis/issues/4246
    """
    by_id = {exchange.id: exchange for exchange in exchanges}
    return [failure for failure in failures if not _is_split_list(contract, by_id.get(failure.exchange), failure)]


def _is_split_list(contract: Contract, exchange: Exchange | None, failure: Failure) -> bool:
    operation = oracle.operation_of(contract, exchange) if exchange is not None else None
    if operation is None or exchange is None or failure.check != "negative_data_rejection":
        return False
    listed = [one for one in operation.parameters if "array" in one.schema.types and not one.explode]
    if not any(one.name in exchange.query_values or one.location != "query" for one in listed):
        return False
    return not request_checks.violations_of(operation, exchange, contract.match(exchange.path)[1])


def _about_validity(contract: Contract, exchanges: Iterable[Exchange]) -> list[Disagreement]:
    """Requests that Schemathesis meant to keep the contract, and that break it in the oracle's eyes.

    The other direction says little: a negative case may be negative in a part the server never sees (`{"a": 1}` for a
    parameter that is sent as text).
    """
    disagreements = []
    for exchange in exchanges:
        if exchange.mode != "positive":
            continue
        operation = oracle.operation_of(contract, exchange)
        if operation is None:
            continue
        _, path_values = contract.match(exchange.path)
        broken = [
            violation
            for violation in request_checks.violations_of(operation, exchange, path_values)
            if violation.state == "invalid"
        ]
        if broken:
            disagreements.append(
                Disagreement("oracle", "positive-is-invalid", operation.key, exchange.id, broken[0].message)
            )
    return disagreements


def unexplained(disagreements: list[Disagreement], explanations: list[Explanation]) -> list[Disagreement]:
    """Disagreements that no explanation fits; counts the use of each explanation."""
    remaining = []
    for disagreement in disagreements:
        fitting = next((item for item in explanations if item.fits(disagreement)), None)
        if fitting is None:
            remaining.append(disagreement)
        else:
            fitting.uses += 1
    return remaining
