"""Facts and positions: the interface between the reader of a processor and the ledger. A page for whoever writes a reader.

A delivery is a snapshot of an object. The reader (`Processor.read`) turns it into facts: everything that the object shows about
money, whatever the delivery is called. Each fact becomes one event, also when it changes nothing, and the event keeps what it
showed. So at every later time all facts of a payment are known, and `Processor.position` says what they amount to *together*: a
pure function of the set of facts, never of their order. `impl.ledger` compares the position with the entries and posts the
difference.

A reader decides four things about each fact.

* `kind` and `object_id`: what it is about. The kind's nature decides the key and what a repetition means:
    - a *snapshot* (a running total, the state of an order or dispute) is a fact for each total and time at which it was shown; of
      several the newest counts (`newest`), by the processor's clock, and at equal times the one with the greater amount;
    - a *fixed* fact (a refund or capture with an id of its own) is one fact for ever. Reported again with another amount or
      currency it contradicts what is recorded, and the delivery is a dead event `contradicts_recorded`;
    - a *final* fact (refund failed, dispute won, hold ended) is one fact for ever and wins whatever its time.
* `shown_at` and `occurred_at`: the processor's clock when the object looked like this (what is newest), and the time of the fact
  itself (which day it counts for): that of the object where it has one, else `shown_at`.
* `transaction_id` and `payment_reference`: the names under which facts of one payment find each other. `transaction_id` is the
  payment (of a refund or dispute: the payment it is about, never the refund itself, which is `object_id`); `payment_reference` a
  second name that several notifications share, such as Stripe's payment intent.
* `type`: the canonical event when the fact changes nothing. One that changes something gets the type of the entry it posts.

What a delivery does not repeat is known from its absence: a snapshot that lists no refund shows that there is none. So emit a
fact for each snapshot (`CAPTURED_TOTAL`, also 0) and leave out totals of 0 beside it; `position` compares `shown_at`.

`position` gets facts of one currency only and returns cents. A refund or dispute in another currency than its capture never
reaches it: the ledger refuses it, or takes back its entry when the capture arrives later. `object_id` of refunds and disputes is
the name of their entry, the keys of `Position.refunded` and `Position.charged_back`.
"""

from __future__ import annotations

import enum
import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final, Protocol

from impl.kernel import ids
from impl.kernel.events import EventType, Hints
from impl.kernel.money import Money

DEFAULT_ACCOUNT: Final = "default"


class FactKind(enum.StrEnum):
    """Kinds of facts."""

    HOLD = "hold"
    """Snapshot: an order or authorization that is not paid; its amount is what is open."""
    HOLD_ENDED = "hold_ended"
    """Final: the authorization was voided or has expired."""
    CAPTURED_TOTAL = "captured_total"
    """Snapshot: all that the object has captured so far."""
    AUTHORIZED_TOTAL = "authorized_total"
    """Snapshot: the object is captured, and says only how much was authorised."""
    INTENT_TOTAL = "intent_total"
    """Snapshot: all that a payment intent has received, whatever its charges say."""
    CAPTURED = "captured"
    """Fixed: one capture with an id of its own."""
    PAID = "paid"
    """Fixed: one capture as the buyer paid it; it counts nothing where that is another currency than the sale's."""
    NO_CASH = "no_cash"
    """Final: something of the sale was paid without cash, so the totals of its order do not say how much cash there was."""
    REFUNDED_TOTAL = "refunded_total"
    """Snapshot: all that the object has given back so far."""
    REFUNDED = "refunded"
    """Fixed: one refund with an id of its own."""
    REFUND_ENDED = "refund_ended"
    """Final: a refund that failed or was cancelled."""
    DISPUTED = "disputed"
    """Snapshot: what a dispute holds back, 0 while it holds nothing."""
    DISPUTE_ENDED = "dispute_ended"
    """Final: a dispute that was won, or whose funds came back."""
    COUNTED = "counted"
    """Final: a payment that names an order of a shop has waited for that order long enough."""
    LINKED = "linked"
    """Final: the books of a processor show which order a payment belongs to."""
    RECOUNTED = "recounted"
    """Final: the role of an account was set, so its payments were counted anew."""
    PAYMENT_FAILED = "payment_failed"
    """Snapshot: an attempt to pay that moved nothing."""
    CHECKOUT = "checkout"
    """Snapshot: a checkout that is not an order yet."""


FIXED: Final = frozenset({FactKind.CAPTURED, FactKind.PAID, FactKind.REFUNDED})
"""One for ever, with one amount."""
FINAL: Final = frozenset(
    {
        FactKind.HOLD_ENDED,
        FactKind.NO_CASH,
        FactKind.REFUND_ENDED,
        FactKind.DISPUTE_ENDED,
        FactKind.COUNTED,
        FactKind.LINKED,
        FactKind.RECOUNTED,
    }
)
"""States that cannot be left."""
CAPTURING: Final = frozenset(
    {
        FactKind.HOLD,
        FactKind.CAPTURED_TOTAL,
        FactKind.AUTHORIZED_TOTAL,
        FactKind.INTENT_TOTAL,
        FactKind.CAPTURED,
    }
)
"""Kinds whose currency is that of the sale; refunds and disputes have to be in it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """One fact as it was shown: all that a position depends on, and all that the ledger remembers of it."""

    processor: str
    account: str = DEFAULT_ACCOUNT
    """Whose books: the shop or the processor's account. Readers copy it from the notification."""
    kind: FactKind
    object_id: str
    money: Money
    """At least 0."""
    shown_at: datetime
    """The processor's clock when the object looked like this, in UTC."""
    occurred_at: datetime
    """The time of the fact itself: the day for which it counts."""
    transaction_id: str
    """The payment it is about."""
    payment_reference: str | None = None
    """A second name of the payment, which several notifications share."""
    gateway: str | None = None
    """The payment method of a shop through which it went, as the shop names it; None where it names none."""
    order_reference: str | None = None
    """The name that payments give an order, made of its number; None where that is its `transaction_id`."""

    @property
    def cents(self) -> int:
        """The amount shown."""
        return self.money.amount_cents


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """An order and a payment that are one sale, because one of them names the other."""

    order_processor: str
    order_site: str
    """The account of the shop."""
    order_id: str
    """The number of the order in its shop."""
    order_name: str
    """The `transaction_id` of the order's facts; their `order_reference` where a payment names its order."""
    payment_processor: str
    payment_id: str
    """Any name of the payment: its `transaction_id`, its `payment_reference`, or the order number that it shows."""
    how: str
    """`order` when the order names its payment, `payment` when the payment names its order, `reconciliation` when the books of a
    processor show both."""


@dataclass(frozen=True, slots=True)
class Note:
    """A difference between an object and what it announces, for whoever reads the receipt."""

    pointer: str
    """JSON pointer into the body."""
    message: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Repair:
    """Why a fact has another amount than the processor told: a manager gave it in the currency of the sale."""

    told: Money
    """The amount that the processor told."""
    dead_event_id: uuid.UUID
    refused_key: uuid.UUID | None = None
    """Key of the fact that was recorded with that amount and taken back; None where nothing was recorded."""


@dataclass(frozen=True, slots=True, kw_only=True)
class GivenAmount:
    """An amount that a manager gave to repair a dead event."""

    money: Money
    """In the currency of the sale."""
    dead_event_id: uuid.UUID

    def instead_of(self, told: Money) -> Repair:
        """The repair of a fact that the processor told with another amount."""
        return Repair(told=told, dead_event_id=self.dead_event_id)


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownRepair:
    """The amount that counts for a fact since a manager gave it; whoever tells the fact again tells the other amount."""

    object_id: str
    money: Money
    repair: Repair


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact(Shown):
    """One fact of a delivery."""

    type: EventType
    """Its event when it changes nothing."""
    processor_event_type: str
    """The processor's own name of the delivery: `charge.succeeded`."""
    processor_event_id: str
    """The processor's id of the notification: `evt_…`; without one in the signed body, a name made of the object and its time."""
    order_id: str | None = None
    hints: Hints = field(default_factory=Hints)
    links: tuple[Link, ...] = ()
    """Orders or payments that it names."""
    numbers: tuple[str, ...] = ()
    """Of an order: its number in the shop. Of a payment: texts in which the shop may have written such a number."""
    notes: tuple[Note, ...] = ()
    repair: Repair | None = None
    """Why `money` is not what the processor told."""
    idempotency_key: uuid.UUID = field(init=False, compare=False)
    """The same fact has the same key, whichever delivery shows it; a repaired one that of what the processor told.

    Derived from the other values, once: it is asked for often.
    """

    def __post_init__(self) -> None:
        object.__setattr__(self, "idempotency_key", ids.named(self._key_name()))

    def _key_name(self) -> str:
        if self.repair and self.repair.refused_key:
            return f"{self.repair.refused_key}:repaired"
        name = f"{self.processor}:{self.account}:{self.kind.value}:{self.object_id}"
        if self.kind not in FIXED and self.kind not in FINAL:
            money = self.repair.told if self.repair else self.money
            # With its time, because a total may return to an earlier value: 30, 50, and 30 again once a refund has failed.
            name = f"{name}:{money.amount_cents}:{money.currency}:{self.shown_at.isoformat()}"
        return name


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """The facts of one delivery: one, or several about the same payment, such as a capture and two refunds of one order."""

    facts: tuple[Fact, ...]
    """Never empty; in the order in which they happened."""
    idempotency_key: uuid.UUID
    """Names the delivery."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Position:
    """The sum of all known facts of a payment, in the cents of one currency."""

    transaction_id: str
    """The name under which captures are posted."""
    captured_cents: int = 0
    refunded: Mapping[str, int] = field(default_factory=dict)
    """The amounts that went back, by the name of the refund; a refund that failed is missing or 0."""
    charged_back: Mapping[str, int] = field(default_factory=dict)
    """The amounts that disputes hold, by the name of the dispute."""
    held_cents: int | None = None
    """The amount of an order or authorization that was not captured when it was shown; None when none was shown."""
    is_voided: bool = False
    """Whether the hold has ended without a capture."""


class PositionRule(Protocol):
    """The `position` of a processor."""

    def __call__(self, facts: Sequence[Shown]) -> Position:
        """The position of one payment. `facts` is never empty, has one currency, and comes in no order that means anything."""
        ...


def delivery_key(processor: str, event_id: str) -> uuid.UUID:
    """Key of a delivery whose signed body names the notification: `stripe_evt_1` before hashing."""
    return ids.named(f"{processor}_{event_id}")


def of_kind(facts: Iterable[Shown], *kinds: FactKind) -> list[Shown]:
    """The facts of some kinds."""
    return [fact for fact in facts if fact.kind in kinds]


def newest(facts: Iterable[Shown]) -> Shown | None:
    """The newest snapshot by the processor's clock; at equal times the one with the greater amount. None of none."""
    return max(facts, key=lambda fact: (fact.shown_at, fact.cents), default=None)


def by_object(facts: Iterable[Shown]) -> dict[str, list[Shown]]:
    """Facts by the object they are about."""
    groups: dict[str, list[Shown]] = {}
    for fact in facts:
        groups.setdefault(fact.object_id, []).append(fact)
    return groups


def limited(amounts: Mapping[str, int], limit: int | None) -> dict[str, int]:
    """`amounts` as long as they stay within `limit` together, in the order of their names; all of them without a limit."""
    rest, result = limit, {}
    for name, cents in sorted(amounts.items()):
        result[name] = cents if rest is None else min(cents, max(rest, 0))
        rest = None if rest is None else rest - result[name]
    return result


def plain_position(facts: Sequence[Shown]) -> Position:
    """The position for a processor without rules of its own: captures and refunds by id or newest total."""
    ended = {fact.object_id for fact in of_kind(facts, FactKind.REFUND_ENDED, FactKind.DISPUTE_ENDED)}
    total = newest(of_kind(facts, FactKind.CAPTURED_TOTAL))
    captured = (total.cents if total else 0) + sum(fact.cents for fact in of_kind(facts, FactKind.CAPTURED))
    given_back = {
        name: latest.cents
        for kinds in ((FactKind.REFUNDED,), (FactKind.REFUNDED_TOTAL,))
        for name, group in by_object(of_kind(facts, *kinds)).items()
        if name not in ended and (latest := newest(group))
    }
    disputes = {
        name: latest.cents
        for name, group in by_object(of_kind(facts, FactKind.DISPUTED)).items()
        if name not in ended and (latest := newest(group))
    }
    hold = newest(of_kind(facts, FactKind.HOLD))
    return Position(
        transaction_id=min(fact.transaction_id for fact in facts),
        captured_cents=captured,
        refunded=given_back,
        charged_back=disputes,
        held_cents=hold.cents if hold else None,
        is_voided=captured == 0 and bool(of_kind(facts, FactKind.HOLD_ENDED)),
    )
