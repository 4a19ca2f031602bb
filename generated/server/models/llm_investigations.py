"""Schemas of llm_investigations.

Generated from contracts/openapi/v1/llm-investigations.yaml by `contracts generate`; change that instead.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import ConfigDict, Field

from .._runtime.models import ContractModel, Omittable
from .._runtime.types import Date, Integer, Real, Text, Uuid
from .common import ChannelCode, Citation, Confidence


class InvestigationPeriod(ContractModel):
    """A period of whole days (UTC), both days inclusive."""

    model_config = ConfigDict(extra="forbid")

    start_date: Date
    """First day."""
    end_date: Date
    """Last day."""


class InvestigationBudget(ContractModel):
    """Available ad budget."""

    model_config = ConfigDict(extra="forbid")

    total_budget_cents: Annotated[int, Integer(ge=0, le=1_000_000_000_000_000)]
    """Amount in minor units."""
    currency: Annotated[str, Text(pattern="^[A-Z]{3}$")]
    """Currency code (ISO 4217)."""


class InvestigationContext(ContractModel):
    """Context of the question."""

    model_config = ConfigDict(extra="forbid")

    date_range: Omittable[InvestigationPeriod] = None
    channels: Omittable[Annotated[list[ChannelCode], Field(max_length=50)]] = None
    """Channels to consider."""
    budget_constraints: Omittable[InvestigationBudget] = None


class InvestigationRequest(ContractModel):
    """The question."""

    model_config = ConfigDict(extra="forbid")

    question: Annotated[str, Text(min_length=10, max_length=500)]
    """The question."""
    context: Omittable[InvestigationContext] = None


class InvestigationTicket(ContractModel):
    """The accepted question."""

    tenant_id: Uuid
    """ID of the tenant."""
    investigation_id: Uuid
    """The investigation."""
    status: Literal["queued"]
    """Status."""
    estimated_duration_seconds: Annotated[int, Integer(ge=45, le=60)]
    """Estimated duration in seconds."""
    status_url: Annotated[str, Text(max_length=512, format="uri-reference")]
    """URL of the status."""


class Finding(ContractModel):
    """A finding."""

    finding: Annotated[str, Text(min_length=1, max_length=1000)]
    """Text of the finding."""
    evidence: Annotated[list[Citation], Field(max_length=50)]
    """The figures the finding is based on."""
    confidence: Confidence


class InvestigationStatus(ContractModel):
    """Status of an investigation."""

    tenant_id: Uuid
    """ID of the tenant."""
    investigation_id: Uuid
    """The investigation."""
    status: Literal["queued", "running", "complete", "failed", "timeout"]
    """Status."""
    review_state: Literal["none", "pending", "ready_for_review", "approved", "completed", "cancelled"]
    """Status of the review."""
    elapsed_seconds: Annotated[int, Integer(ge=0, le=2**63 - 1)]
    """Elapsed time in seconds."""
    hold_remaining_seconds: Omittable[Annotated[int, Integer(ge=0, le=45)]] = None
    """Seconds until a decision is possible."""
    progress_percentage: Omittable[Annotated[int, Integer(ge=0, le=100)]] = None
    """Progress in percent."""
    current_step: Omittable[Annotated[str, Text(min_length=1, max_length=120)]] = None
    """Current step."""
    findings: Omittable[Annotated[list[Finding], Field(max_length=50)]] = None
    """Findings. Not approved until `review_state` is completed."""
    synthesis: Omittable[Annotated[str, Text(max_length=4000)]] = None
    """Summary of the findings."""
    cost_usd: Omittable[Annotated[float, Real(ge=0, multiple_of=1e-06)]] = None
    """Cost in US dollars."""
    cost_cents: Omittable[Annotated[int, Integer(ge=0, le=2**63 - 1)]] = None
    """Cost in US cents, rounded up."""
    tool_calls_used: Omittable[Annotated[int, Integer(ge=0, le=10)]] = None
    """Number of tool calls."""


class ReviewRequest(ContractModel):
    """Your decision."""

    model_config = ConfigDict(extra="forbid")

    decision: Literal["approve", "reject"] = "approve"
    """Whether the findings are approved."""
    notes: Omittable[Annotated[str, Text(max_length=500)]] = None
    """Reason."""
