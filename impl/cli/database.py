"""`skeldir migrate` and `skeldir db …`."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from uuid import UUID

from sqlalchemy.engine import URL
from sqlalchemy.ext.asyncio import AsyncEngine

from impl.cli import environment, local
from impl.db import binaries, bootstrap, embedded, roles, transaction, views
from impl.db import engine as engines
from impl.db import migrate as migrations
from impl.db import url as urls
from impl.jobs import queue, upkeep
from impl.kernel.errors import ConfigurationError
from impl.settings import Settings


def start(settings: Settings, bin_dir: Path | None) -> None:
    """Run the embedded server until standard input is closed; print its port and its folder as JSON."""
    with embedded.running(local.postgres_folder(settings), bin_dir=bin_dir) as server:
        local.say(json.dumps({"port": server.port, "home": str(server.home)}))
        sys.stdin.read()


def create(settings: Settings, name: str) -> None:
    """Create the roles and the database `name` on the embedded server, or on the one DATABASE_URL names.

    Where the URLs of all roles are set, the roles get the passwords in them.
    """
    passwords = environment.passwords(settings)
    if passwords is not None and settings.database_url is not None:
        bootstrap.ensure_sync(urls.parse(settings.database_url.get_secret_value()), name, passwords)
        return
    if settings.environment in {"stage", "prod"}:
        raise ConfigurationError(
            "DATABASE_URL is not set, or the URL of a role is missing; "
            "give the URL of an administrator and the variables of operator.env"
        )
    with local.server(settings) as server:
        bootstrap.ensure_sync(server.admin, name, server.passwords)


def migrate(settings: Settings, revision: str) -> None:
    """Migrate the schema to `revision` and print which one that is."""
    with _owner(settings) as (owner, where):
        migrations.upgrade(owner, revision)
        local.say(f"{where} is at revision {migrations.head() if revision == 'head' else revision}")


def downgrade(settings: Settings, revision: str) -> None:
    """Undo every migration after `revision` and print it."""
    with _owner(settings) as (owner, where):
        migrations.downgrade(owner, revision)
        local.say(f"{where} is at revision {revision}")


@contextlib.contextmanager
def _owner(settings: Settings) -> Iterator[tuple[URL, str]]:
    """URL of the role that owns the schema, and the database in a few words, for people."""
    if settings.migration_database_url:
        owner = urls.parse(settings.migration_database_url.get_secret_value())
        yield owner, urls.masked(owner)
        return
    # A forgotten URL in production must not quietly migrate a new, empty database on that machine.
    if settings.environment in {"stage", "prod"}:
        raise ConfigurationError(
            "SKELDIR_MIGRATION_DATABASE_URL is not set; set it to the URL of the role migration_owner"
        )
    with local.stack(settings, migrated=False) as stack:
        yield stack.urls[roles.OWNER], stack.where


def print_history() -> None:
    """Print every revision, oldest first."""
    local.say("\n".join(migrations.revisions()))


def print_views() -> None:
    """Print the registry of materialized views."""
    local.say("\n".join(views.REGISTRY))


def print_url(settings: Settings, role: str) -> None:
    """Print the URL of `role` in the form that psql takes."""
    with local.stack(settings, migrated=False) as stack:
        local.say(_url(stack, role).set(drivername="postgresql").render_as_string(hide_password=False))


def psql(settings: Settings, role: str, arguments: Sequence[str]) -> None:
    """Run psql as `role` and exit with its exit code."""
    with local.stack(settings, migrated=False) as stack:
        address = _url(stack, role)
        program = binaries.find(None, binaries.account()).program("psql")
        # The password goes by environment: arguments are visible to every user of the machine.
        environment = os.environ | {"PGPASSWORD": address.password or ""}
        url = f"postgresql://{role}@{urls.address(address)}"
        code = subprocess.run([program, url, *arguments], env=environment, check=False).returncode  # noqa: S603 - our psql
    sys.exit(code)


def refresh(settings: Settings, names: Sequence[str], tenant_id: UUID | None) -> None:
    """Refresh the views as the worker's role or, for a tenant, queue the refresh. Raises `UnknownViewError`."""
    for name in names:
        views.named(name)
    setting = "worker_database_url" if tenant_id is None else "app_database_url"
    if getattr(settings, setting) is not None:
        asyncio.run(_refresh(settings.secret(setting), names, tenant_id))
        return
    with local.stack(settings) as stack:
        asyncio.run(_refresh(stack.settings.secret(setting), names, tenant_id))


async def _refresh(url: str, names: Sequence[str], tenant_id: UUID | None) -> None:
    engine = engines.create(url, application_name="skeldir-cli", pool_size=1)
    try:
        for name in names:
            local.say(
                await (_refresh_now(engine, name) if tenant_id is None else _queue_refresh(engine, name, tenant_id))
            )
    finally:
        await engine.dispose()


async def _refresh_now(worker: AsyncEngine, name: str) -> str:
    async with worker.begin() as connection:
        outcome = await views.refresh(connection, name)
    return f"{name} {outcome.value}"


async def _queue_refresh(app: AsyncEngine, name: str, tenant_id: UUID) -> str:
    async with transaction.tenant_transaction(app, tenant_id) as connection:
        job_id = await queue.defer(
            connection, upkeep.REFRESH, tenant_id=tenant_id, arguments={"view_name": name}, identity=name
        )
    return f"{name}: a refresh is already queued" if job_id is None else f"{name}: refresh queued as job {job_id}"


def _url(stack: local.Stack, role: str) -> URL:
    if role not in stack.urls:
        raise ConfigurationError(f"there is no login role {role!r}; the login roles are {', '.join(roles.LOGINS)}")
    return stack.urls[role]
