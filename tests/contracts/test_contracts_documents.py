"""The contracts themselves: they can be read, they are OpenAPI 3.1, and they hold the operations of the specification."""

from __future__ import annotations

from pathlib import Path

import pytest

from tools.contracts import source

ROOT = Path(__file__).parents[2]
FILES = sorted((ROOT / "contracts" / "openapi" / "v1").rglob("*.yaml"))


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_every_contract_file_is_plain_data_without_findings(path: Path) -> None:
    document, problems = source.load(path)
    assert problems == []
    assert document is not None


@pytest.mark.promise("P041")
@pytest.mark.parametrize("path", [path for path in FILES if path.parent.name != "_common"], ids=lambda path: path.stem)
def test_every_api_says_that_it_is_openapi_3_1(path: Path) -> None:
    document, _ = source.load(path)
    assert document is not None
    assert document.value["openapi"] == "3.1.0"
