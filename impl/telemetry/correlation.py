"""Fields that every log line of one request carries: its correlation id and, once known, its tenant."""

from __future__ import annotations

import contextlib
from collections.abc import Generator, Mapping
from contextvars import ContextVar
from types import MappingProxyType
from typing import Final
from uuid import UUID

from structlog.typing import EventDict, WrappedLogger

_NONE: Final[Mapping[str, object]] = MappingProxyType({})
_current: ContextVar[UUID | None] = ContextVar("correlation_id", default=None)
# One variable for all fields: a request sets them a few times, and each of structlog's own variables costs as much.
_fields: ContextVar[Mapping[str, object]] = ContextVar("log_fields", default=_NONE)


@contextlib.contextmanager
def bound(correlation_id: UUID) -> Generator[None]:
    """Within the block every log line carries `correlation_id`; afterwards the outer fields are restored."""
    token = _current.set(correlation_id)
    outer = _fields.set({**_fields.get(), "correlation_id": str(correlation_id)})
    try:
        yield
    finally:
        _current.reset(token)
        _fields.reset(outer)


def bind(correlation_id: UUID) -> None:
    """From here on this task and those it starts log with `correlation_id` and without any earlier fields."""
    # This task may have started in a context where an earlier request had bound its own fields.
    _current.set(correlation_id)
    _fields.set({"correlation_id": str(correlation_id)})


def bind_tenant(tenant_id: UUID) -> None:
    """From here on every log line of this request or `bound` block carries `tenant_id` too."""
    note(tenant_id=str(tenant_id))


def note(**fields: object) -> None:
    """From here on every log line of this request or `bound` block carries `fields` too, including its access log line."""
    _fields.set({**_fields.get(), **fields})


def current() -> UUID | None:
    """The correlation id of this request or `bound` block; None outside of one."""
    return _current.get()


def fields() -> Mapping[str, object]:
    """The fields that every log line carries here."""
    return _fields.get()


def clear() -> None:
    """From here on log lines carry nothing of their own."""
    _current.set(None)
    _fields.set(_NONE)


def add_fields(_: WrappedLogger, __: str, event: EventDict) -> EventDict:
    """A step of the log: puts the fields into the line, which may name them itself."""
    return {**_fields.get(), **event}
