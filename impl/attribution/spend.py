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


async def import_rows(connection: AsyncConnection, tenant_id: UUID, rows: Sequence[SpendRow], *, now: datetime) -> Any:
    """Numbers of rows `accepted`, `replaced` and `unchanged`. Raises `InvalidParameterError` that names every bad row."""
    active = {row.code for row in (await connection.execute(statements.named("channels"))).all() if row.is_active}
    issues = list(_issues(rows, active, now.astimezone(UTC).date()))
    if issues:
        raise InvalidParameterError(f"{len(issues)} values cannot be imported", errors=issues[:MAX_ISSUES])
    document = [
        {"channel_code": row.channel_code, "spend_on": row.on.isoformat(), "currency": row.currency,
         "spend_cents": row.spend_cents}
        for row in rows
    ]  # fmt: skip
    values = {"tenant_id": tenant_id, "rows": json.dumps(document), "now": now}
    return (await connection.execute(statements.named("import_spend"), values)).one()


def _issues(rows: Sequence[SpendRow], active: set[str], today: date) -> Iterator[Issue]:
    places: dict[tuple[str, date, str], int] = {}
    for number, row in enumerate(rows):
        if row.channel_code not in active:
            yield _issue(number, "channel_code", "unknown_channel", "Not an active channel.")
        if row.on > today:
            yield _issue(number, "on", "in_the_future", "The day is in the future.")
        if not _is_currency(row.currency):
            yield _issue(number, "currency", "unknown_currency", "Not an ISO 4217 code.")
        key = (row.channel_code, row.on, row.currency)
        if key in places:
            message = f"The same channel, day and currency as row {places[key] + 1}."
            yield _issue(number, "channel_code", "repeated", message)
        places.setdefault(key, number)


def _is_currency(code: str) -> bool:
    try:
        return money.currency(code) == code
    except UnknownCurrencyError:
        return False


def _issue(number: int, name: str, code: str, message: str) -> Issue:
    return Issue(f"/body/rows/{number}/{name}", name, message, code)
