"""The ledger of gates: what was not run has failed, and evidence is of this run only."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import pytest

from tests.gates import __main__ as gates
from tests.gates.__main__ import GATES


@pytest.fixture
def evidence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(gates, "EVIDENCE", tmp_path / "evidence")
    return tmp_path / "evidence"


@pytest.mark.promise("P134", "P109", "P110")
def test_a_gate_that_was_not_run_is_a_failure_in_the_evidence(evidence: Path) -> None:
    gates.begin()
    (evidence / "ZG-1.json").write_text('{"status": "PASS"}')
    gates.begin()
    records = {name: json.loads((evidence / f"{name}.json").read_text()) for name in GATES}
    assert {(record["status"], record["reason"]) for record in records.values()} == {("FAIL", "not run")}
    assert {"gate", "claim", "timestamp", "candidate_sha", "command", "raw"} <= records["ZG-0"].keys()
    environment = json.loads((evidence / "ENV_SNAPSHOT.json").read_text())
    assert {"candidate_sha", "python", "platform", "cpus", "packages"} <= environment.keys()
    digest = hashlib.sha256((evidence / "ZG-1.json").read_bytes()).hexdigest()
    assert gates.manifest()["ZG-1.json"] == digest
    assert len(gates.manifest()) == len(GATES) + 1


async def test_a_gate_that_breaks_was_not_run(evidence: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    class Broken:
        evidence: list[object]

    record = await gates.run("ZG-1", Broken())
    assert record["status"] == "FAIL"
    assert record["reason"].startswith("not run: AttributeError")


def test_an_unknown_gate_is_named(capsys: pytest.CaptureFixture[str]) -> None:
    assert gates.main(["ZG-99"]) == 2
    assert "there is no gate ZG-99; there are ZG-0, ZG-1" in capsys.readouterr().err
