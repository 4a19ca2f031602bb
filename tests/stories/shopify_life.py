"""How stories of Shopify orders are made up."""

from __future__ import annotations

from random import Random
from typing import Any

from tests.stories.shopify import ShopifyStory
from tests.stories.story import CURRENCIES, Step

OUTCOMES = (("needs_response",), ("needs_response", "under_review", "lost"), ("needs_response", "won"), ("prevented",))


class _Life:
    """Makes up the steps of an order."""

    def __init__(self, random: Random, amount: int) -> None:
        self.random, self.at, self.steps, self.due, self.charged, self.has_gift = (
            random,
            0,
            list[Step](),
            amount,
            0,
            False,
        )
        self.is_void = False

    def add(self, kind: str, **values: Any) -> None:
        """Happens some time after the last one."""
        self.at += self.random.choice((10, 60, 3600, 86_400))
        self.steps.append(Step(kind=kind, at=self.at, **values))

    def chance(self, share: float) -> bool:
        """Whether something that rare happens."""
        return self.random.random() < share

    def live(self, *, tells_transactions: bool) -> tuple[Step, ...]:
        """All of it."""
        self.add("created")
        if self.chance(0.15):
            self._edit()
        if self.chance(0.1):
            self.add("declined", amount=self.due)
        if tells_transactions and self.chance(0.15):
            self._gift()
        else:
            self._pay()
        if self.charged and not self.is_void:
            self._after()
        if self.chance(0.3):
            self.add("updated")
        return tuple(self.steps)

    def _edit(self) -> None:
        delta = self.random.choice((500, 2000, -(self.due // 4)))
        if delta:
            self.due += delta
            self.add("edited", amount=delta)

    def _gift(self) -> None:
        part = self.due if self.chance(0.4) else self.random.randint(1, self.due)
        self.has_gift = True
        self.add("gift card", amount=part)
        if part < self.due:
            self.add("sale", amount=self.due - part)
            self.charged = self.due - part

    def _pay(self) -> None:
        kind = "sale"
        if self.chance(0.35):
            self.add("authorized", amount=self.due)
            kind = "capture"
            if self.chance(0.3):
                self.is_void = True
                self.add("void")
                return
        if self.chance(0.1):
            return
        while self.charged < self.due:
            part = self.due - self.charged if self.chance(0.6) else self.random.randint(1, self.due - self.charged)
            self.add(kind, amount=part)
            self.charged += part
            if self.charged < self.due and self.chance(0.2):
                return
        if self.chance(0.2):
            self._edit()
            if self.charged < self.due and self.chance(0.7):
                self.add("sale", amount=self.due - self.charged)
                self.charged = self.due

    def _after(self) -> None:
        if self.charged < self.due and not self.has_gift:
            return
        self._refunds()
        if self.chance(0.1):
            self.add("cancelled")
        if self.chance(0.3):
            kind = self.random.choice(("chargeback", "chargeback", "inquiry"))
            amount = self.charged if self.chance(0.6) else self.random.randint(1, self.charged)
            for status in self.random.choice(OUTCOMES):
                self.add(kind, amount=amount, status=status)

    def _refunds(self) -> None:
        left = self.charged
        for number in range(self.random.choice((0, 0, 1, 1, 2, 3))):
            part = left if self.chance(0.3) else self.random.randint(1, max(1, left))
            if not 0 < part <= left:
                break
            if self.chance(0.1):
                self.add("refund to gift card", id=f"g{number}", amount=part)
                continue
            name, status = f"r{number}", "pending" if self.chance(0.3) else "success"
            self.add("refund", id=name, amount=part, status=status)
            left -= part
            if status == "pending" and self.chance(0.5):
                self.add("refund settled", id=name)
            elif self.chance(0.2):
                self.add("refund failed", id=name)
                left += part


def generate(seed: int) -> ShopifyStory:
    """The story of that number."""
    random = Random(f"shopify {seed}")
    currency, amount = random.choice(CURRENCIES), random.randint(1000, 99_999)
    tells_transactions = random.random() < 0.7
    life = _Life(random, amount)
    steps = life.live(tells_transactions=tells_transactions)
    presentment = random.choice([code for code in ("CAD", "JPY", "EUR") if code != currency])
    is_foreign = random.random() < 0.25
    is_test = random.random() < 0.07 and not any(step.kind in {"chargeback", "inquiry"} for step in steps)
    return ShopifyStory(
        seed=seed, currency=currency, amount=amount, steps=steps, presentment=presentment if is_foreign else "",
        has_amount_set=not is_foreign or life.has_gift or random.random() < 0.5, tells_transactions=tells_transactions,
        lowers_total=random.random() < 0.3, is_test=is_test,
    )  # fmt: skip
