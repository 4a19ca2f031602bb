"""Schemas of webhooks_paypal.

Generated from contracts/openapi/v1/webhooks/paypal.yaml by `contracts generate`; change that instead.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field

from .._runtime.models import ContractModel, Omittable
from .._runtime.types import Text, Timestamp


class PayPalSaleAmount(ContractModel):
    """An amount, as PayPal writes it for sales."""

    total: Annotated[str, Text(max_length=32)]
    """How much, as a decimal text."""
    currency: Annotated[str, Text(pattern="^[A-Z]{3}$")]
    """ISO 4217 code of the currency."""


class PayPalCaptureAmount(ContractModel):
    """An amount, as PayPal writes it for captures."""

    value: Annotated[str, Text(max_length=32)]
    """How much, as a decimal text."""
    currency_code: Annotated[str, Text(pattern="^[A-Z]{3}$")]
    """ISO 4217 code of the currency."""


class PayPalLink(ContractModel):
    """A related address at PayPal."""

    href: Annotated[str, Text(max_length=2048)]
    """The address."""
    rel: Annotated[str, Text(max_length=64)]
    """How it is related."""
    method: Omittable[Annotated[str, Text(max_length=16)]] = None
    """How to call it."""


class PayPalResource(ContractModel):
    """A sale, capture or refund."""

    id: Annotated[str, Text(min_length=1, max_length=255)]
    """It, as PayPal calls it."""
    amount: PayPalSaleAmount | PayPalCaptureAmount
    """How much, in one of PayPal's two ways to write it."""
    state: Omittable[Annotated[str, Text(max_length=64)]] = None
    """How it stands."""
    custom_id: Omittable[Annotated[str, Text(max_length=4096)]] = None
    """The hints of your shop about the sale, as URL-encoded pairs."""
    invoice_id: Omittable[Annotated[str, Text(max_length=255)]] = None
    """The order, as your shop calls it."""
    parent_payment: Omittable[Annotated[str, Text(max_length=255)]] = None
    """The payment it belongs to."""
    sale_id: Omittable[Annotated[str, Text(max_length=255)]] = None
    """The sale a refund takes back."""
    create_time: Omittable[Timestamp] = None
    """When it was made (UTC)."""
    update_time: Omittable[Timestamp] = None
    """When it was last changed (UTC)."""
    links: Omittable[Annotated[list[PayPalLink], Field(max_length=100)]] = None
    """Related addresses at PayPal."""


class PayPalEvent(ContractModel):
    """An event about a sale, capture or refund, as PayPal sends it."""

    id: Annotated[str, Text(min_length=1, max_length=255)]
    """The event, as PayPal calls it."""
    event_type: Literal[
        "PAYMENT.SALE.COMPLETED", "PAYMENT.CAPTURE.COMPLETED", "PAYMENT.SALE.REFUNDED", "PAYMENT.CAPTURE.REFUNDED"
    ]
    """What happened. It must be what the address is for."""
    resource: PayPalResource
    create_time: Omittable[Timestamp] = None
    """When it happened (UTC)."""
    resource_type: Omittable[Annotated[str, Text(max_length=64)]] = None
    """What kind of thing it is about."""
    summary: Omittable[Annotated[str, Text(max_length=1000)]] = None
    """What happened, for people."""


class PayPalDispatchedEvent(ContractModel):
    """An event of any type, as PayPal sends it. What its resource must look like depends on `event_type`."""

    id: Annotated[str, Text(min_length=1, max_length=255)]
    """The event, as PayPal calls it."""
    event_type: Annotated[str, Text(min_length=1, max_length=255)]
    """What happened."""
    resource: dict[str, Any]
    """The sale, capture, refund or other thing of the event."""
    create_time: Omittable[Timestamp] = None
    """When it happened (UTC)."""
    resource_type: Omittable[Annotated[str, Text(max_length=64)]] = None
    """What kind of thing it is about."""
    summary: Omittable[Annotated[str, Text(max_length=1000)]] = None
    """What happened, for people."""
