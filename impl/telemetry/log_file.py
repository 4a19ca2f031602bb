"""The log file of `skeldir run`: bounded in size and written by one process; its children send it their lines through pipes."""

from __future__ import annotations

import contextlib
import os
import threading
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType
from typing import Final, Self, final

from impl.telemetry import metrics

LIMIT_BYTES: Final = 16 * 1024 * 1024
KEPT: Final = 3
"""Earlier files beside the current one: `skeldir.log.1` is the newest of them."""
_CHUNK_BYTES: Final = 65_536
_PATIENCE_SECONDS: Final = 2.0


@final
class LogFile:
    """A stream that starts a new file before `limit_bytes` are exceeded, and keeps `kept` earlier ones.

    A line that cannot be written raises `OSError` from `write`; one of a child is lost and counted, because nobody is there to be
    told.
    """

    def __init__(self, path: Path, limit_bytes: int = LIMIT_BYTES, kept: int = KEPT) -> None:
        self.path, self._limit_bytes, self._kept = path, limit_bytes, kept
        self._lock = threading.Lock()
        self._descriptor = _open(path)
        self._readers: list[threading.Thread] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(self, _: type[BaseException] | None, __: BaseException | None, ___: TracebackType | None) -> None:
        # Each ends with its child; one whose child does not end is not waited for.
        for reader in self._readers:
            reader.join(_PATIENCE_SECONDS)
        with self._lock:
            os.close(self._descriptor)
            self._descriptor = -1

    @contextlib.contextmanager
    def pipe(self) -> Iterator[int]:
        """The descriptor that one child process writes to, which has to be started within the block."""
        source, sink = os.pipe()
        reader = threading.Thread(target=self._read, args=(source,), daemon=True)
        self._readers = [*(one for one in self._readers if one.is_alive()), reader]
        reader.start()
        try:
            yield sink
        finally:
            os.close(sink)

    def write(self, text: str) -> int:
        """Write `text`, which is whole lines. Raises `OSError`."""
        self._write(text.encode())
        return len(text)

    def flush(self) -> None:
        """Nothing is buffered."""

    def _write(self, data: bytes) -> None:
        with self._lock:
            if os.fstat(self._descriptor).st_size + len(data) > self._limit_bytes:
                self._start_anew()
            view = memoryview(data)
            while view:
                view = view[os.write(self._descriptor, view) :]

    def _start_anew(self) -> None:
        try:
            for number in range(self._kept, 0, -1):
                older = self._earlier(number - 1)
                if older.exists():
                    older.replace(self._earlier(number))
            descriptor = _open(self.path)
        except OSError:
            # Where no file can be renamed or made, the bound matters more than what is in this one.
            os.ftruncate(self._descriptor, 0)
        else:
            os.close(self._descriptor)
            self._descriptor = descriptor

    def _earlier(self, number: int) -> Path:
        return self.path.with_name(f"{self.path.name}.{number}") if number else self.path

    def _read(self, source: int) -> None:
        """Take over the lines of a child, whole ones, until it has ended."""
        rest = b""
        while chunk := os.read(source, _CHUNK_BYTES):
            lines, separator, rest = (rest + chunk).rpartition(b"\n")
            if len(rest) > _CHUNK_BYTES:
                lines, separator, rest = lines + separator + rest, b"\n", b""
            self._take(lines + separator)
        self._take(rest)
        os.close(source)

    def _take(self, data: bytes) -> None:
        try:
            self._write(data)
        except OSError:
            metrics.LOG_LINES_LOST.inc(data.count(b"\n"))


def _open(path: Path) -> int:
    descriptor = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
    # A file of an earlier release may be readable by everybody.
    with contextlib.suppress(OSError):
        os.fchmod(descriptor, 0o600)
    return descriptor
