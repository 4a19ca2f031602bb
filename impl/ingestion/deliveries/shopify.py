"""Fills the contract of the Shopify webhooks."""

from __future__ import annotations

from typing import Final, final

from generated.governance import problems
from generated.server import Call, ProblemError, webhooks_shopify
from impl.ingestion.deliveries import inbox
from impl.ingestion.deliveries.inbox import Inbox
from impl.ingestion.deliveries.receive import Receiver
from impl.kernel.callers import MachineCaller
from impl.platforms import shopify

SCHEMAS: Final = inbox.bodies_of(
    webhooks_shopify.OPERATIONS,
    {
        "orders/create": "shopifyOrderCreate",
        "orders/paid": "shopifyOrderPaid",
        "refunds/create": "shopifyRefundCreate",
        "checkouts/update": "shopifyCheckoutUpdated",
    },
)


class WrongShopifyAddress(ProblemError, kind=problems.WEBHOOK_TOPIC_MISMATCH, status=422):
    """The delivery is authentic, but this path accepts another event type; it was stored as a dead event."""


@final
class ShopifyWebhooks:
    """The five addresses for Shopify: one per topic, and one for all."""

    def __init__(self, receiver: Receiver) -> None:
        self._inbox = Inbox(receiver, shopify.PROCESSOR, SCHEMAS, wrong_address=WrongShopifyAddress)

    async def receive_shopify_webhook(
        self, params: webhooks_shopify.ReceiveShopifyWebhookParams, *, call: Call[MachineCaller]
    ) -> webhooks_shopify.ReceiveShopifyWebhookReply:
        return webhooks_shopify.ReceiveShopifyWebhook200(body=await self._inbox.take(call, None))

    async def shopify_order_create(
        self, params: webhooks_shopify.ShopifyOrderCreateParams, *, call: Call[MachineCaller]
    ) -> webhooks_shopify.ShopifyOrderCreateReply:
        return webhooks_shopify.ShopifyOrderCreate200(body=await self._inbox.take(call, "orders/create"))

    async def shopify_order_paid(
        self, params: webhooks_shopify.ShopifyOrderPaidParams, *, call: Call[MachineCaller]
    ) -> webhooks_shopify.ShopifyOrderPaidReply:
        return webhooks_shopify.ShopifyOrderPaid200(body=await self._inbox.take(call, "orders/paid"))

    async def shopify_refund_create(
        self, params: webhooks_shopify.ShopifyRefundCreateParams, *, call: Call[MachineCaller]
    ) -> webhooks_shopify.ShopifyRefundCreateReply:
        return webhooks_shopify.ShopifyRefundCreate200(body=await self._inbox.take(call, "refunds/create"))

    async def shopify_checkout_updated(
        self, params: webhooks_shopify.ShopifyCheckoutUpdatedParams, *, call: Call[MachineCaller]
    ) -> webhooks_shopify.ShopifyCheckoutUpdatedReply:
        return webhooks_shopify.ShopifyCheckoutUpdated200(body=await self._inbox.take(call, "checkouts/update"))
