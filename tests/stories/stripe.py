"""Stories of one charge at Stripe: holds, captures in parts, refunds that fail, disputes with every outcome. money.md §3."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from random import Random
from typing import Any

from tests.stories.story import CURRENCIES, PLACES, Books, Shown, Step, Sums, WholeStory, books, unix

TAKING = frozenset({"needs_response", "under_review", "lost"})
"""States of a dispute in which the bank holds the money."""
NO_REFUND = frozenset({"failed", "canceled"})
OUTCOMES = (
    ("needs_response", "won"),
    ("needs_response", "lost"),
    ("needs_response", "lost", "reinstated"),
    ("needs_response", "under_review", "won"),
    ("needs_response", "under_review", "lost"),
    ("needs_response",),
    ("warning_needs_response", "warning_under_review", "warning_closed"),
    ("warning_needs_response", "warning_closed"),
    ("warning_needs_response", "charge_refunded"),
    ("warning_needs_response", "needs_response", "lost"),
    ("warning_needs_response", "needs_response", "won"),
    ("prevented",),
    ("warning_needs_response", "prevented"),
)
CLOSED = frozenset({"won", "lost", "warning_closed", "charge_refunded", "prevented"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Charge(Shown):
    """A snapshot of a charge. What was released of a hold stands in `refunded`, as Stripe counts it."""

    id: str
    is_captured: bool
    captured: int = 0
    refunded: int = 0
    status: str = "succeeded"


@dataclass(frozen=True, slots=True, kw_only=True)
class Intent(Shown):
    """A snapshot of a payment intent, with its charge in full where `charge` has one."""

    received: int
    status: str
    latest_charge: str
    charge: Charge | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Refund(Shown):
    """A refund object."""

    id: str
    created: int
    amount: int
    status: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Dispute(Shown):
    """A dispute object."""

    id: str
    created: int
    amount: int
    currency: str
    status: str


@dataclass(frozen=True, slots=True, kw_only=True)
class StripeStory(WholeStory):
    """One payment intent with its charge."""

    seed: int
    currency: str
    amount: int
    """What was authorised."""
    steps: tuple[Step, ...]
    is_live: bool = True
    account: str = ""
    """A connected account, which has no connection here."""
    is_old: bool = False
    """Whether the endpoint has a version of the API that knows no `amount_captured`."""
    expands: bool = False
    """Whether intents carry their charge in full."""
    metadata: tuple[tuple[str, str], ...] = ()
    """What the shop writes on the intent and its charge."""

    @property
    def id(self) -> str:
        """The charge."""
        return f"ch_story{self.seed}"

    @property
    def names(self) -> frozenset[str]:
        """The charge, and those that were declined before it."""
        return frozenset({self.id, *(f"{self.id}x{step.at}" for step in self.steps if step.kind == "declined")})

    @property
    def title(self) -> str:
        """One line about the whole."""
        signs = [name for name, holds in (("test mode", not self.is_live), ("old version", self.is_old)) if holds]
        signs += [f"of {self.account}"] if self.account else []
        return " ".join([f"charge {self.id} of {self.amount} {self.currency}", *signs])

    @property
    def is_nothing(self) -> bool:
        """Whether none of it is this merchant's revenue."""
        return not self.is_live or bool(self.account)

    # --- what is announced ---

    def shown(self) -> Sequence[Shown]:
        """What Stripe announced."""
        return tuple(_Announcer(self).all())

    def body(self, shown: Any) -> dict[str, Any]:
        """The event."""
        name = f"evt_{self.seed}_{shown.topic}_{shown.at}_{getattr(shown, 'id', '')}"
        event = {
            "id": name,
            "object": "event",
            "type": shown.topic,
            "created": unix(shown.at),
            "livemode": self.is_live,
        }
        event |= {"account": self.account} if self.account else {}
        return event | {"api_version": "2026-09-30.basil", "data": {"object": self._object(shown)}}

    def _object(self, shown: Any) -> dict[str, Any]:
        base = {"currency": self.currency.lower(), "livemode": self.is_live, "metadata": {}}
        if isinstance(shown, Charge | Intent):
            base |= {"metadata": dict(self.metadata)}
        if isinstance(shown, Charge):
            return base | self._charge(shown)
        if isinstance(shown, Intent):
            charge = base | self._charge(shown.charge) if shown.charge else shown.latest_charge
            return base | {
                "id": self._intent, "object": "payment_intent", "amount": self.amount, "created": unix(0),
                "amount_received": shown.received, "status": shown.status, "latest_charge": charge,
            }  # fmt: skip
        own = {"id": shown.id, "amount": shown.amount, "created": unix(shown.created), "status": shown.status}
        own |= {"charge": self.id, "payment_intent": self._intent, "object": type(shown).__name__.lower()}
        return base | own | ({"currency": shown.currency.lower()} if isinstance(shown, Dispute) else {})

    def _charge(self, shown: Charge) -> dict[str, Any]:
        item = {
            "id": shown.id, "object": "charge", "amount": self.amount, "created": unix(0), "payment_intent": self._intent,
            "captured": shown.is_captured, "amount_refunded": shown.refunded, "status": shown.status,
            "paid": shown.status == "succeeded", "refunded": shown.refunded >= self.amount,
        }  # fmt: skip
        return item if self.is_old else item | {"amount_captured": shown.captured}

    @property
    def _intent(self) -> str:
        return f"pi_story{self.seed}"

    # --- what the books must say ---

    def truth(self) -> Books:
        """Captures less what failed to be refunded, less what a dispute holds at the end."""
        if self.is_nothing:
            return {}
        captured = sum(step.amount for step in self.steps if step.kind in {"paid", "captured"})
        ended = {step.id for step in self.steps if step.kind == "refund ended"}
        refunded = sum(step.amount for step in self.steps if step.kind == "refund" and step.id not in ended)
        disputes = [step for step in self.steps if step.kind == "dispute" and step.currency == self.currency]
        states = [step.status for step in disputes]
        holds = bool(states) and states[-1] in TAKING
        charged_back = min(disputes[-1].amount, captured - refunded) if holds else 0
        return books((self.id, self.currency, Sums(captured, refunded, charged_back)))

    def known(self, shown: Iterable[Shown]) -> Books | None:
        """By the rules of money.md §3, from the newest snapshot that has arrived."""
        if self.is_nothing:
            return {}
        shown = list(shown)
        charges = [one for one in shown if isinstance(one, Charge) and one.id == self.id]
        charges += [one.charge for one in shown if isinstance(one, Intent) and one.charge]
        intents = [one for one in shown if isinstance(one, Intent) and one.latest_charge == self.id]
        refunds = [one for one in shown if isinstance(one, Refund)]
        disputes = [one for one in shown if isinstance(one, Dispute) and one.currency == self.currency]
        if any(one.is_refused for one in shown) and not any(one.captured for one in charges):
            return None  # whether it was in the currency of its capture shows only with the capture
        if not charges:
            if refunds or disputes:
                return None
            received = max(intents, key=lambda one: (one.at, one.received)).received if intents else 0
            return books((self.id, self.currency, Sums(received)))
        newest = max(charges, key=lambda one: (one.at, one.captured, one.refunded))
        captured = self._captured(newest, intents)
        refunded = None if captured is None else self._refunded(newest, captured, refunds)
        if captured is None or refunded is None:
            return None
        return books((self.id, self.currency, Sums(captured, refunded, _held(disputes, captured - refunded))))

    def _captured(self, newest: Charge, intents: Sequence[Intent]) -> int | None:
        """The captured total; None where an intent is newer than every charge, or an old version leaves it open."""
        if not newest.is_captured or newest.status != "succeeded":
            total = 0
        elif not self.is_old:
            total = newest.captured
        else:
            received = [one.received for one in intents if one.received]
            total = max(received, default=self.amount)
            if intents and not received:
                return None
        is_open = any(one.at > newest.at and one.received != total for one in intents)
        return None if is_open else total

    def _refunded(self, newest: Charge, captured: int, refunds: Sequence[Refund]) -> int | None:
        total = max(0, newest.refunded - (self.amount - captured))
        for name in {one.id for one in refunds}:
            told = [one for one in refunds if one.id == name]
            ends = [one.at for one in told if one.status in NO_REFUND]
            if told[0].created > newest.at:
                if not ends and all(one.status == "pending" for one in told):
                    return None
                total += 0 if ends else told[0].amount
            elif ends and min(ends) > newest.at:
                total -= told[0].amount
        return total


def _held(disputes: Sequence[Dispute], most: int) -> int:
    """What the newest state of the dispute takes, unless it was ever given back."""
    if any(one.status == "won" or one.topic.endswith("funds_reinstated") for one in disputes):
        return 0
    newest = max(disputes, key=lambda one: one.at, default=None)
    if newest is None:
        return 0
    is_taken = newest.status in TAKING or any(one.topic.endswith("funds_withdrawn") for one in disputes)
    return min(newest.amount, most) if is_taken else 0


class _Announcer:
    """Walks through the steps and announces what each of them shows."""

    def __init__(self, story: StripeStory) -> None:
        self.story, self.captured, self.refunds, self.refunded = story, 0, dict[str, Step](), 0
        self.is_released = False

    def all(self) -> Iterator[Shown]:
        """In order."""
        for step in self.story.steps:
            yield from getattr(self, "_" + step.kind.replace(" ", "_"))(step)

    def _snapshot(self, topic: str, at: int) -> Charge:
        released = self.story.amount - self.captured if self.is_released else 0
        return Charge(
            processor="stripe", topic=topic, at=at, id=self.story.id, is_captured=self.captured > 0,
            captured=self.captured, refunded=self.refunded + released,
        )  # fmt: skip

    def _intent(self, topic: str, at: int, status: str) -> Intent:
        charge = self._snapshot("charge.updated", at) if self.story.expands else None
        return Intent(
            processor="stripe", topic=topic, at=at, received=self.captured, status=status,
            latest_charge=self.story.id, charge=charge,
        )  # fmt: skip

    def _declined(self, step: Step) -> Iterator[Shown]:
        other = f"{self.story.id}x{step.at}"
        yield Charge(
            processor="stripe", topic="charge.failed", at=step.at, id=other, is_captured=True,
            captured=self.story.amount, status="failed",
        )  # fmt: skip
        yield Intent(
            processor="stripe", topic="payment_intent.payment_failed", at=step.at + 1, received=0,
            status="requires_payment_method", latest_charge=other,
        )  # fmt: skip

    def _paid(self, step: Step) -> Iterator[Shown]:
        self.captured = step.amount
        yield self._snapshot("charge.succeeded", step.at)
        yield self._intent("payment_intent.succeeded", step.at, "succeeded")

    def _held(self, step: Step) -> Iterator[Shown]:
        yield self._snapshot("charge.succeeded", step.at)
        yield self._intent("payment_intent.amount_capturable_updated", step.at, "requires_capture")

    def _captured(self, step: Step) -> Iterator[Shown]:
        self.captured += step.amount
        self.is_released = step.is_last
        yield self._snapshot("charge.captured", step.at)
        if step.is_last:
            yield self._intent("payment_intent.succeeded", step.at, "succeeded")

    def _ended(self, step: Step) -> Iterator[Shown]:
        self.is_released = True
        yield self._snapshot("charge.expired" if step.status == "expired" else "charge.refunded", step.at)
        yield self._intent("payment_intent.canceled", step.at, "canceled")

    def _updated(self, step: Step) -> Iterator[Shown]:
        yield self._snapshot("charge.updated", step.at)

    def _object(self, step: Step, topic: str, status: str) -> Refund:
        first = self.refunds[step.id]
        return Refund(
            processor="stripe",
            topic=topic,
            at=step.at,
            id=step.id,
            created=first.at,
            amount=first.amount,
            status=status,
        )

    def _refund(self, step: Step) -> Iterator[Shown]:
        self.refunds[step.id] = step
        self.refunded += step.amount
        yield self._object(step, "refund.created", step.status)
        yield self._snapshot("charge.refunded", step.at + 1)

    def _refund_settled(self, step: Step) -> Iterator[Shown]:
        yield self._object(step, "refund.updated", "succeeded")

    def _refund_ended(self, step: Step) -> Iterator[Shown]:
        self.refunded -= self.refunds[step.id].amount
        yield self._object(step, "refund.failed" if step.status == "failed" else "refund.updated", step.status)
        yield self._object(step, "charge.refund.updated", step.status)

    def _dispute(self, step: Step) -> Iterator[Shown]:
        is_first = not any(one.kind == "dispute" and one.at < step.at for one in self.story.steps)
        created = next(one.at for one in self.story.steps if one.kind == "dispute")
        status = "lost" if step.status == "reinstated" else step.status
        one = Dispute(
            processor="stripe", topic="charge.dispute.updated", at=step.at, id=f"du_story{self.story.seed}",
            created=created, amount=step.amount, currency=step.currency, status=status,
            is_refused=step.currency != self.story.currency,
        )  # fmt: skip
        if step.status == "reinstated":
            yield replace(one, topic="charge.dispute.funds_reinstated")
            return
        names = {True: "charge.dispute.created", False: "charge.dispute.closed" if status in CLOSED else one.topic}
        yield replace(one, topic=names[is_first])
        if status == "needs_response":
            yield replace(one, topic="charge.dispute.funds_withdrawn")
        if status == "won":
            yield replace(one, topic="charge.dispute.funds_reinstated")


def generate(seed: int) -> StripeStory:
    """The story of that number."""
    random = Random(f"stripe {seed}")
    currency = random.choice(CURRENCIES)
    # Stripe takes amounts of three decimal places only with a zero at the end.
    unit = 10 if PLACES[currency] == 3 else 1
    amount = random.choice((20675, 10000, random.randint(100, 99_999))) * unit
    clock = _Clock(random)
    steps = [clock.step("declined")] if random.random() < 0.15 else []
    captured = _money_in(random, clock, steps, amount)
    if captured:
        _money_out(seed, random, clock, steps, captured, currency)
    if random.random() < 0.3:
        steps.append(clock.step("updated"))
    return StripeStory(
        seed=seed, currency=currency, amount=amount, steps=tuple(steps), is_live=random.random() > 0.06,
        account="acct_other" if random.random() < 0.04 else "", is_old=random.random() < 0.1,
        expands=random.random() < 0.2,
    )  # fmt: skip


class _Clock:
    def __init__(self, random: Random) -> None:
        self.random, self.at = random, 0

    def step(self, kind: str, **values: Any) -> Step:
        """Happens some time after the last one."""
        self.at += self.random.choice((10, 60, 3600, 86_400))
        return Step(kind=kind, at=self.at, **values)


def _money_in(random: Random, clock: _Clock, steps: list[Step], amount: int) -> int:
    if random.random() < 0.5:
        steps.append(clock.step("paid", amount=amount))
        return amount
    steps.append(clock.step("held", amount=amount))
    if random.random() < 0.3:
        steps.append(clock.step("ended", status=random.choice(("expired", "canceled"))))
        return 0
    if random.random() < 0.1:
        return 0
    parts = random.choice((1, 1, 1, 2, 3))
    captured, left = 0, amount
    for number in range(parts):
        part = left if parts == 1 and random.random() < 0.4 else random.randint(1, max(1, left // (parts - number)))
        part = min(part, left)
        if part:
            steps.append(clock.step("captured", amount=part, is_last=number == parts - 1))
            captured, left = captured + part, left - part
    if not steps[-1].is_last:
        steps[-1] = replace(steps[-1], is_last=True)
    return captured


def _money_out(seed: int, random: Random, clock: _Clock, steps: list[Step], captured: int, currency: str) -> None:
    left = captured
    for number in range(random.choice((0, 0, 1, 1, 2, 3))):
        part = left if random.random() < 0.3 else random.randint(1, max(1, left))
        if not 0 < part <= left:
            break
        name = f"re_story{seed}_{number}"
        status = random.choice(("succeeded", "succeeded", "pending"))
        steps.append(clock.step("refund", id=name, amount=part, status=status))
        left -= part
        chance = random.random()
        if status == "pending" and chance < 0.5:
            steps.append(clock.step("refund settled", id=name))
        elif chance > 0.7:
            steps.append(clock.step("refund ended", id=name, status=random.choice(("failed", "canceled"))))
            left += part
        if random.random() < 0.2:
            steps.append(clock.step("updated"))
    if random.random() < 0.4:
        other = random.choice([code for code in ("USD", "EUR") if code != currency])
        told_in = other if random.random() < 0.1 else currency
        disputed = random.choice((captured, captured, random.randint(1, captured)))
        for status in random.choice(OUTCOMES):
            steps.append(clock.step("dispute", amount=disputed, currency=told_in, status=status))
            if random.random() < 0.1:
                disputed = random.randint(1, captured)
