"""Route fidelity without a request: the operations of the contract and the routes of the service, as sets, both ways.

The service tells its routes (an operation table of generated code, a framework's route list, or `/openapi.json`); this module
only compares, so it serves any framework.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Any

from tools.conformance.contract.compiled import CompiledOperation, Contract


@dataclass(frozen=True, slots=True)
class Route:
    """One route of a service; what it does not know of itself is None and not compared."""

    method: str
    path: str
    operation_id: str | None = None
    statuses: frozenset[str] | None = None
    media_types: frozenset[str] | None = None
    security: frozenset[str] | None = None
    """Names of the schemes, of all alternatives together."""


@dataclass(frozen=True, slots=True)
class Difference:
    """One way in which contract and service are not the same."""

    kind: str
    operation: str
    message: str
    pointer: str = ""


def routes_from_json(rows: Any) -> list[Route]:
    """Routes from JSON: a list of objects with the fields of `Route`."""
    routes = []
    for row in rows:
        sets = {
            name: frozenset(row[name]) for name in ("statuses", "media_types", "security") if row.get(name) is not None
        }
        routes.append(Route(row["method"].upper(), row["path"], row.get("operation_id"), **sets))
    return routes


def routes_from_openapi(contract: Contract) -> list[Route]:
    """Routes as a served OpenAPI document (compiled) tells them."""
    return [
        Route(
            operation.method,
            operation.template,
            operation.operation_id,
            statuses_of(operation),
            media_types_of(operation),
            schemes_of(operation),
        )
        for operation in contract.operations.values()
    ]


def statuses_of(operation: CompiledOperation) -> frozenset[str]:
    """Documented statuses."""
    return frozenset(operation.replies)


def media_types_of(operation: CompiledOperation) -> frozenset[str]:
    """Media types of the request body and of every reply."""
    contents = operation.body.contents if operation.body else ()
    return frozenset(item.media_type for item in contents) | frozenset(
        item.media_type for reply in operation.replies.values() for item in reply.contents
    )


def schemes_of(operation: CompiledOperation) -> frozenset[str]:
    """Names of the security schemes."""
    return frozenset(scheme.name for alternative in operation.security for scheme, _ in alternative)


def compare(
    contract: Contract, routes: Iterable[Route], *, exceptions: frozenset[str] = frozenset()
) -> list[Difference]:
    """Every difference, both ways; `exceptions` are paths the service may serve beside the contract, `*` for anything."""

    def is_beside(path: str) -> bool:
        return any(fnmatchcase(path, pattern) for pattern in exceptions)

    served: dict[str, Route] = {}
    differences: list[Difference] = []
    for route in routes:
        key = f"{route.method} {route.path}"
        if key in served and not is_beside(route.path):
            differences.append(Difference("route-twice", key, f"{key} is routed twice"))
        served[key] = route
    differences.extend(
        Difference("route-undeclared", key, f"the service has {key}, the contract has not")
        for key in sorted(set(served) - set(contract.operations))
        if not is_beside(served[key].path) and served[key].method not in {"HEAD", "OPTIONS"}
    )
    for key, operation in contract.operations.items():
        if key not in served:
            differences.append(
                Difference(
                    "route-missing", key, f"the contract has {key}, the service has no route for it", operation.pointer
                )
            )
        else:
            differences.extend(_differences(operation, served[key]))
    return differences


def _differences(operation: CompiledOperation, route: Route) -> Iterator[Difference]:
    if route.operation_id is not None and route.operation_id != operation.operation_id:
        message = f"{operation.key} is {operation.operation_id} in the contract and {route.operation_id} in the service"
        yield Difference("operation-id", operation.key, message, operation.pointer)
    for kind, declared, served in (
        ("statuses", statuses_of(operation), route.statuses),
        ("media-types", media_types_of(operation), route.media_types),
        ("security", schemes_of(operation), route.security),
    ):
        if served is not None and served != declared:
            only = (
                f"only in the contract: {_listed(declared - served)}; only in the service: {_listed(served - declared)}"
            )
            yield Difference(kind, operation.key, f"{kind} of {operation.key} differ ({only})", operation.pointer)


def _listed(names: frozenset[str]) -> str:
    return ", ".join(sorted(names)) or "nothing"
