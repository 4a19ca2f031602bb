"""WooCommerce: deliveries signed with `X-WC-Webhook-Signature`, named by `X-WC-Webhook-Topic`, whole orders every time."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, time
from typing import Any

from impl.kernel.facts import Fact, Position, Shown
from impl.platforms import hmac_signature
from impl.platforms.fields import Fields
from impl.platforms.notification import Notification, ObjectVersion, short_text
from impl.platforms.processor import Example, Guide, Headers, Processor, Signature
from impl.platforms.woocommerce.events import NAME, TOPICS, money_kind, to_facts
from impl.platforms.woocommerce.position import position

__all__ = ["WooCommerce", "to_facts"]

_SIGNATURE = "X-WC-Webhook-Signature"
_TOPIC = "X-WC-Webhook-Topic"
_DELIVERY_ID = "X-WC-Webhook-Delivery-ID"


class WooCommerce(Processor):
    """The processor WooCommerce."""

    name = NAME
    title = "WooCommerce"
    signature_scheme = "woocommerce_hmac_sha256"
    signature = Signature(header=_SIGNATURE, template="{base64}")
    guide = Guide(
        place="WordPress admin → WooCommerce → Settings → Advanced → Webhooks → Add webhook",
        steps=("One webhook for each event.", "Status: Active.", "API version: WP REST API Integration v3."),
        credential="the secret of the webhooks, the same for all of them",
        is_chosen_by_us=True,
    )
    topic_header = _TOPIC
    headers = frozenset({_SIGNATURE.lower(), _TOPIC.lower(), _DELIVERY_ID.lower()})
    topics = TOPICS
    has_signed_event_id = False

    async def verify(self, body: bytes, headers: Headers, secrets: Sequence[bytes], *, now: float) -> int:
        """Index of the secret that signed `body`. Raises `SignatureMismatch`."""
        return hmac_signature.verify(body, headers.get(_SIGNATURE.lower()), secrets)

    def topic(self, payload: Any, headers: Headers) -> str | None:
        """The topic of the header, when it is one that can be kept."""
        return short_text(headers.get(_TOPIC.lower()))

    def event_id(self, payload: Any, headers: Headers) -> str | None:
        """WooCommerce's id of the delivery."""
        return short_text(headers.get(_DELIVERY_ID.lower()))

    def read(self, notification: Notification) -> tuple[Fact, ...]:
        """The facts of a whole order. Raises `UnusableDelivery`, or `NothingToRecord`."""
        return to_facts(notification)

    def _object_version(self, topic: str, payload: Fields) -> ObjectVersion | None:
        """Every delivery is a whole order; by its date in UTC only, as the shop's clock may be in another zone."""
        at = payload.instant("date_modified_gmt", is_utc_without_zone=True)
        return ObjectVersion(name=f"order:{payload.number('id')}", at=at)

    def position(self, facts: Sequence[Shown]) -> Position:
        """The position of an order, which is that of its newest snapshot."""
        return position(facts)

    def kind_of(self, payload: Any) -> str | None:
        """An order, by its fields."""
        return money_kind(payload)

    def sign(self, body: bytes, secret: str, *, topic: str, delivery_id: str, at: datetime) -> dict[str, str]:
        """The three headers that WooCommerce sends."""
        signature = hmac_signature.sign(body, secret.encode()).decode()
        return {_SIGNATURE: signature, _TOPIC: topic, _DELIVERY_ID: delivery_id}

    def is_unsigned_ping(self, headers: Headers, media_type: str) -> bool:
        """Whether this is the form that WooCommerce sends, unsigned and about nothing, when a webhook is switched on.

        WooCommerce switches a webhook off again whose first delivery was refused.
        """
        is_signed, has_topic = _SIGNATURE.lower() in headers, _TOPIC.lower() in headers
        return media_type == "application/x-www-form-urlencoded" and not is_signed and not has_topic

    def examples(self, now: datetime) -> Sequence[Example]:
        """One order that is completed."""
        # The time of a body is part of it, so it must not move within a day: a delivery is repeated only by the same body.
        at, day = datetime.combine(now.astimezone(UTC), time()).isoformat(), f"{now:%Y%m%d}"
        times = [f"date_{name}{zone}" for name in ("created", "modified", "paid", "completed") for zone in ("", "_gmt")]
        title, topic = "an order of 40.00 is completed", "order.updated"
        payload = (
            self.sample(topic)
            | dict.fromkeys(times, at)
            | {"id": int(f"{day}1"), "number": f"{day}1", "total": "40.00"}
        )
        return (Example(title=title, topic=topic, delivery_id=f"demo-{day}-1", payload=payload),)
