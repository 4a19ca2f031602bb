"""Setting up: what goes wrong on a stranger's machine is one sentence that says the way out."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.cli.conftest import ROOT, environment

LOCKED = ("requirements/install.sh", "requirements/uv.lock", "requirements/dev.lock", "pyproject.toml", "Makefile")


@pytest.fixture
def clone(tmp_path: Path) -> Path:
    """The files of a clone that its set-up reads."""
    folder = tmp_path / "a clone"
    for name in LOCKED:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(ROOT / name, folder / name)
    return folder


def run(clone: Path, *command: str, **extra: str) -> subprocess.CompletedProcess[str]:
    kept = {name: value for name, value in environment().items() if name not in {"MAKEFLAGS", "MAKELEVEL"}}
    return subprocess.run(command, cwd=clone, env=kept | extra, capture_output=True, text=True, check=False)


def old_python(folder: Path) -> Path:
    """A Python 3.9, as far as anybody can tell."""
    path = folder / "python3.9"
    path.write_text('#!/bin/sh\ncase "$1" in -V) echo "Python 3.9.18";; *) exit 1;; esac\n')
    path.chmod(0o755)
    return path


def test_an_old_python_is_refused_before_an_environment_is_made(clone, tmp_path):
    old = old_python(tmp_path)
    result = run(clone, "make", "install", f"PYTHON={old}")
    assert f"{old} is Python 3.9.18; name a newer one: make install PYTHON=python3.11" in result.stderr
    assert not (clone / ".venv").exists()


def test_a_python_that_is_not_there_is_named(clone):
    result = run(clone, "make", "install", "PYTHON=python3.99")
    assert "there is no python3.99; install it, or name another one: make install PYTHON=" in result.stderr


def test_an_environment_of_an_old_python_is_replaced_once_a_newer_one_is_named(clone, tmp_path):
    """It used to stay, whatever Python was named."""
    (clone / ".venv/bin").mkdir(parents=True)
    shutil.copy2(old_python(tmp_path), clone / ".venv/bin/python")
    (clone / ".venv/bin/activate").write_text(f'VIRTUAL_ENV="{clone}/.venv"\n')
    closed = {"PIP_INDEX_URL": "http://127.0.0.1:9/simple"}
    result = run(clone, "make", "install", f"PYTHON={sys.executable}", **closed)
    version = run(clone, ".venv/bin/python", "-V").stdout
    assert version == f"Python {sys.version.split()[0]}\n", result.stderr
    assert (
        "could not be downloaded from http://127.0.0.1:9/simple. Check the connection; behind a company mirror set PIP_INDEX_URL"
        in result.stderr
    )


@pytest.mark.parametrize("is_moved", [False, True])
def test_a_folder_that_was_moved_is_set_up_again(clone, is_moved):
    place = "/somewhere/else" if is_moved else clone
    (clone / ".venv/bin").mkdir(parents=True)
    (clone / ".venv/bin/activate").write_text(f'VIRTUAL_ENV="{place}/.venv"\n')
    (clone / ".venv/bin/python").symlink_to(sys.executable)
    (clone / ".venv/.installed").touch()
    planned = run(clone, "make", "-n", "install").stdout
    assert ("requirements/install.sh" in planned) == is_moved


def test_make_lists_by_use_in_lines_that_fit_a_terminal(clone):
    printed = run(clone, "make").stdout
    assert re.findall(r"^(\w+):$", printed, re.MULTILINE) == ["use", "develop", "release", "measure"]
    assert "\033" not in printed
    assert max(map(len, printed.splitlines())) <= 120
    targets = set(re.findall(r"^([a-z-]+):.*## ", (clone / "Makefile").read_text(), re.MULTILINE))
    assert targets == set(re.findall(r"^  make (\S+)", printed, re.MULTILINE))


def test_make_run_takes_a_port(clone):
    assert "skeldir run --port 8123 " in run(clone, "make", "-n", "run", "PORT=8123").stdout
    assert "--port" not in run(clone, "make", "-n", "run").stdout


def test_other_secrets_than_those_of_the_database_are_refused_at_the_start(start, data_dir):
    """A lost or wrongly restored secrets.json used to end in logins that fail for ever."""
    first = start("--since", "0")
    printed = first.wait_for("Press Ctrl-C")
    assert printed.startswith("Starting PostgreSQL")
    # Counted from when the person pressed Enter, which here was in 1970.
    seconds = re.search(r"started in ([0-9.]+) s", printed)
    assert seconds is not None
    assert float(seconds[1]) > 1e9
    assert first.stop() == 0
    secrets = data_dir / "secrets.json"
    right = secrets.read_bytes()
    secrets.unlink()
    refused = start()
    assert refused.process.wait(60) == 2
    assert f"the secrets in {secrets} are not those that this database was sealed with" in refused.output
    assert f"restore that file from the backup that the database comes from, or remove {data_dir}" in refused.output
    secrets.write_bytes(right)
    again = start()
    again.wait_for("Press Ctrl-C")
    assert again.stop() == 0
