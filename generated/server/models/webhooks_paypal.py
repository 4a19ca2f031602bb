"""Schemas of webhooks_paypal.

Generated from contracts/openapi/v1/webhooks/paypal.yaml by `contracts generate`; change that instead.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field

from .._runtime.models import ContractModel, Omittable
from .._runtime.types import Text, Timestamp


class PayPalSaleAmount(ContractModel):
    """An amount in PayPal's format for sales."""

    total: Annotated[str, Text(max_length=32)]
    """Amount as a decimal string."""
    currency: Annotated[str, Text(pattern="^[A-Z]{3}$")]
    """Currency code (ISO 4217)."""


class PayPalCaptureAmount(ContractModel):
    """An amount in PayPal's format for captures."""

    value: Annotated[str, Text(max_length=32)]
    """How much, as a decimal text."""
    currency_code: Annotated[str, Text(pattern="^[A-Z]{3}$")]
    """Currency code (ISO 4217)."""


class PayPalLink(ContractModel):
    """A related link at PayPal."""

    href: Annotated[str, Text(max_length=2048)]
    """URL."""
    rel: Annotated[str, Text(max_length=64)]
    """Link relation."""
    method: Omittable[Annotated[str, Text(max_length=16)]] = None
    """HTTP method."""


class PayPalResource(ContractModel):
    """A sale, capture, refund, reversal or authorization. It belongs to the payment that its links, `sale_id`,
    `capture_id` or `parent_payment` name; a reversal may name none.
    """

    id: Annotated[str, Text(min_length=1, max_length=255)]
    """PayPal's ID of the resource."""
    amount: PayPalSaleAmount | PayPalCaptureAmount
    """Amount in one of PayPal's two formats."""
    state: Omittable[Annotated[str, Text(max_length=64)]] = None
    """Status, as version 1 of PayPal's API names it."""
    status: Omittable[Annotated[str, Text(max_length=64)]] = None
    """Status, as version 2 of PayPal's API names it."""
    custom_id: Omittable[Annotated[str, Text(max_length=4096)]] = None
    """Metadata that your shop attaches to the sale, as URL-encoded pairs."""
    invoice_id: Omittable[Annotated[str, Text(max_length=255)]] = None
    """Your shop's order number."""
    parent_payment: Omittable[Annotated[str, Text(max_length=255)]] = None
    """ID of the parent payment."""
    sale_id: Omittable[Annotated[str, Text(max_length=255)]] = None
    """ID of the refunded sale."""
    capture_id: Omittable[Annotated[str, Text(max_length=255)]] = None
    """ID of the refunded capture."""
    create_time: Omittable[Timestamp] = None
    """Creation time (UTC)."""
    update_time: Omittable[Timestamp] = None
    """Time of the last change (UTC)."""
    links: Omittable[Annotated[list[PayPalLink], Field(max_length=100)]] = None
    """Related links at PayPal."""


class PayPalEvent(ContractModel):
    """An event about a sale, capture or refund, as sent by PayPal."""

    id: Annotated[str, Text(min_length=1, max_length=255)]
    """PayPal's ID of the event."""
    event_type: Literal[
        "PAYMENT.SALE.COMPLETED", "PAYMENT.CAPTURE.COMPLETED", "PAYMENT.SALE.REFUNDED", "PAYMENT.CAPTURE.REFUNDED"
    ]
    """Event type. Must match the path."""
    resource: PayPalResource
    create_time: Omittable[Timestamp] = None
    """Time of the event (UTC)."""
    resource_type: Omittable[Annotated[str, Text(max_length=64)]] = None
    """Type of the resource."""
    summary: Omittable[Annotated[str, Text(max_length=1000)]] = None
    """Summary of the event."""


class PayPalDispatchedEvent(ContractModel):
    """An event of any type, as sent by PayPal. The schema of its resource depends on `event_type`."""

    id: Annotated[str, Text(min_length=1, max_length=255)]
    """PayPal's ID of the event."""
    event_type: Annotated[str, Text(min_length=1, max_length=255)]
    """Event type."""
    resource: dict[str, Any]
    """The sale, capture, refund, reversal, authorization or dispute of the event. A dispute is read by its
    `dispute_id`, `dispute_amount`, `dispute_outcome` and `disputed_transactions`.
    """
    create_time: Omittable[Timestamp] = None
    """Time of the event (UTC)."""
    resource_type: Omittable[Annotated[str, Text(max_length=64)]] = None
    """Type of the resource."""
    summary: Omittable[Annotated[str, Text(max_length=1000)]] = None
    """Summary of the event."""
