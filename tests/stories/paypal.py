"""Stories of one PayPal payment: sales and captures, holds, refunds with every state, reversals with and without links. money.md §6."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from random import Random
from typing import Any

from tests.stories.story import CURRENCIES, Books, Shown, Step, Sums, WholeStory, books, decimal, utc

WON = frozenset({"RESOLVED_SELLER_FAVOUR", "CANCELED_BY_BUYER"})
NOTED = {"RESOLVED_WITH_PAYOUT": "/body/resource/dispute_outcome/outcome_code"}
"""Outcomes that a receipt notes (money.md §6)."""
OUTCOMES = ("RESOLVED_SELLER_FAVOUR", "CANCELED_BY_BUYER", "RESOLVED_BUYER_FAVOUR", "RESOLVED_WITH_PAYOUT")
NO_REFUND = frozenset({"FAILED", "CANCELLED"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Payment(Shown):
    """A sale, a capture or an authorisation."""

    id: str
    amount: int
    status: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Back(Shown):
    """A refund or a reversal: a resource of its own that names its payment, or (a reversal) one that does not."""

    id: str
    amount: int
    status: str
    is_linked: bool = True

    @property
    def is_reversal(self) -> bool:
        """Whether PayPal took the money back by itself."""
        return self.topic.endswith("REVERSED")


@dataclass(frozen=True, slots=True, kw_only=True)
class Dispute(Shown):
    """A dispute about the payment."""

    id: str
    amount: int
    outcome: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class PayPalStory(WholeStory):
    """One payment."""

    seed: int
    family: str
    """`SALE` or `CAPTURE`."""
    currency: str
    amount: int
    steps: tuple[Step, ...]
    is_old: bool = False
    """Whether a capture is written as version 1 of the API writes it."""
    has_links: bool = True
    """Whether resources carry links; else a field names the payment."""
    invoice_id: str = ""
    """What the shop calls the payment."""

    @property
    def id(self) -> str:
        """The payment."""
        return f"{self.family[:3]}{self.seed:011d}"

    @property
    def names(self) -> frozenset[str]:
        """The payment, its authorisation, and a reversal that names neither."""
        return frozenset({self.id, f"AUT{self.seed:011d}", f"REV{self.seed:011d}"})

    @property
    def title(self) -> str:
        """One line about the whole."""
        signs = ["version 1"] if self.is_v1 else []
        signs += [] if self.has_links else ["without links"]
        return " ".join([f"{self.family.lower()} {self.id} of {self.amount} {self.currency}", *signs])

    @property
    def is_v1(self) -> bool:
        """Whether amounts are `total` and `currency`."""
        return self.family == "SALE" or self.is_old

    def shown(self) -> Sequence[Shown]:
        """What PayPal announced."""
        return tuple(one for step in self.steps for one in self._announced(step))

    # --- what is announced ---

    def _announced(self, step: Step) -> Iterator[Shown]:
        topic = {
            "authorized": "PAYMENT.AUTHORIZATION.CREATED",
            "voided": "PAYMENT.AUTHORIZATION.VOIDED",
            "pending": f"PAYMENT.{self.family}.PENDING",
            "denied": f"PAYMENT.{self.family}.DENIED",
            "completed": f"PAYMENT.{self.family}.COMPLETED",
            "refund": f"PAYMENT.{self.family}.REFUNDED",
            "refund pending": "PAYMENT.REFUND.PENDING" if self.family == "CAPTURE" else "PAYMENT.SALE.REFUNDED",
            "refund ended": f"PAYMENT.REFUND.{step.status}",
            "reversal": f"PAYMENT.{self.family}.REVERSED",
            "reversal without link": f"PAYMENT.{self.family}.REVERSED",
            "reversal of the sale": "PAYMENT.SALE.REVERSED",
            "dispute": "CUSTOMER.DISPUTE.CREATED",
            "dispute resolved": "CUSTOMER.DISPUTE.RESOLVED",
        }[step.kind]
        where: dict[str, Any] = {"processor": "paypal", "topic": topic, "at": step.at, "amount": step.amount}
        if step.kind in {"authorized", "voided"}:
            yield Payment(**where, id=f"AUT{self.seed:011d}", status=step.kind.upper())
        elif step.kind in {"pending", "denied", "completed"}:
            yield Payment(**where, id=self.id, status=step.kind.upper())
        elif step.kind.startswith("dispute"):
            noted = NOTED.get(step.status, "")
            yield Dispute(**where, id=step.id, outcome=step.status, noted=noted)
        elif step.kind == "reversal of the sale":
            yield Back(**where, id=self.id, status="REVERSED")
        else:
            status = "PENDING" if step.kind == "refund pending" else step.status or "COMPLETED"
            yield Back(**where, id=step.id, status=status, is_linked=not step.kind.endswith("without link"))

    def body(self, shown: Any) -> dict[str, Any]:
        """The event."""
        name = f"WH-{self.seed}-{shown.topic}-{shown.at}-{shown.id}"
        kinds = {Payment: self.family.lower(), Back: "refund", Dispute: "dispute"}
        kind = self.family.lower() if shown.id == self.id else kinds[type(shown)]
        return {
            "id": name, "event_type": shown.topic, "create_time": utc(shown.at), "resource_type": kind,
            "summary": "A thing happened", "resource": self._resource(shown), "event_version": "1.0",
        }  # fmt: skip

    def _resource(self, shown: Any) -> dict[str, Any]:
        if isinstance(shown, Dispute):
            return self._dispute(shown)
        state = {"state": shown.status.lower()} if self.is_v1 else {"status": shown.status}
        # Version 1 writes what goes back with a minus.
        sign = -1 if self.is_v1 and isinstance(shown, Back) and shown.id != self.id else 1
        value = {
            "id": shown.id,
            "create_time": utc(0),
            "update_time": utc(shown.at),
            "amount": self._amount(sign * shown.amount),
        }
        if isinstance(shown, Back) and shown.id != self.id:
            return value | state | self._references(shown)
        value |= {"invoice_id": self.invoice_id} if self.invoice_id else {}
        links = [self._link("self", f"{self._folder}/{shown.id}")] if self.has_links else []
        return value | state | {"links": links} | ({"parent_payment": self._parent} if self.is_v1 else {})

    def _references(self, shown: Back) -> dict[str, Any]:
        links = [self._link("self", f"refund{'' if self.is_v1 else 's'}/{shown.id}")]
        if not shown.is_linked:
            return {"links": links}
        rel = self.family.lower() if self.is_v1 else "up"
        # Version 2 has nothing but the link; version 1 repeats the id in a field.
        if self.has_links or not self.is_v1:
            links.append(self._link(rel, f"{self._folder}/{self.id}"))
        own = {f"{self.family.lower()}_id": self.id, "parent_payment": self._parent} if self.is_v1 else {}
        return {"links": links} | own

    def _dispute(self, shown: Dispute) -> dict[str, Any]:
        value = {"dispute_id": shown.id, "update_time": utc(shown.at), "create_time": utc(0)}
        value |= {"dispute_amount": {"value": decimal(shown.amount, self.currency), "currency_code": self.currency}}
        value |= {"disputed_transactions": [{"seller_transaction_id": self.id}]}
        return value | ({"dispute_outcome": {"outcome_code": shown.outcome}} if shown.outcome else {})

    def _amount(self, cents: int) -> dict[str, str]:
        text = decimal(cents, self.currency)
        if self.is_v1:
            return {"total": text, "currency": self.currency}
        return {"value": text, "currency_code": self.currency}

    @property
    def _folder(self) -> str:
        return self.family.lower() if self.is_v1 else "captures"

    @property
    def _parent(self) -> str:
        return f"PAY-{self.seed}"

    def _link(self, rel: str, path: str) -> dict[str, str]:
        version = "v1" if self.is_v1 else "v2"
        return {"href": f"https://api.paypal.com/{version}/payments/{path}", "rel": rel, "method": "GET"}

    # --- books ---

    def truth(self) -> Books:
        """What was completed, less refunds that did not end, less reversals that no dispute gave back."""
        captured = sum(step.amount for step in self.steps if step.kind == "completed")
        ended = {step.id for step in self.steps if step.kind == "refund ended"}
        refunds = {step.id: step.amount for step in self.steps if step.kind == "refund" and step.id not in ended}
        reversed_ = sum(step.amount for step in self.steps if step.kind in {"reversal", "reversal of the sale"})
        won = sum(step.amount for step in self.steps if step.kind == "dispute resolved" and step.status in WON)
        sums = Sums(captured, sum(refunds.values()), max(0, reversed_ - won))
        alone = [(s.id, self.currency, Sums(0, 0, s.amount)) for s in self.steps if s.kind == "reversal without link"]
        return books((self.id, self.currency, sums), *alone)

    def known(self, shown: Iterable[Shown]) -> Books | None:
        """By the rules of money.md §6."""
        shown = list(shown)
        completed = [one for one in shown if isinstance(one, Payment) and one.status == "COMPLETED"]
        backs = [one for one in shown if isinstance(one, Back)]
        refunds: dict[str, list[Back]] = {}
        for one in backs:
            if not one.is_reversal:
                refunds.setdefault(one.id, []).append(one)
        refunded = sum(told[0].amount for told in refunds.values() if _counts({one.status for one in told}))
        reversals = {one.id: one.amount for one in backs if one.is_reversal and one.is_linked}
        won = {one.id: one.amount for one in shown if isinstance(one, Dispute) and one.outcome in WON}
        held = max(0, sum(reversals.values()) - sum(won.values()))
        alone = {one.id: one.amount for one in backs if not one.is_linked}
        return books(
            (self.id, self.currency, Sums(completed[0].amount if completed else 0, refunded, held)),
            *((name, self.currency, Sums(0, 0, amount)) for name, amount in alone.items()),
        )


def _counts(states: set[str]) -> bool:
    """Whether a refund that was told with these states counts."""
    return "COMPLETED" in states and not states & NO_REFUND


class _Life:
    def __init__(self, random: Random, seed: int, family: str, amount: int) -> None:
        self.random, self.seed, self.family, self.amount = random, seed, family, amount
        self.at, self.steps = 0, list[Step]()

    def add(self, kind: str, **values: Any) -> None:
        """Happens some time after the last one."""
        self.at += self.random.choice((10, 60, 3600, 86_400))
        self.steps.append(Step(kind=kind, at=self.at, **values))

    def chance(self, share: float) -> bool:
        """Whether something that rare happens."""
        return self.random.random() < share

    def live(self) -> tuple[Step, ...]:
        """All of it."""
        if self.chance(0.3):
            self.add("authorized", amount=self.amount)
            if self.chance(0.3):
                self.add("voided", amount=self.amount)
                return tuple(self.steps)
        if self.chance(0.2):
            self.add("pending", amount=self.amount)
            if self.chance(0.3):
                self.add("denied", amount=self.amount)
                return tuple(self.steps)
        self.add("completed", amount=self.amount)
        left = self._refunds()
        if left and self.chance(0.4):
            self._dispute(left)
        return tuple(self.steps)

    def _refunds(self) -> int:
        left = self.amount
        for number in range(self.random.choice((0, 0, 1, 1, 2, 3))):
            part = left if self.chance(0.3) else self.random.randint(1, max(1, left))
            if not 0 < part <= left:
                break
            name = f"REF{number}{self.seed:011d}"
            if self.chance(0.3):
                self.add("refund pending", id=name, amount=part)
                if self.chance(0.3):
                    continue
            if self.chance(0.85):
                self.add("refund", id=name, amount=part)
                left -= part
            if self.family == "CAPTURE" and self.chance(0.25):
                is_counted = self.steps[-1].kind == "refund"
                self.add("refund ended", id=name, amount=part, status=self.random.choice(("FAILED", "CANCELLED")))
                left += part if is_counted else 0
        return left

    def _dispute(self, left: int) -> None:
        kinds = ("reversal", "reversal", "reversal without link") + (
            ("reversal of the sale",) if self.family == "SALE" else ()
        )
        kind = self.random.choice(kinds)
        # A reversal that is told as the sale itself is about all of it.
        part = self.amount if kind.endswith("sale") else self.random.choice((left, self.random.randint(1, left)))
        if self.chance(0.6):
            self.add("dispute", id=f"PP-D-{self.seed}", amount=part)
        self.add(kind, id=f"REV{self.seed:011d}", amount=part)
        if kind != "reversal without link" and self.chance(0.6):
            self.add("dispute resolved", id=f"PP-D-{self.seed}", amount=part, status=self.random.choice(OUTCOMES))


def generate(seed: int) -> PayPalStory:
    """The story of that number."""
    random = Random(f"paypal {seed}")
    family, currency, amount = (
        random.choice(("SALE", "CAPTURE")),
        random.choice(CURRENCIES),
        random.randint(1000, 99_999),
    )
    steps = _Life(random, seed, family, amount).live()
    story = PayPalStory(
        seed=seed, family=family, currency=currency, amount=amount, steps=steps, is_old=random.random() < 0.2
    )
    # Nothing but its link says that a reversed resource is the sale itself.
    needs_link = any(step.kind == "reversal of the sale" for step in steps)
    return replace(story, has_links=needs_link or random.random() > 0.2)
