"""New keys for a tenant's machines; the one before stays good for as long as the admin says."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from generated.governance import problems
from generated.server import ProblemError
from impl.auth.keys import tenant_keys
from impl.auth.keys.tenant_keys import Purpose
from impl.auth.keys.webhook_secrets import sooner
from impl.db import locks
from impl.kernel import ids

# Newest first: that one stays good for a while, an older one ends now, so that never more than two are good.
_VALID_KEYS: Final = text("""
    SELECT id, key_hash, valid_until FROM tenant_api_keys
     WHERE purpose = :purpose AND processor IS NOT DISTINCT FROM :processor
       AND revoked_at IS NULL AND (valid_until IS NULL OR valid_until > :now)
     ORDER BY created_at DESC, id DESC
""")
_REVOKE_KEY: Final = text("UPDATE tenant_api_keys SET revoked_at = :now WHERE id = :id")
_END_KEY: Final = text("UPDATE tenant_api_keys SET valid_until = :valid_until WHERE id = :id")
_INSERT_KEY: Final = text("""
    INSERT INTO tenant_api_keys (tenant_id, id, purpose, processor, key_hash, created_at)
    VALUES (:tenant_id, :id, :purpose, :processor, :key_hash, :now)
""")


class ProcessorOfHeaderKeyError(ProblemError, kind=problems.VALIDATION_ERROR):
    """`processor` is allowed for URL keys only: a header key is also used by site tags."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NewKey:
    """A tenant key, for the one time that it is shown."""

    key_id: UUID
    key: str = field(repr=False)
    previous_valid_until: datetime | None
    changed: tuple[bytes, ...]
    """Hashes of the keys that are no longer good, or for another time than before."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Use:
    """Purpose of a key, and where it is good."""

    purpose: Purpose
    processor: str | None = None
    """The only processor whose addresses a URL key opens; None for all."""


async def rotate_key(
    connection: AsyncConnection, tenant_id: UUID, use: Use, previous: timedelta, *, now: datetime
) -> NewKey:
    """A new key for `use`; the one before stays good for `previous`, any older one ends now.

    Raises `ProcessorOfHeaderKeyError`.
    """
    if use.processor is not None and use.purpose is not Purpose.URL:
        raise ProcessorOfHeaderKeyError
    whose = {"purpose": use.purpose.value, "processor": use.processor}
    await locks.acquire(connection, locks.key64(f"tenant_keys:{tenant_id}:{use.purpose.value}:{use.processor or ''}"))
    valid = (await connection.execute(_VALID_KEYS, whose | {"now": now})).all()
    for row in valid[1:]:
        await connection.execute(_REVOKE_KEY, {"id": row.id, "now": now})
    until = sooner(valid[0].valid_until, now + previous) if valid else None
    if valid:
        await connection.execute(_END_KEY, {"id": valid[0].id, "valid_until": until})
    changed = tuple(bytes(row.key_hash) for row in valid)
    key, key_id = tenant_keys.new(), ids.new()
    values = {"tenant_id": tenant_id, "id": key_id, **whose, "now": now}
    await connection.execute(_INSERT_KEY, values | {"key_hash": tenant_keys.hash_of(key)})
    still_good = until if until is not None and until > now else None
    return NewKey(key_id=key_id, key=key, previous_valid_until=still_good, changed=changed)
