"""Generated code that is not what the contracts make is a finding like any other, seen by hashes alone."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tools import rules
from tools.cli import checking, drift
from tools.openapi import link

ROOT = Path(__file__).parents[2]
CONTRACTS = Path("contracts/openapi/v1")
OUT = Path("generated")


@pytest.fixture(scope="module")
def sources() -> link.Sources:
    return link.read(ROOT / CONTRACTS, display_root=CONTRACTS.as_posix())


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    shutil.copytree(ROOT / OUT, tmp_path / OUT, ignore=shutil.ignore_patterns("__pycache__"))
    monkeypatch.chdir(tmp_path)
    return tmp_path


def findings(sources: link.Sources) -> list[str]:
    contract = rules.Contract({})
    contract.generated_files = drift.generated_files(sources.documents, OUT)
    findings_ = rules.ALL["generated-is-current"].problems(contract)
    return [f"{problem.origin.file}: {problem.message}" for problem in findings_]


def test_code_that_is_what_the_contracts_make_is_no_finding(here: Path, sources: link.Sources) -> None:
    assert findings(sources) == []


def test_every_edit_of_generated_code_by_hand_is_named(here: Path, sources: link.Sources) -> None:
    path = here / "generated/server/auth.py"
    path.write_text(path.read_text("utf-8") + "# by hand\n", "utf-8")
    (here / "generated/server/extra.py").write_text("", encoding="utf-8")
    (here / "generated/server/export.py").unlink()
    assert sorted(findings(sources)) == [
        "generated/manifest.json: 'generated/server/export.py' is missing or cannot be read",
        "generated/server/auth.py: this file differs from the output of the generator",
        "generated/server/extra.py: no contract generates this file",
    ]


@pytest.mark.parametrize("text", [None, "", "[]", "{}", '{"contracts": [], "files": 5}'])
def test_a_manifest_that_is_gone_or_spoilt_is_one_finding(here: Path, sources: link.Sources, text: str | None) -> None:
    path = here / OUT / "manifest.json"
    path.unlink()
    if text is not None:
        path.write_text(text, "utf-8")
    assert findings(sources) == ["generated/manifest.json: 'generated/manifest.json' is missing or cannot be read"]


def test_check_names_the_contract_that_changed_since_once_it_is_sound(
    here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    shutil.copytree(ROOT / "contracts", here / "contracts")
    path = here / CONTRACTS / "health.yaml"
    text = path.read_text("utf-8")
    summary = "      summary: Get the health of the service\n"
    path.write_text(text.replace(summary, "      summary: Tell\n"), "utf-8")
    assert checking.run(CONTRACTS, "github", out=OUT) == 1
    assert capsys.readouterr().out == (
        "::error file=contracts/openapi/v1/health.yaml,line=1,col=1,title=generated-is-current::"
        "this file has changed since code was generated from it; run: make generate\n"
    )
    path.write_text(text.replace(summary, ""), "utf-8")
    assert checking.run(CONTRACTS, "github", out=OUT) == 1
    assert "title=operation-text::" in capsys.readouterr().out
