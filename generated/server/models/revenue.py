"""Schemas of revenue.

Generated from contracts/openapi/v1/revenue.yaml by `contracts generate`; change that instead.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from .._runtime.models import ContractModel
from .._runtime.types import Exact, Integer, Real, Text, Timestamp, Uuid
from .common import CurrencyTotal, RealtimeRevenueSource


class RealtimeRevenue(ContractModel):
    """Revenue of the current UTC day so far as reported by the payment processors."""

    tenant_id: Uuid
    """ID of the tenant."""
    interval: Literal["minute"]
    """Granularity of the figure."""
    currency: Annotated[str, Text(pattern="^[A-Z]{3}$")]
    """Reporting currency of the tenant (ISO 4217)."""
    revenue_total: Annotated[float, Real(ge=-10_000_000_000_000, le=10_000_000_000_000, multiple_of=0.01)]
    """`revenue_total_cents` as a decimal number."""
    revenue_total_cents: Annotated[int, Integer(ge=-1_000_000_000_000_000, le=1_000_000_000_000_000)]
    """Payments minus refunds so far today, in minor units. Can be negative."""
    verified: Annotated[Literal[False], Exact()]
    """Always false; only reconciliation verifies revenue."""
    data_as_of: Timestamp
    """Time of the last successful fetch from the processors (UTC)."""
    window_start: Timestamp
    """Start of the current day (UTC), where the total begins."""
    sources: Annotated[list[RealtimeRevenueSource], Field(max_length=1000)]
    """Contribution of each connected account, one entry per account and currency."""
    other_currencies: Annotated[list[CurrencyTotal], Field(max_length=200)]
    """Today's totals in other currencies. Not included in `revenue_total`."""
