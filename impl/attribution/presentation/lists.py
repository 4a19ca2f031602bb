"""Credits and paths as the contract words them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, cast
from uuid import UUID

from generated.server.models import attribution as models
from generated.server.models import common
from impl.attribution.paths import Paths
from impl.attribution.periods import Period
from impl.attribution.presentation.values import utc


def to_api_credits(tenant_id: UUID, rows: Sequence[Any], page: common.Page) -> models.AttributedConversionPage:
    """A page of credits."""
    items = [
        models.AttributedConversion(
            tenant_id=tenant_id,
            allocation_id=row.id,
            event_id=row.event_id,
            event_type=row.event_type,
            occurred_at=utc(row.occurred_at),
            is_conversion=row.is_conversion,
            channel_code=row.channel_code,
            currency=row.currency,
            effect_cents=row.effect_cents,
            allocated_revenue_cents=row.cents,
            allocation_ratio=float(row.ratio),
            touch_count=row.touch_count,
        )
        for row in rows
    ]
    return models.AttributedConversionPage(items=items, page=page)


def to_api_paths(
    tenant_id: UUID, paths: Paths, period: Period, lookback_days: int, currency: str, names: Mapping[str, str]
) -> models.AttributionPaths:
    """Paths, lengths, lags and roles."""
    other = paths.other
    return models.AttributionPaths(
        tenant_id=tenant_id,
        date_range=common.DateRange(start=period.first, end=period.last),
        currency=currency,
        lookback_days=lookback_days,
        paths=[
            models.ConversionPath(
                channels=cast("Any", list(one.channels)), conversions=one.conversions, revenue_cents=one.cents
            )
            for one in paths.paths
        ],
        other=None if other is None else models.OtherPaths(conversions=other.conversions, revenue_cents=other.cents),
        path_lengths=[
            models.PathLength(from_touches=one.low, to_touches=one.high, conversions=one.conversions)
            for one in paths.lengths
        ],
        time_lags=[
            models.TimeLag(from_days=one.low, to_days=one.high, conversions=one.conversions) for one in paths.lags
        ],
        channels=[
            models.ChannelRoles(
                channel_name=cast("Any", names[code]),
                channel_code=cast("Any", code),
                first_conversions=roles.first,
                middle_conversions=roles.middle,
                last_conversions=roles.last,
                assisted_conversions=roles.assisted,
            )
            for code, roles in paths.roles.items()
        ],
    )
