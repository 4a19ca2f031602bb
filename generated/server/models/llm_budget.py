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
    """A period of whole days (UTC), both days inclusive."""

    model_config = ConfigDict(extra="forbid")

    start_date: Date
    """First day."""
    end_date: Date
    """Last day."""


class OptimizationConstraints(ContractModel):
    """Constraints of the recommendation."""

    model_config = ConfigDict(extra="forbid")

    date_range: Omittable[OptimizationPeriod] = None
    channel_minimums: Omittable[
        Annotated[
            dict[str, Annotated[float, Real(ge=0, le=10_000_000_000_000, multiple_of=0.01)]],
            Conforms({"maxProperties": 50, "propertyNames": {"pattern": "^[a-z][a-z0-9_]*$"}}),
        ]
    ] = None
    """Minimum budget by channel code, in the currency."""
    channel_maximums: Omittable[
        Annotated[
            dict[str, Annotated[float, Real(ge=0, le=10_000_000_000_000, multiple_of=0.01)]],
            Conforms({"maxProperties": 50, "propertyNames": {"pattern": "^[a-z][a-z0-9_]*$"}}),
        ]
    ] = None
    """Maximum budget by channel code, in the currency."""


class OptimizationRequest(ContractModel):
    """The budget and its goal. Either `total_budget` or `total_budget_cents` is required."""

    model_config = ConfigDict(extra="forbid")

    optimization_goal: Literal["maximize_roas", "maximize_revenue", "minimize_cpa"]
    """Goal of the optimization."""
    total_budget: Omittable[Annotated[float, Real(ge=1000, le=10_000_000_000_000, multiple_of=0.01)]] = None
    """Total budget, at least 1000."""
    total_budget_cents: Omittable[Annotated[int, Integer(ge=100_000, le=1_000_000_000_000_000)]] = None
    """Total budget in minor units. Takes precedence if both are given."""
    currency: Omittable[Annotated[str, Text(pattern="^[A-Z]{3}$")]] = None
    """Currency code (ISO 4217). Defaults to the reporting currency of the tenant."""
    constraints: Omittable[OptimizationConstraints] = None


class OptimizationTicket(ContractModel):
    """The accepted request."""

    tenant_id: Uuid
    """ID of the tenant."""
    job_id: Uuid
    """ID of the job."""
    estimated_duration_seconds: Annotated[int, Integer(ge=5, le=30)]
    """Estimated duration in seconds."""
    status_url: Annotated[str, Text(max_length=512, format="uri-reference")]
    """URL of the recommendation."""


class ConfidenceRange(ContractModel):
    """Confidence range of the expected return."""

    min: Annotated[float, Real(ge=0)]
    """Lower bound."""
    max: Annotated[float, Real(ge=0)]
    """Upper bound."""


class BudgetAllocation(ContractModel):
    """Recommended budget of one channel."""

    channel: ChannelCode
    current_budget: Annotated[float, Real(ge=0, le=10_000_000_000_000, multiple_of=0.01)]
    """Current budget per period."""
    current_budget_cents: Annotated[int, Integer(ge=0, le=1_000_000_000_000_000)]
    """The same amount in minor units."""
    recommended_budget: Annotated[float, Real(ge=0, le=10_000_000_000_000, multiple_of=0.01)]
    """Recommended budget."""
    recommended_budget_cents: Annotated[int, Integer(ge=0, le=1_000_000_000_000_000)]
    """The same amount in minor units."""
    expected_roas: Annotated[float, Real(ge=0)]
    """Expected revenue per unit of spend."""
    confidence_range: Omittable[ConfidenceRange] = None


class RecommendationMetrics(ContractModel):
    """Metrics of the computation."""

    deterministic_runtime_ms: Annotated[int, Integer(ge=0, le=2**63 - 1)]
    """Duration of the computation in milliseconds."""
    llm_cost_usd: Annotated[float, Real(ge=0, multiple_of=1e-06)]
    """Cost of the generated text in US dollars."""


class BudgetRecommendation(ContractModel):
    """A budget recommendation."""

    tenant_id: Uuid
    """ID of the tenant."""
    job_id: Uuid
    """ID of the job."""
    status: Literal["complete", "failed"]
    """Result status."""
    allocations: Annotated[list[BudgetAllocation], Field(max_length=50)]
    """Recommended budget by channel. Empty if the computation failed."""
    currency: Omittable[Annotated[str, Text(pattern="^[A-Z]{3}$")]] = None
    """Currency code (ISO 4217)."""
    synthesis: Omittable[Annotated[str, Text(max_length=4000)]] = None
    """Summary of the recommendation."""
    metrics: Omittable[RecommendationMetrics] = None


class RecommendationProgress(ContractModel):
    """A recommendation in progress."""

    tenant_id: Uuid
    """ID of the tenant."""
    job_id: Uuid
    """ID of the job."""
    status: Literal["running"]
    """Status."""
    progress_percentage: Omittable[Annotated[int, Integer(ge=0, le=100)]] = None
    """Progress in percent."""


class BudgetScope(ContractModel):
    """Usage of one budget."""

    scope: Literal["user_month", "user_hour", "tenant_window"]
    """Scope of the budget."""
    cap_cents: Annotated[int, Integer(ge=0, le=2**63 - 1)]
    """Cap in US cents."""
    spent_cents: Annotated[int, Integer(ge=0, le=2**63 - 1)]
    """Amount spent in US cents."""
    reserved_cents: Annotated[int, Integer(ge=0, le=2**63 - 1)]
    """Amount reserved for texts in progress, in US cents."""
    remaining_cents: Annotated[int, Integer(ge=0, le=2**63 - 1)]
    """Amount remaining in US cents."""
    resets_at: Timestamp
    """Time the budget resets (UTC)."""


class BudgetCaps(ContractModel):
    """Caps per request."""

    request_cents: Annotated[int, Integer(ge=0, le=2**63 - 1)]
    """Cap of one request in US cents."""
    investigation_cents: Annotated[int, Integer(ge=0, le=2**63 - 1)]
    """Cap of one investigation in US cents."""


class Breaker(ContractModel):
    """Circuit breaker of an LLM provider."""

    key: Annotated[str, Text(min_length=1, max_length=120)]
    """The provider and model."""
    state: Literal["closed", "open", "half_open"]
    """closed: in use; open: not used after failures; half_open: being tested."""
    opened_at: Omittable[Timestamp] = None
    """Time the breaker last opened (UTC)."""


class Shutoff(ContractModel):
    """LLM shutoff of the user."""

    is_shutoff: bool
    """Whether the shutoff is active."""
    disabled_until: Omittable[Timestamp] = None
    """End of the shutoff (UTC)."""
    reason: Omittable[Annotated[str, Text(min_length=1, max_length=255)]] = None
    """Reason."""


class LlmBudget(ContractModel):
    """LLM budgets and their usage."""

    tenant_id: Uuid
    """ID of the tenant."""
    user_id: Uuid
    """ID of the current user."""
    scopes: Annotated[list[BudgetScope], Field(max_length=3)]
    """Budgets by scope."""
    caps: BudgetCaps
    breakers: Annotated[list[Breaker], Field(max_length=50)]
    """Circuit breakers of the LLM providers."""
    shutoff: Shutoff
    kill_switch: bool
    """Whether an operator disabled all providers. Template texts are still returned."""


LlmDecision: TypeAlias = Literal["ALLOW", "BLOCK", "FALLBACK"]
"""ALLOW: as requested; FALLBACK: with a cheaper model; BLOCK: refused."""


class LlmAuditEntry(ContractModel):
    """Decision about one LLM request."""

    tenant_id: Uuid
    """ID of the tenant."""
    id: Uuid
    """ID of the decision."""
    created_at: Timestamp
    """Creation time (UTC)."""
    request_id: Annotated[str, Text(min_length=1, max_length=255)]
    """ID of the LLM request."""
    decision: LlmDecision
    reason: Annotated[str, Text(min_length=1, max_length=255)]
    """Reason."""
    correlation_id: Omittable[Uuid] = None
    """Correlation ID of the request."""
    requested_model: Omittable[Annotated[str, Text(min_length=1, max_length=120)]] = None
    """Requested model."""
    resolved_model: Omittable[Annotated[str, Text(min_length=1, max_length=120)]] = None
    """Model used."""
    scope: Omittable[Annotated[str, Text(min_length=1, max_length=64)]] = None
    """Budget scope that was decisive."""
    estimated_cost_cents: Omittable[Annotated[int, Integer(ge=0, le=2**63 - 1)]] = None
    """Estimated cost in US cents."""
    cap_cents: Omittable[Annotated[int, Integer(ge=0, le=2**63 - 1)]] = None
    """Cap in US cents."""
    input_tokens: Omittable[Annotated[int, Integer(ge=0, le=2**63 - 1)]] = None
    """Number of input tokens."""
    output_tokens: Omittable[Annotated[int, Integer(ge=0, le=2**63 - 1)]] = None
    """Number of output tokens."""


class LlmAuditPage(ContractModel):
    """A page of decisions, newest first."""

    items: Annotated[list[LlmAuditEntry], Field(max_length=100)]
    """The decisions."""
    page: Page
