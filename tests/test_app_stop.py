"""The application stops: what is still being written is written before its connections go."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import asynccontextmanager

import asyncpg
import pytest

from impl import app as application
from impl.auth.keys import tenant_keys
from impl.cli.tenant import NewTenant
from impl.db import bootstrap
from impl.ingestion.dead_events.quarantine import Quarantine
from impl.ingestion.deliveries.batches import Batches
from impl.settings import Settings
from tests.auth.server import client
from tests.fixtures.database import Database
from tests.fixtures.service import stripe_delivery

PATH = "/api/webhooks/stripe"
PATIENCE_SECONDS = 30.0
EVENTS, NOTES = "attribution_events", "dead_events_quarantine"
IS_WANTED = "SELECT EXISTS (SELECT FROM pg_locks WHERE NOT granted AND relation = $1::text::regclass)"
NOTED = "SELECT count(*) FROM dead_events_quarantine WHERE error_detail ->> 'key_sha256' = $1"
RECORDED = "SELECT count(*) FROM attribution_events WHERE tenant_id = $1"


class Hold:
    """Nobody else writes into a table until it is let go."""

    def __init__(self, connection: asyncpg.Connection, table: str) -> None:
        self.connection, self.table = connection, table

    async def until_wanted(self) -> None:
        while not await self.connection.fetchval(IS_WANTED, self.table):
            await asyncio.sleep(0.01)

    async def let_go(self) -> None:
        await self.connection.execute("COMMIT")


@asynccontextmanager
async def hold(database: Database, table: str):
    connection = await bootstrap.connect(database.url("migration_owner"))
    try:
        await connection.execute(f"BEGIN; LOCK TABLE {table} IN ACCESS EXCLUSIVE MODE")
        yield Hold(connection, table)
    finally:
        await connection.close()


def announced(monkeypatch: pytest.MonkeyPatch, kind: type) -> asyncio.Event:
    """Is set when one of this `kind` is closed, which gets enough patience for a busy machine."""
    begun, close = asyncio.Event(), kind.close

    async def announce_and_close(self: Batches | Quarantine, _: float) -> int:
        begun.set()
        return await close(self, PATIENCE_SECONDS)

    monkeypatch.setattr(kind, "close", announce_and_close)
    return begun


async def test_a_note_and_a_delivery_whose_sender_has_left_are_written_before_the_connections_go(
    service_settings: Settings,
    database: Database,
    make_merchant: Callable[[], NewTenant],
    owner: asyncpg.Connection,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    app, merchant, stranger = application.create(service_settings), make_merchant(), tenant_keys.new()
    closings, told_to_stop = [announced(monkeypatch, kind) for kind in (Batches, Quarantine)], asyncio.Event()

    async def live() -> None:
        async with app.router.lifespan_context(app):
            await told_to_stop.wait()

    living = asyncio.create_task(live())
    async with client(app) as web, hold(database, EVENTS) as events, hold(database, NOTES) as notes:
        delivery = stripe_delivery(merchant)
        left = asyncio.create_task(web.post(PATH, **delivery))
        await events.until_wanted()
        left.cancel()
        unknown = {"content": delivery["content"], "headers": {"X-Skeldir-Tenant-Key": stranger}}
        assert (await web.post(PATH, **unknown)).status_code == 401
        await notes.until_wanted()
        told_to_stop.set()
        for closing, held in zip(closings, (events, notes), strict=True):
            begun = asyncio.create_task(closing.wait())
            await asyncio.wait({living, begun}, return_when=asyncio.FIRST_COMPLETED)
            assert not living.done(), "the application has gone while something was being written"
            await held.let_go()
        await living
    assert await owner.fetchval(NOTED, tenant_keys.hash_of(stranger).hex()) == 1
    assert await owner.fetchval(RECORDED, merchant.tenant_id) == 1
