"""Models side by side as the contract words them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import ROUND_HALF_UP, Decimal
from typing import Any, cast
from uuid import UUID

from generated.server.models import attribution as models
from generated.server.models import common
from impl.attribution.periods import Period
from impl.attribution.presentation.values import FOUR
from impl.attribution.report import Report


def to_api_comparison(
    tenant_id: UUID, reports: Sequence[Report], period: Period, currency: str, names: Mapping[str, str], own_model: str
) -> models.ModelComparison:
    """Each model with its channels, and with the difference to the tenant's own model where that is one of them."""
    credit = [{one.channel_code: one.cents for one in report.credits if one.currency == currency} for report in reports]
    own = next((c for report, c in zip(reports, credit, strict=True) if report.version.model == own_model), None)
    return models.ModelComparison(
        tenant_id=tenant_id,
        date_range=common.DateRange(start=period.first, end=period.last),
        currency=currency,
        lookback_days=reports[0].version.lookback_days,
        models=[
            models.ComparedModel(
                model=cast("Any", report.version.model),
                model_version_=report.version.text,
                total_revenue_cents=report.total_cents(currency),
                channels=[
                    _compared(code, cents, report.total_cents(currency), names, own)
                    for code, cents in sorted(by_code.items(), key=lambda pair: (-pair[1], pair[0]))
                ],
                training=None if report.training is None else models.Training(**report.training),
                warnings=list(report.warnings) or None,
            )
            for report, by_code in zip(reports, credit, strict=True)
        ],
    )


def _compared(
    code: str, cents: int, total: int, names: Mapping[str, str], own: Mapping[str, int] | None
) -> models.ComparedChannel:
    return models.ComparedChannel(
        channel_name=cast("Any", names[code]),
        channel_code=cast("Any", code),
        revenue_cents=cents,
        share=float((Decimal(cents) / total).quantize(FOUR, ROUND_HALF_UP)) if total else 0.0,
        difference_cents=None if own is None else cents - own.get(code, 0),
    )
