"""The data layer's own commands: `python -m impl.db …`. Gates and operators' scripts call them; URLs come from settings.

Each command imports what it needs when it runs, so that gates may call many of them.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import sys
from collections.abc import Callable
from pathlib import Path

from impl.kernel.errors import SkeldirError


def up(given: argparse.Namespace) -> None:
    """Run the embedded server until standard input ends; says where it is."""
    from impl.db import embedded

    with embedded.running(given.data, bin_dir=given.bin_dir) as server:
        print(json.dumps({"port": server.port, "home": str(server.home)}), flush=True)
        sys.stdin.read()


def create(given: argparse.Namespace) -> None:
    """Make roles and a database on a running embedded server."""
    from impl.db import bootstrap, embedded

    with embedded.running(given.data) as server:
        bootstrap.ensure_sync(server.url(), given.name, server.passwords)


def upgrade(given: argparse.Namespace) -> None:
    """Bring the schema up, as the owner role."""
    from impl import settings
    from impl.db import migrate
    from impl.db import url as urls

    url = settings.read().secret("migration_database_url")
    migrate.upgrade(url, given.to)
    print(f"{urls.masked(urls.parse(url))} is at {given.to}")


def downgrade(given: argparse.Namespace) -> None:
    """Take revisions back, as the owner role."""
    from impl import settings
    from impl.db import migrate
    from impl.db import url as urls

    url = settings.read().secret("migration_database_url")
    migrate.downgrade(url, given.to)
    print(f"{urls.masked(urls.parse(url))} is at {given.to}")


def history(_given: argparse.Namespace) -> None:
    """Print every revision, oldest first."""
    from impl.db import migrate

    print("\n".join(migrate.revisions()))


def registry(_given: argparse.Namespace) -> None:
    """Print the registry of materialized views."""
    from impl.db import views

    print("\n".join(views.REGISTRY))


def refresh(given: argparse.Namespace) -> None:
    """Refresh materialized views as the worker, and say how each one went."""
    from impl import settings
    from impl.db import engine, views

    async def run() -> None:
        worker = engine.create(settings.read().secret("worker_database_url"))
        try:
            for view in given.views:
                async with worker.begin() as connection:
                    outcome = await views.refresh(connection, view)
                print(f"{view} {outcome.value}")
        finally:
            await worker.dispose()

    asyncio.run(run())


def reseal(_given: argparse.Namespace) -> None:
    """Seal every value anew that an older key sealed, so that the older key can be dropped."""
    from impl import settings
    from impl.db import rotation
    from impl.db.sealing import KeyRing

    read = settings.read()
    counts = asyncio.run(rotation.reseal(read.secret("migration_database_url"), KeyRing(read.key_ring())))
    for table, count in counts.items():
        print(f"{table}: {count} rows sealed with the newest key")


def main(arguments: list[str] | None = None) -> int:
    """Run one command; a known error is one line and exit code 2."""
    parser = argparse.ArgumentParser(prog="python -m impl.db", description=__doc__)
    commands = parser.add_subparsers(required=True, metavar="command")

    def add(name: str, run: Callable[[argparse.Namespace], None]) -> argparse.ArgumentParser:
        command = commands.add_parser(name, help=(run.__doc__ or "").splitlines()[0])
        command.set_defaults(run=run)
        return command

    served = add("up", up)
    served.add_argument("--data", type=Path, required=True)
    served.add_argument("--bin-dir", type=Path)
    made = add("create", create)
    made.add_argument("--data", type=Path, required=True)
    made.add_argument("name")
    add("migrate", upgrade).add_argument("--to", default="head")
    add("downgrade", downgrade).add_argument("--to", required=True)
    add("history", history)
    add("views", registry)
    add("refresh", refresh).add_argument("views", nargs="+")
    add("reseal", reseal)
    given = parser.parse_args(arguments)
    try:
        given.run(given)
    except SkeldirError as error:
        print(f"{parser.prog}: {error}", file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
