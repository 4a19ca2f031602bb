"""A client that says what it likes: raw requests from whatever address it claims."""

from __future__ import annotations

import asyncio
import contextlib
import json
import time
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from tests.faults import goods
from tests.faults.deployment import Deployment, Shop

HOST = "127.0.0.1"
TRUSTED = f"{HOST}/32"
"""The service takes this machine for its proxy, so the address in X-Forwarded-For is the client's."""
PATIENCE_SECONDS = 90.0


@dataclass(frozen=True)
class Reply:
    status: int
    """0 when the connection was closed without a reply."""
    body: bytes
    seconds: float

    @property
    def json(self) -> Any:
        return json.loads(self.body)


@dataclass(frozen=True)
class Person:
    email: str
    password: str
    tenant_id: str


@dataclass
class Target:
    """The service under attack, one tenant of it, and its owner."""

    deployment: Deployment
    shop: Shop
    owner: Person
    port: int

    async def ask(
        self, method: str, path: str, *, address: str = "203.0.113.1", body: bytes = b"", **headers: str
    ) -> Reply:
        """One request on a connection of its own."""
        return await send(self.port, head(method, path, address, len(body), headers) + body)

    async def log_in(self, *, address: str, **changes: str) -> Reply:
        values = {"email": self.owner.email, "password": self.owner.password, "tenant_id": self.owner.tenant_id}
        body = json.dumps(values | changes).encode()
        headers = {"content-type": "application/json"}
        return await self.ask("POST", "/api/auth/login", address=address, body=body, **headers)

    async def deliver(self, *, address: str = "203.0.113.2", is_forged: bool = False, port: int | None = None) -> Reply:
        """A new delivery of Stripe's."""
        charge = goods.charge()
        headers = self.shop.sender.headers("stripe", charge.event, charge.body, charge.name)
        if is_forged:
            headers["Stripe-Signature"] = "t=1,v1=" + "0" * 64
        request = head("POST", "/api/webhooks/stripe", address, len(charge.body), headers)
        return await send(port or self.port, request + charge.body)


def head(method: str, path: str, address: str, length: int, headers: dict[str, str]) -> bytes:
    """A request's head; the connection ends with the reply."""
    lines = [f"{method} {path} HTTP/1.1", "host: x", f"x-forwarded-for: {address}", "connection: close"]
    lines += [f"content-length: {length}"] if method != "GET" else []
    return "\r\n".join([*lines, *(f"{name}: {value}" for name, value in headers.items()), "", ""]).encode()


async def send(port: int, *chunks: bytes) -> Reply:
    """What comes back for the chunks."""
    started = time.perf_counter()
    raw = b""
    with contextlib.suppress(ConnectionError):
        reader, writer = await asyncio.open_connection(HOST, port)
        try:
            for chunk in chunks:
                writer.write(chunk)
                await writer.drain()
            async with asyncio.timeout(PATIENCE_SECONDS):
                raw = await reader.read()
        finally:
            writer.close()
    top, _, body = raw.partition(b"\r\n\r\n")
    status = int(top.split(b" ", 2)[1]) if top.startswith(b"HTTP/") else 0
    return Reply(status, body, time.perf_counter() - started)


def percentile(values: Iterable[float], share: float) -> float:
    """The value below which `share` of the values lie."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]
