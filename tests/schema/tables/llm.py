"""Calls to language models, what they cost, and the work built on them. Amounts in `*_micros` are millionths of a dollar."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, Index, Numeric, SmallInteger, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from impl.db.mapped import Base, CreatedAt, Identified, TenantScoped, UpdatedAt, about, one_of, same_tenant

ZERO = text("0")


def micros() -> Mapped[int]:
    """Millionths of a dollar, 0 unless told."""
    return mapped_column(BigInteger, server_default=ZERO)


class LlmCall(TenantScoped, Identified, UpdatedAt, Base):
    """One call of a model, from reservation to settlement."""

    __tablename__ = "llm_api_calls"
    __table_args__ = (
        UniqueConstraint("tenant_id", "request_id", "endpoint"),
        one_of("status", "pending", "success", "blocked", "failed", "idempotent_replay"),
        one_of("chosen_tier", "cheap", "standard", "premium"),
        CheckConstraint("complexity_score BETWEEN 0 AND 1", name="complexity_score"),
        CheckConstraint("complexity_bucket BETWEEN 1 AND 10", name="complexity_bucket"),
        CheckConstraint("cost_micros >= 0 AND reserved_micros >= 0 AND settled_micros >= 0", name="micros"),
        Index(None, "tenant_id", "created_at"),
        about("Calls of language models, from reservation to settlement", api="SIU", worker="SIU", policy="user"),
    )

    user_id: Mapped[UUID]
    endpoint: Mapped[str]
    request_id: Mapped[str]
    provider: Mapped[str | None]
    model: Mapped[str | None]
    input_tokens: Mapped[int] = mapped_column(server_default=ZERO)
    output_tokens: Mapped[int] = mapped_column(server_default=ZERO)
    cost_micros: Mapped[int] = micros()
    latency_ms: Mapped[int | None]
    was_cached: Mapped[bool] = mapped_column(server_default=text("false"))
    status: Mapped[str] = mapped_column(server_default=text("'pending'"))
    block_reason: Mapped[str | None]
    failure_reason: Mapped[str | None]
    breaker_state: Mapped[str | None]
    provider_attempted: Mapped[bool] = mapped_column(server_default=text("false"))
    reserved_micros: Mapped[int] = micros()
    settled_micros: Mapped[int] = micros()
    cache_key: Mapped[str | None]
    prompt_fingerprint: Mapped[str]
    complexity_score: Mapped[Decimal | None] = mapped_column(Numeric(4, 3))
    complexity_bucket: Mapped[int | None] = mapped_column(SmallInteger)
    chosen_tier: Mapped[str | None]
    chosen_model: Mapped[str | None]
    policy_id: Mapped[str | None]
    policy_version: Mapped[str | None]
    routing_reason: Mapped[str | None]
    lease_until: Mapped[datetime | None]
    investigation_id: Mapped[UUID | None]


class LlmAudit(TenantScoped, Identified, CreatedAt, Base):
    """One decision whether a call may be made, with both estimates. Append-only."""

    __tablename__ = "llm_call_audit"
    __table_args__ = (
        one_of("decision", "ALLOW", "BLOCK", "FALLBACK"),
        Index(None, "tenant_id", "decision", "created_at"),
        Index(None, "tenant_id", "request_id"),
        Index(None, "tenant_id", "user_id", "created_at"),
        Index(None, "tenant_id", "created_at"),
        about("Decisions on language model calls; append-only", api="SI", worker="SI", policy="user"),
    )

    user_id: Mapped[UUID]
    request_id: Mapped[str]
    correlation_id: Mapped[UUID | None]
    requested_model: Mapped[str]
    resolved_model: Mapped[str | None]
    requested_estimate_micros: Mapped[int] = mapped_column(BigInteger)
    resolved_estimate_micros: Mapped[int | None] = mapped_column(BigInteger)
    cap_cents: Mapped[int]
    scope: Mapped[str]
    decision: Mapped[str]
    reason: Mapped[str]
    input_tokens: Mapped[int]
    output_tokens: Mapped[int]
    prompt_fingerprint: Mapped[str]


class LlmMonthlyCost(TenantScoped, Identified, UpdatedAt, Base):
    """What a person's calls cost in a month."""

    __tablename__ = "llm_monthly_costs"
    __table_args__ = (
        UniqueConstraint("tenant_id", "user_id", "month"),
        about("Cost of calls per person and month", api="SIU", worker="SIU", policy="user"),
    )

    user_id: Mapped[UUID]
    month: Mapped[date]
    total_cost_micros: Mapped[int] = micros()
    total_calls: Mapped[int] = mapped_column(server_default=ZERO)
    model_breakdown: Mapped[dict[str, Any]] = mapped_column(server_default=text("'{}'::jsonb"))


class LlmMonthlyBudget(TenantScoped, Identified, UpdatedAt, Base):
    """What a person may spend in a month, has spent, and has reserved."""

    __tablename__ = "llm_monthly_budget_state"
    __table_args__ = (
        UniqueConstraint("tenant_id", "user_id", "month"),
        CheckConstraint("cap_cents >= 0 AND spent_micros >= 0 AND reserved_micros >= 0", name="amounts"),
        about("Budget of calls per person and month", api="SIU", worker="SIU", policy="user"),
    )

    user_id: Mapped[UUID]
    month: Mapped[date]
    cap_cents: Mapped[int]
    spent_micros: Mapped[int] = micros()
    reserved_micros: Mapped[int] = micros()


class LlmReservation(TenantScoped, Identified, UpdatedAt, Base):
    """Money set aside for one call, settled or released exactly once."""

    __tablename__ = "llm_budget_reservations"
    __table_args__ = (
        UniqueConstraint(
            "tenant_id", "user_id", "endpoint", "request_id", "scope", name="uq_llm_budget_reservations__request"
        ),
        one_of("state", "reserved", "settled", "released", "blocked"),
        CheckConstraint("reserved_micros >= 0 AND settled_micros >= 0", name="micros"),
        Index(None, "state", "expires_at"),
        about("Money set aside for calls, settled or released once", api="SIU", worker="SIU", policy="user"),
    )

    user_id: Mapped[UUID]
    endpoint: Mapped[str]
    request_id: Mapped[str]
    scope: Mapped[str]
    scope_key: Mapped[str]
    reserved_micros: Mapped[int] = micros()
    settled_micros: Mapped[int] = micros()
    state: Mapped[str] = mapped_column(server_default=text("'reserved'"))
    expires_at: Mapped[datetime]


class LlmTenantSpend(TenantScoped, Identified, UpdatedAt, Base):
    """What all persons of a tenant spent in one minute; the rolling window of the tenant adds these up."""

    __tablename__ = "llm_tenant_spend"
    __table_args__ = (
        UniqueConstraint("tenant_id", "bucket_start"),
        CheckConstraint("settled_micros >= 0 AND reserved_micros >= 0", name="micros"),
        about("Spend of a tenant per minute, for its rolling window", api="SIU", worker="SIU"),
    )

    bucket_start: Mapped[datetime]
    settled_micros: Mapped[int] = micros()
    reserved_micros: Mapped[int] = micros()
    calls: Mapped[int] = mapped_column(server_default=ZERO)
    blocked: Mapped[int] = mapped_column(server_default=ZERO)
    fallbacks: Mapped[int] = mapped_column(server_default=ZERO)


class LlmCachedResponse(TenantScoped, Identified, UpdatedAt, Base):
    """An answer kept until it expires or its policy changes."""

    __tablename__ = "llm_response_cache"
    __table_args__ = (
        UniqueConstraint("tenant_id", "user_id", "endpoint", "cache_key"),
        Index(None, "expires_at"),
        about("Answers of models kept until they expire", api="SIU", worker="SIU", policy="user"),
    )

    user_id: Mapped[UUID]
    endpoint: Mapped[str]
    cache_key: Mapped[str]
    watermark: Mapped[str | None]
    provider: Mapped[str]
    model: Mapped[str]
    policy_version: Mapped[str]
    response_text: Mapped[str]
    tokens: Mapped[int]
    cost_micros: Mapped[int] = micros()
    hit_count: Mapped[int] = mapped_column(server_default=ZERO)
    expires_at: Mapped[datetime]


class LlmBreaker(TenantScoped, Identified, UpdatedAt, Base):
    """Whether calls of one kind are let through after failures."""

    __tablename__ = "llm_breaker_state"
    __table_args__ = (
        UniqueConstraint("tenant_id", "user_id", "breaker_key"),
        one_of("state", "closed", "open", "half_open"),
        about("Whether calls are let through after failures", api="SIU", worker="SIU", policy="user"),
    )

    user_id: Mapped[UUID]
    breaker_key: Mapped[str]
    state: Mapped[str] = mapped_column(server_default=text("'closed'"))
    failure_count: Mapped[int] = mapped_column(server_default=ZERO)
    opened_at: Mapped[datetime | None]
    last_trip_at: Mapped[datetime | None]
    probe_lease_until: Mapped[datetime | None]


class LlmHourlyShutoff(TenantScoped, Identified, UpdatedAt, Base):
    """Whether a person's calls are off for the rest of an hour."""

    __tablename__ = "llm_hourly_shutoff_state"
    __table_args__ = (
        UniqueConstraint("tenant_id", "user_id", "hour_start"),
        about("Whether calls are off for the rest of an hour", api="SIU", worker="SIU", policy="user"),
    )

    user_id: Mapped[UUID]
    hour_start: Mapped[datetime]
    is_shutoff: Mapped[bool] = mapped_column(server_default=text("false"))
    reason: Mapped[str | None]
    threshold_cents: Mapped[int]
    total_cost_micros: Mapped[int] = micros()
    total_calls: Mapped[int] = mapped_column(server_default=ZERO)
    disabled_until: Mapped[datetime | None]


class LlmValidationFailure(TenantScoped, Identified, CreatedAt, Base):
    """An answer that failed its check; digests, no texts."""

    __tablename__ = "llm_validation_failures"
    __table_args__ = (
        Index(None, "tenant_id", "created_at"),
        about("Answers that failed their check, as digests", api="SIU", worker="SIU"),
    )

    endpoint: Mapped[str]
    validation_error: Mapped[str]
    facts_digest: Mapped[bytes]
    text_digest: Mapped[bytes]


class Investigation(TenantScoped, Identified, UpdatedAt, Base):
    """A question that a model looks into with tools."""

    __tablename__ = "investigations"
    __table_args__ = (
        one_of("status", "pending", "running", "completed", "failed", "cancelled"),
        Index(None, "tenant_id", "created_at"),
        about("Questions that a model looks into with tools", api="SIU", worker="SIU"),
    )

    user_id: Mapped[UUID]
    query: Mapped[str]
    status: Mapped[str] = mapped_column(server_default=text("'pending'"))
    result: Mapped[dict[str, Any] | None] = mapped_column(JSONB)
    cost_micros: Mapped[int] = micros()


class InvestigationToolCall(TenantScoped, Identified, CreatedAt, Base):
    """One of at most ten tool calls of an investigation."""

    __tablename__ = "investigation_tool_calls"
    __table_args__ = (
        same_tenant("investigation_id", "investigations.id"),
        UniqueConstraint("tenant_id", "investigation_id", "ordinal", name="uq_investigation_tool_calls__ordinal"),
        CheckConstraint("ordinal BETWEEN 1 AND 10", name="ordinal"),
        about("Tool calls of investigations, at most ten each", api="SIU", worker="SIU"),
    )

    investigation_id: Mapped[UUID]
    ordinal: Mapped[int] = mapped_column(SmallInteger)
    tool_name: Mapped[str]
    input_params: Mapped[dict[str, Any]]
    output: Mapped[dict[str, Any] | None] = mapped_column(JSONB)


class InvestigationJob(TenantScoped, Identified, UpdatedAt, Base):
    """The hold and approval of an investigation's result."""

    __tablename__ = "investigation_jobs"
    __table_args__ = (
        same_tenant("investigation_id", "investigations.id"),
        one_of("status", "PENDING", "READY_FOR_REVIEW", "APPROVED", "COMPLETED", "CANCELLED"),
        CheckConstraint("status <> 'COMPLETED' OR approved_at IS NOT NULL", name="completed"),
        CheckConstraint("status NOT IN ('APPROVED', 'COMPLETED') OR ready_for_review_at IS NOT NULL", name="approved"),
        CheckConstraint("ready_for_review_at >= min_hold_until", name="hold"),
        Index(
            "ix_investigation_jobs__held",
            "min_hold_until",
            postgresql_where=text("status = 'PENDING'"),
        ),
        about("Hold and approval of investigations", api="SIU", worker="SIU"),
    )

    investigation_id: Mapped[UUID]
    correlation_id: Mapped[UUID | None]
    status: Mapped[str] = mapped_column(server_default=text("'PENDING'"))
    min_hold_until: Mapped[datetime]
    ready_for_review_at: Mapped[datetime | None]
    approved_at: Mapped[datetime | None]
    approved_by: Mapped[UUID | None]
    completed_at: Mapped[datetime | None]
    cancel_reason: Mapped[str | None]
    result: Mapped[dict[str, Any] | None] = mapped_column(JSONB)


class CachedExplanation(TenantScoped, Identified, UpdatedAt, Base):
    """An explanation of the facts it was made from."""

    __tablename__ = "explanation_cache"
    __table_args__ = (
        UniqueConstraint("tenant_id", "entity_type", "entity_id"),
        Index(None, "expires_at"),
        about("Explanations, valid for the facts they were made from", api="SIU", worker="SIU"),
    )

    entity_type: Mapped[str]
    entity_id: Mapped[str]
    facts_digest: Mapped[bytes]
    explanation: Mapped[str]
    citations: Mapped[list[Any]] = mapped_column(JSONB, server_default=text("'[]'::jsonb"))
    model: Mapped[str]
    hit_count: Mapped[int] = mapped_column(server_default=ZERO)
    expires_at: Mapped[datetime]


class BudgetOptimizationJob(TenantScoped, Identified, UpdatedAt, Base):
    """A search for a better split of the advertising budget."""

    __tablename__ = "budget_optimization_jobs"
    __table_args__ = (
        one_of("status", "pending", "running", "completed", "failed"),
        Index(None, "tenant_id", "created_at"),
        about("Searches for a better split of advertising budgets", api="SIU", worker="SIU"),
    )

    user_id: Mapped[UUID]
    status: Mapped[str] = mapped_column(server_default=text("'pending'"))
    request: Mapped[dict[str, Any]]
    recommendations: Mapped[dict[str, Any] | None] = mapped_column(JSONB)
    synthesis: Mapped[str | None]
    cost_micros: Mapped[int] = micros()
