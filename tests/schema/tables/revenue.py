"""The cache that both realtime answers read."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, Index
from sqlalchemy.orm import Mapped, mapped_column

from impl.db.mapped import Base, TenantScoped, UpdatedAt, about


class RevenueCacheEntry(TenantScoped, UpdatedAt, Base):
    """One cached answer, with the lease of whoever renews it and the cooldown after a failure."""

    __tablename__ = "revenue_cache_entries"
    __table_args__ = (
        CheckConstraint("(lease_owner IS NULL) = (lease_until IS NULL)", name="lease"),
        Index(None, "expires_at"),
        Index(None, "error_cooldown_until"),
        about("Cached realtime revenue with lease and cooldown", api="SIUD", worker="S"),
    )

    cache_key: Mapped[str] = mapped_column(primary_key=True)
    payload: Mapped[dict[str, Any]]
    data_as_of: Mapped[datetime]
    expires_at: Mapped[datetime]
    etag: Mapped[str | None]
    error_cooldown_until: Mapped[datetime | None]
    last_error_at: Mapped[datetime | None]
    last_error_code: Mapped[str | None]
    lease_owner: Mapped[UUID | None]
    lease_until: Mapped[datetime | None]
