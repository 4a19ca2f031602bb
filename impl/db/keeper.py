"""Keeps an embedded server running: one that dies is started again on its port, or this process ends and says so."""

from __future__ import annotations

import os
import signal
import threading
from typing import Final, final

import structlog

from impl.db.embedded import Server
from impl.db.errors import EmbeddedPostgresError

POLL_SECONDS: Final = 0.5

log = structlog.get_logger()


@final
class Keeper(threading.Thread):
    """Watches a server of our own, and stops watching at the end of the block."""

    def __init__(self, server: Server) -> None:
        super().__init__(name="database keeper", daemon=True)
        self._server, self._leaving = server, threading.Event()

    def __enter__(self) -> Keeper:
        if self._server.owned:
            self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._leaving.set()
        if self.is_alive():
            self.join()

    def run(self) -> None:
        while not self._leaving.wait(POLL_SECONDS):
            if self._server.has_ended():
                log.critical("database_ended", pid=self._server.pid)
                self._start_again()

    def _start_again(self) -> None:
        try:
            self._server.restart()
        except EmbeddedPostgresError as error:
            log.critical("database_cannot_be_started", reason=str(error))
            self._leaving.set()
            # A service without its database would refuse every request; its supervisor must see that it ended.
            os.kill(os.getpid(), signal.SIGTERM)
        else:
            log.warning("database_started_again", pid=self._server.pid)
