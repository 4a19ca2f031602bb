"""Fills the contract of the Stripe webhooks: translate, receive, answer."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from typing import Final

from generated.server import Call, ProblemError, UnauthorizedError, webhooks_stripe
from generated.server.models import webhooks_base as models
from impl.ingestion.delivery import Outcome, Receipt
from impl.platforms import stripe
from impl.platforms.errors import SignatureMismatch
from impl.webhooks import receive
from impl.webhooks.errors import TopicMismatch
from impl.webhooks.principal import KeyHolder
from impl.webhooks.receive import Inbound, Issue, Receiver

_SIGNATURE: Final = b"stripe-signature"

MESSAGES: Final = {
    Outcome.ACCEPTED: "The delivery was recorded.",
    Outcome.DUPLICATE: "This delivery was recorded before.",
    Outcome.DEAD: "The delivery could not be understood; it is kept as a dead event.",
    Outcome.IGNORED: "There was nothing to record.",
}


class WrongAddress(ProblemError, status=400, code="WEBHOOK_TOPIC_MISMATCH", slug="webhook-topic-mismatch"):
    """The delivery is authentic, but this address is for another kind of event. It is kept as a dead event."""


class StripeWebhooks:
    """The five addresses for Stripe: one per event, and one for all."""

    def __init__(self, receiver: Receiver) -> None:
        self._receiver = receiver

    async def receive_stripe_webhook(
        self, params: webhooks_stripe.ReceiveStripeWebhookParams, *, call: Call[KeyHolder]
    ) -> webhooks_stripe.ReceiveStripeWebhookReply:
        return webhooks_stripe.ReceiveStripeWebhook200(body=await self._receive(call, None))

    async def stripe_charge_succeeded(
        self, params: webhooks_stripe.StripeChargeSucceededParams, *, call: Call[KeyHolder]
    ) -> webhooks_stripe.StripeChargeSucceededReply:
        return webhooks_stripe.StripeChargeSucceeded200(body=await self._receive(call, "charge.succeeded"))

    async def stripe_payment_intent_succeeded(
        self, params: webhooks_stripe.StripePaymentIntentSucceededParams, *, call: Call[KeyHolder]
    ) -> webhooks_stripe.StripePaymentIntentSucceededReply:
        body = await self._receive(call, "payment_intent.succeeded")
        return webhooks_stripe.StripePaymentIntentSucceeded200(body=body)

    async def stripe_payment_intent_succeeded_legacy(
        self, params: webhooks_stripe.StripePaymentIntentSucceededLegacyParams, *, call: Call[KeyHolder]
    ) -> webhooks_stripe.StripePaymentIntentSucceededLegacyReply:
        body = await self._receive(call, "payment_intent.succeeded")
        return webhooks_stripe.StripePaymentIntentSucceededLegacy200(body=body)

    async def stripe_charge_refunded(
        self, params: webhooks_stripe.StripeChargeRefundedParams, *, call: Call[KeyHolder]
    ) -> webhooks_stripe.StripeChargeRefundedReply:
        return webhooks_stripe.StripeChargeRefunded200(body=await self._receive(call, "charge.refunded"))

    async def _receive(self, call: Call[KeyHolder], topic: str | None) -> models.WebhookReceipt:
        signature = call.headers.raw(_SIGNATURE)
        inbound = Inbound(
            tenant_id=call.principal.tenant_id,
            body=call.raw,
            headers={} if signature is None else {_SIGNATURE.decode(): signature},
            topic=topic,
            check=lambda _: _issues(call),
        )
        try:
            return to_api_receipt(await receive.receive(self._receiver, stripe.PROCESSOR, inbound))
        except SignatureMismatch as error:
            raise UnauthorizedError from error
        except TopicMismatch as error:
            raise WrongAddress from error


def _issues(call: Call[KeyHolder]) -> Sequence[Issue]:
    """Where the body breaks the schema that the contract declares for this operation."""
    assert call.operation.bodies is not None
    _, issues = call.operation.bodies.decode(call.request)
    return [dataclasses.asdict(issue) for issue in issues]


def to_api_receipt(receipt: Receipt) -> models.WebhookReceipt:
    """The receipt as the contract words it."""
    return models.WebhookReceipt(
        success=True,
        correlation_id=receipt.correlation_id,
        message=MESSAGES[receipt.outcome],
        tenant_id=receipt.tenant_id,
        outcome=receipt.outcome.value,
        event_id=receipt.event_id,
        dead_event_id=receipt.dead_event_id,
        idempotency_key=receipt.idempotency_key,
        channel=receipt.channel,
    )
