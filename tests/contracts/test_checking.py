"""`contracts check` as a command: one answer, in every form, with an exit code that says what it was."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from tests.contracts.specified import TOTAL
from tools.cli import checking

ROOT = Path(__file__).parents[2]
CONTRACTS = ROOT / "contracts" / "openapi" / "v1"


@pytest.fixture
def spoilt(tmp_path: Path) -> Path:
    """Contracts with a wrong example and an operation without a summary."""
    shutil.copytree(ROOT / "contracts", tmp_path / "contracts")
    folder = tmp_path / "contracts" / "openapi" / "v1"
    path = folder / "health.yaml"
    text = path.read_text("utf-8").replace("uptime_seconds: 86400", "uptime_seconds: a day", 1)
    path.write_text(text.replace("      summary: Get the health of the service\n", "", 1), "utf-8")
    return folder


def check(capsys: pytest.CaptureFixture[str], folder: Path, form: str = "text", *only: str) -> tuple[int, str, str]:
    code = checking.run(folder, form, only)
    printed = capsys.readouterr()
    return code, printed.out, printed.err


@pytest.mark.promise("P044")
def test_the_contracts_have_nothing_wrong_with_no_rule_switched_off(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(ROOT)
    code = checking.run(Path("contracts/openapi/v1"), "text", out=Path("generated"))
    assert (code, capsys.readouterr().out) == (0, f"16 APIs, {TOTAL} operations, 0 findings\n")


def test_findings_are_shown_with_their_lines_and_fail(capsys: pytest.CaptureFixture[str], spoilt: Path) -> None:
    code, out, _ = check(capsys, spoilt)
    assert code == 1
    assert "error[operation-text]: getHealthStatus has no summary" in out
    assert "|                     uptime_seconds: a day\n" in out
    assert out.endswith(f"16 APIs, {TOTAL} operations, 2 findings\n")


def test_one_group_of_rules_can_be_asked_for(capsys: pytest.CaptureFixture[str], spoilt: Path) -> None:
    code, out, _ = check(capsys, spoilt, "json", "examples")
    assert (code, [finding["rule"] for finding in json.loads(out)]) == (1, ["example-fits"])
    assert check(capsys, spoilt, "json", "security") == (0, "[]\n", "")


def test_a_form_or_rule_that_does_not_exist_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    code, _, err = check(capsys, CONTRACTS, "xml")
    assert (code, err) == (2, "unknown format 'xml'; use one of text, json, sarif, junit, github\n")
    code, _, err = check(capsys, CONTRACTS, "text", "exmples")
    assert (code, err) == (2, "there is no rule or group 'exmples'; `contracts explain` lists them\n")


def test_a_folder_that_is_not_there_is_named(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    code, out, _ = check(capsys, tmp_path / "nothing")
    assert code == 1
    assert f"{tmp_path.as_posix()}/nothing:1:1: error[no-contracts]: there is no such file or folder" in out
