"""Schemas of webhooks_stripe.

Generated from contracts/openapi/v1/webhooks/stripe.yaml by `contracts generate`; change that instead.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

from .._runtime.conforms import Conforms
from .._runtime.models import UNSET, ContractModel, Maybe, Omittable
from .._runtime.types import Integer, Text


class StripeDispatchedData(ContractModel):
    """Data of the event."""

    object: dict[str, Any]
    """The charge, payment intent or other object of the event."""


class StripeDispatchedEvent(ContractModel):
    """An event of any type, as sent by Stripe. The schema of its object depends on `type`."""

    id: Annotated[str, Text(min_length=1, max_length=255)]
    """Stripe's ID of the event."""
    type: Annotated[str, Text(min_length=1, max_length=255)]
    """Event type."""
    created: Annotated[int, Integer(ge=0, le=253_402_300_799)]
    """Time of the event in Unix seconds."""
    data: StripeDispatchedData
    livemode: Omittable[bool] = None
    """Whether the event is from live mode."""


class StripeCharge(ContractModel):
    """A charge or a payment intent."""

    id: Annotated[str, Text(min_length=1, max_length=255)]
    """Stripe's ID of the charge or payment intent."""
    amount: Annotated[int, Integer(ge=0, le=1_000_000_000_000_000)]
    """Amount paid, in minor units."""
    currency: Annotated[str, Text(pattern="^[a-z]{3}$")]
    """Currency code (ISO 4217) in lower case, as sent by Stripe."""
    status: Literal["succeeded", "pending", "failed", "refunded"]
    """Payment status."""
    amount_refunded: Omittable[Annotated[int, Integer(ge=0, le=1_000_000_000_000_000)]] = None
    """Sum of all refunds of this charge so far, in minor units."""
    paid: Omittable[bool] = None
    """Whether the charge was paid."""
    refunded: Omittable[bool] = None
    """Whether the charge was fully refunded."""
    payment_intent: Maybe[Annotated[str, Text(max_length=255)]] = UNSET
    """ID of the payment intent of the charge."""
    latest_charge: Maybe[Annotated[str, Text(max_length=255)]] = UNSET
    """ID of the charge of the payment intent."""
    metadata: Omittable[
        Annotated[dict[str, Annotated[str, Text(max_length=5000)]], Conforms({"maxProperties": 1000})]
    ] = None
    """Metadata that your shop attaches to the sale."""


class StripeEventData(ContractModel):
    """Data of the event."""

    object: StripeCharge


class StripeEvent(ContractModel):
    """An event about a charge or payment intent, as sent by Stripe."""

    id: Annotated[str, Text(min_length=1, max_length=255)]
    """Stripe's ID of the event."""
    type: Literal["charge.succeeded", "charge.refunded", "payment_intent.succeeded", "payment_intent.payment_failed"]
    """Event type. Must match the path."""
    created: Annotated[int, Integer(ge=0, le=253_402_300_799)]
    """Time of the event in Unix seconds."""
    data: StripeEventData
    livemode: Omittable[bool] = None
    """Whether the event is from live mode."""
