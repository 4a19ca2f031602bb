"""Sends deliveries as the four processors do: the right headers, signed over the very bytes that are sent."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field

import httpx2

from impl.kernel.clock import Clock
from impl.kernel.errors import ConfigurationError
from impl.platforms import hmac_signature, shopify, stripe, woocommerce
from impl.platforms.paypal.local_authority import Authority


@dataclass(frozen=True, slots=True)
class Sender:
    """Acts as the processors of one shop."""

    tenant_key: str = field(repr=False)
    secrets: Mapping[str, str] = field(repr=False)
    """What the shop shares with each processor; with PayPal that is the webhook id."""
    authority: Authority | None
    """Signs in PayPal's place; None where PayPal is not played."""
    clock: Clock

    async def send(
        self, client: httpx2.AsyncClient, provider: str, event: str, body: bytes, *, delivery_id: str | None = None
    ) -> httpx2.Response:
        """The answer of the processor's one address to `body`, delivered now. Raises `ConfigurationError`."""
        headers = self.headers(provider, event, body, delivery_id or str(uuid.uuid4()))
        return await client.post(f"/api/webhooks/{provider}", content=body, headers=headers)

    def headers(self, provider: str, event: str, body: bytes, delivery_id: str) -> dict[str, str]:
        """Everything the processor sends along with `body`."""
        secret = self.secrets.get(provider)
        if secret is None:
            raise ConfigurationError(f"there is no secret to sign for {provider}; give one with --secret")
        common = {"Content-Type": "application/json", "X-Skeldir-Tenant-Key": self.tenant_key}
        return common | self._signed(provider, event, body, secret, delivery_id)

    def _signed(self, provider: str, event: str, body: bytes, secret: str, delivery_id: str) -> dict[str, str]:
        now = self.clock.now()
        match provider:
            case "stripe":
                return {"Stripe-Signature": stripe.sign(body, secret.encode(), timestamp=int(now.timestamp()))}
            case "shopify":
                names = (shopify.SIGNATURE, shopify.TOPIC, shopify.WEBHOOK_ID)
            case "woocommerce":
                names = (woocommerce.SIGNATURE, woocommerce.TOPIC, woocommerce.DELIVERY_ID)
            case _:
                if self.authority is None:
                    raise ConfigurationError("nobody here can sign for PayPal; `skeldir run` makes a local stand-in")
                return self.authority.headers(body, secret, now)
        signature = hmac_signature.sign(body, secret.encode()).decode()
        return dict(zip(names, (signature, event, delivery_id), strict=True))
