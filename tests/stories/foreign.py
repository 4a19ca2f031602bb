"""Stories of refunds and disputes in another currency than their payment, of which a manager says what they are in its currency.

Whatever comes first, and whatever is repeated before, between and after the repairs, the books say: captured, less what was given
back in the currency of the payment, less what the manager has given for the rest.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from random import Random
from types import MappingProxyType
from typing import Any, Final

from tests.stories.story import decimal, unix, utc

_FOREIGN: Final = "EUR"
OWN: Final = "USD"


@dataclass(frozen=True, slots=True, kw_only=True)
class Back:
    """A refund or dispute."""

    id: int
    told: int
    """Cents as the processor tells them, unique in the story."""
    counts: int
    """Cents in the currency of the payment."""
    is_foreign: bool
    is_dispute: bool = False

    @property
    def currency(self) -> str:
        """As the processor tells it."""
        return _FOREIGN if self.is_foreign else OWN


@dataclass(frozen=True, slots=True, kw_only=True)
class Story:
    """One payment and what was given back of it."""

    seed: int
    processor: str
    amount: int
    backs: tuple[Back, ...]
    is_silent: bool
    """Whether Shopify does not even say which currency the shop has."""

    @property
    def net(self) -> int:
        """What is left, in the currency of the payment."""
        return self.amount - sum(back.counts for back in self.backs)

    def captured(self) -> tuple[str, bytes]:
        """Topic and body of the delivery that tells the payment."""
        return _told(_CAPTURES[self.processor](self))

    def gave(self, back: Back) -> tuple[str, bytes]:
        """The same of one refund or dispute."""
        return _told(_BACKS[self.processor](self, back))

    def deliveries(self) -> list[tuple[str, bytes]]:
        """All of them."""
        return [self.captured(), *(self.gave(back) for back in self.backs)]

    def snapshot(self) -> list[tuple[str, bytes]]:
        """What tells all of it once more, where the processor has such a thing."""
        return [_told(_order(self, "orders/updated", self.backs))] if self.processor == "shopify" else []


def generate(seed: int) -> Story:
    """The story of that number."""
    random = Random(f"foreign {seed}")
    processor = random.choice(("stripe", "shopify", "paypal"))
    amount = random.randrange(10_000, 50_000)
    told = random.sample(range(100, 2_000), k=random.randrange(1, 5))
    backs = []
    for number, cents in enumerate(told):
        is_foreign = number == 0 or random.random() < 0.6
        counts = random.randrange(1, 2_000) if is_foreign else cents
        is_dispute = processor == "stripe" and random.random() < 0.3
        id_ = seed * 10 + number
        backs.append(Back(id=id_, told=cents, counts=counts, is_foreign=is_foreign, is_dispute=is_dispute))
    is_silent = random.random() < 0.5
    return Story(seed=seed, processor=processor, amount=amount, backs=tuple(backs), is_silent=is_silent)


def _told(pair: tuple[str, Mapping[str, Any]]) -> tuple[str, bytes]:
    topic, body = pair
    return topic, json.dumps(body).encode()


def _stripe(topic: str, name: str, at: int, item: Mapping[str, Any]) -> tuple[str, dict[str, Any]]:
    event = {"id": f"evt_{name}", "object": "event", "type": topic, "created": unix(at), "livemode": True}
    return topic, event | {"data": {"object": {"created": unix(at), **item}}}


def _charge(story: Story) -> tuple[str, dict[str, Any]]:
    names = {"id": f"ch_f{story.seed}", "payment_intent": f"pi_f{story.seed}", "object": "charge"}
    state = {"status": "succeeded", "captured": True, "amount_refunded": 0, "currency": "usd"}
    money = {"amount": story.amount, "amount_captured": story.amount}
    return _stripe("charge.succeeded", f"ch_f{story.seed}", 10, names | state | money)


def _stripe_back(story: Story, back: Back) -> tuple[str, dict[str, Any]]:
    kind, topic = ("dispute", "charge.dispute.created") if back.is_dispute else ("refund", "refund.created")
    status = "needs_response" if back.is_dispute else "succeeded"
    item = {"id": f"{kind}_f{back.id}", "object": kind, "charge": f"ch_f{story.seed}", "status": status}
    item |= {"payment_intent": f"pi_f{story.seed}", "amount": back.told, "currency": back.currency.lower()}
    return _stripe(topic, f"{kind}_f{back.id}", 100 + back.id % 10, item)


def _order(story: Story, topic: str = "orders/paid", backs: Sequence[Back] = ()) -> tuple[str, dict[str, Any]]:
    status = "partially_refunded" if backs else "paid"
    item = {"id": 7_700_000_000 + story.seed, "order_number": story.seed + 1, "created_at": utc(1)}
    item |= {"updated_at": utc(500 if backs else 10), "total_price": decimal(story.amount, OWN), "currency": OWN}
    item |= {"presentment_currency": _FOREIGN, "financial_status": status, "test": False}
    return topic, item | {"refunds": [_shopify_back(story, back)[1] for back in backs]}


def _shopify_back(story: Story, back: Back) -> tuple[str, dict[str, Any]]:
    item = {"id": 9_700_000_000 + back.id, "kind": "refund", "status": "success", "currency": back.currency}
    item |= {"amount": decimal(back.told, back.currency), "processed_at": utc(100 + back.id % 10)}
    unsettled = {"amount": "0.00", "currency": OWN}
    item |= {} if story.is_silent else {"total_unsettled_set": {"shop_money": unsettled}}
    refund = {"id": 8_700_000_000 + back.id, "order_id": 7_700_000_000 + story.seed, "created_at": utc(100)}
    return "refunds/create", refund | {"transactions": [item]}


def _paypal(topic: str, name: str, kind: str, resource: Mapping[str, Any]) -> tuple[str, dict[str, Any]]:
    event = {"id": f"WH-{name}", "event_type": topic, "create_time": utc(200), "resource_type": kind}
    return topic, event | {"resource": {"id": name, "status": "COMPLETED", "create_time": utc(10), **resource}}


def _capture(story: Story) -> tuple[str, dict[str, Any]]:
    money = {"value": decimal(story.amount, OWN), "currency_code": OWN}
    return _paypal("PAYMENT.CAPTURE.COMPLETED", f"CAPF{story.seed}", "capture", {"amount": money})


def _paypal_back(story: Story, back: Back) -> tuple[str, dict[str, Any]]:
    money = {"value": decimal(back.told, back.currency), "currency_code": back.currency}
    up = {"href": f"https://api.paypal.com/v2/payments/captures/CAPF{story.seed}", "rel": "up", "method": "GET"}
    resource = {"amount": money, "links": [up], "create_time": utc(100 + back.id % 10)}
    return _paypal("PAYMENT.CAPTURE.REFUNDED", f"REFF{back.id}", "refund", resource)


_CAPTURES: Final[Mapping[str, Callable[[Story], tuple[str, dict[str, Any]]]]] = MappingProxyType(
    {"stripe": _charge, "shopify": _order, "paypal": _capture}
)
_BACKS: Final[Mapping[str, Callable[[Story, Back], tuple[str, dict[str, Any]]]]] = MappingProxyType(
    {"stripe": _stripe_back, "shopify": _shopify_back, "paypal": _paypal_back}
)
