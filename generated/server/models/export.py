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
    """What one channel earned on one day."""

    date_: Annotated[Date, wire("date")]
    """The day (UTC)."""
    channel: ChannelCode
    revenue_cents: Annotated[int, Integer(ge=-1_000_000_000_000_000, le=1_000_000_000_000_000)]
    """The revenue credited to the channel, in the smallest unit of the currency."""
    verified_revenue_cents: Annotated[int, Integer(ge=-1_000_000_000_000_000, le=1_000_000_000_000_000)]
    """The part of it that processors confirm, in the smallest unit of the currency."""
    currency: Annotated[str, Text(pattern="^[A-Z]{3}$")]
    """ISO 4217 code of the currency."""
    conversions: Annotated[int, Integer(ge=0, le=2**63 - 1)]
    """How many sales the channel received credit for."""
    confidence: Annotated[float, Real(ge=0, le=1)]
    """Which share of the credit rests on real touches, from 0 to 1."""
    attribution_model: Model
    model_version_: Annotated[ModelVersion, wire("model_version")]
    last_updated: Timestamp
    """When the row was computed (UTC)."""
    data_freshness_seconds: Annotated[int, Integer(ge=0, le=2**63 - 1)]
    """How old the row is."""
    revenue: Omittable[Annotated[float, Real(ge=-10_000_000_000_000, le=10_000_000_000_000, multiple_of=0.01)]] = None
    """The same figure as `revenue_cents`, as a decimal number. Absent for currencies with three decimals."""


class ExportSummary(ContractModel):
    """All rows together, in the reporting currency."""

    total_revenue: Annotated[float, Real(ge=-10_000_000_000_000, le=10_000_000_000_000, multiple_of=0.01)]
    """The same total as `total_revenue_cents`, as a decimal number."""
    total_revenue_cents: Annotated[int, Integer(ge=-1_000_000_000_000_000, le=1_000_000_000_000_000)]
    """The sum of the credited revenue, in the smallest unit of the currency."""
    total_conversions: Annotated[int, Integer(ge=0, le=2**63 - 1)]
    """How many sales received credit."""
    average_confidence: Annotated[float, Real(ge=0, le=1)]
    """Average share of the credit that rests on real touches, from 0 to 1."""


class ExportData(ContractModel):
    """Revenue per day and channel."""

    tenant_id: Uuid
    """Your tenant."""
    generated_at: Timestamp
    """When the export was made (UTC)."""
    date_range: DateRange
    data: Annotated[list[ExportRow], Field(max_length=1_000_000)]
    """One row per day, channel and currency."""
    summary: Omittable[ExportSummary] = None


ExportCsv: TypeAlias = Annotated[str, Text(max_length=1_000_000_000)]
"""The rows as comma-separated values (RFC 4180), with the names of the columns in the first line."""

ExportWorkbook: TypeAlias = Annotated[Binary, Conforms({"maxLength": 1000000000})]
"""The rows as an Excel workbook with one sheet."""
