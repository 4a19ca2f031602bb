"""Accounts at platforms and the sealed tokens that open them."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint, false, text
from sqlalchemy.orm import Mapped, mapped_column

from impl.db.mapped import Base, Identified, TenantScoped, UpdatedAt, about, one_of, same_tenant


class Platform(Base):
    """A platform that tenants connect; a processor, where its deliveries are verified with a credential."""

    __tablename__ = "platforms"
    __table_args__ = (
        UniqueConstraint("name", "webhook_credential"),
        one_of("webhook_credential", "secret", "webhook_id"),
        about(
            "Platforms there are, and how deliveries of those that send any are verified",
            api="S",
            worker="S",
            policy="none",
        ),
    )

    name: Mapped[str] = mapped_column(primary_key=True)
    webhook_credential: Mapped[str | None]
    is_shop: Mapped[bool] = mapped_column(server_default=false())


class PlatformConnection(TenantScoped, Identified, UpdatedAt, Base):
    """A tenant's account at a platform."""

    __tablename__ = "platform_connections"
    __table_args__ = (
        UniqueConstraint("tenant_id", "platform", "platform_account_id", name="uq_platform_connections__account"),
        one_of("status", "pending", "active", "disabled"),
        about("Accounts of tenants at platforms", api="SIU", worker="SU"),
    )

    platform: Mapped[str] = mapped_column(ForeignKey(Platform.name, ondelete="RESTRICT"))
    platform_account_id: Mapped[str]
    status: Mapped[str] = mapped_column(server_default=text("'pending'"))
    connection_metadata: Mapped[dict[str, Any]] = mapped_column(server_default=text("'{}'::jsonb"))


class PlatformCredential(TenantScoped, Identified, UpdatedAt, Base):
    """The sealed tokens of a connection."""

    __tablename__ = "platform_credentials"
    __table_args__ = (
        UniqueConstraint("tenant_id", "platform", "platform_connection_id", name="uq_platform_credentials__connection"),
        same_tenant("platform_connection_id", "platform_connections.id", ondelete="CASCADE"),
        one_of("lifecycle_status", "active", "degraded", "revoked"),
        CheckConstraint("lifecycle_status <> 'revoked' OR next_refresh_due_at IS NULL", name="revoked_not_due"),
        CheckConstraint("revoked_at IS NULL OR lifecycle_status = 'revoked'", name="revoked_at"),
        Index(
            "ix_platform_credentials__due",
            "lifecycle_status",
            "next_refresh_due_at",
            postgresql_where=text("next_refresh_due_at IS NOT NULL"),
        ),
        about("Sealed tokens of platform accounts and when to renew them", api="SIU", worker="SU"),
    )

    platform_connection_id: Mapped[UUID]
    platform: Mapped[str] = mapped_column(ForeignKey(Platform.name, ondelete="RESTRICT"))
    access_token_sealed: Mapped[bytes]
    refresh_token_sealed: Mapped[bytes | None]
    key_id: Mapped[str]
    expires_at: Mapped[datetime | None]
    scope: Mapped[str | None]
    token_type: Mapped[str | None]
    next_refresh_due_at: Mapped[datetime | None]
    lifecycle_status: Mapped[str] = mapped_column(server_default=text("'active'"))
    refresh_failure_count: Mapped[int] = mapped_column(server_default=text("0"))
    last_failure_class: Mapped[str | None]
    last_failure_at: Mapped[datetime | None]
    last_refresh_at: Mapped[datetime | None]
    revoked_at: Mapped[datetime | None]
    claimed_until: Mapped[datetime | None]


class OAuthHandshake(TenantScoped, Identified, UpdatedAt, Base):
    """A consent that a person was sent to give; consumed once."""

    __tablename__ = "oauth_handshake_sessions"
    __table_args__ = (
        UniqueConstraint("tenant_id", "state_nonce_hash"),
        one_of("pkce_code_challenge_method", "S256"),
        one_of("status", "pending", "consumed", "expired", "aborted"),
        CheckConstraint("octet_length(state_nonce_hash) = 32", name="state_nonce_hash"),
        CheckConstraint("(status = 'consumed') = (consumed_at IS NOT NULL)", name="consumed_at"),
        CheckConstraint("gc_after >= created_at", name="gc_after"),
        Index(None, "gc_after"),
        about("Consents that persons were sent to give, with sealed verifier", api="SIU", worker="SU"),
    )

    user_id: Mapped[UUID]
    platform: Mapped[str] = mapped_column(ForeignKey(Platform.name, ondelete="RESTRICT"))
    platform_account_id: Mapped[str]
    state_nonce_hash: Mapped[bytes]
    pkce_verifier_sealed: Mapped[bytes]
    key_id: Mapped[str]
    pkce_code_challenge: Mapped[str]
    pkce_code_challenge_method: Mapped[str] = mapped_column(server_default=text("'S256'"))
    redirect_uri: Mapped[str]
    status: Mapped[str] = mapped_column(server_default=text("'pending'"))
    terminal_reason: Mapped[str | None]
    expires_at: Mapped[datetime]
    consumed_at: Mapped[datetime | None]
    gc_after: Mapped[datetime]
