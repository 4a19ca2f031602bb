"""`skeldir user …`: the commands; each imports what it needs when it runs."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

import typer

from impl.cli import options
from impl.cli.options import DataDir

Email = Annotated[str, typer.Option(help="Login of the person; only a keyed hash of it is stored.")]
TenantId = Annotated[UUID, typer.Option(help="The tenant.")]
RoleName = Annotated[str, typer.Option(help="viewer, manager or admin.")]

app = typer.Typer(help="Add and remove people, give roles, reset passwords.", no_args_is_help=True)


@app.command("add")
def add(tenant_id: TenantId, email: Email, role: RoleName = "viewer", data_dir: DataDir = None) -> None:
    """Make a person a member of a tenant. Somebody without a login gets one.

    The password is read from the terminal, or from standard input if there is no terminal; for a person who has a login
    already it is not asked for.

    Example: skeldir user add --tenant-id 3f2b8c1e-… --email ann@example.com --role manager
    """
    from impl.cli import user

    user.add(options.settings(data_dir=data_dir), tenant_id, email, role)


@app.command("role")
def change_role(tenant_id: TenantId, email: Email, role: RoleName, data_dir: DataDir = None) -> None:
    """Give a member another role. The sessions with the old one end.

    Example: skeldir user role --tenant-id 3f2b8c1e-… --email ann@example.com --role admin
    """
    from impl.cli import user

    user.change_role(options.settings(data_dir=data_dir), tenant_id, email, role)


@app.command("remove")
def remove(tenant_id: TenantId, email: Email, data_dir: DataDir = None) -> None:
    """Remove a person from a tenant. Their sessions there end; other tenants and the login stay.

    Example: skeldir user remove --tenant-id 3f2b8c1e-… --email ann@example.com
    """
    from impl.cli import user

    user.remove(options.settings(data_dir=data_dir), tenant_id, email)


@app.command("password")
def password(email: Email, data_dir: DataDir = None) -> None:
    """Replace the password of a person and end all their sessions, in every tenant.

    The new password is read from the terminal, or from standard input if there is no terminal.

    Example: skeldir user password --email ann@example.com
    """
    from impl.cli import user

    user.reset_password(options.settings(data_dir=data_dir), email)


@app.command("deactivate")
def deactivate(email: Email, data_dir: DataDir = None) -> None:
    """Lock a person out of every tenant: no login, no refresh, all sessions ended.

    Example: skeldir user deactivate --email ann@example.com
    """
    from impl.cli import user

    user.set_active(options.settings(data_dir=data_dir), email, is_active=False)


@app.command("activate")
def activate(email: Email, data_dir: DataDir = None) -> None:
    """Let a deactivated person log in again.

    Example: skeldir user activate --email ann@example.com
    """
    from impl.cli import user

    user.set_active(options.settings(data_dir=data_dir), email, is_active=True)
