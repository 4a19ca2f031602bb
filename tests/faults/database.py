"""Kill the database under load, again and again: no acknowledged row is lost, none is doubled, none is half there.

`python -m tests.faults.database --rounds 50` is `make faults`. Durable settings, as in production.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import random
import signal
import sys
import tempfile
import time
import uuid
from dataclasses import dataclass, field
from pathlib import Path

import asyncpg
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.ext.asyncio import AsyncEngine

from impl.db import bootstrap, embedded, engine, migrate
from impl.db.errors import DatabaseUnreachableError
from impl.db.transaction import tenant_transaction

WRITERS = 8
LEAST_ROWS = 40
"""How many are acknowledged before a kill, however slow the machine is."""
# Event and entry in one statement, as a receipt writes them; the key makes a repetition write nothing.
RECORD = text("""
    WITH event AS (
        INSERT INTO attribution_events (tenant_id, processor, idempotency_key, event_type, occurred_at, revenue_cents,
            effect_cents, currency, channel_code, raw_payload)
        VALUES (:tenant, 'stripe', :key, 'PaymentCaptured', now(), 100, 100, 'USD', 'direct', '{"currency": "USD"}')
        ON CONFLICT (tenant_id, processor, idempotency_key) DO NOTHING RETURNING id
    )
    INSERT INTO revenue_ledger (tenant_id, processor, transaction_id, original_transaction_id, entry_kind,
        processor_event_id, event_id, amount_cents, effect_cents, currency, occurred_at, verification_source,
        verification_timestamp, ordinal)
    SELECT :tenant, 'stripe', :key, :key, 'captured', :key, event.id, 100, 100, 'USD', now(), 'stripe_webhook', now(), 1
    FROM event
""")
ROWS = """
    SELECT e.idempotency_key, count(DISTINCT e.id) AS events, count(DISTINCT l.id) AS entries, count(DISTINCT t.id) AS steps
    FROM attribution_events e
    LEFT JOIN revenue_ledger l ON l.tenant_id = e.tenant_id AND l.event_id = e.id
    LEFT JOIN revenue_state_transitions t ON t.tenant_id = l.tenant_id AND t.entry_id = l.id
    GROUP BY e.idempotency_key
"""


@dataclass
class Account:
    """What the writers were told: acknowledged keys, and keys whose fate they do not know."""

    acknowledged: set[str] = field(default_factory=set)
    unknown: set[str] = field(default_factory=set)
    kills: int = 0
    recovery_seconds: list[float] = field(default_factory=list)


async def write(app: AsyncEngine, tenant: uuid.UUID, account: Account, key: str) -> None:
    """Record one key; remember whether its commit was acknowledged."""
    account.unknown.add(key)
    async with tenant_transaction(app, tenant) as connection:
        await connection.execute(RECORD, {"tenant": tenant, "key": key})
    account.unknown.discard(key)
    account.acknowledged.add(key)


async def keep_writing(app: AsyncEngine, tenant: uuid.UUID, account: Account) -> None:
    """Write until the database is gone."""
    try:
        while True:
            await write(app, tenant, account, uuid.uuid4().hex)
    except (DBAPIError, DatabaseUnreachableError, OSError, asyncpg.PostgresError, asyncpg.InterfaceError, PoolTimeout):
        return


def kill(server: embedded.Server, order: random.Random) -> str:
    """kill -9 of everything, of the postmaster alone, or of one backend, which makes the server restart itself."""
    cluster = server.home / "pgdata"
    pids = [int(path.parent.name) for path in Path("/proc").glob("[0-9]*/cwd") if _runs_in(path, cluster)]
    order.shuffle(pids)
    how = order.choice(["all", "all", "postmaster", "backend"])
    victims = {"all": pids, "postmaster": [server.pid], "backend": [pid for pid in pids if pid != server.pid][:1]}[how]
    for pid in victims:
        try:
            os.kill(pid, signal.SIGKILL)
        except ProcessLookupError:
            continue
    return how


def _runs_in(path: Path, cluster: Path) -> bool:
    try:
        return path.readlink() == cluster
    except OSError:
        return False


async def one_round(
    data: Path, server: embedded.Server, tenant: uuid.UUID, account: Account, order: random.Random
) -> embedded.Server:
    """Load, a kill at a random moment of it, a restart, and the check of everything ever acknowledged."""
    app = engine.create(server.url("app_user", "skeldir"), pool_size=WRITERS)
    writers = [asyncio.create_task(keep_writing(app, tenant, account)) for _ in range(WRITERS)]
    enough = len(account.acknowledged) + LEAST_ROWS
    while len(account.acknowledged) < enough and not all(writer.done() for writer in writers):
        await asyncio.sleep(0.01)
    await asyncio.sleep(order.uniform(0.0, 0.3))
    kill(server, order)
    account.kills += 1
    await asyncio.gather(*writers)
    await app.dispose()
    server.stop()
    begun = time.perf_counter()
    server = embedded.start(data)
    account.recovery_seconds.append(time.perf_counter() - begun)
    await settle(server, tenant, account)
    return server


async def settle(server: embedded.Server, tenant: uuid.UUID, account: Account) -> None:
    """Check what is there, then send again what was never acknowledged, as a processor does."""
    await check(server, account)
    app = engine.create(server.url("app_user", "skeldir"))
    for key in sorted(account.unknown):
        await write(app, tenant, account, key)
    await app.dispose()
    await check(server, account)


async def check(server: embedded.Server, account: Account) -> None:
    """Every acknowledged key has exactly one event, one entry and one step; no event is without them."""
    connection = await bootstrap.connect(server.url("migration_owner", "skeldir"))
    rows = {row[0]: tuple(row)[1:] for row in await connection.fetch(ROWS)}
    await connection.close()
    missing = account.acknowledged - rows.keys()
    assert not missing, f"{len(missing)} acknowledged rows are lost"
    assert not rows.keys() - account.acknowledged - account.unknown, "rows that nobody wrote"
    odd = {key: counts for key, counts in rows.items() if counts != (1, 1, 1)}
    assert not odd, f"rows doubled or half there: {list(odd.items())[:3]}"


async def run(rounds: int, seed: int, data: Path) -> Account:
    """`rounds` kills; the account of what was written."""
    server = embedded.start(data)
    try:
        await bootstrap.ensure(server.url(), "skeldir", server.passwords)
        await asyncio.to_thread(migrate.upgrade, server.url("migration_owner", "skeldir"))
        tenant = uuid.uuid4()
        owner = await bootstrap.connect(server.url("migration_owner", "skeldir"))
        await owner.execute("INSERT INTO tenants (id, name) VALUES ($1, 'Faults')", tenant)
        await owner.close()
        account, order = Account(), random.Random(seed)
        for _ in range(rounds):
            server = await one_round(data, server, tenant, account, order)
        return account
    finally:
        server.stop()


def main() -> int:
    """Kill the database as often as asked and say what came of it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=50)
    parser.add_argument("--seed", type=int, default=20_261_121)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="skeldir-faults-") as folder:
        Path(folder).chmod(0o711)
        account = asyncio.run(run(options.rounds, options.seed, Path(folder) / "data"))
    slowest = max(account.recovery_seconds)
    print(
        f"{account.kills} kills, {len(account.acknowledged)} rows acknowledged: lost 0, doubled 0, half 0; "
        f"slowest restart {slowest:.2f} s"
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
