"""Every webhook operation as a row: its address, a good delivery, and how its processor signs."""

from __future__ import annotations

import copy
import dataclasses
import json
import time
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from impl.platforms import hmac_signature, samples, stripe
from impl.platforms.paypal import local_authority

Headers = dict[str, bytes]
Sign = Callable[[bytes, str, float], Headers]


@dataclasses.dataclass(frozen=True)
class Signer:
    """How one processor proves a delivery."""

    provider: str
    header: str
    """The header that holds the signature."""
    sign: Sign
    """Headers for a body, a secret and a Unix time."""
    is_timed: bool = False

    def other_bit(self, headers: Headers) -> Headers:
        """The same headers with one bit of the signature turned, in the last but one byte that carries weight."""
        value = bytearray(headers[self.header])
        place = len(value) - 4
        value[place] = ord("A") if value[place] != ord("A") else ord("B")
        return headers | {self.header: bytes(value)}


def _stripe(body: bytes, secret: str, at: float) -> Headers:
    return {"stripe-signature": stripe.sign(body, secret.encode(), timestamp=int(at)).encode()}


def _shopify(body: bytes, secret: str, at: float) -> Headers:
    return {"x-shopify-hmac-sha256": hmac_signature.sign(body, secret.encode())}


def _woocommerce(body: bytes, secret: str, at: float) -> Headers:
    return {"x-wc-webhook-signature": hmac_signature.sign(body, secret.encode())}


AUTHORITY = local_authority.make(datetime.now(UTC))
"""Stands in for PayPal's in this test process."""


def _paypal(body: bytes, secret: str, at: float) -> Headers:
    headers = AUTHORITY.headers(body, secret, datetime.fromtimestamp(at, UTC))
    return {name: value.encode() for name, value in headers.items()}


SIGNERS = {
    "stripe": Signer("stripe", "stripe-signature", _stripe, is_timed=True),
    "shopify": Signer("shopify", "x-shopify-hmac-sha256", _shopify),
    "woocommerce": Signer("woocommerce", "x-wc-webhook-signature", _woocommerce),
    "paypal": Signer("paypal", "paypal-transmission-sig", _paypal),
}


@dataclasses.dataclass(frozen=True)
class Door:
    """One operation and what it takes."""

    path: str
    provider: str
    event: str
    """The processor's name of the event whose sample is delivered."""
    is_dispatcher: bool = False
    operation: str = ""

    @property
    def signer(self) -> Signer:
        return SIGNERS[self.provider]

    @property
    def mismatch_status(self) -> int:
        return 422 if self.provider == "shopify" else 400

    def payload(self) -> dict[str, Any]:
        return copy.deepcopy(samples.load(self.provider, self.event))

    def body(self, **changes: Any) -> bytes:
        return json.dumps(self.payload() | changes).encode()

    def broken(self) -> bytes:
        """A signed body that is JSON and breaks the schema."""
        payload = self.payload()
        payload.pop({"shopify": "total_price", "woocommerce": "total"}.get(self.provider, "id"), None)
        payload.pop("transactions", None)
        payload.pop("resource", None)
        return json.dumps(payload).encode()

    def topic_headers(self, delivery: str = "delivery-1") -> Headers:
        if self.provider == "shopify":
            return {"x-shopify-topic": self.event.encode(), "x-shopify-webhook-id": delivery.encode()}
        if self.provider == "woocommerce":
            return {"x-wc-webhook-topic": self.event.encode(), "x-wc-webhook-delivery-id": delivery.encode()}
        return {}

    def headers(self, body: bytes, secret: str, *, at: float | None = None, delivery: str = "delivery-1") -> Headers:
        """What the processor sends along, apart from the tenant key."""
        signed = self.signer.sign(body, secret, time.time() if at is None else at)
        return {"content-type": b"application/json"} | self.topic_headers(delivery) | signed


def _doors(provider: str, dispatcher: str, events: dict[str, str]) -> list[Door]:
    base = f"/api/webhooks/{provider}"
    doors = [Door(f"{base}/{path}", provider, event) for path, event in events.items()]
    return [Door(base, provider, dispatcher, is_dispatcher=True), *doors]


DOORS = [
    *_doors(
        "stripe",
        "charge.succeeded",
        {
            "charge/succeeded": "charge.succeeded",
            "payment_intent/succeeded": "payment_intent.succeeded",
            "payment_intent_succeeded": "payment_intent.succeeded",
            "charge/refunded": "charge.refunded",
        },
    ),
    *_doors(
        "shopify",
        "orders/paid",
        {
            "order_create": "orders/create",
            "orders/paid": "orders/paid",
            "refunds/create": "refunds/create",
            "checkouts/update": "checkouts/update",
        },
    ),
    *_doors(
        "woocommerce",
        "order.completed",
        {
            "order/created": "order.created",
            "order/updated": "order.updated",
            "order_completed": "order.completed",
            "order/refunded": "order.refunded",
        },
    ),
    *_doors(
        "paypal",
        "PAYMENT.CAPTURE.COMPLETED",
        {
            "sale_completed": "PAYMENT.SALE.COMPLETED",
            "payment/capture/completed": "PAYMENT.CAPTURE.COMPLETED",
            "payment/sale/refunded": "PAYMENT.SALE.REFUNDED",
        },
    ),
]
