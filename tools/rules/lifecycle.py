"""How operations end, and which words of our own the contract may use."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from tools.openapi.problems import Problem
from tools.rules.rule import finding, rules_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tools.openapi.kinds import Kind
    from tools.rules.contract import Contract, OperationNodes

NOTICE_DAYS = 90

EXTENSIONS = frozenset(
    "x-internal x-latency-requirement x-cost-budget x-complexity-score x-llm-usage x-deterministic-guarantee "
    "x-model-routing x-auth-boundary x-disallowed-security-schemes x-mapping x-rate-limit x-deprecation x-idempotency-key "
    "x-raw-body x-max-body-bytes x-handler x-scopes".split()
)
"""Every supported extension. `x-raw-body`, `x-max-body-bytes` and `x-handler` are read by the generator; `x-scopes` defines the
scopes of an http bearer scheme."""

_CARRIERS: tuple[Kind, ...] = (
    "openapi", "info", "components", "path-item", "operation", "parameter", "request-body", "response", "header",
    "media-type", "schema", "security-scheme", "tag",
)  # fmt: skip


def deprecation_is_dated(contract: Contract) -> Iterator[Problem]:
    """A deprecated operation states in `x-deprecation` since when, what replaces it and, once known, when it is removed."""
    for operation in contract.operations:
        notice = operation.node.get("x-deprecation")
        if not operation.node.get("deprecated"):
            if notice is not None:
                yield finding(operation.node.at("x-deprecation"), f"{operation.id} is not marked deprecated: true")
            continue
        if not isinstance(notice, dict) or not {"since", "successor"} <= set(notice):
            hint = "add x-deprecation: {since: 'YYYY-MM-DD', successor: operationId}"
            yield finding(
                operation.node.at("deprecated"),
                f"{operation.id} does not state when it was deprecated and what replaces it",
                hint=hint,
            )
            continue
        if str(notice["successor"]) not in {other.id for other in contract.operations}:
            origin = operation.node.value_at("x-deprecation", "successor")
            yield finding(origin, f"there is no operation {notice['successor']!r}")
        yield from _notice_is_long_enough(operation, notice)


def deprecation_is_sent(contract: Contract) -> Iterator[Problem]:
    """Responses of a deprecated operation carry `Deprecation` and `Link`, and `Sunset` exactly when the date is set."""
    for operation in contract.operations:
        notice = operation.node.get("x-deprecation")
        if not isinstance(notice, dict):
            continue
        for status, site in operation.successes.items():
            node = contract.follow(site)
            if node is None or site.reference is not None:
                continue
            headers = set(node.mapping("headers"))
            due = {"Deprecation", "Link"} | ({"Sunset"} if "sunset" in notice else set())
            for name in sorted(due - headers):
                yield finding(node.at("headers"), f"the {status} of {operation.id} lacks the header {name}")
            if "sunset" not in notice and "Sunset" in headers:
                yield finding(node.at("headers", "Sunset"), f"{operation.id} has no sunset date in x-deprecation")


def known_extension(contract: Contract) -> Iterator[Problem]:
    """Only listed extensions are allowed; any other is a typing mistake or an undocumented rule."""
    for kind in _CARRIERS:
        for node in contract.written(kind):
            for name in node.value:
                if name.startswith("x-") and name not in EXTENSIONS:
                    yield finding(node.at(name), f"{name!r} is not a listed extension")


RULES = rules_of("lifecycle", (deprecation_is_dated, deprecation_is_sent, known_extension))


def _notice_is_long_enough(operation: OperationNodes, notice: dict[str, str]) -> Iterator[Problem]:
    try:
        since = date.fromisoformat(notice["since"])
        sunset = date.fromisoformat(notice["sunset"]) if "sunset" in notice else None
    except (TypeError, ValueError):
        yield finding(operation.node.value_at("x-deprecation"), "these are not dates", hint="write 'YYYY-MM-DD'")
        return
    if sunset is not None and (sunset - since).days < NOTICE_DAYS:
        message = f"{operation.id} ends after {(sunset - since).days} days; the notice period is {NOTICE_DAYS}"
        yield finding(operation.node.value_at("x-deprecation", "sunset"), message)
