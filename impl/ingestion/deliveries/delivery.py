"""A verified delivery on its way in, and what became of it: plain values."""

from __future__ import annotations

import enum
import uuid
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache
from typing import Any


class Outcome(enum.StrEnum):
    """What became of a delivery."""

    ACCEPTED = "accepted"
    DUPLICATE = "duplicate"
    DEAD = "dead"
    IGNORED = "ignored"


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """One authenticated inbound call, before meaning is given to it."""

    id: uuid.UUID
    tenant_id: uuid.UUID
    provider: str
    received_at: datetime
    size_bytes: int
    signature_scheme: str
    secret_version: int
    """Version of the webhook secret that signed it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Death:
    """Why a delivery could not become an event, and what is kept of it."""

    code: str
    """Class of the cause: `schema_validation`, `unknown_provider_event`, `malformed_value` …"""
    message: str
    idempotency_key: uuid.UUID
    pointer: str = ""
    """JSON pointer to the offending field, as far as it is known."""
    issues: tuple[dict[str, str], ...] = ()
    topic: str = "unknown"
    provider_event_id: str | None = None
    payload: Any = field(default=None, repr=False)
    """The stripped payload, sealed before it is stored; None when the body could not be parsed or stripped."""
    kept: dict[str, Any] = field(default_factory=dict)
    """The allow-listed facts that stay readable."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    """What the processor is told, and what the log and metrics say."""

    outcome: Outcome
    tenant_id: uuid.UUID
    correlation_id: uuid.UUID
    idempotency_key: uuid.UUID
    event_id: uuid.UUID | None = None
    dead_event_id: uuid.UUID | None = None
    channel: str | None = None
    error_code: str | None = None


@lru_cache(maxsize=1024)
def correlation_id(idempotency_key: uuid.UUID) -> uuid.UUID:
    """Names a delivery in rows and logs; the same delivery has the same one, whoever repeats it."""
    return uuid.uuid5(uuid.NAMESPACE_URL, str(idempotency_key))
