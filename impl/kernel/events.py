"""Canonical events: names of what happened that are the same for every processor, and where the sale came from."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from typing import Final

from generated.governance import mappings
from generated.governance.mappings import EntryKind, EventType

__all__ = ["ENTRY_KINDS", "EntryKind", "EventType", "Hints"]


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
