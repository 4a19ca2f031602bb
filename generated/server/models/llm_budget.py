"""Schemas of llm_budget.

Generated from contracts/openapi/v1/llm-budget.yaml by `contracts generate`; change that instead.
"""

from __future__ import annotations

from typing import Annotated, Literal, TypeAlias

from pydantic import ConfigDict, Field

from .._runtime.conforms import Conforms
from .._runtime.models import ContractModel, Omittable
from .._runtime.types import Date, Integer, Real, Text, Timestamp, Uuid
from .common import ChannelCode, Page


class OptimizationPeriod(ContractModel):
    """A period of whole days (UTC), both ends included."""

    model_config = ConfigDict(extra="forbid")

    start_date: Date
    """First day."""
    end_date: Date
    """Last day."""


class OptimizationConstraints(ContractModel):
    """What to keep to."""

    model_config = ConfigDict(extra="forbid")

    date_range: Omittable[OptimizationPeriod] = None
    channel_minimums: Omittable[
        Annotated[
            dict[str, Annotated[float, Real(ge=0, le=10_000_000_000_000, multiple_of=0.01)]],
            Conforms({"maxProperties": 50, "propertyNames": {"pattern": "^[a-z][a-z0-9_]*$"}}),
        ]
    ] = None
    """The least each channel gets, by channel code, in the currency."""
    channel_maximums: Omittable[
        Annotated[
            dict[str, Annotated[float, Real(ge=0, le=10_000_000_000_000, multiple_of=0.01)]],
            Conforms({"maxProperties": 50, "propertyNames": {"pattern": "^[a-z][a-z0-9_]*$"}}),
        ]
    ] = None
    """The most each channel gets, by channel code, in the currency."""


class OptimizationRequest(ContractModel):
    """How much there is to spend, and what for. One of `total_budget` and `total_budget_cents` is needed."""

    model_config = ConfigDict(extra="forbid")

    optimization_goal: Literal["maximize_roas", "maximize_revenue", "minimize_cpa"]
    """What to aim for."""
    total_budget: Omittable[Annotated[float, Real(ge=1000, le=10_000_000_000_000, multiple_of=0.01)]] = None
    """How much there is to spend, at least 1000."""
    total_budget_cents: Omittable[Annotated[int, Integer(ge=100_000, le=1_000_000_000_000_000)]] = None
    """The same in the smallest unit of the currency. It counts when both are sent."""
    currency: Omittable[Annotated[str, Text(pattern="^[A-Z]{3}$")]] = None
    """ISO 4217 code of the currency. Without it, the reporting currency of your tenant."""
    constraints: Omittable[OptimizationConstraints] = None


class OptimizationTicket(ContractModel):
    """The request was taken."""

    tenant_id: Uuid
    """Your tenant."""
    job_id: Uuid
    """The computation."""
    estimated_duration_seconds: Annotated[int, Integer(ge=5, le=30)]
    """How long it will take."""
    status_url: Annotated[str, Text(max_length=512, format="uri-reference")]
    """Where to ask for the recommendation."""


class ConfidenceRange(ContractModel):
    """Between what the return will probably be."""

    min: Annotated[float, Real(ge=0)]
    """The lower end."""
    max: Annotated[float, Real(ge=0)]
    """The upper end."""


class BudgetAllocation(ContractModel):
    """What one channel should get."""

    channel: ChannelCode
    current_budget: Annotated[float, Real(ge=0, le=10_000_000_000_000, multiple_of=0.01)]
    """What it gets now, per period."""
    current_budget_cents: Annotated[int, Integer(ge=0, le=1_000_000_000_000_000)]
    """The same in the smallest unit of the currency."""
    recommended_budget: Annotated[float, Real(ge=0, le=10_000_000_000_000, multiple_of=0.01)]
    """What it should get."""
    recommended_budget_cents: Annotated[int, Integer(ge=0, le=1_000_000_000_000_000)]
    """The same in the smallest unit of the currency."""
    expected_roas: Annotated[float, Real(ge=0)]
    """The revenue to expect per unit of spend."""
    confidence_range: Omittable[ConfidenceRange] = None


class RecommendationMetrics(ContractModel):
    """What the recommendation took."""

    deterministic_runtime_ms: Annotated[int, Integer(ge=0, le=2**63 - 1)]
    """How long it was computed, in milliseconds."""
    llm_cost_usd: Annotated[float, Real(ge=0, multiple_of=1e-06)]
    """What putting it into words cost us, in US dollars."""


class BudgetRecommendation(ContractModel):
    """How the budget is best shared."""

    tenant_id: Uuid
    """Your tenant."""
    job_id: Uuid
    """The computation."""
    status: Literal["complete", "failed"]
    """How it ended."""
    allocations: Annotated[list[BudgetAllocation], Field(max_length=50)]
    """What each channel should get. Empty when the computation failed."""
    currency: Omittable[Annotated[str, Text(pattern="^[A-Z]{3}$")]] = None
    """ISO 4217 code of the currency."""
    synthesis: Omittable[Annotated[str, Text(max_length=4000)]] = None
    """The recommendation in a few sentences."""
    metrics: Omittable[RecommendationMetrics] = None


class RecommendationProgress(ContractModel):
    """The computation still runs."""

    tenant_id: Uuid
    """Your tenant."""
    job_id: Uuid
    """The computation."""
    status: Literal["running"]
    """How it stands."""
    progress_percentage: Omittable[Annotated[int, Integer(ge=0, le=100)]] = None
    """How far it is."""


class BudgetScope(ContractModel):
    """How much of one budget is left."""

    scope: Literal["user_month", "user_hour", "tenant_window"]
    """Which budget."""
    cap_cents: Annotated[int, Integer(ge=0, le=2**63 - 1)]
    """How much there is, in US cents."""
    spent_cents: Annotated[int, Integer(ge=0, le=2**63 - 1)]
    """How much is spent."""
    reserved_cents: Annotated[int, Integer(ge=0, le=2**63 - 1)]
    """How much is set aside for texts being written."""
    remaining_cents: Annotated[int, Integer(ge=0, le=2**63 - 1)]
    """How much is left."""
    resets_at: Timestamp
    """When it starts anew (UTC)."""


class BudgetCaps(ContractModel):
    """What a single thing may cost."""

    request_cents: Annotated[int, Integer(ge=0, le=2**63 - 1)]
    """One text, in US cents."""
    investigation_cents: Annotated[int, Integer(ge=0, le=2**63 - 1)]
    """One investigation, in US cents."""


class Breaker(ContractModel):
    """Whether a provider of texts is used."""

    key: Annotated[str, Text(min_length=1, max_length=120)]
    """The provider and model."""
    state: Literal["closed", "open", "half_open"]
    """closed - used; open - not used after failures; half_open - being tried again."""
    opened_at: Omittable[Timestamp] = None
    """When it was last taken out of use (UTC)."""


class Shutoff(ContractModel):
    """Whether texts are off for you."""

    is_shutoff: bool
    """Whether they are."""
    disabled_until: Omittable[Timestamp] = None
    """Until when (UTC)."""
    reason: Omittable[Annotated[str, Text(min_length=1, max_length=255)]] = None
    """Why."""


class LlmBudget(ContractModel):
    """What texts may cost, and have cost."""

    tenant_id: Uuid
    """Your tenant."""
    user_id: Uuid
    """You."""
    scopes: Annotated[list[BudgetScope], Field(max_length=3)]
    """The budgets that fill up over time."""
    caps: BudgetCaps
    breakers: Annotated[list[Breaker], Field(max_length=50)]
    """The providers of texts."""
    shutoff: Shutoff
    kill_switch: bool
    """Whether an operator turned all providers off. Plain texts are still given."""


LlmDecision: TypeAlias = Literal["ALLOW", "BLOCK", "FALLBACK"]
"""ALLOW - as asked; FALLBACK - by a cheaper model; BLOCK - not at all."""


class LlmAuditEntry(ContractModel):
    """A decision about one text."""

    tenant_id: Uuid
    """Your tenant."""
    id: Uuid
    """The decision."""
    created_at: Timestamp
    """When it was made (UTC)."""
    request_id: Annotated[str, Text(min_length=1, max_length=255)]
    """The request for a text."""
    decision: LlmDecision
    reason: Annotated[str, Text(min_length=1, max_length=255)]
    """Why."""
    correlation_id: Omittable[Uuid] = None
    """The request it belongs to."""
    requested_model: Omittable[Annotated[str, Text(min_length=1, max_length=120)]] = None
    """The model asked for."""
    resolved_model: Omittable[Annotated[str, Text(min_length=1, max_length=120)]] = None
    """The model used."""
    scope: Omittable[Annotated[str, Text(min_length=1, max_length=64)]] = None
    """The budget that decided."""
    estimated_cost_cents: Omittable[Annotated[int, Integer(ge=0, le=2**63 - 1)]] = None
    """What the text was expected to cost, in US cents."""
    cap_cents: Omittable[Annotated[int, Integer(ge=0, le=2**63 - 1)]] = None
    """What it was allowed to cost."""
    input_tokens: Omittable[Annotated[int, Integer(ge=0, le=2**63 - 1)]] = None
    """How long the question was, in tokens."""
    output_tokens: Omittable[Annotated[int, Integer(ge=0, le=2**63 - 1)]] = None
    """How long the answer was, in tokens."""


class LlmAuditPage(ContractModel):
    """A page of decisions, newest first."""

    items: Annotated[list[LlmAuditEntry], Field(max_length=100)]
    """The decisions."""
    page: Page
