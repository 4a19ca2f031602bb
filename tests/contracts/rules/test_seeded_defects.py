"""The defects that authors really make, planted one at a time in the real contracts: each is found on its exact line."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

import pytest

from tools.contracts import rules, source
from tools.contracts.problems import Problem

ROOT = Path(__file__).parents[3]
FOLDER = ROOT / "contracts" / "openapi" / "v1"


class Defect(NamedTuple):
    name: str
    rule: str
    file: str
    old: str
    new: str
    shown: str
    """Text of the line on which it must be found."""


DEFECTS = [
    Defect(
        "a type that does not exist, in a shared file",
        "schema-structure",
        "_common/schemas.yaml",
        "        type:\n          type: string\n          format: uri\n",
        "        type:\n          type: strin\n          format: uri\n",
        "type: strin",
    ),
    Defect(
        "a response without a description",
        "openapi-structure",
        "auth.yaml",
        "          description: You are logged in; keep both tokens.\n",
        "",
        "        '200':",
    ),
    Defect(
        "an unknown field of an operation",
        "openapi-structure",
        "auth.yaml",
        "      summary: Log in\n",
        "      summary: Log in\n      sumary: Log in\n",
        "sumary: Log in",
    ),
    Defect(
        "broken YAML",
        "yaml-syntax",
        "revenue.yaml",
        "      tags: [revenue]\n      summary",
        "      tags: [revenue\n      summary",
        "summary: Show today's revenue",
    ),
    Defect(
        "a key that stands twice",
        "duplicate-key",
        "revenue.yaml",
        "      operationId: getRealtimeRevenueV1\n",
        "      operationId: getRealtimeRevenueV1\n      operationId: getRevenue\n",
        "operationId: getRevenue",
    ),
    Defect(
        "nullable, as in OpenAPI 3.0",
        "no-nullable",
        "auth.yaml",
        "        password:\n          type: string\n",
        "        password:\n          type: string\n          nullable: true\n",
        "nullable: true",
    ),
    Defect(
        "an example that the schema refuses",
        "example-fits",
        "health.yaml",
        "                    uptime_seconds: 86400\n                degraded",
        "                    uptime_seconds: a day\n                degraded",
        "uptime_seconds: a day",
    ),
    Defect(
        "a security scheme that is not defined",
        "known-security-scheme",
        "health.yaml",
        "        - accessBearerAuth: [viewer]\n",
        "        - accesBearerAuth: [viewer]\n",
        "accesBearerAuth: [viewer]",
    ),
    Defect(
        "a path parameter that is not declared",
        "path-parameters",
        "revenue.yaml",
        "  /api/v1/revenue/realtime:\n",
        "  /api/v1/revenue/{currency}/realtime:\n",
        "/api/v1/revenue/{currency}/realtime:",
    ),
    Defect(
        "a pattern that does not compile",
        "valid-pattern",
        "revenue.yaml",
        "pattern: ^[A-Z]{3}$\n          description: The reporting",
        "pattern: ^[A-Z{3}$\n          description: The reporting",
        "pattern: ^[A-Z{3}$",
    ),
    Defect(
        "an enum value of another type",
        "enum-of-type",
        "health.yaml",
        "enum: [healthy, degraded, unhealthy]",
        "enum: [healthy, degraded, 503]",
        "enum: [healthy, degraded, 503]",
    ),
    Defect(
        "an operationId in two files",
        "unique-operation-id",
        "revenue.yaml",
        "operationId: getRealtimeRevenueV1",
        "operationId: getRealtimeRevenue",
        "operationId: getRealtimeRevenue",
    ),
    Defect(
        "a minimum above the maximum",
        "ordered-bounds",
        "_common/schemas.yaml",
        "          minimum: 400\n          maximum: 599\n",
        "          minimum: 600\n          maximum: 599\n",
        "minimum: 600",
    ),
    Defect(
        "a required property that nobody described",
        "required-is-known",
        "auth.yaml",
        "      required: [email, password, tenant_id]\n",
        "      required: [email, pasword, tenant_id]\n",
        "required: [email, pasword, tenant_id]",
    ),
]


def find(defect: Defect) -> tuple[list[Problem], list[str]]:
    """Problems of all contracts with `defect` planted, and the lines of the file it is in."""
    found: list[Problem] = []
    documents: dict[str, source.Document] = {}
    lines: list[str] = []
    for path in sorted(FOLDER.rglob("*.yaml")):
        text = path.read_text("utf-8")
        if path == FOLDER / defect.file:
            assert defect.old in text
            text = text.replace(defect.old, defect.new, 1)
            lines = text.split("\n")
        name = path.relative_to(ROOT).as_posix()
        document, problems = source.parse(text, name=name)
        found += problems
        if document is not None:
            documents[name] = document
    return found + rules.check(rules.Contract(documents)), lines


@pytest.mark.parametrize("defect", DEFECTS, ids=lambda defect: defect.name)
def test_a_planted_defect_is_found_on_its_exact_line(defect: Defect) -> None:
    problems, lines = find(defect)
    hits = [problem for problem in problems if problem.rule == defect.rule]
    assert [
        lines[problem.origin.line - 1].strip() for problem in hits if problem.origin.file.endswith(defect.file)
    ] == [
        defect.shown.strip()
        if defect.shown.startswith(" ")
        else next(x for x in map(str.strip, lines) if defect.shown in x)
    ]


def test_the_contracts_themselves_have_no_findings() -> None:
    problems, _ = find(Defect("none", "", "", "", "", ""))
    assert problems == []
