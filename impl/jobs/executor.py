"""Runs one job: bound to its tenant, within its limits, at most as often as it may be tried."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import random
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any, Final

import structlog
from pgqueuer.core.executors import AbstractEntrypointExecutor, EntrypointExecutorParameters
from pgqueuer.domain.errors import RetryRequested
from pgqueuer.domain.models import Context, Job
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from impl.db import outage
from impl.jobs import authority, failures, transactions
from impl.jobs.authority import SessionEnded
from impl.jobs.failures import KilledTooOften
from impl.jobs.kinds import Kind, Run, Work
from impl.kernel import ids
from impl.kernel.errors import SkeldirError
from impl.telemetry import correlation, metrics

log = structlog.get_logger()

BACKOFF_SECONDS: Final = (1.0, 4.0)
"""Pause before the second and the third attempt; the last one holds for all further."""
_JITTER: Final = 0.25
_TOLD_AGAIN_SECONDS: Final = 5.0
"""A driver that is busy connecting may swallow a cancellation; one that cleans up should not be cut short."""

_BEGIN: Final = text(
    # Counted before it runs, because a worker that is killed cannot count afterwards. From here on an equal job may be
    # deferred again: what it is about may have changed since this one was. The look that gives a job up may itself be
    # repeated, when a neighbour ends the process before that is written; it is no further attempt, so it counts once.
    """
    UPDATE queue.pgqueuer
       SET dedupe_key = NULL,
           headers = headers || jsonb_build_object(
               'starts', least(coalesce((headers ->> 'starts')::integer, 0) + 1, :giving_up))
     WHERE id = :job_id
    RETURNING (headers ->> 'starts')::integer
    """
)


class UnknownJob(SkeldirError):
    """No function is registered under this name; the job is from another version of the program."""


class JobCancelled(SkeldirError):
    """A job ended as if it were cancelled, though nobody did that: something inside it gave up."""


class JobFailed(SkeldirError):
    """A job failed for good; the message is the class of its error. What it said is kept once, redacted, with the failed job."""


Registry = Mapping[str, tuple[Kind, Run]]
"""Every job the worker can run, by name."""


@dataclass
class JobExecutor(AbstractEntrypointExecutor):
    """Executes the jobs of one queue for PgQueuer."""

    parameters: EntrypointExecutorParameters
    engine: AsyncEngine
    registry: Registry
    worker_id: str
    done: Callable[[], None] = lambda: None
    """Called after each execution, however it ended."""
    suspects: asyncio.Lock = field(default_factory=asyncio.Lock)
    """Shared by the queues of one process."""

    async def execute(self, job: Job, context: Context) -> None:
        """Run `job`. Raises `RetryRequested` when it is to be tried again, `JobFailed` after the last attempt."""
        work, run = self._read(job)
        with correlation.bound(work.correlation_id):
            structlog.contextvars.bind_contextvars(job_id=job.id, task_name=work.kind.name)
            if work.tenant is not None:
                correlation.bind_tenant(work.tenant)
            try:
                # A job that was running when its worker was killed may be what killed it. Such jobs run one after the
                # other, so that the guilty one takes no innocent one along as often as it may be tried.
                async with self.suspects if _is_suspect(job) else contextlib.nullcontext():
                    await self._attempt(work, run)
            finally:
                self.done()

    def _read(self, job: Job) -> tuple[Work, Run]:
        headers: dict[str, Any] = dict(job.headers or {})
        name = str(headers.get("job"))
        kind, run = self.registry.get(name, (Kind(name=name, queue=job.entrypoint, is_tenants=False), _unknown))
        lifetime = headers.get("lifetime_seconds")
        work = Work(
            job_id=job.id,
            kind=kind,
            engine=self.engine,
            arguments=json.loads(job.payload or b"{}"),
            correlation_id=ids.parse(_text(headers, "correlation_id")) or ids.new(),
            attempt=1,
            tenant=ids.parse(_text(headers, "tenant_id")),
            user_id=ids.parse(_text(headers, "user_id")),
            session=headers.get("session"),
            expires_at=job.created + timedelta(seconds=lifetime) if isinstance(lifetime, int | float) else None,
        )
        return work, run

    async def _attempt(self, unnumbered: Work, run: Run) -> None:
        counted = {"job_id": unnumbered.job_id, "giving_up": unnumbered.kind.attempts + 1}
        try:
            async with transactions.tenantless(self.engine) as connection:
                starts = int(await connection.scalar(_BEGIN, counted) or 1)
        except outage.FAILURES as error:
            log.warning("job_not_begun", error_class=type(error).__name__, exc_info=error)
            raise RetryRequested(delay=backoff(1), reason="the database is away") from None
        work, name = replace(unnumbered, attempt=starts), unnumbered.kind.name
        if work.expires_at is not None and work.expires_at < datetime.now(UTC):
            metrics.observe_job(name, "skipped", 0.0)
            log.warning("job_expired")
            return
        started = time.monotonic()
        try:
            await _within_limits(work, run)
        except Exception as error:  # noqa: BLE001 - the edge: whatever a job raises is a failed attempt
            await self._failed(work, error, time.monotonic() - started)
            return
        metrics.observe_job(name, "success", time.monotonic() - started)
        log.info("job_done", attempt=work.attempt)

    async def _failed(self, work: Work, error: Exception, seconds: float) -> None:
        """Ask for another attempt, or keep the failure."""
        if work.attempt < work.kind.attempts and not isinstance(error, KilledTooOften | SessionEnded | UnknownJob):
            metrics.observe_job(work.kind.name, "retry", seconds)
            log.warning("job_retry", attempt=work.attempt, error_class=type(error).__name__)
            raise RetryRequested(delay=backoff(work.attempt), reason=type(error).__name__) from None
        metrics.observe_job(work.kind.name, "timeout" if isinstance(error, TimeoutError) else "failure", seconds)
        log.error("job_failed", attempt=work.attempt, error_class=type(error).__name__, exc_info=error)
        try:
            await failures.record(work, error, self.worker_id)
        except Exception as lost:
            if outage.is_outage(lost):
                raise RetryRequested(delay=backoff(work.attempt), reason="the database is away") from None
            log.exception("job_failure_not_kept", error_class=type(lost).__name__)
        # The queue writes what it catches into its own log as it stands, and a text with a NUL not at all.
        raise JobFailed(type(error).__name__) from None


def _is_suspect(job: Job) -> bool:
    """Whether an earlier execution of `job` neither ended nor asked for another: its worker died under it."""
    starts = (job.headers or {}).get("starts")
    return isinstance(starts, int) and starts > job.attempts


def backoff(attempt: int) -> timedelta:
    """Pause after the failed `attempt` (1 for the first): 1 s, then 4 s, each with up to a quarter more or less."""
    seconds = BACKOFF_SECONDS[min(attempt, len(BACKOFF_SECONDS)) - 1]
    return timedelta(seconds=seconds * random.uniform(1 - _JITTER, 1 + _JITTER))  # noqa: S311 - spreads load, hides nothing


async def _within_limits(work: Work, run: Run) -> None:
    """One attempt. Past the soft limit it is cancelled; if it goes on past the hard one, the process gives itself up."""
    kind = work.kind
    if work.attempt > kind.attempts:
        raise KilledTooOften(f"the job ended {kind.attempts} worker processes; it is not tried again")
    if kind.is_tenants and work.tenant is None:
        raise ValueError("tenant_id is required for tenant-scoped tasks")
    await authority.check(work)
    task = asyncio.ensure_future(run(work))
    try:
        await asyncio.wait({task}, timeout=kind.soft_seconds)
        is_late = not task.done()
    finally:
        # Also when whoever waits here is cancelled: what the job stands on goes when this returns.
        await _end(task, kind)
    if task.cancelled():
        if is_late:
            raise TimeoutError(f"the job took longer than {kind.soft_seconds:g} s")
        raise JobCancelled("the job was cancelled from within")
    task.result()


async def _end(task: asyncio.Future[None], kind: Kind) -> None:
    """Cancel `task` until it is over; if it goes on for as long as the hard limit allows, the process gives itself up."""
    loop = asyncio.get_running_loop()
    deadline = loop.time() + kind.hard_seconds - kind.soft_seconds
    while not task.done():
        if (left_seconds := deadline - loop.time()) <= 0:
            log.critical("job_unstoppable", hard_seconds=kind.hard_seconds)
            os._exit(70)
        task.cancel()
        await asyncio.wait({task}, timeout=min(left_seconds, _TOLD_AGAIN_SECONDS))
    if not task.cancelled():
        task.exception()  # seen, or asyncio would print it as it stands


async def _unknown(work: Work) -> None:
    raise UnknownJob(f"no job is called {work.kind.name!r} here")


def _text(headers: Mapping[str, Any], name: str) -> str | None:
    value = headers.get(name)
    return value if isinstance(value, str) else None
