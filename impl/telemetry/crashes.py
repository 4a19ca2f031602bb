"""Uncaught errors of a process: the traceback on standard error, redacted like a log line."""

from __future__ import annotations

import sys
import traceback
from types import TracebackType

from impl.telemetry import redaction


def install() -> None:
    """From now on an uncaught error of this process is printed redacted to standard error."""
    sys.excepthook = _show


def _show(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
    if issubclass(kind, KeyboardInterrupt):
        sys.__excepthook__(kind, error, trace)
        return
    # Redaction cuts from the end, but in a traceback the end holds the error itself, so the start is cut here.
    lines = "".join(traceback.format_exception(kind, error, trace))[-redaction.MAX_TEXT_CHARACTERS :]
    print(redaction.text(lines), file=sys.stderr)  # noqa: T201 - logging may be what failed
