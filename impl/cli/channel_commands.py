"""`skeldir channels …`: the commands; each imports what it needs when it runs."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

import typer

from impl.cli import options
from impl.cli.options import DataDir

app = typer.Typer(help="Correct which channel an event belongs to.", no_args_is_help=True)


@app.callback()
def channels() -> None:
    """Commands about channels."""


@app.command("correct")
def correct(
    event_id: Annotated[UUID, typer.Argument(metavar="EVENT", help="Id of the event.", show_default=False)],
    channel: Annotated[str, typer.Argument(metavar="CHANNEL", help="Code of the channel.", show_default=False)],
    tenant_id: Annotated[UUID, typer.Option(help="The tenant.")],
    reason: Annotated[str, typer.Option(help="Why; kept with the correction.")],
    data_dir: DataDir = None,
) -> None:
    """Correct the channel that an event itself belongs to. Credits of its day are computed again within seconds.

    An event with touches is credited by them; its own channel decides where there are none.

    Example: skeldir channels correct 2b7e1516-… email --tenant-id 3f2b8c1e-… --reason "newsletter without a medium"
    """
    from impl.cli import attribution

    attribution.correct(options.settings(data_dir=data_dir), tenant_id, event_id, channel=channel, reason=reason)
