"""What platforms claim, held against what the ledger knows."""

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
    Text,
    UniqueConstraint,
    func,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY
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


class ReconciliationRun(TenantScoped, Identified, UpdatedAt, Base):
    """One comparison of the ledger with the books of platforms."""

    __tablename__ = "reconciliation_runs"
    __table_args__ = (
        one_of("state", "queued", "running", "completed", "partial", "failed"),
        CheckConstraint("period_end > period_start", name="period"),
        Index(
            "uq_reconciliation_runs__unfinished",
            "tenant_id",
            "platforms",
            unique=True,
            postgresql_where=text("state IN ('queued', 'running')"),
        ),
        Index("ix_reconciliation_runs__newest", "tenant_id", text("created_at DESC"), "id"),
        about("Comparisons of the ledger with platforms; one unfinished per platforms", api="SI", worker="SIU"),
    )

    state: Mapped[str] = mapped_column(server_default=text("'queued'"))
    platforms: Mapped[list[str]] = mapped_column(ARRAY(Text))
    full_sync: Mapped[bool] = mapped_column(server_default=text("false"))
    period_start: Mapped[datetime]
    period_end: Mapped[datetime]
    started_at: Mapped[datetime | None]
    finished_at: Mapped[datetime | None]
    error_message: Mapped[str | None]
    run_metadata: Mapped[dict[str, Any]] = mapped_column(server_default=text("'{}'::jsonb"))


class PlatformClaim(TenantScoped, Identified, UpdatedAt, Base):
    """What an ad platform reports it earned and cost, for a channel and day."""

    __tablename__ = "platform_claims"
    __table_args__ = (
        UniqueConstraint(
            "tenant_id",
            "platform",
            "platform_account_id",
            "channel_code",
            "claimed_on",
            "currency",
            name="uq_platform_claims__day",
        ),
        same_tenant("run_id", "reconciliation_runs.id"),
        CheckConstraint("claimed_cents >= 0 AND conversions >= 0 AND spend_cents >= 0", name="amounts"),
        currency(),
        about("What ad platforms report per channel and day", api="S", worker="SIU"),
    )

    platform: Mapped[str]
    platform_account_id: Mapped[str]
    channel_code: Mapped[str] = mapped_column(ForeignKey(CHANNEL, onupdate="CASCADE", ondelete="RESTRICT"))
    claimed_on: Mapped[date]
    currency: Mapped[str] = mapped_column(CHAR(3))
    claimed_cents: Mapped[int] = mapped_column(BigInteger)
    conversions: Mapped[int] = mapped_column(BigInteger)
    spend_cents: Mapped[int] = mapped_column(BigInteger)
    as_of: Mapped[datetime] = mapped_column(server_default=func.now())
    run_id: Mapped[UUID]


class ReconciliationResult(TenantScoped, Identified, UpdatedAt, Base):
    """Claimed against verified revenue of a period, for a channel or for all of them."""

    __tablename__ = "reconciliation_results"
    __table_args__ = (
        UniqueConstraint(
            "tenant_id",
            "period_start",
            "period_end",
            "channel_code",
            "currency",
            name="uq_reconciliation_results__period",
            postgresql_nulls_not_distinct=True,
        ),
        same_tenant("run_id", "reconciliation_runs.id"),
        CheckConstraint(
            "claimed_total_cents >= 0 AND verified_total_cents >= 0 AND ghost_revenue_cents >= 0"
            " AND discrepancy_bps >= 0",
            name="amounts",
        ),
        CheckConstraint("period_end > period_start", name="period"),
        currency(),
        about("Claimed against verified revenue per period, channel and currency", api="S", worker="SIU"),
    )

    run_id: Mapped[UUID]
    period_start: Mapped[datetime]
    period_end: Mapped[datetime]
    channel_code: Mapped[str | None] = mapped_column(ForeignKey(CHANNEL, onupdate="CASCADE", ondelete="RESTRICT"))
    currency: Mapped[str] = mapped_column(CHAR(3))
    claimed_total_cents: Mapped[int] = mapped_column(BigInteger)
    verified_total_cents: Mapped[int] = mapped_column(BigInteger)
    ghost_revenue_cents: Mapped[int] = mapped_column(BigInteger)
    discrepancy_bps: Mapped[int] = mapped_column(BigInteger)


class ReconciliationItem(TenantScoped, Identified, CreatedAt, Base):
    """One transaction that a run compared."""

    __tablename__ = "reconciliation_items"
    __table_args__ = (
        UniqueConstraint(
            "tenant_id", "run_id", "processor", "transaction_id", "outcome", name="uq_reconciliation_items__transaction"
        ),
        same_tenant("run_id", "reconciliation_runs.id"),
        one_of("outcome", "matched", "missing_in_ledger", "missing_at_processor", "amount_mismatch", "possible_double"),
        currency(),
        about("Transactions that a run compared, with what was found", api="S", worker="SIU"),
    )

    run_id: Mapped[UUID]
    processor: Mapped[str]
    transaction_id: Mapped[str]
    outcome: Mapped[str]
    ledger_cents: Mapped[int | None] = mapped_column(BigInteger)
    processor_cents: Mapped[int | None] = mapped_column(BigInteger)
    currency: Mapped[str] = mapped_column(CHAR(3))
    occurred_at: Mapped[datetime | None]
