"""`skeldir keys make`: the environment files of a production installation, each with just what its processes need."""

from __future__ import annotations

import base64
import os
import secrets
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from sqlalchemy.engine import URL

from impl.cli import local
from impl.db import roles
from impl.db import url as urls
from impl.kernel.errors import ConfigurationError
from impl.settings import REQUIRED, Role, Settings, environment_name

DATABASE_SETTINGS: Final = {
    "migration_database_url": roles.OWNER,
    "app_database_url": roles.API,
    "worker_database_url": roles.WORKER,
    "ops_database_url": roles.OPERATOR,
}
"""Database URL of each setting, and the role that it is for."""
_FILES: Final[Mapping[str, Iterable[str]]] = {
    "api.env": REQUIRED[Role.API],
    "worker.env": REQUIRED[Role.WORKER],
    # Roles are made, and migrated, by the operator's commands.
    "operator.env": tuple(dict.fromkeys([*DATABASE_SETTINGS, *REQUIRED[Role.OPERATOR]])),
}


def make(database: str, folder: Path) -> None:
    """Write new secrets for a database at `database` to `folder`. Raises `ConfigurationError` if a file is there already."""
    values = _values(urls.parse(database))
    present = [name for name in _FILES if (folder / name).exists()]
    if present:
        raise ConfigurationError(
            f"{folder / present[0]} exists, and what is sealed with its keys could not be read without it; choose another --out"
        )
    folder.mkdir(parents=True, exist_ok=True)
    for name, settings in _FILES.items():
        lines = ["SKELDIR_ENV=prod", *(f"{environment_name(one)}={values[one]}" for one in settings)]
        _write(folder / name, "".join(f"{line}\n" for line in lines))
        local.say(f"{folder / name}: {', '.join(settings)}")
    local.say("Keep a copy of these files apart from the database's backups: neither can be read without the other.")


def passwords(settings: Settings) -> dict[str, str] | None:
    """Password of each role in the database URLs of `settings`; None when one is missing."""
    known = {role: getattr(settings, name) for name, role in DATABASE_SETTINGS.items()}
    addresses = {role: urls.parse(url.get_secret_value()) for role, url in known.items() if url is not None}
    values = {role: address.password for role, address in addresses.items() if address.password}
    return values if len(values) == len(known) else None


def _values(address: URL) -> dict[str, str]:
    name = f"{datetime.now(UTC):%Y%m%d}"
    values = {
        "sealing_keys": f"{name}:{base64.b64encode(secrets.token_bytes(32)).decode()}",
        "login_pepper": secrets.token_urlsafe(32),
    }
    for setting, role in DATABASE_SETTINGS.items():
        url = address.set(drivername="postgresql", username=role, password=secrets.token_urlsafe(24))
        values[setting] = url.render_as_string(hide_password=False)
    return values


def _write(path: Path, text: str) -> None:
    """Write a new file that only its owner can read."""
    descriptor = os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as stream:
        stream.write(text)
