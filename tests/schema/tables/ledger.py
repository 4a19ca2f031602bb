"""The revenue ledger: one append-only line per change of money, and what follows from the lines."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CHAR, BigInteger, CheckConstraint, ForeignKey, Index, String, UniqueConstraint, func, text
from sqlalchemy.orm import Mapped, mapped_column

from impl.db.mapped import (
    Base,
    CreatedAt,
    Identified,
    TenantScoped,
    about,
    one_of,
    same_tenant,
)
from tests.schema.tables.checks import currency

STATES = ("authorized", "captured", "refunded", "chargeback", "void")
KINDS = ("authorized", "captured", "refunded", "chargeback", "moved", "voided")


class RevenueEntry(TenantScoped, Identified, CreatedAt, Base):
    """One append-only line of the ledger with a signed effect."""

    __tablename__ = "revenue_ledger"
    __table_args__ = (
        UniqueConstraint(
            "tenant_id",
            "processor",
            "transaction_id",
            "entry_kind",
            "processor_event_id",
            name="uq_revenue_ledger__processor_event",
        ),
        same_tenant("event_id", "attribution_events.id"),
        same_tenant("reverses", "revenue_ledger.id"),
        one_of("entry_kind", *KINDS),
        currency(),
        CheckConstraint("amount_cents BETWEEN 0 AND 1000000000000000", name="amount_cents"),
        CheckConstraint(
            "CASE entry_kind WHEN 'authorized' THEN effect_cents = 0"
            " WHEN 'voided' THEN effect_cents = 0"
            " WHEN 'captured' THEN abs(effect_cents) = amount_cents"
            " WHEN 'moved' THEN effect_cents = - amount_cents AND reverses IS NOT NULL"
            " ELSE effect_cents = - amount_cents OR (effect_cents = amount_cents AND reverses IS NOT NULL) END",
            name="effect_cents",
        ),
        CheckConstraint("(entry_kind = 'captured') = (ordinal IS NOT NULL) AND ordinal >= 1", name="ordinal"),
        CheckConstraint("num_nulls(presentment_cents, presentment_currency) IN (0, 2)", name="presentment"),
        CheckConstraint(
            "verification_source IN (processor || '_webhook', processor || '_import', processor || '_repair')",
            name="verification_source",
        ),
        Index(
            "uq_revenue_ledger__single_kind",
            "tenant_id",
            "processor",
            "transaction_id",
            "entry_kind",
            unique=True,
            postgresql_where=text("entry_kind IN ('authorized', 'voided')"),
        ),
        Index(
            "uq_revenue_ledger__payment_reference",
            "tenant_id",
            "processor",
            "payment_reference",
            unique=True,
            postgresql_where=text("entry_kind = 'captured' AND ordinal = 1"),
        ),
        Index(
            "uq_revenue_ledger__ordinal",
            "tenant_id",
            "processor",
            "original_transaction_id",
            "ordinal",
            unique=True,
            postgresql_where=text("entry_kind = 'captured'"),
        ),
        Index(None, "tenant_id", "occurred_at"),
        Index(None, "tenant_id", "order_id", postgresql_where=text("order_id IS NOT NULL")),
        Index(None, "tenant_id", "event_id"),
        Index("ix_revenue_ledger__moved", "tenant_id", "reverses", postgresql_where=text("entry_kind = 'moved'")),
        Index("ix_revenue_ledger__original_transaction", "tenant_id", "processor", "original_transaction_id"),
        about("Append-only revenue entries with signed effects in minor units", api="SI", worker="S"),
    )

    processor: Mapped[str] = mapped_column(String(32))
    transaction_id: Mapped[str] = mapped_column(String(255))
    original_transaction_id: Mapped[str] = mapped_column(String(255))
    entry_kind: Mapped[str]
    processor_event_id: Mapped[str] = mapped_column(String(255))
    event_id: Mapped[UUID]
    amount_cents: Mapped[int] = mapped_column(BigInteger)
    effect_cents: Mapped[int] = mapped_column(BigInteger)
    currency: Mapped[str] = mapped_column(CHAR(3))
    occurred_at: Mapped[datetime]
    posted_at: Mapped[datetime] = mapped_column(server_default=func.now())
    verification_source: Mapped[str]
    verification_timestamp: Mapped[datetime]
    payment_reference: Mapped[str | None] = mapped_column(String(255))
    order_id: Mapped[str | None] = mapped_column(String(255))
    reverses: Mapped[UUID | None]
    # `metadata` is SQLAlchemy's own attribute, so the column has another name in Python.
    details: Mapped[dict[str, Any]] = mapped_column("metadata", server_default=text("'{}'::jsonb"))
    account: Mapped[str] = mapped_column(server_default="default")
    ordinal: Mapped[int | None]
    gateway: Mapped[str | None]
    presentment_cents: Mapped[int | None] = mapped_column(BigInteger)
    presentment_currency: Mapped[str | None] = mapped_column(CHAR(3))


class RevenueStateTransition(TenantScoped, Identified, CreatedAt, Base):
    """How one entry changed the state of its transaction; written by a trigger only."""

    __tablename__ = "revenue_state_transitions"
    __table_args__ = (
        UniqueConstraint("tenant_id", "entry_id"),
        same_tenant("entry_id", "revenue_ledger.id"),
        one_of("from_state", "none", *STATES),
        one_of("to_state", *STATES),
        about("State changes of transactions, one per entry, written by trigger", api="S", worker="S"),
    )

    entry_id: Mapped[UUID]
    from_state: Mapped[str]
    to_state: Mapped[str]
    reason: Mapped[str]
    transitioned_at: Mapped[datetime] = mapped_column(server_default=func.now())


class LedgerVerification(TenantScoped, Identified, CreatedAt, Base):
    """A processor's own books confirm an entry."""

    __tablename__ = "ledger_verifications"
    __table_args__ = (
        UniqueConstraint("tenant_id", "entry_id"),
        same_tenant("entry_id", "revenue_ledger.id"),
        same_tenant("run_id", "reconciliation_runs.id"),
        about("Entries that the books of the processor confirm; insert-only", api="S", worker="SI"),
    )

    entry_id: Mapped[UUID]
    run_id: Mapped[UUID]
    verified_at: Mapped[datetime] = mapped_column(server_default=func.now())
    processor_amount_cents: Mapped[int] = mapped_column(BigInteger)


class SaleLink(TenantScoped, Identified, CreatedAt, Base):
    """An order and a payment that are one sale, because one of them names the other."""

    __tablename__ = "sale_links"
    __table_args__ = (
        UniqueConstraint(
            "tenant_id",
            "order_processor",
            "order_site",
            "order_id",
            "payment_processor",
            "payment_id",
            name="uq_sale_links__sides",
        ),
        one_of("how", "order", "payment", "reconciliation"),
        Index("ix_sale_links__order", "tenant_id", "order_processor", "order_name"),
        Index("ix_sale_links__payment", "tenant_id", "payment_processor", "payment_id"),
        about("Orders and payments that name each other; insert-only", api="SI", worker="S"),
    )

    order_processor: Mapped[str] = mapped_column(ForeignKey("platforms.name", ondelete="RESTRICT"))
    order_site: Mapped[str]
    order_id: Mapped[str]
    order_name: Mapped[str]
    payment_processor: Mapped[str] = mapped_column(ForeignKey("platforms.name", ondelete="RESTRICT"))
    payment_id: Mapped[str]
    how: Mapped[str]
    linked_at: Mapped[datetime] = mapped_column(server_default=func.now())


class ProcessorRole(TenantScoped, Identified, CreatedAt, Base):
    """How the payments of an account count from a date on."""

    __tablename__ = "processor_roles"
    __table_args__ = (
        one_of("role", "auto", "counts", "confirms"),
        Index("ix_processor_roles__account", "tenant_id", "platform", "platform_account_id", "valid_from"),
        about("How payments of an account count, from a date on; insert-only", api="SI", worker="S"),
    )

    platform: Mapped[str] = mapped_column(ForeignKey("platforms.name", ondelete="RESTRICT"))
    platform_account_id: Mapped[str]
    role: Mapped[str]
    valid_from: Mapped[datetime]
    set_by: Mapped[UUID]
    reason: Mapped[str]
