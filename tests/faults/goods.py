"""Deliveries of four processors to send under fire: each with the name by which it must be found again, once."""

from __future__ import annotations

import hashlib
import hmac
import itertools
import json
import time
import uuid
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import httpx2

from impl.platforms import registry
from tests.faults.deployment import Shop

MARK = "pii-canary"
"""Stands in every personal value; nothing that is stored may hold it."""
_COUNT = itertools.count(1)


@dataclass(frozen=True)
class Delivery:
    """One delivery; sent again it is the same one."""

    processor: str
    event: str
    body: bytes
    name: str
    """The processor's id of the object, or the idempotency key of what cannot be read."""
    is_dead: bool = False

    async def send(self, client: httpx2.AsyncClient, shop: Shop) -> httpx2.Response:
        """The answer to it, signed now."""
        return await shop.sender.send(client, self.processor, self.event, self.body, delivery_id=f"{self.name}-1")


def charge(**changes: Any) -> Delivery:
    """A card charged at Stripe."""
    name = f"ch_{uuid.uuid4().hex}"
    payload = registry.processor("stripe").sample("charge.succeeded")
    payload |= {"id": f"evt_{name}", "created": int(time.time())}
    payload["data"]["object"] |= {"id": name, "payment_intent": f"pi_{name}"} | changes
    return Delivery("stripe", "charge.succeeded", json.dumps(payload).encode(), name)


def order() -> Delivery:
    """An order paid at Shopify."""
    number = _number()
    payload = registry.processor("shopify").sample("orders/paid") | {"id": number}
    return Delivery("shopify", "orders/paid", json.dumps(payload).encode(), f"shopify_order_{number}")


def completed_order() -> Delivery:
    """An order completed at WooCommerce."""
    number = _number()
    payload = registry.processor("woocommerce").sample("order.completed") | {
        "id": number,
        "transaction_id": f"ch_{number}",
    }
    return Delivery(
        "woocommerce", "order.completed", json.dumps(payload).encode(), f"woocommerce_default_order_{number}"
    )


def capture() -> Delivery:
    """A payment captured at PayPal."""
    name = uuid.uuid4().hex[:17].upper()
    payload: dict[str, Any] = registry.processor("paypal").sample("PAYMENT.CAPTURE.COMPLETED") | {"id": f"WH-{name}"}
    payload["resource"] |= {"id": name, "create_time": f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ}"}
    return Delivery("paypal", "PAYMENT.CAPTURE.COMPLETED", json.dumps(payload).encode(), name)


def _number() -> int:
    return int(time.time() * 1000) * 10_000 + next(_COUNT) % 10_000


def truncated_charge(shop: Shop) -> Delivery:
    """What is no JSON; known by a keyed hash of its bytes."""
    body = charge().body[:-30]
    digest = hmac.new(shop.sender.secrets["stripe"].encode(), body, hashlib.sha256).hexdigest()
    return Delivery("stripe", "charge.succeeded", body, str(uuid.uuid5(uuid.NAMESPACE_URL, digest)), is_dead=True)


def malformed_charge() -> Delivery:
    """JSON that breaks the contract: an amount that is no integer."""
    delivery = charge(amount="129.999")
    event = json.loads(delivery.body)["id"]
    key = uuid.uuid5(uuid.NAMESPACE_URL, f"stripe_{event}")
    return Delivery("stripe", "charge.succeeded", delivery.body, str(key), is_dead=True)


def personal_charge() -> Delivery:
    """A charge with personal data in every place where processors put it."""
    person = {"email": f"{MARK}@shop.example", "phone": MARK, "first_name": MARK, "address": {"line1": MARK}}
    changes = {"billing_details": person, "receipt_email": f"{MARK}@shop.example", "metadata": {"customer_email": MARK}}
    return charge(**changes)


def unstrippable_charge() -> Delivery:
    """Personal data nested deeper than anybody searches: kept as a dead event, without its body."""
    name = f"ch_{uuid.uuid4().hex}"
    body = b'{"id": "%s", "a": ' % name.encode() + b'{"a":' * 150 + b'{"email": "%s"}' % MARK.encode() + b"}" * 151
    return Delivery("stripe", "charge.succeeded", body, name, is_dead=True)


def hinted_charge(source: str | None, medium: str | None) -> Delivery:
    """A charge whose shop says where the customer came from."""
    hints = {"utm_source": source, "utm_medium": medium}
    return charge(metadata={name: value for name, value in hints.items() if value})
