"""A verified delivery on its way in, and its outcome: plain values."""

from __future__ import annotations

import enum
import uuid
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache
from typing import Any

from impl.ingestion.journeys import Link as JourneyLink
from impl.ingestion.rejections import Cause, Issue
from impl.kernel import ids
from impl.kernel.facts import DEFAULT_ACCOUNT
from impl.platforms.notification import ObjectVersion


class Outcome(enum.StrEnum):
    """The end of a delivery, in the words of the contract and of its row."""

    ACCEPTED = "accepted"
    DUPLICATE = "duplicate"
    DEAD = "dead"
    IGNORED = "ignored"


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """One authenticated inbound call, before meaning is given to it."""

    id: uuid.UUID
    tenant_id: uuid.UUID
    processor: str
    received_at: datetime
    size_bytes: int
    signature_scheme: str
    secret_label: str | None = None
    """Label of the webhook secret that signed it; None for a replay."""
    secret_version: int
    """Version of that secret."""
    account: str = DEFAULT_ACCOUNT
    """Whose books it is about, as that secret says."""
    schema_notes: tuple[Issue, ...] = ()
    """Where its body differs from the schema that describes it; at most `MAX_ISSUES`."""
    about: ObjectVersion | None = None
    """The object that it is about; once recorded, it resolves the dead events of earlier versions of it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rejection(Cause):
    """Why a delivery cannot become an event, and what is kept of it."""

    idempotency_key: uuid.UUID
    topic: str = "unknown"
    processor_event_id: str | None = None
    payload: Any = field(default=None, repr=False)
    """The stripped payload, of which the allow-listed part is sealed and stored; None when the body could not be parsed or
    stripped.
    """
    link: JourneyLink | None = None
    """The journey whose key stood in the payload."""
    foreign_sale: str | None = None
    """Name of the sale that has an amount in another currency, as the body alone shows."""
    readable: dict[str, Any] = field(default_factory=dict)
    """The allow-listed facts that stay readable."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NotRevenue:
    """A delivery that is understood and says nothing about revenue."""

    topic: str
    processor_event_id: str
    idempotency_key: uuid.UUID
    reason: str | None = None
    """A sentence for whoever wonders why an object with an amount does not count."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Received:
    tenant_id: uuid.UUID
    idempotency_key: uuid.UUID
    schema_notes: tuple[Issue, ...] = ()
    """Where the body differs from the schema that describes it."""

    @property
    def correlation_id(self) -> uuid.UUID:
        """Names the delivery in rows and logs."""
        return correlation_id(self.idempotency_key)


@dataclass(frozen=True, slots=True, kw_only=True)
class Recorded(_Received):
    """The facts of the delivery are recorded: by this one, or by one before it that said the same."""

    is_new: bool
    event_id: uuid.UUID
    channel: str | None = None
    """Channel of the first new event; None when nothing was new."""

    @property
    def outcome(self) -> Outcome:
        """Accepted or duplicate."""
        return Outcome.ACCEPTED if self.is_new else Outcome.DUPLICATE


@dataclass(frozen=True, slots=True, kw_only=True)
class Rejected(_Received):
    """The delivery cannot become an event; it is kept as a dead event."""

    dead_event_id: uuid.UUID
    error_code: str
    pointer: str = ""
    """JSON pointer to the field that cannot be used, as far as it is known."""

    @property
    def outcome(self) -> Outcome:
        """Dead."""
        return Outcome.DEAD


@dataclass(frozen=True, slots=True, kw_only=True)
class Ignored(_Received):
    """There was nothing to record."""

    reason: str | None = None
    """Why an object with an amount does not count."""

    @property
    def outcome(self) -> Outcome:
        """Ignored."""
        return Outcome.IGNORED


Receipt = Recorded | Rejected | Ignored
"""The outcome of an authentic delivery, with its ids."""


@lru_cache(maxsize=1024)
def correlation_id(idempotency_key: uuid.UUID) -> uuid.UUID:
    """Names a delivery in rows and logs; the same delivery has the same one, whoever repeats it."""
    return ids.named(str(idempotency_key))
