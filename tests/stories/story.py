"""What every story has: steps that happened one after the other, what its processors showed of them, and books to compare.

A story is an account of what happened to one payment. Its `Shown` values are what a processor announced, in the processor's own terms
but without its JSON: a renderer turns each into the body of one delivery, an oracle reads them (or the steps themselves) and says what
the ledger must hold. Neither the renderers nor the oracles import anything of the readers and the ledger.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, Protocol

PLACES = {"USD": 2, "EUR": 2, "GBP": 2, "CAD": 2, "JPY": 0, "KRW": 0, "KWD": 3, "BHD": 3}
"""Decimal places of the currencies in stories."""
CURRENCIES = ("USD", "USD", "EUR", "GBP", "JPY", "KRW", "KWD", "BHD")
BEGIN = datetime(2025, 9, 1, tzinfo=UTC)
"""Long ago: every processor may tell it now."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One thing that happened."""

    kind: str
    at: int
    """Seconds after the story began; what happens in one step is shown within its first seconds."""
    amount: int = 0
    id: str = ""
    status: str = ""
    currency: str = ""
    is_last: bool = False

    def __str__(self) -> str:
        words = [f"after {self.at} s: {self.kind}"]
        words += [str(self.amount)] if self.amount else []
        words += [word for word in (self.currency, self.status, self.id) if word]
        return " ".join(words)


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """What one delivery shows; each processor has kinds of its own."""

    processor: str
    topic: str
    at: int
    """By the processor's clock, in seconds after the story began."""
    account: str = "default"
    """Whose books it is about."""
    is_refused: bool = False
    """Whether it may end as a dead event, whatever came before it."""
    noted: str = ""
    """Pointer to what its receipt notes, where the state is not what somebody would expect."""


@dataclass(frozen=True, slots=True)
class Sums:
    """What a transaction's entries add up to."""

    captured: int = 0
    refunded: int = 0
    charged_back: int = 0

    @property
    def net(self) -> int:
        """What is left for the merchant."""
        return self.captured - self.refunded - self.charged_back


Books = dict[tuple[str, str], Sums]
"""By name of the transaction and currency; transactions without any sum are left out."""


def books(*lines: tuple[str, str, Sums]) -> Books:
    """Books of `lines`: transaction, currency, sums."""
    return {(name, currency): sums for name, currency, sums in lines if sums != Sums()}


class Story(Protocol):
    """An account of what happened, and how it was announced."""

    @property
    def seed(self) -> int:
        """The number that it was made from."""

    @property
    def title(self) -> str:
        """One line about the whole."""

    @property
    def steps(self) -> Sequence[Step]:
        """What happened, in order."""

    @property
    def names(self) -> frozenset[str]:
        """Every transaction that it is about."""

    def shown(self) -> Sequence[Shown]:
        """What its processors announced, in order."""

    def body(self, shown: Any) -> dict[str, Any]:
        """The body of the delivery that announces `shown`."""

    def truth(self) -> Books:
        """What the books must say once everything has arrived; from the steps alone."""

    def known(self, shown: Iterable[Any]) -> Books | None:
        """What they must say when only these have arrived; None where the specification leaves that open."""

    def fold(self, ledger: Books) -> Books:
        """What the ledger says about its transactions, as far as the specification says it."""

    def labels(self, shown: Any) -> Sequence[str]:
        """Of the secrets that may sign its delivery."""


class WholeStory:
    """A story under one secret, about which the specification says everything that stands in the ledger."""

    __slots__ = ()

    def labels(self, shown: Any) -> Sequence[str]:
        """The one that every shop has."""
        return ("default",)

    def fold(self, ledger: Books) -> Books:
        """All of it."""
        return ledger


@dataclass(frozen=True, slots=True)
class Told:
    """One delivery: what it shows and the bytes it consists of."""

    number: int
    shown: Shown
    body: bytes = field(repr=False)
    delivery_id: str = ""
    label: str = "default"
    """Of the secret that signs it."""


def instant(at: int) -> datetime:
    """The moment `at` seconds after stories begin."""
    return BEGIN + timedelta(seconds=at)


def unix(at: int) -> int:
    """The same as Stripe writes it."""
    return int(instant(at).timestamp())


def utc(at: int) -> str:
    """The same as PayPal and Shopify write it."""
    return f"{instant(at):%Y-%m-%dT%H:%M:%SZ}"


def naive(at: int) -> str:
    """The same as WooCommerce writes it: UTC without a zone."""
    return f"{instant(at):%Y-%m-%dT%H:%M:%S}"


def decimal(cents: int, currency: str) -> str:
    """Minor units as decimal text."""
    places, sign = PLACES[currency], "-" if cents < 0 else ""
    if not places:
        return f"{cents}"
    whole, part = divmod(abs(cents), 10**places)
    return f"{sign}{whole}.{part:0{places}d}"


def words(story: Story) -> str:
    """The story for people."""
    return "\n".join([f"{type(story).__name__} {story.seed}: {story.title}", *(f"  {step}" for step in story.steps)])
