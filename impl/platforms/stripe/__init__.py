"""Stripe: deliveries signed with `Stripe-Signature`, amounts in Stripe's minor units, cumulative refunds."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from impl.kernel.events import Report
from impl.platforms.notice import Notice, short_text
from impl.platforms.stripe import signature
from impl.platforms.stripe.events import PROVIDER, to_event
from impl.platforms.stripe.signature import sign

__all__ = ["PROCESSOR", "Stripe", "sign", "to_event"]


class Stripe:
    """The processor Stripe, as the receipt sees it."""

    name: str = PROVIDER
    signature_scheme: str = "stripe_v1"
    headers: frozenset[str] = frozenset({"stripe-signature"})

    async def verify(self, body: bytes, headers: Mapping[str, bytes], secrets: Sequence[bytes], *, now: float) -> int:
        """Index of the secret that signed `body`. Raises `SignatureMismatch`."""
        return signature.verify(body, headers.get("stripe-signature"), secrets, now=now)

    def topic(self, payload: Any, headers: Mapping[str, bytes]) -> str | None:
        """The event type, when the payload names one that can be kept."""
        del headers
        return _short_text(payload, "type")

    def event_id(self, payload: Any, headers: Mapping[str, bytes]) -> str | None:
        """The event id, when the payload names one that can be kept."""
        del headers
        return _short_text(payload, "id")

    def to_report(self, notice: Notice) -> Report:
        """What the delivery says. Raises `UnusableDelivery`, or `NothingToRecord`."""
        return Report.of_one(to_event(notice.payload))


PROCESSOR: Final = Stripe()


def _short_text(payload: Any, name: str) -> str | None:
    return short_text(payload.get(name)) if isinstance(payload, dict) else None
