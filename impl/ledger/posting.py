"""Which events and entries the facts of a delivery add, given what is already recorded: a pure rule.

The position of all facts, known and new, is compared with the entries. The differences are posted by the new facts: each becomes
one event, with at most one entry. A difference that no new fact stands for is posted by an event derived from one of them, so
that events and entries stay one to one.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from impl.kernel.errors import SkeldirError
from impl.kernel.events import ENTRY_KINDS, EntryKind, EventType
from impl.kernel.facts import CAPTURING, FINAL, FIXED, Fact, FactKind, Position, PositionRule, Shown
from impl.ledger.settling import Adjustment, HistoryEntry, settle

_WITHOUT_MONEY = frozenset({FactKind.PAYMENT_FAILED, FactKind.CHECKOUT, FactKind.PAID, *FINAL})
"""Kinds that move nothing by themselves, or nothing in another currency, so their currency contradicts nothing."""


class CurrencyMismatch(SkeldirError):
    """A refund or dispute in another currency than its capture."""

    code = "currency_mismatch"


class ContradictsRecorded(SkeldirError):
    """A refund or capture that is recorded with another amount or currency."""

    code = "contradicts_recorded"


@dataclass(frozen=True, slots=True)
class KnownFact:
    """A fact that has its event."""

    key: uuid.UUID
    shown: Shown


@dataclass(frozen=True, slots=True)
class History:
    """All that is recorded about a payment when a delivery arrives, in the order in which it was."""

    facts: Sequence[KnownFact] = ()
    entries: Sequence[HistoryEntry] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Posting:
    """An event to record, and its entry."""

    fact: Fact
    """The fact that it stands for, or that caused it."""
    key: uuid.UUID
    type: EventType
    occurred_at: datetime
    original_transaction_id: str
    """The name under which the entries of the payment are kept."""
    revenue_cents: int
    entry: Adjustment | None = None
    is_known: bool = False
    """Whether the fact has its event already."""
    is_derived: bool = False
    """Whether the fact has an event beside this one."""

    @property
    def currency(self) -> str:
        """That of the entry; of the fact when it changes nothing."""
        return self.entry.currency if self.entry else self.fact.money.currency

    @property
    def effect_cents(self) -> int:
        """The amount that the event adds to revenue: 0, + or − `revenue_cents`."""
        return self.entry.effect_cents if self.entry else 0


def post(facts: Sequence[Fact], history: History, rule: PositionRule) -> list[Posting]:
    """The events of a delivery: one for each fact, then those derived from them.

    Raises `CurrencyMismatch` when a fact is in another currency than its capture, and `ContradictsRecorded` when a fact that
    cannot change is recorded with another amount.
    """
    new = _new(facts, history)
    currency = _sale_currency(facts, history)
    _check_currency(new, currency)
    everything = [*(known.shown for known in history.facts), *new]
    adjustments = _adjustments(everything, currency, history, rule) if new else []
    original = next((entry.original_transaction_id for entry in history.entries), None)
    return _postings(facts, new, everything, adjustments, original)


def mismatched(facts: Sequence[Fact], history: History) -> list[KnownFact]:
    """Known refunds and disputes whose currency turns out to be wrong now that their capture is in `facts`."""
    if any(known.shown.kind in CAPTURING for known in history.facts):
        return []
    currency = _sale_currency(facts, history)
    return [known for known in history.facts if currency and _is_foreign(known.shown, currency)]


def _new(facts: Sequence[Fact], history: History) -> list[Fact]:
    known: dict[uuid.UUID, Shown] = {known.key: known.shown for known in history.facts}
    new: dict[uuid.UUID, Fact] = {}
    for fact in facts:
        key = fact.idempotency_key
        recorded = known.get(key) or new.get(key)
        if recorded is None:
            new[key] = fact
        elif fact.kind in FIXED and fact.money != recorded.money:
            message = f"{fact.object_id} is recorded with another amount or currency"
            raise ContradictsRecorded(message)
    return list(new.values())


def _sale_currency(facts: Sequence[Fact], history: History) -> str | None:
    """That of the first capture or order that became known."""
    shown = [*(known.shown for known in history.facts), *facts]
    return next((fact.money.currency for fact in shown if fact.kind in CAPTURING), None)


def _check_currency(new: Iterable[Fact], currency: str | None) -> None:
    for fact in new:
        if currency and _is_foreign(fact, currency):
            message = f"the {fact.type} is in {fact.money.currency}, its transaction in {currency}"
            raise CurrencyMismatch(message)


def _is_foreign(fact: Shown, currency: str) -> bool:
    is_money = fact.kind not in _WITHOUT_MONEY and fact.cents > 0
    return is_money and fact.money.currency != currency


def _adjustments(
    facts: Sequence[Shown], currency: str | None, history: History, rule: PositionRule
) -> list[Adjustment]:
    """Where the currency of the sale is known, what was posted in another one is taken back."""
    currencies = {fact.money.currency for fact in facts} | {entry.currency for entry in history.entries}
    result: list[Adjustment] = []
    for code in sorted(currencies):
        entries = [entry for entry in history.entries if entry.currency == code]
        # States that cannot be left have no amount that matters, so they count in every currency.
        own = [fact for fact in facts if fact.money.currency == code or fact.kind in FINAL]
        position: Position | None = rule(own) if own and code == (currency or code) else None
        if position or entries:
            result += settle(position, entries, code)
    return list(_numbered(result, history.entries))


def _numbered(adjustments: Iterable[Adjustment], entries: Iterable[HistoryEntry]) -> Iterator[Adjustment]:
    """Captures are counted over all currencies: what was captured in the wrong one stays in the ledger beside its end."""
    ordinal = sum(entry.kind is EntryKind.CAPTURED for entry in entries)
    for adjustment in adjustments:
        if adjustment.kind is EntryKind.CAPTURED:
            ordinal += 1
            yield replace(adjustment, ordinal=ordinal)
        else:
            yield adjustment


def _postings(
    facts: Sequence[Fact],
    new: Sequence[Fact],
    everything: Sequence[Shown],
    adjustments: Sequence[Adjustment],
    original: str | None,
) -> list[Posting]:
    name = original or facts[0].transaction_id
    owned, derived = _assign(new, adjustments)
    new_keys = {fact.idempotency_key for fact in new}
    postings: dict[uuid.UUID, Posting] = {}
    for fact in facts:
        key = fact.idempotency_key
        if key not in postings:
            postings[key] = _posting(fact, key, owned.get(key), name, is_known=key not in new_keys)
    return [*postings.values(), *(_derived(one, new, everything, name) for one in derived)]


def _assign(
    new: Sequence[Fact], adjustments: Sequence[Adjustment]
) -> tuple[dict[uuid.UUID, Adjustment], list[Adjustment]]:
    """Each adjustment to a fact of its own kind, first to the one that names it; and those that are left over."""
    owned: dict[uuid.UUID, Adjustment] = {}
    left = list(adjustments)
    for is_owner in (_names, _is_of_kind):
        for adjustment in list(left):
            free = (fact for fact in new if fact.idempotency_key not in owned and is_owner(fact, adjustment))
            fact = next(free, None)
            if fact is not None:
                owned[fact.idempotency_key] = adjustment
                left.remove(adjustment)
    return owned, left


def _names(fact: Fact, adjustment: Adjustment) -> bool:
    return fact.object_id == adjustment.transaction_id and _is_of_kind(fact, adjustment)


def _is_of_kind(fact: Fact, adjustment: Adjustment) -> bool:
    kind = ENTRY_KINDS.get(fact.type)
    # An unpaid order and its payment are one thing to the ledger: a snapshot that shows both posts either.
    is_kind = kind is adjustment.kind or {kind, adjustment.kind} <= {EntryKind.AUTHORIZED, EntryKind.CAPTURED}
    return is_kind and (fact.money.currency == adjustment.currency or fact.kind in FINAL)


def _posting(fact: Fact, key: uuid.UUID, entry: Adjustment | None, original: str, *, is_known: bool) -> Posting:
    return Posting(
        fact=fact,
        key=key,
        type=entry.type if entry else fact.type,
        occurred_at=fact.occurred_at,
        original_transaction_id=original,
        revenue_cents=entry.amount_cents if entry else fact.cents,
        entry=entry,
        is_known=is_known,
    )


def _derived(entry: Adjustment, new: Sequence[Fact], everything: Sequence[Shown], original: str) -> Posting:
    """An event of its own for what no new fact stands for.

    Its day is that of the fact it is about, so that the day does not depend on which delivery came first; what is given back
    counts on the day on which that was shown.
    """
    cause = next((fact for fact in reversed(new) if ENTRY_KINDS.get(fact.type) is entry.kind), new[-1])
    about = [fact for fact in everything if fact.object_id == entry.transaction_id and fact.kind not in FINAL]
    occurred_at = cause.shown_at if entry.takes_back or not about else max(fact.occurred_at for fact in about)
    name = f"{cause.idempotency_key}:{entry.type.value}:{entry.transaction_id}:{entry.currency}"
    return Posting(
        fact=cause,
        key=uuid.uuid5(uuid.NAMESPACE_URL, name),
        type=entry.type,
        occurred_at=occurred_at,
        original_transaction_id=original,
        revenue_cents=entry.amount_cents,
        entry=entry,
        is_derived=True,
    )
