"""New keys and webhook secrets for a tenant's machines; the ones before stay good for as long as the admin says."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from generated.governance import problems
from generated.server import ProblemError
from impl.auth.keys import tenant_keys
from impl.auth.keys.tenant_keys import Purpose
from impl.db import locks
from impl.db.sealing import KeyRing, Place
from impl.kernel import ids
from impl.platforms import registry
from impl.platforms.processor import Processor

# Newest first: that one stays good for a while, an older one ends now, so that never more than two are good.
_VALID_KEYS: Final = text("""
    SELECT id, key_hash, valid_until FROM tenant_api_keys
     WHERE purpose = :purpose AND revoked_at IS NULL AND (valid_until IS NULL OR valid_until > :now)
     ORDER BY created_at DESC, id DESC
""")
_REVOKE_KEY: Final = text("UPDATE tenant_api_keys SET revoked_at = :now WHERE id = :id")
_END_KEY: Final = text("UPDATE tenant_api_keys SET valid_until = :valid_until WHERE id = :id")
_INSERT_KEY: Final = text("""
    INSERT INTO tenant_api_keys (tenant_id, id, purpose, key_hash, created_at)
    VALUES (:tenant_id, :id, :purpose, :key_hash, :now)
""")
_SECRETS: Final = text("""
    SELECT id, version, valid_until FROM tenant_webhook_secrets WHERE processor = :processor ORDER BY version DESC
""")
_END_SECRET: Final = text("UPDATE tenant_webhook_secrets SET valid_until = :valid_until WHERE id = :id")
_INSERT_SECRET: Final = text("""
    INSERT INTO tenant_webhook_secrets (
        tenant_id, processor, credential, version, secret_sealed, key_id, webhook_id, created_at)
    VALUES (:tenant_id, :processor, :credential, :version, :secret_sealed, :key_id, :webhook_id, :now)
""")


class PlatformNotFoundError(ProblemError, kind=problems.PLATFORM_NOT_FOUND):
    """Unknown payment processor."""

    def __init__(self) -> None:
        *names, last = registry.NAMES
        super().__init__(f"Unknown payment processor; use {', '.join(names)} or {last}.")


class SecretMissingError(ProblemError, kind=problems.VALIDATION_ERROR):
    """The processor requires `webhook_id` or `secret`, whichever its deliveries are verified with."""

    def __init__(self, processor: Processor) -> None:
        super().__init__(f"{processor.title} requires `{processor.credential}`.")


class WebhookIdError(ProblemError, kind=problems.VALIDATION_ERROR):
    """`webhook_id` must not contain spaces or line breaks; copy it from the processor again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NewKey:
    """A tenant key, for the one time that it is shown."""

    key_id: UUID
    key: str = field(repr=False)
    previous_valid_until: datetime | None
    changed: tuple[bytes, ...]
    """Hashes of the keys that are no longer good, or for another time than before."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NewSecret:
    """A new version of a webhook secret, without the secret."""

    version: int
    key_id: str
    previous_valid_until: datetime | None


def processor_of(name: str) -> Processor:
    """The payment processor of that name. Raises `PlatformNotFoundError`."""
    try:
        return registry.processor(name)
    except KeyError as error:
        raise PlatformNotFoundError from error


async def rotate_key(
    connection: AsyncConnection, tenant_id: UUID, purpose: Purpose, previous: timedelta, *, now: datetime
) -> NewKey:
    """A new key for `purpose`; the one before stays good for `previous`, any older one ends now."""
    await locks.acquire(connection, locks.key64(f"tenant_keys:{tenant_id}:{purpose.value}"))
    valid = (await connection.execute(_VALID_KEYS, {"purpose": purpose.value, "now": now})).all()
    for row in valid[1:]:
        await connection.execute(_REVOKE_KEY, {"id": row.id, "now": now})
    until = _sooner(valid[0].valid_until, now + previous) if valid else None
    if valid:
        await connection.execute(_END_KEY, {"id": valid[0].id, "valid_until": until})
    changed = tuple(bytes(row.key_hash) for row in valid)
    key, key_id = tenant_keys.new(), ids.new()
    values = {"tenant_id": tenant_id, "id": key_id, "purpose": purpose.value, "now": now}
    await connection.execute(_INSERT_KEY, values | {"key_hash": tenant_keys.hash_of(key)})
    still_good = until if until is not None and until > now else None
    return NewKey(key_id=key_id, key=key, previous_valid_until=still_good, changed=changed)


async def put_webhook_secret(  # noqa: PLR0913  (each is another column, all by name)
    connection: AsyncConnection,
    ring: KeyRing,
    *,
    tenant_id: UUID,
    processor: Processor,
    secret: str | None,
    webhook_id: str | None,
    previous: timedelta,
    now: datetime,
) -> NewSecret:
    """A new version of the secret; the one before stays good for `previous`, any older one ends now.

    Raises `SecretMissingError`, and `WebhookIdError` for an id that was copied with more than itself.
    """
    if {"secret": secret, "webhook_id": webhook_id}[processor.credential] is None:
        raise SecretMissingError(processor)
    if webhook_id is not None and not (webhook_id.isascii() and webhook_id.isprintable() and " " not in webhook_id):
        raise WebhookIdError
    await locks.acquire(connection, locks.key64(f"webhook_secrets:{tenant_id}:{processor.name}"))
    version, until = await _end_secrets(connection, processor.name, previous, now)
    sealed: dict[str, Any] = {"secret_sealed": None, "key_id": None}
    if secret is not None:
        envelope = ring.seal(secret.encode(), Place(tenant_id, "tenant_webhook_secrets", "secret_sealed"))
        sealed = {"secret_sealed": envelope.value, "key_id": envelope.key_id}
    values = {
        "tenant_id": tenant_id,
        "processor": processor.name,
        "credential": processor.credential,
        "version": version + 1,
        "webhook_id": webhook_id,
        "now": now,
    }
    await connection.execute(_INSERT_SECRET, values | sealed)
    return NewSecret(version=version + 1, key_id=ring.newest, previous_valid_until=until)


async def _end_secrets(
    connection: AsyncConnection, processor: str, previous: timedelta, now: datetime
) -> tuple[int, datetime | None]:
    """The newest version there was, and until when it stays good."""
    rows = (await connection.execute(_SECRETS, {"processor": processor})).all()
    for row in rows[1:]:
        await connection.execute(_END_SECRET, {"id": row.id, "valid_until": _sooner(row.valid_until, now)})
    if not rows:
        return 0, None
    until = _sooner(rows[0].valid_until, now + previous)
    await connection.execute(_END_SECRET, {"id": rows[0].id, "valid_until": until})
    return rows[0].version, until if until > now else None


def _sooner(one: datetime | None, other: datetime) -> datetime:
    return other if one is None else min(one, other)
