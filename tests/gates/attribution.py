"""Credits: equal digests however they were computed (R5), figures that grow no faster than sales, and values (VALUE_02, VALUE_04).

Each gate raises `GateFailure` or ends; not run is failed.
"""

from __future__ import annotations

import asyncio
import json
import sys
import uuid
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final

import asyncpg
from sqlalchemy.ext.asyncio import AsyncEngine

from impl.attribution import pages
from impl.attribution.recompute import Identity, Window
from impl.attribution.versions import ModelVersion
from impl.db import engine as engines
from tests.bench.attribution import baseline, seed, worker
from tests.gates import zero_drift
from tests.gates.rows import RowMaker, insert_statement
from tests.gates.stage import GateFailure, Stage, require

SALES: Final = 1_000
MODELS: Final = (baseline.NAME, "linear")
CONCURRENT: Final = 10
SIZES: Final = (10_000, 100_000)
LIMIT_SECONDS: Final = {10_000: 5.0, 100_000: 30.0}
LIMIT_P95_MS: Final = 100.0
LIMIT_RSS_MB: Final = 256.0
GROWTH: Final = {"seconds": 15.0, "statements": 12.0, "rss mb": 12.0}
"""How many times more ten times the sales may take."""


@dataclass(frozen=True)
class Story:
    """A tenant's sales, and where they are."""

    tenant_id: uuid.UUID
    window: Window

    def identity(self, model: str) -> Identity:
        return Identity(tenant_id=self.tenant_id, window=self.window, version=ModelVersion(model=model))


async def story_of(owner: asyncpg.Connection, sales: int) -> Story:
    """A tenant with so many sales."""
    today = datetime.now(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    return Story(await seed.fill(owner, sales), Window(today - timedelta(days=seed.DAYS), today))


async def determinism(stage: Stage) -> None:
    """R5: 1000 sales three times one after the other, ten times at once and after a failed attempt: equal SHA-256."""
    await stage.migrated("r5")
    async with stage.connected("migration_owner", "r5") as owner:
        story = await story_of(owner, SALES)
        baseline.install()
        worker_engine = engines.create(stage.url("app_worker", "r5", prefix="postgresql+asyncpg"), pool_size=CONCURRENT)
        try:
            for model in MODELS:
                await equal_digests(stage, owner, worker_engine, story.identity(model))
        finally:
            await worker_engine.dispose()


async def equal_digests(stage: Stage, owner: asyncpg.Connection, engine: AsyncEngine, identity: Identity) -> None:
    """The part of R5 that a model must turn red whose credits depend on anything but the sales."""
    digests: dict[str, list[str]] = {"serial": [], "concurrent": [], "after a failed attempt": []}
    for _ in range(3):
        await _forget(owner, identity)
        digests["serial"].append((await worker.run(engine, identity)).hex())
    await _forget(owner, identity)
    at_once = await asyncio.gather(*(worker.run(engine, identity) for _ in range(CONCURRENT)))
    digests["concurrent"] += [digest.hex() for digest in at_once]
    await _forget(owner, identity)
    await _fail_after_a_page(engine, identity)
    digests["after a failed attempt"].append((await worker.run(engine, identity)).hex())
    stage.note(model=identity.version.model, digests=digests)
    different = {digest for values in digests.values() for digest in values}
    require(len(different) == 1, f"{identity.version.model}: {len(different)} digests: {digests}")
    rows = await owner.fetchval(
        "SELECT count(*) FROM attribution_allocations WHERE tenant_id = $1 AND model_type = $2",
        identity.tenant_id, identity.version.model,
    )  # fmt: skip
    require(rows > 0, "nothing was credited")


async def _forget(owner: asyncpg.Connection, identity: Identity) -> None:
    await owner.execute(
        "DELETE FROM attribution_allocations WHERE tenant_id = $1 AND model_type = $2",
        identity.tenant_id, identity.version.model,
    )  # fmt: skip


async def _fail_after_a_page(engine: AsyncEngine, identity: Identity) -> None:
    """An attempt that dies after its first page, which is committed."""
    store, calls = pages.store, 0

    async def dying(*arguments: Any) -> Any:
        nonlocal calls
        calls += 1
        if calls > 1:
            raise ConnectionResetError
        return await store(*arguments)

    pages.store = dying
    try:
        await worker.run(engine, identity)
    except ConnectionResetError:
        return
    finally:
        pages.store = store
    raise GateFailure("the attempt that was to die did not")


async def scaling(stage: Stage) -> None:
    """R5-load: 10 K and 100 K sales within their seconds, p95 and memory, and ten times as many in about ten times as long."""
    await stage.migrated("r5_load")
    figures: dict[int, dict[str, Any]] = {}
    async with stage.connected("migration_owner", "r5_load") as owner:
        for size in SIZES:
            story = await story_of(owner, size)
            figures[size] = await measured(stage, "r5_load", story, MODELS[0])
            linear = await measured(stage, "r5_load", story, MODELS[1])
            stage.note(sales=size, linear=linear)
    within(figures)


async def measured(stage: Stage, database: str, story: Story, model: str) -> dict[str, Any]:
    """Figures of one recompute in a worker process of its own."""
    window = (story.window.start.isoformat(), story.window.end.isoformat())
    words = ("-m", "tests.bench.attribution.worker", stage.url("app_worker", database), str(story.tenant_id), *window)
    result = await stage.process(sys.executable, *words, model)
    require(result.code == 0, f"the recompute failed: {result.output[-500:]}")
    figures: dict[str, Any] = json.loads(result.output.splitlines()[-1])
    return figures


def within(figures: dict[int, dict[str, Any]]) -> None:
    """The part of R5-load that slow, large or chatty recomputes must turn red."""
    for size, one in figures.items():
        limit = LIMIT_SECONDS.get(size)
        require(limit is None or one["seconds"] < limit, f"{size:,} sales took {one['seconds']} s, not {limit}")
        require(one["p95 ms"] < LIMIT_P95_MS, f"p95 of a statement at {size:,} sales: {one['p95 ms']} ms")
        require(one["rss mb"] < LIMIT_RSS_MB, f"memory at {size:,} sales: {one['rss mb']} MB")
    small, large = figures[min(figures)], figures[max(figures)]
    for name, limit in GROWTH.items():
        ratio = large[name] / small[name]
        require(ratio <= limit, f"{name} grew {ratio:.1f} times with ten times the sales, not {limit}")


async def columns_are_required(stage: Stage) -> None:
    """VALUE_02: a raw insert that leaves out a required column is refused, and a complete row is taken."""
    await stage.migrated("value_02")
    async with stage.connected("migration_owner", "value_02") as owner:
        await refuses_gaps(stage, owner)


async def refuses_gaps(stage: Stage, owner: asyncpg.Connection) -> None:
    """The part of VALUE_02 that a column which became optional must turn red."""
    tenant = uuid.uuid4()
    await owner.execute("INSERT INTO tenants (id, name) VALUES ($1, 'Gate')", tenant)
    maker = RowMaker(owner)
    for table in ("attribution_events", "revenue_ledger", "attribution_allocations"):
        row = await maker.values(table, tenant)
        for column in REQUIRED[table]:
            rest = {name: value for name, value in row.items() if name != column}
            try:
                async with owner.transaction():
                    await owner.execute(insert_statement(table, rest), *rest.values())
            except (asyncpg.NotNullViolationError, asyncpg.CheckViolationError) as error:
                stage.note(table=table, without=column, answer=error.sqlstate)
                continue
            raise GateFailure(f"{table} took a row without {column}")
        await maker.insert(table, tenant)


async def views_are_registered(stage: Stage) -> None:
    """VALUE_04: the registry of views in code equals pg_matviews."""
    await stage.migrated("value_04")
    await same_views(stage, "value_04")


async def same_views(stage: Stage, database: str) -> None:
    """The part of VALUE_04 that a view which nobody refreshes must turn red."""
    registry = sorted((await stage.command("db", "views")).output.split())
    rows = await stage.sql("migration_owner", database, "SELECT matviewname FROM pg_matviews ORDER BY 1")
    require(rows.split() == registry, f"the database has {rows.split()}, the registry {registry}")


REQUIRED: Final = {
    "attribution_events": ("tenant_id", "processor", "idempotency_key", "event_type", "occurred_at", "revenue_cents", "currency",
                           "channel_code", "raw_payload"),
    "revenue_ledger": ("tenant_id", "processor", "transaction_id", "entry_kind", "event_id", "amount_cents", "effect_cents"),
    "attribution_allocations": ("tenant_id", "event_id", "model_type", "model_version", "channel_code", "allocated_revenue_cents"),
}  # fmt: skip
GATES: Final[dict[str, zero_drift.Gate]] = {
    "R5": determinism,
    "R5-load": scaling,
    "VALUE_02": columns_are_required,
    "VALUE_04": views_are_registered,
}
