"""Executes one job: bound to its tenant, within its time limits, at most as often as its kind allows."""

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
"""Pause before the second and the third attempt; the last value applies to all further attempts."""
_JITTER: Final = 0.25
_CANCEL_AGAIN_SECONDS: Final = 5.0
"""A driver that is connecting may swallow a cancellation, so it is repeated, but not while a job is still cleaning up."""

_BEGIN: Final = text(
    # Counted before the job runs, because a killed worker cannot count afterwards. The deduplication key goes at the same
    # time: the data may have changed since this job was queued, so an equal one may be queued again. The start that gives
    # a job up can itself be repeated, if another job kills the process first; hence the upper limit.
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
    """No function is registered under this name; the job was queued by another version of the program."""


class JobCancelled(SkeldirError):
    """The job raised a cancellation that nobody had requested."""


class JobFailed(SkeldirError):
    """A job failed for the last time. The message is only the class of its error; the redacted text is in the failed job."""


Registry = Mapping[str, tuple[Kind, Run]]
"""Every job the worker can run, by name."""


@dataclass
class JobExecutor(AbstractEntrypointExecutor):
    """Executes the jobs of one queue for PgQueuer."""

    parameters: EntrypointExecutorParameters
    engine: AsyncEngine
    registry: Registry
    worker_id: str
    on_end: Callable[[], None] = lambda: None
    """Called after each execution, however it ended."""
    suspects: asyncio.Lock = field(default_factory=asyncio.Lock)
    """Shared by the queues of one process."""

    async def execute(self, job: Job, context: Context) -> None:
        """Run `job`. Raises `RetryRequested` to have it tried again, and `JobFailed` after the last attempt."""
        work, run = self._read(job)
        with correlation.bound(work.correlation_id):
            correlation.note(job_id=job.id, task_name=work.kind.name)
            if work.tenant is not None:
                correlation.bind_tenant(work.tenant)
            try:
                # A job that was running when its worker was killed may have killed it. Such jobs run one at a time, so
                # that the guilty one cannot use up the attempts of the innocent ones beside it.
                async with self.suspects if _is_suspect(job) else contextlib.nullcontext():
                    await self._attempt(work, run)
            finally:
                self.on_end()

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
        values = {"job_id": unnumbered.job_id, "giving_up": unnumbered.kind.attempts + 1}
        try:
            async with transactions.tenantless(self.engine) as connection:
                starts = int(await connection.scalar(_BEGIN, values) or 1)
        except outage.FAILURES as error:
            log.warning("job_not_begun", error_class=type(error).__name__, exc_info=error)
            raise RetryRequested(delay=backoff(1), reason="the database is unavailable") from None
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
        """Request another attempt, or record the failure."""
        if work.attempt < work.kind.attempts and not isinstance(error, KilledTooOften | SessionEnded | UnknownJob):
            metrics.observe_job(work.kind.name, "retry", seconds)
            log.warning("job_retry", attempt=work.attempt, error_class=type(error).__name__)
            raise RetryRequested(delay=backoff(work.attempt), reason=type(error).__name__) from None
        metrics.observe_job(work.kind.name, "timeout" if isinstance(error, TimeoutError) else "failure", seconds)
        log.error("job_failed", attempt=work.attempt, error_class=type(error).__name__, exc_info=error)
        try:
            await failures.record(work, error, self.worker_id)
        except Exception as recording_error:
            if outage.is_outage(recording_error):
                raise RetryRequested(delay=backoff(work.attempt), reason="the database is unavailable") from None
            log.exception("job_failure_not_kept", error_class=type(recording_error).__name__)
        # The queue library copies the error it catches into its own log table unredacted, and fails on a text with a NUL.
        raise JobFailed(type(error).__name__) from None


def _is_suspect(job: Job) -> bool:
    """Whether the worker of an earlier execution of `job` died: the job was started more often than it was retried."""
    starts = (job.headers or {}).get("starts")
    return isinstance(starts, int) and starts > job.attempts


def backoff(attempt: int) -> timedelta:
    """Pause after the failed `attempt` (1 for the first): 1 s, then 4 s, each ±25 % so that retries spread out."""
    seconds = BACKOFF_SECONDS[min(attempt, len(BACKOFF_SECONDS)) - 1]
    return timedelta(seconds=seconds * random.uniform(1 - _JITTER, 1 + _JITTER))  # noqa: S311 - spreads load, hides nothing


async def _within_limits(work: Work, run: Run) -> None:
    """One attempt. It is cancelled at the soft limit; if it still runs at the hard limit, the process exits."""
    kind = work.kind
    if work.attempt > kind.attempts:
        raise KilledTooOften(f"{kind.attempts} worker processes died while running this job; it is not tried again")
    if kind.is_tenants and work.tenant is None:
        raise ValueError("tenant_id is required for tenant-scoped tasks")
    await authority.check(work)
    task = asyncio.ensure_future(run(work))
    try:
        await asyncio.wait({task}, timeout=kind.soft_seconds)
        is_late = not task.done()
    finally:
        # Also when the caller itself is cancelled: after this returns, the connections that the job uses are closed.
        await _end(task, kind)
    if task.cancelled():
        if is_late:
            raise TimeoutError(f"the job took longer than {kind.soft_seconds:g} s")
        raise JobCancelled("the job cancelled itself")
    task.result()


async def _end(task: asyncio.Future[None], kind: Kind) -> None:
    """Cancel `task` until it ends. If it does not end within the hard limit, exit the process: nothing else stops it."""
    loop = asyncio.get_running_loop()
    deadline = loop.time() + kind.hard_seconds - kind.soft_seconds
    while not task.done():
        if (left_seconds := deadline - loop.time()) <= 0:
            log.critical("job_unstoppable", hard_seconds=kind.hard_seconds)
            os._exit(70)  # not sys.exit: that would wait for the very task that does not end
        task.cancel()
        await asyncio.wait({task}, timeout=min(left_seconds, _CANCEL_AGAIN_SECONDS))
    if not task.cancelled():
        task.exception()  # retrieved, because asyncio prints an exception that nobody retrieves, unredacted


async def _unknown(work: Work) -> None:
    raise UnknownJob(f"this version of the program has no job named {work.kind.name!r}")


def _text(headers: Mapping[str, Any], name: str) -> str | None:
    value = headers.get(name)
    return value if isinstance(value, str) else None
