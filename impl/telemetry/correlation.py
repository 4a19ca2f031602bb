"""Fields that every log line of one request carries: its correlation id and, once known, its tenant."""

from __future__ import annotations

import contextlib
from collections.abc import Generator
from contextvars import ContextVar
from uuid import UUID

import structlog

_current: ContextVar[UUID | None] = ContextVar("correlation_id", default=None)


@contextlib.contextmanager
def bound(correlation_id: UUID) -> Generator[None]:
    """Within the block every log line carries `correlation_id`; afterwards the outer fields are restored."""
    token = _current.set(correlation_id)
    outer = structlog.contextvars.get_contextvars()
    structlog.contextvars.clear_contextvars()
    structlog.contextvars.bind_contextvars(**(outer | {"correlation_id": str(correlation_id)}))
    try:
        yield
    finally:
        _current.reset(token)
        structlog.contextvars.clear_contextvars()
        structlog.contextvars.bind_contextvars(**outer)


def bind(correlation_id: UUID) -> None:
    """From here on this task and those it starts log with `correlation_id` and without any earlier fields."""
    # This task may have started in a context where an earlier request had bound its own fields.
    _current.set(correlation_id)
    structlog.contextvars.clear_contextvars()
    structlog.contextvars.bind_contextvars(correlation_id=str(correlation_id))


def bind_tenant(tenant_id: UUID) -> None:
    """From here on every log line of this request or `bound` block carries `tenant_id` too."""
    structlog.contextvars.bind_contextvars(tenant_id=str(tenant_id))


def note(**fields: str) -> None:
    """From here on every log line of this request or `bound` block carries `fields` too, including its access log line."""
    structlog.contextvars.bind_contextvars(**fields)


def current() -> UUID | None:
    """The correlation id of this request or `bound` block; None outside of one."""
    return _current.get()
