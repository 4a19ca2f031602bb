"""The registry of materialized views, and the only way to refresh one."""

from __future__ import annotations

import enum
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from impl.db.transaction import tenant_transaction
from impl.kernel.errors import SkeldirError


class Outcome(enum.Enum):
    """Outcome of a refresh; a failure is an exception."""

    SUCCESS = "success"
    SKIPPED = "skipped_already_running"


class UnknownViewError(SkeldirError, ValueError):
    """No view of this name is registered, so no SQL was sent."""


@dataclass(frozen=True, slots=True)
class MaterializedView:
    """A view all tenants share, the access view that filters it, and the age at which it is stale, in seconds."""

    name: str
    access_view: str
    stale_after_seconds: int


REGISTRY: Final[Mapping[str, MaterializedView]] = MappingProxyType(
    {
        view.name: view
        for view in (
            MaterializedView("mv_allocation_summary", "v_allocation_summary", 60),
            MaterializedView("mv_channel_performance", "v_channel_performance", 3600),
            MaterializedView("mv_daily_revenue_summary", "v_daily_revenue_summary", 3600),
            MaterializedView("mv_realtime_revenue", "v_realtime_revenue", 60),
            MaterializedView("mv_reconciliation_status", "v_reconciliation_status", 60),
        )
    }
)

_REFRESH = text("SELECT maintenance.refresh_view(:view)")


def named(view_name: str) -> MaterializedView:
    """The registered view. Raises `UnknownViewError`."""
    view = REGISTRY.get(view_name)
    if view is None:
        # Checked before any SQL is sent: the name becomes part of a statement in the database.
        raise UnknownViewError(f"{view_name!r} is not a materialized view; the views are {', '.join(REGISTRY)}")
    return view


async def refresh(connection: AsyncConnection, view_name: str) -> Outcome:
    """Refresh one view for all tenants in the connection's transaction, as `app_worker`.

    Of two refreshes of the same view at once, one is skipped. Raises `UnknownViewError`.
    """
    return Outcome(await connection.scalar(_REFRESH, {"view": named(view_name).name}))


async def refresh_matview_for_tenant(
    worker: AsyncEngine, tenant_id: UUID, view_name: str, correlation_id: UUID | None = None
) -> Outcome:
    """Refresh a view on behalf of a tenant. The refresh covers all tenants; there is none for one tenant alone.

    Raises `UnknownViewError`.
    """
    del correlation_id  # bound to the log context by the job that calls this
    view = named(view_name)
    async with tenant_transaction(worker, tenant_id, execution_context="worker") as connection:
        return await refresh(connection, view.name)
