"""Kinds of jobs: their name, their queue, and how long and how often they may run."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncEngine

QUEUES: Final = ("housekeeping", "maintenance", "llm", "attribution")
"""All queues. They are shared by all tenants."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """One kind of job. Code that queues it and code that runs it refer to this value."""

    name: str
    """Such as `events.retry`; appears in the queue, in logs and in metrics."""
    queue: str = QUEUES[0]
    is_tenants: bool = True
    """Works for one tenant. Other jobs may not touch tenant tables; they queue one job per tenant instead."""
    attempts: int = 3
    """Maximum number of attempts, including those in which the worker died."""
    soft_seconds: float = 300.0
    """After this the job is cancelled."""
    hard_seconds: float = 360.0
    """After this its worker process exits."""

    def __post_init__(self) -> None:
        if self.queue not in QUEUES:
            raise ValueError(f"{self.queue!r} is not a queue; choose one of {', '.join(QUEUES)}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Requester:
    """The person who requested a job, and their session: if the session is revoked, the job does not run."""

    user_id: UUID
    jti: UUID
    family_id: UUID
    issued_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Work:
    """One execution of a job, as passed to its function."""

    job_id: int
    kind: Kind
    engine: AsyncEngine
    arguments: Mapping[str, Any]
    correlation_id: UUID
    attempt: int
    """1 for the first."""
    tenant: UUID | None = None
    user_id: UUID | None = None
    """The person who requested it; None for work of the system."""
    session: Mapping[str, Any] | None = field(default=None, repr=False)
    """Their session, as recorded by `queue.defer`."""
    expires_at: datetime | None = field(default=None)

    @property
    def requester(self) -> Requester | None:
        """Who requested it, for a job that goes on with its work; None for work of the system."""
        if self.session is None or self.user_id is None:
            return None
        return Requester(
            user_id=self.user_id,
            jti=UUID(self.session["jti"]),
            family_id=UUID(self.session["family_id"]),
            issued_at=datetime.fromisoformat(self.session["iat"]),
        )

    @property
    def tenant_id(self) -> UUID:
        """The tenant of the job. Raises `ValueError` for a job without one."""
        if self.tenant is None:
            raise ValueError("tenant_id is required for tenant-scoped tasks")
        return self.tenant


Run = Callable[[Work], Awaitable[None]]
"""Function of a job. An exception means: try again, and after the last attempt record it as a failed job."""
