"""`skeldir user …`: the commands; each imports what it needs when it runs."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

import typer

from impl.cli import options
from impl.cli.options import DataDir

Email = Annotated[
    str, typer.Option(help="E-mail address that the user logs in with. Only a keyed hash of it is stored.")
]
TenantId = Annotated[UUID, typer.Option(help="ID of the tenant.")]
RoleName = Annotated[str, typer.Option(help="Role: viewer, manager or admin.")]

app = typer.Typer(help="Manage users: add and remove them, change roles, reset passwords.", no_args_is_help=True)


@app.command("add")
def add(tenant_id: TenantId, email: Email, role: RoleName = "viewer", data_dir: DataDir = None) -> None:
    """Add a user to a tenant. A user who has no login yet gets one.

    The password of a new login is read from the terminal, or from standard input if there is no terminal. A user who has a
    login keeps its password.

    Example: skeldir user add --tenant-id 3f2b8c1e-… --email ann@example.com --role manager
    """
    from impl.cli import user

    user.add(options.settings(data_dir=data_dir), tenant_id, email, role)


@app.command("role")
def change_role(tenant_id: TenantId, email: Email, role: RoleName, data_dir: DataDir = None) -> None:
    """Change the role of a user in a tenant. Sessions with the old role end.

    Example: skeldir user role --tenant-id 3f2b8c1e-… --email ann@example.com --role admin
    """
    from impl.cli import user

    user.change_role(options.settings(data_dir=data_dir), tenant_id, email, role)


@app.command("remove")
def remove(tenant_id: TenantId, email: Email, data_dir: DataDir = None) -> None:
    """Remove a user from a tenant. Sessions in this tenant end; the login and other tenants are not affected.

    Example: skeldir user remove --tenant-id 3f2b8c1e-… --email ann@example.com
    """
    from impl.cli import user

    user.remove(options.settings(data_dir=data_dir), tenant_id, email)


@app.command("password")
def password(email: Email, data_dir: DataDir = None) -> None:
    """Reset the password of a user and end all their sessions, in every tenant.

    The new password is read from the terminal, or from standard input if there is no terminal.

    Example: skeldir user password --email ann@example.com
    """
    from impl.cli import user

    user.reset_password(options.settings(data_dir=data_dir), email)


@app.command("deactivate")
def deactivate(email: Email, data_dir: DataDir = None) -> None:
    """Deactivate a login in every tenant: all sessions end, and login and token refresh are refused.

    Example: skeldir user deactivate --email ann@example.com
    """
    from impl.cli import user

    user.set_active(options.settings(data_dir=data_dir), email, is_active=False)


@app.command("activate")
def activate(email: Email, data_dir: DataDir = None) -> None:
    """Activate a deactivated login again.

    Example: skeldir user activate --email ann@example.com
    """
    from impl.cli import user

    user.set_active(options.settings(data_dir=data_dir), email, is_active=True)
