"""A new merchant: tenant, first admin, tenant key, and the secrets of its processors."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field

from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncEngine

from impl.db.sealing import KeyRing, Place
from impl.db.transaction import tenant_transaction
from impl.kernel.errors import SkeldirError
from impl.platforms import registry
from impl.platforms.processor import Processor

_CREATE_TENANT = text("SELECT ops.create_tenant(:name, :currency, :tenant_id)")
_CREATE_USER = text("SELECT ops.create_user(:login_hash, :password_hash, 'password', :user_id)")
_SET_MEMBERSHIP = text("SELECT ops.set_membership(:tenant_id, :user_id, 'admin')")
_INSERT_KEY = text(
    "INSERT INTO tenant_api_keys (tenant_id, purpose, key_hash) VALUES (:tenant_id, :purpose, :key_hash)"
)
_INSERT_SECRET = text(
    """
    INSERT INTO tenant_webhook_secrets (tenant_id, processor, credential, version, secret_sealed, key_id, webhook_id)
    VALUES (:tenant_id, :processor, :credential, 1, :secret_sealed, :key_id, :webhook_id)
    """
)


class TenantNotCreated(SkeldirError):
    """The database refused the tenant or its admin; nothing was created."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Admin:
    """The first user of a tenant, as it is stored."""

    login_identifier_hash: str
    password_hash: str = field(repr=False)


async def create(operator: AsyncEngine, *, name: str, currency: str, admin: Admin) -> uuid.UUID:
    """Create the tenant and its admin, both or neither. Raises `TenantNotCreated` that says why."""
    tenant_id, user_id = uuid.uuid4(), uuid.uuid4()
    user = {"login_hash": admin.login_identifier_hash, "password_hash": admin.password_hash, "user_id": user_id}
    try:
        async with operator.begin() as connection:
            await connection.execute(_CREATE_TENANT, {"name": name, "currency": currency, "tenant_id": tenant_id})
            await connection.execute(_CREATE_USER, user)
            await connection.execute(_SET_MEMBERSHIP, {"tenant_id": tenant_id, "user_id": user_id})
    except DBAPIError as error:
        raise TenantNotCreated(_reason(error)) from error
    return tenant_id


def _reason(error: DBAPIError) -> str:
    """Why, in the words of somebody who runs a command; the database's own text may hold values."""
    # Only the name of the constraint is read, which is ours and holds no value.
    driver_error = getattr(error.orig, "__cause__", None)
    return {
        "uq_users__login_identifier_hash": "a user with this e-mail address exists already; choose another",
        "ck_tenants__name": "the name is empty or has spaces at its ends; write a name",
        "ck_tenants__reporting_currency": "the reporting currency must be an ISO 4217 code with 0 or 2 decimal places",
    }.get(
        getattr(driver_error, "constraint_name", None) or "",
        "the database refused the tenant; check the name and the currency",
    )


async def equip(
    engine: AsyncEngine, ring: KeyRing, tenant_id: uuid.UUID, *, key_hash: bytes, secrets: Mapping[str, str]
) -> None:
    """Store the tenant key (SHA-256, for the header), and by processor what its deliveries are verified with."""
    # With the rights of the service and bound to the tenant: the row security of these tables holds for its creation too.
    async with tenant_transaction(engine, tenant_id) as connection:
        await connection.execute(_INSERT_KEY, {"tenant_id": tenant_id, "purpose": "header", "key_hash": key_hash})
        for name, value in secrets.items():
            await connection.execute(_INSERT_SECRET, _secret_row(ring, tenant_id, registry.processor(name), value))


def _secret_row(ring: KeyRing, tenant_id: uuid.UUID, processor: Processor, value: str) -> dict[str, object]:
    """The id of a webhook is no secret and stays readable; everything else is sealed."""
    row: dict[str, object] = {
        "tenant_id": tenant_id,
        "processor": processor.name,
        "credential": processor.credential,
        "webhook_id": None,
    }
    if processor.credential == "webhook_id":
        return row | {"secret_sealed": None, "key_id": None, "webhook_id": value}
    sealed = ring.seal(value.encode(), Place(tenant_id, "tenant_webhook_secrets", "secret_sealed"))
    return row | {"secret_sealed": sealed.value, "key_id": sealed.key_id}


async def exists(engine: AsyncEngine, tenant_id: uuid.UUID) -> bool:
    """Whether the database knows the tenant."""
    async with tenant_transaction(engine, tenant_id) as connection:
        row = await connection.scalar(text("SELECT 1 FROM tenants WHERE id = :tenant_id"), {"tenant_id": tenant_id})
    return row is not None
