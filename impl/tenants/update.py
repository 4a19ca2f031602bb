"""Changes of a tenant by an operator."""

from __future__ import annotations

import uuid

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from impl.kernel.errors import SkeldirError

_UPDATE = text(
    "SELECT ops.update_tenant(tenant_id => :tenant_id, sandbox => :sandbox, journeys_enabled => :journeys_enabled)"
)


class TenantNotFound(SkeldirError):
    """No tenant has this id."""


async def update(
    operator: AsyncEngine, tenant_id: uuid.UUID, *, sandbox: bool | None = None, journeys_enabled: bool | None = None
) -> None:
    """Change what is not None. Running processes follow within a minute. Raises `TenantNotFound`."""
    values = {"tenant_id": tenant_id, "sandbox": sandbox, "journeys_enabled": journeys_enabled}
    async with operator.begin() as connection:
        if not await connection.scalar(_UPDATE, values):
            raise TenantNotFound("no tenant has this id")
