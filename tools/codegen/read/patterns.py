"""Whether the generated code can read a pattern."""

from __future__ import annotations

import re
from functools import cache

_ESCAPE = r"\\(?:[dDwWsSnrt.\-/+*?()\[\]{}|^$\\\"]|x[0-9A-Fa-f]{2})"
_CLASS = r"\[\^?(?:[^\\\[\]]|\\(?:[dDwWsSnrt.\-/\\]|x[0-9A-Fa-f]{2}))+\]"
_REPEAT = r"(?:[*+?]|\{\d+(?:,\d*)?\})\??(?![*+?{])"
_USUAL = re.compile(rf"(?:[^\\()\[\]{{}}*+?|]|{_ESCAPE}|{_CLASS}|{_REPEAT}|\(\?:|\((?!\?)|[|)])*")
"""Patterns in which every engine sees the same: no look-around, no class that is empty, no escape that only some know."""


@cache
def refusal(pattern: str) -> str | None:
    """Why `pattern` is never matched by the generated code; None when it is."""
    if _USUAL.fullmatch(pattern):
        try:
            re.compile(pattern)
        except (re.error, OverflowError, RecursionError):
            pass
        else:
            return None
    from tools.codegen.runtime import ecma, patterns  # noqa: PLC0415 - start-up: it brings the web framework along

    try:
        patterns.compiled(pattern)
    except ecma.PatternError as error:
        return str(error)
    return None
