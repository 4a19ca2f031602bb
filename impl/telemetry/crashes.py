"""What a process says when it ends by an error that nobody foresaw: its traceback, without what may not be shown."""

from __future__ import annotations

import sys
import traceback
from types import TracebackType

from impl.telemetry import redaction


def foresee() -> None:
    """From now on an uncaught error of this process is shown redacted on standard error."""
    sys.excepthook = _show


def _show(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
    if issubclass(kind, KeyboardInterrupt):
        sys.__excepthook__(kind, error, trace)
        return
    # The end of a traceback says what happened.
    lines = "".join(traceback.format_exception(kind, error, trace))[-redaction.MAX_TEXT_CHARACTERS :]
    print(redaction.text(lines), file=sys.stderr)  # noqa: T201 - the last words of the process
