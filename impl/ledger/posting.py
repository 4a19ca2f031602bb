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

from impl.kernel import ids
from impl.kernel.errors import SkeldirError
from impl.kernel.events import ENTRY_KINDS, EntryKind, EventType
from impl.kernel.facts import CAPTURING, FINAL, FIXED, Fact, FactKind, Link, Shown
from impl.kernel.money import Money
from impl.ledger import sales
from impl.ledger.sales import Party, Settled, Terms, Wait, parties, settle_sale
from impl.ledger.settling import Adjustment, HistoryEntry

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
    told: Money | None = None
    """The amount that the processor told, where a repair has replaced it."""


@dataclass(frozen=True, slots=True)
class History:
    """All that is recorded about a payment when a delivery arrives, in the order in which it was."""

    facts: Sequence[KnownFact] = ()
    entries: Sequence[HistoryEntry] = ()
    links: Sequence[Link] = ()
    """Between the orders and payments of the sale."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Posting:
    """An event to record, and its entry."""

    fact: Fact
    """The fact that it stands for, or that caused it."""
    about: Shown
    """A fact of the side of the sale that it belongs to: `fact`, unless that is of the other side."""
    key: uuid.UUID
    type: EventType
    occurred_at: datetime
    original_transaction_id: str
    """The name under which the entries of the payment are kept."""
    revenue_cents: int
    entry: Adjustment | None = None
    is_known: bool = False
    """Whether the fact has its event already."""
    derived_number: int = 0
    """From 1 for an event that its fact has beside its own."""
    wait: Wait = Wait.NOT
    """Until when it counts nothing, though it shows a capture."""

    @property
    def is_derived(self) -> bool:
        """Whether the fact has an event beside this one."""
        return self.derived_number > 0

    @property
    def currency(self) -> str:
        """That of the entry; of the fact when it changes nothing."""
        return self.entry.currency if self.entry else self.fact.money.currency

    @property
    def effect_cents(self) -> int:
        """The amount that the event adds to revenue: 0, + or − `revenue_cents`."""
        return self.entry.effect_cents if self.entry else 0


def post(facts: Sequence[Fact], history: History, terms: Terms) -> list[Posting]:
    """The events of a delivery: one for each fact, then those derived from them.

    Raises `CurrencyMismatch` when a fact is in another currency than its capture, and `ContradictsRecorded` when a fact that
    cannot change is recorded with another amount.
    """
    if len(facts) == 1 and not (history.facts or history.entries or history.links or facts[0].links):
        return _post_first(facts[0], terms)
    return _post_all(facts, history, terms)


def _post_first(fact: Fact, terms: Terms) -> list[Posting]:
    """The same for the only fact of a payment of which nothing is recorded: most deliveries, without what the others need."""
    [side] = sides = parties([fact], ())
    settled = settle_sale(sides, (), terms, [fact])
    if len(settled) > 1 or not all(_is_of_kind(fact, party, entry) for party, entry in settled):
        return _post_all([fact], History(), terms)
    entry = settled[0][1] if settled else None
    wait = sales.wait(side, sides, (), terms)
    return [_posting(fact, fact.idempotency_key, entry, side.original(settled), wait, is_known=False)]


def _post_all(facts: Sequence[Fact], history: History, terms: Terms) -> list[Posting]:
    new = _new(facts, history)
    _check_currency(new, _sale_currency(facts, history))
    sides = parties([*(known.shown for known in history.facts), *new], history.entries)
    links = [*history.links, *(link for fact in facts if fact.links for link in fact.links)]
    settled = list(_numbered(settle_sale(sides, links, terms, new))) if new else []
    side = next((party for party in sides if _is_of_side(facts[0], party)), None)
    return _postings(facts, new, settled, side, sales.wait(side, sides, links, terms))


def _numbered(settled: Iterable[Settled]) -> Iterator[Settled]:
    """Captures are counted over all currencies: what was captured in the wrong one stays in the ledger beside its end."""
    ordinals: dict[int, int] = {}
    for party, adjustment in settled:
        if adjustment.kind is not EntryKind.CAPTURED:
            yield party, adjustment
            continue
        known = sum(entry.kind is EntryKind.CAPTURED for entry in party.entries)
        ordinals[id(party)] = ordinal = ordinals.get(id(party), known) + 1
        yield party, adjustment if adjustment.ordinal == ordinal else replace(adjustment, ordinal=ordinal)


def mismatched(facts: Sequence[Fact], history: History) -> list[KnownFact]:
    """Known refunds and disputes whose currency turns out to be wrong now that their capture is in `facts`."""
    own = [known for known in history.facts if known.shown.processor == facts[0].processor]
    if any(known.shown.kind in CAPTURING for known in own):
        return []
    currency = _sale_currency(facts, history)
    return [known for known in own if currency and is_foreign(known.shown, currency)]


def _new(facts: Sequence[Fact], history: History) -> list[Fact]:
    # A repaired fact has two amounts: the one that counts, and the one that the processor goes on telling.
    amounts = {known.key: (known.shown.money, known.told) for known in history.facts}
    new: dict[uuid.UUID, Fact] = {}
    for fact in facts:
        key = fact.idempotency_key
        if key not in amounts:
            new[key], amounts[key] = fact, (fact.money, None)
        elif fact.kind in FIXED and fact.money not in amounts[key]:
            message = f"{fact.object_id} is recorded with another amount or currency"
            raise ContradictsRecorded(message)
    return list(new.values())


def _sale_currency(facts: Sequence[Fact], history: History) -> str | None:
    """That of the first capture or order of this processor that became known; the other side may be told in another one."""
    processor = facts[0].processor
    for known in history.facts:
        if known.shown.kind in CAPTURING and known.shown.processor == processor:
            return known.shown.money.currency
    for fact in facts:
        if fact.kind in CAPTURING:
            return fact.money.currency
    return None


def _check_currency(new: Iterable[Fact], currency: str | None) -> None:
    for fact in new:
        if currency and is_foreign(fact, currency):
            message = f"the {fact.type} is in {fact.money.currency}, its transaction in {currency}"
            raise CurrencyMismatch(message)


def is_foreign(fact: Shown, currency: str) -> bool:
    """Whether the fact moves money in another currency."""
    is_money = fact.kind not in _WITHOUT_MONEY and fact.cents > 0
    return is_money and fact.money.currency != currency


def _postings(
    facts: Sequence[Fact], new: Sequence[Fact], settled: Sequence[Settled], side: Party | None, wait: Wait
) -> list[Posting]:
    owned, derived = _assign(new, settled)
    new_keys = {fact.idempotency_key for fact in new}
    original = side.original(settled) if side else facts[0].transaction_id
    postings: dict[uuid.UUID, Posting] = {}
    for fact in facts:
        key = fact.idempotency_key
        if key not in postings:
            postings[key] = _posting(fact, key, owned.get(key), original, wait, is_known=key not in new_keys)
    return [
        *postings.values(),
        *(_derived(number, party, one, new, party.original(settled)) for number, (party, one) in enumerate(derived, 1)),
    ]


def _assign(new: Sequence[Fact], settled: Sequence[Settled]) -> tuple[dict[uuid.UUID, Adjustment], list[Settled]]:
    """Each adjustment to a fact of its own side and kind, first to the one that names it; and those that are left over."""
    owned: dict[uuid.UUID, Adjustment] = {}
    left = list(settled)
    for is_owner in (_names, _is_of_kind):
        for pair in list(left):
            party, adjustment = pair
            fact = next(
                (one for one in new if one.idempotency_key not in owned and is_owner(one, party, adjustment)), None
            )
            if fact is not None:
                owned[fact.idempotency_key] = adjustment
                left.remove(pair)
    return owned, left


def _names(fact: Fact, party: Party, adjustment: Adjustment) -> bool:
    return fact.object_id == adjustment.transaction_id and _is_of_kind(fact, party, adjustment)


def _is_of_kind(fact: Fact, party: Party, adjustment: Adjustment) -> bool:
    kind = ENTRY_KINDS.get(fact.type)
    # An unpaid order and its payment are one thing to the ledger: a snapshot that shows both posts either.
    is_kind = kind is adjustment.kind or {kind, adjustment.kind} <= {EntryKind.AUTHORIZED, EntryKind.CAPTURED}
    return is_kind and _is_of_side(fact, party) and (fact.money.currency == adjustment.currency or fact.kind in FINAL)


def _is_of_side(fact: Fact, party: Party) -> bool:
    return fact.processor == party.processor and not party.names.isdisjoint(
        {fact.transaction_id, fact.payment_reference}
    )


def _posting(
    fact: Fact, key: uuid.UUID, entry: Adjustment | None, original: str, wait: Wait, *, is_known: bool
) -> Posting:
    is_capture = fact.kind in CAPTURING and fact.kind is not FactKind.HOLD
    return Posting(
        fact=fact,
        about=fact,
        key=key,
        type=entry.type if entry else fact.type,
        # What moves is taken back on its own day, whatever moves it.
        occurred_at=entry.occurred_at if entry and entry.occurred_at else fact.occurred_at,
        original_transaction_id=original,
        revenue_cents=entry.amount_cents if entry else fact.cents,
        entry=entry,
        is_known=is_known,
        wait=wait if is_capture else Wait.NOT,
    )


def _derived(number: int, party: Party, entry: Adjustment, new: Sequence[Fact], original: str) -> Posting:
    """An event of its own for what no new fact stands for.

    Its day is that of the fact it is about, so that the day does not depend on which delivery came first; what is given back
    counts on the day on which that was shown.
    """
    cause = next((fact for fact in reversed(new) if ENTRY_KINDS.get(fact.type) is entry.kind), new[-1])
    about = [fact for fact in party.facts if fact.object_id == entry.transaction_id and fact.kind not in FINAL]
    occurred_at = cause.shown_at if entry.takes_back or not about else max(fact.occurred_at for fact in about)
    name = f"{cause.idempotency_key}:{entry.type.value}:{entry.transaction_id}:{entry.currency}"
    if entry.kind is EntryKind.MOVED:
        name = f"{name}:{entry.reverses}"
    return Posting(
        fact=cause,
        about=cause if cause in party.facts else party.facts[0],
        key=ids.named(name),
        type=entry.type,
        occurred_at=entry.occurred_at or occurred_at,
        original_transaction_id=original,
        revenue_cents=entry.amount_cents,
        entry=entry,
        derived_number=number,
    )
