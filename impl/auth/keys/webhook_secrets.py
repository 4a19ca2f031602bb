"""Webhook secrets of a tenant by processor and label: one for each endpoint or shop, the one before good for a while."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Row, text
from sqlalchemy.ext.asyncio import AsyncConnection

from generated.governance import problems
from generated.server import NotFoundError, ProblemError
from impl.db import locks
from impl.db.sealing import KeyRing, Place
from impl.kernel.callers import PersonCaller
from impl.platforms import registry
from impl.platforms.processor import Processor

MAX_LABELS: Final = 8
"""A forged delivery is checked against every valid secret of its processor, so their number is its price."""

# Newest first: that one stays good for a while, an older one ends now, so that never more than two of a label are good.
_SECRETS: Final = text("""
    SELECT id, version, valid_until FROM tenant_webhook_secrets
     WHERE processor = :processor AND label = :label ORDER BY version DESC
""")
_OTHER_LABELS: Final = text("""
    SELECT count(DISTINCT label) FROM tenant_webhook_secrets
     WHERE processor = :processor AND label <> :label AND (valid_until IS NULL OR valid_until > :now)
""")
_END_SECRET: Final = text("UPDATE tenant_webhook_secrets SET valid_until = :valid_until WHERE id = :id")
_INSERT_SECRET: Final = text("""
    INSERT INTO tenant_webhook_secrets (
        tenant_id, processor, credential, label, mode, account, order_prefix, version, secret_sealed, key_id, webhook_id,
        set_by, created_at)
    VALUES (
        :tenant_id, :processor, :credential, :label, :mode, :account, :order_prefix, :version, :secret_sealed, :key_id,
        :webhook_id, :set_by, :now)
""")
_DELETE: Final = text("""
    UPDATE tenant_webhook_secrets SET valid_until = :now, deleted_by = :deleted_by
     WHERE processor = :processor AND label = :label AND (valid_until IS NULL OR valid_until > :now)
""")
# The newest of each label stands for it; how long the one before stays good is told beside it.
_VALID: Final = text("""
    SELECT DISTINCT ON (s.label) s.label, s.mode, s.account, s.order_prefix, s.version, s.key_id, s.created_at, (
        SELECT max(p.valid_until) FROM tenant_webhook_secrets p
         WHERE p.processor = s.processor AND p.label = s.label AND p.version < s.version AND p.valid_until > :now
    ) AS previous_valid_until
      FROM tenant_webhook_secrets s
     WHERE s.processor = :processor AND (s.valid_until IS NULL OR s.valid_until > :now)
     ORDER BY s.label, s.version DESC
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


class SecretInvisibleError(ProblemError, kind=problems.VALIDATION_ERROR):
    """`secret` has no visible character, so anybody can guess it; copy it from the processor again."""


class TooManyLabelsError(ProblemError, kind=problems.VALIDATION_ERROR):
    """The processor has secrets with 8 labels already; delete one first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Endpoint:
    """Where the deliveries under a secret come from."""

    label: str = "default"
    mode: str = "live"
    account: str = "default"
    """Whose books: the shop's host, or the account id at the processor."""
    order_prefix: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredSecret:
    """A webhook secret as it is stored, without the secret."""

    endpoint: Endpoint
    version: int
    key_id: str
    updated_at: datetime
    previous_valid_until: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class NewSecret:
    """A secret as the admin gives it. The processor decides which of `secret` and `webhook_id` its deliveries need."""

    processor: Processor
    secret: str | None = field(default=None, repr=False)
    webhook_id: str | None = None
    endpoint: Endpoint = Endpoint()
    previous: timedelta
    """How long the secret before stays good."""


def processor_of(name: str) -> Processor:
    """The payment processor of that name. Raises `PlatformNotFoundError`."""
    try:
        return registry.processor(name)
    except KeyError as error:
        raise PlatformNotFoundError from error


async def put(
    connection: AsyncConnection,
    ring: KeyRing,
    caller: PersonCaller,
    new: NewSecret,
    *,
    now: datetime,
) -> StoredSecret:
    """A new version of the secret of a label; the one before stays good for a while, any older one ends now.

    Raises `SecretMissingError`, `TooManyLabelsError`, and `WebhookIdError` for an id that was copied with more than itself.
    """
    _check(new)
    processor, endpoint = new.processor, new.endpoint
    label = {"processor": processor.name, "label": endpoint.label}
    await locks.acquire(connection, locks.key64(f"webhook_secrets:{caller.tenant_id}:{processor.name}"))
    if await connection.scalar(_OTHER_LABELS, label | {"now": now}) >= MAX_LABELS:
        raise TooManyLabelsError
    version, until = await _end_secrets(connection, label, new.previous, now)
    values = {
        "tenant_id": caller.tenant_id,
        **label,
        "credential": processor.credential,
        "mode": endpoint.mode,
        "account": endpoint.account,
        "order_prefix": endpoint.order_prefix,
        "version": version + 1,
        "webhook_id": new.webhook_id,
        "set_by": caller.user_id,
        "now": now,
    }
    await connection.execute(_INSERT_SECRET, values | _sealed(ring, caller.tenant_id, new.secret))
    return StoredSecret(
        endpoint=endpoint, version=version + 1, key_id=ring.newest, updated_at=now, previous_valid_until=until
    )


async def valid(
    connection: AsyncConnection, ring: KeyRing, processor: Processor, *, now: datetime
) -> Sequence[StoredSecret]:
    """The newest secret of each label that is valid, in the order of the labels."""
    rows = await connection.execute(_VALID, {"processor": processor.name, "now": now})
    return [_stored(row, ring) for row in rows]


async def delete(
    connection: AsyncConnection, caller: PersonCaller, processor: Processor, label: str, *, now: datetime
) -> None:
    """End all secrets of the label now. The rows stay: they say who set them and who ended them. Raises `NotFoundError`."""
    values = {"processor": processor.name, "label": label, "deleted_by": caller.user_id, "now": now}
    await locks.acquire(connection, locks.key64(f"webhook_secrets:{caller.tenant_id}:{processor.name}"))
    if not (await connection.execute(_DELETE, values)).rowcount:
        raise NotFoundError("There is no valid webhook secret with this label.")


def sooner(one: datetime | None, other: datetime) -> datetime:
    """The earlier of two ends, of which the first may be missing."""
    return other if one is None else min(one, other)


def _check(new: NewSecret) -> None:
    webhook_id = new.webhook_id
    if {"secret": new.secret, "webhook_id": webhook_id}[new.processor.credential] is None:
        raise SecretMissingError(new.processor)
    if new.secret is not None and not any(character.isprintable() and character != " " for character in new.secret):
        raise SecretInvisibleError
    if webhook_id is not None and not (webhook_id.isascii() and webhook_id.isprintable() and " " not in webhook_id):
        raise WebhookIdError


def _sealed(ring: KeyRing, tenant_id: UUID, secret: str | None) -> dict[str, Any]:
    if secret is None:
        return {"secret_sealed": None, "key_id": None}
    envelope = ring.seal(secret.encode(), Place(tenant_id, "tenant_webhook_secrets", "secret_sealed"))
    return {"secret_sealed": envelope.value, "key_id": envelope.key_id}


async def _end_secrets(
    connection: AsyncConnection, label: dict[str, str], previous: timedelta, now: datetime
) -> tuple[int, datetime | None]:
    """The newest version there was, and until when it stays good."""
    rows = (await connection.execute(_SECRETS, label)).all()
    for row in rows[1:]:
        await connection.execute(_END_SECRET, {"id": row.id, "valid_until": sooner(row.valid_until, now)})
    if not rows:
        return 0, None
    until = sooner(rows[0].valid_until, now + previous)
    await connection.execute(_END_SECRET, {"id": rows[0].id, "valid_until": until})
    return rows[0].version, until if until > now else None


def _stored(row: Row[Any], ring: KeyRing) -> StoredSecret:
    return StoredSecret(
        endpoint=Endpoint(label=row.label, mode=row.mode, account=row.account, order_prefix=row.order_prefix),
        version=row.version,
        # An id of a webhook is no secret and is not sealed; its reply names the key that would seal it.
        key_id=row.key_id or ring.newest,
        updated_at=row.created_at,
        previous_valid_until=row.previous_valid_until,
    )
