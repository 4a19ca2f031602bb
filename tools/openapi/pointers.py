"""JSON pointers (RFC 6901): written, split, followed in plain data."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, TypeAlias

Json: TypeAlias = Any
"""A JSON value: dict[str, Json] | list[Json] | str | int | float | bool | None."""


def escape(token: str) -> str:
    """Reference token of a JSON pointer (RFC 6901)."""
    return token.replace("~", "~0").replace("/", "~1") if "/" in token or "~" in token else token


def unescape(token: str) -> str:
    """Inverse of `escape`."""
    return token.replace("~1", "/").replace("~0", "~") if "~" in token else token


def join(pointer: str, *tokens: str | int) -> str:
    """Pointer to a child: `join("/paths", "/health", "get")` is `/paths/~1health/get`."""
    for token in tokens:
        pointer = f"{pointer}/{escape(token) if isinstance(token, str) else token}"
    return pointer


def split(pointer: str) -> list[str]:
    """Tokens of a pointer, unescaped."""
    return [unescape(token) for token in pointer.split("/")[1:]]


def resolve(value: Json, pointer: str) -> Json:
    """Value at `pointer`. Raises `KeyError` with the pointer that does not exist."""
    current = value
    for token in split(pointer):
        if isinstance(current, dict) and token in current:
            current = current[token]
        elif isinstance(current, list) and token.isdecimal() and int(token) < len(current):
            current = current[int(token)]
        else:
            raise KeyError(pointer)
    return current


def walk(value: Json, pointer: str = "") -> Iterator[tuple[str, Json]]:
    """Every value below `value` with its pointer, parents first, in document order."""
    yield pointer, value
    if isinstance(value, dict):
        for key, child in value.items():
            yield from walk(child, f"{pointer}/{escape(key)}")
    elif isinstance(value, list):
        for index, child in enumerate(value):
            yield from walk(child, f"{pointer}/{index}")
