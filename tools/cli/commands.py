"""Commands of `contracts` beside the fast path of `generate`."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Annotated

import typer

from tools.cli import breaking, conform, usage
from tools.cli.default_paths import CONTRACTS, OUT
from tools.openapi.report import FORMS

app = typer.Typer(
    help="Check contracts, and generate code, mocks and documentation from them.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
)

Contracts = Annotated[Path, typer.Option("--contracts", help="Folder of entry files, or one entry file.")]
Out = Annotated[Path, typer.Option("--out", help="Output folder.")]


@app.command()
def generate(
    contracts: Contracts = Path(CONTRACTS),
    out: Out = Path(OUT),
    package: Annotated[
        str | None,
        typer.Option(help="Package name for imports: a folder in --out, or --out itself when it ends with that name."),
    ] = None,
    *,
    check: Annotated[bool, typer.Option("--check", help="Write nothing; fail if any file would change.")] = False,
) -> None:
    """Write models, server and bundles from the contracts."""
    from tools.cli import generate_command

    raise typer.Exit(generate_command.run(contracts.as_posix(), out.as_posix(), is_check=check, package=package))


@app.command()
def check(
    contracts: Contracts = Path(CONTRACTS),
    form: Annotated[
        str, typer.Option("--format", help=f"One of {', '.join(FORMS)}.", autocompletion=usage.forms)
    ] = "text",
    only: Annotated[
        list[str] | None,
        typer.Option(
            help="Check only this rule or rule group. May be repeated.", autocompletion=usage.rules_and_groups
        ),
    ] = None,
    out: Annotated[
        Path | None, typer.Option("--out", help="Folder of generated code that must be up to date.", show_default=OUT)
    ] = None,
) -> None:
    """Check that contracts can be read, linked and generated from, follow the rules, and match the generated code."""
    from tools.cli import checking

    generated = (
        Path(OUT) if contracts == Path(CONTRACTS) else None
    )  # generated/ belongs to the default folder; for another one --out names its code
    raise typer.Exit(checking.run(contracts, form, only or (), out or generated))


@app.command()
def bundle(
    contracts: Contracts = Path(CONTRACTS),
    out: Annotated[Path, typer.Option("--out", help="Output folder.")] = Path("build/bundles"),
) -> None:
    """Write each API as one self-contained file, and all of them joined."""
    from tools.cli import bundle_command

    raise typer.Exit(bundle_command.run(contracts, out))


@app.command()
def status(
    contracts: Contracts = Path(CONTRACTS),
    implementation: Annotated[Path, typer.Option(help="Folder of the implementation.")] = Path("impl"),
    is_table: Annotated[bool, typer.Option("--table", help="Print a Markdown table of the APIs.")] = False,
) -> None:
    """List implemented and missing operations, and handlers that belong to no operation."""
    from tools.cli import status as status_

    if is_table:
        print(status_.table(contracts, implementation))
        return
    raise typer.Exit(status_.run(contracts, implementation))


@app.command(name="list")
def list_(contracts: Contracts = Path(CONTRACTS)) -> None:
    """List every operation with its file and line in the contracts."""
    from tools.cli import status as status_

    raise typer.Exit(status_.list_operations(contracts))


@app.command()
def explain(
    rule: Annotated[
        str | None, typer.Argument(help="Name of a rule. Lists all rules if omitted.", autocompletion=usage.rules)
    ] = None,
) -> None:
    """Explain the reason for a rule, with a bad and a good example."""
    from tools.cli import explain as explain_

    if rule is None:
        print(explain_.overview())
        return
    try:
        print(explain_.explain(rule, Path(__file__).parents[2]))
    except explain_.UnknownRuleError as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(2) from error


@app.command()
def mock(
    contracts: Contracts = Path(CONTRACTS),
    api: Annotated[
        list[str] | None,
        typer.Option(help="Serve only this API, such as auth or stripe. May be repeated.", autocompletion=usage.apis),
    ] = None,
    *,
    list_: Annotated[bool, typer.Option("--list", help="Print the ports without starting the mocks.")] = False,
    health: Annotated[
        bool, typer.Option("--health", help="Check the running mocks; exit with 1 if one is down.")
    ] = False,
) -> None:
    """Serve a mock of every API from its examples, each on its own port, until Ctrl-C."""
    from tools.mocks import service as mocks

    if health:
        raise typer.Exit(mocks.health(contracts, api or []))
    if list_:
        raise typer.Exit(mocks.list_ports(contracts))
    raise typer.Exit(mocks.run(contracts, api or []))


@app.command()
def watch(
    contracts: Contracts = Path(CONTRACTS),
    out: Out = Path(OUT),
    *,
    with_mocks: Annotated[
        bool, typer.Option("--mock", help="Also serve the mocks and reload them on changes.")
    ] = False,
) -> None:
    """Check on every save, print new and fixed findings, and update generated code and mocks, until Ctrl-C."""
    from tools.cli import watch as watch_

    raise typer.Exit(watch_.run(contracts, out, with_mocks=with_mocks))


@app.command()
def docs(
    contracts: Contracts = Path(CONTRACTS),
    out: Annotated[Path, typer.Option("--out", help="Output folder; its content is replaced.")] = Path("build/docs"),
    baselines: Annotated[Path, typer.Option(help="Bundles of the last release.")] = Path("contracts/baselines/v1"),
) -> None:
    """Write the documentation as a static site that works offline."""
    from tools.cli import docs_command

    raise typer.Exit(docs_command.run(contracts, out, baselines))


new = typer.Typer(
    help="Create an operation, schema or API that passes `contracts check`, ready to be completed.",
    no_args_is_help=True,
)
app.add_typer(new, name="new")

Api = Annotated[
    str, typer.Argument(help="Name of the API file without extension, such as revenue.", autocompletion=usage.apis)
]
Method = Annotated[str, typer.Argument(help="get, post or put.")]
UrlPath = Annotated[str, typer.Argument(help="For example /api/v1/revenue/daily or /api/things/{thing_id}.")]
OperationId = Annotated[str, typer.Argument(help="Verb and noun in camelCase, such as getDailyRevenue.")]
Scope = Annotated[str, typer.Option(help="Who may call: viewer, manager or admin.")]


@new.command(name="operation")
def new_operation(
    api: Api,
    method: Method,
    path: UrlPath,
    operation_id: OperationId,
    scope: Scope = "viewer",
    contracts: Contracts = Path(CONTRACTS),
) -> None:
    """Add an operation to an API."""
    from tools.cli import new as making

    _say(lambda: [making.operation(contracts, api, making.NewOperation(method, path, operation_id, scope))])


@new.command(name="schema")
def new_schema(
    api: Api, name: Annotated[str, typer.Argument(help="In PascalCase.")], contracts: Contracts = Path(CONTRACTS)
) -> None:
    """Add a schema to an API."""
    from tools.cli import new as making

    _say(lambda: [making.schema(contracts, api, name)])


@new.command(name="api")
def new_api(
    api: Api,
    method: Method,
    path: UrlPath,
    operation_id: OperationId,
    scope: Scope = "viewer",
    contracts: Contracts = Path(CONTRACTS),
) -> None:
    """Create an API with one operation."""
    from tools.cli import new as making

    _say(lambda: making.api(contracts, api, making.NewOperation(method, path, operation_id, scope)))


def _say(make: Callable[[], list[Path]]) -> None:
    """Create files, print their paths and the next step."""
    from tools.cli.new import NewError

    try:
        for path in make():
            print(path)
    except NewError as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(2) from error
    print("replace each `Say here`, then run: make check && make generate")


breaking.register(app)
conform.register(app)
usage.add(app)
