"""Every command shows how it is used, its examples are understood, the shell completes words, and make has the promised names."""

from __future__ import annotations

import os
import shlex
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from typer.main import get_command
from typer.testing import CliRunner

from tools.cli import usage
from tools.cli.commands import app

ROOT = Path(__file__).parents[2]
GROUP: Any = get_command(app)
COMMANDS = {
    name: command
    for group in (GROUP, GROUP.commands["new"])
    for name, command in group.commands.items()
    if not hasattr(command, "commands")
}
LINES = [line.partition(" | ")[0].partition(" > ")[0] for lines in usage.EXAMPLES.values() for line in lines]


@pytest.mark.parametrize("name", COMMANDS)
def test_help_of_every_command_shows_its_examples(name: str) -> None:
    path = ["new", name] if name in GROUP.commands["new"].commands else [name]
    help_text = CliRunner().invoke(app, [*path, "--help"], env={"COLUMNS": "200", "TERM": "dumb"}).output
    assert all(f"Example: {line}" in help_text for line in usage.EXAMPLES[name])
    assert usage.EXAMPLES[name]


@pytest.mark.parametrize("line", LINES)
def test_every_example_is_understood(line: str) -> None:
    program, *words = shlex.split(line)
    assert program == "contracts"
    command: Any = GROUP
    while hasattr(command, "commands"):
        command = command.commands[words.pop(0)]
    command.make_context(command.name, words)


def test_an_unknown_option_names_the_nearest_and_gives_no_traceback() -> None:
    result = CliRunner().invoke(app, ["check", "--formt", "json"], env={"COLUMNS": "200", "TERM": "dumb"})
    assert result.exit_code == 2
    assert "--format" in result.output
    assert "Traceback" not in result.output


@pytest.mark.parametrize(
    ("typed", "completed"),
    [
        ("contracts che", ["check"]),
        ("contracts explain no-n", ["no-nullable"]),
        ("contracts check --format s", ["sarif"]),
        ("contracts check --only secu", ["security", "security-is-declared"]),
        ("contracts mock --api str", ["stripe"]),
        (
            "contracts new operation web",
            [f"webhooks/{name}" for name in ("paypal", "shopify", "stripe", "woocommerce")],
        ),
    ],
)
def test_the_shell_completes(typed: str, completed: list[str]) -> None:
    environment = {
        **os.environ,
        "_CONTRACTS_COMPLETE": "complete_bash",
        "COMP_WORDS": typed,
        "COMP_CWORD": str(len(typed.split()) - 1),
    }
    command = [str(Path(sys.executable).with_name("contracts"))]
    run = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, encoding="utf-8", check=False)
    assert run.stdout.split() == completed


@pytest.mark.promise("P045")
@pytest.mark.parametrize(
    ("target", "work"),
    [
        ("contracts-check", ["contracts check", "contracts generate --check", "contracts breaking"]),
        ("contracts-check-smoke", ["contracts check"]),
        ("contracts-validate", ["test_second_opinions.py"]),
        ("contract-check-conformance", ["contracts status", "test_app.py"]),
        ("contract-test-dynamic", ["tests.conformance.skeldir"]),
        ("contract-full", ["contracts check", "test_second_opinions.py", "test_app.py", "pytest -q tests/contracts"]),
    ],
)
def test_make_has_the_promised_names_and_they_do_work(target: str, work: list[str]) -> None:
    run = subprocess.run(["make", "-n", target], cwd=ROOT, capture_output=True, encoding="utf-8", check=True)
    assert all(command in run.stdout for command in work)
