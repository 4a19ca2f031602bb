"""The command line: `skeldir run | serve | worker | migrate | demo | deliver | replay | tenant | db | keys`.

Owns words and exit codes.

Each command imports what it needs when it runs, so that `--help` answers at once.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated
from uuid import UUID

import typer

from impl import settings as settings_module
from impl.kernel.errors import SkeldirError
from impl.settings import Settings
from impl.telemetry import crashes

app = typer.Typer(
    help="Skeldir: which revenue is real, and which channel earned it.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
tenant_app = typer.Typer(help="Create tenants.", no_args_is_help=True)
db_app = typer.Typer(help="Reach the database.", no_args_is_help=True)
app.add_typer(tenant_app, name="tenant")
keys_app = typer.Typer(help="Renew the keys that seal secrets and sign tokens.", no_args_is_help=True)
app.add_typer(db_app, name="db")
app.add_typer(keys_app, name="keys")

Port = Annotated[
    int | None, typer.Option(help="Port of the API; 0 takes a free one. [default: 8000]", show_default=False)
]
Host = Annotated[str | None, typer.Option(help="Address to listen on. [default: 127.0.0.1]", show_default=False)]
DataDir = Annotated[
    Path | None, typer.Option(help="Where data and local secrets live. [default: .data]", show_default=False)
]
Role = Annotated[str, typer.Option(help="Database role: migration_owner, app_user, app_worker or app_ops.")]


def main() -> None:
    """Run the command line; a known error is one line and exit code 2."""
    crashes.foresee()
    try:
        app()
    except SkeldirError as error:
        print(f"skeldir: {error}", file=sys.stderr)  # noqa: T201 - this is the door
        sys.exit(2)


def _settings(**given: object) -> Settings:
    return settings_module.read(**{name: value for name, value in given.items() if value is not None})


@app.command("run")
def run_command(port: Port = None, host: Host = None, data_dir: DataDir = None) -> None:
    """Everything up: database, migrations, demo tenant and deliveries, the service. Ctrl-C stops it.

    Example: skeldir run --port 8080
    """
    from impl.cli import run

    run.run(_settings(port=port, host=host, data_dir=data_dir))


@app.command("serve")
def serve_command(port: Port = None, host: Host = None, data_dir: DataDir = None) -> None:
    """The API alone, on the database that the settings name (locally: on the embedded one, migrated first).

    Example: SKELDIR_ENV=prod skeldir serve --host 0.0.0.0
    """
    from impl.cli import serve

    serve.run(_settings(port=port, host=host, data_dir=data_dir))


@app.command("worker")
def worker_command(
    processes: Annotated[int | None, typer.Option(help="Worker processes. [default: 1]", show_default=False)] = None,
    data_dir: DataDir = None,
) -> None:
    """Background jobs: one supervisor and its worker processes, on the database that the settings name.

    A process that dies is started anew; SIGTERM lets running jobs finish for up to 30 seconds.

    Example: SKELDIR_ENV=prod skeldir worker --processes 4
    """
    from impl.cli import worker

    worker.run(_settings(worker_processes=processes, data_dir=data_dir))


@app.command("migrate")
def migrate_command(data_dir: DataDir = None) -> None:
    """Bring the database to the newest revision, as the role that owns the schema.

    Example: SKELDIR_MIGRATION_DATABASE_URL=postgresql://… skeldir migrate
    """
    from impl.cli import database

    database.migrate(_settings(data_dir=data_dir))


@app.command("demo")
def demo_command(
    url: Annotated[str, typer.Option(help="Base URL of a running service.")] = "http://127.0.0.1:8000",
    data_dir: DataDir = None,
) -> None:
    """Deliver the demo's signed deliveries of four processors to a running local service and show what became of them.

    Example: skeldir demo --url http://127.0.0.1:8000
    """
    from impl.cli import run

    run.demo(_settings(data_dir=data_dir), url)


Url = Annotated[str, typer.Option(help="Base URL of the service.")]
TenantKey = Annotated[
    str | None,
    typer.Option(
        help="Key of the tenant; better in SKELDIR_TENANT_KEY, which no list of processes shows. [default: the demo's shop]",
        envvar="SKELDIR_TENANT_KEY",
        show_envvar=False,
        show_default=False,
    ),
]
Secret = Annotated[
    str | None,
    typer.Option(
        help="What the processor signs with; for PayPal, the webhook's id. Better in SKELDIR_WEBHOOK_SECRET.",
        envvar="SKELDIR_WEBHOOK_SECRET",
        show_envvar=False,
        show_default=False,
    ),
]


@app.command("deliver")
def deliver_command(
    processor: Annotated[str, typer.Option(help="stripe, shopify, woocommerce or paypal.")],
    event: Annotated[str, typer.Option(help="The processor's own name of the event.")],
    url: Url = "http://127.0.0.1:8000",
    tenant_key: TenantKey = None,
    secret: Secret = None,
    data_dir: DataDir = None,
) -> None:
    """Sign a sample delivery as its processor does, send it, and show what became of it.

    Example: skeldir deliver --processor stripe --event charge.succeeded --url http://127.0.0.1:8000
    """
    from impl.cli import deliver

    settings = _settings(data_dir=data_dir)
    found = [deliver.sample(processor, event)]
    deliver.deliver(url, deliver.sender(settings, tenant_key=tenant_key, secret=secret), found)


@app.command("replay")
def replay_command(
    path: Annotated[Path, typer.Argument(help="A recorded delivery, or a folder of them.", show_default=False)],
    url: Url = "http://127.0.0.1:8000",
    tenant_key: TenantKey = None,
    secret: Secret = None,
    data_dir: DataDir = None,
) -> None:
    """Sign recorded deliveries anew, send them in the order of their names, and show what became of each.

    Example: skeldir replay deliveries/ --url http://127.0.0.1:8000
    """
    from impl.cli import deliver

    found = deliver.read(path)
    deliver.deliver(url, deliver.sender(_settings(data_dir=data_dir), tenant_key=tenant_key, secret=secret), found)


@tenant_app.command("create")
def tenant_create(
    name: Annotated[str, typer.Option(help="Name of the merchant.")],
    email: Annotated[str, typer.Option(help="Login of its first admin; stored only as a keyed hash.")],
    currency: Annotated[str, typer.Option(help="Reporting currency, ISO 4217.")] = "USD",
    data_dir: DataDir = None,
) -> None:
    """Create a tenant with a first admin, a tenant key and a Stripe webhook secret. The secrets are shown once.

    The admin's password is read from the terminal, or from standard input when that is not one.

    Example: skeldir tenant create --name "Corner shop" --email owner@example.com
    """
    from impl.cli import tenant

    tenant.create(_settings(data_dir=data_dir), name=name, email=email, currency=currency)


@db_app.command("url")
def db_url(role: Role = "app_user", data_dir: DataDir = None) -> None:
    """Print the database URL of a role, password included: for `psql "$(skeldir db url)"`."""
    from impl.cli import database

    database.print_url(_settings(data_dir=data_dir), role)


@db_app.command("psql", context_settings={"allow_extra_args": True, "ignore_unknown_options": True})
def db_psql(context: typer.Context, role: Role = "migration_owner", data_dir: DataDir = None) -> None:
    """Open psql on the database; what follows goes to psql. The owner role sees every tenant's rows.

    Example: skeldir db psql -c "SELECT count(*) FROM revenue_ledger"
    """
    from impl.cli import database

    database.psql(_settings(data_dir=data_dir), role, context.args)


@db_app.command("refresh")
def db_refresh(
    view: Annotated[str, typer.Argument(help="Name of a materialized view, such as mv_realtime_revenue.")],
    tenant_id: Annotated[UUID, typer.Option(help="The tenant that asks; the refresh serves all of them.")],
    data_dir: DataDir = None,
) -> None:
    """Ask a worker to refresh a materialized view now.

    Example: skeldir db refresh mv_realtime_revenue --tenant-id 0b6f…
    """
    from impl.cli import database

    database.refresh(_settings(data_dir=data_dir), view, tenant_id)


@keys_app.command("reseal")
def keys_reseal(data_dir: DataDir = None) -> None:
    """Seal every stored secret anew with the newest key of SKELDIR_SEALING_KEYS, so that older keys can be dropped.

    Works beside a running service, in batches; run again, it has nothing to do.

    Example: SKELDIR_SEALING_KEYS="new:…,old:…" skeldir keys reseal
    """
    from impl.cli import keys

    keys.reseal(_settings(data_dir=data_dir))


@keys_app.command("rotate")
def keys_rotate(data_dir: DataDir = None) -> None:
    """Add a key that signs access tokens. It signs once every process knows it; nobody is logged out.

    Example: skeldir keys rotate
    """
    from impl.cli import keys

    keys.rotate(_settings(data_dir=data_dir))


@keys_app.command("retire")
def keys_retire(kid: Annotated[str, typer.Argument(help="Name of the key.")], data_dir: DataDir = None) -> None:
    """Accept a signing key no longer: tokens that it signed are refused within a minute.

    Example: skeldir keys retire 3f9a…
    """
    from impl.cli import keys

    keys.retire(_settings(data_dir=data_dir), kid)


@keys_app.command("list")
def keys_list(data_dir: DataDir = None) -> None:
    """List the accepted signing keys, newest first."""
    from impl.cli import keys

    keys.show(_settings(data_dir=data_dir))
