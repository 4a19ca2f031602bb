"""Log lines: one JSON object each, with a constant `event`, data in fields, and no secrets.

Domains write `structlog.get_logger().info("delivery_received", platform="stripe")`. Lines of libraries come through the
standard `logging` module and get the same format, with `event` naming their source and their text in `message`.
"""

from __future__ import annotations

import json
import logging
import sys
from typing import Protocol, TextIO, cast

import structlog
from pydantic_core import to_json
from structlog.typing import EventDict, Processor, WrappedLogger

from impl.telemetry import correlation, metrics, redaction

_LOST = (OSError, ValueError)
"""The disk is full, or the stream is closed."""
_UVICORN_LOGGERS = ("uvicorn", "uvicorn.error", "uvicorn.access", "uvicorn.asgi")


class Stream(Protocol):
    """Where lines go."""

    def write(self, text: str, /) -> int:
        """Write whole lines; `OSError` or `ValueError` if that is impossible."""
        ...

    def flush(self) -> None:
        """Write what is buffered."""
        ...


def configure(level: str = "INFO", stream: Stream | None = None) -> None:
    """Send every log line of the process and its libraries as JSON to `stream` (default: standard error).

    `level` is a level name of the standard library. Calling it again replaces the earlier configuration.
    """
    target = cast("TextIO", _Unfailing(stream or sys.stderr))
    threshold = logging.getLevelNamesMapping()[level.upper()]
    structlog.configure(
        processors=[correlation.add_fields, *_stamps(), *_finish()],
        wrapper_class=structlog.make_filtering_bound_logger(threshold),
        logger_factory=structlog.WriteLoggerFactory(file=target),
        cache_logger_on_first_use=False,
    )
    handler = logging.StreamHandler(target)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=[correlation.add_fields, *_stamps(), _from_library],
            pass_foreign_args=True,
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, *_finish()],
        )
    )
    _take_over(handler, threshold)
    # Otherwise a line that cannot be formatted would go to standard error with its arguments, unredacted.
    logging.raiseExceptions = False


class _Unfailing:
    """A stream that loses a line rather than raise: a full disk under the log must not fail the request that is logged."""

    def __init__(self, stream: Stream) -> None:
        self._stream = stream

    def write(self, text: str) -> int:
        try:
            return self._stream.write(text)
        except _LOST:
            metrics.LOG_LINES_LOST.inc()
            return len(text)

    def flush(self) -> None:
        try:
            self._stream.flush()
        except _LOST:
            metrics.LOG_LINES_LOST.inc()


def _take_over(handler: logging.Handler, threshold: int) -> None:
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(threshold)
    for name in _UVICORN_LOGGERS:
        logger = logging.getLogger(name)
        logger.handlers.clear()
        logger.propagate = True


def _stamps() -> list[Processor]:
    return [structlog.processors.add_log_level, structlog.processors.TimeStamper(fmt="iso", utc=True, key="timestamp")]


def _finish() -> list[Processor]:
    # Redaction is the last step before serialisation, so that it also sees what the earlier steps added.
    transformer = structlog.tracebacks.ExceptionDictTransformer(show_locals=False, max_frames=20)
    return [structlog.processors.ExceptionRenderer(transformer), _without_secrets, _to_line]


def _without_secrets(_: WrappedLogger, __: str, event: EventDict) -> EventDict:
    return redaction.mapping(event)


def _to_line(_: WrappedLogger, __: str, event: EventDict) -> str:
    """One JSON object in ASCII."""
    # The fast serialiser refuses lone surrogates, which untrusted text may hold; the slow one escapes them.
    try:
        line = to_json(event).decode()
    except ValueError:
        line = ""
    return line if line and line.isascii() else json.dumps(event)


def _from_library(_: WrappedLogger, __: str, event: EventDict) -> EventDict:
    arguments = event.pop("positional_args", None)
    logger = cast("logging.LogRecord", event["_record"]).name
    if logger == "uvicorn.access":
        event.update(_access(arguments))
        return event
    event.update(logger=logger, message=event["event"], event="library_log")
    return event


def _access(arguments: object) -> dict[str, object]:
    """Fields of one line of uvicorn's access log, whose arguments are (client, method, path and query, version, status).

    The query may hold a `tenant_key`, the path anything, and the client is an IP address, so all three are dropped.
    """
    if not isinstance(arguments, tuple) or len(arguments) != 5:
        return {"event": "uvicorn_access"}
    _client, method, _target, _version, status = arguments
    return {"event": "uvicorn_access", "method": method, "status": status}
