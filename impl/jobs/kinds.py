"""What a job is called, where it waits, and how long and how often it may run."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncEngine

QUEUES: Final = ("housekeeping", "maintenance", "llm", "attribution")
"""Every queue there is; none is a tenant's own."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """One kind of job. Whoever defers it and whoever runs it name it by this value."""

    name: str
    """`events.retry`; stands in the queue, in logs and in metrics."""
    queue: str = QUEUES[0]
    is_tenants: bool = True
    """Works for one tenant; otherwise it may not touch tenant tables and fans out instead."""
    attempts: int = 3
    """How often it is tried, killed workers included."""
    soft_seconds: float = 300.0
    """After this the job is asked to stop."""
    hard_seconds: float = 360.0
    """After this its worker process is given up."""

    def __post_init__(self) -> None:
        if self.queue not in QUEUES:
            raise ValueError(f"{self.queue!r} is no queue; choose one of {', '.join(QUEUES)}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Asker:
    """The person who asked for a job, and the session in which they did: when that is taken back, so is the job."""

    user_id: UUID
    jti: UUID
    family_id: UUID
    issued_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Work:
    """One execution of a job, as its function sees it."""

    job_id: int
    kind: Kind
    engine: AsyncEngine
    arguments: Mapping[str, Any]
    correlation_id: UUID
    attempt: int
    """1 for the first."""
    tenant: UUID | None = None
    user_id: UUID | None = None
    """The person who asked for it; None for work that nobody asked for."""
    session: Mapping[str, Any] | None = field(default=None, repr=False)
    """Their session, as `queue.defer` noted it."""
    expires_at: datetime | None = field(default=None)

    @property
    def tenant_id(self) -> UUID:
        """The tenant it works for. Raises `ValueError` for a tenantless job."""
        if self.tenant is None:
            raise ValueError("tenant_id is required for tenant-scoped tasks")
        return self.tenant


Run = Callable[[Work], Awaitable[None]]
"""What a job does. An exception means: try again, and after the last attempt keep it as a failed job."""
