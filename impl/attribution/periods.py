"""A period as readers ask for it: whole days in UTC, both ends included."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any, Final

from impl.attribution.errors import InvalidParameterError

DEFAULT_DAYS: Final = 30
MAX_DAYS: Final = 366
FIRST: Final = date(2000, 1, 1)
"""Nothing was sold through us before, and the database has no arithmetic for the very first days there are."""
_DAY: Final = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Period:
    """From the start of `first` to the end of `last`."""

    first: date
    last: date

    @property
    def days(self) -> int:
        """Number of days."""
        return (self.last - self.first).days + 1

    @property
    def start(self) -> datetime:
        """The first instant."""
        return midnight(self.first)

    @property
    def values(self) -> dict[str, Any]:
        """Parameters of statements about the period."""
        span = {"span_start": self.start, "span_end": midnight(self.last) + _DAY}
        return span | {"first": self.first, "last": self.last}


def midnight(day: date) -> datetime:
    """The first instant of `day`."""
    return datetime(day.year, day.month, day.day, tzinfo=UTC)


def read(start: date | None, end: date | None, now: datetime) -> Period:
    """The period; by default the thirty days that end with `end`, which is today by default. Raises `InvalidParameterError`."""
    last = end or now.astimezone(UTC).date()
    first = start or max(last, FIRST) - (DEFAULT_DAYS - 1) * _DAY
    if min(first, last) < FIRST:
        raise InvalidParameterError(f"the period must not begin before {FIRST.isoformat()}")
    if last < first:
        raise InvalidParameterError("the period must not end before it starts")
    if (last - first).days >= MAX_DAYS or last >= date.max:
        raise InvalidParameterError(f"the period must not be longer than {MAX_DAYS} days")
    return Period(first, last)
