"""Rules for responses: every status that the runtime can send is declared, failures in one shape, with their headers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tools.openapi.problems import Problem
from tools.rules import security
from tools.rules.rule import finding, rules_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from tools.rules.contract import Contract, Node, OperationNodes

PROBLEM_MEDIA_TYPE = "application/problem+json"
PROBLEM_SCHEMAS = frozenset({"Problem", "ProviderLifecycleProblem"})
RATE_LIMIT_HEADERS = ("X-RateLimit-Limit", "X-RateLimit-Remaining", "X-RateLimit-Reset")
RATE_LIMIT_CLASSES = frozenset({"api", "webhook", "login", "errors"})
_SHARED_STATUSES = frozenset({"401", "403", "404", "429", "500", "503"})


def default_responses(contract: Contract) -> Iterator[Problem]:
    """Every operation declares each error that the runtime can return before or after the operation itself runs."""
    for operation in contract.operations:
        for status in sorted(_due(operation) - set(operation.responses)):
            hint = f"refer to the {status} in _common/responses.yaml"
            yield finding(operation.node.at("responses"), f"{operation.id} does not declare {status}", hint=hint)


def shared_responses(contract: Contract) -> Iterator[Problem]:
    """401, 403, 404, 429, 500 and 503 are the shared responses, so that clients handle one type for each."""
    for operation in contract.operations:
        for status, node in operation.responses.items():
            if status in _SHARED_STATUSES and "_common/" not in (node.reference or ""):
                hint = "refer to one in _common/responses.yaml"
                yield finding(node.at(), f"the {status} of {operation.id} is not a shared response", hint=hint)


def correlation_header(contract: Contract) -> Iterator[Problem]:
    """Every response carries `X-Correlation-ID`, without exception: people quote it in support requests."""
    for node in contract.written("response"):
        yield from _demand(contract, node, "X-Correlation-ID")


def rate_limit_headers(contract: Contract) -> Iterator[Problem]:
    """Every response of a rate-limited operation states how much of the limit is left."""
    limited = [operation for operation in contract.operations if _is_limited(operation)]
    for _, node in _responses(contract, of=limited):
        for name in RATE_LIMIT_HEADERS:
            yield from _demand(contract, node, name)


def rate_limit_class(contract: Contract) -> Iterator[Problem]:
    """`x-rate-limit` names the limits that apply to an operation; only the open health probes have none."""
    for operation in contract.operations:
        names = operation.node.mapping("x-rate-limit").get("class")
        if _is_limited(operation) and not names:
            yield finding(
                operation.node.at("x-rate-limit"), f"{operation.id} has no x-rate-limit", hint="add {class: api}"
            )
        for name in names if isinstance(names, list) else [names] if names else []:
            if str(name) not in RATE_LIMIT_CLASSES:
                hint = f"classes are {', '.join(sorted(RATE_LIMIT_CLASSES))}"
                yield finding(
                    operation.node.value_at("x-rate-limit", "class"), f"there is no class {name!r}", hint=hint
                )


def retry_after(contract: Contract) -> Iterator[Problem]:
    """202, 429 and 503 state in `Retry-After` when to try again."""
    for operation, node in _responses(contract, "202", "429", "503"):
        yield from _demand(contract, node, "Retry-After", operation)


def accepted_location(contract: Contract) -> Iterator[Problem]:
    """202 states in `Location` where to read the result."""
    for operation, node in _responses(contract, "202"):
        yield from _demand(contract, node, "Location", operation)


def authenticate_header(contract: Contract) -> Iterator[Problem]:
    """401 states in `WWW-Authenticate` how to authenticate (RFC 9110, section 15.5.2)."""
    for operation, node in _responses(contract, "401"):
        yield from _demand(contract, node, "WWW-Authenticate", operation)


def problem_body(contract: Contract) -> Iterator[Problem]:
    """Every error response is `application/problem+json` with the shared problem schema, and nothing else."""
    for operation, node in _responses(contract):
        status = next((name for name, site in operation.responses.items() if contract.follow(site) == node), "")
        if status[:1] not in ("4", "5"):
            continue
        content = node.mapping("content")
        if list(content) != [PROBLEM_MEDIA_TYPE]:
            yield finding(
                node.at("content"),
                f"the {status} of {_owner(operation, node)} has a media type other than {PROBLEM_MEDIA_TYPE}",
            )
            continue
        reference = node.child("media-type", "content", PROBLEM_MEDIA_TYPE).mapping("schema").get("$ref")
        if str(reference).rpartition("/")[2] not in PROBLEM_SCHEMAS:
            origin = node.at("content", PROBLEM_MEDIA_TYPE, "schema")
            what = f"the {status} of {_owner(operation, node)} is not the shared problem"
            yield finding(origin, what, hint="refer to Problem")


def no_body(contract: Contract) -> Iterator[Problem]:
    """204 and 304 have no body; HTTP forbids one."""
    for operation, node in _responses(contract, "204", "304"):
        if "content" in node.value:
            yield finding(node.at("content"), f"{_owner(operation, node)} declares a body where HTTP allows none")


def has_success(contract: Contract) -> Iterator[Problem]:
    """Every operation can succeed: it declares a 2xx."""
    for operation in contract.operations:
        if not any(status.startswith("2") for status in operation.responses):
            yield finding(operation.node.at("responses"), f"{operation.id} declares no 2xx")


def conditional_get(contract: Contract) -> Iterator[Problem]:
    """`If-None-Match`, `ETag` and 304 are declared together: conditional requests need all three."""
    for operation in contract.operations:
        ok = contract.follow(operation.responses["200"]) if "200" in operation.responses else None
        parts = {
            "If-None-Match": operation.parameter("If-None-Match", "header") is not None,
            "304": "304" in operation.responses,
            "ETag": ok is not None and _header(contract, ok, "ETag") is not None,
        }
        if any(parts.values()) and not all(parts.values()):
            missing = ", ".join(name for name, is_there in parts.items() if not is_there)
            yield finding(
                operation.node.at("responses"), f"{operation.id} declares a conditional request but lacks {missing}"
            )


RULES = rules_of(
    "responses",
    (
        default_responses,
        shared_responses,
        correlation_header,
        rate_limit_headers,
        rate_limit_class,
        retry_after,
        accepted_location,
        authenticate_header,
        problem_body,
        no_body,
        has_success,
        conditional_get,
    ),
)


def _due(operation: OperationNodes) -> set[str]:
    """Statuses that the runtime can send for `operation`."""
    due = {"500"} | ({"400"} if operation.parameters or operation.body is not None else set())
    if operation.security or operation.id == "login":
        due |= {"400", "401", "429"}
        due |= set() if operation.is_webhook else {"503"}
        due |= set() if security.KEY in operation.schemes else {"403"}
    if operation.body is not None:
        due |= {"413", "415"}
    if operation.parameter("X-Idempotency-Key", "header") is not None:
        due.add("409")
    if any(node.get("in") == "path" for node in operation.parameters):
        due.add("404")
    return due


def _is_limited(operation: OperationNodes) -> bool:
    """Whether somebody counts its callers: all but the open health probes."""
    return bool(operation.security) or operation.id == "login"


def _responses(
    contract: Contract, *statuses: str, of: Iterable[OperationNodes] | None = None
) -> Iterator[tuple[OperationNodes, Node]]:
    """Each response once, followed, with the first operation (of those in `of`) that declares it."""
    visited: set[tuple[str, str]] = set()
    for operation in contract.operations if of is None else of:
        for status, site in operation.responses.items():
            node = contract.follow(site)
            if node is None or not isinstance(node.value, dict) or (statuses and status not in statuses):
                continue
            if (node.document.path, node.pointer) not in visited:
                visited.add((node.document.path, node.pointer))
                yield operation, node


def _owner(operation: OperationNodes, node: Node) -> str:
    """Whose response `node` is: that of `operation`, or, in a file that several share, its own name."""
    return operation.id if node.document is operation.node.document else node.name


def _header(contract: Contract, node: Node, name: str) -> Node | None:
    """The header of response `node`, followed; names in any case."""
    for declared in node.mapping("headers"):
        if declared.lower() == name.lower():
            return contract.follow(node.child("header", "headers", declared))
    return None


def _demand(contract: Contract, node: Node, name: str, operation: OperationNodes | None = None) -> Iterator[Problem]:
    """A finding when response `node` does not promise header `name`."""
    what = (
        f"the {node.name} of {operation.id}" if operation and node.name.isdecimal() else f"the response {node.name!r}"
    )
    header = _header(contract, node, name)
    if header is None:
        hint = "refer to it in _common/headers.yaml"
        yield finding(node.at("headers"), f"{what} lacks the header {name}", hint=hint)
    elif header.get("required") is not True:
        yield finding(header.at("required"), f"{name} is optional", hint="write required: true")
