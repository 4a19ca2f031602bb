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
    """A period of whole days (UTC), both ends included."""

    model_config = ConfigDict(extra="forbid")

    start_date: Date
    """First day."""
    end_date: Date
    """Last day."""


class InvestigationBudget(ContractModel):
    """What may be spent on ads."""

    model_config = ConfigDict(extra="forbid")

    total_budget_cents: Annotated[int, Integer(ge=0, le=1_000_000_000_000_000)]
    """How much, in the smallest unit of the currency."""
    currency: Annotated[str, Text(pattern="^[A-Z]{3}$")]
    """ISO 4217 code of the currency."""


class InvestigationContext(ContractModel):
    """Where to look."""

    model_config = ConfigDict(extra="forbid")

    date_range: Omittable[InvestigationPeriod] = None
    channels: Omittable[Annotated[list[ChannelCode], Field(max_length=50)]] = None
    """Only at these channels."""
    budget_constraints: Omittable[InvestigationBudget] = None


class InvestigationRequest(ContractModel):
    """What you want to know."""

    model_config = ConfigDict(extra="forbid")

    question: Annotated[str, Text(min_length=10, max_length=500)]
    """Your question."""
    context: Omittable[InvestigationContext] = None


class InvestigationTicket(ContractModel):
    """The question was taken."""

    tenant_id: Uuid
    """Your tenant."""
    investigation_id: Uuid
    """The investigation."""
    status: Literal["queued"]
    """How it stands."""
    estimated_duration_seconds: Annotated[int, Integer(ge=45, le=60)]
    """How long it will take."""
    status_url: Annotated[str, Text(max_length=512, format="uri-reference")]
    """Where to ask how it stands."""


class Finding(ContractModel):
    """Something that was found out."""

    finding: Annotated[str, Text(min_length=1, max_length=1000)]
    """What was found out."""
    evidence: Annotated[list[Citation], Field(max_length=50)]
    """The figures it rests on."""
    confidence: Confidence


class InvestigationStatus(ContractModel):
    """How an investigation stands."""

    tenant_id: Uuid
    """Your tenant."""
    investigation_id: Uuid
    """The investigation."""
    status: Literal["queued", "running", "complete", "failed", "timeout"]
    """How it stands."""
    review_state: Literal["none", "pending", "ready_for_review", "approved", "completed", "cancelled"]
    """How its approval stands."""
    elapsed_seconds: Annotated[int, Integer(ge=0, le=2**63 - 1)]
    """How long it has taken."""
    hold_remaining_seconds: Omittable[Annotated[int, Integer(ge=0, le=45)]] = None
    """How long it must still wait before it can be approved."""
    progress_percentage: Omittable[Annotated[int, Integer(ge=0, le=100)]] = None
    """How far it is."""
    current_step: Omittable[Annotated[str, Text(min_length=1, max_length=120)]] = None
    """What is being done."""
    findings: Omittable[Annotated[list[Finding], Field(max_length=50)]] = None
    """What was found out. Not approved before `review_state` is completed."""
    synthesis: Omittable[Annotated[str, Text(max_length=4000)]] = None
    """The findings in a few sentences."""
    cost_usd: Omittable[Annotated[float, Real(ge=0, multiple_of=1e-06)]] = None
    """What it cost us, in US dollars."""
    cost_cents: Omittable[Annotated[int, Integer(ge=0, le=2**63 - 1)]] = None
    """The same in US cents, rounded up."""
    tool_calls_used: Omittable[Annotated[int, Integer(ge=0, le=10)]] = None
    """How many looks at your figures it took."""


class ReviewRequest(ContractModel):
    """Your decision."""

    model_config = ConfigDict(extra="forbid")

    decision: Literal["approve", "reject"] = "approve"
    """Whether the findings stand."""
    notes: Omittable[Annotated[str, Text(max_length=500)]] = None
    """Why."""
