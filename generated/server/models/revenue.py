"""Schemas of revenue.

Generated from contracts/openapi/v1/revenue.yaml by `contracts generate`; change that instead.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from .._runtime.models import ContractModel
from .._runtime.types import Integer, Real, Text, Timestamp, Uuid
from .common import CurrencyTotal, RealtimeRevenueSource


class RealtimeRevenue(ContractModel):
    """The revenue of the current UTC day so far, as the payment processors report it."""

    tenant_id: Uuid
    """Your tenant."""
    interval: Literal["minute"]
    """How fine the figure moves."""
    currency: Annotated[str, Text(pattern="^[A-Z]{3}$")]
    """The reporting currency of your tenant (ISO 4217)."""
    revenue_total: Annotated[float, Real(ge=-10_000_000_000_000, le=10_000_000_000_000, multiple_of=0.01)]
    """The same total as `revenue_total_cents`, as a decimal number."""
    revenue_total_cents: Annotated[int, Integer(ge=-1_000_000_000_000_000, le=1_000_000_000_000_000)]
    """Payments less refunds so far today, in the smallest unit of the currency. It can be below zero."""
    verified: Literal[False]
    """Always false; only reconciliation makes revenue verified."""
    data_as_of: Timestamp
    """When the processors were last asked with success (UTC)."""
    window_start: Timestamp
    """Start of the current day (UTC), from which the total counts."""
    sources: Annotated[list[RealtimeRevenueSource], Field(max_length=1000)]
    """What each connected account contributed, one line per account and currency."""
    other_currencies: Annotated[list[CurrencyTotal], Field(max_length=200)]
    """Today's totals in the other currencies you sell in. They are not part of `revenue_total`."""
