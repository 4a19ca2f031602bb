"""The canonical event: the meaning of a delivery in terms that are the same for every processor."""

from __future__ import annotations

import uuid
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache
from typing import Final

from generated.governance import mappings
from generated.governance.mappings import EntryKind, EventType
from impl.kernel.money import Money

__all__ = ["ENTRY_KINDS", "CanonicalEvent", "EntryKind", "EventType", "Hints", "Report", "idempotency_key"]


ENTRY_KINDS: Final = {
    EventType(event): EntryKind(kind) for event, kind in mappings.ENTRY_KINDS.items() if kind is not None
}
"""Kind of entry an event posts; events that are not listed post none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Hints:
    """Origin of a sale as reported by the tenant's own site. Never data about a person."""

    session_id: uuid.UUID | None = None
    journey_key: str | None = None
    utm_source: str | None = None
    utm_medium: str | None = None
    utm_campaign: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CanonicalEvent:
    """One fact about one transaction, as a processor reported it."""

    processor: str
    type: EventType
    processor_event_type: str
    """The processor's own name: `charge.succeeded`."""
    processor_event_id: str
    """The processor's id of the notification: `evt_…`."""
    external_event_id: str
    """The id that makes the event unique; see `idempotency_key`."""
    occurred_at: datetime
    """When it happened, in UTC."""
    transaction_id: str
    original_transaction_id: str
    """The transaction that a refund or dispute is about; else the transaction itself."""
    money: Money
    """Amount as reported, ≥ 0; with `is_cumulative`, the running total of refunds."""
    payment_reference: str | None = None
    """The processor's id of the payment attempt that several notifications share."""
    order_id: str | None = None
    is_cumulative: bool = False
    hints: Hints = field(default_factory=Hints)
    name_in_key: str | None = None
    """Name of the event in the idempotency key of the contract, where that is not `processor_event_type`."""

    @property
    def kind(self) -> EntryKind | None:
        """Kind of ledger entry this event posts, if any."""
        return ENTRY_KINDS.get(self.type)

    @property
    def idempotency_key(self) -> uuid.UUID:
        """`uuid5(NAMESPACE_URL, "{processor}_{event}_{external id}")`: the same fact always has the same key."""
        return idempotency_key(self.processor, self.name_in_key or self.processor_event_type, self.external_event_id)


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """The facts of one delivery: one, or several about the same transaction, such as two refunds of one order."""

    facts: tuple[CanonicalEvent, ...]
    """Never empty; in the order in which they happened."""
    idempotency_key: uuid.UUID
    """Names the delivery. With one fact it is that fact's key."""

    @staticmethod
    def of_one(fact: CanonicalEvent) -> Report:
        """The report of a delivery that says one thing."""
        return Report(facts=(fact,), idempotency_key=fact.idempotency_key)


@lru_cache(maxsize=1024)
def idempotency_key(processor: str, processor_event_type: str, external_id: str) -> uuid.UUID:
    """Key of a processor's event; `stripe_payment_intent_succeeded_pi_1` names it before hashing."""
    event = processor_event_type.replace(".", "_").replace("/", "_")
    return uuid.uuid5(uuid.NAMESPACE_URL, f"{processor}_{event}_{external_id}")
