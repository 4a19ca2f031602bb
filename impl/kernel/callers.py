"""Who sends a request: a machine or a person, each of exactly one tenant."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class MachineCaller:
    """A machine of a tenant, known by a key of that tenant: a payment processor or a tag server."""

    tenant_id: UUID
    key_hash: bytes
    """SHA-256 of the key."""
    processor: str | None = None
    """The only processor that may use the key; None for any machine."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonCaller:
    """A person of a tenant, known by an access token."""

    tenant_id: UUID
    user_id: UUID
    jti: UUID
    """The token."""
    family_id: UUID
    """The session: all tokens that come from one login."""
    issued_at: datetime
    """When the token began, to the millisecond."""
