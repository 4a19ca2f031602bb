"""A tenant with shops and accounts, and what they tell about one sale of 100.00."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import UTC, datetime

from tests.ingestion.deliveries.processors import PROCESSORS
from tests.ingestion.deliveries.street import Shop, set_secret

NET = """
    SELECT processor, sum(effect_cents)::bigint AS cents FROM revenue_ledger
    WHERE tenant_id = $1 GROUP BY 1 HAVING sum(effect_cents) <> 0
"""


@dataclass
class Sides:
    """What arrived of one sale."""

    shop: Shop
    secrets: dict[str, str] = field(default_factory=dict)

    async def connect(self, processor, **endpoint):
        """A secret under a label of its own."""
        label = endpoint.setdefault("label", f"{processor}-{len(self.secrets)}")
        self.secrets[label] = await set_secret(self.shop, processor, **endpoint)
        return label

    async def tell(self, processor, topic, body, label=None):
        """The receipt of one delivery."""
        secret = self.secrets[label] if label else self.shop.secrets[processor]
        content, at = json.dumps(body).encode(), datetime.now(UTC)
        headers = PROCESSORS[processor].sign(content, secret, topic=topic, delivery_id="d", at=at)
        headers |= {"Content-Type": "application/json", "X-Skeldir-Tenant-Key": self.shop.header_key}
        answer = await self.shop.street.client.post(f"/api/webhooks/{processor}", content=content, headers=headers)
        assert (answer.status_code, answer.json()["outcome"]) in {(200, "accepted"), (200, "duplicate")}, answer.text
        return answer.json()

    async def tell_all(self, deliveries):
        """One after the other."""
        for one in deliveries:
            await self.tell(*one)

    async def net(self):
        """What each side has in the ledger."""
        rows = await self.shop.street.owner.fetch(NET, self.shop.tenant_id)
        return {row["processor"]: row["cents"] for row in rows}

    async def links(self):
        """How orders and payments are linked."""
        rows = await self.shop.street.owner.fetch(
            "SELECT how FROM sale_links WHERE tenant_id = $1", self.shop.tenant_id
        )
        return sorted(row["how"] for row in rows)


def order(*, label=None, minute=0, status="processing", number="5001", method="some_gateway", refunds=(), **values):
    """A WooCommerce order whose id is 5001."""
    at = f"2026-11-20T10:{minute:02}:00"
    body = {
        "id": 5001, "number": number, "order_key": "wc_order_1", "status": status, "currency": "USD", "total": "100.00",
        "date_created": "2026-11-20T10:00:00", "date_created_gmt": "2026-11-20T10:00:00", "date_modified_gmt": at,
        "date_paid_gmt": at, "payment_method": method, "transaction_id": "", "refunds": list(refunds), "line_items": [],
    }  # fmt: skip
    return "woocommerce", "order.updated", body | values, label


def capture(*, label=None, id_="CAP1", **values):
    """A capture of PayPal."""
    amount = {"value": "100.00", "currency_code": "USD"}
    times = {"create_time": "2026-11-20T10:00:30Z", "update_time": "2026-11-20T10:00:30Z"}
    resource = {"id": id_, "status": "COMPLETED", "amount": amount, "links": []} | times | values
    topic = "PAYMENT.CAPTURE.COMPLETED"
    event = {"id": f"WH-{id_}", "event_type": topic, "create_time": times["create_time"], "resource_type": "capture"}
    return "paypal", topic, event | {"resource": resource}, label


def charge(*, label=None, topic="charge.succeeded", second=1, refunded=0, **values):
    """A charge of Stripe."""
    at = int(datetime(2026, 11, 20, 10, 0, second, tzinfo=UTC).timestamp())
    item = {
        "id": "ch_1", "object": "charge", "payment_intent": "pi_1", "amount": 10000, "amount_captured": 10000,
        "amount_refunded": refunded, "captured": True, "paid": True, "refunded": False, "currency": "usd",
        "status": "succeeded", "created": at - second, "metadata": {},
    }  # fmt: skip
    event = {"id": f"evt_{topic}_{second}", "object": "event", "type": topic, "created": at, "livemode": True}
    return "stripe", topic, event | {"data": {"object": item | values}}, label
