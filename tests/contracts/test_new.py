"""What `contracts new` makes passes `contracts check` as it is, and nothing that people wrote is touched."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tests.contracts.conftest import READ
from tools import rules
from tools.cli import new
from tools.cli.new import NewError, NewOperation
from tools.openapi import governance, link, problems

ROOT = Path(__file__).parents[2]


@pytest.fixture
def contracts(tmp_path: Path) -> Path:
    shutil.copytree(ROOT / "contracts", tmp_path / "contracts")
    return tmp_path / "contracts" / "openapi" / "v1"


def findings(contracts: Path) -> list[str]:
    sources = link.read(contracts, display_root="contracts/openapi/v1", earlier=READ)
    findings_ = rules.check(rules.Contract(sources.documents, governance.read(contracts)[0]))
    return [str(problem) for problem in problems.in_order([*sources.problems, *findings_])]


@pytest.mark.parametrize(
    ("api", "wanted"),
    [
        ("revenue", NewOperation("get", "/api/v1/revenue/daily", "getDailyRevenue")),
        ("auth", NewOperation("post", "/api/auth/admin/things", "createThing", "admin")),
        ("events", NewOperation("put", "/api/events/{event_id}/notes/{note_id}", "putNote", "manager")),
    ],
)
def test_a_new_operation_passes_and_only_adds_lines(contracts: Path, api: str, wanted: NewOperation) -> None:
    before = (contracts / f"{api}.yaml").read_text("utf-8").splitlines()
    path = new.operation(contracts, api, wanted)
    after = path.read_text("utf-8").splitlines()
    assert findings(contracts) == []
    added = iter(after)
    assert all(line in added for line in before)


def test_a_new_api_passes_and_has_a_mock_port(contracts: Path) -> None:
    paths = new.api(contracts, "things", NewOperation("get", "/api/things/{thing_id}", "getThing"))
    assert [path.name for path in paths] == ["things.yaml", "mocks.yaml"]
    assert findings(contracts) == []


def test_a_new_schema_waits_to_be_used(contracts: Path) -> None:
    new.schema(contracts, "revenue", "DailyRevenue")
    assert [text.partition("error")[2] for text in findings(contracts)] == [
        "[used-components]: nothing refers to 'DailyRevenue'; remove it, or use it"
    ]


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda c: new.operation(c, "revenue", NewOperation("get", "/api/health", "getOther")), "/api/health exists in .*health.yaml"),
        (lambda c: new.operation(c, "revenue", NewOperation("get", "/api/x", "login")), "'login' is already an operation in .*auth.yaml"),
        (lambda c: new.operation(c, "nothing", NewOperation("get", "/api/x", "getX")), "cannot read the file"),
        (lambda _: NewOperation("fetch", "/api/x", "getX"), "'fetch' is not one of get, post, put"),
        (lambda _: NewOperation("get", "/x", "getX"), "'/x' does not start with /api/"),
        (lambda _: NewOperation("get", "/api/x", "get-x"), "'get-x' is not camelCase"),
        (lambda _: NewOperation("get", "/api/x", "getX", "owner"), "'owner' is not one of viewer, manager, admin"),
        (lambda c: new.schema(c, "revenue", "RealtimeRevenue"), "'RealtimeRevenue' exists"),
        (lambda c: new.api(c, "revenue", NewOperation("get", "/api/x", "getX")), "revenue.yaml exists"),
        (lambda c: new.api(c, "My Api", NewOperation("get", "/api/x", "getX")), "'My Api' is not lower case"),
    ],
)  # fmt: skip
def test_what_cannot_be_made_is_refused_in_a_sentence(contracts: Path, make: object, message: str) -> None:
    assert callable(make)
    before = {path: path.read_bytes() for path in contracts.rglob("*.yaml")}
    with pytest.raises(NewError, match=message):
        make(contracts)
    assert {path: path.read_bytes() for path in contracts.rglob("*.yaml")} == before
