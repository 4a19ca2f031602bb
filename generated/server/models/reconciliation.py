"""Schemas of reconciliation.

Generated from contracts/openapi/v1/reconciliation.yaml by `contracts generate`; change that instead.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import ConfigDict, Field

from .._runtime.models import ContractModel, Omittable
from .._runtime.types import Integer, Real, Text, Timestamp, Uuid
from .common import DateRange, Platform


class ProcessorRoleRequest(ContractModel):
    """The role of an account of a payment processor."""

    model_config = ConfigDict(extra="forbid")

    platform: Literal["stripe", "paypal"]
    """The payment processor."""
    account: Annotated[str, Text(min_length=1, max_length=255, pattern="^[!-~]([ -~]*[!-~])?$")]
    """The account, as the webhook secret of the processor names it."""
    role: Literal["auto", "counts", "confirms"]
    """How its payments count."""
    reason: Annotated[str, Text(min_length=3, max_length=500)]
    """Why, for whoever reads the list later."""
    valid_from: Omittable[Timestamp] = None
    """Payments captured from this time on count so (UTC), from the year 2000 to a year from now. Now if absent."""


class ProcessorRole(ContractModel):
    """The role of an account from a time on."""

    platform: Literal["stripe", "paypal"]
    """The payment processor."""
    account: Annotated[str, Text(min_length=1, max_length=255)]
    """The account, as the webhook secret of the processor names it."""
    role: Literal["auto", "counts", "confirms"]
    """How its payments count."""
    valid_from: Timestamp
    """Payments captured from this time on count so (UTC)."""
    set_at: Timestamp
    """When it was set (UTC)."""
    set_by: Uuid
    """ID of the user who set it."""
    reason: Annotated[str, Text(min_length=1, max_length=500)]
    """Why it was set."""


class ProcessorRoles(ContractModel):
    """Roles of all accounts."""

    tenant_id: Uuid
    """ID of the tenant."""
    roles: Annotated[list[ProcessorRole], Field(max_length=1000)]
    """The roles that were set, by account and time. The 1000 newest at most."""


class Findings(ContractModel):
    """Findings of the last reconciliation, as numbers of ledger entries."""

    matched: Annotated[int, Integer(ge=0, le=2**63 - 1)]
    """Entries confirmed by the processor."""
    missing_in_ledger: Annotated[int, Integer(ge=0, le=2**63 - 1)]
    """Transactions of the processor missing in the ledger."""
    missing_at_processor: Annotated[int, Integer(ge=0, le=2**63 - 1)]
    """Entries missing at the processor."""
    amount_mismatch: Annotated[int, Integer(ge=0, le=2**63 - 1)]
    """Entries whose amount differs from the processor's."""
    possible_double: Annotated[int, Integer(ge=0, le=2**63 - 1)]
    """Pairs with equal amount, currency and day at two processors."""


class PlatformStatus(ContractModel):
    """Reconciliation status of one platform."""

    tenant_id: Uuid
    """ID of the tenant."""
    platform_name: Literal["Meta", "Google", "TikTok", "LinkedIn", "Shopify", "WooCommerce", "Stripe", "PayPal"]
    """The platform."""
    connection_status: Literal["verified", "partial", "pending", "failed", "disconnected"]
    """verified: all entries matched; partial: some entries matched; pending: not reconciled yet; failed:
    reconciliation failed; disconnected: no access.
    """
    last_sync: Timestamp | None
    """Time of the last reconciliation (UTC). Null if there was none."""
    events_processed: Omittable[Annotated[int, Integer(ge=0, le=2**63 - 1)]] = None
    """Number of transactions compared by the last reconciliation."""
    revenue_verified: Omittable[
        Annotated[float, Real(ge=-10_000_000_000_000, le=10_000_000_000_000, multiple_of=0.01)]
    ] = None
    """`revenue_verified_cents` as a decimal number."""
    revenue_verified_cents: Omittable[Annotated[int, Integer(ge=-1_000_000_000_000_000, le=1_000_000_000_000_000)]] = (
        None
    )
    """Revenue confirmed by the platform, in minor units."""
    currency: Omittable[Annotated[str, Text(pattern="^[A-Z]{3}$")]] = None
    """Currency code (ISO 4217)."""
    error_message: Omittable[Annotated[str, Text(min_length=1, max_length=500)]] = None
    """Error of the last failed reconciliation."""
    next_scheduled_sync: Omittable[Timestamp] = None
    """Time of the next reconciliation (UTC)."""
    findings: Omittable[Findings] = None


class ReconciliationTotal(ContractModel):
    """Claimed and verified revenue in one currency."""

    currency: Annotated[str, Text(pattern="^[A-Z]{3}$")]
    """Currency code (ISO 4217)."""
    claimed_total_cents: Annotated[int, Integer(ge=0, le=1_000_000_000_000_000)]
    """Revenue claimed by all ad platforms, in minor units."""
    verified_total_cents: Annotated[int, Integer(ge=-1_000_000_000_000_000, le=1_000_000_000_000_000)]
    """Revenue confirmed by processors, in minor units."""
    ghost_revenue_cents: Annotated[int, Integer(ge=0, le=1_000_000_000_000_000)]
    """Revenue claimed but not confirmed, in minor units."""
    discrepancy_bps: Annotated[int, Integer(ge=0, le=2**63 - 1)]
    """Ghost revenue in basis points of the verified revenue."""
    date_range: DateRange


class ReconciliationStatus(ContractModel):
    """Reconciliation status of the tenant."""

    tenant_id: Uuid
    """ID of the tenant."""
    platforms: Annotated[list[PlatformStatus], Field(max_length=100)]
    """One entry per connected platform."""
    overall_status: Literal["verified", "partial", "pending", "failed"]
    """Status of all platforms together."""
    totals: Annotated[list[ReconciliationTotal], Field(max_length=200)]
    """Claimed and verified revenue by currency."""
    last_full_sync: Omittable[Timestamp] = None
    """Time of the last reconciliation of all platforms (UTC). Absent if there was none."""


class SyncRequest(ContractModel):
    """Platforms and period to reconcile."""

    model_config = ConfigDict(extra="forbid")

    platforms: Omittable[Annotated[list[Platform], Field(max_length=8)]] = None
    """Platforms to reconcile. Defaults to all connected platforms."""
    full_sync: bool = False
    """False: last 3 days (UTC); true: last 90 days."""


class Sync(ContractModel):
    """A queued or running reconciliation."""

    tenant_id: Uuid
    """ID of the tenant."""
    sync_id: Uuid
    """ID of the reconciliation."""
    status: Literal["queued", "in_progress"]
    """Status."""
    estimated_completion: Timestamp
    """Estimated completion time (UTC)."""
