"""`skeldir migrate` and `skeldir db …`."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
from collections.abc import Sequence
from uuid import UUID

from sqlalchemy.engine import URL

from impl.cli import local
from impl.db import binaries, roles, transaction, views
from impl.db import engine as engines
from impl.db import migrate as migrations
from impl.db import url as urls
from impl.jobs import queue, upkeep
from impl.kernel.errors import ConfigurationError
from impl.settings import Settings


def migrate(settings: Settings) -> None:
    """Bring the database to the newest revision and say which one that is."""
    if settings.migration_database_url is not None:
        owner = urls.parse(settings.migration_database_url.get_secret_value())
        migrations.upgrade(owner)
        local.say(f"{urls.masked(owner)} is at revision {migrations.head()}")
        return
    if settings.environment in {"stage", "prod"}:
        raise ConfigurationError(
            "SKELDIR_MIGRATION_DATABASE_URL is not set; set it to the URL of the role migration_owner"
        )
    with local.stack(settings) as stack:
        local.say(f"{stack.where} is at revision {migrations.head()}")


def print_url(settings: Settings, role: str) -> None:
    """Print the URL of `role` in the form that psql takes."""
    with local.stack(settings, migrated=False) as stack:
        local.say(_url(stack, role).set(drivername="postgresql").render_as_string(hide_password=False))


def psql(settings: Settings, role: str, arguments: Sequence[str]) -> None:
    """Run psql as `role` and leave with its exit code."""
    with local.stack(settings, migrated=False) as stack:
        address = _url(stack, role)
        program = binaries.find(None, binaries.account()).program("psql")
        # The password goes by environment: arguments are visible to every user of the machine.
        environment = os.environ | {"PGPASSWORD": address.password or ""}
        shown = f"postgresql://{role}@{urls.address(address)}"
        code = subprocess.run([program, shown, *arguments], env=environment, check=False).returncode  # noqa: S603 - our psql
    sys.exit(code)


def refresh(settings: Settings, view: str, tenant_id: UUID) -> None:
    """Ask a worker to refresh `view`, and say which job it will be. Raises `UnknownViewError` for another name."""
    views.named(view)
    if settings.app_database_url is not None:
        local.say(asyncio.run(_ask_for_refresh(settings.app_database_url.get_secret_value(), view, tenant_id)))
        return
    with local.stack(settings) as stack:
        local.say(asyncio.run(_ask_for_refresh(stack.settings.secret("app_database_url"), view, tenant_id)))


async def _ask_for_refresh(url: str, view: str, tenant_id: UUID) -> str:
    app = engines.create(url, application_name="skeldir-cli", pool_size=1)
    try:
        async with transaction.tenant_transaction(app, tenant_id) as connection:
            job_id = await queue.defer(
                connection, upkeep.REFRESH, tenant_id=tenant_id, arguments={"view_name": view}, identity=view
            )
    finally:
        await app.dispose()
    return f"{view}: a refresh waits already" if job_id is None else f"{view}: refresh deferred as job {job_id}"


def _url(stack: local.Stack, role: str) -> URL:
    if role not in stack.urls:
        raise ConfigurationError(f"there is no login role {role!r}; there are {', '.join(roles.LOGINS)}")
    return stack.urls[role]
