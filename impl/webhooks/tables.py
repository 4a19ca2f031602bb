"""What arrived by webhook, whatever became of it."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, func, text
from sqlalchemy.orm import Mapped, mapped_column

from impl.db.mapped import Base, CreatedAt, Identified, TenantScoped, about, one_of


class WebhookDelivery(TenantScoped, Identified, CreatedAt, Base):
    """One authenticated inbound call, before meaning is given to it."""

    __tablename__ = "webhook_deliveries"
    __table_args__ = (
        one_of("provider", "stripe", "paypal", "shopify", "woocommerce"),
        one_of("outcome", "accepted", "duplicate", "dead", "ignored"),
        CheckConstraint("size_bytes >= 0", name="size_bytes"),
        Index(None, "tenant_id", "provider", "idempotency_key"),
        Index("ix_webhook_deliveries__tenant_id_received_at", "tenant_id", text("received_at DESC")),
        about("Authenticated webhook calls and what became of each", api="SI", worker="S"),
    )

    provider: Mapped[str]
    topic: Mapped[str]
    provider_event_id: Mapped[str]
    idempotency_key: Mapped[str]
    received_at: Mapped[datetime] = mapped_column(server_default=func.now())
    size_bytes: Mapped[int]
    signature_scheme: Mapped[str]
    secret_version: Mapped[int | None]
    outcome: Mapped[str]
    event_id: Mapped[UUID | None]
    dead_event_id: Mapped[UUID | None]
    correlation_id: Mapped[UUID | None]
