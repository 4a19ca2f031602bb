"""Errors that browsers of tenants report."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import Index
from sqlalchemy.orm import Mapped

from impl.db.mapped import Base, CreatedAt, Identified, TenantScoped, about


class ErrorReport(TenantScoped, Identified, CreatedAt, Base):
    """One error of a dashboard, kept for thirty days."""

    __tablename__ = "error_reports"
    __table_args__ = (
        Index(None, "tenant_id", "occurred_at"),
        about("Errors reported by dashboards, kept for thirty days", api="SIU"),
    )

    user_id: Mapped[UUID | None]
    error_message: Mapped[str]
    stack_trace: Mapped[str | None]
    url: Mapped[str | None]
    browser: Mapped[str | None]
    occurred_at: Mapped[datetime]
