"""The production page, tried: keys, roles, schema, and the ExecStart lines of the systemd units, on a PostgreSQL of its own."""

from __future__ import annotations

import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import httpx2
import pytest

from impl.db import embedded
from tests.bench.shop import free_port
from tests.cli.conftest import ROOT, environment, skeldir
from tests.cli.test_run_lock import answers
from tests.db.test_embedded import reachable

UNITS = ROOT / "docs" / "production"
PASSWORD = "a good password"
INSTALLED = "/opt/skeldir/.venv/bin"


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[embedded.Server]:
    with embedded.running(reachable(tmp_path_factory.mktemp("production")) / "data") as server:
        yield server


def variables(path: Path) -> dict[str, str]:
    return dict(line.partition("=")[::2] for line in path.read_text().splitlines())


def unit(name: str, folder: Path, *more: str) -> tuple[list[str], dict[str, str]]:
    """Command and environment of a systemd unit, with this environment's programs and files in place of the installed ones."""
    text = (UNITS / f"skeldir-{name}.service").read_text()
    command = re.search(r"^ExecStart=(.+)$", text, re.MULTILINE)
    file = re.search(r"^EnvironmentFile=/etc/skeldir/(.+)$", text, re.MULTILINE)
    assert command is not None
    assert file is not None
    program, *words = shlex.split(command[1])
    assert program == f"{INSTALLED}/skeldir"
    return [str(Path(sys.executable).with_name("skeldir")), *words, *more], environment(**variables(folder / file[1]))


def run(command: list[str], env: dict[str, str], stdin: str = "") -> str:
    result = subprocess.run(command, env=env, input=stdin, capture_output=True, text=True, check=False, timeout=120)
    assert result.returncode == 0, result.stderr
    return result.stdout


def test_the_steps_of_the_page_end_in_a_service_that_answers(server: embedded.Server, tmp_path: Path) -> None:
    folder = tmp_path / "etc"
    address = f"postgresql://127.0.0.1:{server.port}/skeldir"
    made = skeldir("keys", "make", "--database", address, "--out", folder)
    assert made.returncode == 0, made.stderr
    assert {path.name for path in folder.iterdir()} == {"api.env", "worker.env", "operator.env"}
    assert all(path.stat().st_mode & 0o777 == 0o600 for path in folder.iterdir())
    # A process has the password of its own role and of no other.
    assert "migration_owner" not in (folder / "api.env").read_text() + (folder / "worker.env").read_text()
    assert "app_user" not in (folder / "worker.env").read_text()
    again = skeldir("keys", "make", "--database", address, "--out", folder)
    assert again.returncode != 0
    assert "could not be read without it; choose another --out" in again.stderr

    operator = environment(**variables(folder / "operator.env"))
    program = str(Path(sys.executable).with_name("skeldir"))
    admin = server.url().set(drivername="postgresql").render_as_string(hide_password=False)
    run([program, "db", "create", "skeldir"], operator | {"DATABASE_URL": admin})
    assert "is at revision" in run(*unit("migrate", folder))
    port, metrics = free_port(), free_port()
    api, api_environment = unit("api", folder, "--port", str(port))
    worker, worker_environment = unit("worker", folder)
    log = tmp_path / "log"
    with log.open("wb") as output:
        pair = [
            subprocess.Popen(api, env=api_environment, stdout=output, stderr=output),
            subprocess.Popen(
                worker,
                env=worker_environment | {"SKELDIR_WORKER_METRICS_PORT": str(metrics)},
                stdout=output,
                stderr=output,
            ),
        ]
    try:
        assert answers(f"http://127.0.0.1:{port}/api/health/ready", pair[0]), log.read_text()
        assert answers(f"http://127.0.0.1:{metrics}/metrics", pair[1]), log.read_text()
        create = [program, "tenant", "create", "--name", "Corner shop", "--email", "owner@example.com"]
        tenant = re.search(r"[0-9a-f]{8}-[0-9a-f-]{27}", run(create, operator, stdin=f"{PASSWORD}\n"))
        assert tenant is not None
        login = {"email": "owner@example.com", "password": PASSWORD, "tenant_id": tenant[0]}
        assert httpx2.post(f"http://127.0.0.1:{port}/api/auth/login", json=login).status_code == 200
    finally:
        codes = []
        for process in pair:
            process.terminate()
            codes.append(process.wait(60))
    assert codes == [0, 0]


def test_without_an_administrator_no_role_is_made_in_production() -> None:
    refused = skeldir("db", "create", "skeldir", SKELDIR_ENV="prod")
    assert refused.returncode != 0
    assert "DATABASE_URL is not set" in refused.stderr


def test_every_path_and_metric_of_the_page_exists() -> None:
    page = (ROOT / "docs" / "production.md").read_text()
    for target in re.findall(r"\]\(([^)]+)\)", page):
        assert (ROOT / "docs" / target).exists(), target
    code = "".join(path.read_text() for path in (ROOT / "impl").rglob("*.py"))
    for metric in re.findall(r"^\| `([a-z_]+)", page, re.MULTILINE):
        name = metric.removesuffix("_total")
        if name not in {"migration_owner", "app_user", "app_worker", "app_ops"}:
            assert f'"{name}"' in code, metric
    for setting in re.findall(r"SKELDIR_([A-Z_]+)", page):
        assert setting == "ENV" or f"    {setting.lower()}: " in (ROOT / "impl" / "settings.py").read_text(), setting
