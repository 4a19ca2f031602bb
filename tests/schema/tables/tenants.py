"""Tenants and the keys and secrets machines use on their behalf."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import (
    CHAR,
    CheckConstraint,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    SmallInteger,
    String,
    UniqueConstraint,
    false,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from impl.db.mapped import Base, CreatedAt, Identified, TenantScoped, UpdatedAt, about, one_of
from tests.schema.tables.checks import sealed_pair

PUBLIC_COLUMNS = (
    "id",
    "name",
    "reporting_currency",
    "default_model",
    "journeys_enabled",
    "sandbox",
    "api_rate_per_minute",
    "webhook_rate_per_minute",
    "llm_window_cap_cents",
    "llm_window_seconds",
    "created_at",
    "updated_at",
)


class Tenant(Identified, UpdatedAt, Base):
    """A merchant whose revenue is attributed. Its own row is all a tenant sees of this table."""

    __tablename__ = "tenants"
    __table_args__ = (
        CheckConstraint("name = btrim(name) AND name <> ''", name="name"),
        CheckConstraint(
            "reporting_currency ~ '^[A-Z]{3}$' AND reporting_currency NOT IN"
            " ('BHD', 'CLF', 'IQD', 'JOD', 'KWD', 'LYD', 'OMR', 'TND', 'UYW')",
            name="reporting_currency",
        ),
        CheckConstraint(
            "default_model IN ('first_touch', 'last_touch', 'last_non_direct', 'linear', 'time_decay',"
            " 'position_based', 'markov', 'shapley')",
            name="default_model",
        ),
        CheckConstraint("api_rate_per_minute > 0 AND webhook_rate_per_minute > 0", name="rates"),
        CheckConstraint("llm_window_cap_cents >= 0 AND llm_window_seconds > 0", name="llm_window"),
        sealed_pair("notification_email_sealed"),
        about(
            "Merchants whose revenue is attributed, with their limits",
            columns={("app_user", "S"): PUBLIC_COLUMNS, ("app_worker", "S"): PUBLIC_COLUMNS},
            policy="tenants",
        ),
    )

    name: Mapped[str] = mapped_column(String(255))
    notification_email_sealed: Mapped[bytes | None]
    key_id: Mapped[str | None]
    reporting_currency: Mapped[str] = mapped_column(CHAR(3), server_default=text("'USD'"))
    default_model: Mapped[str] = mapped_column(server_default=text("'last_touch'"))
    journeys_enabled: Mapped[bool] = mapped_column(server_default=false())
    sandbox: Mapped[bool] = mapped_column(server_default=false())
    api_rate_per_minute: Mapped[int] = mapped_column(server_default=text("100"))
    webhook_rate_per_minute: Mapped[int] = mapped_column(server_default=text("1000"))
    llm_window_cap_cents: Mapped[int] = mapped_column(server_default=text("5000"))
    llm_window_seconds: Mapped[int] = mapped_column(server_default=text("86400"))


class TenantApiKey(TenantScoped, Identified, CreatedAt, Base):
    """An API key of a tenant's machines, known only by its hash."""

    __tablename__ = "tenant_api_keys"
    __table_args__ = (
        UniqueConstraint("key_hash"),
        one_of("purpose", "header", "url"),
        CheckConstraint("octet_length(key_hash) = 32", name="key_hash"),
        CheckConstraint("processor IS NULL OR purpose = 'url'", name="processor"),
        about("API keys of machines, as SHA-256; at most two valid per tenant and purpose", api="SIU"),
    )

    purpose: Mapped[str]
    processor: Mapped[str | None] = mapped_column(ForeignKey("platforms.name", ondelete="RESTRICT"))
    key_hash: Mapped[bytes]
    valid_until: Mapped[datetime | None]
    revoked_at: Mapped[datetime | None]


class TenantWebhookSecret(TenantScoped, Identified, CreatedAt, Base):
    """A secret shared with a payment platform, sealed."""

    __tablename__ = "tenant_webhook_secrets"
    __table_args__ = (
        UniqueConstraint("tenant_id", "processor", "label", "version"),
        ForeignKeyConstraint(
            ["processor", "credential"], ["platforms.name", "platforms.webhook_credential"], ondelete="RESTRICT"
        ),
        CheckConstraint("version > 0", name="version"),
        one_of("mode", "live", "test"),
        CheckConstraint("length(label) BETWEEN 1 AND 64", name="label"),
        CheckConstraint("length(account) BETWEEN 1 AND 255", name="account"),
        CheckConstraint("length(order_prefix) BETWEEN 1 AND 64", name="order_prefix"),
        CheckConstraint(
            "CASE credential WHEN 'secret' THEN secret_sealed IS NOT NULL ELSE webhook_id IS NOT NULL END",
            name="secret_present",
        ),
        sealed_pair("secret_sealed"),
        about(
            "Secrets shared with payment platforms, by version",
            api="SIU",
        ),
    )

    processor: Mapped[str]
    credential: Mapped[str]
    version: Mapped[int]
    secret_sealed: Mapped[bytes | None]
    key_id: Mapped[str | None]
    webhook_id: Mapped[str | None]
    valid_until: Mapped[datetime | None]
    label: Mapped[str] = mapped_column(server_default=text("'default'"))
    mode: Mapped[str] = mapped_column(server_default=text("'live'"))
    account: Mapped[str] = mapped_column(server_default=text("'default'"))
    order_prefix: Mapped[str | None]
    set_by: Mapped[UUID | None]
    deleted_by: Mapped[UUID | None]


class TenantJourneySecret(TenantScoped, Identified, CreatedAt, Base):
    """A key under which journey keys are hashed; destroying it makes the hashes unlinkable."""

    __tablename__ = "tenant_journey_secrets"
    __table_args__ = (
        UniqueConstraint("tenant_id", "version"),
        CheckConstraint("version > 0", name="version"),
        about("Keys for hashing journey keys, by version", api="SIU"),
    )

    version: Mapped[int]
    secret_sealed: Mapped[bytes]
    key_id: Mapped[str]
    valid_until: Mapped[datetime | None]
    destroyed_at: Mapped[datetime | None]


class IdempotencyKey(TenantScoped, Identified, CreatedAt, Base):
    """An answer kept for a caller who repeats a request."""

    __tablename__ = "api_idempotency_keys"
    __table_args__ = (
        UniqueConstraint("tenant_id", "operation_id", "key"),
        one_of("state", "running", "done"),
        CheckConstraint("state = 'running' OR status_code IS NOT NULL", name="status_code"),
        sealed_pair("response_sealed"),
        Index(None, "expires_at"),
        about("Answers kept for callers who repeat a request", api="SIU"),
    )

    operation_id: Mapped[str]
    key: Mapped[UUID]
    request_hash: Mapped[bytes]
    state: Mapped[str] = mapped_column(server_default=text("'running'"))
    status_code: Mapped[int | None] = mapped_column(SmallInteger)
    response_sealed: Mapped[bytes | None]
    key_id: Mapped[str | None]
    expires_at: Mapped[datetime]
