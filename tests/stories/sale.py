"""Stories of one sale that two sides tell: the order of a shop, and its payment at a processor; linked or not. work.md §13.1."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from random import Random
from typing import Any

from tests.stories.paypal import Payment, PayPalStory
from tests.stories.shopify import ShopifyStory, Transaction
from tests.stories.story import PLACES, Books, Shown, Step, Sums, WholeStory, books
from tests.stories.stripe import StripeStory
from tests.stories.woocommerce import Order, WooCommerceStory

LINKS = ("by the order", "by the order", "by both", "none")
"""Who names the other: the order its payment; the payment its order as well, where the shop gave it a name; nobody."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SaleStory(WholeStory):
    """An order and its payment."""

    order: ShopifyStory | WooCommerceStory
    payment: StripeStory | PayPalStory
    link: str

    @property
    def seed(self) -> int:
        """Of both."""
        return self.order.seed

    @property
    def currency(self) -> str:
        """Of both."""
        return self.order.currency

    @property
    def title(self) -> str:
        """Both sides in one line."""
        return f"{self.order.title}; {self.payment.title}; linked: {self.link}"

    @property
    def steps(self) -> Sequence[Step]:
        """What happened on both sides."""
        sides = (("at the shop: ", self.order.steps), ("at the processor: ", self.payment.steps))
        steps = [replace(step, kind=side + step.kind) for side, told in sides for step in told]
        return sorted(steps, key=lambda step: step.at)

    @property
    def names(self) -> frozenset[str]:
        """Of both."""
        return self.order.names | self.payment.names

    def shown(self) -> Sequence[Shown]:
        """What both announced."""
        return sorted([*self.order.shown(), *self.payment.shown()], key=lambda one: one.at)

    def body(self, shown: Any) -> dict[str, Any]:
        """As its side writes it."""
        return self._side(shown).body(shown)

    def _side(self, shown: Shown) -> Any:
        is_order = shown.processor in {"shopify", "woocommerce"}
        return self.order if is_order else self.payment

    def truth(self) -> Books:
        """Counted once where they are linked, else on both sides."""
        order, payment = total(self.order.truth()), total(self.payment.truth())
        return self._books(order, payment, is_linked=self.link != "none" and order.captured > 0)

    def known(self, shown: Iterable[Shown]) -> Books | None:
        """By the rules R3 and R5 of work.md §13.1, on what each side is known to have said."""
        shown = list(shown)
        sides = [[one for one in shown if self._side(one) is side] for side in (self.order, self.payment)]
        ledgers = self.order.known(sides[0]), self.payment.known(sides[1])
        if ledgers[0] is None or ledgers[1] is None:
            return None
        order, payment = total(ledgers[0]), total(ledgers[1])
        payments = [one for one in sides[1] if isinstance(one, Payment)]
        is_linked = self._is_linked(sides[0], payments, has_payment=bool(sides[1]))
        if is_linked is None or (is_linked and not order.captured and payment != Sums()):
            return None
        return self._books(order, payment, is_linked=is_linked)

    def _is_linked(self, orders: Sequence[Any], payments: Sequence[Any], *, has_payment: bool) -> bool | None:
        """Whether the order has named its payment; None where a refund has written something else in its place."""
        if self.link == "none" or not has_payment:
            return False
        if isinstance(self.order, ShopifyStory):
            if self.link == "by both" and not payments:
                return False  # only the payment itself repeats the name that Shopify gave it
            return any(isinstance(one, Transaction) and one.payment.kind == "sale" for one in orders)
        named = {self.order.reference_of(one) for one in orders if isinstance(one, Order)}
        if self.order.reference in named:
            return True
        return None if self.order.overwritten in named - {""} else False

    def _books(self, order: Sums, payment: Sums, *, is_linked: bool, by_hand: int = 0) -> Books:
        if is_linked:
            total = Sums(order.captured, max(order.refunded - by_hand, payment.refunded) + by_hand)
        else:
            total = Sums(order.captured + payment.captured, order.refunded + payment.refunded)
        return books((f"sale {self.seed}", self.order.currency, total))

    def fold(self, ledger: Books) -> Books:
        """The sale as a whole: which side tells what was taken back, and whether as refund or dispute, is up to the order of arrival."""
        totals = {code: total({key: one for key, one in ledger.items() if key[1] == code}) for _, code in ledger}
        return books(*((f"sale {self.seed}", code, sums) for code, sums in totals.items()))


def total(ledger: Books) -> Sums:
    """Everything that was captured, and everything that was taken back."""
    captured = sum(one.captured for one in ledger.values())
    return Sums(captured, captured - sum(one.net for one in ledger.values()))


class Life:
    """Makes up the steps of both sides: the same money at nearly the same time, and what only one of them knows."""

    def __init__(self, random: Random, base: dict[str, Any], *, is_shopify: bool, is_stripe: bool) -> None:
        self.random, self.seed, self.currency = random, base["seed"], base["currency"]
        self.amount = self.left = base["amount"]
        self.is_shopify, self.is_stripe, self.at = is_shopify, is_stripe, 0
        self.refunders: tuple[str, ...] = ("both", "both", "both", "shop", "processor")
        self.order, self.payment = list[Step](), list[Step]()

    def chance(self, share: float) -> bool:
        """Whether something that rare happens."""
        return self.random.random() < share

    def live(self) -> None:
        """All of it."""
        self._wait()
        self._tell(self.order, "created" if self.is_shopify else "ordered", status="" if self.is_shopify else "pending")
        self._wait()
        self._tell(self.payment, "paid" if self.is_stripe else "completed", amount=self.amount)
        if self.is_shopify:
            self._tell(self.order, "sale", amount=self.amount)
        else:
            self._tell(self.order, "paid", status="processing")
        for number in range(self.random.choice((0, 0, 1, 2, 3))):
            self._refund(number)
        if self.is_stripe and self.chance(0.35):
            self._dispute()

    def _wait(self) -> None:
        self.at += self.random.choice((10, 600, 86_400))

    def _tell(self, side: list[Step], kind: str, **values: Any) -> None:
        side.append(Step(kind=kind, at=self.at, **values))

    def _refund(self, number: int) -> None:
        """Entered in the shop, which asks the processor; or at the processor alone; or in the shop alone."""
        self._wait()
        part = self.random.randint(1, max(1, self.left - 1))
        if part >= self.left:
            return
        self.left -= part
        tellers = self.random.choice(self.refunders)
        if tellers != "processor":
            kind = "refund by hand" if tellers == "by hand" else "refund"
            self._tell(self.order, kind, id=f"r{number}", amount=part, status="success" if self.is_shopify else "")
        if tellers in {"both", "processor"}:
            name = f"re_story{self.seed}_{number}" if self.is_stripe else f"REF{number}{self.seed:011d}"
            self._tell(self.payment, "refund", id=name, amount=part, status="succeeded" if self.is_stripe else "")

    def _dispute(self) -> None:
        states = self.random.choice((("needs_response",), ("needs_response", "lost"), ("needs_response", "won")))
        for status in states:
            self._wait()
            self._tell(self.payment, "dispute", amount=self.amount, currency=self.currency, status=status)


def generate(seed: int) -> SaleStory:
    """The story of that number."""
    random = Random(f"sale {seed}")
    is_shopify = random.random() < 0.4
    is_stripe = not is_shopify and random.random() < 0.6
    currency = random.choice(("USD", "EUR", "JPY", "KWD"))
    # Stripe takes amounts of three decimal places only with a zero at the end.
    amount = random.randint(100, 9_999) * (10 if PLACES[currency] == 3 else 1)
    base = {"seed": seed, "currency": currency, "amount": amount}
    life = Life(random, base, is_shopify=is_shopify, is_stripe=is_stripe)
    life.live()
    link = random.choice(LINKS)
    payment: StripeStory | PayPalStory
    if is_stripe:
        payment = StripeStory(**base, steps=tuple(life.payment))
        reference = random.choice((payment.id, f"pi_story{seed}"))
    else:
        payment = PayPalStory(**base, steps=tuple(life.payment), family="CAPTURE" if random.random() < 0.7 else "SALE")
        reference = payment.id
    if not is_shopify:
        named = {
            "reference": reference,
            "overwritten": f"re_story{seed}_0" if is_stripe and random.random() < 0.3 else "",
        }
        method = "stripe" if is_stripe else "ppcp-gateway"
        order = WooCommerceStory(**base, method=method, steps=tuple(life.order), **(named if link != "none" else {}))
        return SaleStory(order=order, payment=payment, link=link)
    return SaleStory(**_at_shopify(base, payment, tuple(life.order), link), link=link)


def _at_shopify(base: dict[str, Any], payment: Any, steps: tuple[Step, ...], link: str) -> dict[str, Any]:
    """Shopify's transaction repeats PayPal's id, or PayPal repeats Shopify's."""
    order = ShopifyStory(**base, steps=steps, gateway="paypal")
    name = f"c{order.order_id}.1"
    if link == "by both":
        return {"order": replace(order, payment_id=name), "payment": replace(payment, invoice_id=name)}
    return {"order": replace(order, authorization=payment.id if link != "none" else ""), "payment": payment}
