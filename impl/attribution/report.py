"""Credit by channel over a period: what is stored, or, where days are missing and the period is small, computed on demand."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Final
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from impl.attribution import on_demand, pages, recompute, statements
from impl.attribution.errors import InvalidParameterError, NotComputedError
from impl.attribution.pages import Lessons, Scope
from impl.attribution.periods import Period, midnight
from impl.attribution.versions import ModelVersion

MAX_CAMPAIGNS: Final = 1_000
OTHER: Final = "(other)"


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


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """Where the figures of a period come from."""

    scope: Scope
    unfinished: Sequence[date]
    """Days that are not complete."""
    is_computed: bool
    """On demand, because days are not complete and the period is small."""
    job: Any
    """The newest job of what is stored, if there is one."""


async def source(
    connection: AsyncConnection, tenant_id: UUID, version: ModelVersion, period: Period, *, is_fresh: bool = False
) -> Source:
    """The source. `is_fresh`: never stored credits that lack a day. Raises `NotComputedError`."""
    values = {"tenant_id": tenant_id, "model": version.model, "version": version.text, **period.values}
    unfinished = list((await connection.execute(statements.named("unfinished_days"), values)).scalars())
    scope = await recompute.scope(connection, tenant_id, version, keeps=False)
    if unfinished and await on_demand.is_small(connection, scope, period):
        return Source(scope=scope, unfinished=(), is_computed=True, job=None)
    job = (await connection.execute(statements.named("newest_job"), values)).one_or_none()
    if unfinished and (is_fresh or len(unfinished) == period.days or job is None):
        raise NotComputedError
    return Source(scope=scope, unfinished=unfinished, is_computed=False, job=job)


async def by_channel(
    connection: AsyncConnection, tenant_id: UUID, version: ModelVersion, period: Period, *, is_fresh: bool = False
) -> Report:
    """The report. `is_fresh`: never from stored credits that lack a day. Raises `NotComputedError`."""
    origin = await source(connection, tenant_id, version, period, is_fresh=is_fresh)
    if origin.is_computed:
        return await _on_demand(connection, origin.scope, period)
    values = {"tenant_id": tenant_id, "model": version.model, "version": version.text, **period.values}
    rows = (await connection.execute(statements.named("stored_by_channel"), values)).all()
    unfinished, now = origin.unfinished, origin.scope.now
    complete = not [day for day in unfinished if day < now.date()]
    training = recompute.sizes(origin.job.training) if origin.job is not None and version.learns else None
    return Report(
        version=version,
        credits=[_credit(row) for row in rows],
        is_complete=complete,
        computed_through=midnight(unfinished[0]) if unfinished else min(period.values["span_end"], now),
        training=training,
        warnings=warnings(training, unfinished=0 if complete else len(unfinished)),
    )


async def _on_demand(connection: AsyncConnection, scope: Scope, period: Period) -> Report:
    version, lessons = scope.version, Lessons()
    if version.learns:
        await pages.train(connection, scope, min(period.last, scope.now.date()), lessons)
    rows = await on_demand.rows(connection, scope, period, "credit_by_channel", lessons)
    training = recompute.training_of(lessons) if version.learns else None
    return Report(
        version=version,
        credits=[_credit(row) for row in rows],
        is_complete=True,
        computed_through=min(period.values["span_end"], scope.now),
        training=training,
        warnings=warnings(training),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class CampaignCredit:
    """The credit of one campaign in one channel."""

    channel_code: str
    campaign: str
    cents: int
    conversions: int
    shares: Decimal


async def by_campaign(connection: AsyncConnection, scope: Scope, period: Period, currency: str) -> list[CampaignCredit]:
    """The campaigns of every channel, the one with the most revenue first. Raises `InvalidParameterError`."""
    if not await on_demand.is_small(connection, scope, period):
        raise too_large("campaigns")
    values = {"learns": scope.version.learns}
    rows = await on_demand.rows(connection, scope, period, "credit_by_campaign", values=values)
    result = [
        CampaignCredit(
            channel_code=row.channel_code,
            campaign=row.campaign,
            cents=row.cents,
            conversions=row.conversions,
            shares=row.shares,
        )
        for row in rows
        if row.currency == currency
    ]
    return _fold(sorted(result, key=_most_revenue))


def too_large(what: str) -> InvalidParameterError:
    """Why `what` is not shown for a period."""
    limit = f"{on_demand.MAX_DAYS} days within the last 90 and {on_demand.MAX_EFFECTS:,} sales and refunds"
    return InvalidParameterError(f"{what} are shown for at most {limit}; choose a shorter period")


def _most_revenue(credit: CampaignCredit) -> tuple[int, str, str]:
    return -credit.cents, credit.channel_code, credit.campaign


def _fold(credits_: Sequence[CampaignCredit]) -> list[CampaignCredit]:
    """At most `MAX_CAMPAIGNS`; the last ones of a channel together, so that its campaigns still add up to it."""
    if len(credits_) <= MAX_CAMPAIGNS:
        return list(credits_)
    room = MAX_CAMPAIGNS - len({one.channel_code for one in credits_})
    rest: dict[str, list[CampaignCredit]] = {}
    for one in credits_[room:]:
        rest.setdefault(one.channel_code, []).append(one)
    folded = [
        CampaignCredit(
            channel_code=code,
            campaign=OTHER,
            cents=sum(one.cents for one in of_channel),
            conversions=sum(one.conversions for one in of_channel),
            shares=sum((one.shares for one in of_channel), Decimal(0)),
        )
        for code, of_channel in sorted(rest.items())
    ]
    return [*credits_[:room], *folded]


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
