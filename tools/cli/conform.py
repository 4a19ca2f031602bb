"""The command `contracts conform`. `register(app)` adds it; what it needs is imported when it runs."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer


def register(app: typer.Typer) -> None:
    """Add `conform` to `app`."""
    app.command(name="conform")(conform)


def conform(
    url: Annotated[str, typer.Option("--url", help="Address of the running service.")],
    contracts: Annotated[Path, typer.Option("--contracts", help="A bundle, or a folder of entry files.")] = Path(
        "contracts/openapi/v1"
    ),
    config: Annotated[
        Path | None,
        typer.Option(
            "--config", help="TOML or JSON file with logins, keys and signatures; see tools/conformance/README.md."
        ),
    ] = None,
    out: Annotated[Path, typer.Option("--out", help="Folder that the report is written to.")] = Path("build/conform"),
    only: Annotated[
        list[str] | None, typer.Option("--only", help="Test only this operationId. May be repeated.")
    ] = None,
    mocks: Annotated[bool, typer.Option("--mocks", help="Also check the mocks of the contracts.")] = False,
) -> None:
    """Test a running service against its contract, and write a report with findings, coverage and mutation score."""
    from tools.cli.mock_check import mocks_of
    from tools.conformance import command

    start = mocks_of(contracts, any_port=False) if mocks else None
    arguments = command.Arguments(url, contracts, config, out, frozenset(only or ()), start)
    raise typer.Exit(command.conform_service(arguments))
