"""Stripe: deliveries signed with `Stripe-Signature`, amounts in Stripe's minor units, cumulative refunds."""

from impl.platforms.stripe.events import to_event
from impl.platforms.stripe.signature import sign, verify

__all__ = ["sign", "to_event", "verify"]
