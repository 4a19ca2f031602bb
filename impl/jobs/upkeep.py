"""Jobs that maintain the database. Expired rows are deleted in batches, each in its own transaction."""

from __future__ import annotations

from datetime import timedelta
from functools import partial
from typing import Final

import structlog
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncEngine

from impl.db import views
from impl.jobs import schedules, transactions, vitals
from impl.jobs.executor import Registry
from impl.jobs.kinds import Kind, Work
from impl.jobs.schedules import Schedule
from impl.telemetry import metrics

log = structlog.get_logger()

PING: Final = Kind(name="housekeeping.ping", is_tenants=False)
DENYLIST: Final = Kind(name="auth.gc_denylist", queue="maintenance", is_tenants=False)
IDEMPOTENCY: Final = Kind(name="api.gc_idempotency_keys", queue="maintenance", is_tenants=False)
RETENTION: Final = Kind(name="maintenance.enforce_data_retention", queue="maintenance", is_tenants=False)
PII_SCAN: Final = Kind(name="maintenance.scan_for_pii_contamination", queue="maintenance", is_tenants=False)
VIEWS: Final = Kind(name="matviews.pulse", queue="maintenance", is_tenants=False)
REFRESH: Final = Kind(name="maintenance.refresh_matview_for_tenant", queue="maintenance")
"""Refreshes the view named by its argument `view_name`, for all tenants."""

SCHEDULES: Final = (
    Schedule(
        name="refresh-matviews-every-5-min",
        kind=VIEWS,
        every=timedelta(seconds=300),
        lifetime=timedelta(seconds=300),
    ),
    Schedule(name="auth-denylist-gc", kind=DENYLIST, every=timedelta(minutes=10), lifetime=timedelta(seconds=600)),
    schedules.daily("idempotency-key-gc", IDEMPOTENCY, hour=2),
    schedules.daily("enforce-data-retention", RETENTION, hour=3),
    schedules.daily("pii-audit-scanner", PII_SCAN, hour=4),
)

BATCH: Final = 1000
"""Small enough that no batch holds its locks long enough for a request to notice."""
_RETENTION_STEPS: Final = (
    "redact_payloads redact_links redact_dead_events delete_dead_events delete_dead_event_retries delete_quarantine "
    "redact_touches trim_touches "
    "delete_deliveries delete_webhook_refusals delete_error_reports delete_llm_cache delete_llm_calls delete_llm_audit "
    "destroy_journey_secrets drop_allocations"
).split()
_SCAN: Final = text("SELECT privacy.scan_pii()")
_OVERFLOW: Final = text("SELECT * FROM maintenance.list_dead_event_overflow()")
_STALE: Final = text(
    """
    SELECT view_name FROM matview_refreshes
     WHERE view_name = :view AND succeeded_at > now() - make_interval(secs => :seconds)
    """
)
_FORGET_JOBS: Final = (
    # Records of finished jobs, kept as long as an operator may want to look at them.
    text("DELETE FROM queue.pgqueuer_log WHERE created < now() - INTERVAL '7 days'"),
    text("DELETE FROM queue.pgqueuer WHERE status = 'failed' AND updated < now() - INTERVAL '30 days'"),
    text("DELETE FROM schedule_ticks WHERE due_at < now() - INTERVAL '30 days'"),
)


async def _nothing(work: Work) -> None:
    """For pings and probes: that the job ran is the result."""


async def _collect(functions: tuple[str, ...], work: Work) -> None:
    """Call each deleting function until nothing is left to delete; the names are our own constants.

    If one fails, the others still run, and the first failure is raised at the end.
    """
    failures: list[DBAPIError] = []
    for function in functions:
        try:
            rows = await _empty(function, work.engine)
        except DBAPIError as error:
            log.warning("collection_failed", function=function, error_class=type(error.orig).__name__)
            failures.append(error)
        else:
            log.info("collected", function=function, rows=rows)
    if failures:
        raise failures[0]


async def _empty(function: str, engine: AsyncEngine) -> int:
    statement, deleted, total = text(f"SELECT {function}(:batch)"), BATCH, 0
    while deleted == BATCH:
        async with transactions.tenantless(engine) as connection:
            deleted = int(await connection.scalar(statement, {"batch": BATCH}) or 0)
        total += deleted
    return total


async def _collect_often(functions: tuple[str, ...], work: Work) -> None:
    await _collect(functions, work)
    async with transactions.tenantless(work.engine) as connection:
        rows = (await connection.execute(_OVERFLOW)).all()
    metrics.DEAD_PAYLOADS_DROPPED.set(sum(row.payloads_dropped for row in rows))
    metrics.DEAD_EVENTS_AGGREGATED.set(sum(row.events_aggregated for row in rows))
    for row in rows:
        dropped, aggregated = row.payloads_dropped, row.events_aggregated
        log.warning(
            "dead_event_budget_exceeded",
            tenant_id=str(row.tenant_id),
            payloads_dropped=dropped,
            events_aggregated=aggregated,
        )


async def _collect_daily(work: Work) -> None:
    await _collect(("maintenance.gc_idempotency_keys",), work)
    for statement in _FORGET_JOBS:
        async with transactions.tenantless(work.engine) as connection:
            await connection.execute(statement)


async def _scan(work: Work) -> None:
    async with transactions.tenantless(work.engine) as connection:
        findings = int(await connection.scalar(_SCAN) or 0)
    (log.warning if findings else log.info)("pii_scan", findings=findings)


async def _refresh_stale_views(work: Work) -> None:
    for view in views.REGISTRY.values():
        if await _is_stale(work.engine, view.name, view.stale_after_seconds):
            async with transactions.tenantless(work.engine) as connection:
                outcome = await views.refresh(connection, view.name)
            log.info("matview_refreshed", view_name=view.name, outcome=outcome.value)


async def _refresh_for_tenant(work: Work) -> None:
    view = str(work.arguments["view_name"])
    outcome = await views.refresh_matview_for_tenant(work.engine, work.tenant_id, view, work.correlation_id)
    log.info("matview_refreshed", view_name=view, outcome=outcome.value)


async def _is_stale(engine: AsyncEngine, view: str, seconds: int) -> bool:
    async with transactions.tenantless(engine) as connection:
        return (await connection.execute(_STALE, {"view": view, "seconds": seconds})).first() is None


def registry() -> Registry:
    """The jobs that belong to no other domain."""
    often = (
        "maintenance.gc_denylist",
        "maintenance.gc_rate_buckets",
        "maintenance.gc_login_networks",
        "maintenance.gc_transmissions",
        "maintenance.gc_refresh_tokens",
        "maintenance.gc_failed_jobs",
        "maintenance.gc_dead_event_usage",
        "maintenance.gc_handshakes",
    )
    steps = tuple(f"retention.{step}" for step in _RETENTION_STEPS)
    return {
        PING.name: (PING, _nothing),
        vitals.PROBE.name: (vitals.PROBE, _nothing),
        DENYLIST.name: (DENYLIST, partial(_collect_often, often)),
        IDEMPOTENCY.name: (IDEMPOTENCY, _collect_daily),
        RETENTION.name: (RETENTION, partial(_collect, steps)),
        PII_SCAN.name: (PII_SCAN, _scan),
        VIEWS.name: (VIEWS, _refresh_stale_views),
        REFRESH.name: (REFRESH, _refresh_for_tenant),
    }
