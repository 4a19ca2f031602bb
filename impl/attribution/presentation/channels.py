"""Channels and campaigns as the contract words them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import Any, cast
from uuid import UUID

from generated.server.models import attribution as models
from generated.server.models import common
from impl.attribution import figures, versions
from impl.attribution.figures import ChannelFigure
from impl.attribution.models.resampling import Ranges
from impl.attribution.periods import Period
from impl.attribution.presentation.values import FOUR, decimal, to_api_total, utc
from impl.attribution.report import CampaignCredit, Credit, Report


@dataclass(frozen=True, slots=True, kw_only=True)
class ChannelReport:
    """All that a report of channels shows."""

    tenant_id: UUID
    report: Report
    period: Period
    currency: str
    names: Mapping[str, str]
    """Name of each channel code."""
    spend: Mapping[tuple[str, str], int]
    """Cents by channel code and currency."""
    campaigns: Sequence[CampaignCredit] | None = None
    ranges: Ranges | None = None

    def credits_of(self, codes: Sequence[str]) -> list[Credit]:
        """The credits of some channels."""
        return [one for one in self.report.credits if one.channel_code in codes and one.currency == self.currency]

    def spend_of(self, codes: Sequence[str]) -> int | None:
        """Cost of these channels, if it is known of any."""
        known = [self.spend[code, self.currency] for code in codes if (code, self.currency) in self.spend]
        return sum(known) if known else None


def to_api_report(shown: ChannelReport) -> models.ChannelAttributionReport:
    """Channels of one name together, the one with the most revenue first; figures of other currencies as totals."""
    report, period, currency = shown.report, shown.period, shown.currency
    by_name: dict[str, list[str]] = defaultdict(list)
    for code in sorted({one.channel_code for one in report.credits if one.currency == currency}):
        by_name[shown.names[code]].append(code)
    rows = [_channel(shown, name, codes) for name, codes in by_name.items()]
    rows.sort(key=lambda row: (-row.revenue_cents, row.channel_name))
    total = report.total_cents(currency)
    return models.ChannelAttributionReport(
        tenant_id=shown.tenant_id,
        channels=rows,
        campaigns=None if shown.campaigns is None else [_campaign(one, shown.names) for one in shown.campaigns],
        total_revenue=decimal(total, currency),
        total_revenue_cents=total,
        currency=currency,
        other_currencies=[
            to_api_total(other, report.total_cents(other))
            for other in sorted({one.currency for one in report.credits} - {currency})
        ],
        date_range=common.DateRange(start=period.first, end=period.last),
        model=cast("Any", report.version.model),
        model_version_=report.version.text,
        lookback_days=report.version.lookback_days,
        is_complete=report.is_complete,
        computed_through=utc(report.computed_through),
        training=None if report.training is None else models.Training(**report.training),
        warnings=list(report.warnings),
    )


def _channel(shown: ChannelReport, name: str, codes: Sequence[str]) -> models.ChannelAttribution:
    credits_, spend, currency = shown.credits_of(codes), shown.spend_of(codes), shown.currency
    cents = sum(one.cents for one in credits_)
    shares = sum((one.shares for one in credits_), Decimal(0)).quantize(FOUR, ROUND_HALF_UP)
    weight = sum(one.conversion_cents for one in credits_)
    confident = sum((one.confident_cents for one in credits_), Decimal(0))
    version = shown.report.version
    figure = ChannelFigure(name, shown.period, version.model, version.lookback_days)
    return models.ChannelAttribution(
        channel_name=cast("Any", name),
        channel_codes=[one.channel_code for one in credits_],
        revenue=decimal(cents, currency),
        revenue_cents=cents,
        conversion_count=sum(one.conversions for one in credits_),
        attributed_conversions=float(shares),
        confidence_score=float((confident / weight).quantize(FOUR, ROUND_HALF_UP)) if weight else 0.0,
        explain_id=figures.encode(shown.tenant_id, figure) if versions.is_usual(version) else None,
        interval=_interval(shown.ranges, credits_, cents),
        spend=None if spend is None else decimal(spend, currency),
        spend_cents=spend,
        roas=float((Decimal(cents) / spend).quantize(FOUR, ROUND_HALF_UP)) if spend else None,
        cpa_cents=int((spend / shares).quantize(Decimal(1), ROUND_HALF_UP)) if spend is not None and shares else None,
    )


def _interval(ranges: Ranges | None, credits_: Sequence[Credit], cents: int) -> models.CreditInterval | None:
    if ranges is None:
        return None
    lower, upper = ranges.interval([one.channel_code for one in credits_], cents)
    return models.CreditInterval(lower_cents=lower, upper_cents=upper)


def _campaign(credit: CampaignCredit, names: Mapping[str, str]) -> models.CampaignAttribution:
    return models.CampaignAttribution(
        channel_name=cast("Any", names[credit.channel_code]),
        channel_code=cast("Any", credit.channel_code),
        campaign=credit.campaign,
        revenue_cents=credit.cents,
        conversion_count=credit.conversions,
        attributed_conversions=float(credit.shares.quantize(FOUR, ROUND_HALF_UP)),
    )
