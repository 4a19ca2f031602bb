"""The application has the operations of the contracts: all of them, no other, each opened by what its contract names."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import httpx2
import pytest
from fastapi import FastAPI

from generated.server import Operation
from impl import app as application
from impl.settings import Settings
from tests.contracts.specified import TOTAL
from tools.mocks import service as mocks
from tools.openapi import calls

ROOT = Path(__file__).parents[1]
INFRASTRUCTURE = set(
    "/ /health /health/live /health/ready /health/worker /metrics /docs /docs/unwritten.json /problems/{slug} /redoc /openapi.json".split()
)
"""What may be served beside the contracts: the complete list."""

SIGNED_BY_NOBODY = "eyJhbGciOiJSUzI1NiIsImtpZCI6ImEifQ.e30.AA"
"""A token that only the keys in the database could refuse."""
MODELS = {"BaseModel", "BaseSettings", "ContractModel", "RootModel", "TypedDict"}


class Route(NamedTuple):
    method: str
    path: str
    operation_id: str
    security: frozenset[frozenset[tuple[str, frozenset[str]]]]
    """Alternatives of schemes with their scopes."""
    statuses: frozenset[int]


@pytest.fixture(scope="module")
def app() -> FastAPI:
    """The application as it starts, with a database that is away."""
    return application.create(
        Settings(
            environment="ci",
            app_database_url="postgresql://nobody@127.0.0.1:1/nothing",
            sealing_keys="test-1:MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE=",
            login_pepper="test pepper",
        )
    )


def routes_of_the_contracts() -> Iterator[Route]:
    for mock in mocks.plan(ROOT / "contracts" / "openapi" / "v1"):
        for one in calls.operations(mock.document):
            ways = ({(name, frozenset(scopes)) for name, scopes in way.items()} for way in one.value["security"])
            statuses = frozenset(int(status) for status in one.value["responses"])
            yield Route(one.method.upper(), one.path, one.id, frozenset(map(frozenset, ways)), statuses)


def routes_of_the_application(app: FastAPI) -> Iterator[Route]:
    dispatcher = app.router.routes[[type(route).__name__ for route in app.router.routes].index("Dispatcher")]
    for listed in app.routes:
        if type(listed).__name__ == "ListedRoute":
            path = re.sub(r"\{[^}]+\}", "x", listed.path)
            _, found = dispatcher.matches({"type": "http", "path": path, "raw_path": path.encode(), "root_path": ""})
            for method in listed.methods - {"HEAD"}:
                endpoint, _ = found["contract.match"].by_method[method]
                yield route_of(endpoint.operation, listed.name)


def route_of(operation: Operation, name: str) -> Route:
    ways = ({(need.scheme.name, need.scopes) for need in way} for way in operation.security)
    statuses = frozenset(
        status for reply in operation.replies if (status := getattr(reply, "status", None)) is not None
    )
    assert operation.id == name
    return Route(operation.method, operation.path, operation.id, frozenset(map(frozenset, ways)), statuses)


@pytest.mark.promise("P047", "F19")
def test_contract_and_application_have_the_same_operations_both_ways(app: FastAPI) -> None:
    declared, served = set(routes_of_the_contracts()), set(routes_of_the_application(app))
    assert declared - served == set()
    assert served - declared == set()
    assert len(served) == TOTAL


@pytest.mark.parametrize(
    ("method", "path", "headers"),
    [
        ("POST", "/api/webhooks/stripe", {"X-Skeldir-Tenant-Key": "sk_x"}),
        ("GET", "/api/v1/revenue/realtime", {"Authorization": f"Bearer {SIGNED_BY_NOBODY}"}),
    ],
)
async def test_a_database_that_is_away_is_a_503_whatever_is_asked(
    app: FastAPI, method: str, path: str, headers: dict[str, str]
) -> None:
    """The application declares it once; no operation and no scheme has to."""
    transport = httpx2.ASGITransport(app)
    async with httpx2.AsyncClient(transport=transport, base_url="http://test") as client:
        response = await client.request(method, path, headers=headers, content=b"{}" if method == "POST" else None)
    assert (response.status_code, response.json()["code"]) == (503, "SERVICE_UNAVAILABLE")
    assert response.headers["retry-after"] == "5"


@pytest.mark.promise("F20")
def test_models_of_requests_and_answers_are_the_generated_ones() -> None:
    """Nobody writes a model by hand beside the contract; the one class of pydantic's in the program is its settings."""
    bases = [
        f"{path.relative_to(ROOT)}: {node.name}"
        for path in (ROOT / "impl").rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.ClassDef)
        and {getattr(base, "id", getattr(base, "attr", "")) for base in node.bases} & MODELS
    ]
    assert bases == ["impl/settings.py: Settings"]


@pytest.mark.promise("P047")
def test_what_is_served_beside_the_contracts_is_on_the_list(app: FastAPI) -> None:
    beside = {route.path for route in app.routes if type(route).__name__ not in {"ListedRoute", "Dispatcher"}}
    assert beside <= INFRASTRUCTURE
