"""Shopify: deliveries signed with `X-Shopify-Hmac-SHA256`, named by `X-Shopify-Topic`, amounts as decimal text.

Shopify has a newer family of headers, the same names without `X-`. Where both are present the newer ones are read.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, time
from typing import Any

from impl.kernel.facts import Fact, Position, Shown
from impl.platforms import hmac_signature
from impl.platforms.fields import Fields
from impl.platforms.notification import Notification, ObjectVersion, short_text
from impl.platforms.processor import Example, Guide, Headers, Processor, Signature
from impl.platforms.shopify.events import TOPICS, is_of_test_order, money_kind, object_version, to_facts
from impl.platforms.shopify.objects import NAME
from impl.platforms.shopify.position import position

__all__ = ["Shopify", "to_facts"]

_SIGNATURE = "X-Shopify-Hmac-SHA256"
_TOPIC = "X-Shopify-Topic"
_WEBHOOK_ID = "X-Shopify-Webhook-Id"
_ACTION = "X-Shopify-Action"
_OLDER = "x-"


class Shopify(Processor):
    """The processor Shopify."""

    name = NAME
    title = "Shopify"
    signature_scheme = "shopify_hmac_sha256"
    signature = Signature(header=_SIGNATURE, template="{base64}")
    guide = Guide(
        place="Shopify admin → Settings → Notifications → Webhooks → Create webhook",
        steps=("One webhook for each event.", "Format: JSON.", "Webhook API version: the latest stable one."),
        credential="the key that the page shows below the list: “Your webhooks will be signed with …”",
    )
    topic_header = _TOPIC
    headers = frozenset(
        prefix + name.lower().removeprefix(_OLDER)
        for name in (_SIGNATURE, _TOPIC, _WEBHOOK_ID, _ACTION)
        for prefix in ("", _OLDER)
    )
    topics = TOPICS
    has_signed_event_id = False
    topic_mismatch_status = 422

    async def verify(self, body: bytes, headers: Headers, secrets: Sequence[bytes], *, now: float) -> int:
        """Index of the secret that signed `body`. Raises `SignatureMismatch`."""
        return hmac_signature.verify(body, _value(headers, _SIGNATURE), secrets)

    def topic(self, payload: Any, headers: Headers) -> str | None:
        """The topic of the header, when it is one that can be kept.

        Shopify's Events name a resource and an action in two headers, `Order` and `update`; they are read as `Order/update`.
        """
        topic, action = _value(headers, _TOPIC), _value(headers, _ACTION)
        if topic is not None and action is not None and b"/" not in topic:
            topic += b"/" + action
        return short_text(topic)

    def event_id(self, payload: Any, headers: Headers) -> str | None:
        """Shopify's id of the delivery, the same for each repetition."""
        return short_text(_value(headers, _WEBHOOK_ID))

    def read(self, notification: Notification) -> tuple[Fact, ...]:
        """The facts of an order, transaction, refund, dispute or checkout. Raises `UnusableDelivery`, or `NothingToRecord`."""
        return to_facts(notification)

    def _object_version(self, topic: str, payload: Fields) -> ObjectVersion | None:
        """An order by its last change; any other object by the newest time that it tells."""
        return object_version(topic, payload)

    def position(self, facts: Sequence[Shown]) -> Position:
        """The position of an order, of all its known facts together."""
        return position(facts)

    def kind_of(self, payload: Any) -> str | None:
        """An order, transaction, refund or dispute, by its fields."""
        return money_kind(payload)

    def is_test(self, payload: Any) -> bool:
        """Whether the object is one of a test order."""
        return is_of_test_order(payload)

    def sign(self, body: bytes, secret: str, *, topic: str, delivery_id: str, at: datetime) -> dict[str, str]:
        """The three headers that Shopify sends."""
        signature = hmac_signature.sign(body, secret.encode()).decode()
        return {_SIGNATURE: signature, _TOPIC: topic, _WEBHOOK_ID: delivery_id}

    def examples(self, now: datetime) -> Sequence[Example]:
        """An order that is paid, and a part of it that goes back."""
        # The time of a body is part of it, so it must not move within a day: a delivery is repeated only by the same body.
        at, day = datetime.combine(now.astimezone(UTC), time(), UTC).isoformat(), f"{now:%Y%m%d}"
        order = int(f"{day}1")
        paid = self.sample("orders/paid") | {"id": order, "created_at": at, "processed_at": at, "updated_at": at}
        paid |= dict.fromkeys(("total_price", "current_total_price"), "75.00")
        paid |= {f"{name}_set": _in_dollars("75.00") for name in ("total_price", "current_total_price")}
        refund: dict[str, Any] = self.sample("refunds/create") | {"id": order + 1, "order_id": order, "created_at": at}
        back = {
            "id": order + 2,
            "order_id": order,
            "amount": "25.00",
            "processed_at": at,
            "amount_set": _in_dollars("25.00"),
        }
        refund["transactions"] = [item | back for item in refund["transactions"]]
        return (
            Example(title="an order of 75.00 is paid", topic="orders/paid", delivery_id=f"demo-{day}-1", payload=paid),
            Example(title="25.00 of it go back", topic="refunds/create", delivery_id=f"demo-{day}-2", payload=refund),
        )


def _in_dollars(amount: str) -> dict[str, dict[str, str]]:
    return {name: {"amount": amount, "currency_code": "USD"} for name in ("shop_money", "presentment_money")}


def _value(headers: Headers, name: str) -> bytes | None:
    """The value of the header `name` in the newer family, else in the older one."""
    older = name.lower()
    return headers.get(older.removeprefix(_OLDER)) or headers.get(older)
