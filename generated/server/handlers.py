"""Handlers that answer several operations of the contracts each.

Generated from the contracts by `contracts generate`; change that instead.
"""

from typing import Any, Final, Protocol, TypeAlias

from . import common, webhooks_paypal, webhooks_shopify, webhooks_stripe, webhooks_woocommerce
from ._runtime.operations import Operation
from ._runtime.problems import NotWrittenError
from ._runtime.requests import Call
from .security import TenantKeyAuthT_contra, TenantUrlKeyAuthT_contra


ReceiveDeliveryReply: TypeAlias = (
    common.ReceiveDelivery200
    | common.Unauthorized401
    | common.PayloadTooLarge413
    | common.UnsupportedMediaType415
    | common.TooManyRequests429
    | common.InternalError500
    | common.ServiceUnavailable503
)
"""The replies that all its operations declare. Raise a `ProblemError` for what only some declare."""

ReceiveDeliveryParams: TypeAlias = (
    webhooks_paypal.ReceivePaypalWebhookParams
    | webhooks_paypal.PaypalSaleCompletedParams
    | webhooks_paypal.PaypalPaymentCaptureCompletedParams
    | webhooks_paypal.PaypalSaleRefundedParams
    | webhooks_shopify.ReceiveShopifyWebhookParams
    | webhooks_shopify.ShopifyOrderCreateParams
    | webhooks_shopify.ShopifyOrderPaidParams
    | webhooks_shopify.ShopifyRefundCreateParams
    | webhooks_shopify.ShopifyCheckoutUpdatedParams
    | webhooks_stripe.ReceiveStripeWebhookParams
    | webhooks_stripe.StripeChargeSucceededParams
    | webhooks_stripe.StripePaymentIntentSucceededParams
    | webhooks_stripe.StripePaymentIntentSucceededLegacyParams
    | webhooks_stripe.StripeChargeRefundedParams
    | webhooks_woocommerce.ReceiveWoocommerceWebhookParams
    | webhooks_woocommerce.WoocommerceOrderCreatedParams
    | webhooks_woocommerce.WoocommerceOrderUpdatedParams
    | webhooks_woocommerce.WoocommerceOrderCompletedParams
    | webhooks_woocommerce.WoocommerceOrderRefundedParams
)
"""Parameters of the operation that was called."""


class ReceiveDelivery(Protocol[TenantKeyAuthT_contra, TenantUrlKeyAuthT_contra]):
    """Answers 19 operations; `call.operation` is the one that was called, with `extensions` to tell them apart."""

    async def __call__(
        self, params: ReceiveDeliveryParams, *, call: Call[TenantKeyAuthT_contra | TenantUrlKeyAuthT_contra]
    ) -> ReceiveDeliveryReply:
        """receivePaypalWebhook (POST /api/webhooks/paypal).

        paypalSaleCompleted (POST /api/webhooks/paypal/sale_completed).

        paypalPaymentCaptureCompleted (POST /api/webhooks/paypal/payment/capture/completed).

        paypalSaleRefunded (POST /api/webhooks/paypal/payment/sale/refunded).

        receiveShopifyWebhook (POST /api/webhooks/shopify).

        shopifyOrderCreate (POST /api/webhooks/shopify/order_create).

        shopifyOrderPaid (POST /api/webhooks/shopify/orders/paid).

        shopifyRefundCreate (POST /api/webhooks/shopify/refunds/create).

        shopifyCheckoutUpdated (POST /api/webhooks/shopify/checkouts/update).

        receiveStripeWebhook (POST /api/webhooks/stripe).

        stripeChargeSucceeded (POST /api/webhooks/stripe/charge/succeeded).

        stripePaymentIntentSucceeded (POST /api/webhooks/stripe/payment_intent/succeeded).

        stripePaymentIntentSucceededLegacy (POST /api/webhooks/stripe/payment_intent_succeeded).

        stripeChargeRefunded (POST /api/webhooks/stripe/charge/refunded).

        receiveWoocommerceWebhook (POST /api/webhooks/woocommerce).

        woocommerceOrderCreated (POST /api/webhooks/woocommerce/order/created).

        woocommerceOrderUpdated (POST /api/webhooks/woocommerce/order/updated).

        woocommerceOrderCompleted (POST /api/webhooks/woocommerce/order_completed).

        woocommerceOrderRefunded (POST /api/webhooks/woocommerce/order/refunded).
        """
        ...


class ReceiveDeliveryStub:
    """Answers 501 to every operation of `receiveDelivery`."""

    async def __call__(self, params: ReceiveDeliveryParams, *, call: Call[Any]) -> ReceiveDeliveryReply:
        raise NotWrittenError


RECEIVE_DELIVERY: Final[tuple[Operation, ...]] = (
    webhooks_paypal.RECEIVE_PAYPAL_WEBHOOK,
    webhooks_paypal.PAYPAL_SALE_COMPLETED,
    webhooks_paypal.PAYPAL_PAYMENT_CAPTURE_COMPLETED,
    webhooks_paypal.PAYPAL_SALE_REFUNDED,
    webhooks_shopify.RECEIVE_SHOPIFY_WEBHOOK,
    webhooks_shopify.SHOPIFY_ORDER_CREATE,
    webhooks_shopify.SHOPIFY_ORDER_PAID,
    webhooks_shopify.SHOPIFY_REFUND_CREATE,
    webhooks_shopify.SHOPIFY_CHECKOUT_UPDATED,
    webhooks_stripe.RECEIVE_STRIPE_WEBHOOK,
    webhooks_stripe.STRIPE_CHARGE_SUCCEEDED,
    webhooks_stripe.STRIPE_PAYMENT_INTENT_SUCCEEDED,
    webhooks_stripe.STRIPE_PAYMENT_INTENT_SUCCEEDED_LEGACY,
    webhooks_stripe.STRIPE_CHARGE_REFUNDED,
    webhooks_woocommerce.RECEIVE_WOOCOMMERCE_WEBHOOK,
    webhooks_woocommerce.WOOCOMMERCE_ORDER_CREATED,
    webhooks_woocommerce.WOOCOMMERCE_ORDER_UPDATED,
    webhooks_woocommerce.WOOCOMMERCE_ORDER_COMPLETED,
    webhooks_woocommerce.WOOCOMMERCE_ORDER_REFUNDED,
)
"""The operations of `receiveDelivery`."""
