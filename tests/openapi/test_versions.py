"""Versions that are not read are refused by name, file and line, in every tool alike; the other files are read all the same."""

import re

import pytest
from typer.testing import CliRunner

from tools.cli.commands import app

API = '{version}\ninfo: {{title: T, version: "1"}}\npaths:\n  /a:\n    get: {{operationId: a, responses: {{"200": {{description: ok}}}}}}\n'
REFUSED = {
    'swagger: "2.0"': "Swagger 2.0 is not read here",
    "openapi: 3.2.0": "OpenAPI 3.2.0 is not read here, only 3.0 and 3.1",
    "openapi: 4.0.0": "OpenAPI 4.0.0 is not read here, only 3.0 and 3.1",
    "openapi: 3.10.1": "OpenAPI 3.10.1 is not read here, only 3.0 and 3.1",
    "openapi: 3.1": "the version 3.1 is a number",
}
TOOLS = {
    "check": ("check", "--contracts"),
    "generate": ("generate", "--out", "out", "--contracts"),
    "bundle": ("bundle", "--out", "out", "--contracts"),
    "docs": ("docs", "--out", "out", "--contracts"),
    "mock": ("mock", "--list", "--contracts"),
    "status": ("status", "--contracts"),
    "list": ("list", "--contracts"),
    "conform": ("conform", "--url", "http://127.0.0.1:1", "--contracts"),
    "breaking": ("breaking", "good.yaml"),
}


@pytest.fixture(autouse=True)
def _folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "good.yaml").write_text(API.format(version="openapi: 3.1.0"))


@pytest.mark.parametrize("version", REFUSED)
@pytest.mark.parametrize("tool", TOOLS)
def test_a_version_that_is_not_read_is_refused_by_name_file_and_line(tmp_path, tool, version):
    (tmp_path / "api.yaml").write_text("# a comment\n" + API.format(version=version))
    result = CliRunner().invoke(app, [*TOOLS[tool], "api.yaml"])
    text = result.stdout + result.stderr
    assert result.exit_code in {1, 2}, text
    assert re.search(r"api\.yaml:2:1: error\[openapi-version\]: " + re.escape(REFUSED[version]), text), text


def test_one_such_file_among_others_costs_itself(tmp_path):
    folder = tmp_path / "contracts"
    folder.mkdir()
    (folder / "old.yaml").write_text(API.format(version='swagger: "2.0"'))
    (folder / "new.yaml").write_text(API.format(version="openapi: 3.0.3").replace("/a:", "/b:"))
    result = CliRunner().invoke(app, ["generate", "--contracts", "contracts", "--out", "out", "--package", "made"])
    assert result.exit_code == 2
    assert "contracts/old.yaml:1:1: error[openapi-version]" in result.stderr
    assert "left out because of the errors above: contracts/old.yaml" in result.stderr
    assert (tmp_path / "out/made/server/new.py").exists()


def test_a_version_behind_a_megabyte_of_components_is_still_found(tmp_path):
    folder = tmp_path / "contracts"
    folder.mkdir()
    text = f"components: {{}}\nx-long: {'y' * 200_000}\n" + API.format(version="openapi: 3.1.0")
    (folder / "api.yaml").write_text(text)
    assert CliRunner().invoke(app, ["list", "--contracts", "contracts"]).stdout.startswith("GET     /a ")
