"""Skeldir Shopify webhooks. Receive Shopify webhooks.

Generated from contracts/openapi/v1/webhooks/shopify.yaml by `contracts generate`; change that instead.
"""

from dataclasses import dataclass
from typing import Annotated, Final

from . import common, security
from ._runtime.bodies import Bodies, JsonBody
from ._runtime.operations import Operation
from ._runtime.params import Header, Params
from ._runtime.security import Need
from ._runtime.types import Text, Uuid
from .models import webhooks_shopify as models


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceiveShopifyWebhookParams:
    """Parameters of `receiveShopifyWebhook`."""

    x_correlation_id: Annotated[Uuid | None, Header("X-Correlation-ID")] = None
    """A UUID that identifies this request in responses and logs. The server generates one when it is missing and
    rejects a value that is not a UUID.
    """
    x_shopify_hmac_sha256: Annotated[
        Annotated[str, Text(max_length=65_536)] | None, Header("X-Shopify-Hmac-SHA256")
    ] = None
    """Base64 HMAC-SHA256 of the raw body. A missing or invalid signature returns the same 401 as an invalid key;
    therefore the header is not marked as required.
    """
    x_shopify_shop_domain: Annotated[
        Annotated[str, Text(max_length=65_536)] | None, Header("X-Shopify-Shop-Domain")
    ] = None
    """Domain of the shop."""
    x_shopify_topic: Annotated[Annotated[str, Text(max_length=65_536)] | None, Header("X-Shopify-Topic")] = None
    """Topic of the delivery. Determines the processing on the dispatcher path; must match the path elsewhere."""
    x_shopify_webhook_id: Annotated[Annotated[str, Text(max_length=65_536)] | None, Header("X-Shopify-Webhook-Id")] = (
        None
    )
    """Shopify's ID of the delivery, for information only."""
    shopify_hmac_sha256: Annotated[Annotated[str, Text(max_length=65_536)] | None, Header("Shopify-Hmac-SHA256")] = None
    """Base64 HMAC-SHA256 of the raw body, in Shopify's newer family of headers. It is read where both families are
    present.
    """
    shopify_shop_domain: Annotated[Annotated[str, Text(max_length=65_536)] | None, Header("Shopify-Shop-Domain")] = None
    """Domain of the shop, in Shopify's newer family of headers."""
    shopify_topic: Annotated[Annotated[str, Text(max_length=65_536)] | None, Header("Shopify-Topic")] = None
    """Topic of the delivery, in Shopify's newer family of headers."""
    shopify_webhook_id: Annotated[Annotated[str, Text(max_length=65_536)] | None, Header("Shopify-Webhook-Id")] = None
    """Shopify's ID of the delivery, in Shopify's newer family of headers."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ShopifyOrderCreateParams:
    """Parameters of `shopifyOrderCreate`."""

    x_correlation_id: Annotated[Uuid | None, Header("X-Correlation-ID")] = None
    """A UUID that identifies this request in responses and logs. The server generates one when it is missing and
    rejects a value that is not a UUID.
    """
    x_shopify_hmac_sha256: Annotated[
        Annotated[str, Text(max_length=65_536)] | None, Header("X-Shopify-Hmac-SHA256")
    ] = None
    """Base64 HMAC-SHA256 of the raw body. A missing or invalid signature returns the same 401 as an invalid key;
    therefore the header is not marked as required.
    """
    x_shopify_shop_domain: Annotated[
        Annotated[str, Text(max_length=65_536)] | None, Header("X-Shopify-Shop-Domain")
    ] = None
    """Domain of the shop."""
    x_shopify_topic: Annotated[Annotated[str, Text(max_length=65_536)] | None, Header("X-Shopify-Topic")] = None
    """Topic of the delivery. Determines the processing on the dispatcher path; must match the path elsewhere."""
    x_shopify_webhook_id: Annotated[Annotated[str, Text(max_length=65_536)] | None, Header("X-Shopify-Webhook-Id")] = (
        None
    )
    """Shopify's ID of the delivery, for information only."""
    shopify_hmac_sha256: Annotated[Annotated[str, Text(max_length=65_536)] | None, Header("Shopify-Hmac-SHA256")] = None
    """Base64 HMAC-SHA256 of the raw body, in Shopify's newer family of headers. It is read where both families are
    present.
    """
    shopify_shop_domain: Annotated[Annotated[str, Text(max_length=65_536)] | None, Header("Shopify-Shop-Domain")] = None
    """Domain of the shop, in Shopify's newer family of headers."""
    shopify_topic: Annotated[Annotated[str, Text(max_length=65_536)] | None, Header("Shopify-Topic")] = None
    """Topic of the delivery, in Shopify's newer family of headers."""
    shopify_webhook_id: Annotated[Annotated[str, Text(max_length=65_536)] | None, Header("Shopify-Webhook-Id")] = None
    """Shopify's ID of the delivery, in Shopify's newer family of headers."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ShopifyOrderPaidParams:
    """Parameters of `shopifyOrderPaid`."""

    x_correlation_id: Annotated[Uuid | None, Header("X-Correlation-ID")] = None
    """A UUID that identifies this request in responses and logs. The server generates one when it is missing and
    rejects a value that is not a UUID.
    """
    x_shopify_hmac_sha256: Annotated[
        Annotated[str, Text(max_length=65_536)] | None, Header("X-Shopify-Hmac-SHA256")
    ] = None
    """Base64 HMAC-SHA256 of the raw body. A missing or invalid signature returns the same 401 as an invalid key;
    therefore the header is not marked as required.
    """
    x_shopify_shop_domain: Annotated[
        Annotated[str, Text(max_length=65_536)] | None, Header("X-Shopify-Shop-Domain")
    ] = None
    """Domain of the shop."""
    x_shopify_topic: Annotated[Annotated[str, Text(max_length=65_536)] | None, Header("X-Shopify-Topic")] = None
    """Topic of the delivery. Determines the processing on the dispatcher path; must match the path elsewhere."""
    x_shopify_webhook_id: Annotated[Annotated[str, Text(max_length=65_536)] | None, Header("X-Shopify-Webhook-Id")] = (
        None
    )
    """Shopify's ID of the delivery, for information only."""
    shopify_hmac_sha256: Annotated[Annotated[str, Text(max_length=65_536)] | None, Header("Shopify-Hmac-SHA256")] = None
    """Base64 HMAC-SHA256 of the raw body, in Shopify's newer family of headers. It is read where both families are
    present.
    """
    shopify_shop_domain: Annotated[Annotated[str, Text(max_length=65_536)] | None, Header("Shopify-Shop-Domain")] = None
    """Domain of the shop, in Shopify's newer family of headers."""
    shopify_topic: Annotated[Annotated[str, Text(max_length=65_536)] | None, Header("Shopify-Topic")] = None
    """Topic of the delivery, in Shopify's newer family of headers."""
    shopify_webhook_id: Annotated[Annotated[str, Text(max_length=65_536)] | None, Header("Shopify-Webhook-Id")] = None
    """Shopify's ID of the delivery, in Shopify's newer family of headers."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ShopifyRefundCreateParams:
    """Parameters of `shopifyRefundCreate`."""

    x_correlation_id: Annotated[Uuid | None, Header("X-Correlation-ID")] = None
    """A UUID that identifies this request in responses and logs. The server generates one when it is missing and
    rejects a value that is not a UUID.
    """
    x_shopify_hmac_sha256: Annotated[
        Annotated[str, Text(max_length=65_536)] | None, Header("X-Shopify-Hmac-SHA256")
    ] = None
    """Base64 HMAC-SHA256 of the raw body. A missing or invalid signature returns the same 401 as an invalid key;
    therefore the header is not marked as required.
    """
    x_shopify_shop_domain: Annotated[
        Annotated[str, Text(max_length=65_536)] | None, Header("X-Shopify-Shop-Domain")
    ] = None
    """Domain of the shop."""
    x_shopify_topic: Annotated[Annotated[str, Text(max_length=65_536)] | None, Header("X-Shopify-Topic")] = None
    """Topic of the delivery. Determines the processing on the dispatcher path; must match the path elsewhere."""
    x_shopify_webhook_id: Annotated[Annotated[str, Text(max_length=65_536)] | None, Header("X-Shopify-Webhook-Id")] = (
        None
    )
    """Shopify's ID of the delivery, for information only."""
    shopify_hmac_sha256: Annotated[Annotated[str, Text(max_length=65_536)] | None, Header("Shopify-Hmac-SHA256")] = None
    """Base64 HMAC-SHA256 of the raw body, in Shopify's newer family of headers. It is read where both families are
    present.
    """
    shopify_shop_domain: Annotated[Annotated[str, Text(max_length=65_536)] | None, Header("Shopify-Shop-Domain")] = None
    """Domain of the shop, in Shopify's newer family of headers."""
    shopify_topic: Annotated[Annotated[str, Text(max_length=65_536)] | None, Header("Shopify-Topic")] = None
    """Topic of the delivery, in Shopify's newer family of headers."""
    shopify_webhook_id: Annotated[Annotated[str, Text(max_length=65_536)] | None, Header("Shopify-Webhook-Id")] = None
    """Shopify's ID of the delivery, in Shopify's newer family of headers."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ShopifyCheckoutUpdatedParams:
    """Parameters of `shopifyCheckoutUpdated`."""

    x_correlation_id: Annotated[Uuid | None, Header("X-Correlation-ID")] = None
    """A UUID that identifies this request in responses and logs. The server generates one when it is missing and
    rejects a value that is not a UUID.
    """
    x_shopify_hmac_sha256: Annotated[
        Annotated[str, Text(max_length=65_536)] | None, Header("X-Shopify-Hmac-SHA256")
    ] = None
    """Base64 HMAC-SHA256 of the raw body. A missing or invalid signature returns the same 401 as an invalid key;
    therefore the header is not marked as required.
    """
    x_shopify_shop_domain: Annotated[
        Annotated[str, Text(max_length=65_536)] | None, Header("X-Shopify-Shop-Domain")
    ] = None
    """Domain of the shop."""
    x_shopify_topic: Annotated[Annotated[str, Text(max_length=65_536)] | None, Header("X-Shopify-Topic")] = None
    """Topic of the delivery. Determines the processing on the dispatcher path; must match the path elsewhere."""
    x_shopify_webhook_id: Annotated[Annotated[str, Text(max_length=65_536)] | None, Header("X-Shopify-Webhook-Id")] = (
        None
    )
    """Shopify's ID of the delivery, for information only."""
    shopify_hmac_sha256: Annotated[Annotated[str, Text(max_length=65_536)] | None, Header("Shopify-Hmac-SHA256")] = None
    """Base64 HMAC-SHA256 of the raw body, in Shopify's newer family of headers. It is read where both families are
    present.
    """
    shopify_shop_domain: Annotated[Annotated[str, Text(max_length=65_536)] | None, Header("Shopify-Shop-Domain")] = None
    """Domain of the shop, in Shopify's newer family of headers."""
    shopify_topic: Annotated[Annotated[str, Text(max_length=65_536)] | None, Header("Shopify-Topic")] = None
    """Topic of the delivery, in Shopify's newer family of headers."""
    shopify_webhook_id: Annotated[Annotated[str, Text(max_length=65_536)] | None, Header("Shopify-Webhook-Id")] = None
    """Shopify's ID of the delivery, in Shopify's newer family of headers."""


RECEIVE_SHOPIFY_WEBHOOK: Final = Operation(
    id="receiveShopifyWebhook",
    method="POST",
    path="/api/webhooks/shopify",
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
    origin="contracts/openapi/v1/webhooks/shopify.yaml:19",
    security=(
        (Need(security.TENANT_KEY_AUTH),),
        (Need(security.TENANT_URL_KEY_AUTH),),
    ),
    params=Params(ReceiveShopifyWebhookParams),
    bodies=Bodies({"application/json": JsonBody(models.ShopifyDelivery)}, is_required=True),
    is_raw=True,
    max_body_bytes=5_242_880,
    rate_limit=("webhook",),
    extensions={"x-mapping": {"map": "shopify", "by": "X-Shopify-Topic"}},
)

SHOPIFY_ORDER_CREATE: Final = Operation(
    id="shopifyOrderCreate",
    method="POST",
    path="/api/webhooks/shopify/order_create",
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
            common.WebhookTopicMismatch422,
        }
    ),
    origin="contracts/openapi/v1/webhooks/shopify.yaml:141",
    security=((Need(security.TENANT_KEY_AUTH),),),
    params=Params(ShopifyOrderCreateParams),
    bodies=Bodies({"application/json": JsonBody(models.ShopifyOrder)}, is_required=True),
    is_raw=True,
    max_body_bytes=5_242_880,
    rate_limit=("webhook",),
    extensions={
        "x-mapping": {"map": "shopify", "topic": "orders/create", "event": "OrderCreated"},
        "x-idempotency-key": "hmac-sha256(secret, body)",
    },
)

SHOPIFY_ORDER_PAID: Final = Operation(
    id="shopifyOrderPaid",
    method="POST",
    path="/api/webhooks/shopify/orders/paid",
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
            common.WebhookTopicMismatch422,
        }
    ),
    origin="contracts/openapi/v1/webhooks/shopify.yaml:247",
    security=((Need(security.TENANT_KEY_AUTH),),),
    params=Params(ShopifyOrderPaidParams),
    bodies=Bodies({"application/json": JsonBody(models.ShopifyOrder)}, is_required=True),
    is_raw=True,
    max_body_bytes=5_242_880,
    rate_limit=("webhook",),
    extensions={
        "x-mapping": {"map": "shopify", "topic": "orders/paid", "event": "PaymentCaptured"},
        "x-idempotency-key": "hmac-sha256(secret, body)",
    },
)

SHOPIFY_REFUND_CREATE: Final = Operation(
    id="shopifyRefundCreate",
    method="POST",
    path="/api/webhooks/shopify/refunds/create",
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
            common.WebhookTopicMismatch422,
        }
    ),
    origin="contracts/openapi/v1/webhooks/shopify.yaml:352",
    security=((Need(security.TENANT_KEY_AUTH),),),
    params=Params(ShopifyRefundCreateParams),
    bodies=Bodies({"application/json": JsonBody(models.ShopifyRefund)}, is_required=True),
    is_raw=True,
    max_body_bytes=5_242_880,
    rate_limit=("webhook",),
    extensions={
        "x-mapping": {"map": "shopify", "topic": "refunds/create", "event": "PaymentRefunded"},
        "x-idempotency-key": "hmac-sha256(secret, body)",
    },
)

SHOPIFY_CHECKOUT_UPDATED: Final = Operation(
    id="shopifyCheckoutUpdated",
    method="POST",
    path="/api/webhooks/shopify/checkouts/update",
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
            common.WebhookTopicMismatch422,
        }
    ),
    origin="contracts/openapi/v1/webhooks/shopify.yaml:447",
    security=((Need(security.TENANT_KEY_AUTH),),),
    params=Params(ShopifyCheckoutUpdatedParams),
    bodies=Bodies({"application/json": JsonBody(models.ShopifyCheckout)}, is_required=True),
    is_raw=True,
    max_body_bytes=5_242_880,
    rate_limit=("webhook",),
    extensions={
        "x-mapping": {"map": "shopify", "topic": "checkouts/update", "event": "CheckoutUpdated"},
        "x-idempotency-key": "hmac-sha256(secret, body)",
    },
)

OPERATIONS: Final[tuple[Operation, ...]] = (
    RECEIVE_SHOPIFY_WEBHOOK,
    SHOPIFY_ORDER_CREATE,
    SHOPIFY_ORDER_PAID,
    SHOPIFY_REFUND_CREATE,
    SHOPIFY_CHECKOUT_UPDATED,
)
