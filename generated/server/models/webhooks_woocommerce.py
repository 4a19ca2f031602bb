"""Schemas of webhooks_woocommerce.

Generated from contracts/openapi/v1/webhooks/woocommerce.yaml by `contracts generate`; change that instead.
"""

from __future__ import annotations

from typing import Annotated, Any, TypeAlias

from pydantic import Field

from .._runtime.models import UNSET, ContractModel, Maybe, Omittable
from .._runtime.types import Integer, Text
from .webhooks_base import MetaData


class WooCommerceLineItem(ContractModel):
    """A line item of an order."""

    id: Omittable[Annotated[int, Integer(ge=1, le=2**63 - 1)]] = None
    """WooCommerce's ID of the line item."""
    name: Omittable[Annotated[str, Text(max_length=1000)]] = None
    """Name of the product."""
    quantity: Omittable[Annotated[int, Integer(ge=0, le=2**63 - 1)]] = None
    """Quantity."""
    total: Omittable[Annotated[str, Text(max_length=32)]] = None
    """Total of the line item as a decimal string."""


class WooCommerceRefund(ContractModel):
    """A refund of an order."""

    id: Annotated[int, Integer(ge=1, le=2**63 - 1)]
    """WooCommerce's ID of the refund."""
    amount: Omittable[Annotated[str, Text(max_length=32)]] = None
    """Refunded amount as a decimal string."""
    reason: Maybe[Annotated[str, Text(max_length=1000)]] = UNSET
    """Reason."""
    total: Maybe[Annotated[str, Text(max_length=32)]] = UNSET
    """Negative amount, as sent by WooCommerce."""
    date_created_gmt: Maybe[Annotated[str, Text(max_length=40)]] = UNSET
    """Creation time (UTC)."""


class WooCommerceOrder(ContractModel):
    """An order, as sent by WooCommerce."""

    id: Annotated[int, Integer(ge=1, le=2**63 - 1)]
    """WooCommerce's ID of the order."""
    order_key: Annotated[str, Text(min_length=1, max_length=255)]
    """Key of the order."""
    total: Annotated[str, Text(max_length=32)]
    """Total as a decimal string."""
    date_created: Annotated[str, Text(max_length=40)]
    """Creation time in the time zone of the shop."""
    number: Omittable[Annotated[str, Text(max_length=64)]] = None
    """Order number shown to customers."""
    status: Omittable[Annotated[str, Text(max_length=64)]] = None
    """Status: `pending`, `processing`, `on-hold`, `completed`, `cancelled`, `refunded`, `failed`, or one that a plugin
    added.
    """
    subtotal: Omittable[Annotated[str, Text(max_length=32)]] = None
    """Subtotal without tax and shipping."""
    total_tax: Omittable[Annotated[str, Text(max_length=32)]] = None
    """Tax included in the total."""
    currency: Omittable[Annotated[str, Text(pattern="^[A-Z]{3}$")]] = None
    """Currency code (ISO 4217)."""
    date_created_gmt: Maybe[Annotated[str, Text(max_length=40)]] = UNSET
    """Creation time (UTC)."""
    date_modified: Maybe[Annotated[str, Text(max_length=40)]] = UNSET
    """Time of the last change in the time zone of the shop."""
    date_completed: Maybe[Annotated[str, Text(max_length=40)]] = UNSET
    """Completion time in the time zone of the shop."""
    date_paid: Maybe[Annotated[str, Text(max_length=40)]] = UNSET
    """Payment time in the time zone of the shop."""
    date_modified_gmt: Maybe[Annotated[str, Text(max_length=40)]] = UNSET
    """Time of the last change (UTC)."""
    date_completed_gmt: Maybe[Annotated[str, Text(max_length=40)]] = UNSET
    """Completion time (UTC)."""
    date_paid_gmt: Maybe[Annotated[str, Text(max_length=40)]] = UNSET
    """Payment time (UTC)."""
    transaction_id: Maybe[Annotated[str, Text(max_length=255)]] = UNSET
    """ID of the payment at its gateway."""
    payment_method: Omittable[Annotated[str, Text(max_length=255)]] = None
    """Code of the payment method. Cash on delivery, `cod`, is paid when the order is completed."""
    payment_method_title: Omittable[Annotated[str, Text(max_length=255)]] = None
    """Name of the payment method."""
    customer_id: Omittable[Annotated[int, Integer(ge=0, le=2**63 - 1)]] = None
    """ID of the customer; 0 for guests."""
    line_items: Omittable[Annotated[list[WooCommerceLineItem], Field(max_length=1000)]] = None
    """Line items of the order."""
    meta_data: Omittable[Annotated[list[MetaData], Field(max_length=1000)]] = None
    """Metadata that your shop attaches to the sale."""
    refunds: Omittable[Annotated[list[WooCommerceRefund], Field(max_length=1000)]] = None
    """Refunds of the order."""


WooCommerceDelivery: TypeAlias = dict[str, Any]
"""Any WooCommerce delivery. Its schema depends on the topic."""


class WooCommercePing(ContractModel):
    """Sent by WooCommerce when a webhook is activated; has no topic and no signature and is not recorded."""

    webhook_id: Omittable[Annotated[str, Text(max_length=64)]] = None
    """WooCommerce's ID of the webhook."""
