"""`skeldir worker`: worker processes and a supervisor that restarts them and runs no job itself."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from typing import Any, Final

import structlog
from pydantic import SecretStr

from impl.cli import local
from impl.settings import Role, Settings, environment_name
from impl.telemetry import logging
from impl.telemetry.log_file import LogFile

log = structlog.get_logger()

POLL_SECONDS: Final = 0.2
STOP_SECONDS: Final = 35.0
"""A little more than the 30 s a worker gives its last jobs, so that the supervisor never kills one that is about to end."""
EARLY_EXIT_SECONDS: Final = 5.0
"""A worker that exits sooner has a persistent problem; its restarts are delayed more and more."""
MAX_PAUSE_SECONDS: Final = 30.0
_PASSED_ON: Final = (
    "environment worker_database_url sealing_keys log_level worker_stall_seconds schedule_seconds data_dir".split()
)


def run(settings: Settings) -> None:
    """Keep workers running until SIGTERM or SIGINT. In local and ci, without a URL, the database is started first."""
    logging.configure(settings.log_level)
    settings.warn_of_environment()
    if settings.environment in {"stage", "prod"} or settings.worker_database_url is not None:
        settings.require(Role.WORKER)
        _until_signal(settings)
        return
    with local.stack(settings) as stack:
        _until_signal(stack.settings)


def _until_signal(settings: Settings) -> None:
    stop_requested = threading.Event()
    for signal_ in (signal.SIGTERM, signal.SIGINT):
        signal.signal(signal_, lambda *_: stop_requested.set())
    with running(settings):
        stop_requested.wait()


@contextlib.contextmanager
def running(settings: Settings, log_file: LogFile | None = None) -> Iterator[None]:
    """Run `settings.worker_processes` workers within the block; their log goes to `log_file` (default: standard error)."""
    workers = [_Supervised(settings, log_file, number) for number in range(settings.worker_processes)]
    for worker in workers:
        worker.start()
    try:
        yield
    finally:
        # All are asked first and joined afterwards: one after the other, each could take its half minute.
        for worker in workers:
            worker.stop()
        for worker in workers:
            worker.join()


class _Supervised(threading.Thread):
    """One worker process and its replacements."""

    def __init__(self, settings: Settings, log_file: LogFile | None, number: int) -> None:
        super().__init__(daemon=True)
        self._environment, self._log_file = environment(settings), log_file
        if settings.worker_metrics_port is not None:
            # Each process serves its own metrics, and its replacement serves them on the same port.
            self._environment["SKELDIR_WORKER_METRICS_PORT"] = str(settings.worker_metrics_port + number)
        self._stopped = threading.Event()

    def run(self) -> None:
        pause = POLL_SECONDS
        while not self._stopped.is_set():
            started = time.monotonic()
            # A session of its own: Ctrl-C in the terminal must reach the supervisor only, which lets the jobs finish.
            with self._log_file.pipe() if self._log_file else contextlib.nullcontext() as output:
                process = subprocess.Popen(
                    [sys.executable, "-m", "impl.worker"],
                    env=self._environment,
                    stderr=output,
                    start_new_session=True,
                )
            while process.poll() is None and not self._stopped.wait(POLL_SECONDS):
                pass
            if self._stopped.is_set():
                _stop(process)
                return
            is_quick = time.monotonic() - started < EARLY_EXIT_SECONDS
            pause = min(2 * pause, MAX_PAUSE_SECONDS) if is_quick else POLL_SECONDS
            log.warning("worker_ended", exit_code=process.returncode, restart_in_seconds=pause)
            self._stopped.wait(pause)

    def stop(self) -> None:
        """Ask the process to finish its jobs and exit."""
        self._stopped.set()


def _stop(process: subprocess.Popen[Any]) -> None:
    process.terminate()
    try:
        process.wait(STOP_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def environment(settings: Settings) -> dict[str, str]:
    """Environment of a worker process: this process's own, and the settings that were computed here."""
    variables = {**os.environ, environment_name("supervisor_pid"): str(os.getpid())}
    for name in _PASSED_ON:
        value = getattr(settings, name)
        if value is not None:
            plain = value.get_secret_value() if isinstance(value, SecretStr) else str(value)
            variables["SKELDIR_ENV" if name == "environment" else environment_name(name)] = plain
    return variables
