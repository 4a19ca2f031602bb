"""One page of a recompute: the credits of up to 500 events, computed and stored in one transaction."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from math import lcm
from typing import Any, Final
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from impl.attribution import statements, training
from impl.attribution.models.journey import Shares
from impl.attribution.models.shapley import TooManyChannelsError
from impl.attribution.models.training import Counts
from impl.attribution.versions import ModelVersion
from impl.kernel.ids import NIL

SIZE: Final = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """Whose credits are computed, and how."""

    tenant_id: UUID
    version: ModelVersion
    open_from: datetime
    """The first midnight whose day is open."""
    now: datetime
    """By the clock of the database, in UTC."""
    keeps: bool = True
    """Whether training counts may be stored: a reader has no right to."""

    @property
    def values(self) -> dict[str, Any]:
        """Parameters of every statement of the chain."""
        return {
            "tenant_id": self.tenant_id,
            "model": self.version.model,
            "version": self.version.text,
            "lookback": timedelta(days=self.version.lookback_days),
            "impressions": timedelta(days=self.version.impression_lookback_days),
            "open_from": self.open_from,
            **statements.parameters(self.version),
        }


@dataclass(frozen=True, slots=True)
class Place:
    """Where a page ends: the time and id of its last event."""

    at: datetime
    id: UUID = NIL


@dataclass(frozen=True, slots=True)
class Page:
    """The outcome of a page."""

    last: Place | None
    """None when nothing follows."""
    conversions: int
    changed: int
    """Number of events whose credits differ from those that were stored."""


@dataclass(slots=True)
class Lessons:
    """Weights that a model which learns gives to sets of channels, by day: kept while a job runs."""

    trained: dict[date, tuple[Counts, Any]] = field(default_factory=dict)
    weights: dict[tuple[date, str], dict[str, str]] = field(default_factory=dict)


async def store(connection: AsyncConnection, scope: Scope, after: Place, end: datetime, lessons: Lessons) -> Page:
    """Compute and store the credits of the events after `after` and before `end`, and of what follows from their sales."""
    window = {"after_at": after.at, "after_id": after.id, "window_end": end, "page": SIZE}
    row = await _store(connection, scope, statements.BY_WINDOW, window, lessons)
    if row.changed_conversions:
        # Refunds, disputes and what is given back take the shares of their sale, in whatever window they lie.
        sales = {"conversions": row.changed_conversions}
        await _store(connection, scope, statements.BY_SALE, sales, lessons)
    last = Place(row.last_at, row.last_id) if row.effects == SIZE else None
    return Page(last, row.conversions, row.changed)


async def _store(
    connection: AsyncConnection, scope: Scope, effects: str, selection: dict[str, Any], lessons: Lessons
) -> Any:
    values = scope.values | selection
    model = scope.version.model
    if scope.version.learns:
        values |= {"learned": await learn(connection, scope, effects, selection, lessons)}
    statement = statements.store(effects, model, learns=scope.version.learns)
    return (await connection.execute(statement, values)).one()


async def learn(
    connection: AsyncConnection, scope: Scope, effects: str, selection: dict[str, Any], lessons: Lessons
) -> str:
    """The weights of every set of several channels among `effects`, as JSON. Raises `TooManyChannelsError`."""
    sets = (await connection.execute(statements.sets(effects), scope.values | selection)).all()
    weights: dict[str, dict[str, str]] = {}
    for one in sets:
        key = (one.day, one.channels)
        if key not in lessons.weights:
            await train(connection, scope, one.day, lessons)
            lessons.weights[key] = _judge(scope.version, one, lessons.trained[one.day][1])
        weights[f"{one.day} {one.channels}"] = lessons.weights[key]
    return json.dumps(weights)


async def train(connection: AsyncConnection, scope: Scope, day: date, lessons: Lessons) -> None:
    """Train the model for `day`, also when no journey of that day needs it."""
    if day not in lessons.trained:
        lessons.trained[day] = await training.train(connection, scope.tenant_id, scope.version, day, keeps=scope.keeps)


def _judge(version: ModelVersion, one: Any, trained: Any) -> dict[str, str]:
    try:
        shares = training.credit(version, one.channels.split(" "), trained)
    except TooManyChannelsError as error:
        message = f"event {one.event_id}: {error}"
        raise TooManyChannelsError(message) from error
    return {channel: str(weight) for channel, weight in _whole(shares)}


def _whole(shares: Shares) -> Sequence[tuple[str, int]]:
    """Shares as whole numbers in the same proportion."""
    denominator = lcm(*(share.denominator for share in shares.values()))
    return [(channel, share.numerator * (denominator // share.denominator)) for channel, share in shares.items()]
