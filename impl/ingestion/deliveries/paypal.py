"""Fills the contract of the PayPal webhooks."""

from __future__ import annotations

from typing import Final, final

from generated.server import Call, webhooks_paypal
from impl.ingestion.deliveries import inbox
from impl.ingestion.deliveries.inbox import Inbox
from impl.ingestion.deliveries.receive import Receiver
from impl.kernel.callers import MachineCaller
from impl.platforms.paypal import PayPal
from impl.platforms.paypal.certificates import Certificates

SCHEMAS: Final = inbox.bodies_of(
    webhooks_paypal.OPERATIONS,
    {
        "PAYMENT.SALE.COMPLETED": "paypalSaleCompleted",
        "PAYMENT.CAPTURE.COMPLETED": "paypalPaymentCaptureCompleted",
        "PAYMENT.SALE.REFUNDED": "paypalSaleRefunded",
        "PAYMENT.CAPTURE.REFUNDED": "paypalSaleRefunded",
    },
)


@final
class PayPalWebhooks:
    """The four addresses for PayPal: three for one event each, and one for all."""

    def __init__(self, receiver: Receiver, certificates: Certificates) -> None:
        self._inbox = Inbox(receiver, PayPal(certificates), SCHEMAS)

    async def receive_paypal_webhook(
        self, params: webhooks_paypal.ReceivePaypalWebhookParams, *, call: Call[MachineCaller]
    ) -> webhooks_paypal.ReceivePaypalWebhookReply:
        return webhooks_paypal.ReceivePaypalWebhook200(body=await self._inbox.take(call, None))

    async def paypal_sale_completed(
        self, params: webhooks_paypal.PaypalSaleCompletedParams, *, call: Call[MachineCaller]
    ) -> webhooks_paypal.PaypalSaleCompletedReply:
        return webhooks_paypal.PaypalSaleCompleted200(body=await self._inbox.take(call, "PAYMENT.SALE.COMPLETED"))

    async def paypal_payment_capture_completed(
        self, params: webhooks_paypal.PaypalPaymentCaptureCompletedParams, *, call: Call[MachineCaller]
    ) -> webhooks_paypal.PaypalPaymentCaptureCompletedReply:
        body = await self._inbox.take(call, "PAYMENT.CAPTURE.COMPLETED")
        return webhooks_paypal.PaypalPaymentCaptureCompleted200(body=body)

    async def paypal_sale_refunded(
        self, params: webhooks_paypal.PaypalSaleRefundedParams, *, call: Call[MachineCaller]
    ) -> webhooks_paypal.PaypalSaleRefundedReply:
        return webhooks_paypal.PaypalSaleRefunded200(body=await self._inbox.take(call, "PAYMENT.SALE.REFUNDED"))
