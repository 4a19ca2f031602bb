"""What isolation and durability cost: `make bench-data`. Every figure is a ratio of variants taken in turns in one run.

Durable settings, embedded PostgreSQL, the API's own login, forced row security unless said otherwise.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import statistics
import sys
import tempfile
import time
import uuid
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

import asyncpg
from sqlalchemy import text

from impl.db import bootstrap, embedded, engine, migrate
from impl.db.transaction import binding, tenant_transaction

RESULTS = Path(__file__).resolve().parents[2] / "build" / "bench" / "data.json"
TENANTS = 10
BATCH = 1000
COLUMNS = (
    "tenant_id, id, processor, idempotency_key, event_type, occurred_at, revenue_cents, effect_cents, currency, "
    "channel_code, raw_payload"
)
# One statement carries a batch, because COPY is not allowed under row security.
INSERT = f"""
    INSERT INTO attribution_events ({COLUMNS})
    SELECT $1, i, 'stripe', k, 'PaymentCaptured', now() - n * INTERVAL '1 second', 100, 100, 'USD', 'direct',
        '{{"currency": "USD", "processor": "stripe"}}'
    FROM unnest($2::uuid[], $3::text[], $4::int[]) AS x (i, k, n)
    ON CONFLICT (tenant_id, processor, idempotency_key) DO NOTHING
"""
POINT = "SELECT revenue_cents FROM attribution_events WHERE tenant_id = $1 AND id = $2"
AGGREGATE = (
    "SELECT currency, sum(effect_cents), count(*) FROM attribution_events WHERE tenant_id = $1 GROUP BY currency"
)
TOGGLE = "ALTER TABLE attribution_events {} ROW LEVEL SECURITY"


@dataclass
class Bench:
    """A filled database and connections to it."""

    server: embedded.Server
    tenants: list[uuid.UUID]
    ids: dict[uuid.UUID, list[uuid.UUID]]
    rows: int

    async def connect(self, role: str) -> asyncpg.Connection:
        return await bootstrap.connect(self.server.url(role, "skeldir"))


def batch(size: int = BATCH) -> tuple[list[uuid.UUID], list[str], list[int]]:
    ids = [uuid.uuid4() for _ in range(size)]
    return ids, [id_.hex for id_ in ids], list(range(size))


async def seconds(work: Callable[[], Awaitable[object]]) -> float:
    begun = time.perf_counter()
    await work()
    return time.perf_counter() - begun


def cpu_seconds(pid: int) -> float:
    """What a server process has used of the processor so far; neighbours on a busy machine do not change it."""
    try:
        return int(Path(f"/proc/{pid}/schedstat").read_text().split()[0]) / 1e9
    except OSError:  # only Linux tells
        return 0.0


def paired(ours: list[float], theirs: list[float]) -> float:
    """Median of the ratios of neighbours in time, which a slow minute of the machine meets alike."""
    return round(statistics.median(a / b if b else 0.0 for a, b in zip(ours, theirs, strict=True)), 3)


async def in_turns(variants: dict[str, Callable[[], Awaitable[object]]], rounds: int) -> dict[str, list[float]]:
    """Seconds of each variant, taken in turns."""
    durations: dict[str, list[float]] = {name: [] for name in variants}
    for _ in range(rounds):
        for name, work in variants.items():
            durations[name].append(await seconds(work))
    return durations


async def fill(bench: Bench) -> None:
    owner = await bench.connect("migration_owner")
    for tenant in bench.tenants:
        await owner.execute("INSERT INTO tenants (id, name) VALUES ($1, 'Bench')", tenant)
        for _ in range(bench.rows // TENANTS // BATCH):
            ids, keys, numbers = batch()
            await owner.execute(INSERT, tenant, ids, keys, numbers)
            bench.ids[tenant] = ids
    await owner.execute("VACUUM ANALYZE attribution_events")
    await owner.close()


async def row_security(bench: Bench, rounds: int) -> dict[str, Any]:
    """Point reads, batch inserts and aggregates with row security on and off, same login, same predicate."""
    owner, app = await bench.connect("migration_owner"), await bench.connect("app_user")
    figures = {}
    for name, work in (("point reads", reads), ("batch inserts", inserts), ("aggregates", aggregates)):
        figures[name] = await on_and_off(owner, app, partial(work, app, bench), rounds)
    for connection in (owner, app):
        await connection.close()
    return figures


async def reads(app: asyncpg.Connection, bench: Bench) -> None:
    tenant = bench.tenants[0]
    async with app.transaction():
        await app.execute(binding(tenant))
        for id_ in bench.ids[tenant][:500]:
            await app.fetchval(POINT, tenant, id_)


async def inserts(app: asyncpg.Connection, bench: Bench) -> None:
    for _ in range(5):
        async with app.transaction():
            await app.execute(binding(bench.tenants[0]))
            await app.execute(INSERT, bench.tenants[0], *batch())


async def aggregates(app: asyncpg.Connection, bench: Bench) -> None:
    async with app.transaction():
        await app.execute(binding(bench.tenants[0]))
        for _ in range(5):
            await app.fetch(AGGREGATE, bench.tenants[0])


async def on_and_off(
    owner: asyncpg.Connection, app: asyncpg.Connection, work: Callable[[], Awaitable[object]], rounds: int
) -> dict[str, float]:
    """Each round measures both states, in changing order; plans are made anew after each switch."""
    wall: dict[str, list[float]] = {"ENABLE": [], "DISABLE": []}
    cpu: dict[str, list[float]] = {"ENABLE": [], "DISABLE": []}
    pid = app.get_server_pid()
    for number in range(rounds):
        for state in ("ENABLE", "DISABLE")[:: 1 if number % 2 else -1]:
            await owner.execute(TOGGLE.format(state))
            await work()
            before = cpu_seconds(pid)
            wall[state].append(await seconds(work))
            cpu[state].append(cpu_seconds(pid) - before)
    await owner.execute(TOGGLE.format("ENABLE"))
    return {
        "ratio": paired(wall["ENABLE"], wall["DISABLE"]),
        "ratio of server CPU": paired(cpu["ENABLE"], cpu["DISABLE"]),
        "on_ms": round(statistics.median(wall["ENABLE"]) * 1000, 2),
        "off_ms": round(statistics.median(wall["DISABLE"]) * 1000, 2),
    }


async def ingest(bench: Bench, rounds: int, batches: int) -> dict[str, Any]:
    """Rows per second: COPY to a bare table (the limit) and to one with the same indexes, and what the real table takes."""
    owner = await bench.connect("migration_owner")
    apps = [await bench.connect("app_user") for _ in range(4)]
    await owner.execute("CREATE TABLE bare (LIKE attribution_events)")
    await owner.execute("CREATE TABLE indexed (LIKE attribution_events INCLUDING INDEXES)")
    rates: dict[str, list[float]] = {}
    for _ in range(rounds):
        shares = [[batch() for _ in range(batches // 4)] for _ in range(4)]
        works: dict[str, Callable[[], Awaitable[object]]] = {
            "COPY, bare table": partial(copy, owner, "bare", records(bench, batches)),
            "COPY, same indexes, no guards": partial(copy, owner, "indexed", records(bench, batches)),
            "COPY, real table, owner": partial(copy, owner, "attribution_events", records(bench, batches)),
            "batches of 1000, API, 1 connection": partial(send, apps[0], bench, [batch() for _ in range(batches)]),
            "batches of 1000, API, 4 connections": partial(send_all, apps, bench, shares),
        }
        for name, work in works.items():
            rates.setdefault(name, []).append(batches * BATCH / await seconds(work))
        await owner.execute("TRUNCATE bare, indexed")
    for connection in (owner, *apps):
        await connection.close()
    limit, indexed = rates["COPY, bare table"], rates["COPY, same indexes, no guards"]
    return {
        name: {
            "rows_per_second": round(statistics.median(rate)),
            "of_limit": paired(rate, limit),
            "of_indexed": paired(rate, indexed),
        }
        for name, rate in rates.items()
    }


def records(bench: Bench, batches: int) -> list[tuple[Any, ...]]:
    now, payload = datetime.now(UTC), '{"currency": "USD", "processor": "stripe"}'
    return [
        (bench.tenants[1], uuid.uuid4(), "stripe", uuid.uuid4().hex, "PaymentCaptured", now, 100, 100, "USD", "direct",
         payload, now, now)
        for _ in range(batches * BATCH)
    ]  # fmt: skip


async def copy(owner: asyncpg.Connection, table: str, rows: list[tuple[Any, ...]]) -> None:
    columns = [*COLUMNS.split(", "), "received_at", "created_at"]
    await owner.copy_records_to_table(table, records=rows, columns=columns)


async def send(app: asyncpg.Connection, bench: Bench, work: list[tuple[Any, ...]]) -> None:
    for ids, keys, numbers in work:
        async with app.transaction():
            await app.execute(binding(bench.tenants[2]))
            await app.execute(INSERT, bench.tenants[2], ids, keys, numbers)


async def send_all(apps: list[asyncpg.Connection], bench: Bench, shares: list[list[tuple[Any, ...]]]) -> None:
    await asyncio.gather(*(send(app, bench, share) for app, share in zip(apps, shares, strict=True)))


async def round_trips(bench: Bench, rounds: int) -> dict[str, Any]:
    """One row per transaction: the tenant bound together with BEGIN, or in a statement of its own."""
    pool = engine.create(bench.server.url("app_user", "skeldir"), pool_size=1)
    tenant, statement = bench.tenants[0], text("SELECT 1")

    async def joined() -> None:
        for _ in range(300):
            async with tenant_transaction(pool, tenant) as connection:
                await connection.execute(statement)

    async def apart() -> None:
        separate = text(binding(tenant))
        for _ in range(300):
            async with pool.begin() as connection:
                await connection.execute(separate)
                await connection.execute(statement)

    await joined()
    await apart()
    durations = await in_turns({"with BEGIN": joined, "on its own": apart}, rounds)
    await pool.dispose()
    return {
        **{f"{name}, us": round(statistics.median(times) / 300 * 1e6) for name, times in durations.items()},
        "ratio": paired(durations["on its own"], durations["with BEGIN"]),
    }


async def run(rows: int, rounds: int, data: Path) -> dict[str, Any]:
    with embedded.running(data) as server:
        await bootstrap.ensure(server.url(), "skeldir", server.passwords)
        await asyncio.to_thread(migrate.upgrade, server.url("migration_owner", "skeldir"))
        bench = Bench(server, [uuid.uuid4() for _ in range(TENANTS)], {}, rows)
        await fill(bench)
        return {
            "rows": rows,
            "rounds": rounds,
            "row security, on / off": await row_security(bench, rounds),
            "ingest": await ingest(bench, max(3, rounds // 3), 8),
            "binding of the tenant": await round_trips(bench, rounds),
            "load average": os.getloadavg(),
        }


def main() -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=100_000)
    parser.add_argument("--rounds", type=int, default=15)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="skeldir-bench-") as folder:
        Path(folder).chmod(0o711)
        figures = asyncio.run(run(options.rows, options.rounds, Path(folder) / "data"))
    RESULTS.parent.mkdir(parents=True, exist_ok=True)
    RESULTS.write_text(json.dumps(figures, indent=2) + "\n")
    print(json.dumps(figures, indent=2))
    return 0


if __name__ == "__main__":
    sys.exit(main())
