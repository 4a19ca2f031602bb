"""The command line: `skeldir run | serve | worker | migrate | demo | connect | deliver | replay | tenant | user | db |
keys | attribution | channels`.

Owns commands, their texts and their exit codes.

Each command imports what it needs when it runs, so that `--help` answers at once.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated
from uuid import UUID

import typer

from impl.cli import channel_commands, db_commands, options, user_commands
from impl.cli.options import DataDir, Host, Port, Secret, TenantKey, Url
from impl.kernel.errors import ConfigurationError, SkeldirError
from impl.telemetry import crashes

app = typer.Typer(
    help="Skeldir measures how much revenue is real and which channel earned it.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
tenant_app = typer.Typer(help="Create and change tenants.", no_args_is_help=True)
keys_app = typer.Typer(help="Rotate the keys that encrypt stored secrets and sign access tokens.", no_args_is_help=True)
app.add_typer(tenant_app, name="tenant")
app.add_typer(user_commands.app, name="user")
app.add_typer(db_commands.app, name="db")
app.add_typer(keys_app, name="keys")
attribution_app = typer.Typer(help="Compute attribution credit.", no_args_is_help=True)
app.add_typer(attribution_app, name="attribution")
app.add_typer(channel_commands.app, name="channels")


def main() -> None:
    """Run the command line; a known error is one line and exit code 2."""
    crashes.install()
    try:
        app()
    except SkeldirError as error:
        print(f"skeldir: {error}", file=sys.stderr)  # noqa: T201 - the terminal is where this goes
        sys.exit(2)


@app.command("run")
def run_command(
    port: Port = None,
    host: Host = None,
    data_dir: DataDir = None,
    since: Annotated[
        float | None, typer.Option(hidden=True, help="When the person pressed Enter, in Unix time.")
    ] = None,
) -> None:
    """Start everything locally: database, migrations, worker, API, and a demo shop with signed deliveries.

    Press Ctrl-C to stop. The data is kept.

    Example: skeldir run --port 8080
    """
    from impl.cli import run

    run.run(options.settings(port=port, host=host, data_dir=data_dir), since=since)


@app.command("serve")
def serve_command(port: Port = None, host: Host = None, data_dir: DataDir = None) -> None:
    """Run the API process only, on the configured database.

    Locally, without a configured database, it starts the embedded one and migrates it first.

    Example: SKELDIR_ENV=prod skeldir serve --host 0.0.0.0
    """
    from impl.cli import serve

    serve.run(options.settings(port=port, host=host, data_dir=data_dir))


@app.command("worker")
def worker_command(
    processes: Annotated[
        int | None, typer.Option(help="Number of worker processes. [default: 1]", show_default=False)
    ] = None,
    data_dir: DataDir = None,
) -> None:
    """Run background jobs: a supervisor and its worker processes, on the configured database.

    A worker process that exits is restarted. On SIGTERM, running jobs have up to 30 seconds to finish.

    Example: SKELDIR_ENV=prod skeldir worker --processes 4
    """
    from impl.cli import worker

    worker.run(options.settings(worker_processes=processes, data_dir=data_dir))


@app.command("migrate")
def migrate_command(
    to: Annotated[str, typer.Option(help="Revision to migrate to.")] = "head", data_dir: DataDir = None
) -> None:
    """Migrate the database schema to the newest revision, as the role that owns it.

    Example: SKELDIR_MIGRATION_DATABASE_URL=postgresql://… skeldir migrate
    """
    from impl.cli import database

    database.migrate(options.settings(data_dir=data_dir), to)


@app.command("demo")
def demo_command(url: Url = None, data_dir: DataDir = None) -> None:
    """Send the demo's signed deliveries to a running local service and print the outcome of each.

    Example: skeldir demo --url http://127.0.0.1:8000
    """
    from impl.cli import run

    settings = options.settings(data_dir=data_dir)
    run.demo(settings, options.service(settings, url))


@app.command("deliver")
def deliver_command(  # noqa: PLR0913, PLR0917 - its options
    processor: Annotated[str | None, typer.Option(help="Name of the processor, such as stripe.")] = None,
    event: Annotated[
        str | None, typer.Option(help="Event name as the processor spells it, such as charge.succeeded.")
    ] = None,
    is_list: Annotated[
        bool, typer.Option("--list", help="Print which events to select at each processor, and send nothing.")
    ] = False,
    amount: Annotated[str | None, typer.Option(help="Amount, such as 12.34. [default: that of the sample]")] = None,
    currency: Annotated[str | None, typer.Option(help="Currency of the amount, ISO 4217.")] = None,
    is_same: Annotated[
        bool,
        typer.Option(
            "--same", help="Send the sample as it is, with its own id and date: the second one is a duplicate."
        ),
    ] = False,
    url: Url = None,
    tenant_key: TenantKey = None,
    secret: Secret = None,
    data_dir: DataDir = None,
) -> None:
    """Sign a new delivery as its processor does, send it, and print the outcome and today's revenue before and after it.

    Example: skeldir deliver --processor stripe --event charge.succeeded --amount 12.34
    """
    from impl.cli import deliver, local

    if is_list:
        for line in deliver.subscriptions(processor):
            local.say(line)
        return
    if processor is None or event is None:
        raise ConfigurationError("name --processor and --event, or print the events to select with --list")
    if is_same and (amount or currency):
        raise ConfigurationError("--same sends the sample as it is; leave out --amount and --currency")
    # First the delivery: a wrong name must be reported on a machine without a demo shop too.
    one = (
        deliver.sample(processor, event) if is_same else deliver.new(processor, event, amount=amount, currency=currency)
    )
    settings = options.settings(data_dir=data_dir)
    if tenant_key is None:
        deliver.deliver_to_demo(options.service(settings, url), settings, one)
    else:
        deliver.deliver(
            options.service(settings, url), deliver.sender(settings, tenant_key=tenant_key, secret=secret), [one]
        )


@app.command("connect")
def connect_command(  # noqa: PLR0913, PLR0917 - its options
    processor: Annotated[
        str, typer.Argument(help="The processor: stripe, shopify, woocommerce or paypal.", show_default=False)
    ],
    url: Url = None,
    public_url: Annotated[
        str | None, typer.Option(help="Base URL under which the processor reaches the service. [default: --url]")
    ] = None,
    tenant_id: Annotated[str | None, typer.Option(help="The shop. [default: the demo shop]")] = None,
    email: Annotated[str | None, typer.Option(help="Login of an admin of the shop; the password is asked for.")] = None,
    secret: Secret = None,
    label: Annotated[str | None, typer.Option(help="Label, to connect a second shop or endpoint.")] = None,
    mode: Annotated[str | None, typer.Option(help="test for an endpoint of the processor's test mode.")] = None,
    account: Annotated[str | None, typer.Option(help="Shop host or account ID, if there are several.")] = None,
    is_secret_only: Annotated[
        bool, typer.Option("--secret-only", help="Only set the secret again; the address stays.")
    ] = False,
    wait: Annotated[float, typer.Option(help="Seconds to wait for the first delivery; 0 for none.")] = 300.0,
    data_dir: DataDir = None,
) -> None:
    """Connect a payment processor: print the address and events to enter there, store its secret, wait for the first delivery.

    Without --tenant-id and --email it connects the demo shop of this data folder.

    Example: skeldir connect stripe --url https://skeldir.example --tenant-id 3f2b8c1e-… --email owner@shop.example
    """
    from impl.cli import connect

    settings = options.settings(data_dir=data_dir)
    connect.connect(
        settings,
        connect.Connection(
            processor=processor,
            url=options.service(settings, url),
            public_url=public_url,
            login=connect.read_login(tenant_id, email),
            secret=secret,
            endpoint=connect.endpoint_of(label=label, mode=mode, account=account),
            is_secret_only=is_secret_only,
            wait_seconds=wait,
        ),
    )


@app.command("replay")
def replay_command(
    path: Annotated[
        Path, typer.Argument(help="A file with a recorded delivery, or a folder of such files.", show_default=False)
    ],
    url: Url = None,
    tenant_key: TenantKey = None,
    secret: Secret = None,
    data_dir: DataDir = None,
    fail_on: Annotated[
        options.FailOn, typer.Option(help="Exit with an error if a delivery is refused, or also if one is dead.")
    ] = options.FailOn.REFUSED,
) -> None:
    """Sign recorded deliveries again, send them in the order of their file names, and print the outcome of each.

    Example: skeldir replay deliveries/ --url http://127.0.0.1:8000 --fail-on dead
    """
    from impl.cli import deliver

    recordings = deliver.read(path)
    settings = options.settings(data_dir=data_dir)
    sender = deliver.sender(settings, tenant_key=tenant_key, secret=secret)
    deliver.deliver(options.service(settings, url), sender, recordings, fail_on=fail_on)


@tenant_app.command("create")
def tenant_create(
    name: Annotated[str, typer.Option(help="Name of the merchant.")],
    email: Annotated[str, typer.Option(help="Login of the first admin; only a keyed hash of it is stored.")],
    currency: Annotated[str, typer.Option(help="Reporting currency, ISO 4217.")] = "USD",
    data_dir: DataDir = None,
) -> None:
    """Create a tenant with a first admin, a tenant key and a webhook secret. The secrets are printed once.

    The admin's password is read from the terminal, or from standard input if there is no terminal.

    Example: skeldir tenant create --name "Corner shop" --email owner@example.com
    """
    from impl.cli import tenant

    tenant.create(options.settings(data_dir=data_dir), name=name, email=email, currency=currency)


@tenant_app.command("update")
def tenant_update(
    tenant_id: Annotated[UUID, typer.Option(help="The tenant.")],
    sandbox: Annotated[bool | None, typer.Option(help="Whether test objects count. Never for a real shop.")] = None,
    journeys: Annotated[bool | None, typer.Option(help="Whether journeys of visitors are linked.")] = None,
    data_dir: DataDir = None,
) -> None:
    """Change what holds for a tenant. Running processes follow within a minute.

    Example: skeldir tenant update --tenant-id 3f2b8c1e-… --sandbox
    """
    from impl.cli import tenant

    tenant.update(options.settings(data_dir=data_dir), tenant_id, sandbox=sandbox, journeys=journeys)


@keys_app.command("make")
def keys_make(
    database: Annotated[
        str, typer.Option(help="Address of the database, without role and password.", show_default=False)
    ],
    out: Annotated[Path, typer.Option(help="Folder of the environment files.", show_default=False)],
) -> None:
    """Write the environment files of a new production installation: keys, and a password for each role of the database.

    Example: skeldir keys make --database postgresql://db.internal:5432/skeldir --out /etc/skeldir
    """
    from impl.cli import environment

    environment.make(database, out)


@keys_app.command("reseal")
def keys_reseal(data_dir: DataDir = None) -> None:
    """Re-encrypt every stored secret with the newest key in SKELDIR_SEALING_KEYS, so that older keys can be removed.

    Safe to run while the service is running, and safe to run again.

    Example: SKELDIR_SEALING_KEYS="new:…,old:…" skeldir keys reseal
    """
    from impl.cli import keys

    keys.reseal(options.settings(data_dir=data_dir))


@keys_app.command("rotate")
def keys_rotate(data_dir: DataDir = None) -> None:
    """Add a signing key for access tokens. It signs once every process has loaded it; nobody is logged out.

    Example: skeldir keys rotate
    """
    from impl.cli import keys

    keys.rotate(options.settings(data_dir=data_dir))


@keys_app.command("retire")
def keys_retire(
    kid: Annotated[str, typer.Argument(help="Key id, as `skeldir keys list` prints it.", show_default=False)],
    data_dir: DataDir = None,
) -> None:
    """Stop accepting a signing key. Tokens it signed are rejected within a minute.

    Example: skeldir keys retire 3f9a…
    """
    from impl.cli import keys

    keys.retire(options.settings(data_dir=data_dir), kid)


@keys_app.command("list")
def keys_list(data_dir: DataDir = None) -> None:
    """List the accepted signing keys, newest first."""
    from impl.cli import keys

    keys.show(options.settings(data_dir=data_dir))


@attribution_app.command("credit")
def attribution_credit(
    path: Annotated[Path, typer.Argument(metavar="FILE", help="JSON file with journeys.", show_default=False)],
) -> None:
    """Credit the journeys in a file under every model and print cents by model and channel as JSON.

    The file holds {"journeys": [{"touches": [{"channel": "email", "at_seconds": 0}], "converted": true, "value_cents": 1999}]}.
    Models that learn (markov, shapley) take the whole file as their training set.

    Example: skeldir attribution credit journeys.json
    """
    from impl.cli import attribution

    attribution.credit(path)
