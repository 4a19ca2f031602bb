"""A rolling upgrade under load: two releases beside each other on one database, while deliveries and questions come in.

The next release is a copy of this one with a revision that adds a table, columns and an index, and with another text in every
function file. First the database is migrated, then the new API and worker join the old ones, an old API starts once more, as after a
crash, and then the old ones go. Nobody may notice: nothing is lost or doubled, every answer is 200, every process stays ready, and no
job fails. `python -m tests.faults.upgrade` is part of `make faults`.
"""

from __future__ import annotations

import asyncio
import contextlib
import dataclasses
import itertools
import random
import shutil
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path

import httpx2

from impl.db import heads
from tests.cli.conftest import ROOT, environment
from tests.faults import chaos
from tests.faults import deployment as deployments
from tests.faults.chaos import Account
from tests.faults.deployment import Deployment, Shop

SENDERS = 4
PARTS = ("impl", "generated", "alembic")
_PAUSE_SECONDS = 0.02
_REVISION = '''
"""The next release needs more."""

from impl.db.revision import grant, protect, run

revision = "{new}"
down_revision = "{old}"
branch_labels = None
depends_on = None


def upgrade() -> None:
    run("""
        ALTER TABLE webhook_deliveries ADD COLUMN of_the_next_release TEXT;
        ALTER TABLE attribution_events ADD COLUMN of_the_next_release INTEGER NOT NULL DEFAULT 0;
        CREATE INDEX ix_revenue_ledger__of_the_next_release ON revenue_ledger (tenant_id, order_id);
        CREATE TABLE of_the_next_release (id UUID PRIMARY KEY, tenant_id UUID NOT NULL REFERENCES tenants (id));
    """)
    protect("of_the_next_release")
    grant("of_the_next_release", api="SI", worker="S")


def downgrade() -> None:
    run("DROP TABLE of_the_next_release")
'''


def next_release(folder: Path) -> Path:
    """A copy of the program in `folder`, one additive revision ahead."""
    for part in PARTS:
        shutil.copytree(ROOT / part, folder / part)
    old = heads.newest()
    new = f"{int(old.partition('_')[0]) + 1}_of_the_next_release"
    (folder / "alembic" / "versions" / f"{new}.py").write_text(_REVISION.format(new=new, old=old).lstrip())
    for file in [*folder.glob("alembic/functions/*/*.sql"), *folder.glob("generated/governance/sql/*/*.sql")]:
        file.write_text(f"{file.read_text()}\n-- of the next release\n")
    return folder


@dataclass
class Traffic:
    """Senders of deliveries, and a person who reads; both ask whatever process is in `serving`, in turn."""

    shop: Shop
    email: str
    serving: list[str]
    """Where a proxy would send requests now."""
    account: Account = field(default_factory=Account)
    answers: Counter[str] = field(default_factory=Counter)
    """Statuses of logins, revenue and readiness."""
    over: asyncio.Event = field(default_factory=asyncio.Event)

    @contextlib.asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Traffic as long as the block."""
        async with asyncio.TaskGroup() as group:
            for number in range(SENDERS):
                group.create_task(self._send(random.Random(number)))
            group.create_task(self._read())
            yield
            self.over.set()

    async def _send(self, order: random.Random) -> None:
        for number in itertools.count():
            if self.over.is_set():
                return
            # A client for each delivery: processors keep no connection to a process that goes.
            async with httpx2.AsyncClient(base_url=self.serving[number % len(self.serving)], timeout=60) as client:
                delivery = chaos.next_delivery(order, self.shop, self.account)
                await chaos.deliver(client, self.shop, self.account, delivery)
            await asyncio.sleep(_PAUSE_SECONDS)

    async def _read(self) -> None:
        """With one token, whichever process gave it, ask every process for revenue and deliveries, and whether it is ready."""
        person = {"email": self.email, "password": deployments.PASSWORD, "tenant_id": str(self.shop.tenant_id)}
        async with httpx2.AsyncClient(timeout=60) as client:
            login = self._count(await client.post(f"{self.serving[-1]}/api/auth/login", json=person))
        token = {"authorization": f"Bearer {login.json()['access_token']}"}
        # Every second, because a person may ask for a figure thirty times a minute.
        while not self.over.is_set():
            for url in list(self.serving):
                async with httpx2.AsyncClient(base_url=url, timeout=60) as client:
                    for path in ("/api/v1/revenue/realtime", "/api/events/deliveries", "/api/health/ready"):
                        self._count(await client.get(path, headers=token))
            await asyncio.sleep(2.0)

    def _count(self, reply: httpx2.Response) -> httpx2.Response:
        assert reply.status_code == 200, f"{reply.request.url}: {reply.status_code} {reply.text}"
        self.answers[str(reply.status_code)] += 1
        return reply


async def upgrade(old: Deployment, folder: Path, seconds: float) -> Traffic:
    """The whole upgrade, with `seconds` of traffic between its steps; what came of the traffic."""
    program = await asyncio.to_thread(next_release, folder)
    new = dataclasses.replace(old, program=program, port=deployments.free_port(), api=None, worker=None)
    old.start_worker(processes=1)
    await _seen(old)
    # Whatever the API has said about the workers is older; it keeps that for ten seconds.
    await _restart(old)
    shop = await old.shop()
    traffic = Traffic(shop, f"shop-{old.shops}@shop.example", [old.url])
    try:
        async with traffic.running():
            await asyncio.sleep(seconds)
            await asyncio.to_thread(_migrate, new)
            await asyncio.sleep(seconds)
            new.start_api()
            new.start_worker(processes=1)
            await new.ready()
            traffic.serving[:] = [old.url, new.url]
            await asyncio.sleep(seconds)
            await _start_again(old, traffic, new.url)
            await asyncio.sleep(seconds)
            traffic.serving[:] = [new.url]
            await asyncio.sleep(seconds)
            await asyncio.to_thread(old.stop_api)
            await asyncio.to_thread(old.stop_worker)
            await asyncio.sleep(seconds)
        await chaos.check(new, shop, traffic.account)
        await chaos.workers_live(new)
        await _no_job_failed(new)
        assert traffic.account.statuses.keys() == {"200"}, traffic.account.statuses
    finally:
        await asyncio.to_thread(new.stop_worker)
        await asyncio.to_thread(new.stop_api)
    return traffic


async def _seen(release: Deployment) -> None:
    """Wait for a first report of a worker."""
    deadline, connection = time.monotonic() + deployments.PATIENCE_SECONDS, await release.look()
    while await connection.fetchval("SELECT worker_seen_seconds FROM queue.state()") is None:
        assert time.monotonic() < deadline, "no worker reports"
        await asyncio.sleep(0.1)
    await connection.close()


async def _start_again(old: Deployment, traffic: Traffic, other: str) -> None:
    """A process of the old release that starts after the migration is ready too."""
    traffic.serving[:] = [other]
    await asyncio.sleep(0.3)  # what the process was asked is answered
    await _restart(old)
    traffic.serving[:] = [old.url, other]


async def _restart(release: Deployment) -> None:
    await asyncio.to_thread(release.stop_api)
    release.start_api()
    await release.ready()


def _migrate(release: Deployment) -> None:
    """`skeldir migrate` of `release`."""
    url = {"SKELDIR_ENV": "ci", "SKELDIR_MIGRATION_DATABASE_URL": release.settings.secret("migration_database_url")}
    subprocess.run(
        [*deployments.command(release.program), "migrate"],
        cwd=release.program,
        env=environment(**url),
        check=True,
        capture_output=True,
        timeout=deployments.PATIENCE_SECONDS,
    )


async def _no_job_failed(release: Deployment) -> None:
    connection = await release.look()
    failures = await connection.fetch("SELECT job_name, exception_class FROM worker_failed_jobs")
    await connection.close()
    assert not failures, failures


def main() -> int:
    """Upgrade under load for some time and say what came of it."""
    started = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="skeldir-upgrade-") as folder:
        Path(folder).chmod(0o711)

        async def run() -> Traffic:
            async with deployments.running(Path(folder) / "deployment") as old:
                return await upgrade(old, Path(folder) / "next", seconds=5)

        traffic = asyncio.run(run())
    print(
        f"rolling upgrade: {len(traffic.account.acknowledged)} deliveries, lost 0, doubled 0; answers "
        f"{dict(traffic.account.statuses)}, of people {dict(traffic.answers)}; {time.monotonic() - started:.0f} s"
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
