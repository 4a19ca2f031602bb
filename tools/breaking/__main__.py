"""`python -m tools.breaking`: the same commands as `contracts`, without the rest of it."""

from __future__ import annotations

import typer

from tools.breaking import cli

app = typer.Typer(add_completion=False, no_args_is_help=True, pretty_exceptions_enable=False)
cli.register(app)

if __name__ == "__main__":
    app()
