"""Skeldir WooCommerce webhooks. Receive WooCommerce webhooks.

Generated from contracts/openapi/v1/webhooks/woocommerce.yaml by `contracts generate`; change that instead.
"""

from dataclasses import dataclass
from typing import Annotated, Final

from . import common, security
from ._runtime.bodies import Bodies, JsonBody
from ._runtime.forms import FormBody
from ._runtime.operations import Operation
from ._runtime.params import Header, Params
from ._runtime.security import Need
from ._runtime.types import Text, Uuid
from .models import webhooks_woocommerce as models


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceiveWoocommerceWebhookParams:
    """Parameters of `receiveWoocommerceWebhook`."""

    x_correlation_id: Annotated[Uuid | None, Header("X-Correlation-ID")] = None
    """A UUID that identifies this request in responses and logs. The server generates one when it is missing and
    rejects a value that is not a UUID.
    """
    x_wc_webhook_signature: Annotated[
        Annotated[str, Text(max_length=65_536)] | None, Header("X-WC-Webhook-Signature")
    ] = None
    """Base64 HMAC-SHA256 of the raw body. A missing or invalid signature returns the same 401 as an invalid key;
    therefore the header is not marked as required.
    """
    x_wc_webhook_topic: Annotated[Annotated[str, Text(max_length=65_536)] | None, Header("X-WC-Webhook-Topic")] = None
    """Topic of the delivery. Determines the processing on the dispatcher path; must match the path elsewhere."""
    x_wc_webhook_resource: Annotated[
        Annotated[str, Text(max_length=65_536)] | None, Header("X-WC-Webhook-Resource")
    ] = None
    """Resource type of the delivery."""
    x_wc_webhook_delivery_id: Annotated[
        Annotated[str, Text(max_length=65_536)] | None, Header("X-WC-Webhook-Delivery-ID")
    ] = None
    """WooCommerce's ID of the delivery, for information only."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WoocommerceOrderCreatedParams:
    """Parameters of `woocommerceOrderCreated`."""

    x_correlation_id: Annotated[Uuid | None, Header("X-Correlation-ID")] = None
    """A UUID that identifies this request in responses and logs. The server generates one when it is missing and
    rejects a value that is not a UUID.
    """
    x_wc_webhook_signature: Annotated[
        Annotated[str, Text(max_length=65_536)] | None, Header("X-WC-Webhook-Signature")
    ] = None
    """Base64 HMAC-SHA256 of the raw body. A missing or invalid signature returns the same 401 as an invalid key;
    therefore the header is not marked as required.
    """
    x_wc_webhook_topic: Annotated[Annotated[str, Text(max_length=65_536)] | None, Header("X-WC-Webhook-Topic")] = None
    """Topic of the delivery. Determines the processing on the dispatcher path; must match the path elsewhere."""
    x_wc_webhook_resource: Annotated[
        Annotated[str, Text(max_length=65_536)] | None, Header("X-WC-Webhook-Resource")
    ] = None
    """Resource type of the delivery."""
    x_wc_webhook_delivery_id: Annotated[
        Annotated[str, Text(max_length=65_536)] | None, Header("X-WC-Webhook-Delivery-ID")
    ] = None
    """WooCommerce's ID of the delivery, for information only."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WoocommerceOrderUpdatedParams:
    """Parameters of `woocommerceOrderUpdated`."""

    x_correlation_id: Annotated[Uuid | None, Header("X-Correlation-ID")] = None
    """A UUID that identifies this request in responses and logs. The server generates one when it is missing and
    rejects a value that is not a UUID.
    """
    x_wc_webhook_signature: Annotated[
        Annotated[str, Text(max_length=65_536)] | None, Header("X-WC-Webhook-Signature")
    ] = None
    """Base64 HMAC-SHA256 of the raw body. A missing or invalid signature returns the same 401 as an invalid key;
    therefore the header is not marked as required.
    """
    x_wc_webhook_topic: Annotated[Annotated[str, Text(max_length=65_536)] | None, Header("X-WC-Webhook-Topic")] = None
    """Topic of the delivery. Determines the processing on the dispatcher path; must match the path elsewhere."""
    x_wc_webhook_resource: Annotated[
        Annotated[str, Text(max_length=65_536)] | None, Header("X-WC-Webhook-Resource")
    ] = None
    """Resource type of the delivery."""
    x_wc_webhook_delivery_id: Annotated[
        Annotated[str, Text(max_length=65_536)] | None, Header("X-WC-Webhook-Delivery-ID")
    ] = None
    """WooCommerce's ID of the delivery, for information only."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WoocommerceOrderCompletedParams:
    """Parameters of `woocommerceOrderCompleted`."""

    x_correlation_id: Annotated[Uuid | None, Header("X-Correlation-ID")] = None
    """A UUID that identifies this request in responses and logs. The server generates one when it is missing and
    rejects a value that is not a UUID.
    """
    x_wc_webhook_signature: Annotated[
        Annotated[str, Text(max_length=65_536)] | None, Header("X-WC-Webhook-Signature")
    ] = None
    """Base64 HMAC-SHA256 of the raw body. A missing or invalid signature returns the same 401 as an invalid key;
    therefore the header is not marked as required.
    """
    x_wc_webhook_topic: Annotated[Annotated[str, Text(max_length=65_536)] | None, Header("X-WC-Webhook-Topic")] = None
    """Topic of the delivery. Determines the processing on the dispatcher path; must match the path elsewhere."""
    x_wc_webhook_resource: Annotated[
        Annotated[str, Text(max_length=65_536)] | None, Header("X-WC-Webhook-Resource")
    ] = None
    """Resource type of the delivery."""
    x_wc_webhook_delivery_id: Annotated[
        Annotated[str, Text(max_length=65_536)] | None, Header("X-WC-Webhook-Delivery-ID")
    ] = None
    """WooCommerce's ID of the delivery, for information only."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WoocommerceOrderRefundedParams:
    """Parameters of `woocommerceOrderRefunded`."""

    x_correlation_id: Annotated[Uuid | None, Header("X-Correlation-ID")] = None
    """A UUID that identifies this request in responses and logs. The server generates one when it is missing and
    rejects a value that is not a UUID.
    """
    x_wc_webhook_signature: Annotated[
        Annotated[str, Text(max_length=65_536)] | None, Header("X-WC-Webhook-Signature")
    ] = None
    """Base64 HMAC-SHA256 of the raw body. A missing or invalid signature returns the same 401 as an invalid key;
    therefore the header is not marked as required.
    """
    x_wc_webhook_topic: Annotated[Annotated[str, Text(max_length=65_536)] | None, Header("X-WC-Webhook-Topic")] = None
    """Topic of the delivery. Determines the processing on the dispatcher path; must match the path elsewhere."""
    x_wc_webhook_resource: Annotated[
        Annotated[str, Text(max_length=65_536)] | None, Header("X-WC-Webhook-Resource")
    ] = None
    """Resource type of the delivery."""
    x_wc_webhook_delivery_id: Annotated[
        Annotated[str, Text(max_length=65_536)] | None, Header("X-WC-Webhook-Delivery-ID")
    ] = None
    """WooCommerce's ID of the delivery, for information only."""


RECEIVE_WOOCOMMERCE_WEBHOOK: Final = Operation(
    id="receiveWoocommerceWebhook",
    method="POST",
    path="/api/webhooks/woocommerce",
    handler="__call__",
    replies=frozenset(
        {
            common.DeliveryBadRequest400,
            common.InternalError500,
            common.PayloadTooLarge413,
            common.ReceiveDelivery200,
            common.ServiceUnavailable503,
            common.TooManyRequests429,
            common.Unauthorized401,
            common.UnsupportedMediaType415,
        }
    ),
    origin="contracts/openapi/v1/webhooks/woocommerce.yaml:19",
    security=(
        (Need(security.TENANT_KEY_AUTH),),
        (Need(security.TENANT_URL_KEY_AUTH),),
    ),
    params=Params(ReceiveWoocommerceWebhookParams),
    bodies=Bodies(
        {
            "application/json": JsonBody(models.WooCommerceDelivery),
            "application/x-www-form-urlencoded": FormBody(models.WooCommercePing, {"webhook_id": "string"}),
        },
        is_required=True,
    ),
    is_raw=True,
    max_body_bytes=5_242_880,
    rate_limit=("webhook",),
    extensions={"x-mapping": {"map": "woocommerce", "by": "X-WC-Webhook-Topic"}},
)

WOOCOMMERCE_ORDER_CREATED: Final = Operation(
    id="woocommerceOrderCreated",
    method="POST",
    path="/api/webhooks/woocommerce/order/created",
    handler="__call__",
    replies=frozenset(
        {
            common.InternalError500,
            common.PayloadTooLarge413,
            common.ReceiveDelivery200,
            common.ServiceUnavailable503,
            common.TooManyRequests429,
            common.Unauthorized401,
            common.UnsupportedMediaType415,
            common.WebhookBadRequest400,
        }
    ),
    origin="contracts/openapi/v1/webhooks/woocommerce.yaml:146",
    security=((Need(security.TENANT_KEY_AUTH),),),
    params=Params(WoocommerceOrderCreatedParams),
    bodies=Bodies({"application/json": JsonBody(models.WooCommerceOrder)}, is_required=True),
    is_raw=True,
    max_body_bytes=5_242_880,
    rate_limit=("webhook",),
    extensions={
        "x-mapping": {"map": "woocommerce", "topic": "order.created", "event": "OrderCreated"},
        "x-idempotency-key": "hmac-sha256(secret, body)",
    },
)

WOOCOMMERCE_ORDER_UPDATED: Final = Operation(
    id="woocommerceOrderUpdated",
    method="POST",
    path="/api/webhooks/woocommerce/order/updated",
    handler="__call__",
    replies=frozenset(
        {
            common.InternalError500,
            common.PayloadTooLarge413,
            common.ReceiveDelivery200,
            common.ServiceUnavailable503,
            common.TooManyRequests429,
            common.Unauthorized401,
            common.UnsupportedMediaType415,
            common.WebhookBadRequest400,
        }
    ),
    origin="contracts/openapi/v1/webhooks/woocommerce.yaml:247",
    security=((Need(security.TENANT_KEY_AUTH),),),
    params=Params(WoocommerceOrderUpdatedParams),
    bodies=Bodies({"application/json": JsonBody(models.WooCommerceOrder)}, is_required=True),
    is_raw=True,
    max_body_bytes=5_242_880,
    rate_limit=("webhook",),
    extensions={
        "x-mapping": {"map": "woocommerce", "topic": "order.updated", "by": "status"},
        "x-idempotency-key": "hmac-sha256(secret, body)",
    },
)

WOOCOMMERCE_ORDER_COMPLETED: Final = Operation(
    id="woocommerceOrderCompleted",
    method="POST",
    path="/api/webhooks/woocommerce/order_completed",
    handler="__call__",
    replies=frozenset(
        {
            common.InternalError500,
            common.PayloadTooLarge413,
            common.ReceiveDelivery200,
            common.ServiceUnavailable503,
            common.TooManyRequests429,
            common.Unauthorized401,
            common.UnsupportedMediaType415,
            common.WebhookBadRequest400,
        }
    ),
    origin="contracts/openapi/v1/webhooks/woocommerce.yaml:352",
    security=((Need(security.TENANT_KEY_AUTH),),),
    params=Params(WoocommerceOrderCompletedParams),
    bodies=Bodies({"application/json": JsonBody(models.WooCommerceOrder)}, is_required=True),
    is_raw=True,
    max_body_bytes=5_242_880,
    rate_limit=("webhook",),
    extensions={
        "x-mapping": {"map": "woocommerce", "topic": "order.completed", "event": "PaymentCaptured"},
        "x-idempotency-key": "hmac-sha256(secret, body)",
    },
)

WOOCOMMERCE_ORDER_REFUNDED: Final = Operation(
    id="woocommerceOrderRefunded",
    method="POST",
    path="/api/webhooks/woocommerce/order/refunded",
    handler="__call__",
    replies=frozenset(
        {
            common.InternalError500,
            common.PayloadTooLarge413,
            common.ReceiveDelivery200,
            common.ServiceUnavailable503,
            common.TooManyRequests429,
            common.Unauthorized401,
            common.UnsupportedMediaType415,
            common.WebhookBadRequest400,
        }
    ),
    origin="contracts/openapi/v1/webhooks/woocommerce.yaml:459",
    security=((Need(security.TENANT_KEY_AUTH),),),
    params=Params(WoocommerceOrderRefundedParams),
    bodies=Bodies({"application/json": JsonBody(models.WooCommerceOrder)}, is_required=True),
    is_raw=True,
    max_body_bytes=5_242_880,
    rate_limit=("webhook",),
    extensions={
        "x-mapping": {"map": "woocommerce", "topic": "order.refunded", "event": "PaymentRefunded"},
        "x-idempotency-key": "hmac-sha256(secret, body)",
    },
)

OPERATIONS: Final[tuple[Operation, ...]] = (
    RECEIVE_WOOCOMMERCE_WEBHOOK,
    WOOCOMMERCE_ORDER_CREATED,
    WOOCOMMERCE_ORDER_UPDATED,
    WOOCOMMERCE_ORDER_COMPLETED,
    WOOCOMMERCE_ORDER_REFUNDED,
)
