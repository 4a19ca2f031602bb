"""Training sets of the models that learn: paths of a day counted once, kept, and added up over the look-back.

The set of day D holds the paths that converted in [D − look-back, D + 1), and as null the paths that were open at D + 1 and whose
last touch lies in the same span. Nothing that happened at or after D + 1 is in it.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any, Final
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from impl.attribution import models, statements
from impl.attribution.models.journey import Shares, Touch
from impl.attribution.models.training import Counts, Learner
from impl.attribution.versions import ModelVersion
from impl.db import locks

CONVERTED: Final = "converted"
NULL: Final = "null"
_LEARNERS: Final[dict[str, Learner[Any]]] = {learner.name: learner for learner in models.LEARNERS}
_NO_TIME: Final = datetime(1970, 1, 1, tzinfo=UTC)
BEGINNING: Final = datetime(1, 1, 3, tzinfo=UTC)
"""Before everything, and far enough from the first day that a time zone can be applied."""


async def train(
    connection: AsyncConnection, tenant_id: UUID, version: ModelVersion, day: date, *, keeps: bool
) -> tuple[Counts, Any]:
    """The training set of `day`, and what the model of `version` has learnt from it."""
    counts = await counts_of(connection, tenant_id, version, day, keeps=keeps)
    return counts, _LEARNERS[version.model].train(counts)


def credit(version: ModelVersion, channels: Iterable[str], trained: Any) -> Shares:
    """Shares of a conversion with these distinct channels. Raises `TooManyChannelsError`."""
    return _LEARNERS[version.model].credit([Touch(channel, _NO_TIME) for channel in channels], trained)


def lock(tenant_id: UUID) -> int:
    """Key under which the counts of a tenant are made and forgotten, so that none is kept that a fact has outdated."""
    return locks.key64(f"attribution_training:{tenant_id}")


async def counts_of(
    connection: AsyncConnection, tenant_id: UUID, version: ModelVersion, day: date, *, keeps: bool
) -> Counts:
    """The training set of `day`, counted. What is not stored is counted now; a worker `keeps` it."""
    if keeps:
        await locks.acquire(connection, lock(tenant_id))
    first = day - timedelta(days=version.lookback_days)
    values = {
        "tenant_id": tenant_id,
        "lookback_days": version.lookback_days,
        "impression_lookback_days": version.impression_lookback_days,
        "first": first,
        "last": day,
    }
    rows = (await connection.execute(statements.named("stored_training"), values)).all()
    known = {(row.day, row.kind): row.counts for row in rows}
    missing = [one for one in _days(first, day) if (one, CONVERTED) not in known]
    if missing:
        known |= await _count(connection, tenant_id, version, CONVERTED, _days(missing[0], missing[-1]))
    if (day, NULL) not in known:
        known |= await _count(connection, tenant_id, version, NULL, [day])
    if keeps:
        stored = {(row.day, row.kind) for row in rows}
        await _keep(connection, values, {key: one for key, one in known.items() if key not in stored})
    total = Counts()
    for (of_day, kind), counts in known.items():
        if kind == CONVERTED or of_day == day:
            total.merge(from_json(counts))
    return total


def _days(first: date, last: date) -> list[date]:
    return [first + timedelta(days=i) for i in range((last - first).days + 1)]


def _midnight(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=UTC)


async def converted_by_day(
    connection: AsyncConnection, tenant_id: UUID, version: ModelVersion, first: date, last: date
) -> dict[date, Counts]:
    """Converted paths of the training sets of `first` to `last`, by day of conversion."""
    days = _days(first - timedelta(days=version.lookback_days), last)
    return await _paths(connection, _span(tenant_id, version, CONVERTED, days), CONVERTED)


async def null_by_day(
    connection: AsyncConnection, tenant_id: UUID, version: ModelVersion, day: date
) -> dict[date, Counts]:
    """Paths still open at the end of `day`, by day of their last touch."""
    return await _paths(connection, _span(tenant_id, version, NULL, [day]) | {"is_dated": True}, NULL)


def span(version: ModelVersion, day: date) -> list[date]:
    """The days of the training set of `day`."""
    return _days(day - timedelta(days=version.lookback_days), day)


async def _paths(connection: AsyncConnection, values: dict[str, Any], kind: str) -> dict[date, Counts]:
    result: dict[date, Counts] = {}
    for row in (await connection.execute(statements.paths(kind), values)).all():
        counts = result.setdefault(row.day, Counts())
        counts.add(row.channels, is_converted=kind == CONVERTED, paths=row.paths)
    return result


async def _count(
    connection: AsyncConnection, tenant_id: UUID, version: ModelVersion, kind: str, days: Sequence[date]
) -> dict[tuple[date, str], Any]:
    """Counts of some days that follow each other; of null paths, of one day."""
    counts = await _paths(connection, _span(tenant_id, version, kind, days), kind)
    if kind == NULL:
        return {(days[0], kind): to_json(counts.get(None, Counts()))}  # type: ignore[call-overload]  # null paths have no day
    return {(day, kind): to_json(counts.get(day, Counts())) for day in days}


def _span(tenant_id: UUID, version: ModelVersion, kind: str, days: Sequence[date]) -> dict[str, Any]:
    lookback, start = timedelta(days=version.lookback_days), _midnight(days[0])
    return {
        "tenant_id": tenant_id,
        "lookback": lookback,
        "impressions": timedelta(days=version.impression_lookback_days),
        "span_start": start,
        "span_end": _midnight(days[-1]) + timedelta(days=1),
        "since_at": BEGINNING if kind == CONVERTED else start - lookback,
        "open_from": BEGINNING,
        "is_dated": False,
    }


async def _keep(connection: AsyncConnection, values: dict[str, Any], new: dict[tuple[date, str], Any]) -> None:
    for kind in (CONVERTED, NULL):
        rows = [{"day": day.isoformat(), "counts": one} for (day, of), one in new.items() if of == kind]
        if rows:
            await connection.execute(
                statements.named("store_training"), values | {"kind": kind, "rows": json.dumps(rows)}
            )


def to_json(counts: Counts) -> dict[str, Any]:
    """Counts as they are stored: channels and numbers only, in a fixed order."""
    return {
        "transitions": sorted([start, end, number] for (start, end), number in counts.transitions.items()),
        "journeys": sorted([" ".join(sorted(key)), number] for key, number in counts.journeys.items()),
        "conversions": sorted([" ".join(sorted(key)), number] for key, number in counts.conversions.items()),
    }


def from_json(value: dict[str, Any]) -> Counts:
    """Counts from what `to_json` made."""
    return Counts(
        transitions=Counter({(start, end): number for start, end, number in value["transitions"]}),
        journeys=Counter({frozenset(key.split(" ")): number for key, number in value["journeys"]}),
        conversions=Counter({frozenset(key.split(" ")): number for key, number in value["conversions"]}),
    )
