"""Recompute the credits of a window: page by page, each in a transaction of its own, until it is done or its time is up."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from impl.attribution import pages, statements
from impl.attribution.errors import InvalidParameterError, WindowClosedError
from impl.attribution.models import markov
from impl.attribution.pages import Lessons, Place, Scope
from impl.attribution.versions import ModelVersion
from impl.db import locks

MAX_DAYS: Final = 92
OPEN_DAYS: Final = 90
THIN_JOURNEYS: Final = 300
THIN_CONVERSIONS: Final = 30
"""Below these a training set is thin: the gain over linear is small, and at a hundred journeys it is gone."""
_CHUNK: Final = 5_000


@dataclass(frozen=True, slots=True)
class Window:
    """A half-open interval of time, in UTC."""

    start: datetime
    end: datetime


def window(start: datetime, end: datetime, now: datetime) -> Window:
    """The window as it may be asked for. Raises `InvalidParameterError` and `WindowClosedError`."""
    if start.tzinfo is None or end.tzinfo is None:
        raise InvalidParameterError("the bounds of the window need a UTC offset")
    try:
        result = Window(start.astimezone(UTC), end.astimezone(UTC))
    except OverflowError:
        raise InvalidParameterError("the bounds of the window must be times that UTC has") from None
    if result.end <= result.start:
        raise InvalidParameterError("the window must end after it starts")
    if result.end - result.start > timedelta(days=MAX_DAYS):
        raise InvalidParameterError(f"the window must not be longer than {MAX_DAYS} days")
    if result.start < now - timedelta(days=OPEN_DAYS):
        raise WindowClosedError
    return result


@dataclass(frozen=True, slots=True, kw_only=True)
class Identity:
    """The job of a tenant for one window, model and version."""

    tenant_id: UUID
    window: Window
    version: ModelVersion

    @property
    def values(self) -> dict[str, Any]:
        """Its columns."""
        return {
            "tenant_id": self.tenant_id,
            "window_start": self.window.start,
            "window_end": self.window.end,
            "model": self.version.model,
            "version": self.version.text,
        }

    @property
    def lock(self) -> int:
        """Key under which sets of this model and version are written, page after page."""
        return locks.key64(f"attribution:{self.tenant_id}:{self.version.model}:{self.version.text}")


async def request(connection: AsyncConnection, identity: Identity, correlation_id: UUID) -> Any:
    """The row of the job, made or asked for once more."""
    values = identity.values | {
        "lookback_days": identity.version.lookback_days,
        "correlation_id": correlation_id,
    }
    return (await connection.execute(statements.named("request"), values)).one()


async def begin(
    connection: AsyncConnection, identity: Identity, correlation_id: UUID, *, is_continuation: bool
) -> Scope:
    """Mark the job as running; what its pages need to know."""
    values = identity.values | {"is_continuation": is_continuation, "correlation_id": correlation_id}
    await connection.execute(statements.named("begin"), values)
    return await scope(connection, identity.tenant_id, identity.version)


async def scope(connection: AsyncConnection, tenant_id: UUID, version: ModelVersion, *, keeps: bool = True) -> Scope:
    """How credits are computed at this moment, by the clock of the database."""
    row = (await connection.execute(statements.named("open_from"))).one()
    return Scope(
        tenant_id=tenant_id, version=version, open_from=row.open_from, now=row.now.astimezone(UTC), keeps=keeps
    )


async def page(
    connection: AsyncConnection, identity: Identity, of: Scope, after: Place | None, lessons: Lessons
) -> pages.Page:
    """Compute the page after `after`, and remember where it ended."""
    result = await pages.store(connection, of, after or Place(identity.window.start), identity.window.end, lessons)
    if result.last is not None:
        place = {"after_at": result.last.at, "after_id": result.last.id}
        await connection.execute(statements.named("progress"), identity.values | place)
    return result


async def finish(connection: AsyncConnection, identity: Identity, of: Scope, lessons: Lessons) -> None:
    """Record the result of the whole window: counts and digest of what is stored now."""
    if identity.version.learns:
        newest = min(identity.window.end - timedelta(microseconds=1), of.now)
        await pages.train(connection, of, newest.date(), lessons)
    result = await digest(connection, identity)
    trained = json.dumps(learned(identity.version, lessons)) if identity.version.learns else None
    await _end(connection, identity, {"status": "succeeded", "training": trained, **result})


async def fail(connection: AsyncConnection, identity: Identity, code: str, message: str) -> None:
    """Record why the job did not end well."""
    values = {"status": "failed", "error_code": code, "error_message": message[:500]}
    await _end(connection, identity, values)


async def _end(connection: AsyncConnection, identity: Identity, values: dict[str, Any]) -> None:
    nothing: dict[str, Any] = dict.fromkeys(
        ("digest", "conversions", "allocations", "training", "error_code", "error_message"), None
    )
    await connection.execute(statements.named("finish"), identity.values | nothing | values)


async def digest(connection: AsyncConnection, identity: Identity) -> dict[str, Any]:
    """SHA-256 over the sorted lines of the window's credits, with the number of conversions and credits. Equal digests mean
    equal credits, whatever windows, workers and orders of arrival led to them.
    """
    sha256, allocations, conversions, previous = hashlib.sha256(), 0, 0, None
    async with connection.stream(statements.named("digest_lines"), identity.values) as result:
        async for chunk in result.partitions(_CHUNK):
            allocations += len(chunk)
            sha256.update("".join(f"{row.line}\n" for row in chunk).encode())
            for row in chunk:
                conversions += row.is_conversion and row.event_id != previous
                previous = row.event_id
    return {"digest": sha256.digest(), "allocations": allocations, "conversions": conversions}


def learned(version: ModelVersion, lessons: Lessons) -> dict[str, Any]:
    """The part of the training that a job keeps: sizes, and of the newest day the chain, where the model has one."""
    if version.model != markov.MODEL.name or not lessons.trained:
        return training_of(lessons)
    counts, effects = lessons.trained[max(lessons.trained)]
    steps = [[start, end, paths] for (start, end), paths in sorted(counts.transitions.items())]
    removal = {channel: f"{float(effect):.9f}" for channel, effect in sorted(effects.items())}
    return training_of(lessons) | {"transitions": steps, "removal_effects": removal}


def sizes(training: dict[str, Any] | None) -> dict[str, int] | None:
    """The sizes of what `learned` kept."""
    return {name: training[name] for name in ("journeys", "conversions", "thin_days")} if training else None


def training_of(lessons: Lessons) -> dict[str, int]:
    """The size of the newest training set, and the number of days whose set is thin."""
    if not lessons.trained:
        return {"journeys": 0, "conversions": 0, "thin_days": 0}
    sizes = {
        day: (sum(counts.journeys.values()), sum(counts.conversions.values()))
        for day, (counts, _) in lessons.trained.items()
    }
    journeys, conversions = sizes[max(sizes)]
    thin = sum(one < THIN_JOURNEYS or other < THIN_CONVERSIONS for one, other in sizes.values())
    return {"journeys": journeys, "conversions": conversions, "thin_days": thin}
