"""Everything of the product as real processes that can be killed: PostgreSQL with `fsync` on, the API, and workers."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import subprocess
import sys
import time
import uuid
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

import asyncpg
import httpx2
from pydantic import SecretStr
from sqlalchemy import text

from impl.cli import local, run, tenant
from impl.cli.demo.sender import Sender
from impl.cli.local import DATABASE
from impl.db import bootstrap, embedded, roles
from impl.db import engine as engines
from impl.kernel.clock import SystemClock
from impl.platforms import registry
from impl.settings import Settings
from tests.bench import processes
from tests.bench.shop import free_port
from tests.cli.conftest import environment
from tests.db.test_embedded import reachable

SKELDIR = Path(sys.executable).with_name("skeldir")
PATIENCE_SECONDS = 180.0
PASSWORD = "a long password"
"""Of every owner of a shop."""
_LAST_LINES = 40
_RAISE = text("SELECT ops.update_tenant(:tenant, webhook_rate_per_minute => 10000000)")


@dataclass(frozen=True)
class Shop:
    """A tenant that every processor delivers to."""

    tenant_id: uuid.UUID
    sender: Sender


@dataclass
class Deployment:
    """The processes, and how they are reached."""

    folder: Path
    settings: Settings
    server: embedded.Server
    port: int = field(default_factory=free_port)
    api: subprocess.Popen[bytes] | None = None
    worker: subprocess.Popen[bytes] | None = None
    shops: int = 0
    variables: dict[str, str] = field(default_factory=dict)
    """Further environment of the API and the workers."""
    program: Path | None = None
    """Folder of the release that runs; the installed one unless given."""

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def _start(self, name: str, *arguments: str) -> subprocess.Popen[bytes]:
        names = ("app_database_url", "worker_database_url", "ops_database_url", "sealing_keys", "login_pepper")
        secrets = {f"SKELDIR_{one.upper()}": self.settings.secret(one) for one in names}
        # The same work again and again, so that a worker is never idle when it is killed.
        more = {
            "SKELDIR_ENV": "ci",
            "SKELDIR_SCHEDULE_SECONDS": "1",
        }
        more |= {f"SKELDIR_{name.upper()}": str(value) for name, value in run.local_settings(self.settings).items()}
        more |= self.variables
        with (self.folder / f"{name}.log").open("ab") as log:
            return subprocess.Popen(
                [*command(self.program), *arguments],
                cwd=self.program,
                env=environment(**secrets, **more),
                stdout=log,
                stderr=log,
                start_new_session=True,
            )

    def start_api(self) -> None:
        """The API, on the port it always had."""
        self.api = self._start("api", "serve", "--port", str(self.port))

    def start_worker(self, processes: int = 2) -> None:
        """Worker processes under their supervisor."""
        self.worker = self._start("worker", "worker", "--processes", str(processes))

    async def ready(self) -> None:
        """Wait until the API answers and reaches its database."""
        deadline = time.monotonic() + PATIENCE_SECONDS
        async with httpx2.AsyncClient(base_url=self.url, timeout=10) as client:
            while time.monotonic() < deadline:
                with contextlib.suppress(httpx2.HTTPError):
                    if (await client.get("/api/health")).status_code == 200:
                        return
                await asyncio.sleep(0.05)
        raise TimeoutError(f"the API is not ready; see {self.folder / 'api.log'}")

    def restart_database(self) -> None:
        """Start what was killed; recover what it had written."""
        self.server.stop()
        self.server = embedded.start(reachable(self.folder) / "postgres", port=self.server.port)

    def kill(self, victim: str, order: Random) -> str:
        """SIGKILL; what exactly was hit."""
        if victim == "api":
            return _kill_all(f"api {self._end(self.api)}", [])
        if victim == "worker":
            assert self.worker is not None
            group = [pid for pid in _group(self.worker.pid) if pid != self.worker.pid]
            return _kill_all("a worker", [order.choice(group)] if group else [])
        pids = processes.of_cluster(self.server.home / "pgdata")
        order.shuffle(pids)
        backends = [pid for pid in pids if pid != self.server.pid]
        hits = {"database": pids, "postmaster": [self.server.pid], "backend": backends[:1]}
        return _kill_all(victim, hits[victim])

    def _end(self, process: subprocess.Popen[bytes] | None) -> int:
        assert process is not None
        process.kill()
        process.wait()
        return process.pid

    def stop_worker(self) -> None:
        """End the workers, if any run."""
        self._stop(self.worker)

    def stop_api(self) -> None:
        """Ask the API to end, as a deployment does."""
        self._stop(self.api)

    def stop(self) -> None:
        """End everything."""
        self._stop(self.api, self.worker)
        self.server.stop()

    def _stop(self, *processes: subprocess.Popen[bytes] | None) -> None:
        running = [process for process in processes if process is not None]
        for process in running:
            process.terminate()
        for process in running:
            try:
                process.wait(60)
            except subprocess.TimeoutExpired:
                self._end(process)

    def last_words(self) -> str:
        """The end of every log, for whoever has to find out what happened."""
        logs = [self.folder / "api.log", self.folder / "worker.log", self.server.home / "postgres.log"]
        return "\n".join(f"--- {log.name}\n{_tail(log)}" for log in logs if log.exists())

    async def shop(self) -> Shop:
        """A new tenant, with no limit to how often it may deliver."""
        self.shops += 1
        secrets = {processor.name: processor.new_secret() for processor in registry.PROCESSORS}
        email = f"shop-{self.shops}@shop.example"
        new_tenant = await asyncio.to_thread(
            tenant.make,
            self.settings,
            name=f"Shop {self.shops}",
            email=email,
            password=PASSWORD,
            secrets=secrets,
        )
        operator = engines.create(self.settings.secret("ops_database_url"), pool_size=1)
        async with operator.begin() as connection:
            await connection.execute(_RAISE, {"tenant": new_tenant.tenant_id})
        await operator.dispose()
        return Shop(
            new_tenant.tenant_id, Sender(new_tenant.tenant_key, secrets, run.signers(self.settings), SystemClock())
        )

    async def look(self) -> asyncpg.Connection:
        """A connection that sees every tenant's rows."""
        return await bootstrap.connect(self.server.url(roles.OWNER, DATABASE))


def command(program: Path | None) -> list[str]:
    """The `skeldir` command of a release; its folder has to be the working directory, where Python looks first."""
    return [str(SKELDIR)] if program is None else [sys.executable, "-c", "from impl.cli import main; main()"]


def _tail(log: Path) -> str:
    return "\n".join(log.read_text(errors="replace").splitlines()[-_LAST_LINES:])


def _group(leader: int) -> list[int]:
    """The processes that a supervisor started."""
    listing = subprocess.run(["ps", "-o", "pid=", "--ppid", str(leader)], capture_output=True, text=True, check=False)
    return [int(pid) for pid in listing.stdout.split()]


def _kill_all(what: str, pids: list[int]) -> str:
    for pid in pids:
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
    return what


@contextlib.asynccontextmanager
async def running(folder: Path, **variables: str) -> AsyncIterator[Deployment]:
    """A deployment in `folder`, migrated, its API running and ready, as long as the block."""
    folder.mkdir(parents=True, exist_ok=True)
    deployment = await asyncio.to_thread(_build, folder)
    deployment.variables = variables
    try:
        deployment.start_api()
        await deployment.ready()
        yield deployment
    except BaseException as error:
        error.add_note(deployment.last_words())
        raise
    finally:
        await asyncio.to_thread(deployment.stop)


def _build(folder: Path) -> Deployment:
    with local.stack(Settings(data_dir=folder)) as stack:
        settings = stack.settings
    server = embedded.start(folder / "postgres", port=free_port())
    names = {
        "app_database_url": roles.API,
        "worker_database_url": roles.WORKER,
        "ops_database_url": roles.OPERATOR,
        "migration_database_url": roles.OWNER,
    }
    urls = {
        name: SecretStr(server.url(role, DATABASE).render_as_string(hide_password=False))
        for name, role in names.items()
    }
    return Deployment(folder, settings.model_copy(update=urls), server)
