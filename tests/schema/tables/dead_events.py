"""Dead events and what is done about them: their repair, retries of many, and the audit of both."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    CHAR,
    BigInteger,
    CheckConstraint,
    ForeignKey,
    Index,
    SmallInteger,
    String,
    UniqueConstraint,
    func,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from impl.db.mapped import (
    Base,
    CreatedAt,
    Identified,
    TenantScoped,
    UpdatedAt,
    about,
    one_of,
)
from tests.schema.tables.checks import currency, sealed_pair

REMEDIATION_COLUMNS = (
    "retry_count",
    "last_retry_at",
    "next_retry_at",
    "remediation_status",
    "remediation_notes",
    "resolved_at",
    "resolved_event_id",
    "resolved_delivery_id",
    "repair_cents",
    "repair_currency",
    "repaired_by",
    "repaired_at",
    "updated_at",
    "occurrences",
)
PROGRESS_COLUMNS = (
    "status",
    "retried",
    "resolved",
    "after_at",
    "after_id",
    "started_at",
    "finished_at",
    "updated_at",
)


class DeadEvent(TenantScoped, Identified, UpdatedAt, Base):
    """A delivery or touch that could not become an event, kept for repair."""

    __tablename__ = "dead_events"
    __table_args__ = (
        UniqueConstraint("tenant_id", "source", "idempotency_key"),
        one_of("remediation_status", "pending", "in_progress", "resolved", "abandoned"),
        CheckConstraint("(remediation_status = 'resolved') = (resolved_at IS NOT NULL)", name="resolved_at"),
        CheckConstraint("retry_count >= 0", name="retry_count"),
        CheckConstraint("occurrences >= 1", name="occurrences"),
        sealed_pair("payload_sealed"),
        Index("ix_dead_events__tenant_id_ingested_at", "tenant_id", text("ingested_at DESC")),
        Index(None, "remediation_status", "next_retry_at"),
        Index(None, "error_code"),
        CheckConstraint("num_nulls(amount_cents, currency) IN (0, 2)", name="amount"),
        currency("currency"),
        Index(
            None,
            "reader_version",
            postgresql_where=text(
                "remediation_status = 'pending' AND next_retry_at IS NULL AND payload_sealed IS NOT NULL"
            ),
        ),
        CheckConstraint("num_nulls(object_name, object_at) IN (0, 2)", name="object"),
        CheckConstraint("repair_cents BETWEEN 1 AND 1000000000000000", name="repair_cents"),
        currency("repair_currency"),
        CheckConstraint("num_nulls(repair_cents, repair_currency, repaired_by, repaired_at) IN (0, 4)", name="repair"),
        Index(
            "ix_dead_events__open",
            "tenant_id",
            "source",
            "object_name",
            postgresql_where=text("remediation_status <> 'resolved'"),
        ),
        about(
            "Input that could not become an event, with its error and its sealed payload",
            api="SI",
            worker="S",
            columns={("app_user", "U"): REMEDIATION_COLUMNS},
        ),
    )

    source: Mapped[str]
    idempotency_key: Mapped[str] = mapped_column(String(255))
    error_code: Mapped[str]
    error_type: Mapped[str]
    event_type: Mapped[str]
    error_message: Mapped[str]
    error_detail: Mapped[dict[str, Any]]
    raw_payload: Mapped[dict[str, Any]]
    payload_sealed: Mapped[bytes | None]
    key_id: Mapped[str | None]
    external_event_id: Mapped[str | None]
    delivery_id: Mapped[UUID | None]
    account: Mapped[str] = mapped_column(server_default=text("'default'"))
    ingested_at: Mapped[datetime] = mapped_column(server_default=func.now())
    retry_count: Mapped[int] = mapped_column(SmallInteger, server_default=text("0"))
    last_retry_at: Mapped[datetime | None]
    next_retry_at: Mapped[datetime | None]
    remediation_status: Mapped[str] = mapped_column(server_default=text("'pending'"))
    remediation_notes: Mapped[str | None]
    resolved_at: Mapped[datetime | None]
    resolved_event_id: Mapped[UUID | None]
    redacted_at: Mapped[datetime | None]
    correlation_id: Mapped[UUID | None]
    object_number: Mapped[str | None]
    amount_cents: Mapped[int | None] = mapped_column(BigInteger)
    currency: Mapped[str | None] = mapped_column(CHAR(3))
    reader_version: Mapped[int | None]
    object_name: Mapped[str | None]
    object_at: Mapped[datetime | None]
    refused_key: Mapped[str | None]
    repair_cents: Mapped[int | None] = mapped_column(BigInteger)
    repair_currency: Mapped[str | None] = mapped_column(CHAR(3))
    repaired_by: Mapped[UUID | None]
    repaired_at: Mapped[datetime | None]
    resolved_delivery_id: Mapped[UUID | None]
    occurrences: Mapped[int] = mapped_column(server_default=text("1"))


class DeadEventUsage(TenantScoped, Base):
    """What the dead events of a tenant and day have used up of its budget."""

    __tablename__ = "dead_event_usage"
    __table_args__ = (
        Index(None, "day"),
        about("What the dead events of a tenant and day have used up; 90 days", api="SIU", worker="SIU"),
    )

    day: Mapped[date] = mapped_column(primary_key=True)
    events: Mapped[int] = mapped_column(BigInteger, server_default=text("0"))
    payloads: Mapped[int] = mapped_column(BigInteger, server_default=text("0"))
    payload_bytes: Mapped[int] = mapped_column(BigInteger, server_default=text("0"))
    payloads_dropped: Mapped[int] = mapped_column(BigInteger, server_default=text("0"))
    events_aggregated: Mapped[int] = mapped_column(BigInteger, server_default=text("0"))


class QuarantinedEvent(Identified, CreatedAt, Base):
    """Input whose tenant may be unknown; without one only operators see it."""

    __tablename__ = "dead_events_quarantine"
    __table_args__ = (
        sealed_pair("payload_sealed"),
        Index(None, "tenant_id", "ingested_at"),
        about(
            "Input whose tenant may be unknown; the tenantless lane is for operators",
            api="SI",
            worker="S",
            ops="S",
            policy="quarantine",
        ),
    )

    tenant_id: Mapped[UUID | None] = mapped_column(ForeignKey("tenants.id", ondelete="SET NULL"))
    source: Mapped[str]
    error_type: Mapped[str]
    error_code: Mapped[str]
    error_message: Mapped[str]
    error_detail: Mapped[dict[str, Any]]
    payload_sealed: Mapped[bytes | None]
    key_id: Mapped[str | None]
    correlation_id: Mapped[UUID | None]
    ingested_at: Mapped[datetime] = mapped_column(server_default=func.now())
    created_by_role: Mapped[str] = mapped_column(server_default=text("CURRENT_USER"))


class DeadEventRetry(TenantScoped, Identified, UpdatedAt, Base):
    """A request to retry many dead events."""

    __tablename__ = "dead_event_retries"
    __table_args__ = (
        one_of("status", "queued", "in_progress", "finished"),
        one_of("only_status", "pending", "abandoned"),
        CheckConstraint("selected BETWEEN 0 AND 10000", name="selected"),
        CheckConstraint("resolved BETWEEN 0 AND retried AND retried <= selected", name="counts"),
        CheckConstraint("(status = 'finished') = (finished_at IS NOT NULL)", name="finished_at"),
        CheckConstraint("num_nulls(after_at, after_id) IN (0, 2)", name="after"),
        Index(None, "tenant_id", "created_at"),
        about(
            "Requests to retry many dead events, and how far each has come",
            api="SI",
            worker="S",
            columns={("app_worker", "U"): PROGRESS_COLUMNS},
        ),
    )

    user_id: Mapped[UUID]
    status: Mapped[str] = mapped_column(server_default=text("'queued'"))
    only_status: Mapped[str]
    only_source: Mapped[str | None]
    only_error_code: Mapped[str | None]
    is_forced: Mapped[bool]
    selected: Mapped[int]
    has_more: Mapped[bool]
    needs_force: Mapped[int]
    without_content: Mapped[int]
    retried: Mapped[int] = mapped_column(server_default=text("0"))
    resolved: Mapped[int] = mapped_column(server_default=text("0"))
    until_at: Mapped[datetime]
    after_at: Mapped[datetime | None]
    after_id: Mapped[UUID | None]
    started_at: Mapped[datetime | None]
    finished_at: Mapped[datetime | None]


class DeadEventAudit(TenantScoped, Identified, CreatedAt, Base):
    """What a person did about one dead event, or about many."""

    __tablename__ = "dead_event_audit"
    __table_args__ = (
        one_of("action", "retried", "repaired", "retried_many", "abandoned"),
        CheckConstraint("num_nulls(dead_event_id, retry_id) = 1", name="subject"),
        CheckConstraint(
            "num_nulls(amount_cents, currency) IN (0, 2) AND (action = 'repaired') = (amount_cents IS NOT NULL)",
            name="amount",
        ),
        Index(None, "tenant_id", "created_at"),
        about("What people did about dead events; append-only", api="SI"),
    )

    user_id: Mapped[UUID]
    action: Mapped[str]
    dead_event_id: Mapped[UUID | None]
    retry_id: Mapped[UUID | None]
    is_forced: Mapped[bool | None]
    amount_cents: Mapped[int | None] = mapped_column(BigInteger)
    currency: Mapped[str | None] = mapped_column(CHAR(3))
    told_cents: Mapped[int | None] = mapped_column(BigInteger)
    told_currency: Mapped[str | None] = mapped_column(CHAR(3))
    correlation_id: Mapped[UUID | None]
