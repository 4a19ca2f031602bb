"""Stories of one order at Shopify: deposits, edits, gift cards, the buyer's currency, refunds that fail, chargebacks. money.md §4."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from tests.stories.story import Books, Shown, Step, Sums, WholeStory, books, decimal, utc

CARD, GIFT = "shopify_payments", "gift_card"
TAKING = frozenset({"needs_response", "under_review", "lost"})
"""States of a chargeback in which the bank holds the money."""
ALL_PAID = frozenset({"paid", "partially_refunded", "refunded"})


@dataclass(frozen=True, slots=True)
class Payment:
    """A transaction of an order."""

    id: int
    kind: str
    status: str
    amount: int
    gateway: str = CARD

    @property
    def is_cash(self) -> bool:
        """Whether money moved."""
        return self.gateway != GIFT


@dataclass(frozen=True, slots=True, kw_only=True)
class Order(Shown):
    """A snapshot of the order."""

    status: str
    total: int
    current_total: int
    outstanding: int
    refunds: tuple[Payment, ...]
    gateways: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Transaction(Shown):
    """A transaction by itself."""

    payment: Payment


@dataclass(frozen=True, slots=True, kw_only=True)
class Refund(Shown):
    """A refund with its transactions."""

    payment: Payment


@dataclass(frozen=True, slots=True, kw_only=True)
class Dispute(Shown):
    """A dispute, an inquiry or a chargeback."""

    kind: str
    status: str
    amount: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ShopifyStory(WholeStory):
    """One order."""

    seed: int
    currency: str
    amount: int
    steps: tuple[Step, ...]
    presentment: str = ""
    """The buyer's currency, where it is another one."""
    has_amount_set: bool = True
    """Whether transactions tell the shop's money too, where the buyer's currency is another one."""
    tells_transactions: bool = True
    """Whether the shop subscribed to transactions."""
    lowers_total: bool = False
    """Whether the total of a paid order falls when something is taken out of it."""
    is_test: bool = False
    gateway: str = CARD
    """What moves the money."""
    authorization: str = ""
    """The processor's name of the payment, where the gateway repeats it."""
    payment_id: str = ""
    """Shopify's name of the payment, which it gives to the gateway."""

    @property
    def order_id(self) -> int:
        """Shopify's number of the order."""
        return 7_000_000_000_000 + self.seed

    @property
    def names(self) -> frozenset[str]:
        """The order."""
        return frozenset({self._transaction})

    @property
    def title(self) -> str:
        """One line about the whole."""
        signs = [f"buyer pays in {self.presentment}"] if self.presentment else []
        signs += ["without amount_set"] if not self.has_amount_set else []
        signs += [] if self.tells_transactions else ["no transactions told"]
        signs += ["total falls with edits"] if self.lowers_total else []
        signs += ["test"] if self.is_test else []
        return " ".join([f"order {self.order_id} of {self.amount} {self.currency}", *signs])

    def shown(self) -> Sequence[Shown]:
        """What Shopify announced."""
        return tuple(_Announcer(self).all())

    # --- bodies ---

    def body(self, shown: Any) -> dict[str, Any]:
        """The body of the delivery."""
        if isinstance(shown, Order):
            return self._order(shown)
        if isinstance(shown, Transaction):
            return {"order_id": self.order_id} | self._payment(shown.payment, at=shown.at)
        if isinstance(shown, Refund):
            return self._refund(shown.payment, at=shown.at)
        return {
            "id": 5_000_000_000 + self.seed, "order_id": self.order_id, "type": shown.kind, "status": shown.status,
            "amount": decimal(shown.amount, self.currency), "currency": self.currency, "reason": "fraudulent",
            "initiated_at": utc(0), "finalized_on": None,
        }  # fmt: skip

    def _order(self, shown: Order) -> dict[str, Any]:
        text = {name: decimal(value, self.currency) for name, value in _amounts(shown)}
        return {
            "id": self.order_id, "order_number": self.seed + 1000, "created_at": utc(0), "updated_at": utc(shown.at),
            "processed_at": utc(0), "currency": self.currency, "presentment_currency": self.presentment or self.currency,
            "financial_status": shown.status, "confirmed": True, "test": self.is_test, "note_attributes": [],
            "total_price_set": {"shop_money": {"amount": text["total_price"], "currency_code": self.currency}},
            "payment_gateway_names": list(shown.gateways),
            "refunds": [self._refund(one, at=shown.at) for one in shown.refunds],
            "line_items": [{"id": 1, "title": "Mug", "quantity": 1, "price": text["total_price"]}],
        } | text  # fmt: skip

    def _refund(self, payment: Payment, *, at: int) -> dict[str, Any]:
        number = payment.id + 500
        return {
            "id": number, "order_id": self.order_id, "created_at": utc(at), "transactions": [self._payment(payment, at=at)],
        }  # fmt: skip

    def _payment(self, payment: Payment, *, at: int) -> dict[str, Any]:
        shop = {"amount": decimal(payment.amount, self.currency), "currency_code": self.currency}
        item: dict[str, Any] = {
            "id": payment.id, "kind": payment.kind, "status": payment.status, "gateway": payment.gateway,
            "amount": shop["amount"], "currency": self.currency, "test": self.is_test, "processed_at": utc(at),
            "created_at": utc(at), "order_id": self.order_id,
        }  # fmt: skip
        names = {"authorization": self.authorization, "payment_id": self.payment_id}
        item |= {name: value for name, value in names.items() if value and payment.kind == "sale"}
        if self.presentment:
            # A third more, in another currency: nobody may take it for the shop's money.
            buyer = {"amount": decimal(payment.amount * 4 // 3, self.presentment), "currency_code": self.presentment}
            item |= {"amount": buyer["amount"], "currency": self.presentment}
            if self.has_amount_set or payment.kind == "refund":
                item["amount_set"] = {"shop_money": shop, "presentment_money": buyer}
        return item

    # --- books ---

    @property
    def _transaction(self) -> str:
        return f"shopify_order_{self.order_id}"

    def truth(self) -> Books:
        """What was charged to cards, less what went back to cards, less what a chargeback holds at the end."""
        if self.is_test:
            return {}
        captured = sum(step.amount for step in self.steps if step.kind in {"sale", "capture"})
        ended = {step.id for step in self.steps if step.kind == "refund failed"}
        settled = {step.id for step in self.steps if step.kind == "refund settled"}
        refunds = [step for step in self.steps if step.kind == "refund" and step.id not in ended]
        counts = [step for step in refunds if step.status == "success" or step.id in settled]
        refunded = sum(step.amount for step in counts)
        states = [step for step in self.steps if step.kind == "chargeback"]
        is_held = bool(states) and states[-1].status in TAKING
        charged_back = min(states[-1].amount, captured - refunded) if is_held else 0
        return books((self._transaction, self.currency, Sums(captured, refunded, charged_back)))

    def known(self, shown: Iterable[Shown]) -> Books | None:
        """By the rules of money.md §4."""
        if self.is_test:
            return {}
        shown = list(shown)
        orders = [one for one in shown if isinstance(one, Order)]
        payments = {one.payment.id: one.payment for one in shown if isinstance(one, Transaction)}
        is_foreign = bool(self.presentment) and not self.has_amount_set
        if is_foreign and not orders:
            return None
        charges = [one for one in payments.values() if one.kind in {"sale", "capture"} and one.status == "success"]
        told = 0 if is_foreign else sum(one.amount for one in charges if one.is_cash)
        gateways = {name for one in orders for name in one.gateways} | {one.gateway for one in charges}
        captured = told if GIFT in gateways else max([told, *(_paid(one) for one in orders)])
        refunded = _refunded(shown)
        disputes = [one for one in shown if isinstance(one, Dispute) and one.kind == "chargeback"]
        if disputes and captured < max(refunded, *(one.amount for one in disputes)):
            return None
        is_held = any(one.status in TAKING for one in disputes) and all(one.status != "won" for one in disputes)
        charged_back = min(disputes[0].amount, captured - refunded) if is_held else 0
        return books((self._transaction, self.currency, Sums(captured, refunded, charged_back)))


def _amounts(shown: Order) -> tuple[tuple[str, int], ...]:
    return (
        ("total_price", shown.total),
        ("current_total_price", shown.current_total),
        ("total_outstanding", shown.outstanding),
    )


def _paid(order: Order) -> int:
    """S of one snapshot."""
    if order.status in ALL_PAID:
        return order.total
    if order.status != "partially_paid":
        return 0
    return max(0, order.current_total - order.outstanding) + sum(one.amount for one in order.refunds)


def _refunded(shown: Sequence[Shown]) -> int:
    """Transactions that succeeded and never failed, wherever they are told, each once."""
    told: dict[int, set[str]] = {}
    amounts: dict[int, int] = {}
    for one in shown:
        payments = one.refunds if isinstance(one, Order) else (one.payment,) if not isinstance(one, Dispute) else ()
        for payment in payments:
            if payment.kind == "refund" and payment.is_cash:
                told.setdefault(payment.id, set()).add(payment.status)
                amounts[payment.id] = payment.amount
    return sum(amounts[name] for name, states in told.items() if "success" in states and "failure" not in states)


@dataclass
class _Announcer:
    """Walks through the steps and announces what each of them shows."""

    story: ShopifyStory
    total: int = 0
    current_total: int = 0
    charged: int = 0
    is_authorized: bool = False
    is_void: bool = False
    refunds: dict[str, Payment] = field(default_factory=dict)
    gateways: tuple[str, ...] = ()

    def all(self) -> Iterator[Shown]:
        """In order."""
        self.total = self.current_total = self.story.amount
        for step in self.story.steps:
            yield from getattr(self, "_" + step.kind.replace(" ", "_"))(step)

    @property
    def _gone(self) -> int:
        return sum(one.amount for one in self.refunds.values() if one.status == "success")

    @property
    def _status(self) -> str:
        if self.is_void:
            return "voided"
        if not self.charged:
            return "authorized" if self.is_authorized else "pending"
        if self._gone:
            return "refunded" if self._gone >= self.charged else "partially_refunded"
        return "partially_paid" if self.charged < self.current_total else "paid"

    def _order(self, topic: str, at: int) -> Order:
        return Order(
            processor="shopify", topic=topic, at=at, status=self._status, total=self.total,
            current_total=self.current_total, outstanding=self.current_total - self.charged + self._gone,
            refunds=tuple(self.refunds.values()), gateways=self.gateways,
        )  # fmt: skip

    def _told(self, at: int, payment: Payment) -> Iterator[Shown]:
        is_readable = payment.kind != "refund" or not self.story.presentment or self.story.has_amount_set
        if self.story.tells_transactions and is_readable:
            yield Transaction(processor="shopify", topic="order_transactions/create", at=at, payment=payment)

    def _number(self, at: int) -> int:
        return self.story.seed * 10_000_000 + at + 1

    def _payment(self, step: Step, kind: str, amount: int, status: str = "success") -> Payment:
        return Payment(self._number(step.at), kind, status, amount, self.story.gateway)

    def _use(self, gateway: str) -> None:
        if gateway not in self.gateways:
            self.gateways = (*self.gateways, gateway)

    def _created(self, step: Step) -> Iterator[Shown]:
        yield self._order("orders/create", step.at)

    def _updated(self, step: Step) -> Iterator[Shown]:
        yield self._order("orders/updated", step.at)

    def _cancelled(self, step: Step) -> Iterator[Shown]:
        yield self._order("orders/cancelled", step.at)

    def _edited(self, step: Step) -> Iterator[Shown]:
        """The topic `orders/edited` has no totals; the snapshot that follows has."""
        self.current_total += step.amount
        if step.amount > 0 or not self.charged or self.story.lowers_total:
            self.total += step.amount
        yield self._order("orders/updated", step.at)

    def _authorized(self, step: Step) -> Iterator[Shown]:
        self.is_authorized = True
        self._use(self.story.gateway)
        yield from self._told(step.at, self._payment(step, "authorization", step.amount))
        yield self._order("orders/updated", step.at + 1)

    def _void(self, step: Step) -> Iterator[Shown]:
        self.is_void = True
        yield from self._told(step.at, self._payment(step, "void", self.story.amount))
        yield self._order("orders/cancelled", step.at + 1)

    def _declined(self, step: Step) -> Iterator[Shown]:
        yield from self._told(step.at, self._payment(step, "sale", step.amount, "failure"))

    def _charge(self, step: Step, gateway: str) -> Iterator[Shown]:
        self.charged += step.amount
        self._use(gateway)
        kind = "capture" if step.kind == "capture" else "sale"
        yield from self._told(step.at, Payment(self._number(step.at), kind, "success", step.amount, gateway))
        is_paid = self.charged >= self.current_total
        yield self._order("orders/paid" if is_paid else "orders/updated", step.at + 1)

    def _sale(self, step: Step) -> Iterator[Shown]:
        yield from self._charge(step, self.story.gateway)

    def _capture(self, step: Step) -> Iterator[Shown]:
        yield from self._charge(step, self.story.gateway)

    def _gift_card(self, step: Step) -> Iterator[Shown]:
        """Used at the checkout, in the moment in which the rest is paid: no snapshot is between them."""
        self.charged += step.amount
        self._use(GIFT)
        yield from self._told(step.at, Payment(self._number(step.at), "sale", "success", step.amount, GIFT))
        if self.charged >= self.current_total:
            yield self._order("orders/paid", step.at + 1)

    def _back(self, step: Step, payment: Payment) -> Iterator[Shown]:
        self.refunds[step.id] = payment
        yield Refund(processor="shopify", topic="refunds/create", at=step.at, payment=payment)
        yield from self._told(step.at, payment)
        yield self._order("orders/updated", step.at + 1)

    def _refund(self, step: Step) -> Iterator[Shown]:
        self.current_total = max(0, self.current_total - step.amount)
        yield from self._back(step, self._payment(step, "refund", step.amount, step.status))

    def _refund_to_gift_card(self, step: Step) -> Iterator[Shown]:
        self.current_total = max(0, self.current_total - step.amount)
        yield from self._back(step, Payment(self._number(step.at), "refund", "success", step.amount, GIFT))

    def _refund_settled(self, step: Step) -> Iterator[Shown]:
        yield from self._again(step, "success")

    def _refund_failed(self, step: Step) -> Iterator[Shown]:
        yield from self._again(step, "failure")

    def _again(self, step: Step, status: str) -> Iterator[Shown]:
        payment = self.refunds[step.id] = replace(self.refunds[step.id], status=status)
        yield from self._told(step.at, payment)
        yield self._order("orders/updated", step.at + 1)

    def _dispute(self, step: Step, kind: str) -> Iterator[Shown]:
        is_first = not any(one.kind == step.kind and one.at < step.at for one in self.story.steps)
        topic = "disputes/create" if is_first else "disputes/update"
        yield Dispute(processor="shopify", topic=topic, at=step.at, kind=kind, status=step.status, amount=step.amount)

    def _chargeback(self, step: Step) -> Iterator[Shown]:
        yield from self._dispute(step, "chargeback")

    def _inquiry(self, step: Step) -> Iterator[Shown]:
        yield from self._dispute(step, "inquiry")
