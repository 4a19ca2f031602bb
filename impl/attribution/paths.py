"""Paths to sales, from touches whose links are still there: which channels, how many touches, how long, and in which role."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Final

from sqlalchemy.ext.asyncio import AsyncConnection

from impl.attribution import on_demand, statements, training
from impl.attribution.errors import InvalidParameterError
from impl.attribution.pages import Scope
from impl.attribution.periods import Period

MIN_CONVERSIONS: Final = 10
"""A path that fewer sales took is not shown by itself: it might tell who bought."""
MAX_PATHS: Final = 100
LINKS_KEPT: Final = timedelta(days=180)
LENGTHS: Final = ((0, 0), (1, 1), (2, 2), (3, 3), (4, 4), (5, 5), (6, 10), (11, 20), (21, 200))
LAGS: Final = ((0, 0), (1, 1), (2, 3), (4, 7), (8, 14), (15, 30), (31, 60), (61, 90))
"""Whole days."""


@dataclass(frozen=True, slots=True)
class Journey:
    """Sales that the same channels led to, with as many touches and days."""

    channels: tuple[str, ...]
    touches: int
    days: int
    conversions: int
    cents: int


@dataclass(frozen=True, slots=True)
class Path:
    """Sales of one path."""

    channels: tuple[str, ...]
    conversions: int
    cents: int


@dataclass(frozen=True, slots=True)
class Bucket:
    """Sales from `low` to `high`, both included."""

    low: int
    high: int
    conversions: int


@dataclass(slots=True)
class Roles:
    """Sales in which a channel was the first, one between, the last, and one before the last."""

    first: int = 0
    middle: int = 0
    last: int = 0
    assisted: int = 0


@dataclass(frozen=True, slots=True)
class Paths:
    """All about the paths of a period."""

    paths: Sequence[Path]
    other: Path | None
    lengths: Sequence[Bucket]
    lags: Sequence[Bucket]
    roles: Mapping[str, Roles]


async def of_period(connection: AsyncConnection, scope: Scope, period: Period, currency: str) -> Paths:
    """The paths to the sales in `currency`. Raises `InvalidParameterError` for what is too large or too long ago."""
    oldest = (scope.now - LINKS_KEPT).date() + timedelta(days=scope.version.lookback_days + 1)
    if period.first < oldest:
        raise InvalidParameterError(f"touches of before are no longer linked; start on {oldest.isoformat()} or later")
    if await on_demand.effects(connection, scope, period) > on_demand.MAX_EFFECTS:
        raise InvalidParameterError(
            f"paths are shown for at most {on_demand.MAX_EFFECTS:,} sales and refunds; choose a shorter period"
        )
    every = replace(scope, open_from=training.BEGINNING)
    values = every.values | period.values | {"currency": currency}
    rows = (await connection.execute(statements.journeys(), values)).all()
    return summary([Journey(tuple(row.channels), row.touches, row.days, row.conversions, row.cents) for row in rows])


def summary(journeys: Sequence[Journey]) -> Paths:
    """Paths, lengths, lags and roles of `journeys`."""
    listed, other = _paths(journeys)
    return Paths(
        paths=listed,
        other=other,
        lengths=_buckets(LENGTHS, ((one.touches, one.conversions) for one in journeys)),
        lags=_buckets(LAGS, ((one.days, one.conversions) for one in journeys if one.touches)),
        roles=_roles(journeys),
    )


def _paths(journeys: Iterable[Journey]) -> tuple[list[Path], Path | None]:
    """The most frequent paths, and the others together, each of enough sales to be shown."""
    conversions: Counter[tuple[str, ...]] = Counter()
    cents: Counter[tuple[str, ...]] = Counter()
    for one in journeys:
        conversions[one.channels] += one.conversions
        cents[one.channels] += one.cents
    ordered = sorted(conversions, key=lambda channels: (-conversions[channels], channels))
    listed = [channels for channels in ordered if conversions[channels] >= MIN_CONVERSIONS][:MAX_PATHS]
    rest = ordered[len(listed) :]
    other = Path((), sum(conversions[one] for one in rest), sum(cents[one] for one in rest))
    paths = [Path(channels, conversions[channels], cents[channels]) for channels in listed]
    return paths, other if other.conversions >= MIN_CONVERSIONS else None


def _buckets(bounds: Iterable[tuple[int, int]], values: Iterable[tuple[int, int]]) -> list[Bucket]:
    numbers = list(values)
    sums = ((low, high, sum(count for value, count in numbers if low <= value <= high)) for low, high in bounds)
    return [Bucket(low, high, count) for low, high, count in sums if count]


def _roles(journeys: Iterable[Journey]) -> dict[str, Roles]:
    result: dict[str, Roles] = {}
    for one in journeys:
        for channel in set(one.channels):
            roles = result.setdefault(channel, Roles())
            roles.first += one.conversions * (one.channels[0] == channel)
            roles.middle += one.conversions * (channel in one.channels[1:-1])
            roles.last += one.conversions * (one.channels[-1] == channel)
            roles.assisted += one.conversions * (channel in one.channels[:-1])
    return dict(sorted(result.items()))
