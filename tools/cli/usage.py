"""Usage of the commands: examples below the help of every command, and words that the shell completes."""

from __future__ import annotations

from pathlib import Path

import typer

from tools.cli.default_paths import CONTRACTS

EXAMPLES = {
    "generate": ("contracts generate", "contracts generate --check"),
    "check": (
        "contracts check",
        "contracts check --only examples",
        "contracts check --format sarif > build/contracts.sarif",
    ),
    "bundle": ("contracts bundle --out build/bundles",),
    "status": ("contracts status",),
    "list": ("contracts list | grep webhooks",),
    "explain": ("contracts explain", "contracts explain closed-request"),
    "mock": ("contracts mock", "contracts mock --api stripe", "contracts mock --health"),
    "watch": ("contracts watch", "contracts watch --mock"),
    "docs": ("contracts docs", "contracts docs --out public"),
    "operation": ("contracts new operation revenue get /api/v1/revenue/daily getDailyRevenue",),
    "schema": ("contracts new schema revenue DailyRevenue",),
    "api": ("contracts new api things get /api/things/{thing_id} getThing",),
    "breaking": ("contracts breaking", "contracts breaking main", "contracts breaking old.yaml new.yaml"),
    "changelog": ("contracts changelog", "contracts changelog v2.0.0"),
    "bump": ("contracts bump", "contracts bump --check"),
    "release": ("contracts release",),
    "accept": ("contracts accept 828423b54d28 --reason 'nobody sent it' --owner ana@shop.example --until 2027-01-31",),
    "conform": ("contracts conform --contracts contracts/openapi/v1 --url http://127.0.0.1:8000",),
}
"""Command to the lines that show how it is used."""


def add(app: typer.Typer) -> None:
    """Show the examples below the help of every command of `app` and of its groups."""
    for command in app.registered_commands:
        name = command.name or (command.callback.__name__ if command.callback else "")
        lines = EXAMPLES.get(name, ())
        if lines:
            command.epilog = "\n\n".join(f"Example: {line}" for line in lines)
    for group in app.registered_groups:
        if group.typer_instance is not None:
            add(group.typer_instance)


def rules(begun: str) -> list[str]:
    """Names of rules that start so."""
    from tools import rules as rules_

    return [name for name in rules_.ALL if name.startswith(begun)]


def rules_and_groups(begun: str) -> list[str]:
    """Names of rules and of their groups that start so."""
    from tools import rules as rules_

    groups = dict.fromkeys(rule.group for rule in rules_.ALL.values())
    return [name for name in (*groups, *rules_.ALL) if name.startswith(begun)]


def forms(begun: str) -> list[str]:
    """Forms of findings that start so."""
    from tools.openapi import report

    return [form for form in report.FORMS if form.startswith(begun)]


def apis(begun: str) -> list[str]:
    """Names of APIs, long and short, that start so; none outside of a repository."""
    folder = Path(CONTRACTS)
    names = (path.relative_to(folder).with_suffix("").as_posix() for path in sorted(folder.rglob("*.yaml")))
    known = [name for name in names if not name.startswith("_") and not name.endswith("/base")]
    return [
        name for name in (*known, *(name.rpartition("/")[2] for name in known if "/" in name)) if name.startswith(begun)
    ]
