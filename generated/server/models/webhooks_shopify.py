"""Schemas of webhooks_shopify.

Generated from contracts/openapi/v1/webhooks/shopify.yaml by `contracts generate`; change that instead.
"""

from __future__ import annotations

from typing import Annotated, Any, TypeAlias

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


class ShopifyMoney(ContractModel):
    """An amount with its currency."""

    amount: Omittable[Annotated[str, Text(max_length=32)]] = None
    """Amount as a decimal string."""
    currency_code: Omittable[Annotated[str, Text(pattern="^[A-Z]{3}$")]] = None
    """Currency code (ISO 4217)."""


class ShopifyMoneySet(ContractModel):
    """An amount in the currencies of shop and buyer. The amount in the currency of the shop is recorded."""

    shop_money: Omittable[ShopifyMoney] = None
    presentment_money: Omittable[ShopifyMoney] = None


class ShopifyRefundTransaction(ContractModel):
    """A refund transaction."""

    id: Maybe[Annotated[int, Integer(ge=1, le=2**63 - 1)]] = UNSET
    """Shopify's ID of the transaction."""
    amount: Omittable[Annotated[str, Text(max_length=32)]] = None
    """Refunded amount as a decimal string."""
    currency: Maybe[Annotated[str, Text(pattern="^[A-Z]{3}$")]] = UNSET
    """Currency code (ISO 4217)."""
    kind: Omittable[Annotated[str, Text(max_length=64)]] = None
    """Kind of transaction. Only `refund` is a refund."""
    status: Maybe[Annotated[str, Text(max_length=64)]] = UNSET
    """Status. Only `success` reduces the revenue."""
    gateway: Maybe[Annotated[str, Text(max_length=255)]] = UNSET
    """Payment gateway. A refund to `gift_card` or `shopify_store_credit` does not reduce the revenue."""
    processed_at: Maybe[Timestamp] = UNSET
    """Time at which the gateway processed it."""
    amount_set: Maybe[ShopifyMoneySet] = UNSET
    """Refunded amount in the currencies of shop and buyer."""
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
    financial_status: Maybe[Annotated[str, Text(max_length=64)]] = UNSET
    """Payment status, such as `authorized`, `pending`, `partially_paid`, `paid`, `partially_refunded`, `refunded` or
    `voided`.
    """
    total_price_set: Maybe[ShopifyMoneySet] = UNSET
    """Total in the currencies of shop and buyer."""
    current_total_price: Maybe[Annotated[str, Text(max_length=32)]] = UNSET
    """Total after edits and refunds as a decimal string, in the currency of the shop."""
    total_outstanding: Maybe[Annotated[str, Text(max_length=32)]] = UNSET
    """Amount that is not paid yet as a decimal string, in the currency of the shop."""
    presentment_currency: Maybe[Annotated[str, Text(pattern="^[A-Z]{3}$")]] = UNSET
    """Currency that the buyer saw (ISO 4217)."""
    payment_gateway_names: Maybe[Annotated[list[Annotated[str, Text(max_length=255)]], Field(max_length=1000)]] = UNSET
    """Payment gateways of the order. `gift_card` is no revenue."""
    updated_at: Maybe[Timestamp] = UNSET
    """Time of the last change."""
    processed_at: Maybe[Timestamp] = UNSET
    """Time at which the order was placed; earlier than its creation for an imported order."""
    test: Maybe[bool] = UNSET
    """Whether this is a test order, which is no revenue."""
    refunds: Maybe[Annotated[list[ShopifyRefund], Field(max_length=1000)]] = UNSET
    """Refunds of the order."""
    note_attributes: Omittable[Annotated[list[NoteAttribute], Field(max_length=1000)]] = None
    """Metadata that your shop attaches to the sale."""
    customer: Maybe[ShopifyCustomer] = UNSET
    """The customer."""
    line_items: Omittable[Annotated[list[ShopifyLineItem], Field(max_length=1000)]] = None
    """Line items of the order."""


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
