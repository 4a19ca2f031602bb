"""Credits of conversions to channels, the jobs that compute them, and what channels cost."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ARRAY,
    CHAR,
    BigInteger,
    CheckConstraint,
    Date,
    ForeignKey,
    Index,
    Numeric,
    UniqueConstraint,
    func,
    text,
)
from sqlalchemy.dialects.postgresql import UUID as PGUUID
from sqlalchemy.orm import Mapped, mapped_column

from impl.db.mapped import (
    Base,
    CreatedAt,
    Identified,
    TenantScoped,
    UpdatedAt,
    about,
    one_of,
    same_tenant,
)
from tests.schema.tables.checks import currency

CHANNEL = "channel_taxonomy.code"


class Allocation(TenantScoped, Identified, CreatedAt, Base):
    """The share of one conversion given to one channel by one model, in cents. A refund has negative ones."""

    __tablename__ = "attribution_allocations"
    __table_args__ = (
        same_tenant("event_id", "attribution_events.id"),
        UniqueConstraint(
            "tenant_id",
            "event_id",
            "model_type",
            "model_version",
            "channel_code",
            name="uq_attribution_allocations__credit",
        ),
        CheckConstraint("window_end > window_start", name="window"),
        CheckConstraint("allocation_ratio BETWEEN 0 AND 1", name="allocation_ratio"),
        CheckConstraint("confidence_score BETWEEN 0 AND 1", name="confidence_score"),
        currency(),
        Index(
            "ix_attribution_allocations__model_window",
            "tenant_id",
            "model_type",
            "model_version",
            "window_start",
        ),
        Index(
            "ix_attribution_allocations__channel_window",
            "tenant_id",
            "channel_code",
            "window_start",
            postgresql_include=["allocated_revenue_cents", "confidence_score"],
        ),
        about("Credits of conversions to channels, exact to the cent", api="S", worker="SIUD"),
    )

    event_id: Mapped[UUID]
    window_start: Mapped[datetime]
    window_end: Mapped[datetime]
    model_type: Mapped[str]
    model_version: Mapped[str]
    channel_code: Mapped[str] = mapped_column(ForeignKey(CHANNEL, onupdate="CASCADE", ondelete="RESTRICT"))
    allocated_revenue_cents: Mapped[int] = mapped_column(BigInteger)
    currency: Mapped[str] = mapped_column(CHAR(3))
    allocation_ratio: Mapped[Decimal | None] = mapped_column(Numeric(19, 18))
    confidence_score: Mapped[Decimal | None] = mapped_column(Numeric(4, 3))
    touch_count: Mapped[int | None]
    credible_interval_lower_cents: Mapped[int | None] = mapped_column(BigInteger)
    credible_interval_upper_cents: Mapped[int | None] = mapped_column(BigInteger)
    convergence_r_hat: Mapped[Decimal | None] = mapped_column(Numeric(8, 5))
    effective_sample_size: Mapped[int | None]
    divergences: Mapped[int | None]
    model_metadata: Mapped[dict[str, Any]] = mapped_column(server_default=text("'{}'::jsonb"))
    is_fallback: Mapped[bool] = mapped_column(server_default=text("false"))
    is_conversion: Mapped[bool] = mapped_column(server_default=text("false"))


class DayTotal(TenantScoped, Base):
    """The credits of a day by channel. A trigger keeps it in step with the credits."""

    __tablename__ = "attribution_day_totals"
    __table_args__ = (
        about("Credits of a day by channel, kept in step with the credits by a trigger", api="S", worker="SIUD"),
    )

    model_type: Mapped[str] = mapped_column(primary_key=True)
    model_version: Mapped[str] = mapped_column(primary_key=True)
    day: Mapped[date] = mapped_column(primary_key=True)
    channel_code: Mapped[str] = mapped_column(primary_key=True)
    currency: Mapped[str] = mapped_column(CHAR(3), primary_key=True)
    credits: Mapped[int] = mapped_column(BigInteger, server_default=text("0"))
    revenue_cents: Mapped[int] = mapped_column(BigInteger, server_default=text("0"))
    conversions: Mapped[int] = mapped_column(BigInteger, server_default=text("0"))
    attributed_conversions: Mapped[Decimal] = mapped_column(Numeric, server_default=text("0"))
    confident_cents: Mapped[Decimal] = mapped_column(Numeric, server_default=text("0"))
    conversion_cents: Mapped[int] = mapped_column(BigInteger, server_default=text("0"))


class RecomputeJob(TenantScoped, Identified, UpdatedAt, Base):
    """The one job that computes a window with a model; asked for again, it runs again."""

    __tablename__ = "attribution_recompute_jobs"
    __table_args__ = (
        UniqueConstraint(
            "tenant_id",
            "window_start",
            "window_end",
            "model_type",
            "model_version",
            name="uq_attribution_recompute_jobs__identity",
        ),
        CheckConstraint("window_end > window_start", name="window"),
        one_of("status", "pending", "running", "succeeded", "failed"),
        CheckConstraint("run_count >= 0", name="run_count"),
        CheckConstraint("(continue_after_at IS NULL) = (continue_after_id IS NULL)", name="continue_after"),
        about("One job per window, model and version, with the digest of its result", api="SIU", worker="SIU"),
    )

    window_start: Mapped[datetime]
    window_end: Mapped[datetime]
    model_type: Mapped[str]
    model_version: Mapped[str]
    lookback_days: Mapped[int] = mapped_column(server_default=text("30"))
    status: Mapped[str] = mapped_column(server_default=text("'pending'"))
    run_count: Mapped[int] = mapped_column(server_default=text("0"))
    conversions: Mapped[int | None]
    allocations: Mapped[int | None]
    digest: Mapped[bytes | None]
    last_correlation_id: Mapped[UUID | None]
    started_at: Mapped[datetime | None]
    finished_at: Mapped[datetime | None]
    error_code: Mapped[str | None]
    error_message: Mapped[str | None]
    continue_after_at: Mapped[datetime | None]
    continue_after_id: Mapped[UUID | None]
    training: Mapped[dict[str, Any] | None]


class ChannelCorrection(TenantScoped, Identified, CreatedAt, Base):
    """A person says that something belongs to another channel; the newest one counts. Insert-only."""

    __tablename__ = "channel_assignment_corrections"
    __table_args__ = (
        one_of("entity_type", "event"),
        CheckConstraint("reason <> ''", name="reason"),
        Index("ix_channel_assignment_corrections__entity", "tenant_id", "entity_type", "entity_id", "created_at"),
        about("Corrections of channels; insert-only, the newest counts", api="S", worker="S"),
    )

    entity_type: Mapped[str]
    entity_id: Mapped[UUID]
    from_channel: Mapped[str] = mapped_column(ForeignKey(CHANNEL, onupdate="CASCADE", ondelete="RESTRICT"))
    to_channel: Mapped[str] = mapped_column(ForeignKey(CHANNEL, onupdate="CASCADE", ondelete="RESTRICT"))
    corrected_by: Mapped[UUID]
    reason: Mapped[str]


class ChannelSpend(TenantScoped, Identified, UpdatedAt, Base):
    """What a channel cost on one day. Imported figures outrank a platform's own."""

    __tablename__ = "channel_spend"
    __table_args__ = (
        UniqueConstraint("tenant_id", "channel_code", "spend_on", "currency", "source", name="uq_channel_spend__day"),
        one_of("source", "import", "platform"),
        CheckConstraint("spend_cents >= 0", name="spend_cents"),
        currency(),
        about("What channels cost per day and currency", api="SIU", worker="SIU"),
    )

    channel_code: Mapped[str] = mapped_column(ForeignKey(CHANNEL, onupdate="CASCADE", ondelete="RESTRICT"))
    spend_on: Mapped[date]
    currency: Mapped[str] = mapped_column(CHAR(3))
    spend_cents: Mapped[int] = mapped_column(BigInteger)
    source: Mapped[str]
    as_of: Mapped[datetime] = mapped_column(server_default=func.now())


class Change(TenantScoped, Identified, CreatedAt, Base):
    """Something that credits may depend on has been recorded; a row of its own for every transaction."""

    __tablename__ = "attribution_changes"
    __table_args__ = (about("Facts and touches that credits may depend on, until their days are marked", api="SI"),)

    days: Mapped[list[date]] = mapped_column(ARRAY(Date), server_default=text("'{}'"))
    touches: Mapped[list[UUID]] = mapped_column(ARRAY(PGUUID), server_default=text("'{}'"))


class DayMark(TenantScoped, Identified, CreatedAt, Base):
    """The credits of a day are to be computed again."""

    __tablename__ = "attribution_day_marks"
    __table_args__ = (
        UniqueConstraint("tenant_id", "model_type", "model_version", "day", name="uq_attribution_day_marks__day"),
        about("Days whose credits are to be computed again: at once when due, else by night", api="S", worker="SIUD"),
    )

    model_type: Mapped[str]
    model_version: Mapped[str]
    day: Mapped[date]
    lookback_days: Mapped[int]
    is_due: Mapped[bool]
    marked_at: Mapped[datetime] = mapped_column(server_default=func.now())


class TrainingCounts(TenantScoped, Identified, CreatedAt, Base):
    """What models learn from: channels and counts only, no link to anybody."""

    __tablename__ = "attribution_training_counts"
    __table_args__ = (
        UniqueConstraint(
            "tenant_id",
            "lookback_days",
            "impression_lookback_days",
            "day",
            "kind",
            name="uq_attribution_training_counts__day",
        ),
        one_of("kind", "converted", "null"),
        about(
            "Paths of a day, counted: converted ones by day of conversion, open ones as they stood at its end",
            api="S",
            worker="SIUD",
        ),
    )

    lookback_days: Mapped[int]
    impression_lookback_days: Mapped[int]
    day: Mapped[date]
    kind: Mapped[str]
    counts: Mapped[dict[str, Any]]
