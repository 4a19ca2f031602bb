"""Shopify: deliveries signed with `X-Shopify-Hmac-SHA256`, named by `X-Shopify-Topic`, amounts as decimal text."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from impl.kernel.events import Report
from impl.platforms import hmac_signature
from impl.platforms.notice import Notice, short_text
from impl.platforms.shopify.events import PROVIDER, to_report

__all__ = ["PROCESSOR", "Shopify", "to_report"]

SIGNATURE: Final = "x-shopify-hmac-sha256"
TOPIC: Final = "x-shopify-topic"
WEBHOOK_ID: Final = "x-shopify-webhook-id"


class Shopify:
    """The processor Shopify, as the receipt sees it."""

    name: str = PROVIDER
    signature_scheme: str = "shopify_hmac_sha256"
    headers: frozenset[str] = frozenset({SIGNATURE, TOPIC, WEBHOOK_ID})

    async def verify(self, body: bytes, headers: Mapping[str, bytes], secrets: Sequence[bytes], *, now: float) -> int:
        """Index of the secret that signed `body`. Raises `SignatureMismatch`."""
        return hmac_signature.verify(body, headers.get(SIGNATURE), secrets)

    def topic(self, payload: Any, headers: Mapping[str, bytes]) -> str | None:
        """The topic of the header, when it is one that can be kept."""
        return short_text(headers.get(TOPIC))

    def event_id(self, payload: Any, headers: Mapping[str, bytes]) -> str | None:
        """Shopify's id of the delivery, the same for each repetition."""
        return short_text(headers.get(WEBHOOK_ID))

    def to_report(self, notice: Notice) -> Report:
        """What the delivery says. Raises `UnusableDelivery`, or `NothingToRecord`."""
        return to_report(notice)


PROCESSOR: Final = Shopify()
