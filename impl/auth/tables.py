"""People, their roles in a tenant, and the tokens they hold."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, SmallInteger, UniqueConstraint, func, text, true
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


class User(Identified, UpdatedAt, Base):
    """A person, known only by the hash of the login."""

    __tablename__ = "users"
    __table_args__ = (
        UniqueConstraint("login_identifier_hash"),
        one_of("auth_provider", "password", "oauth_google", "oauth_microsoft", "oauth_github", "sso"),
        CheckConstraint("auth_provider <> 'password' OR password_hash IS NOT NULL", name="password_present"),
        about("People who log in; each sees only the own row", api="SU", policy="self"),
    )

    login_identifier_hash: Mapped[str]
    external_subject_hash: Mapped[str | None]
    auth_provider: Mapped[str] = mapped_column(server_default=text("'password'"))
    is_active: Mapped[bool] = mapped_column(server_default=true())
    password_hash: Mapped[str | None]


class TenantMembership(TenantScoped, Identified, UpdatedAt, Base):
    """A person's membership of a tenant."""

    __tablename__ = "tenant_memberships"
    __table_args__ = (
        UniqueConstraint("tenant_id", "user_id"),
        one_of("membership_status", "active", "revoked"),
        about("Which person belongs to which tenant", api="S", worker="S"),
    )

    user_id: Mapped[UUID] = mapped_column(ForeignKey("users.id", ondelete="RESTRICT"))
    membership_status: Mapped[str] = mapped_column(server_default=text("'active'"))


class TenantMembershipRole(TenantScoped, Identified, UpdatedAt, Base):
    """A role of a membership."""

    __tablename__ = "tenant_membership_roles"
    __table_args__ = (
        same_tenant("membership_id", "tenant_memberships.id"),
        UniqueConstraint("tenant_id", "membership_id", "role_code", name="uq_tenant_membership_roles__membership_role"),
        about(
            "Roles of a membership",
            api="S",
            worker="S",
            columns={("app_user", "U"): ("role_code", "updated_at")},
        ),
    )

    membership_id: Mapped[UUID]
    role_code: Mapped[str] = mapped_column(ForeignKey("roles.code", ondelete="RESTRICT"))


class LoginNetwork(TenantScoped, Base):
    """A network from which a person has logged in, by a keyed hash with the login."""

    __tablename__ = "login_networks"
    __table_args__ = (
        Index(None, "last_login_at"),
        about("Networks people logged in from, as keyed hashes; 30 days", api="SIU"),
    )

    network_hash: Mapped[bytes] = mapped_column(primary_key=True)
    last_login_at: Mapped[datetime]


class RefreshToken(TenantScoped, Identified, CreatedAt, Base):
    """A refresh token, known only by its hash. A reused one condemns its whole family."""

    __tablename__ = "auth_refresh_tokens"
    __table_args__ = (
        same_tenant("user_id", "tenant_memberships.user_id"),
        same_tenant("replaced_by_id", "auth_refresh_tokens.id", ondelete="SET NULL (replaced_by_id)"),
        Index(None, "tenant_id", "family_id", "created_at"),
        Index(None, "tenant_id", "user_id", "created_at"),
        Index(None, "expires_at"),
        about("Refresh tokens as SHA-256, single use, grouped in families", api="SIU"),
    )

    user_id: Mapped[UUID]
    family_id: Mapped[UUID]
    token_hash: Mapped[bytes]
    expires_at: Mapped[datetime]
    rotated_at: Mapped[datetime | None]
    replaced_by_id: Mapped[UUID | None]
    revoked_at: Mapped[datetime | None]
    revoke_reason: Mapped[str | None]
    last_used_at: Mapped[datetime | None]


class RevokedAccessToken(TenantScoped, Base):
    """An access token that was revoked before it expired."""

    __tablename__ = "auth_access_token_denylist"
    __table_args__ = (
        Index(None, "expires_at"),
        Index(None, "jti"),
        about("Access tokens revoked before they expired", api="SIU", worker="S"),
    )

    user_id: Mapped[UUID] = mapped_column(primary_key=True)
    jti: Mapped[UUID] = mapped_column(primary_key=True)
    revoked_at: Mapped[datetime] = mapped_column(server_default=func.now())
    expires_at: Mapped[datetime]
    reason: Mapped[str] = mapped_column(server_default=text("'logout'"))


class TokenCutoff(TenantScoped, Base):
    """The instant before which a person's access tokens are invalid in a tenant."""

    __tablename__ = "auth_user_token_cutoffs"
    __table_args__ = (
        about("Instant before which the tokens of a person are invalid; only moves forward", api="SIU", worker="S"),
    )

    user_id: Mapped[UUID] = mapped_column(primary_key=True)
    tokens_invalid_before: Mapped[datetime]
    updated_by_user_id: Mapped[UUID | None]
    updated_at: Mapped[datetime] = mapped_column(server_default=func.now())


class AccessAudit(TenantScoped, Identified, CreatedAt, Base):
    """A change of a member, of the role or of the password."""

    __tablename__ = "access_audit"
    __table_args__ = (
        one_of(
            "action",
            "member_added",
            "member_removed",
            "role_changed",
            "password_changed",
            "password_reset",
            "deactivated",
            "activated",
            "sessions_ended",
        ),
        Index(None, "tenant_id", "created_at"),
        about("Changes of members, their roles and passwords; append-only", api="SI"),
    )

    user_id: Mapped[UUID]
    actor: Mapped[str]
    """The id of the user who did it, or `operator`."""
    action: Mapped[str]
    role_code: Mapped[str | None]


class SigningKey(CreatedAt, Base):
    """A key that signs access tokens. The private half is sealed; the public half is what verifiers fetch."""

    __tablename__ = "jwt_signing_keys"
    __table_args__ = (
        about(
            "Keys that sign access tokens: newest signs, at most three verify",
            api="SI",
            worker="",
            columns={
                ("app_worker", "S"): ("kid", "public_jwk", "created_at", "retired_at"),
                ("app_user", "U"): ("retired_at", "private_key_sealed", "key_id"),
            },
            policy="none",
        ),
    )

    kid: Mapped[str] = mapped_column(primary_key=True)
    private_key_sealed: Mapped[bytes]
    key_id: Mapped[str]
    public_jwk: Mapped[dict[str, Any]]
    retired_at: Mapped[datetime | None]


class JwtVerificationCache(Base):
    """The fetched key set that every process shares."""

    __tablename__ = "jwt_verification_cache"
    __table_args__ = (
        CheckConstraint("singleton_id = 1", name="singleton_id"),
        about("Last fetched key set, one row for the whole fleet", api="SIU", worker="SIU", policy="none"),
    )

    singleton_id: Mapped[int] = mapped_column(SmallInteger, primary_key=True, server_default=text("1"))
    jwks_json: Mapped[dict[str, Any]]
    fetched_at: Mapped[datetime]
    next_allowed_refresh_at: Mapped[datetime]
    last_refresh_error_at: Mapped[datetime | None]
    refresh_error_count: Mapped[int] = mapped_column(server_default=text("0"))
    refresh_event_count: Mapped[int] = mapped_column(server_default=text("0"))
    last_refresh_reason: Mapped[str | None]
