"""Canonical events, the lanes for what could not become one, and the channels they name."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    CHAR,
    BigInteger,
    CheckConstraint,
    ForeignKey,
    Index,
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
    about,
    one_of,
)
from tests.schema.tables.checks import currency


class Channel(Base):
    """A channel that money can be credited to."""

    __tablename__ = "channel_taxonomy"
    __table_args__ = (
        one_of("family", "paid_social", "paid_search", "direct", "organic", "referral", "email"),
        one_of("state", "draft", "active", "deprecated", "archived"),
        CheckConstraint("is_active = (state = 'active')", name="is_active"),
        about("Channels that revenue can be credited to", api="S", worker="S", policy="none"),
    )

    code: Mapped[str] = mapped_column(primary_key=True)
    family: Mapped[str]
    is_paid: Mapped[bool]
    display_name: Mapped[str]
    api_name: Mapped[str]
    is_active: Mapped[bool]
    state: Mapped[str]


class ChannelStateTransition(Identified, Base):
    """One step in the life of a channel; written by a trigger only."""

    __tablename__ = "channel_state_transitions"
    __table_args__ = (
        Index(None, "channel_code", "changed_at"),
        about("Steps in the life of channels, written by trigger", api="S", worker="S", policy="none"),
    )

    channel_code: Mapped[str] = mapped_column(
        ForeignKey("channel_taxonomy.code", onupdate="CASCADE", ondelete="RESTRICT")
    )
    from_state: Mapped[str]
    to_state: Mapped[str]
    changed_by: Mapped[str] = mapped_column(server_default=text("SESSION_USER"))
    changed_at: Mapped[datetime] = mapped_column(server_default=func.now())
    reason: Mapped[str | None]
    # `metadata` is SQLAlchemy's own attribute, so the column has another name in Python.
    details: Mapped[dict[str, Any]] = mapped_column("metadata", server_default=text("'{}'::jsonb"))


class Touch(TenantScoped, Identified, CreatedAt, Base):
    """One visit, click or impression with a session and a channel. Carries no money. Insert-only."""

    __tablename__ = "touches"
    __table_args__ = (
        UniqueConstraint("tenant_id", "touch_id"),
        CheckConstraint("session_id IS NOT NULL OR redacted_at IS NOT NULL", name="session_id"),
        Index(None, "tenant_id", "session_id", "occurred_at"),
        Index(None, "tenant_id", "journey_hash", "occurred_at"),
        Index(None, "occurred_at"),
        about("Visits, clicks and impressions with their channel; insert-only", api="SI", worker="S"),
    )

    touch_id: Mapped[str] = mapped_column(String(200))
    session_id: Mapped[UUID | None]
    journey_hash: Mapped[bytes | None]
    journey_key_version: Mapped[int | None]
    occurred_at: Mapped[datetime]
    kind: Mapped[str]
    channel_code: Mapped[str] = mapped_column(
        ForeignKey("channel_taxonomy.code", onupdate="CASCADE", ondelete="RESTRICT")
    )
    utm_source: Mapped[str | None]
    utm_medium: Mapped[str | None]
    campaign_id: Mapped[str | None]
    referrer_host: Mapped[str | None]
    redacted_at: Mapped[datetime | None]


class AttributionEvent(TenantScoped, Identified, CreatedAt, Base):
    """What happened, when, to which transaction. Insert-only."""

    __tablename__ = "attribution_events"
    __table_args__ = (
        UniqueConstraint("tenant_id", "processor", "idempotency_key"),
        currency(),
        CheckConstraint("revenue_cents BETWEEN 0 AND 1000000000000000", name="revenue_cents"),
        CheckConstraint("abs(effect_cents) IN (0, revenue_cents)", name="effect_cents"),
        Index("ix_attribution_events__tenant_id_occurred_at_id", "tenant_id", text("occurred_at DESC"), "id"),
        Index(None, "tenant_id", "session_id", postgresql_where=text("session_id IS NOT NULL")),
        Index(None, "tenant_id", "journey_hash", postgresql_where=text("journey_hash IS NOT NULL")),
        Index(None, "tenant_id", "journey_hash_previous", postgresql_where=text("journey_hash_previous IS NOT NULL")),
        CheckConstraint(
            "num_nulls(shown_kind, shown_cents, shown_at, object_id) IN (0, 4)"
            " AND shown_cents BETWEEN 0 AND 1000000000000000",
            name="shown",
        ),
        Index(None, "tenant_id", "processor", "transaction_id"),
        Index(
            None,
            "tenant_id",
            "processor",
            "payment_reference",
            postgresql_where=text("payment_reference IS NOT NULL"),
        ),
        Index("ix_attribution_events__counts_at", "counts_at", postgresql_where=text("counts_at IS NOT NULL")),
        Index(
            "ix_attribution_events__order_reference",
            "tenant_id",
            "processor",
            "order_reference",
            postgresql_where=text("order_reference IS NOT NULL"),
        ),
        Index(
            "ix_attribution_events__uncounted_order",
            "tenant_id",
            "processor",
            "order_id",
            postgresql_where=text("counts_at IS NOT NULL"),
        ),
        Index(
            "ix_attribution_events__unredacted",
            "received_at",
            postgresql_where=text("redacted_at IS NULL"),
        ),
        Index(
            "ix_attribution_events__linkable",
            "received_at",
            postgresql_where=text("session_id IS NOT NULL OR journey_hash IS NOT NULL"),
        ),
        CheckConstraint(
            "num_nulls(told_cents, told_currency, repaired_dead_event_id) IN (0, 3) AND told_cents >= 0", name="told"
        ),
        about("Canonical events made from deliveries; insert-only", api="SI", worker="S"),
    )

    processor: Mapped[str] = mapped_column(String(32))
    idempotency_key: Mapped[str] = mapped_column(String(255))
    event_type: Mapped[str] = mapped_column(String(50))
    processor_event_type: Mapped[str | None]
    external_event_id: Mapped[str | None]
    delivery_id: Mapped[UUID | None]
    occurred_at: Mapped[datetime]
    received_at: Mapped[datetime] = mapped_column(server_default=func.now())
    order_id: Mapped[str | None]
    transaction_id: Mapped[str | None]
    revenue_cents: Mapped[int] = mapped_column(BigInteger)
    effect_cents: Mapped[int] = mapped_column(BigInteger)
    currency: Mapped[str] = mapped_column(CHAR(3))
    session_id: Mapped[UUID | None]
    journey_hash: Mapped[bytes | None]
    journey_hash_previous: Mapped[bytes | None]
    channel_code: Mapped[str] = mapped_column(
        ForeignKey("channel_taxonomy.code", onupdate="CASCADE", ondelete="RESTRICT")
    )
    utm_source: Mapped[str | None]
    utm_medium: Mapped[str | None]
    campaign_id: Mapped[str | None]
    raw_payload: Mapped[dict[str, Any]]
    redacted_at: Mapped[datetime | None]
    correlation_id: Mapped[UUID | None]
    account: Mapped[str] = mapped_column(server_default="default")
    shown_kind: Mapped[str | None]
    shown_cents: Mapped[int | None] = mapped_column(BigInteger)
    shown_at: Mapped[datetime | None]
    told_cents: Mapped[int | None] = mapped_column(BigInteger)
    told_currency: Mapped[str | None] = mapped_column(CHAR(3))
    repaired_dead_event_id: Mapped[UUID | None]
    object_id: Mapped[str | None]
    payment_reference: Mapped[str | None]
    counts_at: Mapped[datetime | None]
    gateway: Mapped[str | None]
    order_reference: Mapped[str | None]


class WebhookRefusal(TenantScoped, Identified, Base):
    """Refused deliveries of one processor in one hour, for one reason."""

    __tablename__ = "webhook_refusals"
    __table_args__ = (
        one_of("reason", "signature", "size", "rate", "unavailable"),
        CheckConstraint("hour = date_trunc('hour', hour, 'UTC')", name="hour"),
        CheckConstraint("count >= 1", name="count"),
        UniqueConstraint("tenant_id", "processor", "hour", "reason"),
        Index(None, "tenant_id", "hour"),
        about("Refused deliveries of known tenants by processor, hour and reason; never a body", api="SIU", worker="S"),
    )

    processor: Mapped[str] = mapped_column(ForeignKey("platforms.name", ondelete="RESTRICT"))
    hour: Mapped[datetime]
    reason: Mapped[str]
    count: Mapped[int] = mapped_column(BigInteger)
    last_at: Mapped[datetime]


class WebhookDelivery(TenantScoped, Identified, CreatedAt, Base):
    """One authenticated inbound call, before meaning is given to it."""

    __tablename__ = "webhook_deliveries"
    __table_args__ = (
        one_of("outcome", "accepted", "duplicate", "dead", "ignored"),
        CheckConstraint("size_bytes >= 0", name="size_bytes"),
        Index(None, "tenant_id", "processor", "idempotency_key"),
        Index("ix_webhook_deliveries__tenant_id_received_at", "tenant_id", text("received_at DESC")),
        about("Authenticated webhook calls and what became of each", api="SI", worker="S"),
    )

    processor: Mapped[str]
    topic: Mapped[str]
    processor_event_id: Mapped[str]
    idempotency_key: Mapped[str]
    received_at: Mapped[datetime] = mapped_column(server_default=func.now())
    size_bytes: Mapped[int]
    signature_scheme: Mapped[str]
    secret_label: Mapped[str | None]
    secret_version: Mapped[int | None]
    account: Mapped[str | None]
    outcome: Mapped[str]
    event_id: Mapped[UUID | None]
    dead_event_id: Mapped[UUID | None]
    correlation_id: Mapped[UUID | None]
    schema_notes: Mapped[dict[str, Any] | None]


class WebhookTransmission(TenantScoped, Base):
    """The signed id of a delivery whose signature covers only a checksum, and a keyed hash of the body it came with."""

    __tablename__ = "webhook_transmissions"
    __table_args__ = (
        Index(None, "first_received_at"),
        about("Signed ids of deliveries and keyed hashes of their bodies; 5 days", api="SI"),
    )

    processor: Mapped[str] = mapped_column(primary_key=True)
    transmission_id: Mapped[str] = mapped_column(primary_key=True)
    body_hash_sealed: Mapped[bytes]
    key_id: Mapped[str]
    first_received_at: Mapped[datetime]
