"""Schemas of webhooks_stripe.

Generated from contracts/openapi/v1/webhooks/stripe.yaml by `contracts generate`; change that instead.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

from .._runtime.conforms import Conforms
from .._runtime.models import UNSET, ContractModel, Maybe, Omittable
from .._runtime.types import Integer, Text


class StripeDispatchedData(ContractModel):
    """What the event is about."""

    object: dict[str, Any]
    """The charge, payment intent or other object of the event."""


class StripeDispatchedEvent(ContractModel):
    """An event of any type, as Stripe sends it. What its object must look like depends on `type`."""

    id: Annotated[str, Text(min_length=1, max_length=255)]
    """The event, as Stripe calls it."""
    type: Annotated[str, Text(min_length=1, max_length=255)]
    """What happened."""
    created: Annotated[int, Integer(ge=0, le=253_402_300_799)]
    """When it happened, in Unix seconds."""
    data: StripeDispatchedData
    livemode: Omittable[bool] = None
    """Whether real money is involved."""


class StripeCharge(ContractModel):
    """A charge or a payment intent."""

    id: Annotated[str, Text(min_length=1, max_length=255)]
    """The charge or payment intent, as Stripe calls it."""
    amount: Annotated[int, Integer(ge=0, le=1_000_000_000_000_000)]
    """How much was paid, in the smallest unit of the currency."""
    currency: Annotated[str, Text(pattern="^[a-z]{3}$")]
    """ISO 4217 code of the currency, in small letters as Stripe writes it."""
    status: Literal["succeeded", "pending", "failed", "refunded"]
    """How the payment stands."""
    amount_refunded: Omittable[Annotated[int, Integer(ge=0, le=1_000_000_000_000_000)]] = None
    """The sum of all refunds of this charge so far, in the smallest unit of the currency."""
    paid: Omittable[bool] = None
    """Whether the money came in."""
    refunded: Omittable[bool] = None
    """Whether all of it went back."""
    payment_intent: Maybe[Annotated[str, Text(max_length=255)]] = UNSET
    """The payment intent the charge belongs to."""
    latest_charge: Maybe[Annotated[str, Text(max_length=255)]] = UNSET
    """The charge the payment intent led to."""
    metadata: Omittable[
        Annotated[dict[str, Annotated[str, Text(max_length=5000)]], Conforms({"maxProperties": 1000})]
    ] = None
    """The hints of your shop about the sale."""


class StripeEventData(ContractModel):
    """What the event is about."""

    object: StripeCharge


class StripeEvent(ContractModel):
    """An event about a charge or payment intent, as Stripe sends it."""

    id: Annotated[str, Text(min_length=1, max_length=255)]
    """The event, as Stripe calls it."""
    type: Literal["charge.succeeded", "charge.refunded", "payment_intent.succeeded", "payment_intent.payment_failed"]
    """What happened. It must be what the address is for."""
    created: Annotated[int, Integer(ge=0, le=253_402_300_799)]
    """When it happened, in Unix seconds."""
    data: StripeEventData
    livemode: Omittable[bool] = None
    """Whether real money is involved."""
