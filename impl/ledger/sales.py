"""One sale, two sides: an order of a shop and the payments it names are counted once (specification: work, section 13.1).

A party is one side: the order, or one payment, with all its facts and entries. Without a link there is one party, which counts by
itself. Linked, the captures of the order count and the payments are its evidence; what was taken back is the greater of what both
sides say. Each rule is a function of all facts, so the sums are the same for every order of arrival.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from typing import Final, Protocol
from uuid import UUID

from impl.kernel.events import EntryKind
from impl.kernel.facts import CAPTURING, FINAL, FactKind, Link, Position, PositionRule, Shown, newest
from impl.ledger.settling import (
    Adjustment,
    HistoryEntry,
    captured_cents,
    move,
    settle,
    settle_captures,
    take,
    taken_cents,
)


class Role(StrEnum):
    """How the payments of an account count."""

    AUTO = "auto"
    """Once: by their order, where they have one."""
    COUNTS = "counts"
    """Always; they are never linked."""
    CONFIRMS = "confirms"
    """Never without an order."""


class RoleOf(Protocol):
    """The role of an account at some time."""

    def __call__(self, processor: str, account: str, at: datetime, /) -> Role:
        """The role that was set last before `at`."""
        ...


def always_auto(_processor: str, _account: str, _at: datetime) -> Role:
    """The role of every account for which none was set."""
    return Role.AUTO


UNKNOWN: Final = "unknown"
"""Bearer of what went through a payment method that nobody has mapped."""


def nobody(_gateway: str) -> str:
    """The bearer of every payment method where none is mapped."""
    return UNKNOWN


@dataclass(frozen=True, slots=True)
class Terms:
    """The rules that a sale is counted by."""

    rules: Mapping[str, PositionRule]
    """What facts amount to, by processor."""
    role_of: RoleOf = always_auto
    bearer_of: Callable[[str], str] = nobody
    """The processor behind a payment method of a shop; `UNKNOWN` when nobody has mapped it."""


_OF_PAYMENT: Final = (EntryKind.AUTHORIZED, EntryKind.CAPTURED, EntryKind.VOIDED)
"""Kinds whose entries have the name of the payment itself."""
Settled = tuple["Party", Adjustment]
"""An entry to add, with its side."""


@dataclass(eq=False, slots=True)
class Party:
    """One side of a sale."""

    processor: str
    facts: list[Shown] = field(default_factory=list)
    """In the order in which they became known."""
    entries: list[HistoryEntry] = field(default_factory=list)
    names: set[str] = field(default_factory=set)
    """All names that its facts tell."""

    def original(self, settled: Iterable[Settled] = ()) -> str:
        """The name under which its entries are kept: that of the first of them, which may be among those to add."""
        names = [entry.original_transaction_id for entry in self.entries]
        names += [one.transaction_id for party, one in settled if party is self and one.kind in _OF_PAYMENT]
        return next(iter(names), self.facts[-1].transaction_id)

    @property
    def currency(self) -> str | None:
        """That of its first capture or order that became known."""
        return next((fact.money.currency for fact in self.facts if fact.kind in CAPTURING), None)

    @property
    def currencies(self) -> set[str]:
        """All that its facts and entries are in."""
        result: set[str] = {fact.money.currency for fact in self.facts}
        result.update(entry.currency for entry in self.entries)
        return result

    @property
    def occurred_at(self) -> datetime:
        """When it was captured, by what is known."""
        captures = [
            fact.occurred_at for fact in self.facts if fact.kind in CAPTURING and fact.kind is not FactKind.HOLD
        ]
        return min(captures or [fact.occurred_at for fact in self.facts])

    def position(self, currency: str, terms: Terms) -> Position | None:
        """The position in `currency`; None in another one than that of its capture."""
        if currency != (self.currency or currency):
            return None
        # States that cannot be left have no amount that matters, so they count in every currency.
        own = [fact for fact in self.facts if fact.money.currency == currency or fact.kind in FINAL]
        return terms.rules[self.processor](own) if own else None

    def entries_in(self, currency: str) -> list[HistoryEntry]:
        """Its entries in one currency."""
        return [entry for entry in self.entries if entry.currency == currency]


def parties(facts: Iterable[Shown], entries: Iterable[HistoryEntry]) -> list[Party]:
    """The sides of a sale: facts of one processor that share a name belong together."""
    result: list[Party] = []
    for fact in facts:
        names = {name for name in (fact.transaction_id, fact.payment_reference) if name}
        mine = [one for one in result if one.processor == fact.processor and not one.names.isdisjoint(names)]
        party = mine[0] if mine else Party(fact.processor)
        for other in mine[1:]:
            # This fact says that they are one payment.
            party.facts += other.facts
            party.names |= other.names
            result.remove(other)
        party.facts.append(fact)
        party.names |= names
        if not mine:
            result.append(party)
    for entry in entries:
        owner = next((one for one in result if _owns(one, entry)), None)
        if owner:
            owner.entries.append(entry)
    return result


def _owns(party: Party, entry: HistoryEntry) -> bool:
    return party.processor == entry.processor and entry.original_transaction_id in party.names


def settle_sale(sides: Sequence[Party], links: Iterable[Link], terms: Terms, new: Sequence[Shown]) -> list[Settled]:
    """The entries that bring all sides to what their facts say together."""
    links = list(links)
    if not links:
        return [one for party in sides for one in _settle_alone(party, terms)]
    apart = [party for party in sides if not _is_linked(party, links, terms)]
    joined = [party for party in sides if party not in apart]
    result = [one for party in apart for one in _settle_alone(party, terms)]
    shops = {link.order_processor for link in links}
    orders = [party for party in joined if party.processor in shops]
    payments = [party for party in joined if party.processor not in shops]
    if any(_captured(order, terms) for order in orders):
        return [*result, *_settle_linked(Sale(orders, payments, links, terms, new))]
    waits = not orders and is_waiting(payments, links)
    result += [one for order in orders for one in _settle_alone(order, terms)]
    return [*result, *(one for party in payments for one in _settle_alone(party, terms, counts=not waits))]


class Wait(StrEnum):
    """Until when a payment counts nothing."""

    NOT = "not"
    FOR_ORDER = "for_order"
    """For the order that it names, at most for a while."""
    UNCONFIRMED = "unconfirmed"
    """For any order, since its account never counts without one."""


def wait(payment: Party | None, sides: Iterable[Party], links: Sequence[Link], terms: Terms) -> Wait:
    """Until when a payment counts nothing, when `sides` are the sale as far as it is known."""
    shops = {link.order_processor for link in links}
    if payment is None or payment.processor in shops or any(party.processor in shops for party in sides):
        return Wait.NOT
    role = _role(payment, terms)
    if role is Role.CONFIRMS:
        return Wait.UNCONFIRMED
    is_open = bool(links) and role is Role.AUTO and is_waiting([payment], links)
    return Wait.FOR_ORDER if is_open else Wait.NOT


def is_waiting(payments: Iterable[Party], links: Iterable[Link]) -> bool:
    """Whether a payment waits for the order that it names. One that has counted, or has waited long enough, does not."""
    payments = list(payments)
    has_waited = any(fact.kind is FactKind.COUNTED for party in payments for fact in party.facts)
    has_counted = any(captured_cents(party.entries) > 0 for party in payments)
    return any(link.how == "payment" for link in links) and not has_waited and not has_counted


def _is_linked(party: Party, links: Iterable[Link], terms: Terms) -> bool:
    if any(link.order_processor == party.processor for link in links):
        return True
    return _role(party, terms) is not Role.COUNTS


def _role(party: Party, terms: Terms) -> Role:
    if terms.role_of is always_auto:
        return Role.AUTO
    return terms.role_of(party.processor, party.facts[0].account, party.occurred_at)


def _captured(party: Party, terms: Terms) -> bool:
    positions = (party.position(code, terms) for code in party.currencies)
    return any(one is not None and one.captured_cents > 0 for one in positions)


def _settle_alone(party: Party, terms: Terms, *, counts: bool = True) -> Iterator[Settled]:
    """A side that counts by itself. Where the currency of its capture is known, what was posted in another is taken back."""
    counts = counts and _role(party, terms) is not Role.CONFIRMS
    for code in sorted(party.currencies):
        position, entries = party.position(code, terms), party.entries_in(code)
        if position and not counts:
            position = replace(position, captured_cents=0, refunded={}, charged_back={})
        if position or entries:
            for one in settle(position, entries, code):
                yield party, one


@dataclass(frozen=True, slots=True)
class Sale:
    """An order that is paid, and the payments that are linked with it."""

    orders: Sequence[Party]
    payments: Sequence[Party]
    links: Sequence[Link]
    terms: Terms
    new: Sequence[Shown]
    """Facts of the delivery that are not known yet."""

    @property
    def parties(self) -> Sequence[Party]:
        """Both sides."""
        return (*self.orders, *self.payments)

    def bearer(self, order: Party, name: str) -> str:
        """Who gave back what the order calls `name`: the processor behind its payment method.

        Where nobody has mapped the method, it is that of the only payment, unless the order itself has named its payment through
        a method that is mapped: then this is another one.
        """
        fact = newest(fact for fact in order.facts if fact.object_id == name)
        gateway = fact.gateway if fact else None
        bearer = self.terms.bearer_of(gateway) if gateway else UNKNOWN
        processors = {party.processor for party in self.payments}
        is_named = gateway is not None and any(link.how == "order" for link in self.links)
        return processors.pop() if bearer == UNKNOWN and len(processors) == 1 and not is_named else bearer


def _settle_linked(sale: Sale) -> Iterator[Settled]:
    """The captures of the order count, those of its payments have moved to it, and what was taken back is taken once."""
    for code in sorted({code for party in sale.parties for code in party.currencies}):
        for order in sale.orders:
            position, entries = order.position(code, sale.terms), order.entries_in(code)
            empty = Position(transaction_id=order.original())
            if position or entries:
                yield from ((order, one) for one in settle_captures(position or empty, entries, code))
        for payment in sale.payments:
            yield from ((payment, one) for one in move(payment.entries_in(code), code))
        yield from _settle_taken(sale, code)


@dataclass(slots=True)
class _Taking:
    """A refund or dispute of one side: what it says, and what was taken in its name."""

    party: Party
    kind: EntryKind
    name: str
    wanted: int
    own: list[HistoryEntry]
    is_new: bool
    is_of_order: bool
    bearer: str
    """The processor that bears it, whichever side tells it."""

    @property
    def taken(self) -> int:
        """The amount that its entries have taken."""
        return taken_cents(self.own)


def _settle_taken(sale: Sale, currency: str) -> Iterator[Settled]:
    """Per processor, the greater of what the order and what its payments say; of what went another way, what the order says."""
    takings = [one for party in sale.parties for one in _takings(sale, party, currency)]
    for bearer in sorted({one.bearer for one in takings}):
        yield from _settle_borne([one for one in takings if one.bearer == bearer], currency)


def _settle_borne(takings: Sequence[_Taking], currency: str) -> Iterator[Settled]:
    """The difference to what was taken, posted by the side that changed it."""
    both = sorted(takings, key=lambda one: not one.is_new)
    total = max(sum(one.wanted for one in both if one.is_of_order is is_of_order) for is_of_order in (True, False))
    change = total - sum(one.taken for one in both)
    steps = [(one, one.wanted - one.taken) for one in both]
    if change < 0:
        # First what says less than it has taken, then the other side's entry for the same money.
        steps = [step for step in steps if step[1] < 0] + [(one, -one.taken) for one, room in steps if room >= 0]
    for one, room in steps:
        cents = max(0, min(room, change)) if change > 0 else min(0, max(room, change))
        if cents:
            change -= cents
            yield one.party, take(one.kind, one.name, cents, one.own, _capture_of(one.party), currency)


def _takings(sale: Sale, party: Party, currency: str) -> Iterator[_Taking]:
    position, entries = party.position(currency, sale.terms), party.entries_in(currency)
    is_new, is_of_order = any(fact in party.facts for fact in sale.new), party in sale.orders
    for kind in (EntryKind.REFUNDED, EntryKind.CHARGEBACK):
        amounts: Mapping[str, int] = {}
        if position:
            amounts = position.refunded if kind is EntryKind.REFUNDED else position.charged_back
        own = [entry for entry in entries if entry.kind is kind]
        for name in sorted({*amounts, *(entry.transaction_id for entry in own)}):
            yield _Taking(
                party=party,
                kind=kind,
                name=name,
                wanted=amounts.get(name, 0),
                own=[entry for entry in own if entry.transaction_id == name],
                is_new=is_new,
                is_of_order=is_of_order,
                bearer=sale.bearer(party, name) if is_of_order else party.processor,
            )


def _capture_of(party: Party) -> UUID | None:
    return next((entry.id for entry in party.entries if entry.kind is EntryKind.CAPTURED), None)
