"""The service on a real port, and shops that take deliveries at it."""

from __future__ import annotations

import asyncio
import contextlib
import dataclasses
import socket
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import httpx2
import uvicorn
from sqlalchemy import text
from starlette.types import ASGIApp

from impl.auth.keys import tenant_keys, webhook_secrets
from impl.auth.keys.webhook_secrets import Endpoint, NewSecret
from impl.db.transaction import tenant_transaction
from impl.kernel.callers import PersonCaller
from impl.kernel.clock import SystemClock
from impl.platforms import registry
from impl.tenants import create as tenants
from tests.fixtures.watching import watched
from tests.ingestion.deliveries.processors import Door

TABLES = ("webhook_deliveries", "attribution_events", "revenue_ledger", "dead_events")
_URL_KEY = text("INSERT INTO tenant_api_keys (tenant_id, purpose, key_hash) VALUES (:tenant_id, 'url', :key_hash)")


@contextlib.asynccontextmanager
async def serving(app: ASGIApp):
    """The base URL of `app` on a free port of this machine."""
    listening = socket.socket()
    listening.bind(("127.0.0.1", 0))
    server = uvicorn.Server(uvicorn.Config(watched(app), log_config=None, access_log=False, lifespan="off"))
    running = asyncio.create_task(server.serve(sockets=[listening]))
    while not server.started:
        await asyncio.sleep(0.01)
    try:
        yield f"http://127.0.0.1:{listening.getsockname()[1]}"
    finally:
        server.should_exit = True
        await running


@dataclasses.dataclass
class Shop:
    """A tenant with a key of each kind and a secret for each processor."""

    street: Street
    tenant_id: UUID
    header_key: str
    url_key: str
    secrets: dict[str, str]

    def secret(self, door: Door) -> str:
        return self.secrets[door.name]

    def neighbour_secret(self, door: Door) -> str:
        return self.street.neighbour.secrets[door.name]

    async def post(self, door: Door, body: bytes, *, headers=None, key: str | None = "", query=None):
        """Deliver `body`, signed as the processor signs unless `headers` say otherwise."""
        sent: dict[str, Any] = dict(door.headers(body, self.secret(door)) if headers is None else headers)
        if key is not None:
            sent["x-skeldir-tenant-key"] = (key or self.header_key).encode()
        return await self.street.client.post(
            door.path, content=body, headers=[(name.encode(), value) for name, value in sent.items()], params=query
        )

    async def counts(self) -> dict[str, int]:
        query = "SELECT count(*) FROM {} WHERE tenant_id = $1"
        return {table: await self.street.owner.fetchval(query.format(table), self.tenant_id) for table in TABLES}

    async def dead_codes(self) -> list[str]:
        rows = await self.street.owner.fetch("SELECT error_code FROM dead_events WHERE tenant_id = $1", self.tenant_id)
        return [row["error_code"] for row in rows]

    async def current(self) -> list[tuple[int, str]]:
        """Net amount and state of every transaction."""
        query = "SELECT net_amount_cents, state FROM revenue_ledger_current WHERE tenant_id = $1 ORDER BY 1"
        return [tuple(row) for row in await self.street.owner.fetch(query, self.tenant_id)]


@dataclasses.dataclass
class Street:
    """All shops, one service."""

    client: httpx2.AsyncClient
    owner: Any
    engine: Any
    ring: Any
    make_tenant: Any
    neighbour: Shop = dataclasses.field(init=False)

    async def shop(self) -> Shop:
        """A new tenant that has received nothing yet."""
        made = Shop(self, await self.make_tenant(), tenant_keys.new(), tenant_keys.new(), new_secrets())
        key_hash = tenant_keys.hash_of(made.header_key)
        await tenants.equip(
            self.engine,
            self.ring,
            made.tenant_id,
            key_hash=key_hash,
            secrets=made.secrets,
        )
        async with tenant_transaction(self.engine, made.tenant_id) as connection:
            values = {"tenant_id": made.tenant_id, "key_hash": tenant_keys.hash_of(made.url_key)}
            await connection.execute(_URL_KEY, values)
        return made


def new_secrets() -> dict[str, str]:
    """Something to share with each processor."""
    return {processor: registry.processor(processor).new_secret() for processor in registry.NAMES}


async def set_secret(shop, processor, **endpoint):
    """A new secret of the tenant for `processor`, under a label of its own."""
    now = SystemClock().now()
    value = registry.processor(processor).new_secret()
    caller = PersonCaller(tenant_id=shop.tenant_id, user_id=uuid4(), jti=uuid4(), family_id=uuid4(), issued_at=now)
    new = NewSecret(
        processor=registry.processor(processor),
        **{registry.processor(processor).credential: value},
        endpoint=Endpoint(**endpoint),
        previous=timedelta(0),
    )
    async with tenant_transaction(shop.street.engine, shop.tenant_id) as connection:
        await webhook_secrets.put(connection, shop.street.ring, caller, new, now=now)
    return value
