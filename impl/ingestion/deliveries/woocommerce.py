"""Fills the contract of the WooCommerce webhooks."""

from __future__ import annotations

from typing import Final, final

from generated.server import Call, webhooks_woocommerce
from generated.server.models import webhooks_base as models
from impl.ingestion.deliveries import inbox
from impl.ingestion.deliveries.delivery import Outcome
from impl.ingestion.deliveries.inbox import MESSAGES, Inbox
from impl.ingestion.deliveries.receive import Receiver
from impl.kernel.callers import MachineCaller
from impl.platforms import woocommerce

SCHEMAS: Final = inbox.bodies_of(
    webhooks_woocommerce.OPERATIONS,
    {
        "order.created": "woocommerceOrderCreated",
        "order.updated": "woocommerceOrderUpdated",
        "order.completed": "woocommerceOrderCompleted",
        "order.refunded": "woocommerceOrderRefunded",
    },
)


@final
class WooCommerceWebhooks:
    """The five addresses for WooCommerce: one per topic, and one for all."""

    def __init__(self, receiver: Receiver) -> None:
        self._inbox = Inbox(receiver, woocommerce.PROCESSOR, SCHEMAS)

    async def receive_woocommerce_webhook(
        self, params: webhooks_woocommerce.ReceiveWoocommerceWebhookParams, *, call: Call[MachineCaller]
    ) -> webhooks_woocommerce.ReceiveWoocommerceWebhookReply:
        receipt = _of_ping(call) if _is_ping(call) else await self._inbox.take(call, None)
        return webhooks_woocommerce.ReceiveWoocommerceWebhook200(body=receipt)

    async def woocommerce_order_created(
        self, params: webhooks_woocommerce.WoocommerceOrderCreatedParams, *, call: Call[MachineCaller]
    ) -> webhooks_woocommerce.WoocommerceOrderCreatedReply:
        return webhooks_woocommerce.WoocommerceOrderCreated200(body=await self._inbox.take(call, "order.created"))

    async def woocommerce_order_updated(
        self, params: webhooks_woocommerce.WoocommerceOrderUpdatedParams, *, call: Call[MachineCaller]
    ) -> webhooks_woocommerce.WoocommerceOrderUpdatedReply:
        return webhooks_woocommerce.WoocommerceOrderUpdated200(body=await self._inbox.take(call, "order.updated"))

    async def woocommerce_order_completed(
        self, params: webhooks_woocommerce.WoocommerceOrderCompletedParams, *, call: Call[MachineCaller]
    ) -> webhooks_woocommerce.WoocommerceOrderCompletedReply:
        return webhooks_woocommerce.WoocommerceOrderCompleted200(body=await self._inbox.take(call, "order.completed"))

    async def woocommerce_order_refunded(
        self, params: webhooks_woocommerce.WoocommerceOrderRefundedParams, *, call: Call[MachineCaller]
    ) -> webhooks_woocommerce.WoocommerceOrderRefundedReply:
        return webhooks_woocommerce.WoocommerceOrderRefunded200(body=await self._inbox.take(call, "order.refunded"))


def _is_ping(call: Call[MachineCaller]) -> bool:
    """Whether this is what WooCommerce sends when a webhook is switched on: a form, unsigned and about nothing."""
    is_signed = call.headers.raw(woocommerce.SIGNATURE.encode()) is not None
    is_about_something = call.headers.raw(woocommerce.TOPIC.encode()) is not None
    return call.request.media_type == "application/x-www-form-urlencoded" and not is_signed and not is_about_something


def _of_ping(call: Call[MachineCaller]) -> models.WebhookReceipt:
    """Nothing is written: the ping proves no knowledge of the secret."""
    return models.WebhookReceipt(
        success=True,
        correlation_id=call.correlation_id,
        message=MESSAGES[Outcome.IGNORED],
        tenant_id=call.principal.tenant_id,
        outcome=Outcome.IGNORED.value,
    )
