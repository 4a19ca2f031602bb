"""Traces of background work, and the records that privacy work leaves."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, UniqueConstraint, func, text
from sqlalchemy.orm import Mapped, mapped_column

from impl.db.mapped import Base, CreatedAt, Identified, TenantScoped, UpdatedAt, about, one_of


class FailedJob(UpdatedAt, Base):
    """A job that ended after its last attempt. Its id is uuid5 of job and name, so a repetition updates it."""

    __tablename__ = "worker_failed_jobs"
    __table_args__ = (
        one_of("error_type", "validation_error", "database_error", "application_error", "unknown"),
        one_of("status", "pending", "in_progress", "resolved", "abandoned"),
        CheckConstraint("length(error_message) <= 500", name="error_message"),
        CheckConstraint("length(traceback) <= 2000", name="traceback"),
        Index(None, "tenant_id", "failed_at"),
        Index(None, "failed_at"),
        about(
            "Jobs that ended after their last attempt, with sanitized arguments",
            api="S",
            worker="SIU",
            policy="failed_jobs",
        ),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, sort_order=-1)
    tenant_id: Mapped[UUID | None] = mapped_column(ForeignKey("tenants.id", ondelete="RESTRICT"))
    job_id: Mapped[str]
    job_name: Mapped[str]
    queue: Mapped[str]
    worker: Mapped[str | None]
    arguments: Mapped[dict[str, Any]]
    error_type: Mapped[str]
    exception_class: Mapped[str]
    error_message: Mapped[str]
    traceback: Mapped[str | None]
    retry_count: Mapped[int] = mapped_column(server_default=text("0"))
    last_retry_at: Mapped[datetime | None]
    status: Mapped[str] = mapped_column(server_default=text("'pending'"))
    remediation_notes: Mapped[str | None]
    resolved_at: Mapped[datetime | None]
    correlation_id: Mapped[UUID | None]
    failed_at: Mapped[datetime] = mapped_column(server_default=func.now())


class SideEffect(TenantScoped, Identified, CreatedAt, Base):
    """Proof that an effect happened; a second execution finds the row and stops."""

    __tablename__ = "worker_side_effects"
    __table_args__ = (
        UniqueConstraint("tenant_id", "effect_key"),
        about("Effects that happened, so that a repeated job stops", api="S", worker="SIU"),
    )

    job_id: Mapped[str]
    effect_key: Mapped[str]


class Heartbeat(Base):
    """When a worker was last alive."""

    __tablename__ = "worker_heartbeats"
    __table_args__ = (about("When each worker was last alive", api="S", worker="SIUD", policy="none"),)

    worker_id: Mapped[str] = mapped_column(primary_key=True)
    seen_at: Mapped[datetime] = mapped_column(server_default=func.now())


class ScheduleTick(CreatedAt, Base):
    """A due instant that was claimed; its key makes every instant dispatch once, however many workers run."""

    __tablename__ = "schedule_ticks"
    __table_args__ = (about("Due instants that were dispatched", api="S", worker="SIUD", policy="none"),)

    schedule_name: Mapped[str] = mapped_column(primary_key=True)
    due_at: Mapped[datetime] = mapped_column(primary_key=True)
    job_id: Mapped[str | None]


class ViewRefresh(Base):
    """How the last refresh of a materialized view went; written by `maintenance.refresh_view`."""

    __tablename__ = "matview_refreshes"
    __table_args__ = (
        one_of("outcome", "success", "failed"),
        about("How the last refresh of each materialized view went", api="S", worker="S", policy="none"),
    )

    view_name: Mapped[str] = mapped_column(primary_key=True)
    started_at: Mapped[datetime]
    succeeded_at: Mapped[datetime | None]
    duration_ms: Mapped[int | None]
    outcome: Mapped[str]


class PiiFinding(TenantScoped, Identified, CreatedAt, Base):
    """A key that should not be there, found by the nightly scan; a hash, no snippet."""

    __tablename__ = "pii_audit_findings"
    __table_args__ = (
        UniqueConstraint(
            "tenant_id", "table_name", "column_name", "record_id", "detected_key", name="uq_pii_audit_findings__place"
        ),
        about("Keys that should not be there, found by the nightly scan", api="S", worker="S"),
    )

    table_name: Mapped[str]
    column_name: Mapped[str]
    record_id: Mapped[UUID]
    detected_key: Mapped[str]
    sample_hash: Mapped[bytes]
    detected_at: Mapped[datetime] = mapped_column(server_default=func.now())


class PrivacyAudit(TenantScoped, Identified, CreatedAt, Base):
    """One redaction or erasure. Append-only."""

    __tablename__ = "privacy_audit"
    __table_args__ = (
        Index(None, "tenant_id", "created_at"),
        about("Redactions and erasures that were done; append-only", api="SI", worker="SI"),
    )

    actor: Mapped[str]
    action: Mapped[str]
    object_kind: Mapped[str]
    rows_affected: Mapped[int] = mapped_column(BigInteger)
    before_instant: Mapped[datetime | None]
