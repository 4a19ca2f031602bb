"""Validation errors of pydantic as issues with JSON pointers."""

from __future__ import annotations

from typing import Any

from pydantic import ValidationError

from .messages import message_of
from .problems import Issue

MAX_ISSUES = 50
"""Issues beyond this are left out, so that a hostile body cannot make a large reply."""
MAX_NAME = 100
"""Characters of a name; a longer one is cut and ends in `…`."""
MAX_POINTER = 500
"""Characters of a pointer; a longer one ends in `/…` where its next name would not fit."""


def from_validation(error: ValidationError, prefix: str, document: Any) -> list[Issue]:
    """Issues of `error` under `prefix` (`/body`). `document` is what was validated: its keys are no labels of union branches."""
    issues: dict[tuple[str | int, ...], Issue] = {}
    # Four times the limit, because a union reports one mistake once for each of its branches, and those are merged below.
    for one in error.errors(include_url=False, include_input=False)[: MAX_ISSUES * 4]:
        tokens = _tokens(one["loc"], document, is_missing=one["type"] == "missing")
        names = [shown(token) for token in tokens]
        name = names[-1] if names else prefix.rpartition("/")[2]
        issues.setdefault(tuple(tokens), Issue(_pointer(prefix, names), name, message_of(one), one["type"]))
    return list(issues.values())[:MAX_ISSUES]


def _pointer(prefix: str, names: list[str]) -> str:
    pointer = prefix
    for name in names:
        longer = f"{pointer}/{_escape(name)}"
        # Two characters are kept free for the `/…` that marks the cut.
        if len(longer) > MAX_POINTER - 2:
            return f"{pointer}/…"
        pointer = longer
    return pointer


def _escape(token: str) -> str:
    return token.replace("~", "~0").replace("/", "~1")


def shown(token: str | int) -> str:
    """A name as the client sent it, made fit to be read: cut, and with a sign for each character that cannot be printed."""
    text = str(token)
    text = text if len(text) <= MAX_NAME else f"{text[: MAX_NAME - 1]}…"
    return text if text.isprintable() else "".join(one if one.isprintable() else "\ufffd" for one in text)


def _tokens(loc: tuple[str | int, ...], document: Any, *, is_missing: bool) -> list[str | int]:
    tokens: list[str | int] = []
    current = document
    for index, token in enumerate(loc):
        if isinstance(current, dict) and isinstance(token, str):
            if token in current:
                current = current[token]
                tokens.append(token)
            elif is_missing and index == len(loc) - 1:
                tokens.append(token)
        elif isinstance(current, list) and isinstance(token, int) and token < len(current):
            current = current[token]
            tokens.append(token)
    return tokens
