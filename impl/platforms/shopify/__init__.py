"""Shopify: deliveries signed with `X-Shopify-Hmac-SHA256`, named by `X-Shopify-Topic`, amounts as decimal text."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from impl.kernel.events import Report
from impl.platforms import hmac_signature
from impl.platforms.notification import Notification, short_text
from impl.platforms.processor import Example, Headers, Processor, Signature
from impl.platforms.shopify.events import NAME, TOPICS, to_report

__all__ = ["Shopify", "to_report"]

_SIGNATURE = "X-Shopify-Hmac-SHA256"
_TOPIC = "X-Shopify-Topic"
_WEBHOOK_ID = "X-Shopify-Webhook-Id"


class Shopify(Processor):
    """The processor Shopify."""

    name = NAME
    title = "Shopify"
    signature_scheme = "shopify_hmac_sha256"
    signature = Signature(header=_SIGNATURE, template="{base64}")
    topic_header = _TOPIC
    headers = frozenset({_SIGNATURE.lower(), _TOPIC.lower(), _WEBHOOK_ID.lower()})
    topics = TOPICS
    topic_mismatch_status = 422

    async def verify(self, body: bytes, headers: Headers, secrets: Sequence[bytes], *, now: float) -> int:
        """Index of the secret that signed `body`. Raises `SignatureMismatch`."""
        return hmac_signature.verify(body, headers.get(_SIGNATURE.lower()), secrets)

    def topic(self, payload: Any, headers: Headers) -> str | None:
        """The topic of the header, when it is one that can be kept."""
        return short_text(headers.get(_TOPIC.lower()))

    def event_id(self, payload: Any, headers: Headers) -> str | None:
        """Shopify's id of the delivery, the same for each repetition."""
        return short_text(headers.get(_WEBHOOK_ID.lower()))

    def read(self, notification: Notification) -> Report:
        """The one fact of a delivery. Raises `UnusableDelivery`, or `NothingToRecord`."""
        return to_report(notification)

    def sign(self, body: bytes, secret: str, *, topic: str, delivery_id: str, at: datetime) -> dict[str, str]:
        """The three headers that Shopify sends."""
        signature = hmac_signature.sign(body, secret.encode()).decode()
        return {_SIGNATURE: signature, _TOPIC: topic, _WEBHOOK_ID: delivery_id}

    def examples(self, now: datetime) -> Sequence[Example]:
        """An order that is paid, and a part of it that goes back."""
        at, day = now.astimezone(UTC).isoformat(timespec="seconds"), f"{now:%Y%m%d}"
        order = int(f"{day}1")
        back = {"amount": "25.00", "currency": "USD", "kind": "refund"}
        paid = self.sample("orders/paid") | {"id": order, "total_price": "75.00", "created_at": at}
        refund = {"id": order + 1, "order_id": order, "created_at": at, "transactions": [back]}
        return (
            Example(title="an order of 75.00 is paid", topic="orders/paid", delivery_id=f"demo-{day}-1", payload=paid),
            Example(
                title="25.00 of it go back",
                topic="refunds/create",
                delivery_id=f"demo-{day}-2",
                payload=self.sample("refunds/create") | refund,
            ),
        )
