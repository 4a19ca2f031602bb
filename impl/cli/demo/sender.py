"""Sends deliveries as the processors do: the right headers, signed over the very bytes that are sent."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field

import httpx2

from impl.kernel.clock import Clock
from impl.kernel.errors import ConfigurationError
from impl.platforms.processor import Processor


@dataclass(frozen=True, slots=True)
class Sender:
    """Acts as the processors of one shop."""

    tenant_key: str = field(repr=False)
    secrets: Mapping[str, str] = field(repr=False)
    """By processor, what the shop gave it or got from it: the secret, or the id of the webhook."""
    processors: Mapping[str, Processor]
    """Those that can sign here, by name."""
    clock: Clock

    async def send(
        self, client: httpx2.AsyncClient, processor: str, topic: str, body: bytes, *, delivery_id: str | None = None
    ) -> httpx2.Response:
        """The reply of the processor's one address to `body`, delivered now. Raises `ConfigurationError`."""
        headers = self.headers(processor, topic, body, delivery_id or str(uuid.uuid4()))
        return await client.post(f"/api/webhooks/{processor}", content=body, headers=headers)

    def headers(self, processor: str, topic: str, body: bytes, delivery_id: str) -> dict[str, str]:
        """Everything the processor sends along with `body`. Raises `ConfigurationError`."""
        secret = self.secrets.get(processor)
        if secret is None:
            raise ConfigurationError(f"there is no secret to sign for {processor}; give one with --secret")
        signed = self.processors[processor].sign(
            body, secret, topic=topic, delivery_id=delivery_id, at=self.clock.now()
        )
        return {"Content-Type": "application/json", "X-Skeldir-Tenant-Key": self.tenant_key, **signed}
