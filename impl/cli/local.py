"""The local stack: a migrated database and the secrets of this data folder."""

from __future__ import annotations

import asyncio
import base64
import contextlib
import json
import os
import secrets
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from pydantic import SecretStr
from sqlalchemy.engine import URL

from impl.db import bootstrap, embedded, heads, roles, rotation
from impl.db import url as urls
from impl.db.keeper import Keeper
from impl.db.sealing import KeyRing
from impl.kernel.errors import ConfigurationError
from impl.settings import Settings

DATABASE = "skeldir"
SECRETS = "secrets.json"


@dataclass(frozen=True, slots=True)
class Stack:
    """A migrated database and the settings for using it."""

    settings: Settings
    urls: Mapping[str, URL] = field(repr=False)
    """Database URL of each login role."""
    where: str
    """Short description of the database, for people."""


@dataclass(frozen=True, slots=True)
class Server:
    """A PostgreSQL server that answers, and the passwords of our login roles on it."""

    admin: URL
    """As a role that may create roles and databases."""
    database: str
    """The database that holds the data."""
    passwords: Mapping[str, str] = field(repr=False)
    where: str


@contextlib.contextmanager
def stack(settings: Settings, *, migrated: bool = True) -> Iterator[Stack]:
    """The local database with its roles, migrated unless `migrated` is false; a server of our own is stopped at the end.

    Raises `SkeldirError` with one line that says what to do.
    """
    secret_values = _local_secrets(settings.data_dir)
    with server(settings) as running:
        if migrated:
            # Before roles and passwords are set in its cluster.
            heads.refuse_old_database(running.admin.set(database=running.database))
        # Roles come before the migration, because its revisions grant rights to them.
        bootstrap.ensure_sync(running.admin, running.database, running.passwords)
        logins = {
            role: running.admin.set(username=role, password=running.passwords[role], database=running.database)
            for role in roles.LOGINS
        }
        if migrated and not heads.is_current(logins[roles.OWNER]):
            _migrate(logins[roles.OWNER])
        complete = _complete(settings, logins, secret_values)
        if migrated and settings.sealing_keys is None:
            _refuse_other_secrets(complete, logins[roles.OWNER])
        yield Stack(complete, logins, running.where)


@contextlib.contextmanager
def server(settings: Settings) -> Iterator[Server]:
    """The server that DATABASE_URL names or, without one, the embedded server, which is stopped at the end."""
    if settings.database_url is not None:
        yield _external(settings.database_url.get_secret_value(), _local_secrets(settings.data_dir))
        return
    folder = postgres_folder(settings)
    with embedded.running(folder) as running, Keeper(running):
        passwords = {role: running.passwords[role] for role in roles.LOGINS}
        yield Server(running.url(), DATABASE, passwords, f"embedded PostgreSQL in {folder}")


def postgres_folder(settings: Settings) -> Path:
    """Folder of the embedded server within the data folder."""
    return settings.data_dir / "postgres"


def _migrate(owner: URL) -> None:
    from impl.db import migrate  # noqa: PLC0415 - the migration tool takes half a second to load

    migrate.upgrade(owner)


def _refuse_other_secrets(settings: Settings, owner: URL) -> None:
    """Raise `ConfigurationError` when the secrets of the data folder are not those that the database was sealed with."""
    if asyncio.run(rotation.is_readable(owner, KeyRing(settings.key_ring()))):
        return
    path = settings.data_dir.absolute() / SECRETS
    raise ConfigurationError(
        f"the secrets in {path} are not those that this database was sealed with, so nobody could log in; restore that file"
        f" from the backup that the database comes from, or remove {path.parent} to start over without its data"
    )


def _external(text: str, local: Mapping[str, str]) -> Server:
    """The server at an administrator's URL. Its database is ours to use, unless it is the one every server has."""
    admin = urls.parse(text)
    passwords = {role: local[f"password_{role}"] for role in roles.LOGINS}
    where = f"PostgreSQL at {urls.address(admin)}"
    if admin.database in {None, "", "postgres"}:
        return Server(admin.set(database="postgres"), DATABASE, passwords, where)
    return Server(admin, str(admin.database), passwords, where)


def _complete(settings: Settings, logins: Mapping[str, URL], local: Mapping[str, str]) -> Settings:
    """`settings` with the URLs and local secrets that it does not have yet."""
    defaults: dict[str, URL | str] = {
        "migration_database_url": logins[roles.OWNER],
        "app_database_url": logins[roles.API],
        "worker_database_url": logins[roles.WORKER],
        "ops_database_url": logins[roles.OPERATOR],
        "sealing_keys": local["sealing_keys"],
        "login_pepper": local["login_pepper"],
    }
    update = {name: _secret(value) for name, value in defaults.items() if getattr(settings, name) is None}
    return settings.model_copy(update=update)


def _secret(value: URL | str) -> SecretStr:
    return SecretStr(value.render_as_string(hide_password=False) if isinstance(value, URL) else value)


def _local_secrets(data_dir: Path) -> Mapping[str, str]:
    """Secrets of this data folder, created on first use and readable only by their owner."""
    path = data_dir / SECRETS
    new = {
        "sealing_keys": f"local-1:{base64.b64encode(secrets.token_bytes(32)).decode()}",
        "login_pepper": secrets.token_urlsafe(32),
        **{f"password_{role}": secrets.token_urlsafe(24) for role in roles.LOGINS},
    }
    try:
        data_dir.mkdir(parents=True, exist_ok=True)
        with contextlib.suppress(FileExistsError):
            write_private(path, new)
        return {**new, **json.loads(path.read_text(encoding="utf-8"))}
    except OSError as error:
        message = (
            f"cannot write to the data folder {data_dir.absolute()} ({error.strerror}); choose another with --data-dir"
        )
        raise ConfigurationError(message) from error
    except ValueError as error:
        raise ConfigurationError(
            f"{path} is damaged ({error}); restore it, or remove the data folder to start over"
        ) from error


def write_private(path: Path, values: Mapping[str, object]) -> None:
    """Write `values` as JSON to a new file that only its owner can read. Raises `FileExistsError` if it exists."""
    unfinished = path.with_name(f".{path.name}.{os.getpid()}")
    descriptor = os.open(unfinished, os.O_CREAT | os.O_TRUNC | os.O_WRONLY, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as stream:
        json.dump(values, stream, indent=2)
    try:
        os.link(unfinished, path)  # unlike a rename, it never replaces a file that another process has just created
    finally:
        unfinished.unlink()


def say(text: str = "") -> None:
    """Print a line for the person at the terminal."""
    print(text, flush=True)  # noqa: T201 - the terminal is where this goes
    sys.stdout.flush()
