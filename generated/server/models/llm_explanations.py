"""Schemas of llm_explanations.

Generated from contracts/openapi/v1/llm-explanations.yaml by `contracts generate`; change that instead.
"""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from .._runtime.models import ContractModel, Omittable
from .._runtime.types import Integer, Real, Text, Timestamp, Uuid
from .common import Citation, Confidence


class EntityExplanation(ContractModel):
    """Explanation of a figure in words."""

    tenant_id: Uuid
    """ID of the tenant."""
    explanation: Annotated[str, Text(min_length=100, max_length=500)]
    """The explanation."""
    citations: Annotated[list[Citation], Field(max_length=50)]
    """The figures the text is based on."""
    confidence: Confidence
    generated_at: Timestamp
    """Time the text was generated (UTC)."""
    cost_usd: Annotated[float, Real(ge=0, multiple_of=1e-06)]
    """Cost of the text in US dollars."""
    latency_ms: Annotated[int, Integer(ge=0, le=2**63 - 1)]
    """Duration in milliseconds."""
    cost_cents: Omittable[Annotated[int, Integer(ge=0, le=2**63 - 1)]] = None
    """Cost in US cents, rounded up."""
