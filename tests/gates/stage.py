"""Where a gate acts: a server of its own, the program's commands, SQL as any role, and a record of all of it."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import AsyncGenerator, Generator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

import asyncpg

ROOT: Final = Path(__file__).resolve().parents[2]
SKELDIR: Final = str(Path(sys.executable).with_name("skeldir"))
SETTING: Final = {
    "migration_owner": "SKELDIR_MIGRATION_DATABASE_URL",
    "app_user": "SKELDIR_APP_DATABASE_URL",
    "app_worker": "SKELDIR_WORKER_DATABASE_URL",
    "app_ops": "SKELDIR_OPS_DATABASE_URL",
}


class GateFailure(Exception):
    """The gate saw something else than it must see; the message says what."""


def require(condition: object, message: str) -> None:
    """Fail the gate with `message` unless `condition` holds."""
    if not condition:
        raise GateFailure(message)


@dataclass(frozen=True)
class CommandResult:
    """Exit code and output of a command."""

    code: int
    output: str


@dataclass
class Stage:
    """One gate's view of the world. Everything it does is kept in `evidence`, raw."""

    home: Path
    port: int
    passwords: dict[str, str]
    evidence: list[dict[str, Any]] = field(default_factory=list)

    def url(self, role: str, database: str, *, prefix: str = "postgresql") -> str:
        """Address of a database for a role."""
        return f"{prefix}://{role}:{self.passwords[role]}@127.0.0.1:{self.port}/{database}"

    def _hidden(self, text: str) -> str:
        for password in self.passwords.values():
            text = text.replace(password, "***")
        return text

    def note(self, **facts: object) -> None:
        """Keep something in the evidence."""
        self.evidence.append({"at": datetime.now(UTC).isoformat(), **facts})

    async def command(
        self, *words: str, database: str = "", cwd: Path | None = None, prefix: str = "postgresql"
    ) -> CommandResult:
        """Run `skeldir` with the URLs of `database` in its settings."""
        urls = {name: self.url(role, database, prefix=prefix) for role, name in SETTING.items()} if database else {}
        return await self.process(SKELDIR, *words, environment=urls, cwd=cwd, database=database)

    async def process(
        self, *words: str, environment: dict[str, str] | None = None, cwd: Path | None = None, database: str = ""
    ) -> CommandResult:
        """Run any program; its output is kept raw, except that passwords are masked."""
        started = await asyncio.create_subprocess_exec(
            *words,
            cwd=cwd or ROOT,
            env={**os.environ, **(environment or {})},
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
        )
        output, _ = await started.communicate()
        result = CommandResult(started.returncode or 0, output.decode())
        command = " ".join(words).replace(SKELDIR, "skeldir")
        self.note(command=command, database=database, exit=result.code, output=self._hidden(result.output))
        return result

    async def migrated(self, database: str, revision: str = "head") -> None:
        """A new database at `revision`, made by the program's own commands."""
        await self.created(database)
        result = await self.command("migrate", "--to", revision, database=database)
        require(result.code == 0, f"migrating {database} to {revision} failed: {self._hidden(result.output)}")

    async def created(self, database: str) -> None:
        """A database with roles and no schema."""
        result = await self.command("db", "create", database, "--data-dir", str(self.home))
        require(result.code == 0, f"creating {database} failed: {result.output}")

    @contextlib.asynccontextmanager
    async def running(self, *words: str, environment: dict[str, str]) -> AsyncGenerator[list[str]]:
        """A program at work during the block, then told to stop; its lines are in the list afterwards, and kept raw."""
        lines: list[str] = []
        started = await asyncio.create_subprocess_exec(
            *words,
            cwd=ROOT,
            env={**os.environ, **environment},
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
        )
        reading = asyncio.create_task(started.communicate())
        try:
            yield lines
        finally:
            with contextlib.suppress(ProcessLookupError):
                started.terminate()
            output, _ = await reading
            lines += output.decode().splitlines()
            self.note(command=" ".join(words), exit=started.returncode, output=self._hidden(output.decode()))

    @contextlib.asynccontextmanager
    async def connected(self, role: str, database: str) -> AsyncGenerator[asyncpg.Connection]:
        """A connection for work that is not itself evidence."""
        connection = await asyncpg.connect(self.url(role, database))
        try:
            yield connection
        finally:
            await connection.close()

    async def sql(self, role: str, database: str, *statements: str) -> str:
        """Run statements in one transaction as a role: the last answer as text, or `SQLSTATE: message`. Kept raw."""
        async with self.connected(role, database) as connection:
            answer = ""
            try:
                async with connection.transaction():
                    for statement in statements:
                        rows = await connection.fetch(statement)
                        answer = "\n".join("|".join(map(str, row)) for row in rows)
            except asyncpg.PostgresError as error:
                answer = f"{getattr(error, 'sqlstate', '')}: {error}"
        self.note(role=role, database=database, sql=list(statements), answer=answer)
        return answer


@contextlib.contextmanager
def stage() -> Generator[Stage]:
    """A stage on an embedded server of its own, with the durable settings of production; gone afterwards."""
    with tempfile.TemporaryDirectory(prefix="skeldir-gates-") as folder:
        Path(folder).chmod(0o711)  # the server runs as another account when we are root
        command = [SKELDIR, "db", "start", "--data-dir", f"{folder}/data"]
        with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, cwd=ROOT, text=True) as server:
            assert server.stdout is not None
            address = json.loads(server.stdout.readline())
            passwords = json.loads((Path(address["home"]) / "passwords.json").read_text())
            yield Stage(Path(folder) / "data", address["port"], passwords)
            server.communicate("")
