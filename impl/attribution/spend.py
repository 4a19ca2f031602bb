"""Import of what channels cost: all rows or none."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from generated.server import Issue
from impl.attribution import statements
from impl.attribution.errors import InvalidParameterError
from impl.attribution.periods import Period
from impl.kernel import money
from impl.kernel.money import UnknownCurrencyError

MAX_ISSUES = 100


@dataclass(frozen=True, slots=True)
class SpendRow:
    """The cost of one channel on one day, in minor units."""

    channel_code: str
    on: date
    currency: str
    spend_cents: int


async def by_channel(connection: AsyncConnection, tenant_id: UUID, period: Period) -> dict[tuple[str, str], int]:
    """Cents by channel and currency. What was imported for a day outranks what the platform reports."""
    values = {"tenant_id": tenant_id, "first": period.first, "last": period.last}
    rows = (await connection.execute(statements.named("spend_by_channel"), values)).all()
    return {(row.channel_code, row.currency): row.cents for row in rows}


@dataclass(frozen=True, slots=True)
class Mistake:
    """A row that cannot be imported, and why."""

    place: int
    """Index of the row, or number of its line in a file."""
    issue: Issue


@dataclass(frozen=True, slots=True, kw_only=True)
class Upload:
    """The rows of a request, with the mistakes that reading them showed."""

    rows: Sequence[SpendRow]
    lines: Sequence[int] | None = None
    """Line of each row, where they come from a file."""
    mistakes: Sequence[Mistake] = ()

    def mistake(self, index: int, column: str, message: str, code: str) -> Mistake:
        """A mistake in the row at `index`."""
        if self.lines is not None:
            return line_mistake(self.lines[index], column, message, code)
        return Mistake(index, Issue(f"/body/rows/{index}/{column}", column, message, code))

    def name(self, index: int) -> str:
        """How the author of the rows finds the one at `index`."""
        return f"row {index + 1}" if self.lines is None else f"line {self.lines[index]}"


def line_mistake(line: int, column: str, message: str, code: str) -> Mistake:
    """A mistake at a line and column of a file."""
    return Mistake(line, Issue(f"/body/{line}/{column}", column, f"Line {line}: {message}", code))


async def import_rows(connection: AsyncConnection, tenant_id: UUID, upload: Upload, *, now: datetime) -> Any:
    """Numbers of rows `accepted`, `replaced` and `unchanged`. Raises `InvalidParameterError` that names bad rows."""
    active = {row.code for row in (await connection.execute(statements.named("channels"))).all() if row.is_active}
    mistakes = [*upload.mistakes, *_mistakes(upload, active, now.astimezone(UTC).date())]
    if mistakes:
        raise _refusal(mistakes)
    document = [
        {"channel_code": row.channel_code, "spend_on": row.on.isoformat(), "currency": row.currency,
         "spend_cents": row.spend_cents}
        for row in upload.rows
    ]  # fmt: skip
    values = {"tenant_id": tenant_id, "rows": json.dumps(document), "now": now}
    return (await connection.execute(statements.named("import_spend"), values)).one()


def _refusal(mistakes: Sequence[Mistake]) -> InvalidParameterError:
    """All mistakes in the order of their rows; when they are too many, the first one of each bad row."""
    ordered = sorted(mistakes, key=lambda one: one.place)
    firsts = list({one.place: one for one in reversed(ordered)}.values())[::-1]
    listed = ordered if len(ordered) <= MAX_ISSUES else firsts[:MAX_ISSUES]
    rows = "1 row" if len(firsts) == 1 else f"{len(firsts)} rows"
    return InvalidParameterError(
        f"{rows} cannot be imported, so none was; the first are named", errors=[one.issue for one in listed]
    )


def _mistakes(upload: Upload, active: set[str], today: date) -> Iterator[Mistake]:
    places: dict[tuple[str, date, str], int] = {}
    for number, row in enumerate(upload.rows):
        if row.channel_code not in active:
            yield upload.mistake(number, "channel_code", "Not an active channel.", "unknown_channel")
        if row.on > today:
            yield upload.mistake(number, "on", "The day is in the future.", "in_the_future")
        if not _is_currency(row.currency):
            yield upload.mistake(number, "currency", "Not an ISO 4217 code.", "unknown_currency")
        key = (row.channel_code, row.on, row.currency)
        if key in places:
            message = f"The same channel, day and currency as {upload.name(places[key])}."
            yield upload.mistake(number, "channel_code", message, "repeated")
        places.setdefault(key, number)


def _is_currency(code: str) -> bool:
    try:
        return money.currency(code) == code
    except UnknownCurrencyError:
        return False
