"""Which entry an event adds to the ledger, given what is already recorded: a pure rule.

The net amount of a transaction is the same for every order of arrival, because a state is recorded once, refunds count once
each, or by their running total where the processor sends that, and a dispute that was won before it was opened takes nothing.
"""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass

from impl.kernel.errors import SkeldirError
from impl.kernel.events import CanonicalEvent, EntryKind, EventType


class CurrencyMismatch(SkeldirError):
    """A refund or dispute in another currency than its capture."""

    code = "currency_mismatch"


@dataclass(frozen=True, slots=True)
class HistoryEntry:
    """An entry already in the ledger for the same transaction or payment."""

    id: uuid.UUID
    kind: EntryKind
    transaction_id: str
    original_transaction_id: str
    amount_cents: int
    effect_cents: int
    currency: str
    reverses: uuid.UUID | None


@dataclass(frozen=True, slots=True)
class History:
    """The entries of a transaction that are recorded when an event arrives."""

    entries: Sequence[HistoryEntry] = ()
    has_won_dispute: bool = False
    """Whether a `DisputeWon` for the same dispute arrived before."""


@dataclass(frozen=True, slots=True)
class Posting:
    """The amounts of an event, and its entry when `kind` is set."""

    revenue_cents: int
    """Amount of the event, ≥ 0."""
    effect_cents: int
    """What the event adds to revenue: 0, + or − `revenue_cents`."""
    original_transaction_id: str
    kind: EntryKind | None = None
    reverses: uuid.UUID | None = None


def post(event: CanonicalEvent, history: History) -> Posting:
    """The posting of `event`. Raises `CurrencyMismatch` when it contradicts the capture it is about."""
    original = _original(event, history)
    _check_currency(event, history)
    match event.type:
        case EventType.ORDER_CREATED:
            return _authorize(event, history, original)
        case EventType.PAYMENT_CAPTURED:
            return _capture(event, history, original)
        case EventType.PAYMENT_REFUNDED:
            return _refund(event, history, original)
        case EventType.PAYMENT_DISPUTED:
            return _dispute(event, history, original)
        case EventType.DISPUTE_WON:
            return _win(event, history, original)
        case EventType.PAYMENT_FAILED | EventType.CHECKOUT_UPDATED:
            return _without_entry(event, original)


def _original(event: CanonicalEvent, history: History) -> str:
    """The name under which the transaction is already known, so that all its entries net in one place."""
    return next((entry.original_transaction_id for entry in history.entries), event.original_transaction_id)


def _check_currency(event: CanonicalEvent, history: History) -> None:
    if event.kind is None:
        return
    for entry in history.entries:
        if entry.currency != event.money.currency:
            message = f"the {event.type} is in {event.money.currency}, its transaction in {entry.currency}"
            raise CurrencyMismatch(message)


def _without_entry(event: CanonicalEvent, original: str) -> Posting:
    return Posting(event.money.amount_cents, 0, original)


def _authorize(event: CanonicalEvent, history: History, original: str) -> Posting:
    # Also after a capture: an order that arrives late is no longer open.
    if _first(history, EntryKind.AUTHORIZED, EntryKind.CAPTURED):
        return _without_entry(event, original)
    return Posting(event.money.amount_cents, 0, original, EntryKind.AUTHORIZED)


def _capture(event: CanonicalEvent, history: History, original: str) -> Posting:
    if _first(history, EntryKind.CAPTURED):
        return _without_entry(event, original)
    amount = event.money.amount_cents
    return Posting(amount, amount, original, EntryKind.CAPTURED)


def _refund(event: CanonicalEvent, history: History, original: str) -> Posting:
    amount = event.money.amount_cents
    if not event.is_cumulative and _is_recorded(event, EntryKind.REFUNDED, history):
        return _without_entry(event, original)
    if event.is_cumulative:
        # The processor sends the running total, so the entry is the difference to the refunds before it; none is left when a
        # later total has arrived first.
        amount -= sum(entry.amount_cents for entry in history.entries if entry.kind is EntryKind.REFUNDED)
    if amount <= 0:
        return Posting(0, 0, original)
    capture = _first(history, EntryKind.CAPTURED)
    return Posting(amount, -amount, original, EntryKind.REFUNDED, capture.id if capture else None)


def _dispute(event: CanonicalEvent, history: History, original: str) -> Posting:
    if history.has_won_dispute or _is_recorded(event, EntryKind.CHARGEBACK, history):
        return _without_entry(event, original)
    capture = _first(history, EntryKind.CAPTURED)
    amount = event.money.amount_cents
    return Posting(amount, -amount, original, EntryKind.CHARGEBACK, capture.id if capture else None)


def _win(event: CanonicalEvent, history: History, original: str) -> Posting:
    """Give back exactly what the dispute took, whatever amount the notification repeats."""
    chargeback = next((entry for entry in history.entries if _is_dispute(entry, event)), None)
    if chargeback is None:
        return _without_entry(event, original)
    return Posting(chargeback.amount_cents, chargeback.amount_cents, original, EntryKind.CHARGEBACK, chargeback.id)


def _is_dispute(entry: HistoryEntry, event: CanonicalEvent) -> bool:
    is_same = entry.transaction_id == event.transaction_id
    return entry.kind is EntryKind.CHARGEBACK and entry.effect_cents < 0 and is_same


def _is_recorded(event: CanonicalEvent, kind: EntryKind, history: History) -> bool:
    """Whether this very refund or dispute has its entry: some processors tell of one twice, under two names."""
    return any(entry.kind is kind and entry.transaction_id == event.transaction_id for entry in history.entries)


def _first(history: History, *kinds: EntryKind) -> HistoryEntry | None:
    return next((entry for entry in history.entries if entry.kind in kinds), None)
