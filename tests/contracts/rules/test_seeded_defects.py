"""The defects that authors really make, planted one at a time in the real contracts: each is found on its exact line."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import NamedTuple

import pytest

from tests.contracts.conftest import READ
from tools import rules
from tools.openapi import link
from tools.openapi.problems import Problem

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
        "a reference to something that another file does not have",
        "dangling-ref",
        "health.yaml",
        "{$ref: './_common/responses.yaml#/components/responses/Unauthorized'}",
        "{$ref: './_common/responses.yaml#/components/responses/Unauthorised'}",
        "'401': {$ref: './_common/responses.yaml#/components/responses/Unauthorised'}",
    ),
    Defect(
        "a reference to a file that is not there",
        "dangling-ref",
        "auth.yaml",
        "{$ref: './_common/schemas.yaml#/components/schemas/SuccessResponse'}",
        "{$ref: './_common/schema.yaml#/components/schemas/SuccessResponse'}",
        "schema: {$ref: './_common/schema.yaml#/components/schemas/SuccessResponse'}",
    ),
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
        "          description: Access and refresh token.\n",
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
        "summary: Get today's revenue",
    ),
    Defect(
        "a key that is repeated",
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
        "pattern: ^[A-Z]{3}$\n          description: Reporting",
        "pattern: ^[A-Z{3}$\n          description: Reporting",
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


def find(defect: Defect | None, folder: Path) -> tuple[list[Problem], list[str]]:
    """Problems of all contracts, copied to `folder` with `defect` planted, and the lines of the file it is in."""
    shutil.copytree(FOLDER, folder, dirs_exist_ok=True)
    lines: list[str] = []
    if defect is not None:
        path = folder / defect.file
        text = path.read_text("utf-8")
        assert defect.old in text
        planted = text.replace(defect.old, defect.new, 1)
        path.write_text(planted, "utf-8")
        lines = planted.split("\n")
    sources = link.read(folder, display_root="contracts/openapi/v1", earlier=READ)
    return sources.problems + rules.check(rules.Contract(sources.documents)), lines


@pytest.mark.parametrize("defect", DEFECTS, ids=lambda defect: defect.name)
def test_a_planted_defect_is_found_on_its_exact_line(defect: Defect, tmp_path: Path) -> None:
    problems, lines = find(defect, tmp_path)
    hits = [
        problem for problem in problems if problem.rule == defect.rule and problem.origin.file.endswith(defect.file)
    ]
    line = next(number for number, line in enumerate(lines, 1) if defect.shown in line)
    assert [problem.origin.line for problem in hits] == [line]


def test_all_sixteen_kinds_of_defects_are_planted() -> None:
    assert len(DEFECTS) == 16


def test_the_contracts_themselves_have_no_findings(tmp_path: Path) -> None:
    problems, _ = find(None, tmp_path)
    assert problems == []
