"""Defer a job inside the transaction that makes it necessary: both or neither. Nothing else puts jobs into the queue."""

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

from impl.jobs.kinds import Asker, Kind
from impl.kernel import ids
from impl.telemetry import redaction

SETTINGS: Final = DBSettings(
    db_schema="queue",
    queue_table="pgqueuer",
    queue_table_log="pgqueuer_log",
    statistics_table="pgqueuer_statistics",
    queue_status_type="pgqueuer_status",
)
"""Where PgQueuer's tables are, whatever the environment says."""

Plain = str | int | bool | UUID | datetime | None
"""What an argument may be: an id or a small fact, never content."""

_ENQUEUE: Final = QueryQueueBuilder(SETTINGS).build_enqueue_query(on_conflict="skip")
_RESERVED: Final = frozenset({"tenant_id", "user_id", "correlation_id", "execution_context", "jti", "iat"})
_NAME: Final = re.compile(r"[a-z][a-z0-9_]{0,63}")
_MAX_TEXT: Final = 255


async def defer(  # noqa: PLR0913 - what a job is made of; all but two are named at the call
    connection: AsyncConnection,
    kind: Kind,
    *,
    tenant_id: UUID | str | None = None,
    asker: Asker | None = None,
    correlation_id: UUID | str | None = None,
    arguments: Mapping[str, Plain] | None = None,
    identity: str | None = None,
    delay: timedelta = timedelta(0),
    lifetime: timedelta | None = None,
) -> int | None:
    """Id of the new job; None when one of the same `identity` waits already. Commits and rolls back with `connection`.

    `asker` is the person in whose name it runs; None for work of the system, from the call sites that defer it without one.
    A job whose `lifetime` is over before it is taken is dropped. Raises `ValueError` for a tenant job without tenant, and
    for arguments that are not ids and small facts.
    """
    tenant = _tenant(kind, tenant_id)
    headers: dict[str, Any] = {
        "job": kind.name,
        "tenant_id": str(tenant) if tenant else None,
        "user_id": str(asker.user_id) if asker else None,
        "session": _session(asker),
        "correlation_id": str(_correlation(correlation_id)),
        "lifetime_seconds": lifetime.total_seconds() if lifetime else None,
    }
    payload = json.dumps(_checked(arguments or {}), default=str).encode()
    unique = None if identity is None else key(kind, tenant, identity)
    values = ([0], [kind.queue], [payload], [delay], [unique], [json.dumps(headers)])
    rows = (await connection.exec_driver_sql(_ENQUEUE, values)).all()
    return int(rows[0].id) if rows else None


def key(kind: Kind, tenant: UUID | None, identity: str) -> str:
    """What is unique among the jobs that wait."""
    return f"{kind.name}:{tenant or '-'}:{identity}"


def _tenant(kind: Kind, tenant_id: UUID | str | None) -> UUID | None:
    if not kind.is_tenants:
        if tenant_id is not None:
            raise ValueError(f"{kind.name} works for no tenant; defer one job per tenant of another kind instead")
        return None
    parsed = tenant_id if isinstance(tenant_id, UUID) else ids.parse(tenant_id)
    if parsed is None:
        raise ValueError("tenant_id is required for tenant-scoped tasks")
    return parsed


def _session(asker: Asker | None) -> dict[str, str] | None:
    if asker is None:
        return None
    ids_ = {"jti": str(asker.jti), "family_id": str(asker.family_id)}
    return ids_ | {"iat": asker.issued_at.isoformat()}


def _correlation(given: UUID | str | None) -> UUID:
    """The id that ties the job to its request; a new one in place of anything that is no UUID."""
    return given if isinstance(given, UUID) else ids.parse(given) or ids.new()


def _checked(arguments: Mapping[str, Plain]) -> Mapping[str, Plain]:
    for name, value in arguments.items():
        if name in _RESERVED:
            raise ValueError(f"the argument name {name!r} is reserved; it travels beside the arguments")
        if not _NAME.fullmatch(name) or redaction.is_hidden_key(name):
            raise ValueError(f"{name!r} cannot be an argument of a job; pass ids under names such as dead_event_id")
        if not isinstance(value, str | int | bool | UUID | datetime | None):
            raise ValueError(f"the argument {name!r} must be an id or a small fact, not {type(value).__name__}")  # noqa: TRY004
        if isinstance(value, str) and (len(value) > _MAX_TEXT or redaction.text(value) != value):
            raise ValueError(f"the argument {name!r} looks like a secret or like content; pass an id instead")
    return arguments
