"""Fills the contract of the Stripe webhooks."""

from __future__ import annotations

from typing import final

from generated.server import Call, webhooks_stripe
from impl.ingestion.deliveries.inbox import Inbox
from impl.ingestion.deliveries.receive import Receiver
from impl.kernel.callers import MachineCaller
from impl.platforms import stripe


@final
class StripeWebhooks:
    """The five addresses for Stripe: one per event, and one for all."""

    def __init__(self, receiver: Receiver) -> None:
        self._inbox = Inbox(receiver, stripe.PROCESSOR, {})

    async def receive_stripe_webhook(
        self, params: webhooks_stripe.ReceiveStripeWebhookParams, *, call: Call[MachineCaller]
    ) -> webhooks_stripe.ReceiveStripeWebhookReply:
        return webhooks_stripe.ReceiveStripeWebhook200(body=await self._inbox.take(call, None))

    async def stripe_charge_succeeded(
        self, params: webhooks_stripe.StripeChargeSucceededParams, *, call: Call[MachineCaller]
    ) -> webhooks_stripe.StripeChargeSucceededReply:
        return webhooks_stripe.StripeChargeSucceeded200(body=await self._inbox.take(call, "charge.succeeded"))

    async def stripe_payment_intent_succeeded(
        self, params: webhooks_stripe.StripePaymentIntentSucceededParams, *, call: Call[MachineCaller]
    ) -> webhooks_stripe.StripePaymentIntentSucceededReply:
        body = await self._inbox.take(call, "payment_intent.succeeded")
        return webhooks_stripe.StripePaymentIntentSucceeded200(body=body)

    async def stripe_payment_intent_succeeded_legacy(
        self, params: webhooks_stripe.StripePaymentIntentSucceededLegacyParams, *, call: Call[MachineCaller]
    ) -> webhooks_stripe.StripePaymentIntentSucceededLegacyReply:
        body = await self._inbox.take(call, "payment_intent.succeeded")
        return webhooks_stripe.StripePaymentIntentSucceededLegacy200(body=body)

    async def stripe_charge_refunded(
        self, params: webhooks_stripe.StripeChargeRefundedParams, *, call: Call[MachineCaller]
    ) -> webhooks_stripe.StripeChargeRefundedReply:
        return webhooks_stripe.StripeChargeRefunded200(body=await self._inbox.take(call, "charge.refunded"))
