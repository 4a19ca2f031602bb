"""An embedded PostgreSQL: a server of our own over a bin directory, on loopback, durable, safe to kill at any moment.

It guarantees: one server per data folder (a lock file, not a pid, decides); a stale pid file of an earlier boot never
counts as a running server; passwords are required (SCRAM) although it listens on loopback only; root never runs the
server; a server left behind by a killed owner is taken over; `fsync` stays on.
"""

from __future__ import annotations

import contextlib
import json
import os
import secrets
import shutil
import socket
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any, Final

from sqlalchemy.engine import URL

from impl.db import binaries, placement, postmaster, url
from impl.db.binaries import Account, Binaries
from impl.db.errors import EmbeddedPostgresError

HOST: Final = "127.0.0.1"
SUPERUSER: Final = "postgres"
ROLES: Final = (SUPERUSER, "migration_owner", "app_user", "app_worker", "app_ops")
"""Login roles that get a password of their own in the data folder."""

# One syncfs instead of an fsync per file: after a crash the server is back in 0.2 s instead of 3 s (Linux has it).
_RECOVERY: Final = {"recovery_init_sync_method": "syncfs"} if Path("/proc/self").exists() else {}
_QUIET: Final = {
    "log_error_verbosity": "terse",
    "log_min_messages": "fatal",
    "log_min_error_statement": "panic",
    "log_parameter_max_length": "0",
    "log_parameter_max_length_on_error": "0",
}
"""Error messages quote rows and parameters. The client that sent them gets them back; they must not reach the server's log."""
_LOG_LIMIT: Final = 8 * 1024 * 1024
_PORTS_TRIED: Final = 5
_NO_SOCKET: Final = "could not create any TCP/IP sockets"


class _PortInUse(EmbeddedPostgresError):
    """Another process listens on the port."""


@dataclass(slots=True)
class Server:
    """A running embedded server. `owned` is False if another process runs it and we only use its address."""

    home: Path
    port: int
    pid: int
    passwords: Mapping[str, str] = field(repr=False)
    owned: bool
    lock: int | None = field(default=None, repr=False)
    child: subprocess.Popen[Any] | None = field(default=None, repr=False)
    launch: Callable[[int], Server] | None = field(default=None, repr=False)
    """Starts the server process anew, on a port."""

    def has_ended(self) -> bool:
        """Whether the server process is gone."""
        return postmaster.has_ended(self.pid, self.home, self.child)

    def restart(self, seconds: float = 300.0) -> None:
        """Start a server that has ended again, on the same port. Raises `EmbeddedPostgresError`."""
        assert self.launch is not None
        postmaster.end_orphans(self.home)
        again = self.launch(self.port)
        self.pid, self.child = again.pid, again.child
        _await_ready(self, seconds)

    def url(self, role: str = SUPERUSER, database: str = "postgres") -> URL:
        """Address of `database` for one of `ROLES`."""
        return URL.create(url.DRIVER, role, self.passwords[role], HOST, self.port, database)

    def stop(self) -> None:
        """Stop the server cleanly if we own it; another process's server keeps running."""
        if self.owned:
            postmaster.end(self.pid, self.home, self.child)
            self.leave()

    def leave(self) -> None:
        """Give up ownership: the server keeps running until another process takes it over or calls `stop_orphan`."""
        self.owned = False
        if self.child is not None and self.child.returncode is None:
            # Popen warns when an unfinished child is collected; this one outlives us on purpose.
            self.child.returncode = 0
        if self.lock is not None:
            os.close(self.lock)
            self.lock = None


@contextlib.contextmanager
def running(
    data: Path,
    *,
    port: int | None = None,
    bin_dir: Path | None = None,
    options: Mapping[str, str] | None = None,
    start_seconds: float = 300.0,
) -> Iterator[Server]:
    """`start`, and `stop` at the end of the block."""
    server = start(data, port=port, bin_dir=bin_dir, options=options, start_seconds=start_seconds)
    try:
        yield server
    finally:
        server.stop()


def start(
    data: Path,
    *,
    port: int | None = None,
    bin_dir: Path | None = None,
    options: Mapping[str, str] | None = None,
    start_seconds: float = 300.0,
) -> Server:
    """A ready server on the data folder `data`, initialised on first use; takes about 0.1 s afterwards.

    `port` None picks a free one. If another process already runs this folder's server, its address is returned. Waits
    for a crash recovery up to `start_seconds`. Raises `EmbeddedPostgresError`.
    """
    who = binaries.account()
    home = placement.home(data, who)
    lock = placement.take_lock(home)
    if lock is None:
        return _connect_to_running(home, port, start_seconds)
    try:
        programs = binaries.find(bin_dir, who)
        passwords = _initialise(home, programs, who)
        launch = partial(_launch, home, passwords, programs, who, options or {})
        server = _adopt(home, port, passwords)
        if server is None:
            # Backends of a killed server hold its shared memory, and PostgreSQL refuses to start while they live.
            postmaster.end_orphans(home)
            server = _launch_until_ready(
                partial(launch, port), start_seconds, tries=_PORTS_TRIED if port is None else 1
            )
        else:
            _await_ready(server, start_seconds)
    except BaseException:
        os.close(lock)
        raise
    server.lock, server.launch = lock, launch
    return server


def stop_orphan(data: Path) -> bool:
    """Stop a server that a killed or departed owner left running on `data`; False if there is none, or it has an owner."""
    home = placement.home(data, binaries.account())
    lock = placement.take_lock(home)
    if lock is None:
        return False
    is_running = postmaster.end_left_behind(home)
    os.close(lock)
    return is_running


def _initialise(home: Path, programs: Binaries, who: Account) -> Mapping[str, str]:
    """Passwords of the cluster in `home`, which is created if there is none."""
    cluster, passwords = home / "pgdata", home / "passwords.json"
    if not cluster.exists():
        # Killed half-way, only `pgdata.new` exists, and the next start begins again: the rename is the commit.
        unfinished = home / "pgdata.new"
        shutil.rmtree(unfinished, ignore_errors=True)
        new_passwords = {role: secrets.token_urlsafe(24) for role in ROLES}
        _write_private(passwords, json.dumps(new_passwords))
        _initdb(unfinished, new_passwords[SUPERUSER], programs, who)
        unfinished.rename(cluster)
    major = (cluster / "PG_VERSION").read_text().strip()
    if int(major) != programs.major:
        raise EmbeddedPostgresError(
            f"the data in {home} was written by PostgreSQL {major}, but this is {programs.version}; "
            f"run pg_upgrade, dump and reload the data, or choose another data folder"
        )
    return dict(json.loads(passwords.read_text()))


def _write_private(path: Path, text: str) -> None:
    """Write a file that only its owner reads, never half-written under its final name."""
    unfinished = path.with_suffix(".new")
    unfinished.unlink(missing_ok=True)
    descriptor = os.open(unfinished, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
    with os.fdopen(descriptor, "w") as stream:
        stream.write(text)
    unfinished.rename(path)


def _initdb(cluster: Path, password: str, programs: Binaries, who: Account) -> None:
    """A new cluster with checksums, UTF-8 and code-point order, so that every machine sorts alike."""
    # By file and not as an argument: arguments are visible to every user of the machine.
    password_file = cluster.with_name("password.new")
    _write_private(password_file, password + "\n")
    who.own(password_file)
    locale = ["--locale-provider=builtin", "--locale=C.UTF-8"] if programs.major >= 17 else ["--locale=C"]
    command = [
        programs.program("initdb"), "-D", str(cluster), "-U", SUPERUSER, "-A", "scram-sha-256",
        f"--pwfile={password_file}", "-E", "UTF8", "--data-checksums", "--no-instructions", *locale,
    ]  # fmt: skip
    try:
        result = subprocess.run(command, capture_output=True, text=True, check=False, cwd="/", **who.popen())  # noqa: S603 - our own
    finally:
        password_file.unlink()
    if result.returncode:
        lines = result.stderr.strip().splitlines() or ["no reason given"]
        reason = next((line for line in lines if "error:" in line or "FATAL" in line), lines[-1])
        raise EmbeddedPostgresError(f"initdb failed in {cluster.parent}: {reason}")


def _connect_to_running(home: Path, port: int | None, seconds: float) -> Server:
    """The server that another process runs on `home`, once it is ready."""
    deadline = time.monotonic() + min(seconds, 30.0)
    while time.monotonic() < deadline:
        pid_file = postmaster.pid_file(home)
        if pid_file and pid_file.ready and postmaster.serves(pid_file.pid, home):
            if port not in (None, pid_file.port):
                raise EmbeddedPostgresError(
                    f"the data in {home} is already served on port {pid_file.port} by another instance; "
                    f"use that port, stop it, or choose another data folder"
                )
            passwords = dict(json.loads((home / "passwords.json").read_text()))
            return Server(home, pid_file.port, pid_file.pid, passwords, owned=False)
        time.sleep(postmaster.POLL_SECONDS)
    raise EmbeddedPostgresError(f"another instance uses {home} but its server is not ready; stop that instance first")


def _adopt(home: Path, port: int | None, passwords: Mapping[str, str]) -> Server | None:
    """The server that a killed owner left running, if we can use it. One on another port, or about to stop, is stopped."""
    pid_file = postmaster.pid_file(home)
    if pid_file is None:
        return None
    if not postmaster.serves(pid_file.pid, home):
        # PostgreSQL itself only looks whether that pid exists, and after a reboot it may be another program's.
        (home / "pgdata" / "postmaster.pid").unlink(missing_ok=True)
        return None
    server = Server(home, pid_file.port, pid_file.pid, passwords, owned=True)
    if port in (None, pid_file.port) and pid_file.status != "stopping":
        return server
    server.stop()
    return None


def _launch_until_ready(launch: Callable[[], Server], seconds: float, *, tries: int) -> Server:
    """A ready server. A free port may be taken before the server binds it, so there are several tries."""
    while True:
        server, tries = launch(), tries - 1
        try:
            _await_ready(server, seconds)
        except _PortInUse:
            if not tries:
                raise
        else:
            return server


def _launch(
    home: Path,
    passwords: Mapping[str, str],
    programs: Binaries,
    who: Account,
    options: Mapping[str, str],
    port: int | None,
) -> Server:
    """Start the server process; `_await_ready` waits until it accepts connections."""
    free_port = _free_port(port)
    settings = {"listen_addresses": HOST, "port": str(free_port), "unix_socket_directories": "", **_RECOVERY, **_QUIET}
    settings |= options
    command = [programs.program("postgres"), "-D", str(home / "pgdata")]
    for name, value in settings.items():
        command += ["-c", f"{name}={value}"]
    log = home / "postgres.log"
    if log.exists() and log.stat().st_size > _LOG_LIMIT:
        log.replace(log.with_suffix(".log.1"))
    with log.open("ab") as stream:
        child: subprocess.Popen[Any] = subprocess.Popen(  # noqa: S603 - our own program
            command,
            stdin=subprocess.DEVNULL,
            stdout=stream,
            stderr=stream,
            cwd="/",
            start_new_session=True,  # Ctrl-C in the terminal must reach the owner only, which then stops the server
            **who.popen(),
        )
    return Server(home, free_port, child.pid, passwords, owned=True, child=child)


def _free_port(port: int | None) -> int:
    """`port` if it can be bound, or a free one."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port or 0))
        except OSError as error:
            message = f"port {port} on {HOST} is in use ({error.strerror}); free it or choose another database port"
            raise EmbeddedPostgresError(message) from error
        return int(probe.getsockname()[1])


def _await_ready(server: Server, seconds: float) -> None:
    """Wait until the pid file names this very process and says ready, which a stale file never does."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        pid_file = postmaster.pid_file(server.home)
        if pid_file and pid_file.ready and pid_file.pid == server.pid:
            return
        if postmaster.has_ended(server.pid, server.home, server.child):
            reason = _last_error(server.home)
            error = _PortInUse if _NO_SOCKET in reason else EmbeddedPostgresError
            raise error(f"PostgreSQL did not start: {reason}")
        time.sleep(postmaster.POLL_SECONDS)
    postmaster.end(server.pid, server.home, server.child)
    raise EmbeddedPostgresError(f"PostgreSQL was not ready within {seconds:.0f} s; see {server.home / 'postgres.log'}")


def _last_error(home: Path) -> str:
    """The last fatal error in the server's log."""
    log = home / "postgres.log"
    lines = log.read_text(errors="replace").splitlines()[-40:]
    errors = [line for line in lines if "FATAL" in line or "PANIC" in line]
    return f"{(errors or lines or ['no message'])[-1]} (see {log})"
