"""Jobs that failed for the last time, recorded with their redacted error so that an operator can see what happened."""

from __future__ import annotations

import json
import traceback
from collections.abc import Mapping
from typing import Any, Final
from uuid import UUID

import asyncpg
from pydantic import ValidationError
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError, SQLAlchemyError

from impl.jobs import transactions
from impl.jobs.kinds import Work
from impl.kernel import ids, sql
from impl.kernel.errors import SkeldirError
from impl.telemetry import redaction

MAX_MESSAGE: Final = 500
MAX_TRACEBACK: Final = 2000

_RECORD: Final = text(
    # A job that is queued again after its failure and fails again updates the same row.
    """
    INSERT INTO worker_failed_jobs (
        id, tenant_id, job_id, job_name, queue, worker, arguments, error_type, exception_class, error_message, traceback,
        retry_count, last_retry_at, correlation_id, failed_at)
    VALUES (
        :id, :tenant_id, :job_id, :job_name, :queue, :worker, CAST(:arguments AS jsonb), :error_type, :exception_class,
        :error_message, :traceback, :retry_count, now(), :correlation_id, now())
    ON CONFLICT (id) DO UPDATE
       SET error_type = excluded.error_type, exception_class = excluded.exception_class,
           error_message = excluded.error_message, traceback = excluded.traceback, worker = excluded.worker,
           retry_count = excluded.retry_count, last_retry_at = now(), status = 'pending', resolved_at = NULL,
           failed_at = now(), updated_at = now()
    """
)


class KilledTooOften(SkeldirError):
    """The worker process died in every allowed attempt of the job."""


async def record(work: Work, error: BaseException, worker_id: str) -> None:
    """Record the failure of `work`. If its tenant has been deleted, the row names no tenant."""
    values = _row(work, error, worker_id)
    if work.tenant is not None:
        try:
            async with transactions.of_tenant(work) as connection:
                await connection.execute(_RECORD, values)
        except IntegrityError as error_of_insert:
            if getattr(error_of_insert.orig, "sqlstate", None) != asyncpg.ForeignKeyViolationError.sqlstate:
                raise
        else:
            return
    async with transactions.tenantless(work.engine) as connection:
        await connection.execute(_RECORD, values | {"tenant_id": None})


def _row(work: Work, error: BaseException, worker_id: str) -> dict[str, Any]:
    message = redaction.text(str(error) or type(error).__name__)
    lines = redaction.text("".join(traceback.format_exception(error))[-2 * MAX_TRACEBACK :])
    return {
        "id": failure_id(work.job_id, work.kind.name),
        "tenant_id": work.tenant,
        "job_id": str(work.job_id),
        "job_name": work.kind.name,
        "queue": work.kind.queue,
        "worker": worker_id,
        "arguments": sql.storable(json.dumps(sanitized(work.arguments), ensure_ascii=False)).replace(
            "\\u0000", "\ufffd"
        ),
        "error_type": kind_of(error),
        "exception_class": type(error).__name__,
        "error_message": sql.storable(message[:MAX_MESSAGE]),
        "traceback": sql.storable(lines[-MAX_TRACEBACK:]),
        "retry_count": work.attempt - 1,
        "correlation_id": work.correlation_id,
    }


def failure_id(job_id: int, name: str) -> UUID:
    """Id of the failed job's row: the same for every failure of one job, so that it has one row."""
    return ids.named(f"{job_id}:{name}")


def sanitized(arguments: Mapping[str, Any]) -> dict[str, Any]:
    """`arguments` without secrets and personal data; arguments with a personal or secret name are dropped whole."""
    visible = {name: value for name, value in arguments.items() if not redaction.is_hidden_key(name)}
    return redaction.mapping(visible)


def kind_of(error: BaseException) -> str:
    """Class of the failure: `validation_error`, `database_error`, `application_error` or `unknown`."""
    if isinstance(error, SQLAlchemyError | asyncpg.PostgresError | asyncpg.InterfaceError):
        return "database_error"
    if isinstance(error, ValidationError | ValueError | TypeError):
        return "validation_error"
    return "application_error" if isinstance(error, SkeldirError) else "unknown"
