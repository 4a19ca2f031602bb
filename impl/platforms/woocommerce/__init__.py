"""WooCommerce: deliveries signed with `X-WC-Webhook-Signature`, named by `X-WC-Webhook-Topic`, whole orders every time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from impl.kernel.events import Report
from impl.platforms import hmac_signature
from impl.platforms.notice import Notice, short_text
from impl.platforms.woocommerce.events import PROVIDER, to_report

__all__ = ["PROCESSOR", "WooCommerce", "to_report"]

SIGNATURE: Final = "x-wc-webhook-signature"
TOPIC: Final = "x-wc-webhook-topic"
DELIVERY_ID: Final = "x-wc-webhook-delivery-id"


class WooCommerce:
    """The processor WooCommerce, as the receipt sees it."""

    name: str = PROVIDER
    signature_scheme: str = "woocommerce_hmac_sha256"
    headers: frozenset[str] = frozenset({SIGNATURE, TOPIC, DELIVERY_ID})

    async def verify(self, body: bytes, headers: Mapping[str, bytes], secrets: Sequence[bytes], *, now: float) -> int:
        """Index of the secret that signed `body`. Raises `SignatureMismatch`."""
        return hmac_signature.verify(body, headers.get(SIGNATURE), secrets)

    def topic(self, payload: Any, headers: Mapping[str, bytes]) -> str | None:
        """The topic of the header, when it is one that can be kept."""
        return short_text(headers.get(TOPIC))

    def event_id(self, payload: Any, headers: Mapping[str, bytes]) -> str | None:
        """WooCommerce's id of the delivery."""
        return short_text(headers.get(DELIVERY_ID))

    def to_report(self, notice: Notice) -> Report:
        """What the delivery says. Raises `UnusableDelivery`, or `NothingToRecord`."""
        return to_report(notice)


PROCESSOR: Final = WooCommerce()
