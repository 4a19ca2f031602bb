"""Schemas of reconciliation.

Generated from contracts/openapi/v1/reconciliation.yaml by `contracts generate`; change that instead.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import ConfigDict, Field

from .._runtime.models import ContractModel, Omittable
from .._runtime.types import Integer, Real, Text, Timestamp, Uuid
from .common import DateRange, Platform


class Findings(ContractModel):
    """What the last comparison with the processor's books found, as counts of ledger entries."""

    matched: Annotated[int, Integer(ge=0, le=2**63 - 1)]
    """Entries that the books confirm."""
    missing_in_ledger: Annotated[int, Integer(ge=0, le=2**63 - 1)]
    """Transactions of the processor that the ledger lacks."""
    missing_at_processor: Annotated[int, Integer(ge=0, le=2**63 - 1)]
    """Entries that the processor does not know."""
    amount_mismatch: Annotated[int, Integer(ge=0, le=2**63 - 1)]
    """Entries with another amount than the processor's."""
    possible_double: Annotated[int, Integer(ge=0, le=2**63 - 1)]
    """Pairs of the same amount, currency and day at two processors."""


class PlatformStatus(ContractModel):
    """How far one platform is compared and confirmed."""

    tenant_id: Uuid
    """Your tenant."""
    platform_name: Literal["Meta", "Google", "TikTok", "LinkedIn", "Shopify", "WooCommerce", "Stripe", "PayPal"]
    """The platform."""
    connection_status: Literal["verified", "partial", "pending", "failed", "disconnected"]
    """verified - everything matched; partial - not everything; pending - never compared; failed - could not be;
    disconnected - no access.
    """
    last_sync: Timestamp | None
    """When it was last compared (UTC). Null before the first time."""
    events_processed: Omittable[Annotated[int, Integer(ge=0, le=2**63 - 1)]] = None
    """How many transactions were compared the last time."""
    revenue_verified: Omittable[
        Annotated[float, Real(ge=-10_000_000_000_000, le=10_000_000_000_000, multiple_of=0.01)]
    ] = None
    """The same figure as `revenue_verified_cents`, as a decimal number."""
    revenue_verified_cents: Omittable[Annotated[int, Integer(ge=-1_000_000_000_000_000, le=1_000_000_000_000_000)]] = (
        None
    )
    """What the platform's books confirm, in the smallest unit of the currency."""
    currency: Omittable[Annotated[str, Text(pattern="^[A-Z]{3}$")]] = None
    """ISO 4217 code of the currency."""
    error_message: Omittable[Annotated[str, Text(min_length=1, max_length=500)]] = None
    """Why the last comparison failed."""
    next_scheduled_sync: Omittable[Timestamp] = None
    """When it will be compared next (UTC)."""
    findings: Omittable[Findings] = None


class ReconciliationTotal(ContractModel):
    """Claimed against confirmed, in one currency."""

    currency: Annotated[str, Text(pattern="^[A-Z]{3}$")]
    """ISO 4217 code of the currency."""
    claimed_total_cents: Annotated[int, Integer(ge=0, le=1_000_000_000_000_000)]
    """What all ad platforms claim, in the smallest unit of the currency."""
    verified_total_cents: Annotated[int, Integer(ge=-1_000_000_000_000_000, le=1_000_000_000_000_000)]
    """What processors confirm, in the smallest unit of the currency."""
    ghost_revenue_cents: Annotated[int, Integer(ge=0, le=1_000_000_000_000_000)]
    """What is claimed and not confirmed, in the smallest unit of the currency."""
    discrepancy_bps: Annotated[int, Integer(ge=0, le=2**63 - 1)]
    """Ghost revenue in hundredths of a percent of the confirmed revenue."""
    date_range: DateRange


class ReconciliationStatus(ContractModel):
    """How far your revenue is confirmed."""

    tenant_id: Uuid
    """Your tenant."""
    platforms: Annotated[list[PlatformStatus], Field(max_length=100)]
    """One entry per connected platform."""
    overall_status: Literal["verified", "partial", "pending", "failed"]
    """All platforms together."""
    totals: Annotated[list[ReconciliationTotal], Field(max_length=200)]
    """Claimed against confirmed, per currency."""
    last_full_sync: Omittable[Timestamp] = None
    """When everything was last compared (UTC). Absent before the first time."""


class SyncRequest(ContractModel):
    """What to compare."""

    model_config = ConfigDict(extra="forbid")

    platforms: Omittable[Annotated[list[Platform], Field(max_length=8)]] = None
    """The platforms to compare. Without it, all that are connected."""
    full_sync: bool = False
    """False compares the last 3 days (UTC), true the last 90."""


class Sync(ContractModel):
    """A comparison, waiting or running."""

    tenant_id: Uuid
    """Your tenant."""
    sync_id: Uuid
    """The comparison."""
    status: Literal["queued", "in_progress"]
    """How it stands."""
    estimated_completion: Timestamp
    """When it will probably be done (UTC)."""
