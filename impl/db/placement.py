"""Where an embedded cluster lies: in the data folder itself, or under /var/lib when its account cannot enter that folder.

The data folder then holds only a note with the place. The note decides about a cluster that is already there. Without a note
the data folder was removed, and its cluster is set aside. With a note of another place the folder was moved, and the cluster
follows.
"""

from __future__ import annotations

import fcntl
import os
import re
import sys
import time
from hashlib import sha256
from pathlib import Path
from typing import Final

from impl.db import binaries, postmaster
from impl.db.binaries import Account
from impl.db.errors import EmbeddedPostgresError

_NOTE: Final = "elsewhere.txt"
_FOLDER: Final = "folder.txt"
_PLACE: Final = re.compile(r"the cluster is in (.+)\n")


def home(data: Path, who: Account) -> Path:
    """The folder that holds the cluster of the data folder `data`, owned by `who`. Raises `EmbeddedPostgresError`."""
    requested = data.absolute()
    try:
        requested.mkdir(parents=True, exist_ok=True)
        place = requested.resolve()
        if not who.can_enter(place.parent):
            place = _elsewhere(requested)
        who.own(place)
        place.chmod(0o700)
        (place / "lock").touch(mode=0o600)
    except OSError as error:
        message = f"cannot write to the data folder {requested} ({error.strerror}); choose another or correct its owner"
        raise EmbeddedPostgresError(message) from error
    return place


def take_lock(place: Path) -> int | None:
    """Lock held by the process that owns the server of `place`; None if another process holds it."""
    # A lock and not a pid: the kernel releases it however the process ends, and a pid may be reused by another program.
    descriptor = os.open(place / "lock", os.O_RDWR | os.O_CLOEXEC)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(descriptor)
        return None
    return descriptor


def _elsewhere(requested: Path) -> Path:
    """The place under /var/lib of a data folder that is private to root."""
    place = binaries.SYSTEM_HOME / f"data-{sha256(str(requested).encode()).hexdigest()[:12]}"
    earlier = _noted(requested)
    if earlier is None and (place / "pgdata").exists():
        _set_aside(place, requested)
    elif earlier not in (None, place) and not (place / "pgdata").exists():
        _follow(earlier, place)
    place.mkdir(parents=True, exist_ok=True)
    (place / _FOLDER).write_text(f"{requested}\n")
    (requested / _NOTE).write_text(f"This folder is private to root; the cluster is in {place}\n")
    return place


def _noted(requested: Path) -> Path | None:
    """The place that the data folder's note names; None without a note."""
    note = requested / _NOTE
    match = _PLACE.search(note.read_text()) if note.exists() else None
    return Path(match[1]) if match else None


def _set_aside(place: Path, requested: Path) -> None:
    """Move away the cluster of a data folder that was removed: its secrets went with the folder, so nobody can use it there."""
    aside = _free_name(place)
    _move(place, aside)
    sys.stderr.write(
        f"skeldir: {requested} is new, but a database of an earlier folder of this name was left in {place}. "
        f"It is kept in {aside}; delete it if you do not need it.\n"
    )


def _follow(earlier: Path | None, place: Path) -> None:
    """Bring along the cluster of a data folder that was moved. The cluster of one that was copied stays with the original."""
    if earlier is None or not (earlier / "pgdata").exists():
        return
    original = earlier / _FOLDER
    if original.exists() and not (Path(original.read_text().strip()) / _NOTE).exists():
        _move(earlier, place)


def _free_name(place: Path) -> Path:
    stamp = f"{place.name}-{time.strftime('%Y%m%d-%H%M%S', time.gmtime())}"
    names = (place.with_name(stamp + suffix) for suffix in ("", *(f"-{number}" for number in range(1, 100))))
    return next(name for name in names if not name.exists())


def _move(source: Path, target: Path) -> None:
    """Move a cluster that nobody uses. A server that a killed owner left behind is stopped first."""
    (source / "lock").touch(mode=0o600)
    lock = take_lock(source)
    if lock is None:
        message = (
            f"another instance still uses the database in {source}, whose data folder is gone; stop that instance first"
        )
        raise EmbeddedPostgresError(message)
    try:
        postmaster.end_left_behind(source)
        if target.exists():
            # Without a cluster, as the caller has made sure: what a start that failed has left.
            target.rename(_free_name(target))
        source.rename(target)
    finally:
        os.close(lock)
