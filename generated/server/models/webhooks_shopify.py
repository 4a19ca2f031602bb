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
    """Who bought, as a number and nothing else."""

    id: Maybe[Annotated[int, Integer(ge=1, le=2**63 - 1)]] = UNSET
    """The customer, as Shopify calls it."""


class ShopifyLineItem(ContractModel):
    """One line of an order."""

    id: Maybe[Annotated[int, Integer(ge=1, le=2**63 - 1)]] = UNSET
    """The line, as Shopify calls it."""
    title: Omittable[Annotated[str, Text(max_length=1000)]] = None
    """What was bought."""
    quantity: Omittable[Annotated[int, Integer(ge=0, le=2**63 - 1)]] = None
    """How many."""
    price: Omittable[Annotated[str, Text(max_length=32)]] = None
    """The price of one, in the currency of the order."""


class ShopifyOrder(ContractModel):
    """An order, as Shopify sends it."""

    id: Annotated[int, Integer(ge=1, le=2**63 - 1)]
    """The order, as Shopify calls it."""
    order_number: Annotated[int, Integer(ge=0, le=2**63 - 1)]
    """The order, as your customers call it."""
    total_price: Annotated[str, Text(max_length=32)]
    """What the buyer pays, as a decimal text."""
    created_at: Timestamp
    """When it was placed."""
    subtotal_price: Maybe[Annotated[str, Text(max_length=32)]] = UNSET
    """The same without tax and shipping."""
    total_tax: Maybe[Annotated[str, Text(max_length=32)]] = UNSET
    """The tax in it."""
    currency: Omittable[Annotated[str, Text(pattern="^[A-Z]{3}$")]] = None
    """ISO 4217 code of the currency."""
    confirmed: Omittable[bool] = None
    """Whether Shopify has confirmed it."""
    financial_status: Maybe[Literal["pending", "paid", "refunded", "voided"]] = UNSET
    """How its payment stands."""
    note_attributes: Omittable[Annotated[list[NoteAttribute], Field(max_length=1000)]] = None
    """The hints of your shop about the sale."""
    customer: Maybe[ShopifyCustomer] = UNSET
    """Who bought."""
    line_items: Omittable[Annotated[list[ShopifyLineItem], Field(max_length=1000)]] = None
    """What was bought."""


class ShopifyRefundTransaction(ContractModel):
    """One payment that went back."""

    id: Maybe[Annotated[int, Integer(ge=1, le=2**63 - 1)]] = UNSET
    """The transaction, as Shopify calls it."""
    amount: Omittable[Annotated[str, Text(max_length=32)]] = None
    """How much went back, as a decimal text."""
    currency: Omittable[Annotated[str, Text(pattern="^[A-Z]{3}$")]] = None
    """ISO 4217 code of the currency."""
    kind: Omittable[Literal["refund"]] = None
    """What it is."""
    parent_id: Maybe[Annotated[int, Integer(ge=1, le=2**63 - 1)]] = UNSET
    """The payment it takes back."""


class ShopifyRefund(ContractModel):
    """A refund, as Shopify sends it."""

    id: Annotated[int, Integer(ge=1, le=2**63 - 1)]
    """The refund, as Shopify calls it."""
    order_id: Annotated[int, Integer(ge=1, le=2**63 - 1)]
    """The order it belongs to."""
    transactions: Annotated[list[ShopifyRefundTransaction], Field(max_length=1000)]
    """The payments that went back."""
    currency: Maybe[Annotated[str, Text(pattern="^[A-Z]{3}$")]] = UNSET
    """ISO 4217 code of the currency."""
    created_at: Maybe[Timestamp] = UNSET
    """When it was made."""


class ShopifyCheckout(ContractModel):
    """A checkout that was begun or changed, as Shopify sends it."""

    token: Annotated[str, Text(min_length=1, max_length=255)]
    """The checkout, as Shopify calls it."""
    total_price: Annotated[str, Text(max_length=32)]
    """What the buyer would pay, as a decimal text."""
    subtotal_price: Maybe[Annotated[str, Text(max_length=32)]] = UNSET
    """The same without tax and shipping."""
    currency: Omittable[Annotated[str, Text(pattern="^[A-Z]{3}$")]] = None
    """ISO 4217 code of the currency."""
    abandoned_checkout_url: Maybe[Annotated[str, Text(max_length=2048)]] = UNSET
    """Where the buyer could go on."""
    note_attributes: Omittable[Annotated[list[NoteAttribute], Field(max_length=1000)]] = None
    """The hints of your shop about the sale."""


ShopifyDelivery: TypeAlias = dict[str, Any]
"""Any delivery of Shopify. What it must look like depends on its topic."""
