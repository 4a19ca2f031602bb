"""`skeldir db …`: the database as operators and scripts reach it.

Each command imports what it needs when it runs, so that `--help` answers at once and scripts may call many of them.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated
from uuid import UUID

import typer

from impl.cli import options
from impl.cli.options import DataDir, Role

app = typer.Typer(help="Start, inspect and connect to the database.", no_args_is_help=True)


@app.command("start")
def start(
    bin_dir: Annotated[
        Path | None, typer.Option(help="Folder with the PostgreSQL programs. [default: those installed with Skeldir]")
    ] = None,
    data_dir: DataDir = None,
) -> None:
    """Run the embedded PostgreSQL until standard input is closed.

    Prints its port and its folder as one line of JSON once it accepts connections.

    Example: skeldir db start --data-dir .data
    """
    from impl.cli import database

    database.start(options.settings(data_dir=data_dir), bin_dir)


@app.command("create")
def create(
    name: Annotated[str, typer.Argument(help="Name of the new database.", show_default=False)], data_dir: DataDir = None
) -> None:
    """Create the roles and an empty database, without a schema. Does nothing if they exist.

    Example: skeldir db create skeldir_test
    """
    from impl.cli import database

    database.create(options.settings(data_dir=data_dir), name)


@app.command("downgrade")
def downgrade(
    to: Annotated[str, typer.Option(help='Revision to go back to; "base" removes everything.', show_default=False)],
    data_dir: DataDir = None,
) -> None:
    """Undo every migration after a revision. Tables that those migrations created are dropped with their rows.

    Example: skeldir db downgrade --to 0024_maintenance
    """
    from impl.cli import database

    database.downgrade(options.settings(data_dir=data_dir), to)


@app.command("history")
def history() -> None:
    """List all revisions of the schema, oldest first."""
    from impl.cli import database

    database.print_history()


@app.command("views")
def views() -> None:
    """List the materialized views."""
    from impl.cli import database

    database.print_views()


@app.command("refresh")
def refresh(
    views: Annotated[
        list[str], typer.Argument(help="Names of materialized views, such as mv_realtime_revenue.", show_default=False)
    ],
    tenant_id: Annotated[
        UUID | None,
        typer.Option(
            help="Queue the refresh as a job of this tenant instead of running it here. It still covers all tenants.",
            show_default=False,
        ),
    ] = None,
    data_dir: DataDir = None,
) -> None:
    """Refresh materialized views now, or queue the refresh for a worker.

    Example: skeldir db refresh mv_realtime_revenue --tenant-id 0b6f…
    """
    from impl.cli import database

    database.refresh(options.settings(data_dir=data_dir), views, tenant_id)


@app.command("url")
def url(role: Role = "app_user", data_dir: DataDir = None) -> None:
    """Print the database URL of a role, including its password.

    Example: psql "$(skeldir db url)"
    """
    from impl.cli import database

    database.print_url(options.settings(data_dir=data_dir), role)


@app.command("psql", context_settings={"allow_extra_args": True, "ignore_unknown_options": True})
def psql(context: typer.Context, role: Role = "migration_owner", data_dir: DataDir = None) -> None:
    """Open psql. Further arguments are passed to psql. The role migration_owner sees the rows of all tenants.

    Example: skeldir db psql -c "SELECT count(*) FROM revenue_ledger"
    """
    from impl.cli import database

    database.psql(options.settings(data_dir=data_dir), role, context.args)
