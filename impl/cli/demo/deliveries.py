"""The demo's story: sales at four processors, some money given back, the same delivery again, and one that makes no sense."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from impl.platforms import samples
from impl.platforms.stripe import samples as stripe


@dataclass(frozen=True, slots=True)
class Step:
    """One delivery and what it shows."""

    title: str
    provider: str
    event: str
    id: str
    """The processor's id of the delivery."""
    payload: dict[str, Any]

    @property
    def body(self) -> bytes:
        """The bytes that are signed and sent."""
        return json.dumps(self.payload).encode()


def story(now: datetime) -> Sequence[Step]:
    """The deliveries of the day of `now`: ids are those of the day, so a second run today repeats and adds nothing."""
    return (*_stripe(now), *_shopify(now), *_woocommerce(now), *_paypal(now))


def _stripe(now: datetime) -> Sequence[Step]:
    day, created = f"{now:%Y%m%d}", int(now.timestamp())

    def step(title: str, event: str, number: int, **item: object) -> Step:
        id_ = f"evt_demo_{day}_{number}"
        return Step(title, "stripe", event, id_, stripe.load(event, event={"id": id_, "created": created}, item=item))

    charge = {"id": f"ch_demo_{day}_1", "payment_intent": f"pi_demo_{day}_1"}
    intent = {"id": f"pi_demo_{day}_2", "latest_charge": f"ch_demo_{day}_2"}
    broken = {**charge, "id": f"ch_demo_{day}_5", "amount": "129.999"}
    return (
        step("a card is charged 129.99", "charge.succeeded", 1, **charge),
        step("a payment intent succeeds with 48.50", "payment_intent.succeeded", 2, **intent),
        step("30.00 of the first sale go back", "charge.refunded", 3, **charge),
        step("the same refund is delivered again", "charge.refunded", 3, **charge),
        step("an amount that is no integer", "charge.succeeded", 5, **broken),
    )


def _shopify(now: datetime) -> Sequence[Step]:
    at, order, day = now.astimezone(UTC).isoformat(timespec="seconds"), int(f"{now:%Y%m%d}1"), f"{now:%Y%m%d}"
    back = {"amount": "25.00", "currency": "USD", "kind": "refund"}
    paid = samples.load("shopify", "orders/paid") | {"id": order, "total_price": "75.00", "created_at": at}
    refund = samples.load("shopify", "refunds/create") | {"id": order + 1, "order_id": order, "created_at": at}
    return (
        Step("an order of 75.00 is paid", "shopify", "orders/paid", f"demo-{day}-1", paid),
        Step("25.00 of it go back", "shopify", "refunds/create", f"demo-{day}-2", refund | {"transactions": [back]}),
    )


def _woocommerce(now: datetime) -> Sequence[Step]:
    at, day = f"{now.astimezone(UTC):%Y-%m-%dT%H:%M:%S}", f"{now:%Y%m%d}"
    changes = {"id": int(f"{day}1"), "total": "40.00", "date_completed": at, "date_completed_gmt": at}
    order = samples.load("woocommerce", "order.completed") | changes
    return (Step("an order of 40.00 is completed", "woocommerce", "order.completed", f"demo-{day}-1", order),)


def _paypal(now: datetime) -> Sequence[Step]:
    at, day = f"{now.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}", f"{now:%Y%m%d}"
    event: dict[str, Any] = samples.load("paypal", "PAYMENT.CAPTURE.COMPLETED") | {"id": f"WH-DEMO-{day}"}
    capture = {"id": f"DEMO{day}", "amount": {"value": "60.00", "currency_code": "USD"}, "create_time": at}
    event["resource"] = {**event["resource"], **capture}
    return (Step("60.00 are captured", "paypal", "PAYMENT.CAPTURE.COMPLETED", f"WH-DEMO-{day}", event),)
