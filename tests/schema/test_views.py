"""Materialized views hold every tenant, refresh once for all, and are read through their filters."""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import AsyncIterator
from datetime import UTC, datetime

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from impl.db import bootstrap, engine, views
from impl.db.transaction import tenant_transaction
from tests.fixtures.database import Database
from tests.fixtures.locks import try_lock, view_lock
from tests.gates.rows import RowMaker

CREDIT = """
    INSERT INTO attribution_allocations (tenant_id, event_id, window_start, window_end, model_type, model_version,
        channel_code, allocated_revenue_cents, currency, confidence_score)
    VALUES ($1, $2, now(), now() + INTERVAL '1 day', 'linear', '1.0.0', 'direct', 1000, 'USD', 0.5)
"""


@pytest.fixture
async def two_tenants(fresh_database: Database) -> AsyncIterator[tuple[AsyncEngine, uuid.UUID, uuid.UUID]]:
    """Two tenants with an event, its credit, an entry and two runs each, and the worker's engine."""
    owner = await bootstrap.connect(fresh_database.url("migration_owner"))
    maker = RowMaker(owner)
    tenants = [uuid.uuid4(), uuid.uuid4()]
    for tenant in tenants:
        await owner.execute("INSERT INTO tenants (id, name) VALUES ($1, 'T')", tenant)
        event = await maker.insert("attribution_events", tenant)
        await owner.execute(CREDIT, tenant, event["id"])
        await maker.insert("revenue_ledger", tenant, occurred_at=event["occurred_at"], event_id=event["id"])
        same = datetime.now(UTC)
        for id_ in (1, 2):
            await maker.insert(
                "reconciliation_runs", tenant, id=uuid.UUID(int=id_), created_at=same, platforms=[str(id_)]
            )
    worker = engine.create(fresh_database.url("app_worker"))
    yield worker, tenants[0], tenants[1]
    await worker.dispose()
    await owner.close()


@pytest.mark.promise("P123", "P124", "F01")
async def test_each_view_refreshes_as_the_worker_and_keeps_both_tenants(
    two_tenants: tuple[AsyncEngine, uuid.UUID, uuid.UUID],
) -> None:
    worker, first, second = two_tenants
    for view in views.REGISTRY.values():
        assert await views.refresh_matview_for_tenant(worker, first, view.name) is views.Outcome.SUCCESS
        for tenant in (first, second):
            async with tenant_transaction(worker, tenant) as connection:
                rows = (await connection.execute(text(f"SELECT tenant_id FROM {view.access_view}"))).scalars().all()
            assert set(rows) == {tenant}, view.name


@pytest.mark.usefixtures("one_day")
@pytest.mark.promise("F04")
async def test_views_say_what_the_tables_say(two_tenants: tuple[AsyncEngine, uuid.UUID, uuid.UUID]) -> None:
    worker, first, _ = two_tenants
    async with worker.begin() as connection:
        for name in views.REGISTRY:
            await views.refresh(connection, name)
    async with tenant_transaction(worker, first) as connection:
        summary = (await connection.execute(text("SELECT * FROM v_allocation_summary"))).one()
        assert (summary.allocated_cents, summary.effect_cents, summary.is_balanced, summary.drift_cents) == (
            1000,
            1000,
            True,
            0,
        )
        channel = (await connection.execute(text("SELECT * FROM v_channel_performance"))).one()
        assert (channel.channel_code, channel.conversions, channel.revenue_cents) == ("direct", 1, 1000)
        daily = (await connection.execute(text("SELECT * FROM v_daily_revenue_summary"))).one()
        assert (daily.entry_kind, daily.currency, daily.effect_cents, daily.entries) == ("captured", "USD", 1000, 1)
        realtime = (await connection.execute(text("SELECT * FROM v_realtime_revenue"))).one()
        assert (realtime.revenue_cents, realtime.is_verified) == (1000, False)
        newest = (await connection.execute(text("SELECT run_id FROM v_reconciliation_status"))).scalars().all()
        assert newest == [uuid.UUID(int=2)], "two runs of one instant are told apart by their id (F04)"


@pytest.mark.usefixtures("one_day")
@pytest.mark.promise("F03")
async def test_freshness_is_computed_when_read(two_tenants: tuple[AsyncEngine, uuid.UUID, uuid.UUID]) -> None:
    worker, first, _ = two_tenants
    async with worker.begin() as connection:
        await views.refresh(connection, "mv_realtime_revenue")
    query = text("SELECT freshness_seconds - extract(epoch FROM now() - last_posted_at) FROM v_realtime_revenue")
    async with tenant_transaction(worker, first) as connection:
        assert abs(await connection.scalar(query)) <= 1


@pytest.mark.promise("P131", "F02")
async def test_of_two_refreshes_at_once_one_is_skipped(two_tenants: tuple[AsyncEngine, uuid.UUID, uuid.UUID]) -> None:
    worker, first, second = two_tenants
    async with worker.connect() as holder:
        assert await views.refresh(holder, "mv_realtime_revenue") is views.Outcome.SUCCESS
        other = await views.refresh_matview_for_tenant(worker, second, "mv_realtime_revenue")
        assert other is views.Outcome.SKIPPED
        assert (
            await views.refresh_matview_for_tenant(worker, first, "mv_daily_revenue_summary") is views.Outcome.SUCCESS
        )
        await holder.rollback()
    assert await views.refresh_matview_for_tenant(worker, second, "mv_realtime_revenue") is views.Outcome.SUCCESS


@pytest.mark.promise("P132", "F02")
async def test_the_lock_of_a_refresh_is_a_hash_of_the_view(
    two_tenants: tuple[AsyncEngine, uuid.UUID, uuid.UUID],
) -> None:
    worker, _, _ = two_tenants
    for name in views.REGISTRY:
        async with worker.connect() as holder, worker.connect() as other:
            assert await try_lock(holder, view_lock(name))
            assert await views.refresh(other, name) is views.Outcome.SKIPPED


@pytest.mark.promise("P122")
async def test_an_unknown_view_is_refused_before_any_sql(worker_engine: AsyncEngine) -> None:
    with pytest.raises(
        views.UnknownViewError, match="'pg_class' is not a materialized view; the views are mv_allocation"
    ):
        await views.refresh_matview_for_tenant(worker_engine, uuid.uuid4(), "pg_class")
    async with worker_engine.connect() as connection:
        with pytest.raises(Exception, match="unknown view pg_class"):
            await connection.execute(text("SELECT maintenance.refresh_view('pg_class')"))


@pytest.mark.usefixtures("one_day")
@pytest.mark.promise("F03")
async def test_currencies_are_kept_apart_and_one_unverified_entry_makes_a_sum_unverified(
    two_tenants: tuple[AsyncEngine, uuid.UUID, uuid.UUID], fresh_database: Database
) -> None:
    worker, first, _ = two_tenants
    owner = await bootstrap.connect(fresh_database.url("migration_owner"))
    maker = RowMaker(owner)
    await maker.insert("revenue_ledger", first, currency="EUR")
    await owner.execute(
        "INSERT INTO ledger_verifications (tenant_id, entry_id, run_id, processor_amount_cents)"
        " SELECT tenant_id, id, $2, amount_cents FROM revenue_ledger WHERE tenant_id = $1 AND currency = 'USD'",
        first, uuid.UUID(int=1),
    )  # fmt: skip
    totals = text("SELECT currency, revenue_cents, is_verified FROM v_realtime_revenue ORDER BY currency")
    seen = []
    for _ in range(2):
        async with worker.begin() as connection:
            await views.refresh(connection, "mv_realtime_revenue")
        async with tenant_transaction(worker, first) as connection:
            seen.append([tuple(row) for row in await connection.execute(totals)])
        await maker.insert("revenue_ledger", first)
    assert seen == [
        [("EUR", 1000, False), ("USD", 1000, True)],
        [("EUR", 1000, False), ("USD", 2000, False)],
    ]
    await owner.close()


@pytest.mark.promise("P123")
async def test_every_view_refreshes_beside_its_readers(fresh_database: Database) -> None:
    """CONCURRENTLY needs a unique index on plain columns without a condition; each view has one."""
    owner = await bootstrap.connect(fresh_database.url("migration_owner"))
    rows = await owner.fetch("""
        SELECT m.matviewname::text FROM pg_matviews m
        WHERE NOT EXISTS (SELECT FROM pg_index i WHERE i.indrelid = m.matviewname::regclass
            AND i.indisunique AND i.indpred IS NULL AND i.indexprs IS NULL)
    """)
    assert rows == []
    await owner.close()


async def test_a_refresh_is_recorded(two_tenants: tuple[AsyncEngine, uuid.UUID, uuid.UUID]) -> None:
    worker, _, _ = two_tenants
    before = datetime.now(UTC)
    async with worker.begin() as connection:
        await asyncio.sleep(0)
        await views.refresh(connection, "mv_realtime_revenue")
    async with worker.connect() as connection:
        row = (await connection.execute(text("SELECT * FROM matview_refreshes"))).one()
    assert (row.view_name, row.outcome) == ("mv_realtime_revenue", "success")
    assert before <= row.succeeded_at <= datetime.now(UTC)
