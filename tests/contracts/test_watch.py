"""Watching sees every save at once, says only what changed, agrees with a full check, and nothing that is saved ends it."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tools.contracts import checking, link, problems, rules
from tools.contracts.watch import Verdict, Watcher, shown

ROOT = Path(__file__).parents[2]


@pytest.fixture
def contracts(tmp_path: Path) -> Path:
    shutil.copytree(ROOT / "contracts", tmp_path / "contracts")
    return tmp_path / "contracts" / "openapi" / "v1"


@pytest.fixture
def watcher(contracts: Path) -> Watcher:
    watcher = Watcher(contracts)
    assert watcher.look().remaining == 0
    return watcher


def edit(path: Path, old: str, new: str) -> None:
    text = path.read_text("utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), "utf-8")


def rules_of(found: list[problems.Problem]) -> list[str]:
    return [problem.rule for problem in found]


def full_check(contracts: Path) -> int:
    sources = link.read(contracts)
    found = rules.check(rules.Contract(sources.documents, checking.governance_of(contracts)))
    return len(problems.in_order([*sources.problems, *found]))


def test_a_save_says_what_appeared_and_the_next_what_was_fixed(watcher: Watcher, contracts: Path) -> None:
    edit(contracts / "revenue.yaml", "operationId: getRealtimeRevenueV1", "operationId: get-revenue")
    verdict = watcher.look()
    assert [path.rpartition("/")[2] for path in verdict.changed] == ["revenue.yaml"]
    assert sorted(rules_of(verdict.appeared)) == ["deprecation-is-dated", "operation-id"]
    edit(contracts / "revenue.yaml", "operationId: get-revenue", "operationId: getRealtimeRevenueV1")
    verdict = watcher.look()
    assert (verdict.appeared, verdict.remaining, len(verdict.fixed)) == ([], 0, 2)


def test_findings_that_only_move_are_not_said_again(watcher: Watcher, contracts: Path) -> None:
    edit(contracts / "revenue.yaml", "operationId: getRealtimeRevenueV1", "operationId: get-revenue")
    watcher.look()
    edit(contracts / "revenue.yaml", "paths:\n", "\n\npaths:\n")
    verdict = watcher.look()
    assert (verdict.appeared, verdict.fixed, verdict.remaining) == ([], [], 2)


def test_a_change_in_a_shared_file_is_judged_in_every_file_that_uses_it(watcher: Watcher, contracts: Path) -> None:
    edit(contracts / "_common" / "schemas.yaml", "enum: [high, medium, low]", "enum: [high, low]")
    verdict = watcher.look()
    found = {problem.origin.file.rpartition("/")[2] for problem in verdict.appeared}
    assert {"attribution.yaml", "llm-explanations.yaml"} <= found
    assert verdict.remaining == full_check(contracts)


def test_a_half_saved_file_is_a_finding_and_watching_goes_on(watcher: Watcher, contracts: Path) -> None:
    path = contracts / "health.yaml"
    text = path.read_text("utf-8")
    path.write_text(text[: len(text) // 3] + "\n  x: {", "utf-8")
    assert "yaml-syntax" in rules_of(watcher.look().appeared)
    path.write_text(text, "utf-8")
    assert watcher.look().remaining == 0


def test_a_deleted_file_is_a_finding_where_it_is_missed(watcher: Watcher, contracts: Path) -> None:
    path = contracts / "_common" / "responses.yaml"
    text = path.read_text("utf-8")
    path.unlink()
    verdict = watcher.look()
    assert "dangling-ref" in rules_of(verdict.appeared)
    path.write_text(text, "utf-8")
    assert watcher.look().remaining == 0


def test_links_that_lead_in_a_circle_are_a_finding(watcher: Watcher, contracts: Path) -> None:
    path = contracts / "_common" / "security.yaml"
    path.unlink()
    path.symlink_to("security.yaml")
    (contracts / "loop").symlink_to(".")
    verdict = watcher.look()
    assert "dangling-ref" in rules_of(verdict.appeared)


def test_data_beside_the_contract_is_watched_too(watcher: Watcher, contracts: Path) -> None:
    edit(contracts.parent.parent / "governance" / "problems.yaml", "code: WINDOW_CLOSED", "code: WINDOW_SHUT")
    assert set(rules_of(watcher.look().appeared)) == {"problem-registry", "problem-example"}


def test_a_verdict_is_shown_in_few_lines() -> None:
    text = shown(Verdict(["a/auth.yaml"], [], [], 0, 0.042, has_errors=False), link.Sources(Path(), ""))
    assert text == "auth.yaml: no findings, 42 ms"


def test_the_command_speaks_after_each_save_and_ends_on_interrupt(contracts: Path, tmp_path: Path) -> None:
    script = Path(sys.executable).with_name("contracts")
    command = [str(script), "watch", "--out", str(tmp_path / "generated")]
    environment = {**os.environ, "PYTHONUNBUFFERED": "1"}
    with subprocess.Popen(
        command, cwd=tmp_path, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, encoding="utf-8"
    ) as process:
        try:
            assert process.stdout is not None
            assert "no findings" in process.stdout.readline()
            assert "files changed" in process.stdout.readline()
            time.sleep(0.3)
            edit(contracts / "revenue.yaml", "operationId: getRealtimeRevenueV1", "operationId: get-revenue")
            lines = iter(process.stdout.readline, "")
            assert any("'get-revenue' is not camelCase" in line for line in lines)
            assert any("revenue.yaml: 2 findings" in line for line in lines)
        finally:
            process.send_signal(signal.SIGINT)
        assert process.wait(20) == 0
