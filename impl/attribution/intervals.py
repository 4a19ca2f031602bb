"""Intervals for models that learn: what is credited by the training set of each day, and that set by its days."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from datetime import date
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from impl.attribution import on_demand, report, statements, training
from impl.attribution.errors import InvalidParameterError
from impl.attribution.models.resampling import Sample
from impl.attribution.models.training import Counts
from impl.attribution.pages import Scope
from impl.attribution.periods import Period
from impl.attribution.versions import ModelVersion


async def samples(connection: AsyncConnection, scope: Scope, period: Period, currency: str) -> list[Sample]:
    """Amounts of the period in `currency` with the training sets that credit them. Raises `InvalidParameterError`."""
    if not scope.version.learns:
        raise InvalidParameterError(f"intervals are of models that learn, and {scope.version.model} is a rule")
    if not await on_demand.is_small(connection, scope, period):
        raise report.too_large("intervals")
    values = scope.values | period.values | {"currency": currency}
    rows = (await connection.execute(statements.amounts("effects_of_span"), values)).all()
    amounts: dict[date, dict[frozenset[str], int]] = defaultdict(dict)
    for row in rows:
        amounts[row.day][frozenset(row.channels.split(" "))] = row.cents
    if not amounts:
        return []
    converted = await training.converted_by_day(connection, scope.tenant_id, scope.version, min(amounts), max(amounts))
    return [Sample(amounts[day], await _training(connection, scope, day, converted)) for day in sorted(amounts)]


async def _training(
    connection: AsyncConnection, scope: Scope, day: date, converted: dict[date, Counts]
) -> dict[date, Counts]:
    """The training set of `day`: paths that converted in its span, and those still open at its end."""
    result: dict[date, Counts] = {}
    for of_day in training.span(scope.version, day):
        result[of_day] = Counts()
        result[of_day].merge(converted.get(of_day, Counts()))
    nulls = await training.null_by_day(connection, scope.tenant_id, scope.version, day)
    for of_day, counts in nulls.items():
        result.setdefault(of_day, Counts()).merge(counts)
    return result


def seed(tenant_id: UUID, period: Period, version: ModelVersion) -> int:
    """The same for the same tenant, window and version."""
    window = f"{period.values['span_start'].isoformat()}:{period.values['span_end'].isoformat()}"
    text = f"{tenant_id}:{window}:{version.model}:{version.text}"
    return int.from_bytes(hashlib.sha256(text.encode()).digest(), "big")
