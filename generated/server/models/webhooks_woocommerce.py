"""Schemas of webhooks_woocommerce.

Generated from contracts/openapi/v1/webhooks/woocommerce.yaml by `contracts generate`; change that instead.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal, TypeAlias

from pydantic import Field

from .._runtime.models import UNSET, ContractModel, Maybe, Omittable
from .._runtime.types import Integer, Text
from .webhooks_base import MetaData


class WooCommerceLineItem(ContractModel):
    """One line of an order."""

    id: Omittable[Annotated[int, Integer(ge=1, le=2**63 - 1)]] = None
    """The line, as WooCommerce calls it."""
    name: Omittable[Annotated[str, Text(max_length=1000)]] = None
    """What was bought."""
    quantity: Omittable[Annotated[int, Integer(ge=0, le=2**63 - 1)]] = None
    """How many."""
    total: Omittable[Annotated[str, Text(max_length=32)]] = None
    """The price of the line, as a decimal text."""


class WooCommerceRefund(ContractModel):
    """A refund of an order."""

    id: Annotated[int, Integer(ge=1, le=2**63 - 1)]
    """The refund, as WooCommerce calls it."""
    amount: Omittable[Annotated[str, Text(max_length=32)]] = None
    """How much went back, as a decimal text."""
    reason: Maybe[Annotated[str, Text(max_length=1000)]] = UNSET
    """Why."""
    total: Maybe[Annotated[str, Text(max_length=32)]] = UNSET
    """The same with a minus, as WooCommerce also sends it."""


class WooCommerceOrder(ContractModel):
    """An order, as WooCommerce sends it."""

    id: Annotated[int, Integer(ge=1, le=2**63 - 1)]
    """The order, as WooCommerce calls it."""
    order_key: Annotated[str, Text(min_length=1, max_length=255)]
    """A second name of the order."""
    total: Annotated[str, Text(max_length=32)]
    """What the buyer pays, as a decimal text."""
    date_created: Annotated[str, Text(max_length=40)]
    """When it was placed, by the clock of the shop."""
    number: Omittable[Annotated[str, Text(max_length=64)]] = None
    """The order, as your customers call it."""
    status: Omittable[Literal["pending", "processing", "on-hold", "completed", "cancelled", "refunded", "failed"]] = (
        None
    )
    """How it stands."""
    subtotal: Omittable[Annotated[str, Text(max_length=32)]] = None
    """The same without tax and shipping."""
    total_tax: Omittable[Annotated[str, Text(max_length=32)]] = None
    """The tax in it."""
    currency: Omittable[Annotated[str, Text(pattern="^[A-Z]{3}$")]] = None
    """ISO 4217 code of the currency."""
    date_created_gmt: Maybe[Annotated[str, Text(max_length=40)]] = UNSET
    """When it was placed (UTC)."""
    date_modified: Maybe[Annotated[str, Text(max_length=40)]] = UNSET
    """When it was last changed, by the clock of the shop."""
    date_completed: Maybe[Annotated[str, Text(max_length=40)]] = UNSET
    """When it was completed, by the clock of the shop."""
    date_paid: Maybe[Annotated[str, Text(max_length=40)]] = UNSET
    """When it was paid, by the clock of the shop."""
    date_modified_gmt: Maybe[Annotated[str, Text(max_length=40)]] = UNSET
    """When it was last changed (UTC)."""
    date_completed_gmt: Maybe[Annotated[str, Text(max_length=40)]] = UNSET
    """When it was completed (UTC)."""
    date_paid_gmt: Maybe[Annotated[str, Text(max_length=40)]] = UNSET
    """When it was paid (UTC)."""
    payment_method: Omittable[Annotated[str, Text(max_length=255)]] = None
    """How it was paid, for programs."""
    payment_method_title: Omittable[Annotated[str, Text(max_length=255)]] = None
    """How it was paid, for people."""
    customer_id: Omittable[Annotated[int, Integer(ge=0, le=2**63 - 1)]] = None
    """Who bought, as a number; 0 for guests."""
    line_items: Omittable[Annotated[list[WooCommerceLineItem], Field(max_length=1000)]] = None
    """What was bought."""
    meta_data: Omittable[Annotated[list[MetaData], Field(max_length=1000)]] = None
    """The hints of your shop about the sale."""
    refunds: Omittable[Annotated[list[WooCommerceRefund], Field(max_length=1000)]] = None
    """What went back."""


WooCommerceDelivery: TypeAlias = dict[str, Any]
"""Any delivery of WooCommerce. What it must look like depends on its topic."""


class WooCommercePing(ContractModel):
    """What WooCommerce sends when a webhook is switched on - no topic, no signature, nothing to record."""

    webhook_id: Omittable[Annotated[str, Text(max_length=64)]] = None
    """The webhook, as WooCommerce calls it."""
