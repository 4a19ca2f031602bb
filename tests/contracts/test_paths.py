"""Every tool works in a folder whose name has spaces and letters of other scripts."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.contracts.specified import TOTAL
from tools.cli.watch import Watcher
from tools.mocks import service as mocks

ROOT = Path(__file__).parents[2]
CONTRACTS = Path("contracts/openapi/v1")


@pytest.fixture(scope="module")
def here(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("paths") / "mein Ordner – 契約"
    for name in ("contracts", "generated"):
        shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
    return folder


@pytest.mark.promise("P055")
@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["check"], f"16 APIs, {TOTAL} operations, 0 findings\n"),
        (["bundle", "--out", "gebündelt/v1"], "gebündelt/v1/auth.yaml\n"),
        (["docs"], "19 pages: build/docs/index.html\n"),
        (["breaking"], "0 errors, 0 warnings"),
        (["list"], "getRealtimeRevenueV1"),
    ],
    ids=lambda words: words[0] if isinstance(words, list) else "",
)
def test_a_command_works_there(here: Path, words: list[str], said: str) -> None:
    command = [str(Path(sys.executable).with_name("contracts")), *words]
    run = subprocess.run(command, cwd=here, capture_output=True, encoding="utf-8", check=False)
    assert (run.returncode, run.stderr) == (0, "")
    assert said in run.stdout


@pytest.mark.promise("P055")
def test_mocks_and_watching_work_there(here: Path) -> None:
    with mocks.running(mocks.plan(here / CONTRACTS, ["health"], any_port=True)) as (mock,):
        assert mocks.is_healthy(mock)
    assert Watcher(here / CONTRACTS).look().remaining == 0
