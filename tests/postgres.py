"""The data layer's tests on every other PostgreSQL installed here, and behind pgbouncer: `make test-postgres`.

The embedded server is one bin directory among others; this points the same tests at Debian's packages.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
DEBIAN = Path("/usr/lib/postgresql")
OLDEST = 15
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


def main() -> int:
    """Exit 1 when any version fails; what is not installed is said plainly and is not a failure."""
    versions = installed()
    good = [
        run(f"PostgreSQL {major} ({folder})", TESTS, {"SKELDIR_TEST_PG_BIN": str(folder)})
        for major, folder in versions.items()
    ]
    missing = [str(major) for major in (15, 16, 17) if major not in versions]
    if missing:
        print(f"----  PostgreSQL {', '.join(missing)}: not installed here (Debian's postgresql-<version>), not tested")
    if shutil.which("pgbouncer"):
        good.append(run("pgbouncer, transaction mode", ("tests/bouncer/bouncer.py",), {}))
    else:
        print("----  pgbouncer: not installed here, not tested")
    return 0 if all(good) else 1


if __name__ == "__main__":
    sys.exit(main())
