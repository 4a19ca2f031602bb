"""Schemas of webhooks_shopify.

Generated from contracts/openapi/v1/webhooks/shopify.yaml by `contracts generate`; change that instead.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal, TypeAlias

from pydantic import Field

from .._runtime.models import UNSET, ContractModel, Maybe, Omittable
from .._runtime.types import Integer, Text, Timestamp
from .webhooks_base import NoteAttribute


class ShopifyCustomer(ContractModel):
    """The customer, only as an ID."""

    id: Maybe[Annotated[int, Integer(ge=1, le=2**63 - 1)]] = UNSET
    """Shopify's ID of the customer."""


class ShopifyLineItem(ContractModel):
    """A line item of an order."""

    id: Maybe[Annotated[int, Integer(ge=1, le=2**63 - 1)]] = UNSET
    """Shopify's ID of the line item."""
    title: Omittable[Annotated[str, Text(max_length=1000)]] = None
    """Name of the product."""
    quantity: Omittable[Annotated[int, Integer(ge=0, le=2**63 - 1)]] = None
    """Quantity."""
    price: Omittable[Annotated[str, Text(max_length=32)]] = None
    """Unit price in the currency of the order."""


class ShopifyOrder(ContractModel):
    """An order, as sent by Shopify."""

    id: Annotated[int, Integer(ge=1, le=2**63 - 1)]
    """Shopify's ID of the order."""
    order_number: Annotated[int, Integer(ge=0, le=2**63 - 1)]
    """Order number shown to customers."""
    total_price: Annotated[str, Text(max_length=32)]
    """Total as a decimal string."""
    created_at: Timestamp
    """Creation time."""
    subtotal_price: Maybe[Annotated[str, Text(max_length=32)]] = UNSET
    """Subtotal without tax and shipping."""
    total_tax: Maybe[Annotated[str, Text(max_length=32)]] = UNSET
    """Tax included in the total."""
    currency: Omittable[Annotated[str, Text(pattern="^[A-Z]{3}$")]] = None
    """Currency code (ISO 4217)."""
    confirmed: Omittable[bool] = None
    """Whether Shopify confirmed the order."""
    financial_status: Maybe[Literal["pending", "paid", "refunded", "voided"]] = UNSET
    """Payment status."""
    note_attributes: Omittable[Annotated[list[NoteAttribute], Field(max_length=1000)]] = None
    """Metadata that your shop attaches to the sale."""
    customer: Maybe[ShopifyCustomer] = UNSET
    """The customer."""
    line_items: Omittable[Annotated[list[ShopifyLineItem], Field(max_length=1000)]] = None
    """Line items of the order."""


class ShopifyRefundTransaction(ContractModel):
    """A refund transaction."""

    id: Maybe[Annotated[int, Integer(ge=1, le=2**63 - 1)]] = UNSET
    """Shopify's ID of the transaction."""
    amount: Omittable[Annotated[str, Text(max_length=32)]] = None
    """Refunded amount as a decimal string."""
    currency: Omittable[Annotated[str, Text(pattern="^[A-Z]{3}$")]] = None
    """Currency code (ISO 4217)."""
    kind: Omittable[Literal["refund"]] = None
    """Kind of transaction."""
    parent_id: Maybe[Annotated[int, Integer(ge=1, le=2**63 - 1)]] = UNSET
    """ID of the refunded transaction."""


class ShopifyRefund(ContractModel):
    """A refund, as sent by Shopify."""

    id: Annotated[int, Integer(ge=1, le=2**63 - 1)]
    """Shopify's ID of the refund."""
    order_id: Annotated[int, Integer(ge=1, le=2**63 - 1)]
    """ID of the order."""
    transactions: Annotated[list[ShopifyRefundTransaction], Field(max_length=1000)]
    """Refund transactions."""
    currency: Maybe[Annotated[str, Text(pattern="^[A-Z]{3}$")]] = UNSET
    """Currency code (ISO 4217)."""
    created_at: Maybe[Timestamp] = UNSET
    """Creation time."""


class ShopifyCheckout(ContractModel):
    """A created or updated checkout, as sent by Shopify."""

    token: Annotated[str, Text(min_length=1, max_length=255)]
    """Shopify's ID of the checkout."""
    total_price: Annotated[str, Text(max_length=32)]
    """Total of the checkout as a decimal string."""
    subtotal_price: Maybe[Annotated[str, Text(max_length=32)]] = UNSET
    """Subtotal without tax and shipping."""
    currency: Omittable[Annotated[str, Text(pattern="^[A-Z]{3}$")]] = None
    """Currency code (ISO 4217)."""
    abandoned_checkout_url: Maybe[Annotated[str, Text(max_length=2048)]] = UNSET
    """URL of the abandoned checkout."""
    note_attributes: Omittable[Annotated[list[NoteAttribute], Field(max_length=1000)]] = None
    """Metadata that your shop attaches to the sale."""


ShopifyDelivery: TypeAlias = dict[str, Any]
"""Any Shopify delivery. Its schema depends on the topic."""
