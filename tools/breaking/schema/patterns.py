"""Patterns as the validating engine spells them: ECMA-262 allows more than the engine reads."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Any

import jsonschema_rs

_PART = re.compile(r"\\.|\[\^?|\]|\{\d+(?:,\d*)?\}|.", re.DOTALL)
_OUTSIDE: dict[str, str] = {"{": "\\{", "\\0": "\\x00"}
_INSIDE: dict[str, str] = {"\\b": "\\x08", "\\0": "\\x00"}
"""Spellings outside and inside a class that only some engines read, and what they mean."""
_SETS = frozenset({"\\w", "\\W", "\\d", "\\D", "\\s", "\\S"})


# Compiling a pattern costs far more than matching a short text, and contracts repeat a few patterns often.
@lru_cache(maxsize=20_000)
def validator(pattern: str) -> Any:
    """A validator for strings that match `pattern`; None when the engine cannot compile it."""
    text = spelled(pattern)
    return None if text is None else jsonschema_rs.Draft202012Validator({"pattern": text})


@lru_cache(maxsize=20_000)
def spelled(pattern: str) -> str | None:
    """`pattern`, or an equivalent that the engine compiles; None when there is none."""
    # The author's spelling comes first, so that a rewriting fault can touch only patterns that the engine cannot read anyway.
    for text in (pattern, _portable(pattern)):
        try:
            jsonschema_rs.Draft202012Validator({"pattern": text})
        except ValueError:
            continue
        return text
    return None


def is_readable(pattern: str) -> bool:
    """Whether some engine compiles `pattern`: the validating one, or Python's."""
    if spelled(pattern) is not None:
        return True
    try:
        re.compile(
            re.sub(
                r"\\k<(\w+)>",
                r"(?P=\1)",
                # Python writes named groups `(?P<`; the look-behinds begin alike and are turned back.
                pattern.replace("(?<", "(?P<").replace("(?P<=", "(?<=").replace("(?P<!", "(?<!"),
            )
        )
    except (re.error, OverflowError, RecursionError):
        return False
    return True


def _portable(pattern: str) -> str:
    """`pattern` with loose dashes, braces and odd classes written out (ECMA-262, annex B)."""
    for odd, plain in (("[^]", "[\\s\\S]"), ("[]", "[^\\s\\S]")):
        pattern = pattern.replace(odd, plain)
    parts: list[str] = _PART.findall(pattern)
    inside, result = False, list[str]()
    for index, part in enumerate(parts):
        if not inside:
            inside = part[0] == "["
            result.append(_OUTSIDE.get(part, part))
            continue
        inside = part != "]"
        beside = {result[-1], parts[index + 1] if index + 1 < len(parts) else ""}
        loose = part == "-" and beside & _SETS
        result.append("\\-" if loose else _INSIDE.get(part, part))
    return "".join(result)
