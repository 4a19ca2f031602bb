"""Stories of payments that name their order themselves, by its number in a shop: they wait for it. Accounts have roles, orders may
have another number than their id, and some refunds are entered in the shop alone. work.md §13.1.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from random import Random
from typing import Any

from tests.stories import paypal, stripe
from tests.stories.paypal import PayPalStory
from tests.stories.places import PLACES
from tests.stories.sale import Life, SaleStory, total
from tests.stories.story import PLACES as DECIMALS
from tests.stories.story import Books, Shown, Sums
from tests.stories.stripe import StripeStory
from tests.stories.woocommerce import Order, WooCommerceStory

SHOP = PLACES["numbered"]
ROLES = ("auto", "auto", "auto", "counts", "confirms")


@dataclass(frozen=True, slots=True, kw_only=True)
class MarkedStory(SaleStory):
    """An order of a numbered shop, and a payment that may name it."""

    role: str = "auto"

    @property
    def title(self) -> str:
        """Both sides in one line."""
        return f"{self.order.title}; {self.payment.title}; {self.link}; payments of the account: {self.role}"

    def labels(self, shown: Any) -> Sequence[str]:
        """Of the shop, or of the account with its role."""
        return ("numbered",) if shown.processor == "woocommerce" else (f"{shown.processor} {self.role}",)

    def truth(self) -> Books:
        """Everything has arrived, so the order has."""
        steps = [step for step in self.order.steps if step.kind == "refund by hand"]
        by_hand = sum(step.amount for step in steps)
        return self._counted(total(self.order.truth()), total(self.payment.truth()), by_hand, has_order=True)

    def known(self, shown: Iterable[Shown]) -> Books | None:
        """By the rules R3, R5 and R7, on what each side is known to have said."""
        shown = list(shown)
        orders = [one for one in shown if isinstance(one, Order)]
        payments = [one for one in shown if one.processor != "woocommerce"]
        is_marked = any(isinstance(one, stripe.Charge | stripe.Intent | paypal.Payment) for one in payments)
        ledgers = self.order.known(orders), self.payment.known(payments)
        if ledgers[0] is None or ledgers[1] is None:
            return None
        order, payment = total(ledgers[0]), total(ledgers[1])
        if payments and not is_marked:
            # What a refund or a dispute alone belongs to shows with its payment, and whether it is linked as well.
            return None if orders or self.role == "confirms" else self._counted(order, payment, 0, has_order=False)
        newest = max(orders, key=lambda one: one.at, default=None)
        by_hand = sum(amount for number, amount in newest.refunds if number in newest.by_hand) if newest else 0
        return self._counted(order, payment, by_hand, has_order=bool(orders), is_waiting=is_marked and not orders)

    def _counted(self, order: Sums, payment: Sums, by_hand: int, *, has_order: bool, is_waiting: bool = False) -> Books:
        is_named = self.link == "by the payment" and self.role != "counts"
        if is_named and has_order and order.captured:
            return self._books(order, payment, is_linked=True, by_hand=by_hand)
        counts = self.role == "counts" or (self.role == "auto" and not (is_waiting and is_named))
        return self._books(order, payment if counts else Sums(), is_linked=False)


def generate(seed: int) -> MarkedStory:
    """The story of that number."""
    random = Random(f"marked {seed}")
    is_stripe, role = random.random() < 0.5, random.choice(ROLES)
    currency = random.choice(("USD", "EUR", "JPY", "KWD"))
    amount = random.randint(100, 9_999) * (10 if DECIMALS[currency] == 3 else 1)
    base = {"seed": seed, "currency": currency, "amount": amount}
    life = Life(random, base, is_shopify=False, is_stripe=is_stripe)
    life.refunders = ("both", "both", "processor", "by hand", "by hand")
    life.live()
    link = random.choice(("by the payment", "by the payment", "by the payment", "none"))
    number = f"N{seed}" if random.random() < 0.5 else ""
    order = WooCommerceStory(
        **base, method="some_gateway", steps=tuple(life.order), account=SHOP.account, number=number
    )
    named = number or str(order.order_id)
    payment: StripeStory | PayPalStory
    if is_stripe:
        metadata = (("order_id", named), ("site_url", f"https://{SHOP.account.lower()}/shop"))
        payment = StripeStory(**base, steps=tuple(life.payment), metadata=metadata if link != "none" else ())
    else:
        invoice = f"{SHOP.order_prefix}{named}" if link != "none" else named
        payment = PayPalStory(**base, steps=tuple(life.payment), family="CAPTURE", invoice_id=invoice)
    return MarkedStory(order=order, payment=payment, link=link, role=role)
