"""Background jobs: recompute a window, recompute what is marked, and turn changes into marks."""

from __future__ import annotations

import asyncio
import time
from datetime import UTC, datetime, timedelta
from typing import Final
from uuid import UUID

import structlog
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from impl.attribution import recompute, statements, training, versions
from impl.attribution.models.shapley import TooManyChannelsError
from impl.attribution.pages import Lessons, Place
from impl.attribution.recompute import Identity, Window
from impl.db import locks, outage
from impl.jobs import queue, transactions, upkeep
from impl.jobs.executor import Registry
from impl.jobs.kinds import Kind, Requester, Work
from impl.jobs.schedules import Schedule

log = structlog.get_logger()

RECOMPUTE: Final = Kind(name="attribution.recompute_window", queue="attribution")
MARKED: Final = Kind(name="attribution.recompute_marked", queue="attribution")
NIGHT: Final = Kind(name="attribution.recompute_all_marked", queue="attribution", is_tenants=False)
NIGHTLY: Final = Schedule(
    name="attribution-learned-models",
    kind=NIGHT,
    every=timedelta(days=1),
    offset=timedelta(hours=2, minutes=30),
    lifetime=timedelta(seconds=3600),
)
TURN_SECONDS: Final = 120.0
"""After this a job stores where it is and defers the rest, so that others get their turn."""
DEBOUNCE: Final = timedelta(seconds=5)
LOOK_SECONDS: Final = 1.0
_VIEWS: Final = ("mv_allocation_summary", "mv_channel_performance")
_MARK: Final = text(
    "SELECT tenant_id FROM maintenance.mark_changed_days(:learners, :version, :lookback_days) AS tenant_id"
)
_TENANTS: Final = text("SELECT tenant_id FROM maintenance.list_tenants() AS tenant_id")


async def defer(
    connection: AsyncConnection,
    identity: Identity,
    *,
    correlation_id: UUID | None = None,
    requester: Requester | None = None,
    after: Place | None = None,
) -> None:
    """Defer the job of `identity`, or what is left of it after `after`; one that waits already is enough."""
    values = identity.values
    arguments = {
        "window_start": identity.window.start.isoformat(),
        "window_end": identity.window.end.isoformat(),
        "model": values["model"],
        "model_version": values["version"],
        "after_at": after.at.isoformat() if after else None,
        "after_event": str(after.id) if after else None,
    }
    await queue.defer(
        connection,
        RECOMPUTE,
        tenant_id=identity.tenant_id,
        requester=requester,
        correlation_id=correlation_id,
        arguments=arguments,
        identity=":".join(str(value) for value in arguments.values()),
    )


def _identity(work: Work) -> tuple[Identity, Place | None]:
    arguments = {name: str(value) for name, value in work.arguments.items() if value is not None}
    start, end = (datetime.fromisoformat(arguments[name]) for name in ("window_start", "window_end"))
    version = versions.parse(arguments["model"], arguments["model_version"])
    identity = Identity(tenant_id=work.tenant_id, window=Window(start, end), version=version)
    if "after_at" not in arguments:
        return identity, None
    return identity, Place(datetime.fromisoformat(arguments["after_at"]), UUID(arguments["after_event"]))


async def recompute_window(work: Work) -> None:
    """Compute the window of the job, page by page; after two minutes the rest is another job."""
    identity, after = _identity(work)
    try:
        await _recompute(work, identity, after)
    except TooManyChannelsError as error:
        await _fail(work, identity, "ATTRIBUTION_TOO_MANY_CHANNELS", str(error))
        raise
    except DBAPIError as error:
        if not outage.is_outage(error):
            await _fail(work, identity, "database_error", "The database refused a statement; see the failed job.")
        raise


async def _recompute(work: Work, identity: Identity, after: Place | None) -> None:
    deadline = time.monotonic() + TURN_SECONDS
    async with transactions.of_tenant(work) as connection:
        scope = await recompute.begin(connection, identity, work.correlation_id, is_continuation=after is not None)
    lessons = Lessons()
    while True:
        async with transactions.of_tenant(work, lock=identity.lock) as connection:
            page = await recompute.page(connection, identity, scope, after, lessons)
            if page.last is None:
                break
            after = page.last
            if time.monotonic() >= deadline:
                await defer(connection, identity, correlation_id=work.correlation_id, after=after)
                return
    async with transactions.of_tenant(work, lock=identity.lock) as connection:
        await recompute.finish(connection, identity, scope, lessons)
        for view in _VIEWS:
            await queue.defer(
                connection,
                upkeep.REFRESH,
                tenant_id=work.tenant_id,
                correlation_id=work.correlation_id,
                arguments={"view_name": view},
                identity=view,
            )


async def _fail(work: Work, identity: Identity, code: str, message: str) -> None:
    async with transactions.of_tenant(work) as connection:
        await recompute.fail(connection, identity, code, message)


async def recompute_marked(work: Work) -> None:
    """Defer a recompute of every day that is marked: of what is due, or by night of everything, in the order of the days."""
    values = {"tenant_id": work.tenant_id, "everything": work.arguments.get("everything") is True}
    async with transactions.of_tenant(work) as connection:
        await locks.acquire(connection, training.lock(work.tenant_id))
        rows = (await connection.execute(statements.named("take_marks"), values)).all()
        days = sorted((row.day, row.model_type, row.model_version) for row in rows)
        learnt = [day for day, model, _ in days if model in versions.LEARNERS]
        if learnt:
            forgotten = {"tenant_id": work.tenant_id, "day": min(learnt)}
            await connection.execute(statements.named("forget_training"), forgotten)
        for day, model, version in days:
            start = datetime(day.year, day.month, day.day, tzinfo=UTC)
            identity = Identity(
                tenant_id=work.tenant_id,
                window=Window(start, start + timedelta(days=1)),
                version=versions.parse(model, version),
            )
            await recompute.request(connection, identity, work.correlation_id)
            await defer(connection, identity, correlation_id=work.correlation_id)
    log.info("marked_days_deferred", days=len(days))


async def recompute_all_marked(work: Work) -> None:
    """Defer, for every tenant, what is marked."""
    async with transactions.tenantless(work.engine) as connection:
        for row in (await connection.execute(_TENANTS)).all():
            await queue.defer(
                connection,
                MARKED,
                tenant_id=row.tenant_id,
                correlation_id=work.correlation_id,
                arguments={"everything": True},
                identity="everything",
            )


async def watch(engine: AsyncEngine) -> None:
    """Mark what has changed and defer what is due, every second, until cancelled. Pauses while the database is unavailable."""
    while True:
        try:
            await mark_changes(engine)
        except outage.FAILURES as error:
            if not outage.is_outage(error):
                raise
            log.warning("attribution_waits_for_database", error_class=type(error).__name__)
        await asyncio.sleep(LOOK_SECONDS)


async def mark_changes(engine: AsyncEngine, delay: timedelta = DEBOUNCE) -> None:
    """Turn changes into marks, and defer what is due `delay` later: what changes until then is computed at once with it."""
    values = {
        "learners": list(versions.LEARNERS),
        "version": versions.ALGORITHM,
        "lookback_days": versions.LOOKBACK_DAYS,
    }
    async with transactions.tenantless(engine) as connection:
        for row in (await connection.execute(_MARK, values)).all():
            await queue.defer(
                connection,
                MARKED,
                tenant_id=row.tenant_id,
                arguments={"everything": False},
                identity="due",
                delay=delay,
            )


def registry() -> Registry:
    """The jobs of this domain."""
    return {
        RECOMPUTE.name: (RECOMPUTE, recompute_window),
        MARKED.name: (MARKED, recompute_marked),
        NIGHT.name: (NIGHT, recompute_all_marked),
    }
