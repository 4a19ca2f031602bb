"""Credit by channel over a period: what is stored, or, where days are missing and the period is small, computed on demand."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any, Final
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from impl.attribution import pages, recompute, statements
from impl.attribution.errors import NotComputedError
from impl.attribution.pages import Lessons
from impl.attribution.periods import Period, midnight
from impl.attribution.versions import ModelVersion

MAX_DAYS: Final = 31
MAX_EFFECTS: Final = 10_000
_DAY: Final = timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Credit:
    """The credit of one channel in one currency."""

    channel_code: str
    currency: str
    cents: int
    conversions: int
    """Sales of which the channel has credit."""
    shares: Decimal
    """Sum of its shares in them."""
    confident_cents: Decimal
    conversion_cents: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """Credits of a period under one model and version."""

    version: ModelVersion
    credits: Sequence[Credit]
    is_complete: bool
    computed_through: datetime | None
    training: dict[str, int] | None = None
    warnings: Sequence[str] = field(default_factory=tuple)

    def total_cents(self, currency: str) -> int:
        """Sum over all channels."""
        return sum(one.cents for one in self.credits if one.currency == currency)


async def by_channel(
    connection: AsyncConnection, tenant_id: UUID, version: ModelVersion, period: Period, *, is_fresh: bool = False
) -> Report:
    """The report. `is_fresh`: never from stored credits that lack a day. Raises `NotComputedError`."""
    identity = {"tenant_id": tenant_id, "model": version.model, "version": version.text}
    values = identity | period.values
    unfinished = list((await connection.execute(statements.named("unfinished_days"), values)).scalars())
    scope = await recompute.scope(connection, tenant_id, version, keeps=False)
    if unfinished and await _is_small(connection, period, values, scope):
        return await _on_demand(connection, scope, period)
    if unfinished and (is_fresh or len(unfinished) == period.days):
        raise NotComputedError
    rows = (await connection.execute(statements.named("stored_by_channel"), values)).all()
    job = (await connection.execute(statements.named("newest_job"), values)).one_or_none()
    if unfinished and job is None:
        raise NotComputedError
    now = scope.now
    complete = not [day for day in unfinished if day < now.date()]
    through = midnight(unfinished[0]) if unfinished else min(period.values["span_end"], now)
    training = job.training if job is not None and version.learns else None
    return Report(
        version=version,
        credits=[_credit(row) for row in rows],
        is_complete=complete,
        computed_through=through,
        training=training,
        warnings=warnings(training, unfinished=0 if complete else len(unfinished)),
    )


async def _is_small(connection: AsyncConnection, period: Period, values: dict[str, Any], scope: pages.Scope) -> bool:
    if period.days > MAX_DAYS or period.start < scope.open_from:
        return False
    limit = {"limit": MAX_EFFECTS + 1}
    effects = await connection.scalar(statements.named("effects_in_span"), values | limit)
    return int(effects or 0) <= MAX_EFFECTS


async def _on_demand(connection: AsyncConnection, scope: pages.Scope, period: Period) -> Report:
    version, lessons = scope.version, Lessons()
    values: dict[str, Any] = scope.values | period.values
    if version.learns:
        values |= {"learned": await pages.learn(connection, scope, "effects_of_span", period.values, lessons)}
        await pages.train(connection, scope, min(period.last, scope.now.date()), lessons)
    statement = statements.report("effects_of_span", version.model, "credit_by_channel", learns=version.learns)
    rows = (await connection.execute(statement, values)).all()
    training = recompute.training_of(lessons) if version.learns else None
    return Report(
        version=version,
        credits=[_credit(row) for row in rows],
        is_complete=True,
        computed_through=min(period.values["span_end"], scope.now),
        training=training,
        warnings=warnings(training),
    )


def _credit(row: Any) -> Credit:
    return Credit(
        channel_code=row.channel_code,
        currency=row.currency,
        cents=row.cents,
        conversions=row.conversions,
        shares=row.shares,
        confident_cents=row.confident_cents,
        conversion_cents=row.conversion_cents,
    )


def warnings(training: dict[str, int] | None, *, unfinished: int = 0) -> tuple[str, ...]:
    """Sentences about what the figures rest on."""
    result = []
    if unfinished:
        result.append(f"Days of the period that are not complete: {unfinished}. Their figures will change.")
    if training is not None and training["thin_days"]:
        result.append(
            f"Days on which the model learnt from fewer than {recompute.THIN_JOURNEYS} paths or"
            f" {recompute.THIN_CONVERSIONS} conversions: {training['thin_days']}. There its gain over linear is small."
        )
    return tuple(result)
