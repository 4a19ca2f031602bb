"""Stories of two WooCommerce shops of one tenant whose orders have the same number, and of a shop where everything is a test.

One shop is told by two webhooks, each with a secret of its own: it is one shop all the same. money.md §2 and §7.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from random import Random
from typing import Any, Final

from tests.stories import woocommerce
from tests.stories.places import PLACES
from tests.stories.story import Books, Shown, Step, WholeStory
from tests.stories.woocommerce import WooCommerceStory

LABELS: Final = ("north", "south", "south again", "trial")
_TRIAL: Final = PLACES["trial"].account


@dataclass(frozen=True, slots=True, kw_only=True)
class ShopsStory(WholeStory):
    """An order in each shop, all with one number."""

    seed: int
    orders: tuple[WooCommerceStory, ...]

    @property
    def currency(self) -> str:
        """Of the first."""
        return self.orders[0].currency

    @property
    def title(self) -> str:
        """All of them in one line."""
        return "; ".join(f"{order.account}: {order.title}" for order in self.orders)

    @property
    def steps(self) -> Sequence[Step]:
        """What happened in each shop."""
        steps = [replace(step, kind=f"{order.account}: {step.kind}") for order in self.orders for step in order.steps]
        return sorted(steps, key=lambda step: step.at)

    @property
    def names(self) -> frozenset[str]:
        """All orders."""
        return frozenset(name for order in self.orders for name in order.names)

    def shown(self) -> Sequence[Shown]:
        """What all shops announced."""
        told = [one for order in self.orders for one in order.shown()]
        # Of what counts for nothing nothing is noted.
        told = [replace(one, noted="") if one.account == _TRIAL else one for one in told]
        return sorted(told, key=lambda one: one.at)

    def body(self, shown: Shown) -> dict[str, Any]:
        """As its shop writes it."""
        return self._order(shown.account).body(shown)

    def _order(self, account: str) -> WooCommerceStory:
        return next(order for order in self.orders if order.account == account)

    def labels(self, shown: Shown) -> Sequence[str]:
        """Those of its shop."""
        return [label for label in LABELS if PLACES[label].account == shown.account]

    def truth(self) -> Books:
        """Each shop's, but nothing of a test."""
        return {key: sums for order in self._live for key, sums in order.truth().items()}

    def known(self, shown: Iterable[Shown]) -> Books | None:
        """Each shop's, but nothing of a test."""
        shown = list(shown)
        ledgers = [order.known(one for one in shown if one.account == order.account) for order in self._live]
        if any(ledger is None for ledger in ledgers):
            return None
        return {key: sums for ledger in ledgers if ledger for key, sums in ledger.items()}

    @property
    def _live(self) -> Sequence[WooCommerceStory]:
        return [order for order in self.orders if order.account != _TRIAL]


def generate(seed: int) -> ShopsStory:
    """The story of that number."""
    random = Random(f"shops {seed}")
    accounts = dict.fromkeys(PLACES[label].account for label in LABELS)
    lives = [(account, woocommerce.generate(random.randrange(1_000_000))) for account in accounts]
    return ShopsStory(seed=seed, orders=tuple(replace(life, seed=seed, account=account) for account, life in lives))
