"""Schemas of export.

Generated from contracts/openapi/v1/export.yaml by `contracts generate`; change that instead.
"""

from __future__ import annotations

from typing import Annotated, TypeAlias

from pydantic import Field

from .._runtime.conforms import Conforms
from .._runtime.models import ContractModel, Omittable, wire
from .._runtime.types import Binary, Date, Integer, Real, Text, Timestamp, Uuid
from .common import ChannelCode, DateRange, Model, ModelVersion


class ExportRow(ContractModel):
    """Revenue of one channel on one day."""

    date_: Annotated[Date, wire("date")]
    """The day (UTC)."""
    channel: ChannelCode
    revenue_cents: Annotated[int, Integer(ge=-1_000_000_000_000_000, le=1_000_000_000_000_000)]
    """Revenue credited to the channel, in minor units."""
    verified_revenue_cents: Annotated[int, Integer(ge=-1_000_000_000_000_000, le=1_000_000_000_000_000)]
    """Part of the revenue verified by processors, in minor units."""
    currency: Annotated[str, Text(pattern="^[A-Z]{3}$")]
    """Currency code (ISO 4217)."""
    conversions: Annotated[int, Integer(ge=0, le=2**63 - 1)]
    """Number of sales credited to the channel."""
    confidence: Annotated[float, Real(ge=0, le=1)]
    """Share of the credit that is based on recorded touches, from 0 to 1."""
    attribution_model: Model
    model_version_: Annotated[ModelVersion, wire("model_version")]
    last_updated: Timestamp
    """Time the row was computed (UTC)."""
    data_freshness_seconds: Annotated[int, Integer(ge=0, le=2**63 - 1)]
    """Age of the row in seconds."""
    revenue: Omittable[Annotated[float, Real(ge=-10_000_000_000_000, le=10_000_000_000_000, multiple_of=0.01)]] = None
    """`revenue_cents` as a decimal number. Absent for currencies with three decimal places."""


class ExportSummary(ContractModel):
    """Totals of all rows in the reporting currency."""

    total_revenue: Annotated[float, Real(ge=-10_000_000_000_000, le=10_000_000_000_000, multiple_of=0.01)]
    """`total_revenue_cents` as a decimal number."""
    total_revenue_cents: Annotated[int, Integer(ge=-1_000_000_000_000_000, le=1_000_000_000_000_000)]
    """Sum of the credited revenue, in minor units."""
    total_conversions: Annotated[int, Integer(ge=0, le=2**63 - 1)]
    """Number of credited sales."""
    average_confidence: Annotated[float, Real(ge=0, le=1)]
    """Average share of the credit that is based on recorded touches, from 0 to 1."""


class ExportData(ContractModel):
    """Revenue per day and channel."""

    tenant_id: Uuid
    """ID of the tenant."""
    generated_at: Timestamp
    """Time of the export (UTC)."""
    date_range: DateRange
    data: Annotated[list[ExportRow], Field(max_length=1_000_000)]
    """One row per day, channel and currency."""
    summary: Omittable[ExportSummary] = None


ExportCsv: TypeAlias = Annotated[str, Text(max_length=1_000_000_000)]
"""The rows as comma-separated values (RFC 4180) with a header line."""

ExportWorkbook: TypeAlias = Annotated[Binary, Conforms({"maxLength": 1000000000})]
"""The rows as an Excel workbook with one sheet."""
