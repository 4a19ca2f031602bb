"""Options that several commands share, and the settings they override."""

from __future__ import annotations

import enum
from pathlib import Path
from typing import Annotated, Final

import typer

from impl import settings as settings_module
from impl.settings import Settings

_URL: Final = "url.txt"


class FailOn(enum.StrEnum):
    """The outcome of a delivery that makes the command fail."""

    REFUSED = "refused"
    DEAD = "dead"
    """Deliveries that the service kept as dead events, as well as refused ones."""


Port = Annotated[
    int | None, typer.Option(help="Port of the API; 0 picks a free one. [default: 8000]", show_default=False)
]
Host = Annotated[str | None, typer.Option(help="Address to listen on. [default: 127.0.0.1]", show_default=False)]
DataDir = Annotated[
    Path | None,
    typer.Option(help="Folder with the embedded database and local secrets. [default: .data]", show_default=False),
]
Role = Annotated[str, typer.Option(help="Database role: migration_owner, app_user, app_worker or app_ops.")]
Url = Annotated[
    str | None,
    typer.Option(
        help="Base URL of the service. [default: the one that `skeldir run` last served from the data folder, else port 8000]",
        show_default=False,
    ),
]
TenantKey = Annotated[
    str | None,
    typer.Option(
        help=(
            "Key of the tenant. Set SKELDIR_TENANT_KEY instead to keep it out of the process list. [default: the demo shop]"
        ),
        envvar="SKELDIR_TENANT_KEY",
        show_envvar=False,
        show_default=False,
    ),
]
Secret = Annotated[
    str | None,
    typer.Option(
        help=(
            "Webhook signing secret, or the id of the webhook where the processor signs with its own key. "
            "Set SKELDIR_WEBHOOK_SECRET instead to keep it out of the process list."
        ),
        envvar="SKELDIR_WEBHOOK_SECRET",
        show_envvar=False,
        show_default=False,
    ),
]


def service(settings: Settings, url: str | None) -> str:
    """Base URL that was given, or that of the service that last ran on this data folder, whatever its port."""
    path = settings.data_dir / _URL
    last = path.read_text(encoding="utf-8").strip() if path.exists() else ""
    return url or last or "http://127.0.0.1:8000"


def note_service(settings: Settings, url: str) -> None:
    """Keep the address of the service that has just started on this data folder."""
    (settings.data_dir / _URL).write_text(f"{url}\n", encoding="utf-8")


def settings(**overrides: object) -> Settings:
    """Settings of this process; options that were not given leave the environment's value in place."""
    return settings_module.read(**{name: value for name, value in overrides.items() if value is not None})
