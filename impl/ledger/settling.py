"""The difference between what the facts of a payment say together and what the ledger holds: a pure rule, in one currency."""

from __future__ import annotations

import uuid
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from impl.kernel import ids
from impl.kernel.events import EntryKind, EventType
from impl.kernel.facts import Position


@dataclass(frozen=True, slots=True)
class HistoryEntry:
    """An entry already in the ledger for the same payment."""

    id: uuid.UUID
    kind: EntryKind
    transaction_id: str
    original_transaction_id: str
    amount_cents: int
    effect_cents: int
    currency: str
    occurred_at: datetime
    processor: str
    reverses: uuid.UUID | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Adjustment:
    """An entry that brings the ledger closer to a position."""

    id: uuid.UUID = field(default_factory=ids.new)
    type: EventType
    kind: EntryKind
    transaction_id: str
    currency: str
    amount_cents: int
    effect_cents: int
    reverses: uuid.UUID | None = None
    ordinal: int | None = None
    """Of a capture: which one of its payment it is, from 1."""
    occurred_at: datetime | None = None
    """Of a payment that moves to its order: when it was captured."""

    @property
    def takes_back(self) -> bool:
        """Whether it undoes what a refund or a dispute took."""
        return self.type in (EventType.REFUND_REVERSED, EventType.DISPUTE_WON)


def settle(position: Position | None, entries: Sequence[HistoryEntry], currency: str) -> list[Adjustment]:
    """The entries to add to `entries`, all in `currency`. Without a position everything is taken back."""
    position = position or Position(transaction_id=entries[0].transaction_id)
    result = settle_captures(position, entries, currency)
    if not entries and not position.refunded and not position.charged_back:
        return result  # nothing was taken, which is said of most payments when they are new
    known = (entry.id for entry in entries if entry.kind is EntryKind.CAPTURED)
    capture = next(known, None) or next((one.id for one in result if one.kind is EntryKind.CAPTURED), None)
    for kind, amounts in ((EntryKind.REFUNDED, position.refunded), (EntryKind.CHARGEBACK, position.charged_back)):
        own = [entry for entry in entries if entry.kind is kind]
        if own or amounts:
            result += _taken(kind, amounts, own, capture, currency)
    return result


def settle_captures(position: Position, entries: Sequence[HistoryEntry], currency: str) -> list[Adjustment]:
    """The same without what refunds and disputes take."""
    captured = _captured(position, entries, currency)
    single = (_authorized(position, entries, currency), captured, _voided(position, entries, currency))
    return [adjustment for adjustment in single if adjustment]


def move(entries: Sequence[HistoryEntry], currency: str) -> list[Adjustment]:
    """The captures of a payment that has counted, taken back on their own days because its order counts from now on."""
    rest = captured_cents(entries)
    # A payment may move, count again once its role says so, and move again.
    gone = Counter[uuid.UUID | None]()
    for entry in entries:
        gone[entry.reverses] += entry.amount_cents if entry.kind is EntryKind.MOVED else 0
    result = []
    for entry in entries:
        cents = min(entry.effect_cents - gone[entry.id], rest) if entry.kind is EntryKind.CAPTURED else 0
        if cents > 0:
            rest -= cents
            moved = Adjustment(
                type=EventType.PAYMENT_MOVED,
                kind=EntryKind.MOVED,
                transaction_id=entry.transaction_id,
                currency=currency,
                amount_cents=cents,
                effect_cents=-cents,
                reverses=entry.id,
                occurred_at=entry.occurred_at,
            )
            result.append(moved)
    return result


def captured_cents(entries: Iterable[HistoryEntry]) -> int:
    """The amount that a payment's captures count, without those that have moved to its order."""
    return sum(entry.effect_cents for entry in entries if entry.kind in (EntryKind.CAPTURED, EntryKind.MOVED))


def taken_cents(entries: Iterable[HistoryEntry]) -> int:
    """The amount that refunds and disputes have taken."""
    return -sum(entry.effect_cents for entry in entries if entry.kind in _TYPES)


def _authorized(position: Position, entries: Iterable[HistoryEntry], currency: str) -> Adjustment | None:
    # Not after a capture: an order that arrives late is no longer open.
    if (
        position.held_cents is None
        or position.captured_cents > 0
        or _has(entries, EntryKind.AUTHORIZED, EntryKind.CAPTURED)
    ):
        return None
    return Adjustment(
        type=EventType.ORDER_CREATED,
        kind=EntryKind.AUTHORIZED,
        transaction_id=position.transaction_id,
        currency=currency,
        amount_cents=position.held_cents,
        effect_cents=0,
    )


def _voided(position: Position, entries: Iterable[HistoryEntry], currency: str) -> Adjustment | None:
    # A hold that was never known cannot end: intents are cancelled every day without any money ever being held.
    if not position.is_voided or position.held_cents is None or _has(entries, EntryKind.VOIDED):
        return None
    return Adjustment(
        type=EventType.AUTHORIZATION_ENDED,
        kind=EntryKind.VOIDED,
        transaction_id=position.transaction_id,
        currency=currency,
        amount_cents=position.held_cents,
        effect_cents=0,
    )


def _captured(position: Position, entries: Sequence[HistoryEntry], currency: str) -> Adjustment | None:
    """The next capture in parts; when a newer snapshot shows less, the difference with a negative effect."""
    captures = [entry for entry in entries if entry.kind is EntryKind.CAPTURED]
    change = position.captured_cents - (captured_cents(entries) if captures else 0)
    if not change:
        return None
    return Adjustment(
        type=EventType.PAYMENT_CAPTURED,
        kind=EntryKind.CAPTURED,
        transaction_id=captures[0].transaction_id if captures else position.transaction_id,
        currency=currency,
        amount_cents=abs(change),
        effect_cents=change,
        reverses=captures[-1].id if change < 0 and captures else None,
        ordinal=len(captures) + 1,
    )


def _taken(
    kind: EntryKind,
    amounts: Mapping[str, int],
    entries: Sequence[HistoryEntry],
    capture: uuid.UUID | None,
    currency: str,
) -> Iterator[Adjustment]:
    """The amounts that refunds or disputes take, each by its own name; what they take no longer is given back with `reverses`."""
    for name in sorted({*amounts, *(entry.transaction_id for entry in entries)}):
        own = [entry for entry in entries if entry.transaction_id == name]
        change = amounts.get(name, 0) - taken_cents(own)
        if change:
            yield take(kind, name, change, own, capture, currency)


def take(
    kind: EntryKind,
    name: str,
    cents: int,
    own: Sequence[HistoryEntry],
    capture: uuid.UUID | None,
    currency: str,
) -> Adjustment:
    """An entry of a refund or dispute that takes `cents`, or gives them back when they are negative."""
    taking, giving = _TYPES[kind]
    took = next((entry.id for entry in reversed(own) if entry.effect_cents < 0), None)
    return Adjustment(
        type=taking if cents > 0 else giving,
        kind=kind,
        transaction_id=name,
        currency=currency,
        amount_cents=abs(cents),
        effect_cents=-cents,
        reverses=capture if cents > 0 else took,
    )


_TYPES = {
    EntryKind.REFUNDED: (EventType.PAYMENT_REFUNDED, EventType.REFUND_REVERSED),
    EntryKind.CHARGEBACK: (EventType.PAYMENT_DISPUTED, EventType.DISPUTE_WON),
}


def _has(entries: Iterable[HistoryEntry], *kinds: EntryKind) -> bool:
    return any(entry.kind in kinds for entry in entries)
