"""Stories of one WooCommerce order: plugins' statuses, cash on delivery, edits up and down, refunds entered and deleted. money.md §5."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from random import Random
from typing import Any

from tests.stories.story import CURRENCIES, Books, Shown, Step, Sums, WholeStory, books, decimal, naive

PAID = frozenset({"processing", "completed", "refunded"})
PLUGIN = ("shipped", "wc-partial-shipped", "awaiting-pickup")
"""Statuses that plugins add."""
CASH = "cod"
ONLINE = ("stripe", "ppcp-gateway", "bacs")


@dataclass(frozen=True, slots=True, kw_only=True)
class Order(Shown):
    """A snapshot of the order; `at` is when it was modified."""

    status: str
    total: int
    is_dated: bool
    """Whether it has a date on which it was paid."""
    refunds: tuple[tuple[int, int], ...] = ()
    """Number and amount of each refund."""
    by_hand: frozenset[int] = frozenset()
    """Numbers of the refunds that were entered in the shop alone."""
    is_draft: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Deletion(Shown):
    """What is told of a deleted order: its number."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WooCommerceStory(WholeStory):
    """One order."""

    seed: int
    currency: str
    amount: int
    method: str
    steps: tuple[Step, ...]
    is_late: bool = False
    """Whether the first delivery was built so late that its body shows the second state."""
    account: str = "default"
    reference: str = ""
    """The processor's name of the payment, which the shop keeps."""
    overwritten: str = ""
    """What a refund writes in its place, where the plugin does that."""
    number: str = ""
    """The number that a plugin gives the order, where that is not its id."""

    @property
    def order_id(self) -> int:
        """The shop's number of the order."""
        return 100_000 + self.seed

    @property
    def names(self) -> frozenset[str]:
        """The order."""
        return frozenset({self._transaction})

    @property
    def title(self) -> str:
        """One line about the whole."""
        late = ", the first delivery built late" if self.is_late else ""
        return f"order {self.order_id} of {self.amount} {self.currency} by {self.method}{late}"

    def shown(self) -> Sequence[Shown]:
        """What WooCommerce announced."""
        shown = list(_Announcer(self).all())
        if self.is_late and len(shown) > 1 and isinstance(later := shown[1], Order):
            values = {name: getattr(later, name) for name in later.__dataclass_fields__} | {"topic": "order.created"}
            shown[0] = Order(**values)
        return tuple(shown)

    def body(self, shown: Any) -> dict[str, Any]:
        """The body of the delivery."""
        if isinstance(shown, Deletion):
            return {"id": self.order_id}
        total, paid = decimal(shown.total, self.currency), naive(60) if shown.is_dated else None
        completed = naive(shown.at) if shown.status == "completed" else None
        return {
            "id": self.order_id, "number": self.number or str(self.order_id), "order_key": f"wc_order_{self.seed}",
            "status": shown.status, "currency": self.currency, "total": total, "payment_method": self.method,
            "date_created": naive(0), "date_created_gmt": naive(0), "date_modified": naive(shown.at),
            "date_modified_gmt": naive(shown.at), "date_paid": paid, "date_paid_gmt": paid, "date_completed": completed,
            "date_completed_gmt": completed, "meta_data": [], "transaction_id": self.reference_of(shown),
            "line_items": [{"id": 1, "name": "Mug", "quantity": 1, "total": total}],
            "refunds": [
                {"id": number, "reason": "", "total": decimal(-amount, self.currency)}
                | ({"refunded_payment": False} if number in shown.by_hand else {})
                for number, amount in shown.refunds
            ],
        }  # fmt: skip

    def reference_of(self, shown: Order) -> str:
        """The payment that a snapshot names."""
        if not shown.is_dated:
            return ""
        return self.overwritten if self.overwritten and shown.refunds else self.reference

    @property
    def _transaction(self) -> str:
        return f"woocommerce_{self.account}_order_{self.order_id}"

    def truth(self) -> Books:
        """The state in which the order ended."""
        total, is_paid, is_completed = self.amount, False, False
        refunds = dict[str, int]()
        for step in self.steps:
            if step.kind in {"paid", "completed"}:
                is_paid, is_completed = True, is_completed or step.kind == "completed"
            elif step.kind == "edited":
                total += step.amount
            elif step.kind in {"refund", "refund by hand"}:
                refunds[step.id] = step.amount
            elif step.kind == "refund deleted":
                del refunds[step.id]
            elif step.kind == "wholly refunded":
                refunds["rest"] = total - sum(refunds.values())
            elif step.kind == "cancelled" and self.method == CASH:
                is_completed = False
        holds = is_completed if self.method == CASH else is_paid
        sums = Sums(total, sum(refunds.values())) if holds else Sums()
        return books((self._transaction, self.currency, sums))

    def known(self, shown: Iterable[Shown]) -> Books | None:
        """By the rules of money.md §5, from the newest snapshot that has arrived."""
        orders = [one for one in shown if isinstance(one, Order) and not one.is_draft]
        if not orders:
            return {}
        newest = max(orders, key=lambda one: (one.at, _back(one)))
        if newest.status in {"cancelled", "failed"} and newest.is_dated and self.method != CASH:
            # It stays what it was; nothing says what that is where no paid state arrived.
            if not any(self._is_paid(one) and one.total == newest.total for one in orders):
                return None
        elif not self._is_paid(newest):
            return {}
        return books((self._transaction, self.currency, Sums(newest.total, _back(newest))))

    def _is_paid(self, order: Order) -> bool:
        if self.method == CASH:
            return order.status in {"completed", "refunded"}
        is_open = order.status not in {"pending", "cancelled", "failed"}
        return order.status in PAID or (order.is_dated and is_open)


def _back(order: Order) -> int:
    """What went back; the whole where the status says so and no refund is listed."""
    if order.status == "refunded" and not order.refunds:
        return order.total
    return sum(amount for _, amount in order.refunds)


@dataclass
class _Announcer:
    story: WooCommerceStory
    status: str = "pending"
    total: int = 0
    is_dated: bool = False
    refunds: dict[str, tuple[int, int]] = field(default_factory=dict)
    by_hand: set[int] = field(default_factory=set)

    def all(self) -> Iterator[Shown]:
        """One snapshot for every step."""
        self.total = self.story.amount
        for number, step in enumerate(self.story.steps):
            yield self._deleted(step) if step.kind == "deleted" else self._order(step, is_first=number == 0)

    @property
    def _stays(self) -> bool:
        """Whether the order has ended, and its money is still there."""
        return self.status in {"cancelled", "failed"} and self.is_dated and self.story.method != CASH

    def _deleted(self, step: Step) -> Deletion:
        return Deletion(processor="woocommerce", topic="order.deleted", at=step.at, account=self.story.account)

    def _order(self, step: Step, *, is_first: bool) -> Order:
        self.status = step.status or self.status
        if step.kind in {"paid", "completed"}:
            self.is_dated = True
        elif step.kind == "edited":
            self.total += step.amount
        elif step.kind in {"refund", "refund by hand"}:
            number = self.story.seed * 100 + len(self.story.steps) + int(step.id[1:])
            self.refunds[step.id] = (number, step.amount)
            self.by_hand |= {number} if step.kind == "refund by hand" else set()
        elif step.kind == "refund deleted":
            del self.refunds[step.id]
        elif step.kind == "wholly refunded" and step.is_last:
            rest = self.total - sum(amount for _, amount in self.refunds.values())
            self.refunds |= {"rest": (self.story.seed * 100 + 99, rest)} if rest else {}
        return Order(
            processor="woocommerce", topic="order.created" if is_first else "order.updated", at=step.at,
            status=self.status, total=self.total, is_dated=self.is_dated, refunds=tuple(self.refunds.values()),
            is_draft=self.status == "checkout-draft", by_hand=frozenset(self.by_hand),
            account=self.story.account, noted="/body/status" if self._stays else "",
        )  # fmt: skip


class _Life:
    def __init__(self, random: Random, amount: int, method: str) -> None:
        self.random, self.at, self.steps, self.total, self.method = random, 0, list[Step](), amount, method

    def add(self, kind: str, *, is_at_once: bool = False, **values: Any) -> None:
        """Happens some time after the last one, or in the same second."""
        self.at += 0 if is_at_once else self.random.choice((10, 60, 3600, 86_400))
        self.steps.append(Step(kind=kind, at=self.at, **values))

    def chance(self, share: float) -> bool:
        """Whether something that rare happens."""
        return self.random.random() < share

    def live(self) -> tuple[Step, ...]:
        """All of it."""
        if self.chance(0.1):
            self.add("drafted", status="checkout-draft")
        self.add("ordered", status=self.random.choice(("pending", "pending", "on-hold")))
        if self.chance(0.1):
            self._edit()
        if self.chance(0.15):
            self.add("cancelled", status=self.random.choice(("cancelled", "failed")))
        else:
            self._cash() if self.method == CASH else self._online()
        if self.chance(0.1):
            self.add("deleted")
        return tuple(self.steps)

    def _edit(self) -> None:
        delta = self.random.choice((700, 2500, -(self.total // 5)))
        if delta:
            self.total += delta
            self.add("edited", amount=delta)

    def _cash(self) -> None:
        self.add("packed", status="processing")
        if self.chance(0.2):
            self.add("cancelled", status="cancelled")
            return
        if self.chance(0.2):
            return
        self.add("completed", status="completed")
        if self.chance(0.3):
            self.add("cancelled", status=self.random.choice(("cancelled", "failed")))
        elif self.chance(0.4):
            self._refunds()

    def _online(self) -> None:
        if self.chance(0.15):
            return
        self.add("paid", status="processing")
        if self.chance(0.3):
            self.add("moved on", status=self.random.choice((*PLUGIN, "on-hold")))
        if self.chance(0.2):
            self._edit()
        if self.chance(0.5):
            self.add("completed", status="completed")
        if self.chance(0.5):
            self._refunds()
        if self.chance(0.25):
            # Status and empty list, or every refund listed: the first says the same as the second.
            self.add("wholly refunded", status="refunded", is_last=self.chance(0.7) or self.steps[-1].kind == "refund")
        elif self.chance(0.1):
            self.add("cancelled", status=self.random.choice(("cancelled", "failed")))

    def _refunds(self) -> None:
        left = self.total
        for number in range(self.random.choice((1, 1, 2, 3))):
            part = self.random.randint(1, max(1, left))
            if part >= left:
                return
            name = f"r{number}"
            self.add("refund", id=name, amount=part, is_at_once=self.chance(0.2))
            left -= part
            if self.chance(0.25):
                self.add("refund deleted", id=name)
                left += part
            elif self.chance(0.1):
                self._edit_down_to(left)

    def _edit_down_to(self, left: int) -> None:
        if left > 2:
            self.add("edited", amount=-1)
            self.total -= 1


def generate(seed: int) -> WooCommerceStory:
    """The story of that number."""
    random = Random(f"woocommerce {seed}")
    currency, amount = random.choice(CURRENCIES), random.randint(1000, 99_999)
    method = random.choice((*ONLINE, *ONLINE, CASH))
    steps = _Life(random, amount, method).live()
    # A status that says refunded while some refunds are listed would contradict itself.
    if any(step.kind == "wholly refunded" and not step.is_last for step in steps):
        steps = tuple(step for step in steps if not step.kind.startswith("refund"))
    return WooCommerceStory(
        seed=seed, currency=currency, amount=amount, method=method, steps=steps, is_late=random.random() < 0.15
    )
