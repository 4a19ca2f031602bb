"""Server-sent events (`text/event-stream`, WHATWG HTML section 9.2)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

DataT = TypeVar("DataT")


@dataclass(frozen=True, slots=True)
class ServerEvent(Generic[DataT]):
    """One event of a stream."""

    data: DataT
    """Text as it is; anything else as JSON."""
    event: str | None = None
    id: str | None = None
    retry_milliseconds: int | None = None
    """How long a client waits before it connects again."""


def written(event: ServerEvent[Any], to_json: Callable[[Any], bytes]) -> bytes:
    """`event` as it stands in the stream. Raises `ValueError` where a line break would begin another field."""
    lines: list[str] = []
    for name, value in (("event", event.event), ("id", event.id), ("retry", event.retry_milliseconds)):
        text = "" if value is None else str(value)
        if set(text) & set("\r\n\0"):
            raise ValueError(f"`{name}` of an event is one line")
        lines += [f"{name}: {text}"] if value is not None else []
    data = event.data if isinstance(event.data, str) else to_json(event.data).decode()
    lines += [f"data: {line}" for line in data.replace("\r\n", "\n").replace("\r", "\n").split("\n")]
    return ("\n".join(lines) + "\n\n").encode()
