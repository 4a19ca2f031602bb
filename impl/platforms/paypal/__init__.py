"""PayPal: deliveries signed with a certificate of PayPal's own, for a webhook whose id the tenant tells us."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey

from impl.kernel.events import Report
from impl.platforms.notice import Notice, short_text
from impl.platforms.paypal import certificates, signature
from impl.platforms.paypal.certificates import Certificates
from impl.platforms.paypal.events import PROVIDER, to_report

__all__ = ["PROVIDER", "PayPal", "to_report"]


class PayPal:
    """The processor PayPal, as the receipt sees it."""

    name: str = PROVIDER
    signature_scheme: str = "paypal_sha256_rsa"
    headers: frozenset[str] = signature.HEADERS

    def __init__(self, source: Certificates) -> None:
        self._certificates = source
        # Stands in where there is no trusted key, so that a refusal costs the same work.
        self._stand_in = next(
            key for root in certificates.pinned_roots() if isinstance(key := root.public_key(), RSAPublicKey)
        )

    async def verify(self, body: bytes, headers: Mapping[str, bytes], secrets: Sequence[bytes], *, now: float) -> int:
        """Index of the webhook id, of those in `secrets`, for which PayPal signed `body`. Raises `SignatureMismatch`."""
        proof = signature.read(headers)
        # Nobody without a webhook makes us ask PayPal for a certificate.
        is_worth_asking = proof is not None and bool(secrets)
        key = await self._certificates.key(headers.get(signature.CERT_URL)) if is_worth_asking else None
        return signature.verify(body, proof if key else None, key or self._stand_in, secrets)

    def topic(self, payload: Any, headers: Mapping[str, bytes]) -> str | None:
        """The event type, when the payload names one that can be kept."""
        return short_text(payload.get("event_type")) if isinstance(payload, dict) else None

    def event_id(self, payload: Any, headers: Mapping[str, bytes]) -> str | None:
        """The event id, when the payload names one that can be kept."""
        return short_text(payload.get("id")) if isinstance(payload, dict) else None

    def to_report(self, notice: Notice) -> Report:
        """What the delivery says. Raises `UnusableDelivery`."""
        return to_report(notice)
