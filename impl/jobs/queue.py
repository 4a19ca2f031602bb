"""Queues a job in the transaction that makes it necessary, so that both happen or neither. Nothing else writes to the queue."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from pgqueuer.adapters.persistence.qb import QueryQueueBuilder
from pgqueuer.domain.settings import DBSettings
from sqlalchemy.ext.asyncio import AsyncConnection

from impl.jobs.kinds import Kind, Requester
from impl.kernel import ids
from impl.telemetry import redaction

SETTINGS: Final = DBSettings(
    db_schema="queue",
    queue_table="pgqueuer",
    queue_table_log="pgqueuer_log",
    statistics_table="pgqueuer_statistics",
    queue_status_type="pgqueuer_status",
)
"""Names of PgQueuer's tables. Stated here because the library would otherwise take them from environment variables."""

Plain = str | int | bool | UUID | datetime | None
"""Type of an argument: an id or a short value, never content."""

_ENQUEUE: Final = QueryQueueBuilder(SETTINGS).build_enqueue_query(on_conflict="skip")
_RESERVED: Final = frozenset({"tenant_id", "user_id", "correlation_id", "execution_context", "jti", "iat"})
_NAME: Final = re.compile(r"[a-z][a-z0-9_]{0,63}")
_MAX_TEXT: Final = 255


async def defer(  # noqa: PLR0913 - the parts of a job; all but two are named at the call
    connection: AsyncConnection,
    kind: Kind,
    *,
    tenant_id: UUID | str | None = None,
    requester: Requester | None = None,
    correlation_id: UUID | str | None = None,
    arguments: Mapping[str, Plain] | None = None,
    identity: str | None = None,
    delay: timedelta = timedelta(0),
    lifetime: timedelta | None = None,
) -> int | None:
    """Queue a job within the transaction of `connection` and return its id; None if one of the same `identity` is waiting.

    `requester` is the person in whose name the job runs; None for work of the system. A job that has not started when its
    `lifetime` is over is dropped. Raises `ValueError` for a tenant's job without a tenant, and for arguments that are
    not ids or short values.
    """
    tenant = _tenant(kind, tenant_id)
    headers: dict[str, Any] = {
        "job": kind.name,
        "tenant_id": str(tenant) if tenant else None,
        "user_id": str(requester.user_id) if requester else None,
        "session": _session(requester),
        "correlation_id": str(_correlation(correlation_id)),
        "lifetime_seconds": lifetime.total_seconds() if lifetime else None,
    }
    payload = json.dumps(_checked(arguments or {}), default=str).encode()
    unique = None if identity is None else key(kind, tenant, identity)
    values = ([0], [kind.queue], [payload], [delay], [unique], [json.dumps(headers)])
    rows = (await connection.exec_driver_sql(_ENQUEUE, values)).all()
    return int(rows[0].id) if rows else None


def key(kind: Kind, tenant: UUID | None, identity: str) -> str:
    """Deduplication key: unique among waiting jobs."""
    return f"{kind.name}:{tenant or '-'}:{identity}"


def _tenant(kind: Kind, tenant_id: UUID | str | None) -> UUID | None:
    if not kind.is_tenants:
        if tenant_id is not None:
            raise ValueError(
                f"{kind.name} does not belong to a tenant; queue one job per tenant of another kind instead"
            )
        return None
    parsed = tenant_id if isinstance(tenant_id, UUID) else ids.parse(tenant_id)
    if parsed is None:
        raise ValueError("tenant_id is required for tenant-scoped tasks")
    return parsed


def _session(requester: Requester | None) -> dict[str, str] | None:
    if requester is None:
        return None
    ids_ = {"jti": str(requester.jti), "family_id": str(requester.family_id)}
    return ids_ | {"iat": requester.issued_at.isoformat()}


def _correlation(value: UUID | str | None) -> UUID:
    """Correlation id of the job: that of its request, or a new one if `value` is not a UUID."""
    return value if isinstance(value, UUID) else ids.parse(value) or ids.new()


def _checked(arguments: Mapping[str, Plain]) -> Mapping[str, Plain]:
    for name, value in arguments.items():
        if name in _RESERVED:
            raise ValueError(f"the argument name {name!r} is reserved; pass it to `defer` as its own parameter")
        if not _NAME.fullmatch(name) or redaction.is_hidden_key(name):
            # A log or a failed job shows arguments, and redaction would hide this one, so nobody could read it there.
            raise ValueError(f"{name!r} cannot be an argument of a job; pass ids under names such as dead_event_id")
        if not isinstance(value, str | int | bool | UUID | datetime | None):
            raise ValueError(f"the argument {name!r} must be an id or a short value, not {type(value).__name__}")  # noqa: TRY004
        if isinstance(value, str) and (len(value) > _MAX_TEXT or redaction.text(value) != value):
            raise ValueError(f"the argument {name!r} looks like a secret or content; pass an id instead")
    return arguments
